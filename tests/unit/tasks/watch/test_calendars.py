"""A night after thirteen releases: late by the learnt day, and a revision is unusual by what the table did before."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, text

from expectations.checks import Audited
from expectations.suite import verdicts
from tasks.audit import in_words, usual_of
from tasks.doctor.checks import calendar
from tasks.plan import known_tables
from tasks.resources import Resources
from tasks.runs.outcomes import TableOutcome, outcome_of, recorded_or_failed
from tasks.sources.registry import source_of
from tests.own_nights import OwnNights
from tests.properties.releases import (
    FULL_TIME,
    MEMBERS,
    PERSONS,
    TABLE,
    Release,
    forget,
    load,
    open_run,
    shown,
    stage,
)
from tests.scripted import Scripted, scripted, send
from warehouse.assumptions.model import shipped
from warehouse.assumptions.record import record
from warehouse.catalogue.publishers import shipped_table
from warehouse.danish.clock import DENMARK, Clock
from warehouse.history.staging import finish_staging, table_number
from warehouse.history.vintages import publish
from warehouse.periods import Period
from warehouse.settings import read_settings

JANUARY = Period.parse("2024M01")
AREAS = {0: 10_000.0, 163: 500.0, 751: 2_000.0}
"""The country, Herlev (medium) and Aarhus (large), each with what a month has of both measures at first."""
LATE, ADDED = 10, 1.4
"""A release comes on the tenth; the full-time persons of the month before are then so much more, and the persons the same."""
DECLARED = shipped_table(TABLE).largest_revision_pct


def cells(number: int, *, more_persons: float = 1, more_full_time: float = ADDED) -> Release:
    """The release of a month: it brings the month, and revises the one before."""
    new, old = (str(JANUARY.shifted(each)) for each in (number, number - 1))
    found = {(new, area, measure): shown(value) for area, value in AREAS.items() for measure in (PERSONS, FULL_TIME)}
    for area, value in AREAS.items():
        found[old, area, PERSONS] = shown(round(value * more_persons))
        found[old, area, FULL_TIME] = shown(round(value * more_full_time))
    return found


def came(number: int) -> date:
    return JANUARY.shifted(number).last_day + timedelta(days=LATE)


def at(day: date) -> datetime:
    return datetime.combine(day, time(4), DENMARK)


def released(engine: Engine, number: int) -> None:
    """Publish the release of a month on its day."""
    with engine.begin() as connection:
        run_id = open_run(connection, started_at=at(came(number)))
        staging = stage(connection, cells(number), run_id=run_id)
        publish(
            connection,
            replace(load(staging, run_id=run_id, seen_at=at(came(number))), publisher_updated_on=came(number)),
        )


@dataclass
class Publisher:
    """What `/tables` says: the newest release, and the day that is announced for the next."""

    nights: OwnNights
    newest: int = 0
    announced: date | None = None

    def answer(self, to: Any, call: int) -> None:  # every call is answered alike
        line = {
            "table_id": TABLE,
            "update_latest": came(self.newest).isoformat(),
            "update_next": self.announced.isoformat() if self.announced else "ikke fastlagt",
            "periods": {"periodtypes": [{"periodtype_id": "M", "period_last": str(JANUARY.shifted(self.newest))}]},
        }
        send(to, body=json.dumps([{"table_groups": [{"tables": [line]}]}]).encode())

    def night(self, day: date) -> TableOutcome:
        """How a night on a day ends for the table, of which the newest release was read the day before."""
        resources = Resources(read_settings(), Clock(at(day)), self.nights.engine)
        with self.nights.engine.begin() as connection:
            run_id = open_run(connection, started_at=at(day))
            self._read_before(connection, run_id=run_id - 1, day=day - timedelta(days=1))
            known = known_tables(connection)
        access = resources.access(run_id=run_id, known=known)
        [due] = source_of(TABLE).fetching.due(access, wanted=frozenset({TABLE}))
        ended = outcome_of(due, load=lambda due: pytest.fail(due.reason))
        return recorded_or_failed(run_id, due=due, outcome=ended, resources=resources)

    def _read_before(self, connection: Connection, *, run_id: int, day: date) -> None:
        connection.execute(
            text(
                "insert into ops.table_outcomes (run_id, table_id, outcome, seen_at, fetched, newest_period, "
                "publisher_updated_on) values (:run, :table, 'published', :at, true, :newest, :updated) "
                "on conflict (run_id, table_id) do update set seen_at = excluded.seen_at, fetched = true"
            ),
            {"run": run_id, "table": TABLE, "at": at(day), "newest": str(JANUARY.shifted(self.newest)),
             "updated": came(self.newest)},
        )  # fmt: skip

    def status(self) -> dict[str, Any]:
        """What `jobindsats status` says of the table."""
        [row] = [row for row in self.nights.answer("status") if row["table"] == TABLE]
        return {name: row[name] for name in ("expected_on", "expected_until", "expected_by_releases")}


@pytest.fixture(scope="module")
def twelve(module_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Publisher]:
    """A warehouse with a first load and the eleven releases after it, and the municipalities' populations."""
    forget(module_engine)
    with module_engine.begin() as connection:
        record(connection, shipped(), now=at(came(0)))
    for number in range(12):
        released(module_engine, number)
    with pytest.MonkeyPatch.context() as patch:
        folder: Path = tmp_path_factory.mktemp("calendar")
        publisher = Publisher(OwnNights.set_up(module_engine, folder=folder, patch=patch), newest=11)
        with scripted(publisher.answer) as server:
            set_publisher(patch, server)
            yield publisher
    forget(module_engine)


