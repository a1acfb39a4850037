"""Series: each has a number, given on first use and kept; cells are staged and kept under it."""

from __future__ import annotations

import json
from collections.abc import Mapping

import polars as pl
from sqlalchemy import Connection, text

SERIES_KEY = ["measure", "area_id", "members"]
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
        """Cells with a `series_id` in place of measure, area and members; one row per series x period."""
        found = self._joined(cells)
        if found["series_id"].null_count():
            self._register(found.filter(pl.col("series_id").is_null()).select(SERIES_KEY).unique())
            # Numbers grow, so that those just given are the last; one that another run gave meanwhile need not be.
            self._known = pl.concat([self._known, self._read(after=self._known["series_id"].max() or 0)])
            found = self._joined(cells)
        if found["series_id"].null_count():
            self._known = self._read(after=0)
            found = self._joined(cells)
        return found.select("series_id", "period_id", "value", "status")

    def _joined(self, cells: pl.DataFrame) -> pl.DataFrame:
        return cells.join(self._known, on=SERIES_KEY, how="left")

    def _read(self, *, after: object) -> pl.DataFrame:
        rows = self._connection.execute(text(_KNOWN), {"table_no": self._table_no, "after": after}).all()
        written = {members: canonical(json.loads(members)) for members in {row.members for row in rows}}
        found = [(row.name, row.area_id, written[row.members], row.series_id) for row in rows]
        types = {"measure": pl.String, "area_id": pl.Int16, "members": pl.String, "series_id": pl.Int32}
        return pl.DataFrame(found, schema=types, orient="row")

    def analyze(self) -> None:
        """Let the planner know of series that were given a number; whoever else is at it does it for both."""
        if self._given:
            self._connection.execute(text("analyze (skip_locked) core.series"))

    def _register(self, keys: pl.DataFrame) -> None:
        self._given = True
        named = json.dumps(keys.sort(SERIES_KEY).to_dicts())
        self._connection.execute(text(_REGISTER), {"table_no": self._table_no, "keys": named})


def canonical(members: Mapping[str, str]) -> str:
    """Members as the text that tells series apart: JSON with sorted keys."""
    return json.dumps(dict(members), ensure_ascii=False, sort_keys=True)
