"""What a warehouse holds, in one hash: with the moments at which it was seen (`checksum`), or without (`content`).

Two warehouses that were filled at other times, or in other pieces, have no checksum in common, and may have the same
content.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import URL, Connection, create_engine, text

from warehouse.history.checksum import NUMBERS, PLAIN, Marts, Part, combined, parts, parts_of_marts
from warehouse.marts.contract import HASHED

_STANDING = """
select t.table_id, p.code as at, count(*) as rows,
       encode(sha256(convert_to(string_agg(r.row, E'\\n' order by r.row collate "C"), 'UTF8')), 'hex') as sha256
from (
    select o.table_no, o.period_id, json_build_array(a.code, m.name, s.members, o.value, o.status)::text as row
    from core.observations o
    left join core.series s on s.series_id = o.series_id
    left join core.areas a on a.area_id = s.area_id
    left join core.measures m on m.measure_id = s.measure_id
    where o.superseded_by is null
) r
join core.tables t on t.table_no = r.table_no
left join core.periods p on p.period_id = r.period_id
group by t.table_id, p.code order by t.table_id collate "C", p.code collate "C"
"""


def checksum(connection: Connection, *, marts: Marts) -> str:
    """SHA-256 over all parts."""
    return combined(parts(connection, marts=marts))


def content(connection: Connection, *, marts: Marts) -> str:
    """SHA-256 over the facts that stand and the marts, revisions among them, without the moments at which it was seen."""
    return combined(content_parts(connection, marts=marts))


def content_of(database: URL) -> str:
    """The content of a warehouse with the marts that have a hash."""
    engine = create_engine(database)
    with engine.connect() as connection:
        found = content(connection, marts=HASHED)
    engine.dispose()
    return found


def content_parts(connection: Connection, *, marts: Marts) -> Iterator[Part]:
    """One part per table and period of the facts that stand, and one per table and period of each mart."""
    connection.execute(text(PLAIN))
    for row in connection.execute(text(_STANDING)):
        yield Part("core.observations", row.table_id, row.at, row.rows, row.sha256)
    yield from parts_of_marts(connection, marts=marts, without=(*NUMBERS, "seen_at"))
