"""Read the counts that are hidden, with the cells of the same areas and periods that bind them.

Each query reads one thing, and what belongs together is joined here: as one statement PostgreSQL takes the hidden cells for
a few, and minutes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import polars as pl
from sqlalchemy import Connection, text

from warehouse.catalogue.units import HIDDEN_WHEN_SMALL
from warehouse.figures.disclosure.relations import CELLS
from warehouse.periods import Period

PUBLISHERS = ("jobindsats", "local_files")
"""Those whose small counts are hidden: Danmarks Statistik says of a hidden figure no more than that it is uncertain."""

_STANDING = "core.observations o where o.superseded_by is null and o.table_no = any(:tables)"
_AS_OF = "core.observations_as_of(:as_of) o where o.table_no = any(:tables)"
_BASE = "(workforce_pct|population_pct|full_time_persons)$"


@dataclass(frozen=True)
class Scope:
    """What is audited: as it stands or as it was known at a moment, everywhere or of one area.

    With `vintages` only where one of those changed a cell beside a hidden count of a benefit.
    """

    as_of: datetime | None = None
    area_code: str | None = None
    vintages: tuple[int, ...] | None = None

    @property
    def asked(self) -> dict[str, object]:
        """The values that the queries bind."""
        vintages = None if self.vintages is None else list(self.vintages)
        return {"as_of": self.as_of or "infinity", "area_code": self.area_code, "vintages": vintages}

    @property
    def observations(self) -> str:
        """The cells of some tables, as the scope knows them."""
        return _STANDING if self.as_of is None else _AS_OF


def rows(connection: Connection, query: str, *, columns: pl.Schema, **asked: object) -> pl.DataFrame:
    """The rows of a query as a frame, fetched by column: row by row takes three times as long."""
    aggregated = ", ".join(f"array_agg(found.{name})" for name in columns)
    statement = text(f"select {aggregated} from ({query}) found ({', '.join(columns)})")  # noqa: S608
    found = connection.execute(statement, asked).one()
    return pl.DataFrame({name: values or [] for name, values in zip(columns, found, strict=True)}, schema=columns)


def cells(connection: Connection, *, scope: Scope, parts_only: bool = False) -> pl.DataFrame:
    """The cells of tables, areas and periods in which a count is hidden, and what bounds those beside: as CELLS.

    With `parts_only` no more than what the marts add up: the benefits.
    """
    of = _series(connection, _tables(connection, scope=scope), area_code=scope.area_code)
    hidden = _hidden(connection, of, scope=scope)
    if scope.vintages is not None:
        changed = _changed(connection, of, scope=scope)
        hidden = hidden.filter(pl.col("benefit_group").is_not_null()).join(changed, on=_PLACE, how="semi")
    beside = _beside(_parts(of, hidden) if parts_only else of, hidden)
    return _dated(connection, _observed(connection, beside, scope=scope))


_PLACE = ["area_code", "period_id"]
_TABLES = pl.Schema(
    {"table_no": pl.Int64, "table_id": pl.String, "breakdowns": pl.Int64, "root": pl.String, "least_count": pl.Int64}
)
_TABLES_OF = """
select t.table_no, t.table_id, (select count(*) from jsonb_object_keys(t.root_members)), t.root_members::text,
       (t.declaration ->> 'least_count')::bigint
from core.tables t where t.publisher = any(:publishers)
"""
_GROUPS = pl.Schema(
    {
        "table_no": pl.Int64,
        "members": pl.String,
        "benefit_group": pl.String,
        "benefit": pl.String,
        "counted": pl.Boolean,
    }
    | {"valid_from": pl.Date, "valid_until": pl.Date}
)
_GROUPS_OF = (
    "select table_no, members::text, benefit_group, name, counted, valid_from, valid_until from core.benefit_groups"
)


def _tables(connection: Connection, *, scope: Scope) -> pl.DataFrame:
    """The tables whose hidden counts are audited; a night's are those of benefits."""
    found = rows(connection, _TABLES_OF, columns=_TABLES, publishers=list(PUBLISHERS))
    if scope.vintages is None:
        return found
    return found.join(rows(connection, _GROUPS_OF, columns=_GROUPS), on="table_no", how="semi")


_SERIES = pl.Schema(
    {"series_id": pl.Int64, "table_no": pl.Int64, "area_code": pl.String, "measure": pl.String, "unit": pl.String}
    | {"adds_up": pl.Boolean, "members": pl.String}
)
_SERIES_OF = """
select s.series_id, s.table_no, a.code, m.name, m.unit, m.adds_up, s.members::text from core.series s
join core.measures m using (measure_id) join core.areas a using (area_id)
where s.table_no = any(:tables) and m.unit = any(:units) and (cast(:area_code as text) is null or a.code = :area_code)
"""


def _series(connection: Connection, tables: pl.DataFrame, *, area_code: str | None) -> pl.DataFrame:
    """The series of counts and percentages of the tables, with what each is of."""
    asked = {"tables": tables["table_no"].to_list(), "units": [*sorted(HIDDEN_WHEN_SMALL), "pct"]}
    found = rows(connection, _SERIES_OF, columns=_SERIES, area_code=area_code, **asked)
    groups = rows(connection, _GROUPS_OF, columns=_GROUPS)
    named = found.join(tables, on="table_no").join(groups, on=["table_no", "members"], how="left")
    return named.with_columns(is_total=pl.col("members") == pl.col("root"))


