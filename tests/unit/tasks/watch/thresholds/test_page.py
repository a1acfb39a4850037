"""docs/thresholds.md: its example is a file of thresholds, its table names every key, and what it tells is what is told."""

from __future__ import annotations

import re

from tasks.watch.thresholds.content import KINDS, Budget, Growth, Lateness, Rank, Threshold, read_thresholds
from tests.conventions.sources import ROOT

PAGE = (ROOT / "docs" / "thresholds.md").read_text(encoding="utf-8")


def test_the_example_is_read_and_has_each_kind() -> None:
    [example] = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    file = read_thresholds(example, name="the page")
    assert {each.kind for each in file.thresholds} == set(KINDS)


def test_the_table_names_every_key() -> None:
    keys = {key for model in (Threshold, Growth, Budget, Rank, Lateness) for key in model.model_fields}
    table = "\n".join(line for line in PAGE.splitlines() if line.startswith("| "))
    assert {key for key in keys if f"`{key}`" not in table} == set()
