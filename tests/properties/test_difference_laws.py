"""A load of which only what differs was staged is, to its audit and to its readers, the load that was staged whole.

`LAW_EXAMPLES` says how many random publications are tried: 50 unless told, 1,000 in the long profile.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, text

from expectations.checks import Audited
from expectations.suite import verdicts
from expectations.verdict import in_words
from tasks.sources.cells import SCHEMA, Cut
from tasks.stage import Filled, Loading, stage_what_differs, stage_whole
from tests.properties.releases import FIRST_NIGHT, TABLE, forget, load, open_run
from warehouse.catalogue.model import Table, jobindsats
from warehouse.history.dimensions import canonical
from warehouse.history.ended import ended_series
from warehouse.history.staging import PARTS, drop_leftovers, drop_staging, table_number
from warehouse.history.vintages import Vintage, newest_vintage, publish
from warehouse.periods import Period

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:Generating overly large repr")]

EXAMPLES = int(os.environ.get("LAW_EXAMPLES", "50"))
MONTHS = tuple(Period.parse(f"2026M{month:02}") for month in range(1, 7))
AREAS = (0, 101, 163, 741)
DECLARED = jobindsats().table(TABLE)
(GROUPS,) = DECLARED.breakdowns
MEMBERS = [canonical({GROUPS.dimension: name}) for name in (GROUPS.root or "", *(each.name for each in GROUPS.members))]
MEASURES = [measure.name for measure in DECLARED.measures]
Cell = tuple[int, int, str, str]


def ending(table: Table, *, member: str, measure: str, until: date) -> Table:
    """A table as declared, of which a member and a measure have ended."""
    (groups,) = table.breakdowns
    members = tuple(
        each.model_copy(update={"until": until}) if each.name == member else each for each in groups.members
    )
    measures = tuple(m.model_copy(update={"until": until}) if m.name == measure else m for m in table.measures)
    breakdowns = (groups.model_copy(update={"members": members}),)
    return table.model_copy(update={"breakdowns": breakdowns, "measures": measures})


LAST_MEMBER, LAST_MEASURE = GROUPS.members[-1].name, MEASURES[-1]
ENDED = ending(DECLARED, member=LAST_MEMBER, measure=LAST_MEASURE, until=MONTHS[3].last_day)
"""The same table, of which a member and a measure ended in the fourth of the months."""


@dataclass(frozen=True)
class Snapshot:
    """A table as a source had it: so many answers, each with some of its cells."""

    cells: dict[Cell, float | None] = field(repr=False)
    answers_of: int
    twice: bool = False
    table: Table = field(default=DECLARED, repr=False)
    partial_periods: frozenset[int] = frozenset()
    declared_in: str = "the test"
    labels: tuple[Any, ...] = ()
    differences: tuple[str, ...] = ()
    manifest: Any = None
    asked: tuple[Period, ...] | None = field(default=MONTHS)

    @property
    def asked_periods(self) -> tuple[Period, ...] | None:
        return self.asked

    @property
    def newest_period(self) -> Period | None:
        return MONTHS[-1]

    def answers(self) -> Iterator[Cut]:
        rows = [
            (*cell, value, "suppressed" if value is None else "observed") for cell, value in sorted(self.cells.items())
        ]
        for number in range(self.answers_of):
            some = rows[number :: self.answers_of]
            if some:
                yield f"answer {number}", pl.DataFrame(some, schema=SCHEMA, orient="row")
        if self.twice:
            yield "again", pl.DataFrame(rows[:1], schema=SCHEMA, orient="row")


VALUES = st.none() | st.sampled_from([0.0, 3.0, 12.0, 29.0, 30.0, 31.0, 400.0, 1000.0, 100_000.0, -1.0, 2.5])


@st.composite
def publications(draw: st.DrawFn) -> list[Snapshot]:
    """Up to four editions of one table; each is the one before it with cells revised, hidden, gone and new."""
    areas = draw(st.sets(st.sampled_from(AREAS), min_size=1))
    places = [
        (period.key, area, member, measure)
        for period in MONTHS
        for area in sorted(areas)
        for member in MEMBERS
        for measure in draw(st.sampled_from([MEASURES, MEASURES[:2], MEASURES[1:2]]))
    ]
    kept = draw(st.sampled_from([places, [place for place in places if place[0] < MONTHS[-1].key]]))
    cells: dict[Cell, float | None] = dict.fromkeys(kept, draw(st.sampled_from([30.0, 1000.0, 5.0])))
    editions = []
    for _ in range(draw(st.integers(2, 4))):
        for place in draw(st.lists(st.sampled_from(places), max_size=25)):
            cells[place] = draw(VALUES)
        for place in draw(st.lists(st.sampled_from(places), max_size=8)):
            cells.pop(place, None)
        for at in draw(st.sets(st.integers(0, len(MONTHS) - 1), max_size=1)):
            factor = draw(st.sampled_from([1, 10, 0.01]))
            cells |= {p: v * factor for p, v in cells.items() if v is not None and p[0] == MONTHS[at].key}
        if cells:
            asked, table = draw(st.sampled_from([MONTHS, None])), draw(st.sampled_from([DECLARED, ENDED]))
            parts, twice = draw(st.integers(1, 3)), draw(st.integers(0, 9)) == 0
            editions.append(Snapshot(dict(cells), parts, twice, table, asked=asked))
    return editions


def relation(connection: Connection, name: str) -> list[str]:
    """The rows of a relation as text, in order; sums of decimals depend on their order beyond so many digits."""
    rows = connection.scalars(text(f"select to_jsonb(t) from staging.{name} t"))
    return sorted(
        str({key: round(cell, 6) if isinstance(cell, float) else cell for key, cell in row.items()}) for row in rows
    )


def staged(connection: Connection, name: str) -> dict[str, list[str]]:
    """What lies in staging of a load."""
    return {part: relation(connection, f"{name}{part}") for part in ("", *PARTS)}


def judged(engine: Engine, name: str, *, snapshot: Snapshot, table_no: int) -> dict[str, Any]:
    """What the suite says of a load, by rule: whether it held, and the offenders."""
    audited = Audited(snapshot.table, table_no, name, snapshot.asked_periods, FIRST_NIGHT.date())
    return {
        each.rule: (each.passed, each.offenders, sorted(str(in_words(cell)) for cell in each.cells))
        for each in verdicts(audited, warehouse=engine.url)
    }


@dataclass
class Trial:
    """One publication after another, each staged both ways; the one of differences is published."""

    engine: Engine
    seen_at: Any = FIRST_NIGHT
    by_differences: int = 0

    def publish(self, snapshot: Snapshot) -> Vintage:
        """Stage whole, keep what is there, stage what differs, compare, publish."""
        self.seen_at += timedelta(days=1)
        with self.engine.begin() as connection:
            run_id = open_run(connection, started_at=self.seen_at)
            table_no = table_number(connection, table_id=TABLE)
            newest = newest_vintage(connection, table_id=TABLE)
            ended = ended_series(connection, snapshot.table, table_no=table_no, day=FIRST_NIGHT.date())
            loading = Loading(snapshot, run_id, table_no, ended)
            whole = stage_whole(connection, loading, newest=newest)
            expected = None if whole.stands_already or newest is None else staged(connection, loading.name)
        said = judged(self.engine, loading.name, snapshot=snapshot, table_no=table_no) if expected else None
        if newest is not None:
            self._again(loading, whole=whole, expected=expected, said=said, newest=newest)
        stood = newest.vintage_id if newest is not None else 0
        with self.engine.begin() as connection:
            if whole.stands_already or snapshot.twice:  # nobody publishes a cell that came twice
                drop_staging(connection, name=loading.name)
                return Vintage(TABLE)
            given = load(loading.name, run_id=run_id, seen_at=self.seen_at, stood=stood)
            return publish(connection, given)

    def _again(self, loading: Loading, *, whole: Filled, expected: Any, said: Any, newest: Any) -> None:
        with self.engine.begin() as connection:
            again = stage_what_differs(connection, loading, newest=newest)
            if again is None:
                stage_whole(connection, loading, newest=newest)
                return
            assert again == whole
            found = None if whole.stands_already else staged(connection, loading.name)
        assert found == expected
        if said is not None:
            snapshot: Any = loading.snapshot
            assert judged(self.engine, loading.name, snapshot=snapshot, table_no=loading.table_no) == said
            self.by_differences += 1


@given(editions=publications())
@settings(max_examples=EXAMPLES, deadline=None)
def test_what_differs_says_what_the_whole_says(module_engine: Engine, editions: list[Snapshot]) -> None:
    forget(module_engine)
    trial = Trial(module_engine)
    for edition in editions:
        trial.publish(edition)


def whole(value: float = 1000.0) -> dict[Cell, float | None]:
    """All cells of all months, each with the same value."""
    return {(p.key, a, m, name): value for p in MONTHS for a in AREAS for m in MEMBERS for name in MEASURES}


def test_revised_withdrawn_and_new_cells_are_staged_by_what_differs(module_engine: Engine) -> None:
    forget(module_engine)
    trial = Trial(module_engine)
    cells = whole()
    gone, revised, hidden, *_ = cells
    trial.publish(Snapshot({cell: value for cell, value in cells.items() if cell[0] < MONTHS[-1].key}, 2))
    cells |= {revised: 1001.0, hidden: None}
    del cells[gone]
    vintage = trial.publish(Snapshot(cells, 2))
    assert trial.by_differences == 1
    assert (vintage.new, vintage.revised, vintage.withdrawn) == (len(AREAS) * len(MEMBERS) * len(MEASURES), 2, 1)
    assert vintage.unchanged == len(cells) - vintage.new - 2
    assert trial.publish(Snapshot(cells, 3)).new == 0


def test_what_stands_of_a_series_that_ended_stays_up_to_its_end(module_engine: Engine) -> None:
    forget(module_engine)
    trial, cells = Trial(module_engine), whole()
    trial.publish(Snapshot(cells, 2))
    gone = {cell for cell in cells if LAST_MEMBER in cell[2] or cell[3] == LAST_MEASURE}
    left: dict[Cell, float | None] = {cell: value for cell, value in cells.items() if cell not in gone}
    vintage = trial.publish(Snapshot(left, 2, table=ENDED))
    assert trial.by_differences == 1
    after = {cell for cell in gone if cell[0] > MONTHS[3].key}
    assert (vintage.new, vintage.revised, vintage.withdrawn) == (0, 0, len(after))
    before, since = min(gone - after), min(after)
    vintage = trial.publish(Snapshot({**left, before: 7.0, since: 8.0}, 2, table=ENDED))
    assert (vintage.new, vintage.revised, vintage.withdrawn) == (1, 1, 0), "what comes of it is taken as ever"


def test_what_is_published_meanwhile_does_not_move_a_load_of_differences(module_engine: Engine) -> None:
    forget(module_engine)
    trial = Trial(module_engine)
    cells = whole()
    trial.publish(Snapshot(cells, 1))
    first, second, *_ = cells
    with module_engine.begin() as connection:
        run_id, table_no = open_run(connection), table_number(connection, table_id=TABLE)
        newest = newest_vintage(connection, table_id=TABLE)
        loading = Loading(Snapshot({**cells, first: 7.0}, 1), run_id, table_no)
        assert stage_what_differs(connection, loading, newest=newest) is not None  # type: ignore[arg-type]
        before = relation(connection, loading.name)
    trial.publish(Snapshot({**cells, second: 8.0}, 1))
    with module_engine.begin() as connection:
        assert relation(connection, loading.name) == before
        given = load(loading.name, run_id=run_id, seen_at=trial.seen_at + timedelta(days=1), stood=newest.vintage_id)  # type: ignore[union-attr]
        vintage = publish(connection, given)
    assert (vintage.new, vintage.revised, vintage.withdrawn) == (0, 2, 0), "its own cell, and the other put back"


@pytest.mark.parametrize(
    ("edition", "why"),
    [
        (Snapshot(whole(), 1, twice=True), "a cell that came twice is the whole load's to tell"),
        (Snapshot({cell: None if cell[0] == MONTHS[-1].key else 1.0 + v for cell, v in whole().items() if v}, 1), "not out"),
    ],
    ids=["twice", "not yet"],
)  # fmt: skip
def test_what_needs_the_whole_is_staged_whole(module_engine: Engine, edition: Snapshot, why: str) -> None:
    forget(module_engine)
    Trial(module_engine).publish(Snapshot(whole(), 1))
    with module_engine.begin() as connection:
        loading = Loading(edition, open_run(connection), table_number(connection, table_id=TABLE))
        newest = newest_vintage(connection, table_id=TABLE)
        assert stage_what_differs(connection, loading, newest=newest) is None, why  # type: ignore[arg-type]


def test_leftovers_of_differences_are_dropped_views_first(module_engine: Engine) -> None:
    forget(module_engine)
    Trial(module_engine).publish(Snapshot(whole(), 1))
    first, *_ = whole()
    with module_engine.begin() as connection:
        table_no = table_number(connection, table_id=TABLE)
        loading = Loading(Snapshot({**whole(), first: 7.0}, 1), open_run(connection), table_no)
        stage_what_differs(connection, loading, newest=newest_vintage(connection, table_id=TABLE))  # type: ignore[arg-type]
        assert drop_leftovers(connection)[0] == loading.name
        assert drop_leftovers(connection) == []
