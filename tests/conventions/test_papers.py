"""What operations.md says of a night that is cut short is what the tests try."""

from __future__ import annotations

from tests.conventions.sources import ROOT
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
