"""Laws of the marts: as of any moment they are what they were then, and as of now what they are."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from tests.properties.effort import EXAMPLES
from tests.properties.releases import HIDDEN, Cell, Content, forget, night, publish_release, shown
from warehouse import migrations
from warehouse.assumptions.model import shipped
from warehouse.assumptions.record import record
from warehouse.catalogue.model import jobindsats
from warehouse.figures import FIGURES
from warehouse.marts.benefits import rebuild, tables_behind
from warehouse.marts.contract import FIGURE_MARTS
from warehouse.marts.declaration import figure_of
from warehouse.marts.fill import Moves, fill

TABLES = ("y01a02", "y07a02")
CELLS = st.tuples(
    st.sampled_from(["2025M06", "2025M07"]), st.sampled_from([0, 163]), st.sampled_from(["persons", "workforce_pct"])
)
RELEASES = st.dictionaries(CELLS, st.sampled_from([shown(0), shown(3), HIDDEN, (None, "not_yet")]), max_size=5)
HISTORIES = st.lists(st.tuples(st.sampled_from(TABLES), RELEASES), min_size=1, max_size=4)
A, B = ("2025M07", 163, "persons"), ("2025M07", 0, "persons")
AT_ALL_TIMES = "select * from marts.benefit_recipients_as_of(cast(:moment as timestamptz)) order by 1, 3, 6"
NOW = "select * from marts.benefit_recipients order by 1, 3, 6"


def rows(engine: Engine, query: str, **values: object) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query), values)]


def derive(engine: Engine) -> None:
    with engine.connect() as connection:
        behind = tables_behind(connection, catalogue=jobindsats())
    for table_id in behind:
        with engine.begin() as connection:
            rebuild(connection, table_id=table_id)


@settings(max_examples=12)
@given(HISTORIES)
@example([("y01a02", {A: shown(3), B: shown(3)}), ("y07a02", {A: HIDDEN}), ("y01a02", {B: shown(0)}), ("y07a02", {})])
def test_as_of_any_moment_a_mart_is_what_it_was_then(
    module_engine: Engine, history: list[tuple[str, dict[Cell, Content]]]
) -> None:
    forget(module_engine)
    with module_engine.begin() as connection:
        connection.execute(text("delete from marts.benefit_recipients"))
    held: dict[datetime, list[tuple[Any, ...]]] = {night(-1): []}
    for at, (table_id, release) in enumerate(history):
        publish_release(module_engine, release, seen_at=night(at), table_id=table_id)
        from_facts = rows(module_engine, AT_ALL_TIMES, moment="infinity")  # the mart is behind, and is not believed
        derive(module_engine)
        held[night(at)] = rows(module_engine, NOW)
        assert rows(module_engine, AT_ALL_TIMES, moment="infinity") == from_facts == held[night(at)]
    for moment, then in held.items():
        assert rows(module_engine, AT_ALL_TIMES, moment=moment) == then
        assert rows(module_engine, AT_ALL_TIMES, moment=moment + timedelta(hours=23)) == then


REVISED = "select * from marts.revisions where benefit_group is not null and seen_at <= cast(:moment as timestamptz)"
REVISED_AS_OF = "select * from marts.benefit_revisions_as_of(cast(:moment as timestamptz)"
ORDER = " order by vintage_id, period, area_code, measure, benefit_group"


@settings(max_examples=12)
@given(HISTORIES)
@example([("y07a02", {A: shown(3), B: shown(3)}), ("y07a02", {A: HIDDEN}), ("y07a02", {A: shown(0), B: shown(1)})])
def test_revisions_of_benefits_are_those_of_all_tables_that_are_of_a_benefit(
    module_engine: Engine, history: list[tuple[str, dict[Cell, Content]]]
) -> None:
    forget(module_engine)
    for at, (table_id, release) in enumerate(history):
        publish_release(module_engine, release, seen_at=night(at), table_id=table_id)
    for at in range(-1, len(history)):
        expected = rows(module_engine, REVISED + ORDER, moment=night(at))
        assert rows(module_engine, f"{REVISED_AS_OF}) {ORDER}", moment=night(at)) == expected
        herlev = [row for row in expected if row[3] == "163" and row[5] == "persons"]
        assert rows(module_engine, f"{REVISED_AS_OF}, '163', 'persons') {ORDER}", moment=night(at)) == herlev


def test_revisions_of_two_benefits_with_the_same_members_are_each_told(module_engine: Engine) -> None:
    forget(module_engine)
    for at, content in enumerate((shown(3), HIDDEN, shown(0))):
        publish_release(module_engine, {A: content}, seen_at=night(at), table_id="y07a02")
    twin = (
        "insert into core.benefit_groups select (jsonb_populate_record(g, jsonb_build_object('benefit_group', 'twin'))).* "
        "from core.benefit_groups g where benefit_group = 'sickness_benefit'"
    )
    try:
        with module_engine.begin() as connection:
            connection.execute(text(twin))
        expected = rows(module_engine, REVISED + ORDER, moment="infinity")
        assert len(expected) == 4
        assert rows(module_engine, f"{REVISED_AS_OF}) {ORDER}", moment="infinity") == expected
    finally:
        with module_engine.begin() as connection:
            connection.execute(text("delete from core.benefit_groups where benefit_group = 'twin'"))


@pytest.mark.parametrize(
    "asked",
    [
        "core.observations_as_of(null)",
        "marts.benefit_recipients_as_of(null)",
        "marts.benefit_revisions_as_of(null)",
        "marts.benchmark_ranking_as_of(null)",
        "marts.savings_as_of(null)",
    ],
)
def test_a_question_without_a_moment_is_an_error_and_not_empty(module_engine: Engine, asked: str) -> None:
    with pytest.raises(DBAPIError, match="as of when"):
        rows(module_engine, f"select * from {asked}")


@pytest.mark.parametrize(
    ("renamed", "column", "names"),
    [
        (
            "update core.benefit_groups set name = 'Sygepenge' where benefit_group = 'sickness_benefit'",
            1,
            ("Sygepenge", "Sygedagpenge"),
        ),
        ("update core.areas set name = 'Herløv' where code = '163'", 3, ("Herløv", "Herlev")),
    ],
)
def test_a_mart_follows_the_catalogue_though_no_vintage_comes(
    module_engine: Engine, renamed: str, column: int, names: tuple[str, str]
) -> None:
    forget(module_engine)
    with module_engine.begin() as connection:
        connection.execute(text("delete from marts.benefit_recipients"))
    publish_release(module_engine, {A: shown(3)}, seen_at=night(0), table_id="y07a02")
    derive(module_engine)
    with module_engine.begin() as connection:
        assert tables_behind(connection, catalogue=jobindsats()) == []
        connection.execute(text(renamed))
        assert tables_behind(connection, catalogue=jobindsats()) == ["y07a02"]
    assert [row[column] for row in rows(module_engine, AT_ALL_TIMES, moment="infinity")] == [names[0]]
    derive(module_engine)
    assert [row[column] for row in rows(module_engine, NOW)] == [names[0]]
    migrations.upgrade(module_engine)
    derive(module_engine)
    assert [row[column] for row in rows(module_engine, NOW)] == [names[1]]


# ---- a mart that is filled for the benefits that moved ------------------------------------------------------------------
_ENDED = "y38a02"
"""Uddannelseshjælp, until the end of June 2025: its last month is provisional until another benefit's next has come."""
# The law is of this one: who declares another adds it.
(BY_BENEFIT,) = (mart for mart in FIGURE_MARTS if FIGURES[figure_of(mart)].by_benefit)
SHARES = "select * from marts.block_grant_share order by 1, 3, 5, 6"
MONTHS_OF_ALL = st.tuples(
    st.sampled_from(["2025M05", "2025M06", "2025M07"]), st.sampled_from([0, 163]), st.just("full_time_persons")
)
RELEASES_OF_ALL = st.dictionaries(MONTHS_OF_ALL, st.sampled_from([shown(0), shown(30), shown(900), HIDDEN]), max_size=6)
JUNE, JULY = ("2025M06", "2025M07")
PERSONS_OF = {month: {(month, area, "full_time_persons"): shown(900) for area in (0, 163)} for month in (JUNE, JULY)}


