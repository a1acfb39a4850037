"""Random histories of releases, disturbed anywhere and repeated at will: the warehouse knows what a dictionary knows.

The machine plays a publisher who revises, hides, shows, withdraws and sends again, and nights that bring in what is
there, or a part of it, or are broken off; after each of them every `as of` there is agrees with the naive history.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, ClassVar

import pytest
from hypothesis import event, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Connection, Engine, text

from tests.properties.disturbances import (
    COMMIT,
    COPYING,
    DATABASE_ERRORS,
    FIRST_PUBLISHING,
    PUBLISHING,
    STAGING,
    WAYS,
    disturbed,
    terminate,
)
from tests.properties.naive import WITHDRAWN, Counts, History
from tests.properties.releases import (
    FIRST_NIGHT,
    FULL_TIME,
    HIDDEN,
    PERSONS,
    TABLE,
    Cell,
    Content,
    Release,
    forget,
    load,
    open_run,
    shown,
    stage,
)
from warehouse.areas import all_areas
from warehouse.catalogue.model import jobindsats
from warehouse.errors import ClockRunsBackwards
from warehouse.history.staging import PARTS, drop_leftovers, table_number
from warehouse.history.vintages import Vintage, publish
from warehouse.reading import Question, observations, revisions

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]

PERIODS, AREAS, MEASURES = ("2026M05", "2026M06", "2026M07"), (0, 163, 741), (PERSONS, FULL_TIME)
CELLS = st.tuples(st.sampled_from(PERIODS), st.sampled_from(AREAS), st.sampled_from(MEASURES))
NOT_YET: Content = (None, "not_yet")
CONTENTS = st.sampled_from([None, shown(0), shown(1), shown(2), HIDDEN, NOT_YET])
CHANGES = st.dictionaries(CELLS, CONTENTS, min_size=1, max_size=6)
PAUSES = st.sampled_from([timedelta(microseconds=1), timedelta(hours=1), timedelta(days=1), timedelta(days=31)])
NAMES = {area.key: area.name for area in all_areas()}
TORN: Content = (0.5, "no such status")
LONG_AFTER = datetime(9999, 12, 31, tzinfo=UTC)
AN_INSTANT = timedelta(microseconds=1)

_AS_OF_EACH = text("""
select m.moment, p.code as period, s.area_id, n.name, o.value, o.status::text
from unnest(cast(:moments as timestamptz[])) m(moment)
join lateral core.observations_as_of(m.moment) o on o.table_no = :table_no
join core.series s on s.series_id = o.series_id
join core.measures n on n.measure_id = s.measure_id
join core.periods p on p.period_id = o.period_id
""")
_ROWS = text("""
select series_id, period_id, vintage_id, value, status::text, superseded_by from core.observations
where table_no = :table_no
""")
_STAGING = text("select relname from pg_class where relnamespace = 'staging'::regnamespace and relkind = 'r'")
_STANDING = text("select coalesce(sum(new - withdrawn), 0) from core.vintages")


@dataclass(frozen=True)
class Waiting:
    """A load that was staged and not published."""

    staging: str
    run_id: int
    seen_at: datetime
    release: Release


class Warehouse(RuleBasedStateMachine):
    """One table of a real warehouse beside its naive history."""

    engine: Engine
    table_no: int
    struck: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        forget(self.engine)
        with self.engine.begin() as connection:  # so that a history begins as a table does, with its first load
            connection.execute(text(f"drop table if exists core.observations_{TABLE}"))
        self.history = History()
        self.publisher: dict[Cell, Content] = {}
        self.now = FIRST_NIGHT
        self.waiting: list[Waiting] = []
        self.rows: dict[tuple[Any, ...], tuple[Any, ...]] = {}

    # ---- what happens -----------------------------------------------------------------------------------

    @initialize(changes=CHANGES, step=st.none() | st.sampled_from([*FIRST_PUBLISHING]), way=st.sampled_from(WAYS))
    def begin(self, changes: dict[Cell, Content | None], step: str | None, way: str) -> None:
        """Some tables begin with trouble: their first load is broken off while it becomes the partition."""
        if step is not None:
            self._disturb_publishing(changes, step=step, way=way)

    @rule(changes=CHANGES, pause=PAUSES)
    def night(self, changes: dict[Cell, Content | None], pause: timedelta) -> None:
        """The publisher changes some cells, and a night brings in all there is."""
        self._change(changes, pause=pause)
        self._publish(self._stage(self.publisher))

    @rule(changes=CHANGES, pause=PAUSES, periods=st.sets(st.sampled_from(PERIODS), min_size=1))
    def night_of_some_periods(self, changes: dict[Cell, Content | None], pause: timedelta, periods: set[str]) -> None:
        """Only some periods are fetched: nothing is said of the others."""
        self._change(changes, pause=pause)
        self._publish(self._stage({cell: content for cell, content in self.publisher.items() if cell[0] in periods}))

    @rule(pause=PAUSES)
    def night_again(self, pause: timedelta) -> None:
        """The same release is staged by two nights and published by both: the second changes nothing."""
        self.now += pause
        first = self._stage(self.publisher)
        self.now += pause
        second = self._stage(self.publisher)
        self._publish(first)
        assert self._publish(second) == (0, 0, 0, len(self.publisher))

    @rule(changes=CHANGES, pause=PAUSES)
    def night_abandoned(self, changes: dict[Cell, Content | None], pause: timedelta) -> None:
        """A load is staged, and nobody publishes it."""
        self._change(changes, pause=pause)
        self.waiting.append(self._stage(self.publisher))

    @rule(changes=CHANGES, pause=PAUSES, step=st.sampled_from([*STAGING, COPYING]), way=st.sampled_from(WAYS))
    def staging_disturbed(self, changes: dict[Cell, Content | None], pause: timedelta, step: str, way: str) -> None:
        """A night is broken off while it stages: nothing of it is there."""
        self._change(changes, pause=pause)
        with self._trouble(step, way=way):
            if step == COPYING:
                self._stage_torn(way=way)
            with disturbed(self.engine, step=step, way=way) as connection:
                staged = self._stage_on(connection, self.publisher)
            self.waiting.append(staged)

    @rule(changes=CHANGES, pause=PAUSES, step=st.sampled_from([*PUBLISHING, COMMIT]), way=st.sampled_from(WAYS))
    def publishing_disturbed(self, changes: dict[Cell, Content | None], pause: timedelta, step: str, way: str) -> None:
        """A night is broken off while it publishes: the load waits, and nothing else has changed."""
        self.now += pause
        self._disturb_publishing(changes, step=step, way=way)

    def _disturb_publishing(self, changes: dict[Cell, Content | None], *, step: str, way: str) -> None:
        self._change(changes, pause=AN_INSTANT)
        staged = self._stage(self.publisher)
        self.waiting.append(staged)
        with self._trouble(step, way=way):
            with disturbed(self.engine, step=step, way=way) as connection:
                vintage = self._publish_on(connection, staged)
            self.waiting.remove(staged)
            self._published(staged, vintage)

    @precondition(lambda self: self.waiting)
    @rule(at=st.integers(0, 9))
    def repeat(self, at: int) -> None:
        """A load that was left is published after all, unless a newer one was."""
        staged = self.waiting.pop(at % len(self.waiting))
        if self.history.takes(staged.seen_at):
            event("a load left behind published")
            self._publish(staged)
            return
        event("a load left behind refused")
        with pytest.raises(ClockRunsBackwards), self.engine.begin() as connection:
            self._publish_on(connection, staged)
        self.waiting.append(staged)

    @precondition(lambda self: self.waiting)
    @rule(at=st.integers(0, 9))
    def stage_again(self, at: int) -> None:
        """A run that comes back stages what it had staged before, and gets the same."""
        left = self.waiting[at % len(self.waiting)]
        with self.engine.begin() as connection:
            assert stage(connection, left.release, run_id=left.run_id) == left.staging

    @precondition(lambda self: self.waiting)
    @rule()
    def sweep(self) -> None:
        """Every run is over: what they left in staging goes, and only that."""
        with self.engine.begin() as connection:
            connection.execute(text("update ops.runs set ended_at = started_at"))
            dropped = drop_leftovers(connection)
        assert sorted(dropped) == self._left_in_staging()
        self.waiting.clear()

    @rule(area=st.sampled_from(AREAS), at=st.integers(0, 50))
    def ask(self, area: int, at: int) -> None:
        """People who ask for an area as of a moment are told the same."""
        moments = self._moments()
        moment = moments[at % len(moments)]
        with self.engine.connect() as connection:
            rows = observations(connection, Question(jobindsats().table(TABLE), NAMES[area], as_of=moment))
        found = {(row["period"], area, row["measure"]): (row["value"], row["status"]) for row in rows}
        assert len(found) == len(rows)
        assert found == {cell: content for cell, content in self.history.at(moment).items() if cell[1] == area}

    @rule()
    def list_revisions(self) -> None:
        """The list of revisions tells every change of a cell that was known before, and nothing else."""
        states = [{}, *(state for _, state in self.history.states)]
        changes = sorted(
            (cell, before[cell][1], state[cell][1])
            for before, state in pairwise(states)
            for cell in before
            if before[cell] != state[cell]
        )
        codes = {name: key for key, name in NAMES.items()}
        with self.engine.connect() as connection:
            rows = revisions(connection, table=jobindsats().table(TABLE))
        listed = [
            ((row["period"], codes[row["area"]], row["measure"]), row["before_status"], row["after_status"])
            for row in rows
        ]
        assert sorted(listed) == changes

    # ---- what is always so ------------------------------------------------------------------------------

    @invariant()
    def the_warehouse_knows_what_the_history_knows(self) -> None:
        """As of every moment; rows are only added and closed once; nothing is left in staging but what waits."""
        moments = self._moments()
        with self.engine.connect() as connection:
            table_no = {"table_no": self.table_no}
            known = connection.execute(_AS_OF_EACH, {"moments": moments} | table_no).all()
            rows = {tuple(row[:3]): tuple(row[3:]) for row in connection.execute(_ROWS, table_no)}
            standing = connection.scalar(_STANDING)
            staging = sorted(connection.scalars(_STAGING))
        self._require_every_as_of([tuple(row) for row in known], moments=moments)
        self._require_nothing_overwritten(rows)
        assert standing == sum(content != WITHDRAWN for content in self.history.known.values())
        assert staging == self._left_in_staging()

    def _left_in_staging(self) -> list[str]:
        """What waits to be published, each with what was made of it."""
        return sorted(left.staging + part for left in self.waiting for part in ("", *PARTS))

    def _require_every_as_of(self, rows: list[tuple[Any, ...]], *, moments: list[datetime]) -> None:
        found: dict[datetime, dict[Cell, Content]] = {moment: {} for moment in moments}
        for moment, period, area, measure, value, status in rows:
            found[moment][(period, area, measure)] = (value, status)
        assert sum(map(len, found.values())) == len(rows), "a cell stands twice"
        for moment in moments:
            assert found[moment] == self.history.at(moment), moment

    def _require_nothing_overwritten(self, rows: dict[tuple[Any, ...], tuple[Any, ...]]) -> None:
        assert self.rows.keys() <= rows.keys()
        for key, (*before, closed_by) in self.rows.items():
            assert list(rows[key][:-1]) == before
            assert closed_by in (None, rows[key][-1])
        self.rows = rows

    # ---- how it is done ---------------------------------------------------------------------------------

    def _change(self, changes: dict[Cell, Content | None], *, pause: timedelta) -> None:
        self.now += pause
        for cell, content in changes.items():
            if content is None:
                self.publisher.pop(cell, None)
            else:
                self.publisher[cell] = content

    def _stage(self, release: Release) -> Waiting:
        with self.engine.begin() as connection:
            return self._stage_on(connection, release)

    def _stage_on(self, connection: Connection, release: Release) -> Waiting:
        run_id = open_run(connection, started_at=self.now)
        return Waiting(stage(connection, release, run_id=run_id), run_id, self.now, dict(release))

    def _publish(self, staged: Waiting) -> Counts:
        with self.engine.begin() as connection:
            vintage = self._publish_on(connection, staged)
        return self._published(staged, vintage)

    def _publish_on(self, connection: Connection, staged: Waiting) -> Vintage:
        return publish(connection, load(staged.staging, run_id=staged.run_id, seen_at=staged.seen_at))

    def _published(self, staged: Waiting, vintage: Vintage) -> Counts:
        expected = self.history.publish(staged.release, seen_at=staged.seen_at)
        counts = (vintage.new, vintage.revised, vintage.withdrawn, vintage.unchanged)
        assert counts == expected
        assert vintage.changed == any(counts[:3])
        return counts

    def _stage_torn(self, *, way: str) -> None:
        """The server refuses a row in the middle of COPY, or is ended while rows are on their way."""
        with self.engine.begin() as connection:
            if way == "raised":
                self._stage_on(connection, {**self.publisher, ("2026M07", 741, PERSONS): TORN})
            staged = self._stage_on(connection, self.publisher)
            driver: Any = connection.connection.driver_connection
            with driver.cursor() as cursor, cursor.copy(f"copy staging.{staged.staging} from stdin".encode()) as copy:
                copy.write(b"1\t1202605\t1\tobserved\n" * 5_000)
                terminate(connection, engine=self.engine)
                copy.write(b"1\t1202606\t1\tobserved\n" * 5_000)

    @contextmanager
    def _trouble(self, step: str, *, way: str) -> Iterator[None]:
        """Take the trouble that was ordered, and note that it came; anything else is an error."""
        try:
            yield
        except DATABASE_ERRORS:
            self.struck[step] += 1
            event(f"{way} {step}")

    def _moments(self) -> list[datetime]:
        seen = [seen_at for seen_at, _ in self.history.states]
        beside = {moment for at in seen for moment in (at - AN_INSTANT, at, at + AN_INSTANT)}
        return sorted({FIRST_NIGHT - timedelta(days=400), *beside, self.now + timedelta(days=1), LONG_AFTER})


@pytest.fixture
def quick_engine(module_engine: Engine) -> Engine:
    """The module's warehouse, which need not outlive the machine it stands on."""
    with module_engine.begin() as connection:
        connection.execute(text(f"alter database {module_engine.url.database} set synchronous_commit = off"))
    module_engine.dispose()
    return module_engine


def test_after_every_history_every_as_of_is_what_a_dictionary_would_know(quick_engine: Engine) -> None:
    Warehouse.engine = quick_engine
    Warehouse.struck.clear()
    with quick_engine.connect() as connection:
        Warehouse.table_no = table_number(connection, table_id=TABLE)
    run_state_machine_as_test(Warehouse, settings=settings(max_examples=max(200, settings().max_examples)))
    assert set(Warehouse.struck) == {*STAGING, COPYING, *PUBLISHING, *FIRST_PUBLISHING, COMMIT}, (
        "not every step was disturbed"
    )
