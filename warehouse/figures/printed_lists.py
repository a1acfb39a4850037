"""Put the rows of printed lists beside those of the table that has the same figures, told apart by `table_id`.

The benchmark's table has its two newest periods only; of older ones there are the lists. Where both have an area, period
and item, the table answers, the list's row stands beside it, and what they say differently is said of both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import polars as pl
from sqlalchemy import Connection, text

from warehouse.danish import writing
from warehouse.figures.inputs import Scope, moved, named, read
from warehouse.figures.model import KEY, Figure, Input, Printed

PLACE = "place"
SOURCE_KEY = (*KEY, "table_id")
EARLIER_ELSEWHERE = (
    "Tallet for et halvt år før er fra en anden kilde end rækkens eget: tabellen eller en trykt rangliste."
)

_NOISE = 1e-9
_TYPES = pl.Schema(
    {
        "table_id": pl.String,
        "area_code": pl.String,
        "period_id": pl.Int32,
        "measure": pl.String,
        "value": pl.Float64,
        "status": pl.String,
        "vintage_id": pl.Int32,
    }
)

_PRINTED = """
select table_id, area_code, period_id, measure, value, status, vintage_id
from marts.list_cells_as_of(coalesce(cast(:as_of as timestamptz), 'infinity'), :tables, :area)
"""


def with_lists(connection: Connection, rows: pl.DataFrame, *, figure: Figure, scope: Scope) -> pl.DataFrame:
    """A figure's rows with those of its printed lists: `table_id`, `stands_beside` and what is to be said in `caveats`.

    One row per area x period x item, and one more where a list stands beside the table and the figure keeps it.
    """
    printed = figure.printed
    if printed is None:
        return rows
    own = rows.with_columns(table_id=pl.lit(printed.table))
    cells = _cells(connection, printed, scope=scope)
    both = pl.concat([own, rows_of_lists(cells, figure=figure, printed=printed)], how="diagonal")
    asked = [*_compared(connection, printed, scope=scope)] if cells.height else []
    said = differences(pl.concat([*asked, cells], how="diagonal"), printed=printed)
    told = with_earlier(answering(both, figure=figure, printed=printed), figure=figure)
    found = with_sources_told(told, said=said, printed=printed)
    return found if printed.stands_beside else found.filter(~pl.col("stands_beside"))


def _cells(connection: Connection, printed: Printed, *, scope: Scope) -> pl.DataFrame:
    """Every cell of the lists, one row per list x area x period x measure; `item` is what the table calls the list's."""
    asked = {"tables": list(printed.lists), "area": scope.area_code, "as_of": scope.as_of}
    found = connection.execute(text(_PRINTED), asked)
    cells = pl.DataFrame([tuple(row) for row in found], schema=_TYPES, orient="row")
    return cells.with_columns(item=pl.col("table_id").replace_strict(printed.lists, return_dtype=pl.String))


def _compared(connection: Connection, printed: Printed, *, scope: Scope) -> Iterator[pl.DataFrame]:
    """The table's cells of each measure that is compared, as `_cells` has those of the lists."""
    for measure in printed.compared:
        cells = read(connection, Input(measure, printed.table, measure, item=printed.dimension), scope=scope)
        yield cells.with_columns(table_id=pl.lit(printed.table), measure=pl.lit(measure))


def rows_of_lists(cells: pl.DataFrame, *, figure: Figure, printed: Printed) -> pl.DataFrame:
    """One row per list x area x period that has a place, a column for each of the figure's inputs."""
    places = cells.filter((pl.col("measure") == printed.place) & (pl.col("status") == "observed"))
    rows = places.select(*SOURCE_KEY, pl.col("vintage_id").alias(f"{PLACE}_vintage"))
    for wanted in figure.inputs:
        beside = moved(cells.filter(pl.col("measure") == wanted.measure), periods=wanted.earlier).drop("measure")
        rows = rows.join(named(beside, name=wanted.name), on=SOURCE_KEY, how="left")
    return rows


def answering(rows: pl.DataFrame, *, figure: Figure, printed: Printed) -> pl.DataFrame:
    """Rows with `stands_beside`: whether another row answers for the area, period and item.

    The table's own answers, unless the publisher has withdrawn all of it.
    """
    statuses = [pl.col(f"{wanted.name}_status") for wanted in figure.inputs if not wanted.earlier]
    gone = pl.all_horizontal(status.is_null() | (status == "withdrawn") for status in statuses)
    of_table = pl.col("table_id") == printed.table
    later = pl.when(~of_table).then(1).when(gone).then(2).otherwise(0)
    return rows.with_columns(stands_beside=later > later.min().over(KEY))


