"""Release: publish a stopped load after all, since a person has looked at it and says why.

It is staged again from its manifest and audited again. It may fail the blocking rules that it failed when it was stopped,
in no more cases, and no others; what cannot be read as it is, such as an undeclared label, is not released. Its vintage is
seen at the moment of the release: as-of questions about earlier moments do not include it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime

from sqlalchemy import Connection, insert, text

from tasks.archive.receipts import require_whole
from tasks.audit import blocking_failures, in_words, judge
from tasks.derive import bring_figures_up_to_date, bring_up_to_date
from tasks.publish import publish_table, publishing, write_receipt
from tasks.quarantine.stopped_loads import StoppedLoad, broken_rules, stopped_load
from tasks.resources import Resources, ready
from tasks.results import Staged
from tasks.runs.lifecycle import opened, report_and_close
from tasks.sources.registry import is_source, source_of
from tasks.stage import stage_table
from tasks.stoppages import AuditFailed, Busy, Quarantined, Refused, Stoppage
from warehouse.danish.clock import shown_time
from warehouse.database.locks import Lock, held
from warehouse.errors import QuestionError
from warehouse.history.staging import drop_staging, staging_name, table_number
from warehouse.history.vintages import Vintage, take_turn
from warehouse.schema import ops

SHORTEST_REASON = 10


@dataclass(frozen=True)
class Released:
    """What a release did: the run and vintage it made, the rules that do not hold, the marts that were rebuilt.

    `vintage` is None where the same content stood already; `problems` say which marts could not be brought up to it,
    and whether its receipt is owed.
    """

    id: int
    table: str
    run: int
    publisher_updated_on: date | None
    vintage: int | None
    seen_at: datetime
    new: int
    revised: int
    withdrawn: int
    unchanged: int
    failing: tuple[str, ...]
    reason: str
    by: str
    marts: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def release(resources: Resources, quarantine_id: int, *, reason: str, by: str) -> Released:
    """Publish a stopped load although checks fail, and bring the marts up to it.

    Raises QuestionError for an unknown load or too short a reason, and a Stoppage where the load cannot be released.
    """
    said = _in_full(reason)
    with resources.engine.connect() as connection:
        load = _releasable(connection, quarantine_id)
        require_whole(connection, archive=resources.archive)
    with (
        _no_night(resources),
        # Whose figures the load has: the publisher that was asked then, whichever is configured now.
        opened(
            "release", resources=resources, publisher=resources.archive.get_manifest(load.manifest or "").publisher
        ) as run_id,
        _on_record(resources, load=load, run_id=run_id),
    ):
        staged = _staged(resources, load=load, run_id=run_id)
        failing = _judged(resources, load=load, staged=staged)
        with publishing(resources) as connection:
            released = _publish(
                connection, load=load, staged=staged, failing=failing, reason=said, by=by, resources=resources
            )
            connection.commit()
            owed = write_receipt(resources, vintage_id=released.vintage)
    problems = [f"the next run writes the archive's receipt: {owed}"] if owed else []
    marts = bring_up_to_date(resources.engine, told=problems.append)
    bring_figures_up_to_date(resources.engine, told=problems.append)
    return replace(released, marts=tuple(marts), problems=tuple(problems))


def require_releasable(quarantine_id: int, *, reason: str) -> None:
    """Raise what `release` would for an unknown load or too short a reason, before anything is begun."""
    _in_full(reason)
    with ready() as resources, resources.engine.connect() as connection:
        stopped_load(connection, quarantine_id)


@contextmanager
def _no_night(resources: Resources) -> Iterator[None]:
    """Keep the night away for the length of a block; raises Busy where one is at work."""
    with held(resources.engine, Lock.NIGHT) as mine:
        if not mine:
            raise Busy("a night or a replay is at work: release the load when it has ended")
        yield


def _in_full(reason: str) -> str:
    said = " ".join(reason.split())
    if len(said) < SHORTEST_REASON:
        raise QuestionError(f"a release needs a reason of at least {SHORTEST_REASON} characters: it stays on record")
    return said


def _releasable(connection: Connection, quarantine_id: int) -> StoppedLoad:
    """A load that nobody has released, that stands behind no newer vintage, and whose answers are in the archive."""
    load = stopped_load(connection, quarantine_id)
    if is_source(load.table):
        raise Refused(
            f"load {load.id} was stopped because {load.message} Put it right, or take it away; the next night looks"
        )
    if load.released_at is not None:
        raise Refused(
            f"load {load.id} of {load.table} was released by {load.released_by} on {shown_time(load.released_at)}: "
            f"{load.release_reason}"
        )
    if load.overtaken_at is not None:
        raise Refused(
            f"load {load.id} of {load.table} was stopped on {shown_time(load.stopped_at)} and has been overtaken: vintage "
            f"{load.overtaken_by} stands, seen on {shown_time(load.overtaken_at)}, and the publisher has been looked at since"
        )
    if load.manifest is None:
        raise Refused(
            f"load {load.id} of {load.table} was stopped before its answers were complete, so there is nothing to publish. "
            f"{load.message}. Then run `jobindsats nightly --table {load.table}`"
        )
    return load


@contextmanager
def _on_record(resources: Resources, *, load: StoppedLoad, run_id: int) -> Iterator[None]:
    """Close the run however the block ends; what it left in staging is dropped, and why it ended is said."""
    try:
        yield
    except Exception as error:
        outcome = error.outcome if isinstance(error, Stoppage) else "failed"
        with resources.engine.begin() as connection:
            drop_staging(connection, name=staging_name(load.table, run_id=run_id))
            _write_outcome(
                connection, load, run_id=run_id, seen_at=resources.clock(), outcome=outcome, message=str(error)
            )
            report_and_close(connection, run_id, ended_at=resources.clock())
        raise


def _staged(resources: Resources, *, load: StoppedLoad, run_id: int) -> Staged:
    try:
        with resources.engine.begin() as connection:
            return stage_table(connection, manifest=load.manifest or "", archive=resources.archive, run_id=run_id)
    except Quarantined as stoppage:
        raise type(stoppage)(
            f"load {load.id} cannot be read as it is, so it is not released: {stoppage}. {_then(load)}",
            rule=stoppage.rule,
            cells=stoppage.cells,
        ) from stoppage


def _then(load: StoppedLoad) -> str:
    """What follows once a person has said otherwise: a contract lies in the archive with its file, a catalogue does not."""
    if not source_of(load.table).prefix:
        accepted = f"Once you have said so (`jobindsats catalogue accept {load.table}`), the next night reads it anew"
        return f"{accepted}; once a shipped catalogue says so, release it again"
    return "Once the contract says so, the next night reads it anew"


def _judged(resources: Resources, *, load: StoppedLoad, staged: Staged) -> tuple[str, ...]:
    """The blocking rules that do not hold; raises AuditFailed where one of them held when the load was stopped."""
    failed = blocking_failures(judge(resources.engine, staged=staged, archive=resources.archive))
    with resources.engine.connect() as connection:
        known = {broken.rule: broken.offenders for broken in broken_rules(connection, load)}
    news = [verdict for verdict in failed if verdict.offenders > known.get(verdict.rule, 0)]
    if news:
        raise AuditFailed(
            f"load {load.id} of {load.table} is not released: {'; '.join(in_words(verdict) for verdict in news)}. That is not "
            f"what it was stopped for ({', '.join(sorted(known))}), so no person has looked at it yet",
            rule=news[0].rule,
        )
    return tuple(verdict.rule for verdict in failed)


def _publish(
    connection: Connection,
    *,
    load: StoppedLoad,
    staged: Staged,
    failing: tuple[str, ...],
    reason: str,
    by: str,
    resources: Resources,
) -> Released:
    take_turn(connection, table_no=table_number(connection, table_id=load.table))
    _releasable(connection, load.id)  # another may have been quicker
    _require_newer(connection, load=load, staged=staged)
    now = resources.clock()
    vintage = publish_table(connection, staged=staged, archive=resources.archive, seen_at=now, release_reason=reason)
    outcome = "published" if vintage.changed else "unchanged"
    message = f"load {load.id} was released by {by}: {reason}"
    _write_outcome(
        connection, load, run_id=staged.run_id, seen_at=now, outcome=outcome, message=message, vintage=vintage
    )
    connection.execute(
        ops.quarantine.update()
        .where(ops.quarantine.c.quarantine_id == load.id)
        .values(released_at=now, released_by=by, release_reason=reason, release_run_id=staged.run_id)
    )
    report_and_close(connection, staged.run_id, ended_at=resources.clock())
    return Released(
        id=load.id,
        table=load.table,
        run=staged.run_id,
        publisher_updated_on=resources.archive.get_manifest(staged.manifest).publisher_updated_on,
        vintage=vintage.vintage_id,
        seen_at=now,
        new=vintage.new,
        revised=vintage.revised,
        withdrawn=vintage.withdrawn,
        unchanged=vintage.unchanged,
        failing=failing,
        reason=reason,
        by=by,
    )


_SEEN_SINCE = """
select p.code from core.observations o join core.vintages v using (vintage_id) join core.periods p using (period_id)
where o.table_no = :table_no and o.superseded_by is null and v.backfilled and v.manifest collate "C" > :manifest
  and o.period_id in (select period_id from staging.{staging}) limit 1
"""


def _require_newer(connection: Connection, *, load: StoppedLoad, staged: Staged) -> None:
    """Raise Refused where a backfill has brought newer figures of a period of this load, which it would put back."""
    asked = {"table_no": table_number(connection, table_id=load.table), "manifest": staged.manifest}
    period = connection.scalar(text(_SEEN_SINCE.format(staging=staged.staging)), asked)
    if period is not None:
        raise Refused(
            f"load {load.id} of {load.table} is not released: a backfill has brought newer figures since, of {period} among "
            f"others. Run `jobindsats nightly --table {load.table}` to look at the whole table again"
        )


def _write_outcome(
    connection: Connection,
    load: StoppedLoad,
    *,
    run_id: int,
    seen_at: datetime,
    outcome: str,
    message: str,
    vintage: Vintage | None = None,
) -> None:
    """The publisher was not asked: its calendar stays what the last night made of it, and its figures are due as before."""
    row = {
        "run_id": run_id,
        "table_id": load.table,
        "outcome": outcome,
        "seen_at": seen_at,
        "publisher_updated_on": load.publisher_updated_on,
        "fetched": False,
        "message": message,
    }
    connection.execute(insert(ops.table_outcomes), row | (asdict(vintage) if vintage else {}))
