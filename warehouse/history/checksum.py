"""The checksum of a warehouse: what it knows, by names and moments, whichever numbers it gave to them.

Two warehouses with the same checksum answer alike: now, as of any day, and in their marts. It is made of parts, a hash
per vintage or per mart, table and period, which PostgreSQL computes over sorted rows; only hashes leave the database.
Which marts are covered, and by which columns their rows are parted, is declared with each mart and handed in: `HASHED`
of `warehouse/marts/contract.py`.
Where others may write meanwhile, ask within a transaction of isolation level REPEATABLE READ.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from warehouse.database.sql_files import read_sql

Marts = Mapping[str, Sequence[str]]
"""The marts that are covered, each with the columns that part its rows: a publisher's table and a period, or a period."""

_FACTS = ("core.vintages", "core.observations", "core.assumptions")

_OF_FIGURES = "figures"
"""Stands for the table of parts of a figure's mart, which rests on several."""


@dataclass(frozen=True)
class Part:
    """The hash over some rows: of a relation and table, those of one vintage (a moment in UTC) or one period.

    Of assumptions, it is their name and the moment at which they were recorded.
    """

    relation: str
    table_id: str
    at: str
    rows: int
    sha256: str

    @property
    def in_words(self) -> str:
        """Which rows they are, for a message."""
        when = {"core.assumptions": "recorded at"}.get(
            self.relation, "seen at" if "core." in self.relation else "period"
        )
        return f"{self.relation} of {self.table_id}, {when} {self.at}"


_ASSUMPTIONS = """
select a.name, a.at, count(*) as rows,
       encode(sha256(convert_to(string_agg(a.row, E'\\n' order by a.row collate "C"), 'UTF8')), 'hex') as sha256
from (
    select name, to_char(recorded_at, 'YYYY-MM-DD HH24:MI:SS.US') as at, json_build_array(area_code, basis, valid_from,
        valid_to, value, low, high, unit, source, evidence, note, superseded_at)::text as row
    from core.assumptions
) a
group by a.name, a.at order by a.name collate "C", a.at
"""

_MART_COLUMNS = """
select string_agg(quote_ident(attname), ', ' order by attname collate "C") from pg_attribute
where attrelid = cast(:mart as regclass) and attnum > 0 and not attisdropped and attname <> all(:without)
"""

NUMBERS = ("vintage_id", "vintages", "assumptions")

_MART = """
select r.table_id, r.at, count(*) as rows,
       encode(sha256(convert_to(string_agg(r.row, E'\\n' order by r.row collate "C"), 'UTF8')), 'hex') as sha256
from (select {part} as table_id, {period} as at, json_build_array({columns})::text as row from marts.{mart}) r
group by r.table_id, r.at order by r.table_id collate "C", r.at collate "C"
"""

# Moments and numbers as text, whatever the session is set to; until the transaction ends.
PLAIN = "select set_config('TimeZone', 'UTC', true), set_config('extra_float_digits', '1', true)"


def combined(found: Iterable[Part]) -> str:
    """SHA-256 over parts, whichever order they come in."""
    lines = sorted(f"{part.relation} {part.table_id} {part.at} {part.rows} {part.sha256}" for part in found)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def parts(connection: Connection, *, marts: Marts) -> Iterator[Part]:
    """One part per table and vintage of `core`, per assumption and moment, and per table and period of each mart."""
    connection.execute(text(PLAIN))
    for row in connection.execute(text(read_sql(__package__, "checksum_vintages"))):
        yield Part("core.vintages", row.table_id, row.at, row.rows, row.sha256)
    for table in connection.execute(text("select table_no, table_id from core.tables order by table_no")).all():
        for row in connection.execute(
            text(read_sql(__package__, "checksum_observations")), {"table_no": table.table_no}
        ):
            yield Part("core.observations", table.table_id, row.at, int(row.rows), row.sha256)
    for row in connection.execute(text(_ASSUMPTIONS)):
        yield Part("core.assumptions", row.name, row.at, row.rows, row.sha256)
    yield from parts_of_marts(connection, marts=marts, without=NUMBERS)


def parts_of_marts(connection: Connection, *, marts: Marts, without: tuple[str, ...]) -> Iterator[Part]:
    """One part per table and period of each mart, over all its columns but those left out."""
    for mart, (*table, period) in marts.items():
        part = table[0] if table else f"'{_OF_FIGURES}'"
        yield from _mart_parts(connection, mart=mart, part=part, period=period, without=without)


def _mart_parts(
    connection: Connection, *, mart: str, part: str, period: str, without: tuple[str, ...]
) -> Iterator[Part]:
    # Whatever columns the mart has, so that one that is added is covered from then on.
    columns = connection.scalar(text(_MART_COLUMNS), {"mart": f"marts.{mart}", "without": list(without)})
    for row in connection.execute(text(_MART.format(mart=mart, part=part, period=period, columns=columns))):
        yield Part(f"marts.{mart}", row.table_id, row.at, row.rows, row.sha256)


def first_difference(rebuilt: Iterable[Part], *, standing: Iterable[Part]) -> str | None:
    """Where two warehouses differ first (facts before marts, in order of time), in a sentence; None where nowhere."""
    ours = {(part.relation, part.at, part.table_id): part for part in rebuilt}
    theirs = {(part.relation, part.at, part.table_id): part for part in standing}
    differing = [key for key in ours.keys() | theirs.keys() if ours.get(key) != theirs.get(key)]
    if not differing:
        return None
    first = min(differing, key=_order)
    here, there = ours.get(first), theirs.get(first)
    more = f"; {len(differing) - 1:,} more parts differ" if len(differing) > 1 else ""
    if here and there:
        rows = f"{here.rows:,} rows rebuilt, {there.rows:,} standing" if here.rows != there.rows else "other content"
        return f"{here.in_words}: {rows}{more}"
    if here:
        return f"{here.in_words}: rebuilt, but not in the warehouse that stands{more}"
    return f"{theirs[first].in_words}: in the warehouse that stands, but not rebuilt{more}"


def _order(part: tuple[str, str, str]) -> tuple[int, bool, str, str, str]:
    """Facts before marts, marts of tables before those of figures, then by name and time."""
    relation, at, table_id = part
    facts = _FACTS.index(relation) if relation in _FACTS else len(_FACTS)
    return facts, table_id == _OF_FIGURES, relation, at, table_id
