"""Compute which municipalities are comparable, and how one stands among them: by rates that are weighted, never averaged.

The ministry's expected share says what a municipality's conditions lead to, so those whose expected share is nearest are
comparable. A rate over several municipalities is their persons over their population: the mean of their rates would make
Læsø count as much as København.
"""

from __future__ import annotations

import polars as pl

from warehouse.catalogue.units import HIDDEN_WHEN_SMALL
from warehouse.formulas.benefits import SumRefused
from warehouse.formulas.statuses import classified, computed, require, worst_of_rows

OTHERS = 8
"""How many are compared with: two of them are the best quarter."""
LIST = ("period_id", "item")
PLACE = ("area_code", *LIST)
_OWN_PLACE = (*PLACE, "chosen_by")


def population(frame: pl.DataFrame) -> pl.DataFrame:
    """The population aged 16 to 66 that published persons and their shares imply.

    >>> aabenraa = pl.DataFrame({"expected_persons": [2930], "actual_persons": [2930], "expected_pct": [8.13],
    ...                          "actual_pct": [8.12]})
    >>> population(aabenraa)["population_persons"].round().item()
    36062.0

    Source: y30r21, all groups. Both persons over both shares, since persons are rounded to tens. Adds
    `population_persons`. Raises FormulaError.
    """
    persons = pl.col("expected_persons") + pl.col("actual_persons")
    return computed(frame, population_persons=persons / (pl.col("expected_pct") + pl.col("actual_pct")) * 100)


def nearest(frame: pl.DataFrame, *, others: int = OTHERS) -> pl.DataFrame:
    """The municipalities whose expected share is nearest, `other_code` by `place` from 1, one row each.

    >>> four = pl.DataFrame({"area_code": ["101", "147", "151", "163"], "period_id": [4202204] * 4, "item": ["all"] * 4,
    ...     "expected_pct": [8.1, 8.4, 9.0, 8.3], "population_persons": [480_000.0, 80_000.0, 30_000.0, 19_000.0]})
    >>> nearest(four, others=2).filter(pl.col("area_code") == "163").select("other_code", "place").rows()
    [('147', 1), ('101', 2)]

    `frame` has one row per area x period x item. Of two that are as near the one nearer in population comes first, then
    the lower code. One whose expected share is not known has none, and is none. Raises FormulaError.
    """
    require(frame, columns=[*PLACE, "expected_pct", "population_persons"], of="comparable municipalities")
    known = classified(frame, column="expected_pct").filter(pl.col("expected_pct").is_not_null())
    of = known.select(*PLACE, "expected_pct", "population_persons")
    pairs = of.join(of, on=LIST, suffix="_other").filter(pl.col("area_code") != pl.col("area_code_other"))
    apart = [(pl.col(name) - pl.col(f"{name}_other")).abs() for name in ("expected_pct", "population_persons")]
    ordered = pairs.with_columns(_share=apart[0].round(9), _size=apart[1]).sort(
        *PLACE, "_share", "_size", "area_code_other", nulls_last=True
    )
    placed = ordered.with_columns(place=pl.int_range(1, pl.len() + 1).over(PLACE))
    return placed.filter(pl.col("place") <= others).select(
        *PLACE, pl.col("area_code_other").alias("other_code"), "place"
    )


def weighted_rate(
    parts: pl.DataFrame, *, by: tuple[str, ...], persons: str, population: str, unit: str
) -> pl.DataFrame:
    """Persons in per cent of the population over each group: sums over sums, one row per group of `by`, sorted.

    >>> two = pl.DataFrame({"group": [1, 1], "persons": [50, 5000], "people": [1000, 50_000]})
    >>> weighted_rate(two, by=("group",), persons="persons", population="people", unit="persons")["rate_pct"].round(4).item()
    9.902

    The mean of the two rates would be 7.5. What is given in a unit that does not add up, such as a rate, is refused. A
    group of which a part is not known has no rate. Raises SumRefused, FormulaError.
    """
    if unit not in HIDDEN_WHEN_SMALL:
        raise SumRefused(f"a rate over municipalities is of {', '.join(sorted(HIDDEN_WHEN_SMALL))}, never of {unit}")
    known = classified(classified(parts, column=persons), column=population)
    sums = known.group_by(by).agg(
        expression
        for name, column in (("_persons", persons), ("_people", population))
        for expression in (
            pl.col(column).sum().alias(name),
            worst_of_rows(pl.col(f"{column}_status")).alias(f"{name}_status"),
        )
    )
    return (
        computed(sums, rate_pct=(pl.col("_persons") / pl.col("_people") * 100).round(9))
        .select(*by, "^rate_pct.*$")
        .sort(by)
    )


