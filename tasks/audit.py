"""Audit: what must be true of a load, decided by Great Expectations on the staging table where it lies.

Great Expectations takes seconds to import, so it is imported when there is something to audit and not before.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE
from sqlalchemy import Connection, Engine, insert, text
from sqlalchemy.exc import IntegrityError

from expectations.verdict import Verdict, agreement
from tasks.archive.store import Archive
from tasks.resources import open_resources
from tasks.results import Audit, Staged
from tasks.sources.registry import snapshot_of
from tasks.stoppages import AuditBroken, AuditFailed, with_manifest
from warehouse.danish.clock import danish_day
from warehouse.figures.usual_revisions import UsualRevisions, usual_revisions
from warehouse.history.partitions import key_partition, vintage_of_partition
from warehouse.history.staging import table_number
from warehouse.schema import ops


@task(name="audit", task_run_name="audit {staged.table_id}", cache_policy=NO_CACHE)
def audit(staged: Staged) -> Audit:
    """Audit one staged table."""
    with with_manifest(staged.manifest), open_resources() as resources:
        receipt = audit_table(resources.engine, staged=staged, archive=resources.archive)
    get_run_logger().info("%s: %d checks held", receipt.table_id, receipt.checks)
    return receipt


def audit_table(engine: Engine, *, staged: Staged, archive: Archive) -> Audit:
    """Carry out the suite, record every verdict; raises AuditFailed with the culprits, or AuditBroken."""
    with keyed_meanwhile(engine, name=staged.staging):
        found = judge(engine, staged=staged, archive=archive)
        stop_where_blocking(found, table_id=staged.table_id)
    return Audit(staged.table_id, len(found))


@contextmanager
def keyed_meanwhile(engine: Engine, *, name: str) -> Iterator[None]:
    """While the checks ask, let a first load get the key of the partition that it becomes; it takes as long as they do.

    What the checks raise comes before what was wrong with the key.
    """
    with ThreadPoolExecutor(max_workers=1) as hand:
        keyed = hand.submit(_key, engine, name=name)
        yield
        keyed.result()


def _key(engine: Engine, *, name: str) -> None:
    # A cell that is there twice has no key; the checks say which.
    with suppress(IntegrityError), engine.begin() as connection:
        if vintage_of_partition(connection, name=name) is not None:
            key_partition(connection, name=name)


def judge(engine: Engine, *, staged: Staged, archive: Archive) -> list[Verdict]:
    """Carry out the suite and record every verdict; a load that stands already has that of the metadata only.

    Raises AuditBroken.
    """
    found = [agreement(staged.differences)]
    if not staged.stands_already:
        found += _judged(engine, staged=staged, archive=archive)
    with engine.begin() as connection:
        _record(connection, found, staged=staged)
    return found


# What is staged is not logged: after a crash it is empty, and a check that is asked again then would find no rows.
_SERVER = text("select pg_postmaster_start_time()")


def _judged(engine: Engine, *, staged: Staged, archive: Archive) -> list[Verdict]:
    from expectations.checks import Audited
    from expectations.known_deviations import DeviationError, shipped
    from expectations.suite import CheckBroken, verdicts

    snapshot = snapshot_of(staged.manifest, archive=archive)
    seen_on = danish_day(snapshot.manifest.seen_at)
    try:
        with engine.connect() as connection:
            table_no = table_number(connection, table_id=staged.table_id)
            server = connection.scalar(_SERVER)
            usual = usual_of(connection, table_id=staged.table_id, staging=staged.staging)
        asked, known, load = snapshot.asked_periods, shipped(), staged.content_hash
        audited = Audited(snapshot.table, table_no, staged.staging, asked, seen_on, known, load, usual)
        found = verdicts(audited, warehouse=engine.url)
        with engine.connect() as connection:
            if connection.scalar(_SERVER) != server:
                raise CheckBroken("the checks could not be carried out: the server of the warehouse was started anew")
        return found
    except (CheckBroken, DeviationError) as error:
        raise AuditBroken(f"{staged.table_id}: {error}. The figures were not judged and not published") from error


def usual_of(connection: Connection, *, table_id: str, staging: str) -> UsualRevisions:
    """How large revisions of a staged load are usually, by the table's releases before it."""
    periods = connection.scalars(text(f"select period_id from staging.{staging}_periods")).all()  # noqa: S608
    return usual_revisions(connection, table_id=table_id, periods=periods)


def _record(connection: Connection, found: list[Verdict], *, staged: Staged) -> None:
    names = ("rule", "sentence", "blocking", "passed", "offenders", "example")
    load = {"run_id": staged.run_id, "table_id": staged.table_id}
    connection.execute(ops.checks.delete().filter_by(**load))
    connection.execute(
        insert(ops.checks), [load | {name: getattr(verdict, name) for name in names} for verdict in found]
    )


def blocking_failures(found: list[Verdict]) -> list[Verdict]:
    """The verdicts that stop a table."""
    return [verdict for verdict in found if verdict.blocking and not verdict.passed]


def stop_where_blocking(found: list[Verdict], *, table_id: str) -> None:
    """Raise AuditFailed with the culprits where a blocking check does not hold."""
    failed = blocking_failures(found)
    if not failed:
        return
    raise AuditFailed(
        f"{table_id} was not published: {in_words(failed[0])}.{_others(failed[1:])} What was published before stands; "
        "`jobindsats quarantine` shows the load",
        rule=failed[0].rule,
        cells=[{"rule": verdict.rule, **cell} for verdict in failed for cell in verdict.cells],
    )


def _others(failed: list[Verdict]) -> str:
    """The other rules that do not hold, in a sentence."""
    *most, last = [verdict.rule for verdict in failed] or [""]
    if most:
        return f" Nor do {', '.join(most)} and {last} hold."
    return f" Nor does {last} hold." if last else ""


def in_words(verdict: Verdict) -> str:
    """A verdict that did not hold, in a sentence without its end: the rule, what must be true, the first offender."""
    cases = "1 case" if verdict.offenders == 1 else f"{verdict.offenders:,} cases"
    found = f" in {cases}, {'the first: ' if verdict.offenders > 1 else ''}{verdict.example}" if verdict.example else ""
    return f"{verdict.rule} ({verdict.sentence}) does not hold{found}"
