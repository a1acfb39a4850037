"""Work on a backfill: each partition takes the steps of a table in a night: fetch, stage, audit, publish.

`work_on` and `work_at_one` need a backfill's number and nothing else: any process, here or elsewhere, may call them, and
any number at once. A worker can be killed at any instant; the next one goes on from what the ledger and the archive hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event
from time import monotonic, sleep

from tasks.archive.receipts import write_missing_receipts
from tasks.archive.store import Archive, ArchiveTrouble
from tasks.audit import audit_table
from tasks.backfill import ledger
from tasks.backfill.ledger import Claim, Progress
from tasks.plan import require_fit
from tasks.publish import publish_table, publishing, write_receipt
from tasks.resources import Resources, open_resources
from tasks.results import DUE, Due, Listing
from tasks.runs.lifecycle import close_run, opened, outcome_of_run
from tasks.runs.outcomes import TableOutcome, outcome_of, put_in_quarantine
from tasks.sources.registry import snapshot_of, source_of
from tasks.stage import stage_table
from tasks.stoppages import with_manifest
from warehouse.database.locks import Lock, held, holders
from warehouse.history.vintages import Vintage, newest_vintage

LOOK_AGAIN_SECONDS = 0.2
"""How often a worker that has to wait looks whether it still has to."""


def ignore_progress(_: Progress) -> None:
    """Do nothing with the progress of a backfill."""


Told = Callable[[Progress], None]
Around = Callable[[Claim, Callable[[], TableOutcome]], object]
"""Carries out the work at a partition, which gives its outcome."""


def carry_out(_: Claim, work: Callable[[], TableOutcome]) -> object:
    """Carry out the work at a partition as it is."""
    return work()


def work_on(
    backfill_id: int, *, stop: Event | None = None, told: Told = ignore_progress, around: Around = carry_out
) -> Progress:
    """Work until nothing is left to do, or until asked to stop; `told` of the progress after each partition.

    Who wants to see each partition carries its work out `around` it.

    It gives way: while a night, a release or a replay is at work, no partition is begun. Raises Refused where the
    warehouse is another publisher's or has lost something; what stops a partition is on record and stops no other.
    """
    asked_to_stop = stop or Event()
    with open_resources() as resources:
        now = _ready(resources, backfill_id)
        told(now)
        while not (now.ended or asked_to_stop.is_set()):
            if _at_work(resources) or not _worked(resources, backfill_id, around=around):
                asked_to_stop.wait(LOOK_AGAIN_SECONDS)
            before, now = now, progress(resources, backfill_id)
            if now != before:
                told(now)
    return now


def work_at_one(resources: Resources, backfill_id: int, *, patience_seconds: float) -> bool:
    """Work at one partition, the next whose table no other run keeps; whether there was one within the patience.

    It gives way, and raises, as `work_on` does.
    """
    ending, now = monotonic() + patience_seconds, _ready(resources, backfill_id)
    while not now.ended:
        if not _at_work(resources) and _worked(resources, backfill_id):
            return True
        if monotonic() > ending:
            return False
        sleep(LOOK_AGAIN_SECONDS)
        now = progress(resources, backfill_id)
    return False


def _ready(resources: Resources, backfill_id: int) -> Progress:
    """See that warehouse and archive belong together before anything is begun; how far the backfill is."""
    with resources.engine.connect() as connection:
        write_missing_receipts(connection, archive=resources.archive)
        require_fit(connection, resources=resources)
    return progress(resources, backfill_id)


def progress(resources: Resources, backfill_id: int) -> Progress:
    """How far a backfill has come, on a connection of its own."""
    with resources.engine.connect() as connection:
        return ledger.progress(connection, backfill_id)


def _at_work(resources: Resources) -> bool:
    """Whether a night, a release or a replay is at work: fresh figures come first."""
    with resources.engine.connect() as connection:
        return bool(holders(connection, Lock.NIGHT))


def _worked(resources: Resources, backfill_id: int, *, around: Around = carry_out) -> bool:
    """Work at one partition, if there is one whose table no other run keeps; whether there was."""
    with _claimed(resources, backfill_id) as claimed:
        if claimed is None:
            return False
        around(claimed, lambda: _settle(resources, claimed))
    return True


@contextmanager
def _claimed(resources: Resources, backfill_id: int) -> Iterator[Claim | None]:
    """Keep a table and one of its partitions for the length of a block; no longer, so that a night can have the table."""
    with resources.engine.connect() as connection:
        free = ledger.free_tables(connection, backfill_id)
    for table_id, table_no in free:
        with held(resources.engine, Lock.TABLE, number=table_no) as mine:
            if mine:
                with opened("backfill", resources=resources) as run_id:
                    with resources.engine.begin() as connection:
                        found = ledger.claim(
                            connection, backfill_id, table_id=table_id, run_id=run_id, started_at=resources.clock()
                        )
                        if found is None:
                            close_run(connection, run_id=run_id, outcome="yielded", ended_at=resources.clock())
                    yield found
                return
    yield None


def _settle(resources: Resources, claimed: Claim) -> TableOutcome:
    """Carry a partition through; where it stops, put on record why. The run is closed either way."""
    due = _due(claimed)
    outcome = outcome_of(due, load=lambda _: load(resources, claimed))
    with resources.engine.begin() as connection:
        if outcome.outcome in ("failed", "quarantined"):
            ledger.note_failed(connection, claimed, outcome=outcome, at=resources.clock())
        if outcome.outcome == "quarantined":
            put_in_quarantine(connection, run_id=claimed.run_id, due=due, outcome=outcome, stopped_at=resources.clock())
        closed = outcome_of_run([outcome.outcome])
        close_run(connection, run_id=claimed.run_id, outcome=closed, ended_at=resources.clock())
    return outcome


def _due(claimed: Claim) -> Due:
    listing = Listing(claimed.table_id, claimed.publisher_updated_on)
    return Due(claimed.table_id, DUE, f"backfill {claimed.backfill_id}", listing)


def load(resources: Resources, claimed: Claim) -> Vintage:
    """One partition from its source to a vintage; raises a Stoppage wherever it ends early.

    Publishing it and saying so in the ledger are one transaction: it is published exactly once.
    """
    manifest = _archived(resources, claimed) or _fetched(resources, claimed)
    with with_manifest(manifest):
        with resources.engine.begin() as connection:
            staged = stage_table(connection, manifest=manifest, archive=resources.archive, run_id=claimed.run_id)
        audit_table(resources.engine, staged=staged, archive=resources.archive)
    with publishing(resources) as connection:
        vintage = publish_table(connection, staged=staged, archive=resources.archive)
        ledger.note_done(connection, claimed, staged=staged, vintage=vintage, at=resources.clock())
        connection.commit()
        write_receipt(resources, vintage_id=vintage.vintage_id)
    return vintage


def _archived(resources: Resources, claimed: Claim) -> str | None:
    """The manifest of an earlier attempt, if it can still be published.

    An attempt that died between its last answer and the ledger left its manifest in the archive, under its run's number.
    Where the table has been seen since, the answers are too old: a vintage is never seen before the one it follows.
    """
    # Names hold the moment at which the answers were complete: the last in their order is the newest.
    manifest = max(filter(None, (claimed.manifest, _left_behind(resources.archive, claimed))), default=None)
    if manifest is None:
        return None
    try:
        seen_at = resources.archive.get_manifest(manifest).seen_at
    except ArchiveTrouble:
        return None
    with resources.engine.connect() as connection:
        newest = newest_vintage(connection, table_id=claimed.table_id)
    is_newer = newest is None or newest.seen_at < seen_at
    # One that a wrong clock dated after now is fetched again.
    return manifest if is_newer and seen_at <= resources.clock() else None


def _left_behind(archive: Archive, claimed: Claim) -> str | None:
    if claimed.earlier_run is None:
        return None
    names = archive.names(f"manifests/{claimed.table_id}")
    left = [name for name in names if name.endswith(f"-{claimed.earlier_run}.jsonl")]
    ours = [name for name in left if _is_of(archive, name, claimed)]
    return max(ours, default=None)


def _is_of(archive: Archive, name: str, claimed: Claim) -> bool:
    """Whether a manifest is a backfill's look at just these periods."""
    return archive.get_manifest(name).backfill and snapshot_of(name, archive=archive).asked_periods == claimed.periods


def _fetched(resources: Resources, claimed: Claim) -> str:
    """Fetch a partition into the archive; gives its manifest. Every call that was made is on record."""
    calls: list[None] = []
    access = resources.access(run_id=claimed.run_id, calls=calls)
    try:
        fetched = source_of(claimed.table_id).fetching.fetch(
            _due(claimed), access=access, only=frozenset(claimed.periods)
        )
    finally:
        with resources.engine.begin() as connection:
            ledger.note_calls(connection, claimed, calls=len(calls))
    with resources.engine.begin() as connection:
        ledger.note_fetched(connection, claimed, fetched=fetched, at=resources.clock())
    return fetched.manifest
