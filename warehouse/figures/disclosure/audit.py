"""The audit: hidden counts, how far a publisher's own cells narrow each, and whether anything of ours narrows one further."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import polars as pl
from sqlalchemy import Connection, text

from warehouse.areas import COUNTRY
from warehouse.figures import FIGURES
from warehouse.figures.compute import answer
from warehouse.figures.disclosure import told
from warehouse.figures.disclosure.cells import Scope, cells
from warehouse.figures.disclosure.leaks import LEAKS, leaks, narrowed
from warehouse.figures.disclosure.program import Known, ranges, whole
from warehouse.figures.disclosure.read import told_of
from warehouse.figures.disclosure.relations import bounds_of, known_of
from warehouse.figures.inputs import Scope as FigureScope
from warehouse.figures.inputs import received
from warehouse.figures.model import COUNTED, RECIPIENTS, Figure
from warehouse.formulas.benefits import LARGEST_HIDDEN
from warehouse.periods import Period

_HIDDEN = pl.col("status") == "suppressed"
_EXACT = 1e-6


@dataclass(frozen=True)
class Audit:
    """What an audit came to.

    `counts` has a row per hidden count, with the `least` and `greatest` that the publisher's own cells leave; `told` is how
    many numbers of ours hold a hidden count, `narrowed` how many counts they narrow further, and `leaks` which numbers do.
    """

    counts: pl.DataFrame
    told: int
    narrowed: int
    leaks: pl.DataFrame

    @property
    def hidden(self) -> pl.DataFrame:
        """The counts that publishers hide."""
        return self.counts.filter(pl.col("least_count").is_null())

    @property
    def pinned(self) -> int:
        """How many of those the publisher's own cells leave but one value of."""
        return self.hidden.filter(pl.col("least") == pl.col("greatest")).height

    @property
    def own(self) -> pl.DataFrame:
        """Counts below the threshold of a municipality's own table that its other cells leave but one value of."""
        return self.counts.filter(pl.col("least_count").is_not_null(), pl.col("least") == pl.col("greatest"))


def audit(connection: Connection, *, scope: Scope) -> Audit:
    """Audit all that is hidden: each count is solved for, and every number and figure of ours is held against them."""
    found = cells(connection, scope=scope)
    known = known_of(found)
    ours = told_of(connection, found, scope=scope)
    leaking = leaks(known, ours)
    told_by_figures = _of_figures(connection, found, scope=scope)
    return Audit(
        counts=solved(known, found),
        told=ours.said.height,
        narrowed=narrowed(known, ours, leaking) + told_by_figures.height,
        leaks=pl.concat([leaking, told_by_figures]),
    )


def audit_of_run(connection: Connection, *, run_id: int) -> pl.DataFrame:
    """Audit what a run's vintages changed: the numbers of the marts that leak, as LEAKS. Nothing else is solved for.

    The parts of what is told are looked at first: where they leave as much possible as it does, so do all cells together.
    """
    query = text("select vintage_id from core.vintages where run_id = :run order by vintage_id")
    vintages = tuple(connection.scalars(query, {"run": run_id}))
    if not vintages:
        return pl.DataFrame(schema=LEAKS)
    scope = Scope(vintages=vintages)
    parts = cells(connection, scope=scope, parts_only=True)
    ours = told_of(connection, parts, scope=scope)
    if ours.said.is_empty() or leaks(bounds_of(parts), ours).is_empty():
        return pl.DataFrame(schema=LEAKS)
    found = cells(connection, scope=scope)
    return leaks(known_of(found), told_of(connection, found, scope=scope))


def solved(known: Known, found: pl.DataFrame) -> pl.DataFrame:
    """The hidden counts among cells, with the least and greatest whole number that all cells together leave of each.

    Null where the cells contradict each other, as those of tables of two days may. Bounds do where nothing else binds one.
    """
    counts = found.filter(_HIDDEN).unique("quantity").join(known.quantities, on="quantity")
    bound = known.terms.select("quantity").unique()
    asked = counts.select("quantity").join(bound, on="quantity", how="semi")
    terms = asked.select(row="quantity", quantity="quantity", weight=pl.lit(1.0))
    by_programme = whole(ranges(known, terms)).rename({"row": "quantity"}).with_columns(is_bound=pl.lit(True))
    both = counts.join(by_programme, on="quantity", how="left")
    ends = (("least", "low"), ("greatest", "high"))
    return both.with_columns(
        *(pl.when("is_bound").then(end).otherwise(bound_by).alias(end) for end, bound_by in ends)
    ).select("table_id", "measure", "members", "area_code", "period", "least_count", "least", "greatest")


def _of_figures(connection: Connection, found: pl.DataFrame, *, scope: Scope) -> pl.DataFrame:
    """Values of figures that stand although a count behind them is hidden: as LEAKS, with nothing said of what is possible.

    A sum of all benefits has bounds there, and is held against the cells with its mart.
    """
    of = [figure for figure in FIGURES.values() if figure.inputs and figure.inputs[0].item != COUNTED]
    areas = None if scope.area_code is None else [scope.area_code, COUNTRY]
    read = FigureScope(scope.area_code, scope.as_of, received(connection, areas=areas, as_of=scope.as_of))
    leaking = [_of_figure(connection, figure, hidden=found.filter(_HIDDEN), scope=read) for figure in of]
    return pl.concat([pl.DataFrame(schema=LEAKS), *leaking])


