"""Quarantine, read: the loads that were stopped, what became of each, and the rows that were rejected.

A load is `open` until a person releases it (`released`) or the publisher is looked at again to the end (`overtaken`):
then another vintage stands that was fetched later, or the one that stands was found again. A backfill looks at some
periods only, and overtakes nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, text

from tasks.sources.registry import SOURCES, is_source
from warehouse.catalogue.named import table_named
from warehouse.database.sql_files import read_sql
from warehouse.errors import QuestionError

OPEN = ("open",)
EVERY = ("open", "released", "overtaken")


@dataclass(frozen=True)
class StoppedLoad:
    """One load that was stopped, and its state; `overtaken_by` is the vintage that stands.

    Files are overtaken by a look at which they could be read, or were those that stand: by no vintage then.
    """

    id: int
    table: str
    title: str
    run: int
    stopped_at: datetime
    publisher_updated_on: date | None
    rule: str
    message: str
    rejected: int
    state: str
    released_at: datetime | None
    released_by: str | None
    release_reason: str | None
    release_run: int | None
    overtaken_by: int | None
    overtaken_at: datetime | None
    manifest: str | None


@dataclass(frozen=True)
class BrokenRule:
    """A blocking rule that a load broke: in how many cases, and the rejected rows that were kept of them."""

    rule: str
    sentence: str | None
    offenders: int
    rows: tuple[dict[str, Any], ...]


_BROKEN = """
select rule, sentence, offenders from ops.checks
where run_id = :run and table_id = :table_id and blocking and not passed
"""

_REJECTED = "select rule, cells from ops.rejected_rows where quarantine_id = :id order by rejected_row_id"


def stopped_loads(
    connection: Connection, *, table: str | None = None, states: Collection[str] = OPEN
) -> list[StoppedLoad]:
    """The stopped loads in any of these states, of one table by its id where it is named, newest first."""
    return _loads(connection, states=states, table_id=table, number=None)


def table_or_source(connection: Connection, written: str) -> str:
    """The id of a table that a person named, or a source's name, under which files of no table were stopped.

    Raises QuestionError.
    """
    name = written.casefold()
    return name if is_source(name) else table_named(connection, written).id


def _loads(
    connection: Connection, *, states: Collection[str], table_id: str | None, number: int | None
) -> list[StoppedLoad]:
    of_files = [source.name for source in SOURCES if source.of_files]
    values = {"states": list(states), "table_id": table_id, "id": number, "of_files": of_files}
    return [
        StoppedLoad(**row)
        for row in connection.execute(text(read_sql(__package__, "stopped_loads")), values).mappings()
    ]


def stopped_load(connection: Connection, quarantine_id: int) -> StoppedLoad:
    """One stopped load; raises QuestionError where there is none."""
    found = _loads(connection, states=EVERY, table_id=None, number=quarantine_id)
    if not found:
        raise QuestionError(
            f"no load in quarantine has the id {quarantine_id}; `jobindsats quarantine --all` lists them"
        )
    return found[0]


def load_named(connection: Connection, written: str) -> StoppedLoad:
    """The stopped load of this number, or a table's newest: one that waits before one that does not; raises QuestionError."""
    if written.isdecimal() and written.isascii():
        return stopped_load(connection, int(written))
    table = table_or_source(connection, written)
    found = stopped_loads(connection, table=table) or stopped_loads(connection, table=table, states=EVERY)
    if not found:
        raise QuestionError(
            f"no load of {table} was ever in quarantine; `jobindsats quarantine --all` lists those that were"
        )
    return found[0]


def broken_rules(connection: Connection, load: StoppedLoad) -> list[BrokenRule]:
    """The rules a load broke, the one that stopped it first, each with its rejected rows in the order they were found."""
    values = {"run": load.run, "table_id": load.table}
    checks = {row.rule: row for row in connection.execute(text(_BROKEN), values)}
    rejected = connection.execute(text(_REJECTED), {"id": load.id}).all()
    kept = {rule: tuple(row.cells for row in rows) for rule, rows in groupby(rejected, key=itemgetter(0))}
    rules = list(dict.fromkeys([load.rule, *kept, *checks]))
    return [
        BrokenRule(
            rule=rule,
            sentence=checks[rule].sentence if rule in checks else None,
            offenders=checks[rule].offenders if rule in checks else len(kept.get(rule, ())),
            rows=kept.get(rule, ()),
        )
        for rule in rules
    ]
