"""Checks on a real PostgreSQL: what was published comes back, and what is known of the publisher's errors is excused."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import polars as pl
import pytest
from sqlalchemy import Connection, Engine, text

from expectations.checks import Audited
from expectations.known_deviations import Deviation, DeviationError
from expectations.sql_literals import literal
from expectations.suite import GUARD, verdicts
from expectations.verdict import Verdict, in_words
from tasks.sources.cells import SCHEMA
from tests.properties.releases import (
    FULL_TIME,
    MEMBERS,
    PERSONS,
    TABLE,
    Cell,
    Release,
    forget,
    load,
    night,
    open_run,
    publish_release,
    shown,
    stage,
)
from warehouse.areas import all_areas
from warehouse.catalogue.model import Table, jobindsats
from warehouse.history.dimensions import SeriesNumbers, canonical, write_periods
from warehouse.history.staging import copy_in, create_staging, finish_staging, table_number
from warehouse.history.vintages import publish
from warehouse.periods import Period

PERIODS = ("2026M05", "2026M06")

AREAS = [area.key for area in all_areas() if area.kind in ("country", "municipality")]

CELLS: list[Cell] = [
    (period, area, measure) for period in PERIODS for area in AREAS for measure in (PERSONS, FULL_TIME)
]

WHOLE: Release = {cell: shown(100 * (cell[1] + 1)) for cell in CELLS}

SEEN_ON = date(2026, 8, 1)
DECLARED = jobindsats().table(TABLE)


@pytest.fixture
def engine(module_engine: Engine) -> Engine:
    """The module's warehouse, emptied: a database of its own for each test would cost more than the test."""
    forget(module_engine)
    return module_engine


def audited(
    engine: Engine,
    release: Release,
    *,
    deviations: Iterable[Deviation] = (),
    seen_on: date = SEEN_ON,
    table: Table = DECLARED,
) -> dict[str, Verdict]:
    """The verdicts on a release, by rule."""
    with engine.begin() as connection:
        table_no = table_number(connection, table_id=TABLE)
        name = stage(connection, release, run_id=open_run(connection))
        finish_staging(connection, name=name, table_no=table_no, root_members=MEMBERS)
    asked = tuple(Period.parse(period) for period in PERIODS)
    about = Audited(table, table_no, name, asked, seen_on, tuple(deviations))
    return {verdict.rule: verdict for verdict in verdicts(about, warehouse=engine.url)}


def known(**changed: Any) -> Deviation:
    """A deviation: Herlev's number of persons in June is known to be negative."""
    entry = {
        "id": "herlev_2026m06",
        "table": TABLE,
        "rule": "within_bounds",
        "where": {"period": "2026M06", "area": "Herlev"},
        "reason": "a slip of the publisher's, who knows of it",
        "since": date(2026, 8, 1),
        "source": "a letter",
    }
    return Deviation.model_validate(entry | changed)


# ---- what was published comes back ------------------------------------------------------------------------------
def test_a_load_that_brings_back_all_is_well(engine: Engine) -> None:
    publish_release(engine, WHOLE, seen_at=night(0))
    found = audited(engine, WHOLE)
    assert [rule for rule, verdict in found.items() if not verdict.passed] == []
    assert GUARD not in found


def test_one_cell_in_a_hundred_may_be_missing_and_no_more(engine: Engine) -> None:
    publish_release(engine, WHOLE, seen_at=night(0))
    few = len(CELLS) // 100
    found = audited(engine, dict(list(WHOLE.items())[few:]))["published_cells_return"]
    assert (found.passed, found.offenders, found.blocking) == (True, 0, True)
    found = audited(engine, dict(list(WHOLE.items())[few + 1 :]))["published_cells_return"]
    assert (found.passed, found.offenders) == (False, few + 1)
    missing = {(cell["period"], cell["area"], cell["measure"], cell["published_value"]) for cell in found.cells}
    assert ("2026M05", "Hele landet", PERSONS, 100) in missing
    assert found.cells[0]["members"] == MEMBERS


