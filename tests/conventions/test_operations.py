"""The page on operations knows every fault that the tests know, and every reason to stop."""

from __future__ import annotations

import re

from tasks import stoppages
from tests.conventions.sources import ROOT
from tests.standin import faults

PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
HEADING = "## What goes wrong, what happens, what the next night does"


def rows(heading: str) -> dict[str, list[str]]:
    """The rows of the table under a heading, by each name in backticks in their first column."""
    section = PAGE.split(f"{heading}\n")[1].split("\n## ")[0]
    lines = [line.strip("|").split(" | ") for line in section.splitlines() if line.startswith("| `")]
    return {name: [cell.strip() for cell in line] for line in lines for name in re.findall(r"`([^`]+)`", line[0])}


def test_each_fault_of_the_stand_in_has_a_row_that_says_what_happens_and_what_follows() -> None:
    found = rows(HEADING)
    assert sorted(found) == sorted(faults.NAMES)
    assert all(len(row) == 3 and all(row) for row in found.values())


def test_each_reason_to_stop_has_a_row() -> None:
    reasons = {
        name
        for name, kind in vars(stoppages).items()
        if isinstance(kind, type) and issubclass(kind, stoppages.Stoppage) and not kind.__subclasses__()
    }
    assert reasons <= set(rows("## When a table stops"))
