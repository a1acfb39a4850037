"""Put beside the rows of an investment case what it takes for granted of its courses, and of a person helped off benefit.

A person is priced on each basis on record, and no two are mixed: a net price for a year, or the benefit that stops, less
what the state would have refunded by weeks on benefit. The second is taken in the case's first year and kept: prices and
the ladder are fixed. What is lacking is told, never filled in.
"""

from __future__ import annotations

import polars as pl
import polars.selectors as cs

from warehouse.areas import all_areas
from warehouse.assumptions.apply import applicable, bound, with_assumption
from warehouse.formulas.investments import ladder
from warehouse.formulas.statuses import FormulaError

COST = "programme_cost_dkk"
COURSES = "programme_participants_persons"
PRICE = "net_unit_cost_dkk"
BENEFIT = "monthly_benefit_dkk"
WEEKS = "earlier_benefit_weeks"
REFUSION = "state_refusion_pct"
HORIZON = "horizon_years"
RATE = "discount_rate_pct"
ASSUMED = (COURSES, PRICE, BENEFIT, WEEKS, REFUSION, HORIZON, RATE)
CASE = ("area_code", "item")
LADDER_BASIS = "refusion_ladder"
READINGS = {"value": "assumed", "low": "assumed_low", "high": "assumed_high"}
STEP = pl.Schema(
    {"from_week": pl.Int64(), "to_week": pl.Int64(), "value": pl.Float64(), "low": pl.Float64(), "high": pl.Float64()}
)
"""A step of the ladder as a figure's row has it: its weeks and what is refunded, at the least and at the most."""

_TERMS = (BENEFIT, WEEKS, HORIZON, RATE)
_OF_ONE_CASE = (COURSES, WEEKS, HORIZON)
_SICKNESS = "sygedagpenge"
_PLACE = ("area_code", "day")
_LADDERS = pl.Schema(
    {
        "area_code": pl.String(),
        "day": pl.Date(),
        REFUSION: pl.List(pl.Struct(STEP)),
        f"{REFUSION}_ids": pl.List(pl.Int64()),
        f"{REFUSION}_caveat": pl.String(),
        "trouble": pl.String(),
    }
)


def with_persons(rows: pl.DataFrame, known: pl.DataFrame) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Each row of a case once per basis of a person's price, with its courses, and what is lacking for the others.

    A price of sickness benefit is left out: the cases are not about it.
    """
    costed = _with_courses(rows, known=known)
    priced = with_assumption(costed, known=known, name=PRICE)
    priced = priced.filter(~pl.col(f"{PRICE}_basis").str.starts_with(_SICKNESS))
    terms, lacking = _terms(_cases(rows), known=known)
    laddered = costed.join(terms, on=CASE).with_columns(
        basis=_joined("basis", "terms_basis"),
        assumptions=pl.concat_list("assumptions", "terms_assumptions"),
        caveats=pl.concat_list("caveats", "terms_caveats"),
    )
    none = [f"no assumption '{PRICE}' is on record for this area: see docs/assumptions.md"]
    reasons = (*(none if rows.height and priced.is_empty() else ()), *lacking)
    return pl.concat([priced, laddered.drop(cs.starts_with("terms_"))], how="diagonal_relaxed"), reasons


def _cases(rows: pl.DataFrame) -> pl.DataFrame:
    """One row per case: the last day of its first year."""
    return rows.group_by(CASE).agg(pl.col("day").min()).sort(CASE)


def _with_courses(rows: pl.DataFrame, *, known: pl.DataFrame) -> pl.DataFrame:
    """Rows with how many courses the case gives over all its years; without, where nobody said."""
    courses = _applying(_cases(rows), known=known, name=COURSES).drop(f"{COURSES}_basis")
    return rows.join(courses, on=CASE, how="left", maintain_order="left").with_columns(
        assumptions=pl.concat_list("assumptions", f"{COURSES}_id").list.drop_nulls(),
        caveats=pl.concat_list("caveats", f"{COURSES}_caveat").list.drop_nulls(),
    )


def _terms(cases: pl.DataFrame, *, known: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """One row per case x basis on which a person is priced by the ladder, and what is lacking where there is none."""
    terms, lacking = cases, []
    for name in _TERMS:
        found = _applying(cases, known=known, name=name)
        without = cases.join(found, on=CASE, how="anti")
        lacking += [
            _told(area, case, f"no assumption '{name}' is on record") for area, case in without.select(CASE).rows()
        ]
        terms = terms.join(found, on=CASE)
    ladders = cases.join(ladders_of(cases.select(_PLACE).unique(maintain_order=True), known=known), on=_PLACE)
    unfit = pl.concat([_unfit(terms), ladders.select(*CASE, why="trouble").drop_nulls()])
    lacking += [_told(area, case, why) for area, case, why in unfit.rows()]
    fit = terms.join(unfit, on=CASE, how="anti").join(ladders.drop("day", "trouble"), on=CASE)
    return fit.with_columns(
        terms_basis=_joined(pl.lit(LADDER_BASIS), *(f"{name}_basis" for name in _TERMS)),
        terms_assumptions=pl.concat_list(*(f"{name}_id" for name in _TERMS), f"{REFUSION}_ids"),
        terms_caveats=pl.concat_list(*(f"{name}_caveat" for name in _TERMS), f"{REFUSION}_caveat", _in_words())
        .list.drop_nulls()
        .list.unique(maintain_order=True),
    ).drop("day"), lacking


def _applying(cases: pl.DataFrame, *, known: pl.DataFrame, name: str) -> pl.DataFrame:
    """One row per case x basis of an assumption: the case's own where it has one, else those of no case in particular."""
    places = cases.select(_PLACE).unique(maintain_order=True)
    found = cases.join(applicable(known, name=name, rows=places), on=_PLACE).filter(
        pl.col("assumption_id").is_not_null()
    )
    own, local = pl.col("basis") == pl.col("item"), pl.col("assumed_area_code").is_not_null()
    of_another = known.filter(name=COST)["basis"].unique().to_list()
    general = pl.col("basis") == "" if name in _OF_ONE_CASE else ~pl.col("basis").is_in(of_another)
    found = found.filter(own | general)
    found = found.filter(own | ~own.any().over(CASE))
    found = found.filter(local | ~local.any().over(CASE))
    return found.select(
        *CASE,
        pl.col("assumed").alias(name),
        pl.coalesce("assumed_low", "assumed").alias(bound(name, "low")),
        pl.coalesce("assumed_high", "assumed").alias(bound(name, "high")),
        pl.when(own).then(pl.lit("")).otherwise(pl.col("basis")).alias(f"{name}_basis"),
        pl.col("assumption_id").alias(f"{name}_id"),
        pl.col("caveat").alias(f"{name}_caveat"),
    )


