"""The figures of investments: places and break-even, results over several years, and a share of a national grant.

What a case takes for granted of its courses and of a person is put beside its rows by `warehouse/figures/cases.py`.
"""

from __future__ import annotations

import polars as pl

from warehouse.assumptions.apply import bound
from warehouse.figures.cases import (
    ASSUMED,
    BENEFIT,
    CASE,
    COST,
    COURSES,
    HORIZON,
    PRICE,
    RATE,
    READINGS,
    REFUSION,
    STEP,
    WEEKS,
    with_persons,
)
from warehouse.figures.model import OF_COUNTRY, Figure
from warehouse.formulas import investments as formulas
from warehouse.formulas.statuses import at_least, computed

TARGET_GROUP = "grant_target_group_persons"
_KEY = (*CASE, "basis")
_OTHER = {"value": "value", "low": "high", "high": "low"}
_PRICED = {"break_even_low_persons": ("low", "high"), "break_even_high_persons": ("high", "low")}


def case(rows: pl.DataFrame) -> pl.DataFrame:
    """Places and their cost in the year, what a course costs over all years, and how many persons off benefit pay for it.

    By a net price they must be off benefit in that year, and it is that year's cost they cover. By the refusion ladder
    they are off it from the case's first year to its horizon, and all years' costs are covered.
    """
    costs = {
        "cost_dkk": pl.col(COST),
        "cost_low_dkk": pl.coalesce(bound(COST, "low"), COST),
        "cost_high_dkk": pl.coalesce(bound(COST, "high"), COST),
    }
    found = _with_cost_per_course(formulas.places(rows.with_columns(**costs)))
    by_ladder = pl.col(REFUSION).is_not_null()
    return pl.concat([_by_price(found.filter(~by_ladder)), paid_back(found.filter(by_ladder))], how="diagonal_relaxed")


def _with_cost_per_course(rows: pl.DataFrame) -> pl.DataFrame:
    courses = rows.unique(CASE, maintain_order=True).select(
        *CASE,
        courses_low_persons=pl.coalesce(bound(COURSES, "low"), COURSES),
        courses_high_persons=pl.coalesce(bound(COURSES, "high"), COURSES),
    )
    years = rows.select(*CASE, "cost_dkk", year="period_id").unique()
    found = formulas.cost_per_course(years, by=CASE, courses=courses).rename({"cost_dkk": "whole_cost_dkk"})
    return rows.join(found.drop("cost_dkk_status"), on=CASE, how="left", maintain_order="left")


def _by_price(rows: pl.DataFrame) -> pl.DataFrame:
    """How many persons off benefit in the year cover its cost."""
    prices = {name: pl.coalesce(bound(PRICE, name), PRICE).alias(f"price_{name}_dkk") for name in ("low", "high")}
    priced = rows.with_columns(*prices.values(), saving_per_person_dkk=PRICE)
    exact = pl.col("cost_dkk") / pl.col(PRICE)
    bounds = {
        name: at_least(pl.col(f"cost_{cost}_dkk") / pl.col(f"price_{price}_dkk"))
        for name, (cost, price) in _PRICED.items()
    }
    return computed(priced, break_even_exact_persons=exact, break_even_persons=at_least(exact), **bounds)


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
        *CASE, year=pl.col("day").dt.year(), value="cost_dkk", low="cost_low_dkk", high="cost_high_dkk"
    )
    costs = spent.unpivot(list(READINGS), index=[*CASE, "year"], variable_name="reading", value_name="cost_dkk")
    parts = []
    for (reading, _), persons in readings.group_by("reading", "ladder", maintain_order=True):
        of_these = persons.select("number", *CASE, "reading").join(costs, on=[*CASE, "reading"])
        steps = pl.DataFrame(persons["steps"][0].to_list(), schema=STEP).rename({str(reading): "refusion_pct"})
        parts.append(
            formulas.years_of(
                of_these.select("number", "year", "cost_dkk"), by=["number"], persons=persons, ladder=steps
            )
        )
    return pl.concat(parts)


