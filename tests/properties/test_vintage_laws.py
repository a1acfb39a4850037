"""Laws of vintages on a real PostgreSQL: as of every vintage the warehouse knows what a plain dictionary would know."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from tests.properties.effort import EXAMPLES
from tests.properties.naive import after, told
from tests.properties.releases import (
    FULL_TIME,
    HIDDEN,
    PERSONS,
    TABLE,
    Cell,
    Content,
    Release,
    count,
    forget,
    known_at,
    night,
    publish_release,
    shown,
)
from warehouse.areas import all_areas
from warehouse.catalogue.model import jobindsats
from warehouse.reading import Question, observations, revisions

PERIODS, AREAS = ["2026M05", "2026M06"], [0, 163, 741]
CELLS = st.tuples(st.sampled_from(PERIODS), st.sampled_from(AREAS), st.sampled_from([PERSONS, FULL_TIME]))
CONTENTS = st.sampled_from([shown(0), shown(1), shown(2), HIDDEN, (None, "not_yet")])
RELEASES = st.dictionaries(CELLS, CONTENTS, max_size=8)
HISTORIES = st.lists(RELEASES, min_size=1, max_size=6)
# Each example is several transactions on a real PostgreSQL: a fifth of the profile's.
FEWER = settings(max_examples=max(12, EXAMPLES // 5))
NAMES = {area.key: area.name for area in all_areas()}


A, B = ("2026M05", 163, PERSONS), ("2026M05", 741, PERSONS)


@FEWER
@given(HISTORIES)
@example([{A: shown(1), B: shown(2)}, {B: shown(2)}, {B: shown(2)}, {A: shown(1), B: shown(2)}])
@example([{A: HIDDEN, B: shown(0)}, {B: HIDDEN}, {A: HIDDEN}, {}, {A: shown(0), B: HIDDEN}])
def test_as_of_every_vintage_is_what_a_dictionary_would_know(module_engine: Engine, history: list[Release]) -> None:
    forget(module_engine)
    known: dict[Cell, Content] = {}
    states: dict[datetime, dict[Cell, Content]] = {night(-1): {}}
    for at, release in enumerate(history):
        vintage = publish_release(module_engine, release, seen_at=night(at))
        assert (vintage.new, vintage.revised, vintage.withdrawn, vintage.unchanged) == told(known, release)
        known = after(known, release)
        states[night(at)] = known
    for moment, state in states.items():
        assert known_at(module_engine, moment) == state
        assert known_at(module_engine, moment + timedelta(hours=23)) == state


@FEWER
@given(HISTORIES)
def test_publishing_twice_is_publishing_once(module_engine: Engine, history: list[Release]) -> None:
    forget(module_engine)
    for at, release in enumerate(history):
        publish_release(module_engine, release, seen_at=night(2 * at))
        rows = count(module_engine, "core.observations"), count(module_engine, "core.vintages")
        again = publish_release(module_engine, release, seen_at=night(2 * at + 1))
        assert (again.vintage_id, again.new, again.revised, again.withdrawn) == (None, 0, 0, 0)
        assert again.unchanged == len(release)
        assert (count(module_engine, "core.observations"), count(module_engine, "core.vintages")) == rows


@FEWER
@given(HISTORIES)
def test_reading_answers_the_same_for_an_area_and_tells_every_revision(
    module_engine: Engine, history: list[Release]
) -> None:
    forget(module_engine)
    states: list[dict[Cell, Content]] = [{}]
    for at, release in enumerate(history):
        publish_release(module_engine, release, seen_at=night(at))
        states.append(after(states[-1], release))
    table = jobindsats().table(TABLE)
    with module_engine.connect() as connection:
        for at, state in enumerate(states[1:]):
            for area in AREAS:
                rows = observations(connection, Question(table, NAMES[area], as_of=night(at)))
                found = {(row["period"], area, row["measure"]): (row["value"], row["status"]) for row in rows}
                assert len(found) == len(rows)
                expected = {cell: content for cell, content in state.items() if cell[1] == area}
                assert found == expected
        changes = [
            (cell, before[cell][1], later[cell][1])
            for before, later in pairwise(states)
            for cell in before
            if before[cell] != later[cell]
        ]
        codes = {area.name: area.key for area in all_areas()}
        listed = [
            ((row["period"], codes[row["area"]], row["measure"]), row["before_status"], row["after_status"])
            for row in revisions(connection, table=table)
        ]
        assert sorted(listed) == sorted(changes)
