"""What operations.md says of a night that is cut short is what the tests try; no paper adds up what a mart adds up."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.conventions.sources import ROOT, named
from tests.faults.points import POINTS

TAKEN_AWAY = [
    "the connection to the warehouse is cut",
    "PostgreSQL is killed",
    "the warehouse's disk is full",
    "the archive is full or read-only",
]


def first_column(heading: str) -> list[str]:
    """The first column of the table under a heading of docs/operations.md."""
    section = (
        (ROOT / "docs" / "operations.md").read_text(encoding="utf-8").split(f"## {heading}\n")[1].split("\n## ")[0]
    )
    rows = [line.split("|")[1].strip() for line in section.splitlines() if line.startswith("| ")]
    return rows[2:]


def test_each_point_at_which_a_night_is_cut_short_has_its_row() -> None:
    assert first_column("When a night is cut short") == [*(point.name for point in POINTS), *TAKEN_AWAY]


ASKING = [*ROOT.glob("*.md"), *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "dashboards").glob("*.py"))]


@pytest.mark.parametrize("path", ASKING, ids=named)
def test_nothing_that_readers_copy_adds_up_counts_or_averages_shares(path: Path) -> None:
    """A sum leaves out what has not come, and a mean of rates weighs Læsø as Aarhus: `marts.total_of` does neither."""
    page = path.read_text(encoding="utf-8")
    asked = [page] if path.suffix == ".py" else re.findall(r"```(?:sql|python|r)\n(.*?)```", page, re.DOTALL)
    assert [each for each in asked if re.search(r"\b(sum|avg|mean)\([a-z_]*(persons|_pct|value)", each)] == []