_HIDDEN = pl.Schema({"series_id": pl.Int64, "period_id": pl.Int64})


def _hidden(connection: Connection, of: pl.DataFrame, *, scope: Scope) -> pl.DataFrame:
    """The hidden counts, by series and period, with what each is of."""
    query = f"select o.series_id, o.period_id from {scope.observations} and o.status = 'suppressed'"  # noqa: S608
    asked = {"tables": of["table_no"].unique().to_list(), "as_of": scope.asked["as_of"]}
    return rows(connection, query, columns=_HIDDEN, **asked).join(of.filter(pl.col("unit") != "pct"), on="series_id")


_TABLES_CHANGED = "select distinct table_no from core.vintages where vintage_id = any(:vintages)"
_CELLS_CHANGED = """
select o.series_id, o.period_id from core.observations o where o.table_no = any(:tables) and o.vintage_id = any(:vintages)
"""


def _changed(connection: Connection, of: pl.DataFrame, *, scope: Scope) -> pl.DataFrame:
    """The areas and periods in which the scope's vintages changed a cell of a benefit's table."""
    tables = connection.scalars(text(_TABLES_CHANGED), {"vintages": list(scope.vintages or ())}).all()
    asked = {"tables": sorted({*tables} & {*of["table_no"]}), "vintages": list(scope.vintages or ())}
    found = rows(connection, _CELLS_CHANGED, columns=_HIDDEN, **asked)
    return found.join(of.select("series_id", "area_code"), on="series_id").select(_PLACE).unique()


def _beside(of: pl.DataFrame, hidden: pl.DataFrame) -> pl.DataFrame:
    """Series and periods beside the hidden counts: their own tables' rows, and what bounds a benefit or full-time persons."""
    own = hidden.select("table_no", *_PLACE).unique()
    is_bound = pl.col("benefit_group").is_not_null() | pl.col("measure").str.ends_with("full_time_persons")
    bound = hidden.filter(is_bound).select(_PLACE).unique()
    bases = of.filter(
        pl.col("benefit_group").is_not_null() | (pl.col("is_total") & pl.col("measure").str.contains(_BASE))
    )
    wanted = [of.join(own, on=["table_no", "area_code"]), bases.join(bound, on="area_code")]
    return pl.concat([each.select(*of.columns, "period_id") for each in wanted]).unique(["series_id", "period_id"])


def _parts(of: pl.DataFrame, hidden: pl.DataFrame) -> pl.DataFrame:
    """The series that the marts add up, and all of a benefit that is hidden somewhere in the area."""
    benefits = hidden.select("area_code", "benefit_group").drop_nulls().unique().with_columns(is_hidden=pl.lit(True))
    named = of.join(benefits, on=["area_code", "benefit_group"], how="left")
    added = pl.col("counted") & (pl.col("measure") == "full_time_persons")
    return named.filter(added | pl.col("is_hidden")).drop("is_hidden")


_OBSERVED = pl.Schema(
    {"series_id": pl.Int64, "period_id": pl.Int64, "value": pl.Float64, "status": pl.String, "vintage_id": pl.Int64}
)


def _observed(connection: Connection, beside: pl.DataFrame, *, scope: Scope) -> pl.DataFrame:
    """The cells of those series and periods."""
    query = (
        f"select o.series_id, o.period_id, o.value, o.status::text, o.vintage_id from {scope.observations} "  # noqa: S608
        "and o.series_id = any(:series) and o.period_id = any(:periods)"
    )
    named = {name: beside[column].unique().to_list() for name, column in _NAMED.items()}
    found = rows(connection, query, columns=_OBSERVED, as_of=scope.asked["as_of"], **named)
    return beside.join(found, on=["series_id", "period_id"])


_NAMED = {"tables": "table_no", "series": "series_id", "periods": "period_id"}
_VINTAGES = pl.Schema({"vintage_id": pl.Int64, "updated_on": pl.Date})
_VINTAGES_OF = "select vintage_id, publisher_updated_on from core.vintages where table_no = any(:tables)"


def _dated(connection: Connection, found: pl.DataFrame) -> pl.DataFrame:
    """The cells as CELLS: with their periods' codes, whether a benefit was in force, and the day of their vintage."""
    keys = found["period_id"].unique().to_list()
    periods = [(key, str(each := Period.from_key(key)), each.first_day, each.last_day) for key in keys]
    names = pl.Schema({"period_id": pl.Int64, "period": pl.String, "first_day": pl.Date, "last_day": pl.Date})
    dated = found.join(pl.DataFrame(periods, schema=names, orient="row"), on="period_id")
    vintages = rows(connection, _VINTAGES_OF, columns=_VINTAGES, tables=found["table_no"].unique().to_list())
    begun = pl.col("valid_from").is_null() | (pl.col("last_day") >= pl.col("valid_from"))
    going_on = pl.col("valid_until").is_null() | (pl.col("first_day") <= pl.col("valid_until"))
    told = dated.join(vintages, on="vintage_id", how="left").with_columns(
        quantity=pl.concat_str("series_id", pl.lit("/"), "period_id"), in_force=begun & going_on
    )
    told = told.with_columns(counted=pl.col("counted").fill_null(value=False) & pl.col("in_force"))
    return told.select(CELLS.names()).cast(CELLS)
