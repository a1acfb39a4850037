"""What a publisher's own cells tell of the counts it hides, as quantities with bounds and rows with limits.

A hidden count is a whole number of at most two. Beside it stand shown cells that bind it: a rate times its base, a total and
its parts, persons and full-time persons, the same benefit in another table. Shown cells are constants, with the rounding of
what was printed as slack; the workforce and the population, which are printed nowhere, are quantities that every table's
rates bound. Municipalities are not held against the country: some persons are of none, and some of two.
"""

from __future__ import annotations

import polars as pl

from warehouse.catalogue.units import BOUNDS, HIDDEN_WHEN_SMALL
from warehouse.figures.disclosure.program import LIMITS, QUANTITIES, TERMS, Known, together
from warehouse.formulas.benefits import LARGEST_HIDDEN

CELLS = pl.Schema(
    {
        "table_id": pl.String,
        "breakdowns": pl.Int64,
        "measure": pl.String,
        "unit": pl.String,
        "adds_up": pl.Boolean,
        "members": pl.String,
        "is_total": pl.Boolean,
        "area_code": pl.String,
        "period": pl.String,
        "period_id": pl.Int32,
        "quantity": pl.String,
        "value": pl.Float64,
        "status": pl.String,
        "updated_on": pl.Date,
        "benefit_group": pl.String,
        "benefit": pl.String,
        "in_force": pl.Boolean,
        "counted": pl.Boolean,
        "least_count": pl.Int64,
    }
)
"""One row per cell of the areas and periods in question. `benefit` is what it counts, where that is a benefit, and `counted`
whether it belongs in a total of that period; `least_count` is the smallest count that an own table shows, null for a
publisher's."""

LINES = pl.Schema(
    dict.fromkeys(("row", "quantity", "status"), pl.String)
    | dict.fromkeys(("value", "weight", "low", "high"), pl.Float64)
)
"""A weighted sum with its limits: one row per `row` and cell, or quantity that is no cell."""

FULL_TIME, PERSONS, WORKFORCE, POPULATION = "full_time_persons", "persons", "workforce", "population"
SHARES = {
    ("y25i09", "long_term_share_pct"): ("long_term_unemployed_persons", "gross_unemployed_persons"),
}
"""Rates of a measure of the same table, by table: what is counted, and of how many."""
KINDS = {
    "sanctions_cases": (
        "sanctions_excluded_cases",
        "sanctions_quarantine_cases",
        "sanctions_repeated_cases",
        "sanctions_other_cases",
    ),
}
"""Measures that are the sum of others of their table."""

_LARGEST_BASE = BOUNDS["persons"][1]
_OF_ROW = ("table_id", "members", "area_code", "period_id")
_PLACE = ("area_code", "period_id")
_MOST_DECIMALS = 3
_ROUNDING = 0.5
_MEMBER = r': "(.*)"\}$'


def known_of(cells: pl.DataFrame) -> Known:
    """All that the cells tell of those among them that are hidden; what binds no hidden count is left out."""
    counts = cells.filter(pl.col("unit").is_in(sorted(HIDDEN_WHEN_SMALL)) & pl.col("status").is_in(_THERE))
    rates = _with_steps(cells.filter(pl.col("unit") == "pct", pl.col("status") == "observed"))
    bases = _of_bases(counts, rates)
    rows = (
        bases,
        _of_shares(counts, rates),
        _of_pairs(counts),
        _of_kinds(counts),
        _of_parts(counts, open_=_still_open(cells)),
        _of_twins(counts),
    )
    return together(bounds_of(cells), *rows)


_THERE = ("observed", "suppressed")
_IS_HIDDEN = pl.col("status") == "suppressed"