def test_a_load_of_half_the_cells_is_stopped_by_name(engine: Engine) -> None:
    publish_release(engine, WHOLE, seen_at=night(0))
    found = audited(engine, {cell: WHOLE[cell] for cell in CELLS if cell[2] == PERSONS})["published_cells_return"]
    assert (found.passed, found.offenders, len(found.cells)) == (False, len(CELLS) // 2, 198)


def test_a_hidden_cell_has_come_back_and_a_withdrawn_one_is_not_waited_for(engine: Engine) -> None:
    publish_release(engine, WHOLE, seen_at=night(0))
    halved = {cell: WHOLE[cell] for cell in CELLS if cell[2] == PERSONS}
    publish_release(engine, halved, seen_at=night(1))
    hidden: Release = {cell: (None, "suppressed") for cell in CELLS if cell[2] == PERSONS}
    assert audited(engine, hidden)["published_cells_return"].passed


def test_a_period_that_was_not_asked_for_is_not_waited_for(engine: Engine) -> None:
    earlier: Release = {("2026M04", area, PERSONS): shown(10) for area in AREAS}
    publish_release(engine, {**earlier, **WHOLE}, seen_at=night(0))
    assert audited(engine, WHOLE)["published_cells_return"].passed


# ---- nulls of the country, and of sparse tables -----------------------------------------------------------------
SPARSE = DECLARED.model_copy(update={"coverage": "sparse"})
NULL = (None, "suppressed")


def told(found: dict[str, Verdict]) -> dict[str, bool]:
    """The rules that do not hold, and whether each stops the table."""
    return {rule: verdict.blocking for rule, verdict in found.items() if not verdict.passed}


@pytest.mark.parametrize("table", [DECLARED, SPARSE], ids=lambda table: str(table.coverage))
def test_a_null_of_the_country_stops_no_sparse_table_and_is_told(engine: Engine, table: Table) -> None:
    release: Release = {**WHOLE, ("2026M05", 0, PERSONS): NULL}
    stops = table is DECLARED
    assert told(audited(engine, release, table=table)) == {
        "large_counts_are_shown": stops,
        "country_totals_are_shown": stops,
    }


def test_what_is_not_yet_out_stops_nothing_and_is_told(engine: Engine) -> None:
    late: Release = {cell: (None, "not_yet") if cell[0] == "2026M06" else content for cell, content in WHOLE.items()}
    assert told(audited(engine, late)) == {"newest_figures_have_come": False}


@pytest.mark.parametrize("table", [DECLARED, SPARSE], ids=lambda table: str(table.coverage))
@pytest.mark.parametrize("content", [NULL, (None, "not_yet")])
def test_a_large_count_that_vanished_stops_any_table(engine: Engine, table: Table, content: Any) -> None:
    publish_release(engine, WHOLE, seen_at=night(0))
    found = audited(engine, {**WHOLE, ("2026M06", 163, PERSONS): content}, table=table)
    hidden = {"large_counts_are_shown": table is DECLARED} if content == NULL else {}
    assert told(found) == {**hidden, "no_large_count_vanishes": True}
    assert [(cell["area"], cell["published_value"]) for cell in found["no_large_count_vanishes"].cells] == [
        ("Herlev", 16_400)
    ]


def times(factor: float, *, period: str | None = None, areas: Iterable[int] = AREAS) -> Release:
    """The whole release with the persons of some cells a multiple of what they were."""
    chosen = set(areas)
    return {
        cell: shown(content[0] * factor) if is_persons(cell, period=period) and cell[1] in chosen else content
        for cell, content in WHOLE.items()
        if content[0] is not None
    }


def is_persons(cell: Cell, *, period: str | None) -> bool:
    return cell[2] == PERSONS and period in (None, cell[0])


@pytest.mark.parametrize("factor", [0.001, 0.01, 0.1, 10, 100, 1000])
def test_a_unit_that_slips_stops_the_table_in_what_stands_and_in_a_new_month(engine: Engine, factor: float) -> None:
    may = {cell: content for cell, content in WHOLE.items() if cell[0] == "2026M05"}
    publish_release(engine, WHOLE, seen_at=night(0))
    slipped = audited(engine, times(factor))["no_slip_of_unit"]
    assert [(each["measure"], each["ratio"], each["period"]) for each in slipped.cells] == [
        (PERSONS, pytest.approx(factor), "all that stand")
    ]
    forget(engine)
    publish_release(engine, may, seen_at=night(0))
    for release in (times(factor, period="2026M06"), {**times(factor, period="2026M06"), **may}):
        slipped = audited(engine, release)["no_slip_of_unit"]
        assert (slipped.passed, slipped.blocking) == (False, True)
        assert [(each["measure"], each["ratio"], each["period"]) for each in slipped.cells] == [
            (PERSONS, pytest.approx(factor), "2026M06")
        ]
    alone = {cell: content for cell, content in times(factor, period="2026M06").items() if cell[0] == "2026M06"}
    assert not audited(engine, alone)["no_slip_of_unit"].passed, "where the month that stands was not asked for"


def only(release: Release, period: str, *, as_: str | None = None) -> Release:
    """The cells of one period of a release, as those of another if told so."""
    return {(as_ or period, *cell[1:]): content for cell, content in release.items() if cell[0] == period}


@pytest.mark.parametrize(
    ("stands", "brought", "passes"),
    [
        (("2026M06",), "2026M05", False),  # before all that stand
        (("2026M01", "2026M06"), "2026M05", False),  # in a gap
        (("2026M06",), "2025M06", False),  # a year before
        (("2026M06",), "2024M06", True),  # too far away to tell
        (("2022M01",), "2026M06", False),  # newer than all that stand, however long ago
    ],
)
def test_a_unit_that_slips_in_a_period_of_a_backfill_stops_it(
    engine: Engine, stands: tuple[str, ...], brought: str, passes: bool
) -> None:
    publish_release(
        engine, {k: v for month in stands for k, v in only(WHOLE, "2026M06", as_=month).items()}, seen_at=night(0)
    )
    slipped = audited(engine, only(times(100), "2026M06", as_=brought))["no_slip_of_unit"]
    assert slipped.passed == passes
    assert [(each["measure"], each["period"]) for each in slipped.cells] == ([] if passes else [(PERSONS, brought)])
    assert audited(engine, only(times(3), "2026M06", as_=brought))["no_slip_of_unit"].passed


def test_what_is_no_slip_of_unit_stops_nothing(engine: Engine) -> None:
    may = {cell: content for cell, content in WHOLE.items() if cell[0] == "2026M05"}
    assert audited(engine, times(10, period="2026M06"))["no_slip_of_unit"].passed, "of a first load nothing stands"
    publish_release(engine, may, seen_at=night(0))
    for release in (times(3, period="2026M06"), times(10, period="2026M06", areas=AREAS[:19])):
        assert audited(engine, release)["no_slip_of_unit"].passed
    few = {cell: content for cell, content in times(10, period="2026M06").items() if cell[1] in AREAS[:19]}
    assert audited(engine, few)["no_slip_of_unit"].passed, "a handful may grow tenfold"


MONTHS = [f"2026M{month:02}" for month in range(1, 8)]


@pytest.mark.parametrize(
    ("table", "hidden", "rules"),
    [
        (DECLARED, 1, {"large_counts_are_shown": True}),
        (SPARSE, 4, {"large_counts_are_shown": False}),
        (SPARSE, 90, {"large_counts_are_shown": False, "few_large_counts_are_hidden": True}),
    ],
)
def test_in_a_sparse_table_some_counts_are_small_between_large_ones_and_not_many_at_once(
    engine: Engine, table: Table, hidden: int, rules: dict[str, bool]
) -> None:
    release: Release = {(month, area, PERSONS): shown(100) for month in MONTHS for area in AREAS[1:]}
    between: Release = {("2026M04", area, PERSONS): NULL for area in AREAS[1 : 1 + hidden]}
    assert told(audited(engine, {**release, **between}, table=table)) == rules


ENDED = "Uddannelseshjælp"

STAYED = "A-dagpenge"


@pytest.mark.parametrize(
    ("gone", "seen_on", "passed"),
    [
        (ENDED, date(2025, 7, 1), True),
        (ENDED, date(2025, 6, 30), False),
        (STAYED, date(2025, 7, 1), False),
    ],
)
def test_a_member_that_has_ended_is_not_waited_for(engine: Engine, gone: str, seen_on: date, passed: bool) -> None:
    table = jobindsats().table("ptv_a02")
    with engine.begin() as connection:
        table_no = table_number(connection, table_id=table.id)
        run_id = open_run(connection)
        first = _stage_members(connection, run_id=run_id, members=[ENDED, STAYED])
        publish(connection, load(first, run_id=run_id, seen_at=night(0), table_id=table.id))
        second = _stage_members(connection, run_id=open_run(connection), members=[{ENDED: STAYED, STAYED: ENDED}[gone]])
    about = Audited(table, table_no, second, (Period.parse("2025M05"),), seen_on)
    found = {verdict.rule: verdict for verdict in verdicts(about, warehouse=engine.url)}
    assert found["published_cells_return"].passed is passed


def _stage_members(connection: Connection, *, run_id: int, members: list[str]) -> str:
    period = Period.parse("2025M05")
    table = jobindsats().table("ptv_a02")
    name = create_staging(connection, table_id=table.id, run_id=run_id)
    table_no = table_number(connection, table_id=table.id)
    numbers = SeriesNumbers(connection, table_no=table_no)
    write_periods(connection, periods=[period])
    rows = [
        (period.key, area, canonical({"Ydelsesgrupper": member}), "persons", 100.0, "observed")
        for area in AREAS
        for member in members
    ]
    copy_in(connection, numbers.numbered(pl.DataFrame(rows, schema=SCHEMA, orient="row")), name=name)
    finish_staging(connection, name=name, table_no=table_no, root_members=table.root_members)
    return name


@pytest.mark.parametrize(
    ("gaps", "offenders"), [((-50, 30, 0), 0), ((50, -30, 10), 0), ((-50, -30, 0), 1), ((-50, 70, 0), 1)]
)
def test_the_benchmarks_gap_is_the_same_way_round_everywhere(
    engine: Engine, gaps: tuple[int, ...], offenders: int
) -> None:
    table = jobindsats().table("y30r21")
    period, levels = Period.parse("2023QMAT02"), ((1230, 1280), (340, 310), (100, 100))
    areas = [area.key for area in all_areas() if area.kind == "municipality"]
    rows = [
        (period.key, area, canonical(table.root_members), measure, float(value), "observed")
        for area, (actual, expected), gap in zip(areas, levels, gaps, strict=False)
        for measure, value in (
            ("actual_full_time_persons", actual),
            ("expected_full_time_persons", expected),
            ("gap_full_time_persons", gap),
        )
    ]
    with engine.begin() as connection:
        table_no = table_number(connection, table_id=table.id)
        name = create_staging(connection, table_id=table.id, run_id=open_run(connection))
        write_periods(connection, periods=[period])
        cells = pl.DataFrame(rows, schema=SCHEMA, orient="row")
        copy_in(connection, SeriesNumbers(connection, table_no=table_no).numbered(cells), name=name)
        finish_staging(connection, name=name, table_no=table_no, root_members=table.root_members)
    about = Audited(table, table_no, name, (period,), SEEN_ON)
    found = {verdict.rule: verdict for verdict in verdicts(about, warehouse=engine.url)}
    assert (found["gap_has_one_sign"].offenders, found["gap_has_one_sign"].blocking) == (offenders, True)


def test_a_cell_that_came_twice_is_shown(engine: Engine) -> None:
    with engine.begin() as connection:
        table_no = table_number(connection, table_id=TABLE)
        run_id = open_run(connection)
        name = stage(connection, WHOLE, run_id=run_id)
        connection.exec_driver_sql(f"insert into staging.{name} select * from staging.{name} limit 1")
        finish_staging(connection, name=name, table_no=table_no, root_members=MEMBERS)
    asked = tuple(Period.parse(period) for period in PERIODS)
    about = Audited(jobindsats().table(TABLE), table_no, name, asked, SEEN_ON)
    found = {verdict.rule: verdict for verdict in verdicts(about, warehouse=engine.url)}
    assert (found["one_value_per_cell"].passed, found["one_value_per_cell"].offenders) == (False, 2)
    assert found["one_value_per_cell"].cells[0]["area"] == "Hele landet"


# ---- known deviations -------------------------------------------------------------------------------------------
WRONG: Release = {**WHOLE, ("2026M06", 163, PERSONS): shown(-3), ("2026M06", 741, PERSONS): shown(-5)}


def test_an_offender_that_is_known_does_not_fail_its_check_and_others_do(engine: Engine) -> None:
    without = audited(engine, WRONG)["within_bounds"]
    assert (without.passed, without.offenders) == (False, 2)
    with_one = audited(engine, WRONG, deviations=[known()])
    assert (with_one["within_bounds"].passed, with_one["within_bounds"].offenders) == (False, 1)
    assert with_one["within_bounds"].cells[0]["area"] == "Samsø"
    assert with_one[GUARD].passed
    both = [known(), known(id="samsø", where={"area": "Samsø", "value": -5, "members": MEMBERS})]
    assert audited(engine, WRONG, deviations=both)["within_bounds"].passed


def test_the_guard_trips_when_the_publisher_has_mended_it(engine: Engine) -> None:
    guard = audited(engine, WHOLE, deviations=[known()])[GUARD]
    assert (guard.passed, guard.blocking, guard.offenders) == (False, False, 1)
    assert guard.cells[0]["entry"] == "herlev_2026m06"
    assert "can be removed from expectations/known_deviations.yml" in guard.sentence


def test_only_a_period_that_was_asked_for_trips_the_guard(engine: Engine) -> None:
    assert GUARD not in audited(engine, WHOLE, deviations=[known(where={"period": "2026M01", "area": "Herlev"})])
    always = audited(engine, WHOLE, deviations=[known(where={"area": "Herlev"})])
    assert not always[GUARD].passed


def test_an_entry_of_another_table_changes_nothing(engine: Engine) -> None:
    found = audited(engine, WRONG, deviations=[known(table="y01a02")])
    assert found["within_bounds"].offenders == 2
    assert GUARD not in found


def test_an_offender_without_a_value_in_a_column_is_not_excused_by_it(engine: Engine) -> None:
    release: Release = {**WHOLE, ("2026M06", 0, PERSONS): (None, "suppressed")}
    entry = known(rule="country_totals_are_shown", where={"value": 3})
    found = audited(engine, release, deviations=[entry])
    assert found["country_totals_are_shown"].offenders == 1
    assert not found[GUARD].passed


@pytest.mark.parametrize(
    ("changed", "culprit"),
    [
        ({"rule": "within_bonds"}, "has no rule 'within_bonds'; it has .*within_bounds"),
        ({"rule": "rows_arrived"}, "rows_arrived has no offenders that could be known"),
        ({"where": {"municipality": "Herlev"}}, "where.municipality: the offenders of within_bounds have the columns"),
    ],
)
def test_what_no_check_knows_is_an_error_that_names_the_entry(
    engine: Engine, changed: dict[str, Any], culprit: str
) -> None:
    with pytest.raises(DeviationError, match=f"'herlev_2026m06'.*{culprit}"):
        audited(engine, WHOLE, deviations=[known(**changed)])


@pytest.mark.parametrize("written", ["d'Or", "{a}", "a:b and a::b", "back\\slash", "{'\\:}", "100 %", "æøå"])
def test_a_text_is_the_same_in_sql_whatever_is_in_it(engine: Engine, written: str) -> None:
    with engine.connect() as connection:
        assert connection.scalar(text(f"select {literal(written)}".format())) == written


# ---- in words ---------------------------------------------------------------------------------------------------
def test_an_offender_in_words_has_no_python_in_it() -> None:
    cells = {"period": "2026M06", "members": MEMBERS, "value": 12_345.0, "low": 0, "ratio": 99.98765, "share": 0.51234}
    assert in_words(cells | {"status": None, "small": -3}) == (
        "period 2026M06, members Ydelsesgrupper i alt, value 12,345, low 0, ratio 99.99, share 0.512, small -3"
    )