def _of_figure(connection: Connection, figure: Figure, *, hidden: pl.DataFrame, scope: FigureScope) -> pl.DataFrame:
    rows = answer(connection, figure, scope=scope).rows
    statuses = [f"{each.name}_status" for each in figure.inputs if f"{each.name}_status" in rows.columns]
    behind = pl.any_horizontal(pl.lit(False), *(pl.col(name).eq("suppressed").fill_null(False) for name in statuses))
    known = rows.join(_rests_on(figure, hidden), on=_OF_FIGURE, how="left")
    held = known.filter(behind | pl.col("is_hidden").fill_null(False))
    told = held.filter(pl.any_horizontal(pl.col("value", "low", "high").is_not_null()))
    if not told.is_empty() and figure.reading:
        told = told.join(_as_wide_as_possible(connection, figure, told, scope=scope), on=_ROW, how="anti")
    place = pl.lit(f"figure {figure.name}")
    return told.select(
        pl.concat_str(place, *_ROW_IN_WORDS, separator=" ").alias("row"),
        place.alias("place"), "area_code", "period", about="item",
        told_low=pl.coalesce("low", "value"), told_high=pl.coalesce("high", "value"),
        possible_low=pl.lit(None, pl.Float64), possible_high=pl.lit(None, pl.Float64),
    )  # fmt: skip


_ROW = ["area_code", "period_id", "item", "basis"]
_ROW_IN_WORDS = ["area_code", "period", "item", "basis"]


def _as_wide_as_possible(
    connection: Connection, figure: Figure, told: pl.DataFrame, *, scope: FigureScope
) -> pl.DataFrame:
    """The rows that tell bounds alone, none narrower than what comes out with each hidden count at its ends."""
    pairs = [
        (name.replace("_low_", "_"), name, name.replace("_low_", "_high_")) for name in told.columns if "_low_" in name
    ]
    kept = told.filter(pl.col("value").is_null(), *(pl.col(value).is_null() for value, _, _ in pairs))
    for end, name in ((0.0, "least"), (float(LARGEST_HIDDEN), "most")):
        at = answer(connection, _with_hidden_at(figure, end), scope=scope).rows
        kept = kept.join(at.select(*_ROW, *(pl.col(of).alias(f"{name} {of}") for of, _, _ in pairs)), on=_ROW)
    wide = [
        edge
        for value, low, high in pairs
        for edge in (
            pl.col(low).is_null() | (pl.col(low) <= pl.min_horizontal(f"least {value}", f"most {value}") + _EXACT),
            pl.col(high).is_null() | (pl.col(high) >= pl.max_horizontal(f"least {value}", f"most {value}") - _EXACT),
        )
    ]
    return kept.filter(pl.all_horizontal(pl.lit(bool(pairs)), *(edge.fill_null(False) for edge in wide)))


def _with_hidden_at(figure: Figure, end: float) -> Figure:
    """The figure as it would be if each hidden count among its inputs were shown, and this."""

    def compute(rows: pl.DataFrame) -> pl.DataFrame:
        names = [each.name for each in figure.inputs if f"{each.name}_status" in rows.columns]
        hidden = {name: pl.col(f"{name}_status").eq("suppressed").fill_null(False) for name in names}
        shown = {name: pl.when(of).then(pl.lit(end)).otherwise(name) for name, of in hidden.items()}
        statuses = {
            f"{name}_status": pl.when(of).then(pl.lit("observed")).otherwise(f"{name}_status")
            for name, of in hidden.items()
        }
        return figure.compute(rows.with_columns(**shown, **statuses))

    return replace(figure, compute=compute)


_OF_FIGURE = ["area_code", "period_id", "item"]


def _rests_on(figure: Figure, hidden: pl.DataFrame) -> pl.DataFrame:
    """The rows of a figure of benefits that read a hidden count, whatever the figure makes of it: each once."""
    counts = hidden.filter(pl.col("measure").is_in(list(told.RECIPIENTS.values())))
    read = [
        counts.filter(pl.col("measure") == told.RECIPIENTS[each.measure]).select(
            "area_code",
            pl.col("period_id").map_elements(partial(_moved, by=each.earlier), return_dtype=pl.Int32),
            item="benefit",
        )
        for each in figure.inputs
        if each.table == RECIPIENTS and each.area == "own"
    ]
    keys = pl.Schema({"area_code": pl.String, "period_id": pl.Int32, "item": pl.String})
    return pl.concat([pl.DataFrame(schema=keys), *read]).drop_nulls().unique().with_columns(is_hidden=pl.lit(True))


def _moved(key: int, *, by: int) -> int:
    return Period.from_key(key).shifted(by).key
