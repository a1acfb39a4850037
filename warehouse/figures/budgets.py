"""The figure that follows up a municipality's own budget of full-time persons and prices, benefit by benefit.

What is budgeted for a quarter or a year holds for each of its months; where a line has months of its own, they alone count.
A line is the benefit of its name that was in force at the end of its year.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl
from sqlalchemy import Connection, text

from warehouse.danish import writing
from warehouse.danish.reservations import PROVISIONAL_EXPLAINED
from warehouse.figures.inputs import NOTHING, Scope, named, read
from warehouse.figures.model import EVERY_MEMBER, FEEDS, KEY, RECIPIENTS, Figure, Input, Reading
from warehouse.formulas import budgets as formulas
from warehouse.periods import Period, PeriodKind, spanning

if TYPE_CHECKING:
    from warehouse.catalogue.model import BenefitGroup

BUDGET = Input("budget_full_time_persons", f"{FEEDS}budget", "budget_full_time_persons", item=EVERY_MEMBER)
PRICE = Input("price_dkk", f"{FEEDS}budget", "price_dkk", item=EVERY_MEMBER)
_FULL_TIME = "recipients_full_time_persons"
COUNTED = Input("full_time_persons", RECIPIENTS, _FULL_TIME)
EARLIER = Input("full_time_persons_year_earlier", RECIPIENTS, _FULL_TIME, earlier=12)
FEW_AREAS = 10
TOO_YOUNG = "Der er set for få udgivelser af tallene til at sige, hvad den nyeste måned ender på."

_LINE = ("area_code", "item", "year")
_SETTLED = """
select area_code, table_id, period, settled_value, settled_low_value, settled_high_value from marts.settled_values
where measure = 'full_time_persons' and settled_value is not null and area_code = any(:areas)
"""
_SETTLED_TYPES = pl.Schema(
    {"area_code": pl.String, "period_id": pl.Int32, "item": pl.String}
    | {f"settled_full_time_persons{end}": pl.Float64 for end in ("", "_least", "_most")}
)


def months_of(connection: Connection, scope: Scope) -> pl.DataFrame:
    """Every month of every year for which a benefit is budgeted: budget, price, counts of the month and a year earlier.

    One row per area x month x benefit, all twelve of a year; `said` is what a reader must know of the line. What the month
    is expected to settle at is known as it stands now only.
    """
    budget, price = (by_month(read(connection, wanted, scope=scope), name=wanted.name) for wanted in (BUDGET, PRICE))
    lines = budget.select(_LINE).unique(maintain_order=True)
    grid = lines.join(pl.DataFrame({"month": range(1, 13)}, schema={"month": pl.Int32}), how="cross")
    place = [*_LINE, "month"]
    # Two prices of one month are none; two budgets are told by whoever asked for the figure.
    both = grid.join(budget, on=place, how="left").join(price.unique(place, keep="none"), on=place, how="left")
    known = _as_benefits(both)
    areas = known["area_code"].unique().sort().to_list()
    for wanted in (COUNTED, EARLIER):
        known = known.join(_counted(connection, wanted, areas=areas, scope=scope), on=KEY, how="left")
    statuses = [f"{wanted.name}_status" for wanted in (BUDGET, PRICE, COUNTED, EARLIER)]
    told = known.with_columns(pl.col(statuses).fill_null("missing"))
    return told.join(_settled(connection, areas=[] if scope.as_of else areas), on=KEY, how="left")


def by_month(rows: pl.DataFrame, *, name: str) -> pl.DataFrame:
    """Rows of an own table as one for each month of their period: `<name>`, its status, vintage and period.

    Of a line's periods in a year, those of the shortest kind count. What a budget does not say is missing, never hidden.
    """
    periods = pl.DataFrame(_months_of(rows["period_id"].unique().to_list()), schema=_MONTHS, orient="row")
    each = rows.join(periods, on="period_id").filter(pl.col("covers") == pl.col("covers").min().over(_LINE))
    status = pl.when(status="observed").then("status").otherwise(pl.lit("missing"))
    told = named(each.with_columns(status=status, value=pl.when(status="observed").then("value")), name=name)
    return told.select(*_LINE, "month", f"^{name}.*$", pl.col("written").alias(f"{name}_period"))


_MONTHS = pl.Schema(
    {"period_id": pl.Int32, "year": pl.Int32, "month": pl.Int32, "covers": pl.Int32, "written": pl.String}
)


def _months_of(keys: Iterable[int]) -> Iterator[tuple[int, int, int, int, str]]:
    for period in map(Period.from_key, keys):
        first, last = (Period.containing(day) for day in (period.first_day, period.last_day))
        covered = spanning(first, last)
        yield from ((period.key, month.year, month.number, len(covered), str(period)) for month in covered)


_TOLD = pl.Schema([("item", pl.String()), ("year", pl.Int32()), ("benefit", pl.String()), ("said", pl.List(pl.String))])


def _as_benefits(grid: pl.DataFrame) -> pl.DataFrame:
    """The months under their benefit's name and their period, with what is to be said of a line that is none."""
    lines = grid.select("item", "year").unique().rows()
    told = [(line, year, *_told_of(line, year=year)) for line, year in lines]
    beside = grid.join(pl.DataFrame(told, schema=_TOLD, orient="row"), on=["item", "year"], how="left")
    first = Period(PeriodKind.MONTH, 0, 0).key
    return beside.with_columns(
        item=pl.coalesce("benefit", "item"),
        period_id=(first + pl.col("year") * 100 + pl.col("month")).cast(pl.Int32),
    ).drop("benefit")