def bounds_of(cells: pl.DataFrame) -> Known:
    """The hidden counts by themselves: of a publisher up to two, of an own table from one up to what it shows."""
    shown = pl.col("least_count")
    quantities = cells.filter(_IS_HIDDEN, pl.col("unit").is_in(sorted(HIDDEN_WHEN_SMALL))).select(
        "quantity",
        low=pl.when(shown.is_null()).then(0.0).otherwise(1.0),
        high=pl.coalesce(shown - 1, LARGEST_HIDDEN).cast(pl.Float64),
    )
    return Known(
        quantities.cast(QUANTITIES).unique("quantity"), pl.DataFrame(schema=TERMS), pl.DataFrame(schema=LIMITS)
    )


def _with_steps(rates: pl.DataFrame) -> pl.DataFrame:
    """Rates with the least and the greatest that is printed so: half a step of the last digit of their measure anywhere."""
    digits = [
        pl.when((pl.col("value").round(places) - pl.col("value")).abs().max() < 1e-9).then(10.0**-places)
        for places in range(_MOST_DECIMALS)
    ]
    step = pl.coalesce(*digits, pl.lit(10.0**-_MOST_DECIMALS)).over("measure")
    return rates.with_columns(lowest=(pl.col("value") - step / 2).clip(0), highest=pl.col("value") + step / 2)


def _of_bases(counts: pl.DataFrame, rates: pl.DataFrame) -> Known:
    """Rates of the workforce and the population: shown counts bound the base, and the base the hidden ones.

    Where shown rates contradict each other, as those of two releases may, nothing is known of the base.
    """
    base = pl.col("measure").str.extract(f"({WORKFORCE}|{POPULATION})_pct$")
    part = pl.col("measure").str.replace(f"({WORKFORCE}|{POPULATION})_pct$", FULL_TIME)
    shares = rates.select(*_OF_ROW, "lowest", "highest", base=base, measure=part).drop_nulls("base")
    found = shares.join(counts, on=[*_OF_ROW, "measure"]).with_columns(
        base=pl.concat_str("base", pl.lit(" "), "area_code", pl.lit(" "), "period_id")
    )
    hidden, shown = found.filter(_IS_HIDDEN), found.filter(~_IS_HIDDEN, pl.col("lowest") > 0)
    bounds = shown.group_by("base").agg(
        low=((pl.col("value") - _ROUNDING) / pl.col("highest") * 100).max(),
        high=((pl.col("value") + _ROUNDING) / pl.col("lowest") * 100).min(),
    )
    wanted = hidden.select("base").unique().join(bounds.filter(pl.col("low") <= pl.col("high")), on="base", how="left")
    quantities = wanted.select(
        pl.col("base").alias("quantity"), pl.col("low").fill_null(0.0), pl.col("high").fill_null(_LARGEST_BASE)
    )
    return Known(quantities, *_rate_rows(hidden, slack=_ROUNDING))


def _rate_rows(hidden: pl.DataFrame, *, slack: float) -> tuple[pl.DataFrame, pl.DataFrame]:
    """That a count is between the lowest and the highest rate of its base: two rows for each, with a base each."""
    name = pl.concat_str(pl.lit("rate "), "quantity", pl.lit(" of "), "base")
    above = hidden.select(
        "quantity", "base", row=name + " at least", rate="lowest", low=-slack, high=pl.lit(float("inf"))
    )
    below = hidden.select(
        "quantity", "base", row=name + " at most", rate="highest", low=-float("inf"), high=pl.lit(slack)
    )
    both = pl.concat([above.cast({"low": pl.Float64}), below.cast({"low": pl.Float64})])
    counted = both.select("row", "quantity", weight=pl.lit(1.0))
    bases = both.select("row", quantity="base", weight=-pl.col("rate") / 100)
    return pl.concat([counted, bases]), both.select("row", "low", "high")


def _of_shares(counts: pl.DataFrame, rates: pl.DataFrame) -> Known:
    """Rates of another count of the same row of a table."""
    found = [_of_share(counts, rates, rate=named, of=of) for named, of in SHARES.items()]
    return _rows(pl.concat(found))