def compared(frame: pl.DataFrame, chosen: pl.DataFrame) -> pl.DataFrame:
    """How each municipality stands among those chosen for it: one row per area x period x item x `chosen_by`, sorted.

    >>> codes = ["163", "101", "147", "151", "153"]
    >>> five = pl.DataFrame({"area_code": codes, "period_id": [4202204] * 5, "item": ["all"] * 5,
    ...     "actual_persons": [900, 4000, 2000, 1000, 700], "actual_pct": [9.0, 8.0, 10.0, 10.0, 7.0],
    ...     "population_persons": [10_000, 50_000, 20_000, 10_000, 10_000]})
    >>> chosen = pl.DataFrame({"area_code": ["163"] * 4, "period_id": [4202204] * 4, "item": ["all"] * 4,
    ...     "chosen_by": ["own_list"] * 4, "other_code": codes[1:]})
    >>> herlev = compared(five, chosen)
    >>> herlev.select("rank", "compared", pl.col("weighted_pct").round(2), "median_pct", "best_quarter_pct").row(0)
    (3, 5, 8.56, 9.0, 7.0)
    >>> herlev.select("gap_to_median_full_time_persons", "gap_to_best_quarter_full_time_persons").row(0)
    (0.0, 200.0)

    `rank` 1 has the lowest actual share of those `compared`, itself among them. `weighted_pct` is the rate over the others,
    `median_pct` their median, `best_quarter_pct` the rate over the quarter of them with the lowest shares. Gaps are its own
    less theirs, in points and in full-time persons of its own population. Where one of those chosen is not known there is
    none of it. Raises FormulaError.
    """
    require(chosen, columns=[*_OWN_PLACE, "other_code"], of="a comparison")
    known = classified(
        classified(classified(frame, column="actual_pct"), column="actual_persons"), column="population_persons"
    )
    values = [
        f"{name}{end}" for name in ("actual_pct", "actual_persons", "population_persons") for end in ("", "_status")
    ]
    own = known.select(*PLACE, *values)
    theirs = own.rename({"area_code": "other_code", **{name: f"other_{name}" for name in values}})
    pairs = chosen.select(*_OWN_PLACE, "other_code").join(theirs, on=["other_code", *LIST], how="left")
    pairs = pairs.join(own, on=PLACE, how="left").sort(*_OWN_PLACE, "other_actual_pct", "other_code", nulls_last=True)
    pairs = pairs.with_columns(_nth=pl.int_range(1, pl.len() + 1).over(_OWN_PLACE), _of=pl.len().over(_OWN_PLACE))
    stands = _stands(pairs)
    for name, among in (("weighted_pct", pairs), ("best_quarter_pct", pairs.filter(pl.col("_nth") <= _quarter()))):
        rate = weighted_rate(
            among,
            by=_OWN_PLACE,
            persons="other_actual_persons",
            population="other_population_persons",
            unit="full_time_persons",
        )
        stands = stands.join(rate.rename({"rate_pct": name, "rate_pct_status": f"{name}_status"}), on=_OWN_PLACE)
    return _with_gaps(stands.join(own, on=PLACE, how="left")).sort(_OWN_PLACE)


def _quarter() -> pl.Expr:
    """How many of those compared with are the best quarter: one at least."""
    return (pl.col("_of") / 4).ceil()


def _stands(pairs: pl.DataFrame) -> pl.DataFrame:
    """Rank and median, which rest on every share."""
    other, own = pl.col("other_actual_pct"), pl.col("actual_pct").first()
    status = worst_of_rows(pl.col("other_actual_pct_status").fill_null("missing"))
    of_others = pairs.group_by(_OWN_PLACE).agg(
        median_pct=pl.when(status == "observed").then(other.median()),
        median_pct_status=status,
        _better=(other < own).sum(),
        compared=pl.len().cast(pl.Int64) + 1,
        comparable_area_codes=pl.col("other_code").sort().str.join(", "),
        _own=own.is_not_null(),
    )
    whole = pl.col("_own") & pl.col("median_pct").is_not_null()
    return of_others.with_columns(rank=pl.when(whole).then(pl.col("_better").cast(pl.Int64) + 1)).drop(
        "_better", "_own"
    )


def _with_gaps(stands: pl.DataFrame) -> pl.DataFrame:
    found = stands
    for name in ("median", "best_quarter"):
        found = computed(found, **{f"gap_to_{name}_pct_point": (pl.col("actual_pct") - pl.col(f"{name}_pct")).round(9)})
        persons = pl.col(f"gap_to_{name}_pct_point") * pl.col("population_persons") / 100
        found = computed(found, **{f"gap_to_{name}_full_time_persons": persons})
    return found


def worth(frame: pl.DataFrame) -> pl.DataFrame:
    """What the gaps cost in a year at a price, and how old the price is in the year that is compared.

    >>> herlev = pl.DataFrame({"gap_to_median_full_time_persons": [40.0], "gap_to_best_quarter_full_time_persons": [120.0],
    ...     "net_unit_cost_dkk": [132_350.0], "year": [2023], "price_year": [2022]})
    >>> worth(herlev).select("gap_to_median_dkk", "gap_to_best_quarter_dkk", "price_age_years").row(0)
    (5294000.0, 15882000.0, 1.0)

    Positive is what more persons than they have cost. Raises FormulaError.
    """
    price = pl.col("net_unit_cost_dkk")
    return computed(
        frame,
        gap_to_median_dkk=pl.col("gap_to_median_full_time_persons") * price,
        gap_to_best_quarter_dkk=pl.col("gap_to_best_quarter_full_time_persons") * price,
        price_age_years=pl.col("year") - pl.col("price_year"),
    )
