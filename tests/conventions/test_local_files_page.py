"""The page on a municipality's own tables is what the code does: its example is read, its keys are those there are."""

from __future__ import annotations

import json
import re
from typing import get_args

import pytest

from tasks.sources.local_files.contract import Contract, read_contract
from tasks.sources.local_files.contract_fields import Column
from tasks.sources.local_files.rows import NotAsDeclared
from tasks.sources.local_files.snapshot import read_file
from tasks.sources.local_files.values import KINDS, read_period
from tasks.stoppages import FileRefused
from tests.conventions.sources import ROOT
from warehouse.areas import all_areas
from warehouse.catalogue.feeds import FEEDS_READ
from warehouse.catalogue.units import Unit
from warehouse.figures import FIGURES
from warehouse.figures.model import FEEDS
from warehouse.periods import Period

PAGE = (ROOT / "docs" / "sources" / "local_files.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    """The one block of code of a language."""
    (found,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return str(found)


def rows(heading: str) -> list[list[str]]:
    """The rows of the table whose first column has this heading."""
    table = PAGE.split(f"| {heading} |")[1].split("\n\n")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]


def named(heading: str) -> set[str]:
    return {name for row in rows(heading) for name in re.findall(r"`([^`]+)`", row[0])}


CONTRACT = read_contract(block("yaml"), name="praktik.yml")


def test_the_example_is_read_to_the_cells_the_page_shows() -> None:
    areas = {area.key: area.name for area in all_areas()}
    frame = read_file(block("csv").encode(), contract=CONTRACT, name="praktik.csv")
    assert rows("period") == [
        [
            str(Period.from_key(cell["period_id"])),
            areas[cell["area_id"]],
            ", ".join(json.loads(cell["members"]).values()),
            cell["measure"],
            "" if cell["value"] is None else f"{cell['value']:g}" if cell["value"] % 1 else f"{cell['value']:.0f}",
            cell["status"],
        ]
        for cell in frame.to_dicts()
    ]


def test_the_refusal_on_the_page_is_the_one_that_comes() -> None:
    torn = block("csv").replace(";143;", ";143 stk;")
    with pytest.raises(FileRefused) as refused:
        read_file(torn.encode(), contract=CONTRACT, name="praktik.csv")
    assert str(refused.value) == block("text").strip()


def test_every_key_of_a_contract_and_of_a_measure_is_on_the_page_and_no_other() -> None:
    assert named("key") == {field.alias or name for name, field in Contract.model_fields.items()}
    assert named("key of a measure") == set(Column.model_fields)
    assert named("form of a period") == set(KINDS)


def test_every_unit_and_every_feed_is_on_the_page() -> None:
    words = {row[0].strip("`"): set(re.findall(r"\w+", row[1])) for row in (*rows("key"), *rows("key of a measure"))}
    assert words["unit"] >= set(get_args(Unit))
    fed = {row[0].strip("`"): set(re.findall(r"`([^`]+)`", row[1])) for row in rows("feeds")}
    assert fed == {feeds: set(measures) for feeds, measures in FEEDS_READ.items()}


def test_what_a_table_may_feed_is_what_figures_read() -> None:
    read = {(each.table, each.measure) for figure in FIGURES.values() for each in figure.inputs if FEEDS in each.table}
    assert read == {(f"{FEEDS}{feeds}", measure) for feeds, measures in FEEDS_READ.items() for measure in measures}


@pytest.mark.parametrize("form", list(KINDS))
def test_each_example_of_a_form_is_read_in_that_form_and_in_no_other(form: str) -> None:
    (row,) = [row for row in rows("form of a period") if row[0] == f"`{form}`"]
    for written in row[1].split(";")[0].split(", "):
        assert [other for other in KINDS if reads(written, form=other)] == [form]


def reads(written: str, *, form: str) -> bool:
    (known,) = [each for each in KINDS if each == form]
    try:
        read_period(written, form=known)
    except NotAsDeclared:
        return False
    return True