def _told_of(line: str, *, year: int) -> tuple[str | None, list[str]]:
    found = benefit_of(line, year=year)
    if found is None:
        return None, [f"Budgettets linje '{line}' er ikke en ydelse, så den kan ikke følges op."]
    ended = found.until is not None and found.until < date(year, 12, 31)
    return found.name, [f"{found.name} fandtes kun til {writing.day(found.until)}."] if ended and found.until else []


def benefit_of(line: str, *, year: int) -> BenefitGroup | None:
    """The benefit that a line of a year's budget is about, by its name with or without what tells it from its successor.

    >>> benefit_of("kontanthjælp", year=2024).name, benefit_of("Kontanthjælp", year=2026).name
    ('Kontanthjælp (før 1. juli 2025)', 'Kontanthjælp')
    """
    from warehouse.catalogue.model import jobindsats

    wanted, end = line.strip().casefold(), date(year, 12, 31)
    called = [
        group
        for group in jobindsats().benefit_groups
        if wanted in (group.name.casefold(), group.name.split(" (")[0].casefold())
    ]
    lasting = [group for group in called if (group.valid_from or end) <= end <= (group.until or end)]
    return next(iter([*lasting, *called]), None)


def _counted(connection: Connection, wanted: Input, *, areas: list[str], scope: Scope) -> pl.DataFrame:
    """The counts of the areas that have a budget."""
    many = scope.received is not None or len(areas) > FEW_AREAS
    asked = [None] if many and areas else areas
    found = [named(read(connection, wanted, scope=replace(scope, area_code=code)), name=wanted.name) for code in asked]
    return pl.concat(found or [named(NOTHING, name=wanted.name)])


def _settled(connection: Connection, *, areas: list[str]) -> pl.DataFrame:
    """What the newest counts are expected to settle at, of the benefits that are the total of a table."""
    from warehouse.catalogue.model import jobindsats

    names = {group.table: group.name for group in jobindsats().benefit_groups if group.member is None}
    rows = [
        (area, Period.parse(period).key, names[table], *values)
        for area, table, period, *values in (connection.execute(text(_SETTLED), {"areas": areas}) if areas else ())
        if table in names
    ]
    return pl.DataFrame(rows, schema=_SETTLED_TYPES, orient="row")


def followed_up(rows: pl.DataFrame) -> pl.DataFrame:
    """Each benefit and, as `I alt`, their sum after every month that is reached, and what the year will end at."""
    found = formulas.follow_up(rows)
    year = [*_LINE[:1], "year"]
    months = rows.select("year", "period_id", "period", "day", through="month").unique()
    of_line = rows.group_by(_LINE).agg(_all_of("vintages"))
    of_all = rows.group_by(year).agg(_all_of("vintages"), item=pl.lit(formulas.ALL)).select(of_line.columns)
    brought = found.join(months, on=["year", "through"]).join(pl.concat([of_line, of_all]), on=_LINE)
    told = brought.join(_caveats(rows), on=[*_LINE, "through"], how="left")
    last_year = pl.col("basis") == formulas.LAST_YEAR
    lacking = (pl.col("basis") == formulas.SETTLED) & (pl.col("year_end_full_time_persons_status") == "missing")
    young = pl.when(lacking).then(pl.lit([TOO_YOUNG])).otherwise(_NOTHING)
    own = pl.when(last_year).then("caveats_of_last_year").otherwise("caveats_of_year")
    inputs = rows.select(*_LINE, "^.*_vintage$", "^.*_period$", through="month")
    return told.with_columns(
        assumptions=pl.lit([], dtype=pl.List(pl.Int64)),
        caveats=pl.concat_list("said", own, young).list.unique(maintain_order=True),
    ).join(inputs, on=[*_LINE, "through"], how="left")