def _of_share(counts: pl.DataFrame, rates: pl.DataFrame, *, rate: tuple[str, str], of: tuple[str, str]) -> pl.DataFrame:
    (table_id, name), (part, base) = rate, of
    of_table = pl.col("table_id") == table_id
    shares = rates.filter(of_table, pl.col("measure") == name).select(*_OF_ROW, "lowest", "highest")
    parts = counts.filter(of_table, pl.col("measure") == part).join(shares, on=_OF_ROW)
    bases = counts.filter(of_table, pl.col("measure") == base).join(
        parts.select(*_OF_ROW, "lowest", "highest"), on=_OF_ROW
    )
    sides = [("at least", "lowest", 0.0, float("inf")), ("at most", "highest", -float("inf"), 0.0)]
    return pl.concat(
        [
            each.select(*_LINE, row=_named(f"{name} {side}"), weight=weight, low=pl.lit(low), high=pl.lit(high))
            for side, bound, low, high in sides
            for each, weight in ((parts, pl.lit(1.0)), (bases, -pl.col(bound) / 100))
        ]
    )


_LINE = ("quantity", "value", "status")


def _named(what: str) -> pl.Expr:
    return pl.concat_str(pl.lit(f"{what} "), *(pl.col(name).cast(pl.String) for name in _OF_ROW), separator=" ")


def _of_pairs(counts: pl.DataFrame) -> Known:
    """Full-time persons are at most the persons they are of."""
    whole = counts.filter(pl.col("measure").str.ends_with(FULL_TIME)).with_columns(
        pair=pl.col("measure").str.replace(f"{FULL_TIME}$", PERSONS), weight=pl.lit(1.0)
    )
    of = counts.with_columns(pair="measure", weight=pl.lit(-1.0)).join(whole, on=[*_OF_ROW, "pair"], how="semi")
    both = pl.concat([whole, of]).select(
        *_LINE, "weight", row=pl.concat_str(_named("pair"), "pair"), low=pl.lit(-float("inf")), high=pl.lit(0.0)
    )
    return _rows(both)


def _of_kinds(counts: pl.DataFrame) -> Known:
    """A measure that is the sum of others is that, where all of them are there."""
    found = [pl.DataFrame(schema=LINES)]
    for total, kinds in KINDS.items():
        of = counts.filter(pl.col("measure").is_in([total, *kinds]))
        of = of.filter(pl.len().over(_OF_ROW) == len(kinds) + 1)
        weight = pl.when(pl.col("measure") == total).then(-1.0).otherwise(1.0)
        found.append(of.select(*_LINE, row=_named(total), weight=weight, low=pl.lit(0.0), high=pl.lit(0.0)))
    return _rows(pl.concat([each.select(LINES.names()) for each in found]))


def _still_open(cells: pl.DataFrame) -> pl.DataFrame:
    """Where a table's measure has cells that are not there yet: what lacks cannot be told from what is none."""
    return cells.filter(pl.col("status") == "not_yet").select("table_id", "measure", *_PLACE).unique()


def _of_parts(counts: pl.DataFrame, *, open_: pl.DataFrame) -> Known:
    """A total and its parts, of tables with one breakdown; a part without a row is none.

    Parts that add up sum to their total, full-time persons to within what rounding each allows. Of persons a part is at
    most the total, and the total at most all parts where the breakdown is known to be whole.
    """
    of = counts.filter(pl.col("breakdowns") == 1).with_columns(
        row=pl.concat_str(
            pl.lit("parts "), "table_id", "measure", *(pl.col(n).cast(pl.String) for n in _PLACE), separator=" "
        ),
        whole=(pl.col("adds_up") & (pl.col("unit") != "cases")).any().over("table_id"),
    )
    of = of.join(open_, on=["table_id", "measure", *_PLACE], how="anti")
    of = of.filter(pl.col("is_total").any().over("row"), (~pl.col("is_total")).any().over("row"))
    slack = pl.when(pl.col("unit") == FULL_TIME).then(pl.len().over("row") / 2).otherwise(0.0)
    summed = of.filter("adds_up").with_columns(low=-slack, high=slack)
    loose = of.filter(~pl.col("adds_up"), pl.col("whole"), pl.col("unit") == PERSONS)
    loose = loose.with_columns(low=pl.lit(0.0), high=pl.lit(float("inf")))
    weight = pl.when("is_total").then(-1.0).otherwise(1.0)
    of_totals = pl.concat([summed, loose]).select(*_LINE, "row", "low", "high", weight=weight)
    return _rows(pl.concat([of_totals.select(LINES.names()), _at_most(of).select(LINES.names())]))


