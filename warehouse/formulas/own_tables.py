"""Compute the figures of a municipality's own tables: activation, ordinary hours, exits, targets, surveys and budgets.

A share of few persons moves in jumps: 12 per cent of 61 is 7.32 persons, so 8 are needed to reach it. Persons are taken
from a published share with one decimal, which gives their number exactly up to 1,000 finished courses.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from warehouse.formulas.benefits import LARGEST_HIDDEN, bounded_sum
from warehouse.formulas.statuses import (
    FormulaError,
    at_least,
    at_most,
    classified,
    computed,
    require,
    status_of,
    whole,
    worst_of_rows,
)

SMALLEST_SHOWN = LARGEST_HIDDEN + 1
_TOTALS = {"low": "total_low", "high": "total_high"}


def offer_mix(parts: pl.DataFrame, *, by: Sequence[str], unit: str = "cases") -> pl.DataFrame:
    """Each offer's share of all offers in its group, in per cent: rows with `value` and `status`, in their order.

    >>> ringsted = pl.DataFrame({"year": [2022] * 5, "offer": ["løntilskud", "praktik", "nytteindsats", "uddannelse",
    ...                          "øvrig"], "value": [6, 82, 12, 17, 213], "status": ["observed"] * 5})
    >>> offer_mix(ringsted, by=["year"]).select("total_low", pl.col("share_pct").round(1)).rows()[:2]
    [(330.0, 1.8), (330.0, 24.8)]

    Source: Ringsted, 17 April 2023. Adds `total_low`, `total_high` (in `unit`), `hidden` (how many parts are),
    `share_pct`, which is suppressed where one of the group is hidden, and the bounds `share_low_pct` and
    `share_high_pct`, which are there for every part that is shown. Raises SumRefused, FormulaError.
    """
    require(parts, columns=[*by, "value", "status"], of="a mix of offers")
    known = classified(parts.rename({"status": "value_status"}), column="value")
    totals = bounded_sum(known.rename({"value_status": "status"}), by=by, unit=unit)
    together = known.join(totals, on=by, how="left", maintain_order="left").rename(_TOTALS)
    together = together.with_columns(
        total=pl.col("total_low"), total_status=worst_of_rows(pl.col("value_status")).over(by)
    )
    found = computed(
        together,
        share_pct=pl.col("value") / pl.col("total") * 100,
        share_low_pct=pl.col("value") / pl.col("total_high") * 100,
        share_high_pct=pl.col("value") / pl.col("total_low") * 100,
    )
    return found.drop("total", "total_status").rename({"value_status": "status"})


def ordinary_hours(frame: pl.DataFrame, *, rounded_to: float = 0.1) -> pl.DataFrame:
    """Persons with ordinary hours and their share, against the country's share, and the group the two imply.

    >>> ringsted = pl.DataFrame({"persons": [40], "share_pct": [15.7], "country_share_pct": [11.6]})
    >>> found = ordinary_hours(ringsted)
    >>> found.select(pl.col("difference_pct_point").round(1), "group_persons").row(0)
    (4.1, 255.0)
    >>> found.select(pl.col("group_low_persons", "group_high_persons").round(1)).row(0)
    (254.0, 255.6)
    >>> country = pl.DataFrame({"persons": [3889], "share_pct": [11.6], "country_share_pct": [11.6]})
    >>> ordinary_hours(country)["group_persons"].item()
    33526.0

    Source: Ringsted, 17 April 2023, third quarter of 2022. Adds `difference_pct_point`, `group_persons` and its bounds by
    the rounding of the share. Raises FormulaError.
    """
    persons, share, country = pl.col("persons"), pl.col("share_pct"), pl.col("country_share_pct")
    lowest = share - rounded_to / 2
    return computed(
        frame,
        difference_pct_point=share - country,
        group_persons=whole(persons / share * 100),
        group_low_persons=persons / (share + rounded_to / 2) * 100,
        group_high_persons=persons / pl.when(lowest > 0).then(lowest) * 100,
    )


def exits(frame: pl.DataFrame, *, by: Sequence[str], smallest_shown: int = SMALLEST_SHOWN) -> pl.DataFrame:
    """Where people went after a course: each outcome's share, the persons it implies, and what the shares sum to.

    >>> holstebro = pl.DataFrame({"area_code": ["661"] * 7, "share_pct": [6.6, 0.0, 6.5, 45.9, 32.8, 1.6, 6.6],
    ...                           "finished_cases": [61] * 7})
    >>> found = exits(holstebro, by=["area_code"])
    >>> found["exits_persons"].to_list(), round(found["shares_sum_pct"][0], 1)
    ([4.0, None, 4.0, 28.0, 20.0, None, 4.0], 100.0)
    >>> exits(holstebro, by=["area_code"], smallest_shown=0)["exits_persons"].to_list()
    [4.0, 0.0, 4.0, 28.0, 20.0, 1.0, 4.0]

    Source: Holstebro, 26 April 2017, item 1; 61 is inferred. Adds `exits_persons` in whole persons, of which those
    below `smallest_shown` are suppressed (0 where the publisher hid none), and `shares_sum_pct`, which is null where one
    share of the group is not known. Raises FormulaError.
    """
    require(frame, columns=by, of="exits")
    counted = computed(frame, exits_persons=whole(pl.col("share_pct") * pl.col("finished_cases") / 100))
    known = (status_of(counted, column="share_pct") == "observed").all()
    summed = pl.when(known.over(by)).then(pl.col("share_pct").sum().over(by))
    shown = hide_small(counted, column="exits_persons", smallest_shown=smallest_shown)
    return shown.with_columns(shares_sum_pct=summed)


def target_followup(frame: pl.DataFrame, *, smallest_shown: int = SMALLEST_SHOWN) -> pl.DataFrame:
    """A share against its target, which is a `minimum` or a `maximum` by `kind`, in per cent and in persons.

    >>> holstebro = pl.DataFrame({"share_pct": [6.6, 45.9, 32.8], "target_pct": [12, 51, 35],
    ...                           "kind": ["minimum", "minimum", "maximum"], "finished_cases": [61] * 3})
    >>> found = target_followup(holstebro)
    >>> found.select("reached", "now_persons", "target_exact_persons", "target_persons").rows()
    [(False, 4.0, 7.32, 8.0), (False, 28.0, 31.11, 32.0), (True, 20.0, 21.35, 21.0)]
    >>> found.select("short_persons", "short_nearest_persons", "in_hand_persons", "deciding_persons").rows()
    [(4.0, 3.0, 0.0, 4.0), (4.0, 3.0, 0.0, 4.0), (0.0, 0.0, 1.0, 2.0)]

    Source: Holstebro, 26 April 2017, item 1. Adds

    - `reached`: by persons where `finished_cases` is known, else by the shares as published;
    - `now_persons` and `target_exact_persons`: the shares times `finished_cases`, the first in whole persons;
    - `target_persons`: the fewest that reach a minimum, the most that keep a maximum;
    - `short_persons`, `short_exact_persons`, `short_nearest_persons`: how many are missing (at a maximum: too many)
      against `target_persons`, the exact target and the exact target rounded to the nearest; none where it is reached;
    - `in_hand_persons`: how many may still be lost (at a maximum: come) before the target is missed;
    - `deciding_persons`: the fewest who turn the verdict if they end otherwise.

    Counts below `smallest_shown` are suppressed, as the publisher has them; 0 where they never were hidden.
    Raises FormulaError.
    """
    require(frame, columns=["kind"], of="a target")
    strange = sorted(set(frame["kind"].drop_nulls()) - {"minimum", "maximum"})
    if strange:
        raise FormulaError(f"kind holds '{strange[0]}'; a target is a minimum or a maximum")
    # A frame in which no target has a kind holds no texts at all.
    counted = _in_persons(frame.with_columns(pl.col("kind").cast(pl.String)), smallest_shown=smallest_shown)
    ahead = _towards(pl.col("now_persons") - pl.col("target_persons"))
    lead = _towards(pl.col("now_persons") - pl.col("target_exact_persons"))
    nearest = _towards(pl.col("now_persons") - whole(pl.col("target_exact_persons")))
    found = computed(
        counted,
        short_persons=(-ahead).clip(0),
        short_exact_persons=(-lead).clip(0).round(9),
        short_nearest_persons=(-nearest).clip(0),
        in_hand_persons=ahead.clip(0),
        deciding_persons=pl.when(ahead < 0).then(-ahead).otherwise(ahead + 1),
    )
    return _with_verdict(found)


def _towards(difference: pl.Expr) -> pl.Expr:
    """A difference, positive on the side where the target is kept."""
    return pl.when(kind="minimum").then(difference).otherwise(-difference)


def _in_persons(frame: pl.DataFrame, *, smallest_shown: int) -> pl.DataFrame:
    exact = pl.col("target_pct") * pl.col("finished_cases") / 100
    wanted = pl.when(kind="minimum").then(at_least(exact)).otherwise(at_most(exact))
    counted = computed(
        frame,
        now_persons=whole(pl.col("share_pct") * pl.col("finished_cases") / 100),
        target_exact_persons=exact.round(9),
        target_persons=wanted,
    )
    return hide_small(counted, column="now_persons", smallest_shown=smallest_shown)


def _with_verdict(found: pl.DataFrame) -> pl.DataFrame:
    # The printed share may reach a target that the persons behind it just miss: persons come first.
    judged = computed(found, _by_share=_towards(pl.col("share_pct") - pl.col("target_pct")) >= 0)
    by_persons = pl.col("short_persons") == 0
    return (
        judged.with_columns(reached=by_persons.fill_null(pl.col("_by_share")))
        .rename({"_by_share_status": "reached_status"})
        .drop("_by_share")
    )


def hide_small(frame: pl.DataFrame, *, column: str, smallest_shown: int) -> pl.DataFrame:
    """`frame` with the small counts of a computed column suppressed, as the publisher would have them."""
    small = pl.col(column) < smallest_shown
    return frame.with_columns(
        pl.when(small.not_()).then(column).alias(column),
        pl.when(small).then(pl.lit("suppressed")).otherwise(f"{column}_status").alias(f"{column}_status"),
    )


def response_rate(frame: pl.DataFrame) -> pl.DataFrame:
    """How many of those who were asked have answered, in per cent.

    >>> response_rate(pl.DataFrame({"answered_persons": [80], "asked_persons": [250]}))["response_rate_pct"].item()
    32.0

    Source: Herlev, 31 January 2024, item 4. Adds `response_rate_pct`. Raises FormulaError.
    """
    return computed(frame, response_rate_pct=pl.col("answered_persons") / pl.col("asked_persons") * 100)


def cases_per_1000(frame: pl.DataFrame) -> pl.DataFrame:
    """Cases per 1,000 inhabitants.

    >>> ringsted = pl.DataFrame({"cases": [230], "population_persons": [34_852]})
    >>> cases_per_1000(ringsted)["per_1000_inhabitants_cases"].round(1).item()
    6.6

    Source: Ringsted, 17 April 2023, young people with a case, against the population of 1 January 2020. Adds
    `per_1000_inhabitants_cases`. Raises FormulaError.
    """
    return computed(frame, per_1000_inhabitants_cases=pl.col("cases") / pl.col("population_persons") * 1000)


def budget(entries: pl.DataFrame, *, by: Sequence[str] = ()) -> pl.DataFrame:
    """A budget's entries, followed by their sums; one row per `by` x `line` x `year`, and per sum.

    >>> ips = pl.DataFrame({"line": ["consultants", "job consultant"] * 2, "year": [2025, 2025, 2026, 2026],
    ...                     "amount_dkk": [1_200_000, 225_000, 1_200_000, 450_000]})
    >>> budget(ips).filter(pl.col("sum_of") != "entry").select("sum_of", "line", "year", "amount_dkk").rows()
    [('year', None, 2025, 1425000.0), ('year', None, 2026, 1650000.0), ('line', 'consultants', None, 2400000.0), \
('line', 'job consultant', None, 675000.0), ('all', None, None, 3075000.0)]

    Source: Faaborg-Midtfyn, 20 February 2024, item 22. `sum_of` is `entry`, `year` (a year over all lines), `line` (a line
    over all years) or `all`; income is negative. A line without an entry in a year has no amount there; an entry that is
    not known makes its sums unknown. Raises FormulaError.
    """
    require(entries, columns=[*by, "line", "year", "amount_dkk"], of="a budget")
    columns = [*by, "sum_of", "line", "year", "amount_dkk", "amount_dkk_status"]
    known = classified(entries, column="amount_dkk").with_columns(sum_of=pl.lit("entry")).select(columns)
    sums = {"year": [*by, "year"], "line": [*by, "line"], "all": list(by)}
    parts = [known, *(_summed(known, of=of, by=keys).select(columns) for of, keys in sums.items())]
    together = pl.concat(parts).with_row_index("_row")
    return together.sort(*by, "_row").drop("_row") if by else together.drop("_row")


def _summed(entries: pl.DataFrame, *, of: str, by: Sequence[str]) -> pl.DataFrame:
    status = worst_of_rows(pl.col("amount_dkk_status"))
    total = pl.when(status == "observed").then(pl.col("amount_dkk").sum()).alias("amount_dkk")
    sums = [total, status.alias("amount_dkk_status")]
    found = entries.group_by(by, maintain_order=True).agg(sums) if by else entries.select(sums)
    ordered = found.sort(by) if of == "year" else found
    absent = [pl.lit(None, dtype=entries.schema[name]).alias(name) for name in ("line", "year") if name not in by]
    return ordered.with_columns(*absent, sum_of=pl.lit(of))
