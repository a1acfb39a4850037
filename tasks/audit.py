"""Audit: what must be true of a load, decided by Great Expectations on the staging table where it lies.

Great Expectations takes seconds to import, so it is imported when there is something to audit and not before.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE
from sqlalchemy import Connection, Engine, insert

from expectations.verdict import Verdict, agreement
from tasks.archive import Archive
from tasks.border import crossing
from tasks.stage import Staged
from tasks.stoppages import AuditBroken, AuditFailed, resting_on
from warehouse import schema
from warehouse.catalogue import Table, jobindsats
from warehouse.periods import Period
from warehouse.settings import danish_day
from warehouse.staging import table_number


@dataclass(frozen=True)
class Audit:
    """The receipt of an audit that held: how many checks, and the advisory ones that did not hold.

    A load that stands already was audited when it was published: it has no checks here but that of the metadata, which
    can change under figures that do not, and tell of what the next release will bring.
    """

    table_id: str
    checks: int
    advisories: tuple[str, ...]


@task(name="audit", task_run_name="audit {staged.table_id}", cache_policy=NO_CACHE)
def audit(staged: Staged) -> Audit:
    """Audit one staged table."""
    with resting_on(staged.manifest), crossing() as border:
        table = jobindsats().table(staged.table_id)
        receipt = audit_table(border.engine, table=table, staged=staged, archive=border.archive)
    get_run_logger().info("%s: %d checks held", receipt.table_id, receipt.checks)
    return receipt


def audit_table(engine: Engine, *, table: Table, staged: Staged, archive: Archive) -> Audit:
    """Carry out the suite, record every verdict; raises AuditFailed with the culprits, or AuditBroken."""
    found = [agreement(staged.differences)]
    if not staged.stands_already:
        found += _judged(engine, table=table, staged=staged, archive=archive)
    with engine.begin() as connection:
        _record(connection, found, staged=staged)
    _stop_where_blocking(found, table=table)
    advisories = tuple(_in_words(verdict) for verdict in found if not verdict.passed)
    return Audit(table.id, len(found), advisories)


def _judged(engine: Engine, *, table: Table, staged: Staged, archive: Archive) -> list[Verdict]:
    from expectations.checks import Audited
    from expectations.suite import CheckBroken, verdicts

    asked = asked_periods(archive, manifest=staged.manifest)
    seen_on = danish_day(archive.get_manifest(staged.manifest).seen_at)
    try:
        with engine.connect() as connection:
            audited = Audited(table, table_number(connection, table_id=table.id), asked, seen_on)
        return verdicts(audited, compared=staged.compared, warehouse=engine.url)
    except CheckBroken as error:
        raise AuditBroken(f"{table.id}: {error}. The figures were not judged and not published") from error


def asked_periods(archive: Archive, *, manifest: str) -> tuple[Period, ...]:
    """The periods a look asked for, in order."""
    questions = [urlsplit(entry.asked) for entry in archive.get_manifest(manifest).entries]
    named = [
        period
        for question in questions
        if question.path.startswith("/data/")
        for key, value in parse_qsl(question.query)
        if key.startswith("period.")
        for period in value.split(",")
    ]
    return tuple(sorted({Period.parse(period) for period in named}))


def _record(connection: Connection, found: list[Verdict], *, staged: Staged) -> None:
    rows = [
        {
            "run_id": staged.run_id,
            "table_id": staged.table_id,
            "rule": verdict.rule,
            "sentence": verdict.sentence,
            "blocking": verdict.blocking,
            "passed": verdict.passed,
            "offenders": verdict.offenders,
            "example": verdict.example,
        }
        for verdict in found
    ]
    connection.execute(
        schema.checks.delete().where(
            schema.checks.c.run_id == staged.run_id, schema.checks.c.table_id == staged.table_id
        )
    )
    connection.execute(insert(schema.checks), rows)


def _stop_where_blocking(found: list[Verdict], *, table: Table) -> None:
    failed = [verdict for verdict in found if verdict.blocking and not verdict.passed]
    if not failed:
        return
    others = ", ".join(verdict.rule for verdict in failed[1:])
    raise AuditFailed(
        f"{table.id} was not published: {_in_words(failed[0])}.{others and f' Nor do {others} hold.'} What was published "
        "before stands; `jobindsats quarantine` shows the load",
        rule=failed[0].rule,
        cells=[{"rule": verdict.rule, **cell} for verdict in failed for cell in verdict.cells],
    )


def _in_words(verdict: Verdict) -> str:
    example = f", the first: {verdict.example}" if verdict.example else ""
    return f"{verdict.rule} ({verdict.sentence}) does not hold for {verdict.offenders:,}{example}"
