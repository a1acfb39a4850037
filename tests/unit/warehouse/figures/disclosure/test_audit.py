"""The audit over a warehouse: it finds nothing in ours, and what is made to leak in a mart, a function or a figure is found."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import timedelta

import polars as pl
import pytest
from sqlalchemy import Connection, Engine, text

from tasks.derive import bring_figures_up_to_date, bring_up_to_date
from tasks.watch.disclosure import audited, told_too_much
from tests.conventions.sources import ROOT
from tests.properties.releases import FIRST_NIGHT, HIDDEN, Release, publish_release, shown
from warehouse.assumptions.model import shipped
from warehouse.assumptions.record import record
from warehouse.catalogue.model import jobindsats
from warehouse.figures import FIGURES
from warehouse.figures.disclosure.audit import audit, audit_of_run
from warehouse.figures.disclosure.cells import Scope, cells
from warehouse.figures.disclosure.leaks import leaks
from warehouse.figures.disclosure.read import AUDITED, TELLS_NOTHING, told_of
from warehouse.figures.disclosure.relations import known_of
from warehouse.figures.model import FEEDS
from warehouse.marts.contract import MARTS, unit_of

SAMSOE, COUNTRY, WORKFORCE = 741, 0, 1_875
MONTH, BEFORE = "2019M09", "2019M08"
"""Every benefit that is counted then has a table of its own."""

SMALL = ("y04a02", "y11a02")
BENEFITS = ("y01a02", "y36a02", "y38a02", "y35a02", "y07a02", "y12a02", "y09a02", "y08a02", "y10a02", *SMALL)


def benefit(full_time: float | None, *, country: float) -> Release:
    """A benefit of both months in Samsø, hidden where it has no number, and in the country."""
    counts = {SAMSOE: full_time, COUNTRY: country}
    found: dict[tuple[str, int, str], tuple[float | None, str]] = {}
    for month in (BEFORE, MONTH):
        for area, count in counts.items():
            rate = shown(round((1.0 if count is None else count) / (WORKFORCE if area else 3_000_000) * 100, 1))
            number = HIDDEN if count is None else shown(count)
            cells = {"persons": number, "full_time_persons": number, "workforce_pct": rate, "population_pct": rate}
            found |= {(month, area, measure): cell for measure, cell in cells.items()}
    return found


def of_all(small: dict[str, float | None], *, night: int) -> dict[str, Release]:
    return {table: benefit(small.get(table, 600.0), country=40_000.0 + night) for table in BENEFITS}


@pytest.fixture(scope="module")
def filled(module_engine: Engine) -> Engine:
    """All benefits of two months; in a second release, one small count came to be hidden, and another is as before."""
    with module_engine.begin() as connection:
        record(connection, shipped(), now=FIRST_NIGHT)
    nights: list[dict[str, float | None]] = [{"y04a02": 3.0, "y11a02": None}, {"y04a02": None, "y11a02": None}]
    for night, small in enumerate(nights):
        for table, release in of_all(small, night=night).items():
            publish_release(module_engine, release, seen_at=FIRST_NIGHT + timedelta(days=night), table_id=table)
    bring_up_to_date(module_engine)
    bring_figures_up_to_date(module_engine, told=pytest.fail)
    return module_engine


@pytest.fixture
def connection(filled: Engine) -> Iterator[Connection]:
    """A connection whose changes are taken back."""
    with filled.connect() as connection:
        yield connection


def newest_run(connection: Connection) -> int:
    return int(connection.scalar(text("select max(run_id) from core.vintages")) or 0)


def places(connection: Connection) -> set[str]:
    """What the marts leak as it stands, and as it was known after the first night."""
    found: set[str] = set()
    for scope in (Scope(), Scope(as_of=FIRST_NIGHT + timedelta(hours=1))):
        of = cells(connection, scope=scope)
        found |= {*leaks(known_of(of), told_of(connection, of, scope=scope))["place"]}
    return found


def test_nothing_of_ours_narrows_a_hidden_count(connection: Connection) -> None:
    found = audited(connection, area=None, as_of=None)
    assert found.pop("told") >= 10
    assert found == {"hidden": 8, "pinned": 0, "narrowed": 0, "leaks": [], "own": []}


def test_of_another_area_nothing_is_hidden(connection: Connection) -> None:
    found = audited(connection, area="Hele landet", as_of=None)
    assert (found["hidden"], found["told"], found["leaks"]) == (0, 0, [])


def test_as_of_an_earlier_moment_what_was_hidden_then_is_audited(connection: Connection) -> None:
    earlier = (FIRST_NIGHT + timedelta(hours=1)).isoformat()
    found = audited(connection, area="Samsø", as_of=earlier)
    assert (found["hidden"], found["leaks"]) == (4, [])
    assert found["told"] > 0


VIEWS = {
    "a total told with a hidden part": (
        "marts.total_of", "case when t.observed = t.parts_expected then t.shown end", "t.shown + 2"
    ),
    "a greatest total too low": ("marts.total_of", "t.shown + 2 * t.hidden", "t.shown + t.hidden"),
    "a least total too high": (
        "marts.total_of", "case when t.observed + t.hidden > 0 then t.shown end", "t.shown + t.hidden"
    ),
    "a total as of a moment too low": ("marts.benefit_totals_as_of", "t.high", "t.high - 1"),
    "an average too low": ("marts.benefit_average_as_of", "t.high / g.months", "(t.high - 1) / g.months"),
    "the change of a hidden count": ("marts.revisions", "became.value - was.value", "coalesce(became.value, 1) - was.value"),
    "a hidden count of a newer version": ("marts.revisions", "became.value as after", "coalesce(became.value, 1) as after"),
    "a hidden count as of a moment": (
        "core.benefit_recipients_of", "c.full_time_persons::integer,", "coalesce(c.full_time_persons, 0)::integer,"
    ),
}  # fmt: skip
CHANGES = {
    "a percentage with digits of its own": (
        "update marts.benefit_recipients set share_of_workforce_pct = 0.0531 where recipients_persons_status = 'suppressed'"
    ),
    "a hidden count in a mart": (
        "update marts.benefit_recipients set recipients_persons = 1 where recipients_persons_status = 'suppressed'"
    ),
    "the share of the country of a hidden count": (
        "update marts.block_grant_share set share_pct = 0.0025 where recipients_full_time_persons is null"
    ),
    "a settled value of a hidden count": (
        "insert into marts.settled_values (table_id, measure, area_code, period, area_name, period_first_day, "
        "period_last_day, unit, age_releases, status, published_value) values "
        "('y04a02', 'persons', '741', '2019M09', 'Samsø', '2019-09-01', '2019-09-30', 'persons', 0, 'too few releases', 2)"
    ),
}


@pytest.mark.parametrize("leak", VIEWS)
def test_a_definition_that_leaks_is_found(connection: Connection, leak: str) -> None:
    name, told, leaking = VIEWS[leak]
    definition = (ROOT / "warehouse" / "sql" / f"{name}.sql").read_text(encoding="utf-8")
    assert told in definition
    connection.exec_driver_sql(definition.replace(told, leaking).replace("%", "%%"))
    assert places(connection), leak


@pytest.mark.parametrize("leak", CHANGES)
def test_a_row_that_leaks_is_found_by_the_audit_and_by_a_nights(connection: Connection, leak: str) -> None:
    assert connection.execute(text(CHANGES[leak])).rowcount > 0
    assert places(connection), leak
    run = connection.execute(
        text("select max(run_id) from core.vintages join core.tables using (table_no) where table_id = 'y04a02'")
    )
    assert audit_of_run(connection, run_id=run.scalar_one()).height > 0, leak


def test_a_figure_with_a_value_though_a_count_behind_it_is_hidden_is_found(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    figure = FIGURES["year_on_year"]

    def leaking(rows: pl.DataFrame) -> pl.DataFrame:
        counts = ("full_time_persons", "full_time_persons_year_earlier")
        taken = {name: pl.col(name).fill_null(1.0) for name in counts}
        return figure.compute(rows.with_columns(**taken, **{f"{name}_status": pl.lit("observed") for name in counts}))

    month_earlier = dataclasses.replace(figure.inputs[1], earlier=1)
    changed = dataclasses.replace(figure, inputs=(figure.inputs[0], month_earlier), compute=leaking)
    monkeypatch.setitem(FIGURES, figure.name, changed)
    assert {*audit(connection, scope=Scope()).leaks["place"]} == {"figure year_on_year"}


def test_a_night_says_what_leaks_and_what_to_do(filled: Engine) -> None:
    with filled.connect() as connection:
        run = newest_run(connection)
    assert told_too_much(filled, run_id=run) == ""
    assert told_too_much(filled, run_id=-1) == ""


def test_every_number_of_a_mart_is_audited_or_said_to_tell_nothing() -> None:
    for mart in MARTS:
        numbers = {column.name for column in mart.columns if unit_of(column) is not None}
        assert AUDITED.get(mart.name, ()) == () or {*AUDITED[mart.name]} <= numbers
        assert numbers <= {*AUDITED.get(mart.name, ())} or mart.name in TELLS_NOTHING, mart.name
    assert {*AUDITED, *TELLS_NOTHING} <= {mart.name for mart in MARTS}


def test_counts_that_publishers_hide_are_read_by_figures_that_are_audited() -> None:
    of_publishers = [
        figure for figure in FIGURES.values() if figure.inputs and not figure.inputs[0].table.startswith(FEEDS)
    ]
    assert len(of_publishers) > 5
    assert {group.table for group in jobindsats().benefit_groups} >= set(SMALL)