def _unfit(terms: pl.DataFrame) -> pl.DataFrame:
    """Cases with a horizon or a rate that cannot be reckoned with, and why."""
    too_short, too_low = pl.col(bound(HORIZON, "low")) < 1, pl.col(bound(RATE, "low")) <= -100
    why = (
        pl.when(too_short)
        .then(pl.format(f"{HORIZON} is {{}}, and at least 1 is expected", pl.col(bound(HORIZON, "low"))))
        .when(too_low)
        .then(pl.format(f"{RATE} is {{}}, and more than -100 is expected", pl.col(bound(RATE, "low"))))
    )
    return terms.select(*CASE, why=why).drop_nulls("why").unique(CASE, maintain_order=True)


def _joined(*parts: str | pl.Expr) -> pl.Expr:
    """Names of bases, those that are not empty, with a stroke between them."""
    named = [pl.col(part) if isinstance(part, str) else part for part in parts]
    return pl.concat_str([pl.when(part != "").then(part) for part in named], separator=" / ", ignore_nulls=True)


def _in_words() -> pl.Expr:
    """How a person is counted, in Danish."""
    said = (
        "Regnet over hele indsatsen fra {}: personerne er uden ydelse i {} år, {} pct. i rente om året, faste priser."
    )
    rate = pl.col(RATE).cast(pl.String).str.strip_suffix(".0").str.replace(".", ",", literal=True)
    return pl.format(said, pl.col("day").dt.year(), pl.col(HORIZON).cast(pl.Int64), rate)


def _told(area_code: str, case: str, why: str) -> str:
    area = next((area.name for area in all_areas() if area.code == area_code), area_code)
    return f"{case} in {area} has no break-even with the refusion ladder: {why} (see docs/assumptions.md)"


def ladders_of(places: pl.DataFrame, *, known: pl.DataFrame) -> pl.DataFrame:
    """One row per area and day: its ladder with each step's lowest and highest refund, or why there is none (`trouble`).

    The area's own comes before one that holds anywhere, though it be older; steps in force come before older ones.
    """
    steps = _of_one_ladder(applicable(known, name=REFUSION, rows=places))
    of_place = dict(steps.group_by(_PLACE))
    rows = [(*place, *_ladder(of_place.get(place))) for place in places.select(_PLACE).rows()]
    return pl.DataFrame(rows, schema=_LADDERS, orient="row")


def _of_one_ladder(steps: pl.DataFrame) -> pl.DataFrame:
    """Steps that stand together: all the area's own or all general, all in force or all of the newest that were."""
    found = steps.filter(pl.col("assumption_id").is_not_null())
    own, over = pl.col("assumed_area_code").is_not_null(), pl.col("caveat").is_not_null()
    found = found.filter(own | ~own.any().over(_PLACE))
    found = found.filter(~over | over.all().over(_PLACE))
    return found.filter(~over | (pl.col("assumed_to") == pl.col("assumed_to").max().over(_PLACE)))


def _ladder(steps: pl.DataFrame | None) -> tuple[list[dict[str, object]], list[int], str | None, str | None]:
    """The steps of one ladder, the numbers of their assumptions, their caveat, and what is wrong with them."""
    if steps is None:
        return [], [], None, f"no assumption '{REFUSION}' is on record"
    numbers, caveat = steps["assumption_id"].sort().to_list(), steps["caveat"][0]
    try:
        readings = {
            name: ladder(steps.select("basis", assumed=pl.coalesce(column, "assumed")))
            for name, column in READINGS.items()
        }
    except FormulaError as error:
        return [], numbers, caveat, f"its steps of {REFUSION} are no ladder: {error}"
    weeks = readings["value"].select("from_week", "to_week")
    together = weeks.with_columns(found["refusion_pct"].alias(name) for name, found in readings.items())
    return together.to_dicts(), numbers, caveat, None
