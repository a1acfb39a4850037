"""Two Prefect workers on one pool at one backfill: as one process would have done it, and whichever machine goes dark."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, create_engine, text

from tasks.backfill.steps import begin
from tasks.backfill.work import work_on
from tasks.derive import bring_figures_up_to_date, bring_up_to_date
from tests.asked import require_once
from tests.budgets import calls_over
from tests.conftest import Database
from tests.content import content_of
from tests.pool import FOR_BACKFILLS, FOR_NIGHTS, Pool, manned, standing
from tests.processes import until
from tests.serving import Server
from tests.standin.server import StandIn, running

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]
TABLES = ["y25i01", "y10a02", "y01h01"]
FIRST, LAST = "2022", "2023M10"
PER_MINUTE = 90
SETTINGS = {
    "JOBINDSATS_CELLS_PER_CALL": "3000",
    "JOBINDSATS_CALLS_PER_MINUTE": str(PER_MINUTE),
    "JOBINDSATS_BACKOFF_SECONDS": "0.01",
}
# No clock is set: on several machines it is each machine's own, as in production.
Rows = Callable[..., list[dict[str, Any]]]


@pytest.fixture(scope="module")
def publisher() -> Iterator[StandIn]:
    """A publisher on 5 November 2023, who can be told to take two seconds for each answer."""
    with running(today="2023-11-05", scale="small", slow_seconds=2) as standin:
        yield standin


def told_of(publisher: StandIn, warehouse: URL, folder: Path) -> dict[str, str]:
    """What every process is told, on whichever machine."""
    return SETTINGS | {
        "JOBINDSATS_API_URL": publisher.url,
        "JOBINDSATS_API_TOKEN": publisher.token,
        "JOBINDSATS_WAREHOUSE_URL": warehouse.render_as_string(hide_password=False),
        "JOBINDSATS_ARCHIVE_URL": (folder / "archive").as_uri(),
    }


@pytest.fixture(scope="module")
def alone(publisher: StandIn, empty_database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The content when one process does all of it."""
    with empty_database() as warehouse, pytest.MonkeyPatch.context() as patch:
        for name, value in told_of(publisher, warehouse, tmp_path_factory.mktemp("alone")).items():
            patch.setenv(name, value)
        patch.delenv("JOBINDSATS_CALLS_PER_MINUTE")
        done = work_on(begin(FIRST, LAST, tables=TABLES, resume=None))
        assert done.done == done.partitions > len(TABLES)
        engine = create_engine(warehouse)
        bring_up_to_date(engine)
        troubles: list[str] = []
        bring_figures_up_to_date(engine, told=troubles.append)
        engine.dispose()
        assert troubles == []
        yield content_of(warehouse)


@pytest.fixture
def warehouse(empty_database: Database) -> Iterator[URL]:
    """A warehouse of this test's own."""
    with empty_database() as url:
        yield url


