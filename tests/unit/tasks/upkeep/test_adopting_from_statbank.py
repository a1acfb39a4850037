"""A table of StatBank that nobody declared: monthly, in per cent, by region, with a variable that cannot be left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from pydantic import SecretStr

from tasks.archive.store import Archive
from tasks.sources.access import Access
from tasks.sources.statbank import fetch as statbank
from tasks.sources.statbank.snapshot import snapshot
from tasks.upkeep.catalogue.adopting import adopt
from tasks.upkeep.catalogue.find import offered
from tasks.upkeep.catalogue.table_in_full import in_full
from tests.standin.server import StandIn, running
from tests.standin.statbank import bank
from tests.standin.statbank.tables import BankTable, Variable, tables
from warehouse.catalogue.additions import look_into
from warehouse.catalogue.adopt import declaration
from warehouse.danish.clock import Clock
from warehouse.errors import QuestionError
from warehouse.settings import Settings

AREAS = {"000": "Hele landet", "084": "Region Hovedstaden", "085": "Region Sjælland"}
AUS08 = BankTable(
    id="AUS08",
    text="Sæsonkorrigerede ledige i pct. af arbejdsstyrken",
    updated_at=datetime(2023, 10, 31, 8),  # noqa: DTZ001 - Danish time, as StatBank writes it
    variables=(
        Variable("OMRÅDE", "område", AREAS),
        Variable("YDELSESTYPE", "ydelsestype", {"TOT": "Ledige i alt", "A": "A-dagpenge"}),
        Variable("SAESONFAK", "sæsonkorrigering", {"9": "Faktiske tal", "10": "Sæsonkorrigeret"}, elimination=False),
        Variable("Tid", "tid", {"2023M08": "2023M08", "2023M09": "2023M09"}, elimination=False, is_time=True),
    ),
    figure=lambda codes: f"{len(codes['OMRÅDE'])},{codes['SAESONFAK']}",
)


@pytest.fixture
def access(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Access]:
    def with_one_more(day: date, *, seed: int) -> dict[str, BankTable]:
        return tables(day, seed=seed) | {"AUS08": AUS08}

    monkeypatch.setattr(bank, "tables", with_one_more)
    with running(today="2023-11-05") as standin:
        yield of(standin, tmp_path)


def of(standin: StandIn, folder: Path, **changes: Any) -> Access:
    settings = Settings(
        api_url=standin.url, api_token=SecretStr(standin.token), statbank_url=standin.statbank_url, data_dir=folder
    )
    clock = Clock(datetime(2023, 11, 5, 12, tzinfo=UTC))
    return Access(settings.model_copy(update=changes), clock, Archive((folder / "archive").as_uri()), 1)


def test_it_is_adopted_fetched_and_read_by_what_was_archived(access: Access, tmp_path: Path) -> None:
    told = adopt("aus08", access=access)
    assert (told.publisher, told.breakdowns, told.periods, told.cells) == ("statbank", ("SAESONFAK",), 2, 3 * 2 * 2)
    assert told.measures == ("INDHOLD: pct",)
    (due,) = statbank.due(access, wanted=frozenset({"aus08"}))
    assert due.stoppage is None, due.stoppage
    assert (due.fetch, due.newest_period) == (True, "2023M09")
    receipt = statbank.fetch(due, access=access)
    (tmp_path / "catalogue" / "aus08.yml").unlink()
    manifest = access.archive.get_manifest(receipt.manifest)
    cells = pl.concat(each for _, each in snapshot(manifest, archive=access.archive).answers())
    assert cells.height == told.cells
    assert cells["area_id"].unique().sort().to_list() == [0, 1084, 1085]
    assert set(cells["members"]) == {
        '{"Sæsonkorrigering": "Faktiske tal"}',
        '{"Sæsonkorrigering": "Sæsonkorrigeret"}',
    }
    assert set(cells["value"]) == {3.9, 3.1}


def test_its_unit_is_told_before_it_is_adopted_as_it_is_told_after(access: Access) -> None:
    (before,) = in_full("aus08", access=access)["measures"]
    adopt("aus08", access=access)
    (after,) = in_full("aus08", access=access)["measures"]
    assert (before["unit"], after["unit"], before["guessed"]) == ("pct", "pct", True)


@pytest.mark.parametrize("table", ["auk01", "folk1a"])
def test_the_cost_of_a_table_that_ships_is_that_of_its_first_night(table: str, access: Access) -> None:
    told = adopt(table, access=access)
    (due,) = statbank.due(access, wanted=frozenset({table}))
    receipt = statbank.fetch(due, access=access)
    manifest = access.archive.get_manifest(receipt.manifest)
    made = sum(each.height for _, each in snapshot(manifest, archive=access.archive).answers())
    assert told.cells == pytest.approx(made, rel=0.1)
    assert told.calls == receipt.calls + 2  # its description before and after


def test_a_breakdown_that_is_named_has_its_total(access: Access) -> None:
    adopt("aus08", access=access, breakdowns=["YDELSESTYPE"])
    table = look_into(access.settings.catalogue_folder).additions["aus08"].table
    assert table is not None
    assert {each.id: each.root for each in table.breakdowns} == {"YDELSESTYPE": "Ledige i alt", "SAESONFAK": None}


def test_what_ships_would_be_declared_as_it_is(access: Access) -> None:
    found = declaration(offered("auk01", access=access), breakdowns=["YDELSESTYPE"])
    assert (found.period, found.area.root, found.area.level_holds) == ("Q", "Hele landet", "municipality")
    assert [each.unit for each in found.measures] == ["full_time_persons"]
    assert found.breakdowns[0].root == "I alt"


def test_statbank_is_asked_though_jobindsats_has_no_token(access: Access) -> None:
    settings = access.settings.model_copy(update={"api_token": None})
    assert adopt("aus08", access=replace(access, settings=settings)).table == "aus08"


def test_a_table_that_nobody_lists_is_told_so(access: Access) -> None:
    with pytest.raises(QuestionError, match="no publisher lists a table 'aus99'"):
        adopt("aus99", access=access)
