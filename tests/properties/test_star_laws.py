"""Laws of the star: everything that is loaded is in it, now and as of any moment, and its joins lose and double nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from tests.properties.releases import HIDDEN, Cell, Content, forget, night, publish_release, shown
from tests.star import compared, joins, lost_or_doubled, moments, repeated
from warehouse.areas import municipalities
from warehouse.danish import writing
from warehouse.history.dimensions import write_periods
from warehouse.marts.subjects import MARTS
from warehouse.periods import Period

MEASURES = {
    "y25i01": ("unemployed_persons", "unemployed_workforce_pct"),
    "y07a02": ("persons", "full_time_persons"),
    "y01c01": ("activated_persons", "activated_workforce_pct"),
}
CONTENTS = st.sampled_from([shown(0), shown(3), HIDDEN, (None, "not_yet")])
PLACES = st.tuples(st.sampled_from(["2025M06", "2025M07"]), st.sampled_from([0, 163]), st.integers(0, 1))
RELEASES = st.dictionaries(PLACES, CONTENTS, max_size=5)
HISTORIES = st.lists(st.tuples(st.sampled_from(sorted(MEASURES)), RELEASES), min_size=1, max_size=4)
FIRST, SECOND = ("2025M06", 163, 0), ("2025M07", 0, 1)


def rows(engine: Engine, query: str, **values: object) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query), values)]


def publish(engine: Engine, table_id: str, release: dict[Any, Content], *, at: int) -> None:
    named: dict[Cell, Content] = {
        (period, area, MEASURES[table_id][measure]): content for (period, area, measure), content in release.items()
    }
    publish_release(engine, named, seen_at=night(at), table_id=table_id)


@pytest.mark.slow
@settings(max_examples=10)
@given(HISTORIES)
@example([("y25i01", {FIRST: shown(3), SECOND: HIDDEN}), ("y01c01", {FIRST: shown(0)}), ("y25i01", {SECOND: shown(3)})])
def test_everything_that_is_loaded_is_in_the_star_as_of_any_moment(
    module_engine: Engine, history: list[tuple[str, dict[Any, Content]]]
) -> None:
    forget(module_engine)
    held: dict[tuple[str, datetime], list[tuple[Any, ...]]] = {}
    for at, (table_id, release) in enumerate(history):
        publish(module_engine, table_id, release, at=at)
        for mart in MARTS:
            held[mart.fullname, night(at)] = rows(module_engine, f"select * from {mart.fullname} order by 1, 3, 6, 7")
    with module_engine.connect() as connection:
        asked = [night(at) + step for at in range(-1, len(history)) for step in (timedelta(), timedelta(hours=23))]
        for when, facts, star in compared(connection, at=[*asked, "infinity"]):
            assert star == facts, when
        assert lost_or_doubled(connection) == []
        assert repeated(connection) == []
    as_of = "select * from {}_as_of(cast(:moment as timestamptz)) order by 1, 3, 6, 7"
    for (name, moment), then in held.items():
        assert rows(module_engine, as_of.format(name), moment=moment) == then, name


@pytest.fixture(scope="module")
def loaded(module_engine: Engine) -> Iterator[Engine]:
    """Two releases of an unemployed and an activated person each, the second with one revised."""
    forget(module_engine)
    for at, value in enumerate((3, 5)):
        publish(module_engine, "y25i01", {FIRST: shown(value), SECOND: HIDDEN}, at=2 * at)
        publish(module_engine, "y01c01", {FIRST: shown(value)}, at=2 * at + 1)
    yield module_engine
    forget(module_engine)


def test_one_table_and_one_area_as_of_a_moment_are_those_rows_alone(loaded: Engine) -> None:
    asked = "select table_id, area_code, value from marts.observations_as_of(cast(:at as timestamptz), :table, :area)"
    for at, value in ((1, 3.0), (3, 5.0)):
        assert rows(loaded, asked, at=night(at), table="y25i01", area="163") == [("y25i01", "163", value)]
        assert len(rows(loaded, asked, at=night(at), table=None, area=None)) == 3
    assert rows(loaded, asked, at=night(3), table="y07a02", area=None) == []
    activated = (
        "select area_code, activated_persons, vintages from marts.activation_as_of(cast(:at as timestamptz), :area)"
    )
    assert [row[:2] for row in rows(loaded, activated, at=night(2), area="163")] == [("163", 3)]
    assert rows(loaded, activated, at=night(3), area="000") == []


def test_the_law_finds_a_join_that_loses_and_one_that_doubles(loaded: Engine) -> None:
    with loaded.connect() as connection:
        connection.execute(text("create or replace view marts.periods as select * from (select p.code as period, p.kind as "
                                "period_kind, p.first_day as period_first_day, p.last_day as period_last_day, 1 as year, 1 as "
                                "number, ''::text as period_name, ''::text as period_name_en, ''::text as previous_period, "
                                "''::text as year_earlier_period from core.periods p where p.code <> '2025M06' union all "
                                "select code, kind, first_day, last_day, 1, 1, '', '', '', '' from core.periods "
                                "where code = '2025M07') p"))  # fmt: skip
        found = lost_or_doubled(connection)
        connection.rollback()
        assert [each for each in found if each.startswith("marts.observations has 3 rows with period, and 2")]
        assert lost_or_doubled(connection) == []


def test_three_earlier_moments_are_asked_of(loaded: Engine) -> None:
    with loaded.connect() as connection:
        assert moments(connection) == [night(0), night(2), night(2)]
    assert len({(mart.name, dimension.name) for mart, dimension, _ in joins()}) > 40


PERIODS = (
    "2026M07",
    "2025M12",
    "2025M07",
    "2023QMAT02",
    "2023QMAT01",
    "2023QMAT03",
    "2026MYTD01",
    "2026MYTD07",
    "2025Y01",
    "2021Q01",
)


def test_periods_are_named_and_linked_as_elsewhere(module_engine: Engine) -> None:
    periods = {Period.parse(code) for code in PERIODS}
    known = {period for each in periods for period in (each, each.previous, each.year_earlier)}
    with module_engine.begin() as connection:
        write_periods(connection, periods=known)
    asked = "select period, period_name, previous_period, year_earlier_period, year, number from marts.periods"
    found = {row[0]: row[1:] for row in rows(module_engine, asked)}
    for period in periods:
        named = writing.period(period).replace(writing.TIED, " ")
        expected = (named, str(period.previous), str(period.year_earlier), period.year, period.number)
        assert found[str(period)] == expected


def test_areas_have_their_region_and_their_place(module_engine: Engine) -> None:
    asked = (
        "select area_name, region_name, landsdel_name, inhabitants_persons is null from marts.areas order by area_order"
    )
    found = rows(module_engine, asked)
    places = {row[0]: row[1:3] for row in found}
    assert places["Herlev"] == ("Region Hovedstaden", "Landsdel Københavns omegn")
    assert places["Landsdel Fyn"] == ("Region Syddanmark", "Landsdel Fyn")
    assert places["Hele landet"] == (None, None)
    names = [row[0] for row in found]
    assert (names[0], names[1:6]) == ("Hele landet", sorted(names[1:6]))
    last = [name for name in names if name in {area.name for area in municipalities()}][-5:]
    assert last == ["Vordingborg", "Ærø", "Aabenraa", "Aalborg", "Aarhus"]


@pytest.mark.parametrize("asked", ["observations_as_of", *(f"{mart.name}_as_of" for mart in MARTS)])
def test_a_question_without_a_moment_is_an_error(module_engine: Engine, asked: str) -> None:
    with pytest.raises(DBAPIError, match="as of when"):
        rows(module_engine, f"select * from marts.{asked}(null)")
