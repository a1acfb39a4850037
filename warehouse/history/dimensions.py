"""Write what facts refer to: areas, tables, measures, periods, benefit groups and series breaks, and number the series.

They come from the reference data and the catalogue; series and periods from what is loaded. Writing twice is writing
once. Numbers once given are kept, since every observation refers to them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl
from sqlalchemy import Connection, Table, func, select, text
from sqlalchemy.dialects.postgresql import insert

from warehouse.areas import all_areas
from warehouse.catalogue.model import Catalogue
from warehouse.catalogue.model import Table as CatalogueTable
from warehouse.catalogue.series_breaks import OwnBreak, SeriesBreak
from warehouse.periods import Period
from warehouse.schema import core as schema

SERIES_KEY = ["measure", "area_id", "members"]
"""What tells the series of a table apart."""


def write_dimensions(connection: Connection, *, catalogues: Sequence[Catalogue]) -> None:
    """Write areas, and what catalogues say of tables, measures, benefit groups and series breaks; keeps given numbers."""
    _upsert(connection, schema.areas, key=["area_id"], rows=_area_rows())
    for catalogue in catalogues:
        write_tables(connection, catalogue.tables, publisher=catalogue.publisher)
    numbers = _known_numbers(connection)
    groups = [row for catalogue in catalogues for row in _benefit_group_rows(catalogue, numbers=numbers)]
    _replace(connection, schema.benefit_groups, rows=groups)
    write_periods(connection, periods=(period for catalogue in catalogues for *_, period in _breaks(catalogue)))
    breaks = [row for catalogue in catalogues for row in _series_break_rows(catalogue, numbers=numbers)]
    shipped = [numbers[table.id] for catalogue in catalogues for table in catalogue.tables]
    _replace(connection, schema.series_breaks, rows=breaks, of=shipped)


def write_own_breaks(connection: Connection, table: CatalogueTable) -> None:
    """Write the series breaks that a table of no catalogue declares, in the place of those that it declared before."""
    number = _known_numbers(connection)[table.id]
    found = [(each, Period.parse(each.first_period)) for each in table.series_breaks]
    write_periods(connection, periods=(period for _, period in found))
    rows = [_break_row(each, table_no=number, period=period, members=each.members) for each, period in found]
    _replace(connection, schema.series_breaks, rows=rows, of=[number])


def write_tables(
    connection: Connection, tables: Sequence[CatalogueTable], *, publisher: str, renew: bool = True
) -> None:
    """Write one publisher's tables and their measures; keeps every number already given.

    Without `renew` what stands declared is left as it is, and only what is new is written.
    """
    numbers = _table_numbers(connection, tables=tables)
    rows = [_table_row(table, table_no=numbers[table.id], publisher=publisher) for table in tables]
    _upsert(connection, schema.tables, key=["table_no"], rows=rows, renew=renew)
    measures = _measure_rows(tables, numbers=numbers)
    _upsert(connection, schema.measures, key=["table_no", "name"], rows=measures, renew=renew)


def _upsert(
    connection: Connection, target: Table, *, key: list[str], rows: list[dict[str, Any]], renew: bool = True
) -> None:
    if not rows:
        return
    statement = insert(target)
    kept = {name: statement.excluded[name] for name in rows[0] if name not in key}
    renewing = statement.on_conflict_do_update(index_elements=key, set_=kept)
    connection.execute(renewing if renew else statement.on_conflict_do_nothing(), rows)


def _replace(
    connection: Connection, target: Table, *, rows: list[dict[str, Any]], of: Sequence[int] | None = None
) -> None:
    """Write rows that nothing refers to; what is no longer declared goes, of all tables or those of these numbers."""
    gone = target.delete()
    connection.execute(gone if of is None else gone.where(target.c.table_no.in_(of)))
    if rows:
        connection.execute(insert(target), rows)


def _area_rows() -> list[dict[str, Any]]:
    names = [column.name for column in schema.areas.columns if column.name != "area_id"]
    return [{"area_id": area.key} | {name: getattr(area, name) for name in names} for area in all_areas()]


def _known_numbers(connection: Connection) -> dict[str, int]:
    query = select(schema.tables.c.table_id, schema.tables.c.table_no)
    return {row.table_id: row.table_no for row in connection.execute(query)}


def _table_numbers(connection: Connection, *, tables: Sequence[CatalogueTable]) -> dict[str, int]:
    known = _known_numbers(connection)
    following = (connection.scalar(select(func.max(schema.tables.c.table_no))) or 0) + 1
    unknown = [table.id for table in tables if table.id not in known]
    return known | {table_id: following + step for step, table_id in enumerate(unknown)}


def _table_row(table: CatalogueTable, *, table_no: int, publisher: str) -> dict[str, Any]:
    return {
        "table_no": table_no,
        "table_id": table.id,
        "publisher": publisher,
        "title": table.title,
        "title_en": table.title_en,
        "period_kind": str(table.period),
        "retired_on": table.retired.since if table.retired else None,
        "replaced_by": table.retired.replaced_by if table.retired else None,
        "root_members": table.root_members,
        "feeds": table.feeds,
        "declaration": table.model_dump(mode="json", by_alias=True),
    }


def _measure_rows(tables: Sequence[CatalogueTable], *, numbers: dict[str, int]) -> list[dict[str, Any]]:
    return [
        {"table_no": numbers[table.id]} | measure.model_dump(include={"name", "label", "unit", "adds_up"})
        for table in tables
        for measure in table.measures
    ]


def _benefit_group_rows(catalogue: Catalogue, *, numbers: dict[str, int]) -> list[dict[str, Any]]:
    return [
        group.model_dump(include={"name", "counted", "benchmark", "valid_from", "successor"})
        | {
            "benefit_group": group.id,
            "table_no": numbers[group.table],
            "members": catalogue.members_of(group),
            "valid_until": group.until,
        }
        for group in catalogue.benefit_groups
    ]


def _series_break_rows(catalogue: Catalogue, *, numbers: dict[str, int]) -> list[dict[str, Any]]:
    return [
        _break_row(each, table_no=numbers[table_id], period=period, members=each.members.get(table_id, ()))
        for each, table_id, period in _breaks(catalogue)
    ]


def _break_row(
    declared: SeriesBreak | OwnBreak, *, table_no: int, period: Period, members: Sequence[str]
) -> dict[str, Any]:
    return {
        "series_break": declared.id,
        "table_no": table_no,
        "first_period_id": period.key,
        "members": list(members) or None,
    } | declared.model_dump(include={"title", "caveat", "source"})


def _breaks(catalogue: Catalogue) -> list[tuple[SeriesBreak, str, Period]]:
    return [
        (series_break, table_id, Period.parse(written))
        for series_break in catalogue.series_breaks
        for table_id, written in series_break.first_periods.items()
    ]


def known_periods(connection: Connection) -> set[int]:
    """The numbers of the periods that are there."""
    return set(connection.scalars(select(schema.periods.c.period_id)))


_NEW_PERIODS = """
insert into core.periods (period_id, code, kind, first_day, last_day)
select period_id, code, kind, first_day, last_day
from jsonb_populate_recordset(cast(null as core.periods), cast(:periods as jsonb))
on conflict do nothing
"""


def write_periods(connection: Connection, *, periods: Iterable[Period]) -> None:
    """Write periods that are not there yet; one row per period."""
    rows = [
        {"period_id": p.key, "code": str(p), "kind": p.kind, "first_day": str(p.first_day), "last_day": str(p.last_day)}
        for p in periods
    ]
    if rows:
        connection.execute(text(_NEW_PERIODS), {"periods": json.dumps(rows)})


_KNOWN = """
select m.name, s.area_id, s.members::text, s.series_id from core.series s join core.measures m using (measure_id)
where s.table_no = :table_no and s.series_id > :after
"""

_REGISTER = """
insert into core.series (table_no, measure_id, area_id, members)
select :table_no, m.measure_id, k.area_id, cast(k.members as jsonb)
from jsonb_to_recordset(cast(:keys as jsonb)) as k(measure text, area_id smallint, members text)
join core.measures m on m.table_no = :table_no and m.name = k.measure
order by k.measure, k.area_id, cast(k.members as jsonb)
on conflict do nothing
"""


class SeriesNumbers:
    """The numbers of one table's series, given on first use and kept."""

    def __init__(self, connection: Connection, *, table_no: int) -> None:
        self._connection = connection
        self._table_no = table_no
        self._given = False
        self._known = self._read(after=0)

    def numbered(self, cells: pl.DataFrame) -> pl.DataFrame:
        """Cells with the `series_id` of their measure, area and members; one row per series x period."""
        found = self._joined(cells)
        if found["series_id"].null_count():
            self._register(found.filter(pl.col("series_id").is_null()).select(SERIES_KEY).unique())
            # Numbers grow, so that those just given are the last; one that another run gave meanwhile need not be.
            self._known = pl.concat([self._known, self._read(after=self._known["series_id"].max() or 0)])
            found = self._joined(cells)
        if found["series_id"].null_count():
            self._known = self._read(after=0)
            found = self._joined(cells)
        return found

    @property
    def given(self) -> list[int]:
        """The numbers that are given, of all series of the table."""
        return self._known["series_id"].to_list()

    def analyze(self) -> None:
        """Let the planner know of series that were given a number; one that another run is analyzing is left to it."""
        if self._given:
            self._connection.execute(text("analyze (skip_locked) core.series"))

    def _joined(self, cells: pl.DataFrame) -> pl.DataFrame:
        return cells.join(self._known, on=SERIES_KEY, how="left")

    def _read(self, *, after: object) -> pl.DataFrame:
        rows = self._connection.execute(text(_KNOWN), {"table_no": self._table_no, "after": after}).all()
        written = {members: canonical(json.loads(members)) for members in {row.members for row in rows}}
        found = [(row.name, row.area_id, written[row.members], row.series_id) for row in rows]
        types = {"measure": pl.String, "area_id": pl.Int16, "members": pl.String, "series_id": pl.Int32}
        return pl.DataFrame(found, schema=types, orient="row")

    def _register(self, keys: pl.DataFrame) -> None:
        self._given = True
        named = json.dumps(keys.sort(SERIES_KEY).to_dicts())
        self._connection.execute(text(_REGISTER), {"table_no": self._table_no, "keys": named})


def canonical(members: Mapping[str, str]) -> str:
    """Members as the text that tells series apart: JSON with sorted keys."""
    return json.dumps(dict(members), ensure_ascii=False, sort_keys=True)