_NOTHING = pl.lit([], dtype=pl.List(pl.String))


def _all_of(name: str) -> pl.Expr:
    return pl.col(name).explode().drop_nulls().unique().sort()


def _caveats(rows: pl.DataFrame) -> pl.DataFrame:
    """What is to be said of a line and of the sum after each month, apart where last year's course is taken.

    A month's row has the breaks between it and a year earlier. Those that January has not lie within the year itself.
    """
    ordered = rows.sort(*_LINE, "month")
    known = pl.col("provisional").fill_null(False)
    breaks = pl.col("caveats").list.set_difference(pl.lit([PROVISIONAL_EXPLAINED]))
    moving = pl.when(known).then(pl.lit([PROVISIONAL_EXPLAINED])).otherwise(_NOTHING)
    each = ordered.select(
        *_LINE, "said", through="month", provisional=known, moving=moving, breaks=breaks,
        january=breaks.first().over(_LINE),
    ).with_columns(within=pl.col("breaks").list.set_difference("january"))  # fmt: skip
    ahead = each.select(*_LINE, "breaks", month="through")
    later = each.select(*_LINE, "through").join(ahead, on=_LINE).filter(pl.col("month") >= pl.col("through"))
    course = later.group_by(*_LINE, "through").agg(course=_all_of("breaks"))
    lines = each.join(course, on=[*_LINE, "through"]).select(
        *_LINE, "through", "said", "provisional",
        caveats_of_year=pl.concat_list("moving", "within"),
        caveats_of_last_year=pl.concat_list("moving", "course"),
    )  # fmt: skip
    summed = lines.group_by("area_code", "year", "through").agg(
        pl.col("said", "caveats_of_year", "caveats_of_last_year").explode().drop_nulls().unique(maintain_order=True),
        pl.col("provisional").any(),
        item=pl.lit(formulas.ALL),
    )
    return pl.concat([lines, summed.select(lines.columns)])


def behind(rows: pl.DataFrame, row: dict[str, Any]) -> pl.DataFrame:
    """The months of a line, or of all lines, that one row was computed from."""
    of_year = rows.filter(pl.col("area_code") == row["area_code"], pl.col("year") == row["year"])
    return of_year if row["item"] == formulas.ALL else of_year.filter(pl.col("item") == row["item"])


FIGURES = (
    Figure(
        name="budget_followup",
        title="Budgetopfølgning: fuldtidspersoner og udgift mod budget",
        title_en="Full-time persons and expenditure followed up against the budget",
        formula="mean of the year's twelve months: those counted, then the newest month, that moved as last year, or settled",
        unit="full_time_persons",
        source="The municipality's own budget, by its contract; Jobindsats.dk / STAR, the benefits' own tables",
        inputs=(BUDGET, PRICE, COUNTED, EARLIER),
        reading=Reading(months_of, behind),
        compute=followed_up,
        value="year_end_full_time_persons",
        low="year_end_low_full_time_persons",
        high="year_end_high_full_time_persons",
        columns={
            "full_time_persons": "full_time_persons",
            "months": "count",
            "months_expected": "count",
            "average_full_time_persons": "full_time_persons",
            "average_low_full_time_persons": "full_time_persons",
            "average_high_full_time_persons": "full_time_persons",
            "budget_average_full_time_persons": "full_time_persons",
            "gap_full_time_persons": "full_time_persons",
            "price_dkk": "dkk",
            "spent_dkk": "dkk",
            "budget_spent_dkk": "dkk",
            "gap_dkk": "dkk",
            "budget_year_full_time_persons": "full_time_persons",
            "year_end_gap_full_time_persons": "full_time_persons",
            "year_end_dkk": "dkk",
            "budget_year_dkk": "dkk",
            "year_end_gap_dkk": "dkk",
            "parts": "count",
            "parts_expected": "count",
            "provisional": "boolean",
        },
        caveats=(
            "Udgiften er antal gange pris: en fuldtidsperson i en måned regnes til en tolvtedel af prisen for et år.",
        ),
    ),
)