def set_publisher(patch: pytest.MonkeyPatch, server: Scripted) -> None:
    patch.setenv("JOBINDSATS_API_URL", server.url)
    patch.setenv("JOBINDSATS_API_TOKEN", "a-token-of-the-tests")


def usual_sizes(engine: Engine, release: Release) -> tuple[str, dict[tuple[str, str], dict[str, Any]]]:
    """What the audit of a release says of its revisions: in words, and the offenders by area and measure."""
    with engine.begin() as connection:
        table_no = table_number(connection, table_id=TABLE)
        name = stage(connection, release, run_id=open_run(connection))
        finish_staging(connection, name=name, table_no=table_no, root_members=MEMBERS)
        usual = usual_of(connection, table_id=TABLE, staging=name)
    asked = tuple(sorted({Period.parse(period) for period, _, _ in release}))
    about = Audited(shipped_table(TABLE), table_no, name, asked, date(2026, 8, 1), revisions=usual)
    [found] = [each for each in verdicts(about, warehouse=engine.url) if each.rule == "revisions_are_of_usual_size"]
    assert not found.blocking
    said = in_words(found) if not found.passed else found.sentence
    return said, {(cell["area"], cell["measure"]): cell for cell in found.cells}


def test_the_calendar_and_the_usual_revisions_are_learnt_from_thirteen_releases(twelve: Publisher) -> None:
    """In one course, since each step needs the releases before it."""
    engine, last = twelve.nights.engine, came(12)
    assert ADDED > 1 + DECLARED / 100
    # Eleven releases after the first load: the publisher's calendar and the declared number.
    twelve.announced = last - timedelta(days=3)
    too_few = twelve.night(last)
    assert too_few.outcome == "source_late"
    assert f"the release of {twelve.announced} has not come, by the publisher's calendar" in too_few.message
    assert twelve.status() == {
        "expected_on": str(twelve.announced), "expected_until": str(twelve.announced), "expected_by_releases": 0,
    }  # fmt: skip
    said, told = usual_sizes(engine, cells(12, more_persons=1.04))
    assert "by more than the declared 25 per cent" in said
    assert {measure for _, measure in told} == {FULL_TIME}
    assert {cell["usual_by"] for cell in told.values()} == {"the declared number"}
    # Two more, so that thirteen were seen and twelve of them were followed by another.
    for number in (12, 13):
        released(engine, number)
    twelve.newest, twelve.announced, expected = 13, None, came(14)
    in_time, late = twelve.night(expected), twelve.night(expected + timedelta(days=1))
    assert (in_time.outcome, late.outcome) == ("not_due", "source_late")
    assert in_time.message.endswith(f"the next release is expected on {expected} by its last 13 releases")
    assert f"it was expected on {expected} by its last 13 releases" in late.message
    assert twelve.status() == {
        "expected_on": str(expected), "expected_until": str(expected), "expected_by_releases": 13,
    }  # fmt: skip
    with engine.connect() as connection:
        says = calendar(connection, today=expected).says
    assert says.startswith(
        "releases expected by the tables' own: 1, by the publisher's calendar: 0; the next is y25i01 on "
    )
    assert says.endswith(f"{expected} by its last 13 releases")
    twelve.announced = expected - timedelta(days=3)
    assert twelve.night(expected).outcome == "not_due", "it is usually not there by the day that is announced"
    twelve.announced = expected + timedelta(days=9)
    put_off = twelve.night(expected + timedelta(days=5))
    assert (put_off.outcome, "the publisher's calendar" in put_off.message) == ("not_due", True)
    # 40 per cent are usual of one measure; 4 are unusual of another. A reissue is judged by the declared number.
    said, told = usual_sizes(engine, cells(14, more_persons=1.04))
    assert "more than is usual by the table's own releases" in said
    assert set(told) == {(area, PERSONS) for area in ("Hele landet", "Herlev", "Aarhus")}
    assert {(cell["usual_by"], cell["usual_pct"]) for cell in told.values()} == {("12 releases", 1)}
    assert usual_sizes(engine, cells(14))[1] == {}
    said, told = usual_sizes(engine, cells(13, more_persons=1.04, more_full_time=2 * ADDED))
    assert "by more than the declared 25 per cent" in said
    assert {measure for _, measure in told} == {FULL_TIME}
