"""An investment over all its years: what it costs in its first, and how many persons off benefit pay for it.

What a person off benefit spares the municipality is worked out year by year from the monthly benefit and the refund's
ladder, and discounted as the cost is. The years are those the case has a cost for.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from warehouse.formulas.investment import break_even, cost_per_course
from warehouse.formulas.refusion import WEEKS_A_YEAR, ladder, net_municipal_cost

WEEKS = "earlier_on_benefit_weeks"
BENEFIT = "monthly_benefit_dkk"
_CASE = ("area_code", "item", "basis")
_BOUNDED = {
    "break_even_low_persons": ("monthly_benefit_high_dkk", "earlier_on_benefit_high_weeks"),
    "break_even_high_persons": ("monthly_benefit_low_dkk", "earlier_on_benefit_low_weeks"),
}


def over_years(rows: pl.DataFrame) -> pl.DataFrame:
    """One row per area, case and basis, in the case's first year: present values, cost per course, persons to break even.

    `break_even_low_persons` and `break_even_high_persons` are what the highest and the lowest benefit, and the longest and
    shortest time on benefit before, would need; they are null where neither has a low or a high.
    """
    cases = [_of_one_basis(group) for group in _alike(rows)]
    return pl.concat(cases, how="diagonal") if cases else _without_rows(rows.clear())


def _alike(rows: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Rows of one area, case and basis at a time; a basis that is not on record for all the years of a case is none."""
    known = pl.col("period_id").n_unique().over(_CASE)
    whole = rows.filter(known == pl.col("period_id").n_unique().over("area_code", "item"))
    yield from whole.sort(*_CASE, "period_id").partition_by(*_CASE, maintain_order=True)


def _of_one_basis(rows: pl.DataFrame) -> pl.DataFrame:
    costs = rows.with_columns(year=pl.col("day").dt.year(), cost_dkk="programme_cost_dkk")
    found = _broken_even(costs, benefit=BENEFIT, weeks=WEEKS)
    bounds = {
        name: _broken_even(costs, benefit=benefit, weeks=weeks)["break_even_persons"].item()
        for name, (benefit, weeks) in _BOUNDED.items()
    }
    told = rows.select("programme_cost_dkk", "discount_rate_pct", BENEFIT, WEEKS).head(1)
    return pl.concat(
        [
            rows.head(1).select("area_code", "period_id", "period", "day", "item", "basis"),
            told.select("discount_rate_pct", BENEFIT, WEEKS),
            found.drop(_CASE),
            _per_course(costs),
            pl.DataFrame(bounds, schema=dict.fromkeys(bounds, pl.Float64)),
            _about(rows).with_columns(case_years=pl.lit(float(rows.height))),
        ],
        how="horizontal",
    )


def _broken_even(costs: pl.DataFrame, *, benefit: str, weeks: str) -> pl.DataFrame:
    """Persons to break even, where a benefit or a time on benefit without a bound is taken as it is."""
    later = (pl.col("year") - pl.col("year").min()).cast(pl.Int64) * WEEKS_A_YEAR
    persons = costs.with_columns(
        pl.coalesce(benefit, BENEFIT).alias(BENEFIT),
        first_week=pl.coalesce(weeks, WEEKS).cast(pl.Int64) + 1 + later,
    ).select(*_CASE, "year", "cost_dkk", BENEFIT, "first_week")
    steps = ladder(pl.DataFrame(costs["ladder"][0].to_list()))
    borne = net_municipal_cost(persons.rename({"year": "case_year"}), ladder=steps).drop("year")
    spared = borne.rename({"case_year": "year", "net_municipal_cost_dkk": "saved_per_person_dkk"})
    return break_even(spared, by=_CASE, rate_pct=costs["discount_rate_pct"][0])


def _per_course(costs: pl.DataFrame) -> pl.DataFrame:
    """What a course costs over the whole case, not discounted."""
    fewest, most = "programme_participants_low_persons", "programme_participants_high_persons"
    courses = costs.head(1).select(
        *_CASE,
        courses_low_persons=pl.coalesce(fewest, "programme_participants_persons"),
        courses_high_persons=pl.coalesce(most, "programme_participants_persons"),
    )
    names = ("cost_per_course_low_dkk", "cost_per_course_high_dkk")
    return cost_per_course(costs, by=_CASE, courses=courses).select(names)


def _about(rows: pl.DataFrame) -> pl.DataFrame:
    """What the years rest on, each once."""
    return rows.select(
        pl.col(name).explode().drop_nulls().unique(maintain_order=True).implode()
        for name in ("assumptions", "vintages", "caveats")
    )


def _without_rows(rows: pl.DataFrame) -> pl.DataFrame:
    names = (
        "discount_rate_pct",
        "saved_per_person_dkk",
        "case_years",
        "break_even_exact_persons",
        "break_even_persons",
    )
    more = (*names, *_BOUNDED, "cost_dkk", "cost_per_course_low_dkk", "cost_per_course_high_dkk")
    kept = rows.drop([name for name in more if name in rows.columns])
    return kept.with_columns(pl.lit(None, dtype=pl.Float64).alias(name) for name in more)
