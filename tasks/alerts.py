"""Alerts: the troubles that a person should look at, each once, however many nights it lasts; again when it comes back.

What tells a trouble from the next one of its kind is the release that is late, the load that was stopped, or the first
day of failing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

# Somebody who begins to be told is not told of last year's troubles.
STALE = timedelta(days=7)


@dataclass(frozen=True)
class Alert:
    """One trouble: of a table (empty: of the run itself), which, what tells it from the next, and what to know of it."""

    alert_id: int
    table_id: str
    trouble: str
    about: str
    run_id: int
    message: str


_TROUBLES = """
select o.table_id, o.outcome as trouble, o.message,
       case o.outcome
           when 'source_late' then 'the release of ' || coalesce(o.next_release_on::text, 'an unknown day')
           when 'quarantined' then coalesce(q.rule, '') || ', the load of ' ||
                coalesce(o.publisher_updated_on::text, o.message)
           else 'since run ' || (
               select min(f.run_id) from ops.table_outcomes f
               where f.table_id = o.table_id and f.outcome = 'failed' and f.run_id > coalesce((
                   select max(w.run_id) from ops.table_outcomes w
                   where w.table_id = o.table_id and w.outcome <> 'failed' and w.run_id <= o.run_id), 0))
       end as about
from ops.table_outcomes o left join ops.quarantine q using (run_id, table_id)
where o.run_id = :run_id and o.outcome in ('source_late', 'quarantined', 'failed')
union all
select '', 'died', 'run ' || r.run_id || ' (' || r.kind || ') died before its end; what it left was cleared away',
       'run ' || r.run_id
from ops.runs r where r.outcome = 'died' and r.ended_at > cast(:now as timestamptz) - cast(:stale as interval)
union all
select '', 'failed', cast(:trouble as text), cast(:trouble as text) where cast(:trouble as text) <> ''
"""
_RAISE = """
insert into ops.alerts (table_id, trouble, about, run_id, message, raised_at)
select t.table_id, t.trouble, t.about, :run_id, t.message, :now from ({troubles}) t
on conflict (table_id, trouble, about) where mended_at is null do nothing
"""
# A table that fails in a night is not for that on time again: only a night that found it well mends what was wrong.
_MEND = """
update ops.alerts a set mended_at = :now
where a.mended_at is null and a.trouble <> 'died'
  and (exists (select from ops.table_outcomes o where o.run_id = :run_id and o.table_id = a.table_id
               and o.outcome in ('published', 'unchanged', 'not_due'))
       or (a.table_id = '' and a.about <> cast(:trouble as text)))
"""


def raise_alerts(connection: Connection, *, run_id: int, trouble: str, now: datetime) -> None:
    """Put on record the troubles of a run that are not on record yet, and those that are gone as mended.

    `trouble` is one that is no table's.
    """
    values = {"run_id": run_id, "trouble": trouble, "now": now, "stale": STALE}
    connection.execute(text(_MEND), values)
    connection.execute(text(_RAISE.format(troubles=_TROUBLES)), values)


def untold(connection: Connection, *, now: datetime) -> list[Alert]:
    """The alerts that nobody was told of yet, in the order they were raised; what is over and a week old is let be."""
    query = text(
        "select alert_id, table_id, trouble, about, run_id, message from ops.alerts "
        "where told_at is null and (raised_at > :since or (mended_at is null and trouble <> 'died')) order by alert_id"
    )
    return [Alert(**row) for row in connection.execute(query, {"since": now - STALE}).mappings()]


def note_told(connection: Connection, alerts: Collection[Alert], *, now: datetime) -> None:
    """Put on record that these were sent."""
    query = text("update ops.alerts set told_at = :now where alert_id = any(:ids)")
    connection.execute(query, {"now": now, "ids": [alert.alert_id for alert in alerts]})


def subject(alerts: Sequence[Alert]) -> str:
    """A line for the top of a message."""
    tables = sorted({alert.table_id for alert in alerts if alert.table_id})
    named = ", ".join(tables) if len(tables) <= 3 else f"{len(tables)} tables"
    return f"jobindsats: {named or 'a run'} needs a look" if len(tables) < 2 else f"jobindsats: {named} need a look"


def in_words(alerts: Sequence[Alert]) -> str:
    """What to know of each trouble, once, with the tables it stopped, and where to look."""
    by_message: dict[tuple[str, str], list[str]] = {}
    for alert in alerts:
        by_message.setdefault((alert.trouble, alert.message), []).append(alert.table_id or "the run")
    paragraphs = [f"{trouble}: {', '.join(tables)}\n{message}" for (trouble, message), tables in by_message.items()]
    return "\n\n".join([*paragraphs, "jobindsats status, and jobindsats quarantine, say how things stand now."])
