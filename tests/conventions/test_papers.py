"""What operations.md says of a night that is cut short is what the tests try; no paper adds up what a mart adds up."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.conventions.sources import ROOT, named
from tests.faults.points import POINTS
from tests.standin import wide
from warehouse.catalogue.model import jobindsats

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


def test_the_papers_count_tables_as_the_catalogue_has_them() -> None:
    tables, page = jobindsats().tables, (ROOT / "docs" / "sources" / "jobindsats.md").read_text(encoding="utf-8")
    confirmed = [table for table in tables if table.evidence == "confirmed"]
    (told,) = re.findall(r"(\d+) of the (\d+) tables are CONFIRMED, (.*?)\. ", page, re.DOTALL)
    assert (int(told[0]), int(told[1])) == (len(confirmed), len(tables))
    likely, inferred = (set(re.findall(r"\w*\d\w*", part)) for part in told[2].split("INFERRED"))
    assert likely == {table.id for table in tables if table.evidence == "likely"}
    assert inferred == {table.id for table in tables if table.evidence == "inferred"}
    assert f"It covers {len(tables)} tables of Jobindsats" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_no_table_that_is_told_of_as_not_declared_is_declared() -> None:
    page = (ROOT / "docs" / "sources" / "jobindsats.md").read_text(encoding="utf-8")
    section = page.split("### Not declared\n")[1].split("\nThe stand-in")[0]
    rows = [line.split("|")[2] for line in section.splitlines() if line.startswith("| ")]
    told = {table_id for row in rows for table_id in re.findall(r"\w+\d\w*", row)}
    adopted = {
        table_id for line in re.findall(r"^jobindsats adopt (.*)$", section, re.MULTILINE) for table_id in line.split()
    }
    assert told == adopted
    assert told <= set(wide.lines())
    assert not told & {table.id for table in jobindsats().tables}


ASKING = [*ROOT.glob("*.md"), *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "dashboards").rglob("*.py"))]


@pytest.mark.parametrize("path", ASKING, ids=named)
def test_nothing_that_readers_copy_adds_up_counts_or_averages_shares(path: Path) -> None:
    """A sum leaves out what has not come, and a mean of rates weighs Læsø as Aarhus: `marts.total_of` does neither."""
    page = path.read_text(encoding="utf-8")
    asked = [page] if path.suffix == ".py" else re.findall(r"```(?:sql|python|r)\n(.*?)```", page, re.DOTALL)
    assert [each for each in asked if re.search(r"\b(sum|avg|mean)\([a-z_]*(persons|_pct|value)", each)] == []
