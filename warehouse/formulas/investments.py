"""Compute what an investment costs per place and course, how many persons off benefit pay for it, and what it yields.

What a person on benefit costs the municipality is after the state's refund, which falls with time on benefit. Weeks are
counted over all benefits together, the first is week 1, and a year is 52 weeks here, so that twelve monthly payments are
one year. Not every benefit follows the ladder. Source of the shipped ladder: the reform of January 2016; of the examples
where none is named: Faaborg-Midtfyn, 20 February 2024, item 22.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl

from warehouse.formulas.statuses import FormulaError, at_least, classified, computed, require, status_of, worst_of_rows

WEEKS_A_YEAR = 52
_BASIS = re.compile(r"weeks_(\d+)_(\d+|on)")
_LADDER = {"from_week": pl.Int64, "to_week": pl.Int64, "refusion_pct": pl.Float64}


def places(frame: pl.DataFrame) -> pl.DataFrame:
    """Places at a time (specialists times clients of each) and what a place costs in the period of `cost_dkk`.

    >>> years = pl.DataFrame({"year": [2025, 2026], "specialists_persons": [2, 2],
    ...                       "clients_per_specialist_persons": [6, 6], "cost_dkk": [1_425_000, 1_650_000]})
    >>> places(years).select("places_persons", "cost_per_place_dkk").rows()
    [(12.0, 118750.0), (12.0, 137500.0)]

    Adds `places_persons` and `cost_per_place_dkk`. Raises FormulaError.
    """
    at_a_time = pl.col("specialists_persons") * pl.col("clients_per_specialist_persons")
    return computed(frame, places_persons=at_a_time, cost_per_place_dkk=pl.col("cost_dkk") / at_a_time)


def cost_per_course(costs: pl.DataFrame, *, by: Sequence[str], courses: pl.DataFrame) -> pl.DataFrame:
    """What a course costs over the whole case, between the fewest and the most who may take one.

    >>> costs = pl.DataFrame({"case": ["ips"] * 3, "year": [2025, 2026, 2027],
    ...                       "cost_dkk": [1_425_000, 1_650_000, 1_650_000]})
    >>> courses = pl.DataFrame({"case": ["ips"], "courses_low_persons": [12], "courses_high_persons": [36]})
    >>> found = cost_per_course(costs, by=["case"], courses=courses)
    >>> found.select("cost_dkk", "cost_per_course_low_dkk", "cost_per_course_high_dkk").row(0)
    (4725000.0, 131250.0, 393750.0)

    One row per `by` of `courses`, in order: adds `cost_dkk` (the sum over its years, not discounted),
    `cost_per_course_low_dkk` and `cost_per_course_high_dkk`. Raises FormulaError.
    """
    require(courses, columns=by, of="a cost per course")
    totals = discounted(costs, columns=["cost_dkk"], by=by, rate_pct=0)
    together = courses.join(totals, on=by, how="left", maintain_order="left")
    return computed(
        together.with_columns(status_of(together, column="cost_dkk").alias("cost_dkk_status")),
        cost_per_course_low_dkk=pl.col("cost_dkk") / pl.col("courses_high_persons"),
        cost_per_course_high_dkk=pl.col("cost_dkk") / pl.col("courses_low_persons"),
    )


def years_of(costs: pl.DataFrame, *, by: Sequence[str], persons: pl.DataFrame, ladder: pl.DataFrame) -> pl.DataFrame:
    """The years of a case: what it costs, and what one person who is off benefit from its first year saves.

    >>> costs = pl.DataFrame({"case": ["ips"] * 2, "year": [2025, 2026], "cost_dkk": [1_425_000, 1_650_000]})
    >>> person = pl.DataFrame({"case": ["ips"], "monthly_benefit_dkk": [11_944], "first_week": [53], "horizon_years": [3]})
    >>> steps = pl.DataFrame({"from_week": [1, 53], "to_week": [52, None], "refusion_pct": [40, 20]})
    >>> found = years_of(costs, by=["case"], persons=person, ladder=steps)
    >>> found.select("year", "cost_dkk", pl.col("saved_per_person_dkk").round()).rows()
    [(2025, 1425000.0, 114662.0), (2026, 1650000.0, 114662.0), (2027, 0.0, 114662.0)]

    `persons` has one row per `by`: `monthly_benefit_dkk`, `first_week` and `horizon_years`, the years that are saved. One
    row per `by` x year, sorted, from the first year of cost to the last of either; where there is no cost it is zero,
    and so is a saving after the horizon. Prices are those of the first year. Raises FormulaError.
    """
    require(costs, columns=[*by, "year", "cost_dkk"], of="the years of a case")
    require(persons, columns=[*by, "horizon_years"], of="the years of a case")
    saved = _saved(persons, ladder=ladder).join(costs.group_by(by).agg(_first=pl.col("year").min()), on=by)
    begun = saved.select(*by, pl.col("^saved_.*$"), year=(pl.col("_first") + pl.col("year")).cast(costs.schema["year"]))
    spent = classified(costs, column="cost_dkk").select(*by, "year", pl.col("^cost_.*$"))
    together = spent.join(begun, on=[*by, "year"], how="full", coalesce=True).sort(*by, "year")
    return together.with_columns(
        part for name in ("cost_dkk", "saved_per_person_dkk") for part in _zero_where_there_is_no_row(name)
    )


def _saved(persons: pl.DataFrame, *, ladder: pl.DataFrame) -> pl.DataFrame:
    """What a person saves in each year of the horizon, the first of which is year 0."""
    horizon = pl.col("horizon_years")
    strange = persons.filter(horizon.is_null() | (horizon < 1) | (horizon != horizon.round()))
    if strange.height:
        raise FormulaError(f"horizon_years is {strange['horizon_years'][0]}; whole years from 1 are expected")
    longest = int(persons.select(horizon.max()).item() or 0)
    borne = net_municipal_cost(persons, ladder=ladder, years=longest).filter(pl.col("year") < horizon)
    name = "net_municipal_cost_dkk"
    return borne.rename({name: "saved_per_person_dkk", f"{name}_status": "saved_per_person_dkk_status"})


def _zero_where_there_is_no_row(name: str) -> list[pl.Expr]:
    absent = pl.col(f"{name}_status").is_null()
    return [
        pl.when(absent).then(0.0).otherwise(pl.col(name)).alias(name),
        pl.col(f"{name}_status").fill_null("observed"),
    ]


def break_even(years: pl.DataFrame, *, by: Sequence[str], rate_pct: float) -> pl.DataFrame:
    """How many persons must be off benefit from the first year to the last for the municipality to have its money back.

    >>> year = pl.DataFrame({"case": ["ips"], "year": [2025], "cost_dkk": [1_425_000],
    ...                      "saved_per_person_dkk": [114_662.4]})
    >>> found = break_even(year, by=["case"], rate_pct=3.5)
    >>> found.select(pl.col("break_even_exact_persons").round(2), "break_even_persons").row(0)
    (12.43, 13.0)

    The present value of `cost_dkk` over that of `saved_per_person_dkk`, which is a person's net cost to the municipality
    in that year (see `net_municipal_cost`). One row per `by`, in the order in which each first comes:
    `cost_dkk`, `saved_per_person_dkk` (both discounted), `break_even_exact_persons` and `break_even_persons`; where
    nothing is saved there is none. Raises FormulaError.
    """
    worth = discounted(years, columns=["cost_dkk", "saved_per_person_dkk"], by=by, rate_pct=rate_pct)
    saved = pl.col("saved_per_person_dkk")
    exact = pl.col("cost_dkk") / pl.when(saved > 0).then(saved)
    return computed(worth, break_even_exact_persons=exact, break_even_persons=at_least(exact))


def discounted(flows: pl.DataFrame, *, columns: Sequence[str], by: Sequence[str], rate_pct: float) -> pl.DataFrame:
    """What flows of several years are worth in the first: each divided by (1 + rate) for every year after it.

    >>> case = pl.DataFrame({"case": ["a"] * 3, "year": [2024, 2025, 2026], "flow_dkk": [-100, 60, 60]})
    >>> discounted(case, columns=["flow_dkk"], by=["case"], rate_pct=3.5)["flow_dkk"].round(2).item()
    13.98
    >>> discounted(case, columns=["flow_dkk"], by=["case"], rate_pct=0)["flow_dkk"].item()
    20.0

    One row per `by`, in the order in which each first comes: each of `columns` with its status, which is that of the
    worst flow. Several flows in a year add up. Raises FormulaError.
    """
    require(flows, columns=[*by, "year", *columns], of="a present value")
    if rate_pct <= -100:
        raise FormulaError(f"a rate of {rate_pct} per cent leaves nothing to discount; more than -100 is expected")
    if flows["year"].null_count():
        raise FormulaError("a flow has no year; each flow needs the year it falls in")
    years = (pl.col("year") - pl.col("year").min()).cast(pl.Float64)
    sums = []
    for column in columns:
        flows = classified(flows, column=column)
        status = worst_of_rows(pl.col(f"{column}_status"))
        total = (pl.col(column) / (1 + rate_pct / 100) ** years).sum()
        sums += [pl.when(status == "observed").then(total).alias(column), status.alias(f"{column}_status")]
    return flows.group_by(by, maintain_order=True).agg(sums)


def result_per(frame: pl.DataFrame) -> pl.DataFrame:
    """A net result per participant, per success and per year of its horizon.

    >>> ringsted = pl.DataFrame({"net_result_dkk": [52_000], "participants_persons": [12], "success_rate_pct": [80],
    ...                          "horizon_years": [8]})
    >>> found = result_per(ringsted)
    >>> found.select("successes_persons", pl.col("^per_.*_dkk$").round()).row(0)
    (9.6, 4333.0, 5417.0, 6500.0)

    Source: Ringsted, 17 April 2023, a year's effort with 12 participants over eight years. Adds `successes_persons`,
    `per_participant_dkk`, `per_success_dkk` and `per_year_dkk`. Raises FormulaError.
    """
    result, participants = pl.col("net_result_dkk"), pl.col("participants_persons")
    successes = participants * pl.col("success_rate_pct") / 100
    return computed(
        frame,
        successes_persons=successes,
        per_participant_dkk=result / participants,
        per_success_dkk=result / successes,
        per_year_dkk=result / pl.col("horizon_years"),
    )


def grant_share(frame: pl.DataFrame) -> pl.DataFrame:
    """What a municipality may have of a national grant that is shared by the size of its target group.

    >>> holstebro = pl.DataFrame({"local_persons": [187], "national_persons": [27_000], "grant_pool_dkk": [262_500_000]})
    >>> grant_share(holstebro).select(pl.col("share_pct").round(3), pl.col("grant_dkk").round()).row(0)
    (0.693, 1818056.0)

    Source: Holstebro, 26 April 2017, item 3. Adds `share_pct` and `grant_dkk`. Raises FormulaError.
    """
    of = pl.col("local_persons") / pl.col("national_persons")
    return computed(frame, share_pct=of * 100, grant_dkk=of * pl.col("grant_pool_dkk"))


def ladder(steps: pl.DataFrame) -> pl.DataFrame:
    """The refund's ladder from assumptions with `basis` (`weeks_5_26`, `weeks_53_on`) and `assumed` in per cent.

    >>> ladder(pl.DataFrame({"basis": ["weeks_5_on", "weeks_1_4"], "assumed": [40, 80]})).rows()
    [(1, 4, 80.0), (5, None, 40.0)]

    One row per step, sorted: `from_week`, `to_week` (null: for good), `refusion_pct`. Raises FormulaError where steps
    overlap, leave a week out or have no end.
    """
    require(steps, columns=["basis", "assumed"], of="a ladder")
    rows = []
    for basis, refusion_pct in steps.select("basis", "assumed").rows():
        found = _BASIS.fullmatch(basis or "")
        if found is None:
            raise FormulaError(f"a step of the ladder is called '{basis}'; weeks_5_26 or weeks_53_on is expected")
        rows.append((int(found[1]), None if found[2] == "on" else int(found[2]), refusion_pct))
    return _checked(pl.DataFrame(rows, schema=_LADDER, orient="row"))


def _checked(steps: pl.DataFrame) -> pl.DataFrame:
    require(steps, columns=_LADDER, of="a ladder")
    ordered = steps.sort("from_week")
    expected: int | None = 1
    for first, last, refusion_pct in ordered.select(list(_LADDER)).rows():
        if first != expected or (last is not None and last < first):
            raise FormulaError(
                f"a step of the ladder has weeks {first} to {last}, and week {expected} was to come next"
            )
        if refusion_pct is None or not 0 <= refusion_pct <= 100:
            raise FormulaError(f"the ladder refunds {refusion_pct} per cent from week {first}; 0 to 100 is expected")
        expected = None if last is None else last + 1
    if expected is not None:
        raise FormulaError(f"the ladder ends before week {expected}; its last step has no to_week")
    return ordered


def net_municipal_cost(rows: pl.DataFrame, *, ladder: pl.DataFrame, years: int = 1) -> pl.DataFrame:
    """What a person on benefit costs after the refund, by year: rows with `monthly_benefit_dkk` and `first_week`.

    >>> steps = pl.DataFrame({"from_week": [1, 5, 27, 53], "to_week": [4, 26, 52, None], "refusion_pct": [80, 40, 30, 20]})
    >>> person = pl.DataFrame({"monthly_benefit_dkk": [11_944], "first_week": [1]})
    >>> found = net_municipal_cost(person, ladder=steps, years=2)
    >>> found.select("year", "gross_dkk", pl.col("net_municipal_cost_dkk").round()).rows()
    [(0, 143328.0, 88753.0), (1, 143328.0, 114662.0)]

    Source: kontanthjælp over 30 without children, 2023. `first_week` is the week on benefit in which year 0 begins.
    One row per row x year, in order: adds `year`, `gross_dkk`, `municipal_share_pct` and `net_municipal_cost_dkk`.
    Raises FormulaError.
    """
    require(rows, columns=["monthly_benefit_dkk", "first_week"], of="a net cost")
    early = rows.filter(pl.col("first_week") < 1)
    if early.height:
        raise FormulaError(f"first_week is {early['first_week'][0]}; weeks on benefit are counted from 1")
    by_year = rows.with_row_index("_row").join(pl.DataFrame({"year": range(years)}), how="cross")
    borne = by_year.join(_shares(by_year, ladder=_checked(ladder)), on=["_row", "year"], how="left")
    gross = pl.col("monthly_benefit_dkk") * 12
    found = computed(borne, gross_dkk=gross, net_municipal_cost_dkk=gross * pl.col("municipal_share_pct") / 100)
    return found.sort("_row", "year").drop("_row")


def _shares(by_year: pl.DataFrame, *, ladder: pl.DataFrame) -> pl.DataFrame:
    """The municipality's share of each year on benefit, in per cent; one row per row x year whose weeks are known."""
    first = pl.col("first_week") + pl.col("year") * WEEKS_A_YEAR
    begins = pl.max_horizontal(first, "from_week")
    ends = pl.min_horizontal(first + WEEKS_A_YEAR - 1, "to_week")
    borne = (ends - begins + 1).clip(0) * (100 - pl.col("refusion_pct"))
    spread = by_year.filter(pl.col("first_week").is_not_null()).join(ladder, how="cross")
    return spread.group_by("_row", "year").agg(municipal_share_pct=borne.sum() / WEEKS_A_YEAR)
