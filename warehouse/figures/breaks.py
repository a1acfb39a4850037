"""What a comparison or a sum must say of itself: the series break it reaches across, the parts it should have."""

from __future__ import annotations

import polars as pl
from sqlalchemy import Connection, text

from warehouse.figures.model import COUNTED, RECIPIENTS, Figure
from warehouse.periods import Period

_BREAKS = """
select t.table_id, g.name as benefit_group, b.first_period_id, b.caveat
from core.series_breaks b join core.tables t using (table_no)
left join core.benefit_groups g on g.table_no = b.table_no
"""


def with_breaks(connection: Connection, rows: pl.DataFrame, *, figure: Figure) -> pl.DataFrame:
    """Rows whose `caveats` say so where a figure reads two periods on either side of a break of its tables."""
    steps = max((wanted.earlier for wanted in figure.inputs), default=0)
    if not steps or rows.is_empty():
        return rows
    earlier = {key: Period.from_key(key).shifted(-steps).key for key in rows["period_id"].unique().to_list()}
    found = [row for row in connection.execute(text(_BREAKS)) if _concerns(row.table_id, row.benefit_group, figure)]
    for row in found:
        first = pl.lit(row.first_period_id)
        since = pl.col("period_id").replace_strict(earlier, return_dtype=pl.Int32)
        across = (since < first) & (first <= pl.col("period_id"))
        here = across & (pl.col("item") == row.benefit_group) if RECIPIENTS in figure.tables else across
        said = pl.concat_list("caveats", pl.lit(row.caveat)).list.unique(maintain_order=True)
        rows = rows.with_columns(caveats=pl.when(here).then(said).otherwise(pl.col("caveats")))
    return rows


def _concerns(table_id: str, benefit_group: str | None, figure: Figure) -> bool:
    return table_id in figure.tables or (RECIPIENTS in figure.tables and benefit_group is not None)


_IN_FORCE = """
select count(*) from core.benefit_groups
where counted and :last_day >= coalesce(valid_from, '-infinity') and :first_day <= coalesce(valid_until, 'infinity')
"""


def with_parts_expected(connection: Connection, rows: pl.DataFrame, *, figure: Figure) -> pl.DataFrame:
    """Rows of a sum over benefits with `parts_expected`: how many benefits are counted and in force in the period."""
    if not any(wanted.item == COUNTED for wanted in figure.inputs):
        return rows
    periods = [Period.from_key(key) for key in rows["period_id"].unique().to_list()]
    counted = [
        (p.key, connection.scalar(text(_IN_FORCE), {"first_day": p.first_day, "last_day": p.last_day})) for p in periods
    ]
    types = {"period_id": pl.Int32, "parts_expected": pl.Int64}
    return rows.join(pl.DataFrame(counted, schema=types, orient="row"), on="period_id", maintain_order="left")