def filled(engine: Engine, *, whole: bool) -> tuple[Moves, list[tuple[Any, ...]]]:
    """What a filling counts and leaves behind; a whole one is taken back."""
    with engine.connect() as connection:
        if whole:
            connection.execute(text("delete from ops.figure_builds where mart = 'block_grant_share'"))
        moves = fill(connection, BY_BENEFIT)
        found = [tuple(row) for row in connection.execute(text(SHARES))]
        if not whole:
            connection.commit()
        return moves, found


@pytest.mark.slow
@settings(max_examples=EXAMPLES // 5)
@given(st.lists(st.tuples(st.sampled_from([*TABLES, _ENDED]), RELEASES_OF_ALL), min_size=1, max_size=3))
@example([("y07a02", PERSONS_OF[JULY])])
def test_a_mart_filled_for_the_benefits_that_moved_is_the_mart_filled_whole(
    module_engine: Engine, history: list[tuple[str, dict[Cell, Content]]]
) -> None:
    forget(module_engine)
    with module_engine.begin() as connection:
        connection.execute(text("delete from marts.benefit_recipients"))
        record(connection, shipped(), now=night(-1))  # populations, of which keys are made
    begun = [(table_id, PERSONS_OF[JUNE]) for table_id in (*TABLES, _ENDED)]
    for at, (table_id, release) in enumerate([*begun, *history]):
        publish_release(module_engine, release, seen_at=night(at), table_id=table_id)
        derive(module_engine)
        whole = filled(module_engine, whole=True)
        assert filled(module_engine, whole=False) == whole