def _at_most(of: pl.DataFrame) -> pl.DataFrame:
    """That each part is at most its total."""
    parts = of.filter(~pl.col("is_total")).with_columns(line=pl.concat_str(pl.lit("part "), "row", "members"))
    totals = parts.select("row", "line").join(of.filter("is_total"), on="row")
    limits = {"low": pl.lit(-float("inf")), "high": pl.lit(0.0)}
    return pl.concat(
        [each.select(*_LINE, row="line", weight=pl.lit(w), **limits) for each, w in ((parts, 1.0), (totals, -1.0))]
    )


def _of_twins(counts: pl.DataFrame) -> Known:
    """A benefit that two tables of one day hide is the same count in both."""
    member = pl.when(pl.col("breakdowns") == 1, ~pl.col("is_total")).then(pl.col("members").str.extract(_MEMBER))
    twin = pl.coalesce(pl.when("in_force").then("benefit"), member)
    of = counts.filter(_IS_HIDDEN).with_columns(twin=twin)
    of = of.filter(pl.col("twin").is_in(counts["benefit"].drop_nulls().unique().to_list()))
    key = ["twin", "measure", *_PLACE, "updated_on"]
    of = of.filter(pl.len().over(key) > 1).with_columns(
        weight=pl.when(pl.int_range(pl.len()).over(key) == 0).then(1.0).otherwise(-1.0),
        row=pl.concat_str(pl.lit("twins "), *(pl.col(name).cast(pl.String) for name in key), separator=" "),
    )
    of = of.filter(pl.len().over("row") == 2)
    return _rows(of.select(*_LINE, "row", "weight", low=pl.lit(0.0), high=pl.lit(0.0)))


def _rows(*lines: pl.DataFrame) -> Known:
    """Rows as what is known of their hidden counts, with the shown ones taken off their limits; one cell alone binds none."""
    of = pl.concat([pl.DataFrame(schema=LINES), *(each.select(LINES.names()) for each in lines)])
    terms, limits = without_shown(of.filter(pl.len().over("row") > 1))
    return Known(pl.DataFrame(schema=QUANTITIES), terms, limits)


def without_shown(lines: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Terms and limits of rows that hold a hidden count, of one row per `row` and cell.

    >>> line = {"quantity": ["hidden", "shown"], "value": [None, 5.0], "status": ["suppressed", "observed"]}
    >>> lines = pl.DataFrame(line | {"row": ["r"] * 2, "weight": [1.0] * 2, "low": [6.0] * 2, "high": [7.0] * 2})
    >>> [frame.rows() for frame in without_shown(lines)]
    [[('r', 'hidden', 1.0)], [('r', 1.0, 2.0)]]
    """
    hidden = lines.filter(_IS_HIDDEN)
    shown = pl.when(~_IS_HIDDEN).then(pl.col("weight") * pl.col("value")).sum().alias("shown")
    limits = lines.group_by("row").agg(
        shown, pl.col("low").first(), pl.col("high").first(), _IS_HIDDEN.any().alias("of")
    )
    limits = limits.filter("of").select("row", pl.col("low") - pl.col("shown"), pl.col("high") - pl.col("shown"))
    terms = hidden.group_by("row", "quantity").agg(pl.col("weight").sum())
    return terms.select(TERMS.names()), limits.select(LIMITS.names())
