"""Compute what the newest values of a table are expected to come to, beside what is published, never in its place.

The formulas and their sources are in docs/revisions.md.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
from sqlalchemy import Connection, text

from warehouse.areas import all_areas
from warehouse.figures.inputs import first_days, period_codes
from warehouse.figures.revision_profile import development, read_rows, size_classes
from warehouse.formulas.development import USED
from warehouse.formulas.release_calendar import FEWEST_RELEASES
from warehouse.formulas.revision_profile import reached
from warehouse.formulas.settled_values import backtest, known, settled
from warehouse.periods import Period

_NEWEST_OF = """
select max(v.newest_period_id) from core.vintages v join core.tables t using (table_no) where t.table_id = :table_id
"""
_STANDING = """
select a.code, m.name, m.unit, o.period_id, o.value from core.observations o
join core.series s using (series_id) join core.tables t on t.table_no = o.table_no
join core.measures m using (measure_id) join core.areas a using (area_id)
where t.table_id = :table_id and s.members = t.root_members and a.kind in ('country', 'municipality')
  and o.superseded_by is null and o.status = 'observed' and o.period_id >= :first
  and o.period_id >= coalesce((select max(b.first_period_id) from core.series_breaks b
                               where b.table_no = t.table_no and b.first_period_id <= :newest), 0)
"""
_STANDS = pl.Schema(
    {"area_code": pl.String, "measure": pl.String, "unit": pl.String, "period_id": pl.Int32, "value": pl.Float64}
)
# The tables that count the same things in the same periods: the stocks of the benefits are one family.
_FAMILY = """
with named as (select table_no, array_agg(name order by name) as names from core.measures group by table_no)
select kin.table_id from core.tables own join named of_own using (table_no)
join core.tables kin on kin.period_kind = own.period_kind and kin.table_no <> own.table_no
join named of_kin on of_kin.table_no = kin.table_no and of_kin.names = of_own.names
where own.table_id = :table_id order by kin.table_id
"""


def settled_values(connection: Connection, own: pl.DataFrame | None, *, table_id: str) -> pl.DataFrame:
    """One row per measure, area and young period of a table's total, as marts.settled_values has them.

    `own` is its `development`. Periods before the newest series break have no row. Empty where too few releases were seen.
    """
    horizon = 0 if own is None else reached(own)
    if own is None or not horizon:
        return pl.DataFrame()
    targets = _standing(connection, table_id=table_id, ages=horizon)
    family = pl.concat(
        [own.with_columns(pl.lit(table_id).alias("table_id")), *_kin(connection, own, table_id, horizon)]
    )
    ended = known(family, horizon=horizon)
    return _told(settled(targets, ended, horizon=horizon), coverage=backtest(ended, table_id=table_id, horizon=horizon))


def unsettled_values(connection: Connection, *, table_id: str) -> pl.DataFrame:
    """The newest period's rows of a table of which too few releases were seen: what is published, and nothing expected."""
    targets = _standing(connection, table_id=table_id, ages=1)
    return _told(settled(targets, {}, horizon=0), coverage=None)


def _standing(connection: Connection, *, table_id: str, ages: int) -> pl.DataFrame:
    """What stands of the newest periods of a table that is held, with its age in releases: 0 of the newest."""
    newest: int = connection.execute(text(_NEWEST_OF), {"table_id": table_id}).scalar_one()
    first = Period.from_key(newest).shifted(-2 * ages).key  # a half-yearly table has every other quarter
    rows = read_rows(connection, _STANDING, schema=_STANDS, table_id=table_id, first=first, newest=newest)
    aged = rows.with_columns(age=pl.col("period_id").rank("dense", descending=True).cast(pl.Int64) - 1)
    classed = aged.filter(pl.col("age") < ages).join(size_classes(connection), on="area_code")
    return classed.with_columns(pl.lit(table_id).alias("table_id"))


def _kin(connection: Connection, own: pl.DataFrame, table_id: str, horizon: int) -> Iterator[pl.DataFrame]:
    """The development of the other tables of its family, as long as a table has not twice the releases it needs."""
    ended = own.filter(pl.col("apart") == USED, pl.col("age") == horizon)["release"].n_unique()
    if ended < 2 * FEWEST_RELEASES:
        for kin in connection.scalars(text(_FAMILY), {"table_id": table_id}).all():
            found = development(connection, table_id=kin)
            if found is not None:
                yield found.select(own.columns).with_columns(pl.lit(kin).alias("table_id"))


def _told(rows: pl.DataFrame, *, coverage: pl.DataFrame | None) -> pl.DataFrame:
    """The rows as the mart has them; the horizon is counted from the row's own age."""
    names = {area.code: area.name for area in all_areas()}
    tried = pl.DataFrame(schema=_TRIED) if coverage is None else coverage.select(_TRIED.names()).cast(_TRIED)
    dated = period_codes(rows.join(tried, on=["measure", "size_class", "age"], how="left"))
    return dated.select(
        "table_id", "measure", "area_code", "period", "unit", "status",
        area_name=pl.col("area_code").replace_strict(names, return_dtype=pl.String),
        period_first_day=first_days(dated),
        period_last_day="day",
        age_releases="age",
        further_releases=pl.when(pl.col("settled").is_not_null()).then(pl.col("horizon") - pl.col("age")),
        published_value="value",
        settled_value="settled",
        settled_low_value="low",
        settled_high_value="high",
        coverage_pct="coverage_pct",
        coverage_releases="releases",
    ).sort("measure", "area_code", "period")  # fmt: skip


_TRIED = pl.Schema(
    {"measure": pl.String, "size_class": pl.String, "age": pl.Int64, "releases": pl.Int64, "coverage_pct": pl.Float64}
)
