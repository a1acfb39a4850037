"""The doctor of runs: whether nights come and end, backfills go on, troubles are told, clocks agree, readers may read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from tasks import alerts
from tasks.findings import Finding, guarded
from tasks.resources import Border
from warehouse.danish.clock import in_denmark
from warehouse.database.locks import Lock, holders
from warehouse.database.reader_role import READER

A_NIGHT_AT_LEAST_EVERY = timedelta(hours=26)
# Clocks of two machines differ, and the one of a rehearsal begins anew with each command.
CLOCKS_AGREE_TO = timedelta(hours=1)


def examine_runs(border: Border, *, connection: Connection) -> Iterator[Finding]:
    """What the records of a migrated warehouse tell."""
    yield guarded("clock", lambda: clock(border, connection=connection))
    yield guarded("nights", lambda: nights(connection, now=border.clock()))
    yield from backfills(connection)
    if border.settings.told:
        yield guarded("alerts", lambda: untold(connection, now=border.clock()))
    yield guarded("readers", lambda: readers(connection))


def clock(border: Border, *, connection: Connection) -> Finding:
    """Whether the clock of runs can be right: never behind what was seen, and never set by hand for the real publisher."""
    now, set_to = border.clock(), border.settings.now
    newest = connection.scalar(text("select max(seen_at) from core.vintages"))
    mend = "remove JOBINDSATS_NOW" if set_to else "correct the machine's clock"
    if newest is not None and newest > now + CLOCKS_AGREE_TO:
        says = f"it is {_at(now)} by the clock, and the newest vintage was seen at {_at(newest)}"
        return Finding("clock", "failed", says, f"{mend}: no vintage is seen before the one it replaces")
    if set_to is not None and not border.settings.rehearsed:
        says = f"JOBINDSATS_NOW sets the clock to {_at(set_to)}, and the publisher is the real one"
        return Finding("clock", "attention", says, f"{mend}: it is for rehearsals only")
    return Finding("clock", "well", f"{_at(now)} in Denmark{', set by JOBINDSATS_NOW' if set_to else ''}")


_LAST_NIGHT = text(
    "select run_id, started_at, ended_at, outcome from ops.runs where kind = 'nightly' "
    "and outcome is distinct from 'yielded' and outcome is distinct from 'superseded' "
    "order by run_id desc limit 1"
)


def nights(connection: Connection, *, now: datetime) -> Finding:
    """Whether nights come, and how the last one ended."""
    last = connection.execute(_LAST_NIGHT).one_or_none()
    if last is None:
        return Finding("nights", "well", "none has run yet", "jobindsats nightly, or jobindsats serve")
    named = f"night {last.run_id} of {_at(last.started_at)}"
    if last.ended_at is None and last.run_id in holders(connection, Lock.RUN):
        return Finding("nights", "well", f"{named} is at work")
    if last.ended_at is None or last.outcome == "died":
        return Finding(
            "nights", "attention", f"{named} died before its end", "jobindsats nightly goes on, and clears away"
        )
    if now - last.started_at > A_NIGHT_AT_LEAST_EVERY:
        says = f"the last was {named}: {_for_how_long(now - last.started_at)} ago"
        return Finding("nights", "attention", says, "see to what starts it: jobindsats serve, cron, or the worker")
    if last.outcome != "completed":
        return Finding(
            "nights", "attention", f"{named} ended with {last.outcome}", "jobindsats status says which tables"
        )
    return Finding("nights", "well", f"{named} completed")


_UNFINISHED = text("""
select backfill_id, count(*) filter (where state = 'done') as done, count(*) as partitions,
       bool_or(state in ('waiting', 'fetched') and run_id = any(:alive)) as at_work
from ops.backfill_partitions group by backfill_id having bool_or(state in ('waiting', 'fetched')) order by backfill_id
""")


def backfills(connection: Connection) -> Iterator[Finding]:
    """The backfills that are not done, and whether somebody is at them."""
    # Beside a night its workers wait, and hold nothing that would tell of them.
    waits = bool(holders(connection, Lock.NIGHT))
    alive = sorted(holders(connection, Lock.RUN))
    for row in connection.execute(_UNFINISHED, {"alive": alive}):
        says = f"{row.done} of {row.partitions} partitions of backfill {row.backfill_id} are done"
        if row.at_work or waits:
            yield Finding("backfill", "well", f"{says}, and {'it waits for the night' if waits else 'it goes on'}")
        else:
            step = f"jobindsats backfill --resume {row.backfill_id}"
            yield Finding("backfill", "attention", f"{says}, and nobody is at it", step)


def untold(connection: Connection, *, now: datetime) -> Finding:
    """Whether troubles wait that nobody could be told of."""
    waiting = alerts.untold(connection, now=now)
    if waiting:
        says = f"nobody could be told of {len(waiting)} troubles, the first in run {waiting[0].run_id}"
        return Finding("alerts", "attention", says, "see to JOBINDSATS_NOTIFY; the next night tries again")
    return Finding("alerts", "well", "whoever is to be told was told of everything")


# Accounts that may look into `marts` and are neither superusers nor the owner of what lies there.
_READERS = text("""
select r.rolname as account,
       (select string_agg(c.relname, ', ' order by c.relname) from pg_class c
        where c.relnamespace = 'marts'::regnamespace and c.relkind in ('r', 'v', 'm', 'p')
          and not has_table_privilege(r.oid, c.oid, 'select')) as lacks,
       (select min(n.nspname || '.' || c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname in ('core', 'staging', 'ops') and c.relkind in ('r', 'v', 'm', 'p')
          and has_schema_privilege(r.oid, n.oid, 'usage') and has_table_privilege(r.oid, c.oid, 'select')) as sees
from pg_roles r
where not r.rolsuper and not starts_with(r.rolname, 'pg_') and has_schema_privilege(r.oid, 'marts', 'usage')
  and not pg_has_role(r.oid, (select nspowner from pg_namespace where nspname = 'marts'), 'member')
order by r.rolname
""")


def readers(connection: Connection) -> Finding:
    """Whether the accounts of dashboards may read every mart and nothing else."""
    accounts = connection.execute(_READERS).all()
    for row in accounts:
        login = "" if row.account == READER else f" --login {row.account}"
        step = f"grant again: jobindsats warehouse reader{login}"
        if row.sees:
            says = f"{row.account} may read {row.sees}, which is not for dashboards"
            return Finding("readers", "attention", says, f"revoke it; then {step}")
        if row.lacks:
            return Finding("readers", "attention", f"{row.account} may not read {row.lacks} in marts", step)
    if not accounts:
        step = "jobindsats warehouse reader, when a dashboard is to be connected"
        return Finding("readers", "well", "no account but our own reads the marts", step)
    return Finding(
        "readers", "well", f"{', '.join(row.account for row in accounts)} may read the marts and nothing else"
    )


def _at(moment: datetime) -> str:
    return f"{in_denmark(moment):%Y-%m-%d %H:%M}"


def _for_how_long(time: timedelta) -> str:
    hours = int(time.total_seconds() // 3600)
    return f"{hours} hours" if hours < 72 else f"{time.days} days"
