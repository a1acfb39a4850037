"""Paid back: how many persons off benefit pay for a case over its years, after the refund and in the first year's money.

Every number it takes may have a lowest and a highest. The bounds are those of all readings: cost, benefit, refund and
horizon each at the end that asks for fewest or most persons, together with every reading of the weeks and the rate, of
which it cannot be told beforehand.
"""

from __future__ import annotations

import polars as pl

from warehouse.figures.cases import BENEFIT, CASE, HORIZON, RATE, WEEKS
from warehouse.figures.joining import bound
from warehouse.figures.ladders import READINGS, REFUSION, STEP
from warehouse.formulas.investments import break_even, years_of

_KEY = (*CASE, "basis")
_OTHER = {"value": "value", "low": "high", "high": "low"}


def paid_back(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows (one per case x year x basis) with the persons who pay for the whole case, fewest and most among them.

    Adds `saving_per_person_dkk` (of the row's year), `break_even_exact_persons`, `break_even_persons` and its status,
    `break_even_low_persons` and `break_even_high_persons`: null where nobody can say, as where nothing is saved.
    """
    if rows.is_empty():
        return rows
    readings = _readings(rows)
    years = _years(rows, readings=readings)
    found = _persons(years, readings=readings)
    value = pl.col("reading") == "value"
    saved = years.join(readings.filter(value).select("number", *_KEY), on="number").select(
        *_KEY, pl.col("year").cast(pl.Int32).alias("period_year"), saving_per_person_dkk="saved_per_person_dkk"
    )
    persons = pl.col("break_even_persons")
    bounds = found.group_by(_KEY).agg(
        break_even_low_persons=persons.min(),
        break_even_high_persons=pl.when(persons.null_count() == 0).then(persons.max()),
    )
    told = found.filter(value).select(*_KEY, pl.col("^break_even_.*$")).join(bounds, on=_KEY)
    return (
        rows.with_columns(period_year=pl.col("day").dt.year())
        .join(saved, on=[*_KEY, "period_year"], how="left", maintain_order="left")
        .join(told, on=_KEY, how="left", maintain_order="left")
        .drop("period_year")
    )


def _readings(rows: pl.DataFrame) -> pl.DataFrame:
    """One row per case x basis x reading: a person, a rate, and which of the costs and refunds go with them."""
    terms = rows.unique(_KEY, maintain_order=True)
    return pl.concat([_reading(terms, name=name) for name in READINGS]).with_row_index("number")


def _reading(terms: pl.DataFrame, *, name: str) -> pl.DataFrame:
    """The terms as they are, or as they ask for the fewest (`low`) or the most persons (`high`)."""
    ladder = pl.col(f"{REFUSION}_ids").list.eval(pl.element().cast(pl.String)).list.join(",")
    chosen = terms.select(
        *_KEY,
        reading=pl.lit(name),
        monthly_benefit_dkk=_read(BENEFIT, _OTHER[name]),
        horizon_years=_read(HORIZON, _OTHER[name]),
        earlier_weeks=_read(WEEKS, name) if name == "value" else _all_of(WEEKS),
        rate_pct=_read(RATE, name) if name == "value" else _all_of(RATE),
        ladder=ladder,
        steps=REFUSION,
    )
    each = chosen if name == "value" else chosen.explode("earlier_weeks").explode("rate_pct")
    return each.with_columns(first_week=pl.col("earlier_weeks") + 1)


def _read(name: str, which: str) -> pl.Expr:
    return pl.col(name) if which == "value" else pl.col(bound(name, which))


def _all_of(name: str) -> pl.Expr:
    return pl.concat_list(_read(name, which) for which in READINGS).list.unique()


def _years(rows: pl.DataFrame, *, readings: pl.DataFrame) -> pl.DataFrame:
    """One row per reading x year of its case: its cost, and what a person saves."""
    spent = rows.unique([*CASE, "period_id"], maintain_order=True).select(
        *CASE,
        year=pl.col("day").dt.year(),
        value="cost_dkk",
        low="cost_low_dkk",
        high="cost_high_dkk",
    )
    costs = spent.unpivot(list(READINGS), index=[*CASE, "year"], variable_name="reading", value_name="cost_dkk")
    parts = []
    for (reading, _), persons in readings.group_by("reading", "ladder", maintain_order=True):
        of_these = persons.select("number", *CASE, "reading").join(costs, on=[*CASE, "reading"])
        steps = pl.DataFrame(persons["steps"][0].to_list(), schema=STEP).rename({str(reading): "refusion_pct"})
        parts.append(
            years_of(of_these.select("number", "year", "cost_dkk"), by=["number"], persons=persons, ladder=steps)
        )
    return pl.concat(parts)


def _persons(years: pl.DataFrame, *, readings: pl.DataFrame) -> pl.DataFrame:
    """One row per reading: how many persons pay for its case at its rate."""
    parts = [
        break_even(years.join(at_rate, on="number", how="semi"), by=["number"], rate_pct=float(rate_pct))
        for (rate_pct,), at_rate in readings.group_by("rate_pct", maintain_order=True)
    ]
    return readings.select("number", "reading", *_KEY).join(pl.concat(parts), on="number")
