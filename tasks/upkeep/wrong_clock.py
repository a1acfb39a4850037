"""Takes back what a wrong clock did: what it dated after now counts from now on, in the warehouse and in its archive.

The archive's receipts that say otherwise are put aside there, and why they were stands beside them. It can be broken off
anywhere: the same command again does what is left.
"""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, insert

from tasks.archive.receipts import ASSUMPTIONS, PUBLICATIONS, published, receipts_on_record, write_missing_receipts
from tasks.archive.store import Archive
from tasks.derive import bring_figures_up_to_date, bring_up_to_date
from tasks.plan import require_servers_time
from tasks.resources import Resources
from tasks.runs.lifecycle import close_run, open_run
from tasks.stoppages import Busy
from warehouse.database.locks import Lock, held
from warehouse.errors import QuestionError
from warehouse.history.redating import Redated, redate
from warehouse.schema import ops

SHORTEST_REASON = 10
ASIDE = "put-aside"


@dataclass(frozen=True)
class TakenBack:
    """What was redated: the run that did it, the vintages, and the receipts that were put aside."""

    run: int | None
    now: datetime
    vintages: tuple[Redated, ...]
    receipts: tuple[str, ...]


def take_back(resources: Resources, *, reason: str, by: str) -> TakenBack:
    """Let what was dated after now count from now on, and say why on record.

    Raises QuestionError where the reason is too short, Busy while a run is at work, Refused where the clock is still wrong.
    """
    said = " ".join(reason.split())
    if len(said) < SHORTEST_REASON:
        raise QuestionError(f"a reason of at least {SHORTEST_REASON} characters is needed: it stays on record")
    with held(resources.engine, Lock.NIGHT) as mine, resources.archive.one_writer():
        if not mine:
            raise Busy("a night or a replay is at work: take back what the clock did when it has ended")
        now = resources.clock()
        with resources.engine.begin() as connection:
            require_servers_time(connection, resources=resources)
            resources.archive.names(PUBLICATIONS)  # an archive that cannot be read stops it before anything is changed
            vintages = redate(connection, now=now)
            run = _put_on_record(connection, vintages, resources=resources, now=now, said=f"{by}: {said}")
        with resources.engine.connect() as connection:
            write_missing_receipts(connection, archive=resources.archive)
            aside = _later_receipts(connection, archive=resources.archive, now=now)
        _put_aside(aside, archive=resources.archive, now=now, record={"by": by, "reason": said, "vintages": vintages})
    bring_up_to_date(resources.engine)
    bring_figures_up_to_date(resources.engine, told=logging.getLogger(__name__).error)
    return TakenBack(run, now, tuple(vintages), tuple(aside))


def _put_on_record(
    connection: Connection, vintages: list[Redated], *, resources: Resources, now: datetime, said: str
) -> int | None:
    if not vintages:
        return None
    run = open_run(connection, kind="redating", publisher=resources.settings.api_url, started_at=now)
    newest = {each.table_id: each for each in vintages}
    rows = [
        {
            "run_id": run,
            "table_id": each.table_id,
            "outcome": "unchanged",
            "seen_at": now,
            "fetched": False,
            "message": f"seen at {each.before:%Y-%m-%d %H:%M} UTC by a wrong clock, counts from now on ({said})",
        }
        for each in newest.values()
    ]
    connection.execute(insert(ops.table_outcomes), rows)
    close_run(connection, run_id=run, outcome="completed", ended_at=now)
    return run


def _later_receipts(connection: Connection, *, archive: Archive, now: datetime) -> list[str]:
    """The receipts in the archive that are dated after now and that the warehouse does not hold so any more."""
    there = archive.names(PUBLICATIONS) | archive.names(ASSUMPTIONS)
    ours = {publication.name for publication in published(connection)} | receipts_on_record(connection)
    first = f"{now.astimezone(UTC):%Y%m%dT%H%M%S%fZ}.json"
    return sorted(name for name in there - ours if name.rpartition("/")[2] > first)


def _put_aside(names: list[str], *, archive: Archive, now: datetime, record: dict[str, object]) -> None:
    folder = f"{ASIDE}/{now.astimezone(UTC):%Y%m%dT%H%M%S%fZ}"
    if names or record["vintages"]:
        written = json.dumps(record, ensure_ascii=False, indent=1, default=_plain) + "\n"
        archive.put_file(f"{folder}/why.json", written.encode())
    for name in names:
        archive.put_file(f"{folder}/{name}", archive.get_file(name))
        archive.remove(name)


def _plain(value: object) -> object:
    return asdict(value) if isinstance(value, Redated) else str(value)
