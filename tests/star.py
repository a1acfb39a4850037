"""What holds of the star, asked of any warehouse: everything that is loaded is there, and no join loses or doubles a row.

`python -m tests.star` asks it of the warehouse that the settings name.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import Connection, Table, text

from tasks.resources import ready
from warehouse.marts.contract import MARTS
from warehouse.marts.dimensions import DIMENSIONS

_FACTS = """
select t.table_id, m.name, s.members, a.code, p.code, o.value, o.status::text, o.vintage_id
from core.observations o
join core.series s using (series_id) join core.tables t on t.table_no = o.table_no join core.measures m using (measure_id)
join core.areas a using (area_id) join core.periods p using (period_id) join core.vintages v using (vintage_id)
left join core.vintages following on following.vintage_id = o.superseded_by
where v.seen_at <= cast(:at as timestamptz) and (following.seen_at is null or following.seen_at > cast(:at as timestamptz))
"""
_TOLD = "select table_id, measure, members, area_code, period, value, status, vintage_id from {source}"
_HASHED = "select count(*) as rows, coalesce(sum(hashtextextended(r::text, 0)), 0)::text as hash from ({rows}) r"


def moments(connection: Connection) -> list[datetime]:
    """Three earlier moments at which something became known: the first, one in the middle, and the one before the newest."""
    seen = list(connection.scalars(text("select distinct seen_at from marts.vintages order by 1")))
    return [seen[0], seen[len(seen) // 2], seen[-2]] if len(seen) > 1 else seen


def compared(
    connection: Connection, *, at: Sequence[datetime | str]
) -> Iterator[tuple[str, tuple[int, str], tuple[int, str]]]:
    """Of what stands and of each moment: number and hash of the facts' rows, and of those of the star."""
    stands = _hashed(connection, _FACTS, at="infinity")
    yield "as it stands", stands, _hashed(connection, _TOLD.format(source="marts.observations"))
    asked = _TOLD.format(source="marts.observations_as_of(cast(:at as timestamptz))")
    for moment in at:
        yield f"as of {moment}", _hashed(connection, _FACTS, at=moment), _hashed(connection, asked, at=moment)


def _hashed(connection: Connection, rows: str, **values: object) -> tuple[int, str]:
    found = connection.execute(text(_HASHED.format(rows=rows)), values).one()
    return found.rows, found.hash


def joins() -> Iterator[tuple[Table, Table, str]]:
    """Each mart with each dimension it joins, and the column: the dimension's key has the same name there."""
    for mart in MARTS:
        for dimension in DIMENSIONS:
            [key] = dimension.primary_key
            if mart is not dimension and key.name in mart.columns:
                yield mart, dimension, key.name


def lost_or_doubled(connection: Connection) -> list[str]:
    """The joins of marts with dimensions that have more or fewer rows than the mart has with a key, in sentences."""
    found = []
    for mart, dimension, key in joins():
        kept = connection.scalar(text(f"select count({key}) from {mart.fullname}"))
        joined = connection.scalar(
            text(f"select count(*) from {mart.fullname} join {dimension.fullname} using ({key})")
        )
        if kept != joined:
            found.append(f"{mart.fullname} has {kept} rows with {key}, and {joined} beside {dimension.fullname}")
    return found


def repeated(connection: Connection) -> list[str]:
    """The marts in which two rows have the same key."""
    keys = {
        mart.fullname: ", ".join(column.name for column in mart.primary_key)
        for mart in MARTS
        if mart.primary_key.columns
    }
    twice = "select 1 from {mart} group by {keys} having count(*) > 1 limit 1"
    return [mart for mart, names in keys.items() if connection.scalar(text(twice.format(mart=mart, keys=names)))]


def main() -> int:
    """Ask it of the warehouse that the settings name, as after `make demo`; says what was counted, and where it is not so."""
    with ready() as resources, resources.engine.connect() as connection:
        differ = 0
        for when, facts, star in compared(connection, at=moments(connection)):
            said = "the same" if facts == star else "NOT the same"
            print(f"{when}: {facts[0]:,} observations in the facts, {star[0]:,} in the star, {said}")
            differ += facts != star
        found = [*lost_or_doubled(connection), *(f"{mart}: a key is there twice" for mart in repeated(connection))]
        print("\n".join(found) or f"{len(list(joins()))} joins lose and double nothing")
    return 1 if differ or found else 0


if __name__ == "__main__":
    sys.exit(main())