@pytest.fixture(scope="module")
def prefect(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with the deployments; it leaves nothing running."""
    with standing(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture
def pool(prefect: Server, publisher: StandIn, warehouse: URL, tmp_path: Path) -> Iterator[Pool]:
    """The pool, with two machines that take a backfill each."""
    settings = told_of(publisher, warehouse, tmp_path)
    with manned(prefect, folder=tmp_path, settings=settings) as pool:
        pool.start_worker("one", *FOR_BACKFILLS)
        pool.start_worker("two", *FOR_BACKFILLS)
        yield pool
        publisher.clear_faults()


@pytest.fixture
def rows(warehouse: URL) -> Iterator[Rows]:
    """Asks the warehouse."""
    engine = create_engine(warehouse)

    def ask(statement: str, **values: object) -> list[dict[str, Any]]:
        with engine.connect() as connection:
            return [dict(row) for row in connection.execute(text(statement), values).mappings()]

    yield ask
    engine.dispose()


AT_WORK = """
select count(*) as n from ops.backfill_partitions p join ops.runs r using (run_id)
where r.flow_run = :run and p.started_at is not null
"""


def number_of(pool: Pool, run_id: str) -> int:
    """The backfill's number, as the bar of the run's progress in Prefect's interface says it."""
    (bar,) = [artifact for artifact in pool.artifacts(run_id) if artifact["key"] == "backfill-progress"]
    return int(bar["description"].split()[1].rstrip(":"))


def both_at_work(pool: Pool, rows: Rows, publisher: StandIn) -> tuple[str, str]:
    """A backfill, and a second run that joins in, on another worker; each has begun a partition."""
    publisher.set_faults({"slow": 1}, only="/data/")
    first = pool.trigger("backfill", first=FIRST, last=LAST, tables=TABLES)
    pool.when(first, lambda run: run["state_name"] == "Running")
    until(lambda: bool(pool.artifacts(first)), within_seconds=120)
    second = pool.trigger("backfill", resume=number_of(pool, first))
    until(lambda: all(rows(AT_WORK, run=run)[0]["n"] > 0 for run in (first, second)), within_seconds=180)
    assert {pool.worker_of(first), pool.worker_of(second)} == {"one", "two"}
    publisher.clear_faults()
    return first, second


def ends_well(pool: Pool, run_id: str) -> None:
    """A night has come to its end; a table may be late at a publisher whose day is not that of the machine."""
    assert pool.ended(run_id)["state_name"] in ("Completed", "Attention"), pool.logs(run_id)


def figures_asked(calls: list[dict[str, Any]]) -> list[str]:
    return [call["path"] for call in calls if call["path"].startswith("/v3/data/")]


TOGETHER = """
select count(*) as n from ops.backfill_partitions one join ops.runs mine on mine.run_id = one.run_id
  join ops.backfill_partitions other on one.started_at < other.ended_at and other.started_at < one.ended_at
  join ops.runs theirs on theirs.run_id = other.run_id
where mine.flow_run = :first and theirs.flow_run = :second
"""
NOT_DONE = "select table_id, periods, state, outcome, message from ops.backfill_partitions where state <> 'done'"
LOCKS = "select classid, objid from pg_locks where locktype = 'advisory' and classid in (7301, 7302, 7303)"


def test_two_runs_on_two_workers_bring_what_one_process_brings_and_keep_the_budget(
    pool: Pool, warehouse: URL, rows: Rows, publisher: StandIn, alone: str
) -> None:
    before = len(publisher.calls())
    first, second = both_at_work(pool, rows, publisher)
    ends_well(pool, first)
    ends_well(pool, second)
    assert rows(NOT_DONE) == []
    assert content_of(warehouse) == alone
    calls = publisher.calls()[before:]
    assert calls_over(calls, per_minute=PER_MINUTE, at_once=2) == 0
    fetches = rows("select count(*) as n from ops.backfill_partitions")[0]["n"]
    require_once(figures_asked(calls), fetches=fetches)
    assert rows(TOGETHER, first=first, second=second)[0]["n"] > 0, "never were two partitions worked at together"
    assert rows("select ended_at from ops.backfills where ended_at is null") == []


def test_a_machine_that_goes_dark_leaves_its_partition_to_the_other_and_nothing_in_a_nights_way(
    pool: Pool, warehouse: URL, rows: Rows, publisher: StandIn, alone: str
) -> None:
    before = len(publisher.calls())
    first, second = both_at_work(pool, rows, publisher)
    publisher.set_faults({"slow": 1}, only="/data/")
    pool.pull_the_plug(pool.worker_of(first))
    publisher.clear_faults()
    ends_well(pool, second)
    assert rows(NOT_DONE) == []
    assert content_of(warehouse) == alone
    assert calls_over(publisher.calls()[before:], per_minute=PER_MINUTE, at_once=2) == 0
    assert pool.run(first)["state_name"] == "Running", "Prefect does not know; docs/operations.md says what to do"
    assert rows(LOCKS) == []

    pool.start_worker("night", *FOR_NIGHTS)
    night = pool.trigger("nightly", tables=TABLES)
    ends_well(pool, night)
    ended = rows("select kind, outcome, count(*) as n from ops.runs group by kind, outcome order by kind, outcome")
    assert [row for row in ended if row["outcome"] in (None, "failed")] == []
    assert [row["n"] for row in ended if row["outcome"] == "died"] == [1]
