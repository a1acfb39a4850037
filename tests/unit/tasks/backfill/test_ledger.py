"""The ledger of a backfill: what a worker may take, and what becomes of the partitions of one that is gone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine, text

from tasks.backfill import ledger
from tasks.backfill.ledger import Claim
from tasks.backfill.plan import Partition, Plan, PlannedTable
from tasks.results import Staged
from tasks.runs.outcomes import TableOutcome
from tasks.stoppages import BodyUnreadable, Refused
from tests.properties.releases import open_run
from warehouse.catalogue.model import jobindsats
from warehouse.database.locks import Lock, held
from warehouse.errors import QuestionError
from warehouse.history.staging import table_number
from warehouse.history.vintages import Vintage
from warehouse.periods import Period

NOW = datetime(2026, 8, 1, 4, tzinfo=UTC)

ON = date(2026, 7, 20)


def months(*numbers: int) -> tuple[Period, ...]:
    return tuple(Period.parse(f"2026M{number:02d}") for number in numbers)


def piece(table_id: str, *numbers: int) -> Partition:
    return Partition(table_id, months(*numbers), calls=4, cells=100, publisher_updated_on=ON)


PLAN = Plan(
    first="2026M01",
    last="2026M06",
    named=("y25i01", "y10a02"),
    tables=(
        PlannedTable(jobindsats().table("y10a02"), (piece("y10a02", 5, 6), piece("y10a02", 3, 4))),
        PlannedTable(jobindsats().table("y25i01"), (piece("y25i01", 4, 5),)),
        PlannedTable(jobindsats().table("y01h01"), message="a web page", stoppage=BodyUnreadable("a web page")),
    ),
    calls_made=3,
)


@pytest.fixture
def backfill(engine: Engine) -> int:
    with engine.begin() as connection:
        return ledger.open_backfill(connection, PLAN, publisher="http://127.0.0.1:1/v3", started_at=NOW)


def taken(engine: Engine, backfill: int, table_id: str = "y10a02", *, run_id: int | None = None) -> Claim | None:
    with engine.begin() as connection:
        run = run_id or open_run(connection)
        return ledger.claim(connection, backfill, table_id=table_id, run_id=run, started_at=NOW)


def free(engine: Engine, backfill: int) -> list[str]:
    with engine.connect() as connection:
        return [table_id for table_id, _ in ledger.free_tables(connection, backfill)]


def test_the_newest_periods_come_first_and_a_table_that_could_not_be_planned_has_failed(
    engine: Engine, backfill: int
) -> None:
    assert free(engine, backfill) == ["y10a02", "y25i01"]
    first = taken(engine, backfill)
    assert first is not None
    assert first.periods == months(5, 6)
    with engine.connect() as connection:
        now = ledger.progress(connection, backfill)
        assert (now.partitions, now.failed, now.done, now.calls) == (4, 1, 0, 3)
        assert ledger.partitions(connection, backfill)[0]["message"] == "a web page"


def test_a_claim_is_good_as_long_as_its_run_lives_and_free_at_once_when_it_is_gone(
    engine: Engine, backfill: int
) -> None:
    with engine.begin() as connection:
        run_id = open_run(connection)
    with held(engine, Lock.RUN, number=run_id):
        mine = taken(engine, backfill, run_id=run_id)
        other = taken(engine, backfill)
    assert mine is not None
    assert other is not None
    assert (mine.periods, other.periods) == (months(5, 6), months(3, 4))
    again = taken(engine, backfill)
    assert again is not None
    assert (again.partition_no, again.earlier_run) == (mine.partition_no, run_id)


def test_a_row_that_another_is_claiming_is_passed_over(engine: Engine, backfill: int) -> None:
    with engine.begin() as connection:
        first = ledger.claim(connection, backfill, table_id="y10a02", run_id=open_run(connection), started_at=NOW)
        second = taken(engine, backfill)
    assert first is not None
    assert second is not None
    assert first.partition_no != second.partition_no


def test_a_table_that_somebody_keeps_is_not_free(engine: Engine, backfill: int) -> None:
    with engine.connect() as connection:
        number = table_number(connection, table_id="y10a02")
    with held(engine, Lock.TABLE, number=number):
        assert free(engine, backfill) == ["y25i01"]


def test_who_was_overtaken_publishes_nothing(engine: Engine, backfill: int) -> None:
    mine = taken(engine, backfill)
    assert mine is not None
    theirs = taken(engine, backfill)
    assert theirs is not None
    assert theirs.partition_no == mine.partition_no
    staged = Staged("y10a02", mine.run_id, "manifests/x", "s", 0, 100, "hash", False, ())
    vintage = Vintage("y10a02", None, 0, 0, 0, 100)
    with engine.begin() as connection, pytest.raises(Refused, match="another worker"):
        ledger.note_done(connection, mine, staged=staged, vintage=vintage, at=NOW)
    with engine.begin() as connection:
        ledger.note_done(connection, theirs, staged=staged, vintage=vintage, at=NOW)
        ledger.note_failed(connection, theirs, outcome=TableOutcome("y10a02", "failed"), at=NOW)
        assert ledger.progress(connection, backfill).done == 1


@pytest.mark.parametrize(("outcome", "again"), [("failed", "fetched"), ("quarantined", "waiting")])
def test_opened_again_what_failed_goes_on_from_the_archive_and_what_was_stopped_is_fetched_anew(
    engine: Engine, backfill: int, outcome: str, again: str
) -> None:
    mine = taken(engine, backfill)
    assert mine is not None
    with engine.begin() as connection:
        connection.execute(
            text("update ops.backfill_partitions set state = 'fetched', manifest = 'm' where partition_no = :no"),
            {"no": mine.partition_no},
        )
        ledger.note_failed(connection, mine, outcome=TableOutcome("y10a02", outcome, message="why"), at=NOW)
        ledger.open_again(connection, backfill)
        query = text("select state, manifest, run_id, message from ops.backfill_partitions where partition_no = :no")
        row = connection.execute(query, {"no": mine.partition_no}).one()
    kept = again == "fetched"
    assert tuple(row) == (again, "m" if kept else None, mine.run_id if kept else None, "")


def test_the_like_of_an_unfinished_one_is_refused_with_its_number(engine: Engine, backfill: int) -> None:
    with engine.begin() as connection, pytest.raises(QuestionError, match=f"--resume {backfill}"):
        ledger.open_backfill(connection, PLAN, publisher="", started_at=NOW)
    with engine.begin() as connection:
        other = ledger.open_backfill(connection, replace(PLAN, last="2026M05"), publisher="", started_at=NOW)
        connection.execute(text("update ops.backfill_partitions set state = 'done', outcome = 'unchanged'"))
        assert ledger.open_backfill(connection, PLAN, publisher="", started_at=NOW) > other