def with_earlier(rows: pl.DataFrame, *, figure: Figure) -> pl.DataFrame:
    """Rows whose earlier inputs, where their own source has none, are those of the source that answers for that period."""
    rows = rows.with_columns(earlier_elsewhere=pl.lit(False))
    measured = {wanted.measure: wanted.name for wanted in figure.inputs if not wanted.earlier}
    answers = rows.filter(~pl.col("stands_beside"))
    for wanted in figure.inputs:
        now = measured.get(wanted.measure)
        if not wanted.earlier or now is None:
            continue
        columns = {f"{now}{part}": f"{wanted.name}{part}" for part in ("", "_status", "_vintage")}
        then = moved(answers.select(*KEY, *columns), periods=wanted.earlier).rename(columns)
        rows = _filled(rows, then, columns=columns.values(), of=wanted.name)
    return rows


def _filled(rows: pl.DataFrame, then: pl.DataFrame, *, columns: Iterable[str], of: str) -> pl.DataFrame:
    """Rows with all of `columns` taken from `then` where `of` is not there at all."""
    absent = pl.col(f"{of}_status").is_null()
    there = absent & pl.col(f"{of}_status_elsewhere").is_not_null()
    filled = rows.join(then, on=list(KEY), how="left", suffix="_elsewhere")
    taken = [pl.when(absent).then(f"{name}_elsewhere").otherwise(name).alias(name) for name in columns]
    return filled.with_columns(*taken, earlier_elsewhere=pl.col("earlier_elsewhere") | there).select(rows.columns)


def differences(cells: pl.DataFrame, *, printed: Printed) -> pl.DataFrame:
    """What the table and a list say differently, one row per area x period x item: `differs`, Danish.

    The sign is left aside: which way round each has it is told apart from this.
    """
    own = pl.col("table_id") == printed.table
    seen = cells.filter(pl.col("value").is_not_null() & pl.col("measure").is_in(list(printed.compared)))
    key = [*KEY, "measure"]
    both = seen.filter(own).select(*key, "value").join(seen.filter(~own), on=key, suffix="_printed")
    most = {measure: tolerance for measure, (_, tolerance) in printed.compared.items()}
    allowed = pl.col("measure").replace_strict(most, return_dtype=pl.Float64)
    apart = (pl.col("value").abs() - pl.col("value_printed").abs()).abs()
    return _in_words(both.filter(apart > allowed + _NOISE).sort(key), printed=printed)


def _in_words(apart: pl.DataFrame, *, printed: Printed) -> pl.DataFrame:
    names = {measure: name for measure, (name, _) in printed.compared.items()}
    said = [
        f"{names[row['measure']]} {_danish(row['value'])} mod {_danish(row['value_printed'])}"
        for row in apart.to_dicts()
    ]
    found = apart.select(KEY).with_columns(said=pl.Series(said, dtype=pl.String))
    return found.group_by(KEY, maintain_order=True).agg(differs=pl.col("said").str.join(", "))


def _danish(value: float) -> str:
    return writing.number(value, decimals=0 if value.is_integer() else 2)


def with_sources_told(rows: pl.DataFrame, *, said: pl.DataFrame, printed: Printed) -> pl.DataFrame:
    """Rows whose `caveats` say that they are of a printed list, and where the two differ."""
    of_list = pl.col("table_id") != printed.table
    alone = pl.format(f"Fra ministeriets trykte rangliste ({{}}); tabel {printed.table} har ikke perioden.", "table_id")
    beside = pl.format(
        f"Fra ministeriets trykte rangliste ({{}}), som står ved siden af tabel {printed.table}.", "table_id"
    )
    differs = pl.format(
        f"Tabel {printed.table} og den trykte rangliste har ikke samme tal: {{}} (tabellen først).", "differs"
    )
    source = pl.when(of_list & pl.col("stands_beside")).then(beside).when(of_list).then(alone)
    earlier = pl.when("earlier_elsewhere").then(pl.lit(EARLIER_ELSEWHERE))
    found = rows.join(said, on=list(KEY), how="left", maintain_order="left")
    told = found.with_columns(caveats=pl.concat_list(source, differs, earlier).list.drop_nulls())
    return told.drop("differs", "earlier_elsewhere")