def _persons(years: pl.DataFrame, *, readings: pl.DataFrame) -> pl.DataFrame:
    """One row per reading: how many persons pay for its case at its rate."""
    parts = [
        formulas.break_even(years.join(at_rate, on="number", how="semi"), by=["number"], rate_pct=float(rate_pct))
        for (rate_pct,), at_rate in readings.group_by("rate_pct", maintain_order=True)
    ]
    return readings.select("number", "reading", *_KEY).join(pl.concat(parts), on="number")


def result(rows: pl.DataFrame) -> pl.DataFrame:
    """A net result per participant, success and year of its horizon."""
    return formulas.result_per(rows.rename({COURSES: "participants_persons"}))


def grant(rows: pl.DataFrame) -> pl.DataFrame:
    """A municipality's share of a national grant by its share of the target group."""
    named = {TARGET_GROUP: "local_persons", f"country_{TARGET_GROUP}": "national_persons"}
    return formulas.grant_share(rows.rename(named))


FIGURES = (
    Figure(
        name="investment_case",
        title="Pladser, pris pr. plads og forløb, og hvor mange personer der skal til, før indsatsen betaler sig",
        title_en="Places, cost per place and course, and persons to break even",
        formula=(
            "programme_cost_dkk / net_unit_cost_dkk in the year; by the refusion ladder: present value of "
            "programme_cost_dkk / present value over horizon_years of 12 x monthly_benefit_dkk x "
            "(100 - state_refusion_pct) / 100, from week earlier_benefit_weeks + 1; whole persons"
        ),
        unit="persons",
        source="The paper that proposes it",
        inputs=(),
        begins_with=COST,
        compute=case,
        value="break_even_persons",
        low="break_even_low_persons",
        high="break_even_high_persons",
        assumptions=(COST, "specialists_persons", "clients_per_specialist_persons"),
        joined_assumptions=ASSUMED,
        join=with_persons,
        every_period=True,
        columns={
            "cost_dkk": "dkk",
            "places_persons": "persons",
            "cost_per_place_dkk": "dkk",
            "cost_per_course_low_dkk": "dkk",
            "cost_per_course_high_dkk": "dkk",
            "saving_per_person_dkk": "dkk",
            "horizon_years": "years",
            "discount_rate_pct": "pct",
            "break_even_exact_persons": "persons",
        },
        caveats=(
            "Personerne skal være helt uden ydelse hele tiden; der er ikke regnet med skat, tilskud og udligning.",
        ),
    ),
    Figure(
        name="net_present_value",
        title="Nettoresultat pr. deltager, pr. succes og pr. år (SØM)",
        title_en="Net result per participant, success and year, as SØM gives it",
        formula="net_result_dkk / participants, / successes, / years",
        unit="dkk",
        source="The paper's calculation with SØM",
        inputs=(),
        begins_with="net_result_dkk",
        compute=result,
        value="net_result_dkk",
        low="net_result_low_dkk",
        high="net_result_high_dkk",
        assumptions=("net_result_dkk", COURSES, "success_rate_pct", HORIZON),
        columns={
            "successes_persons": "persons",
            "per_participant_dkk": "dkk",
            "per_success_dkk": "dkk",
            "per_year_dkk": "dkk",
        },
        caveats=("SØM's priser er landsgennemsnit efter refusion, uden udligning og bloktilskud.",),
    ),
    Figure(
        name="grant_share",
        title="Andel af en statslig pulje",
        title_en="Share of a national grant",
        formula="grant_pool_dkk x local_persons / national_persons",
        unit="dkk",
        source="The paper that applies for it",
        inputs=(),
        begins_with=TARGET_GROUP,
        compute=grant,
        value="grant_dkk",
        assumptions=(TARGET_GROUP, f"{OF_COUNTRY}{TARGET_GROUP}", "grant_pool_dkk"),
        columns={
            "share_pct": "pct",
            "local_persons": "persons",
            "national_persons": "persons",
            "grant_pool_dkk": "dkk",
        },
    ),
)
