"""From what was read to what a briefing says of a municipality's own budget and of those it is compared with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from tasks.briefing.cells import MISSED, Cell
from tasks.briefing.followed import (
    BudgetFollowUp,
    BudgetLine,
    Comparison,
    Level,
    Peer,
    YearCourse,
    YearEnd,
    YearMonth,
)
from tasks.briefing.inputs import Readings
from warehouse.areas import Area, municipalities
from warehouse.danish.reservations import PROVISIONAL_EXPLAINED
from warehouse.figures.benchmark import ALL_BENEFITS
from warehouse.figures.comparable import BY_LIST
from warehouse.formulas.budgets import ALL, AS_IT_STANDS, LAST_YEAR, SETTLED
from warehouse.periods import Period, PeriodKind

BUDGET, COMPARED = "budget_followup", "comparable_municipalities"
BASES = (AS_IT_STANDS, LAST_YEAR, SETTLED)
YEARS = 3


def _cell(row: dict[str, Any], name: str, *, bounds: str = "") -> Cell:
    ends = {end: row[f"{bounds}_{end}_full_time_persons"] for end in ("low", "high")} if bounds else {}
    return Cell.of(row[name], row.get(f"{name}_status"), **ends)


def used(readings: Readings, *, area: Area, month: Period) -> list[pl.DataFrame]:
    """The rows whose vintages and assumptions a briefing's sections on budget and comparison rest on."""
    rows = [_of_month(readings, area=area, month=month), _compared(readings, area=area)]
    return [frame for frame in rows if frame.height]


def _of_month(readings: Readings, *, area: Area, month: Period) -> pl.DataFrame:
    found = readings.figures.get(BUDGET, pl.DataFrame())
    return found.filter(area_code=area.code, period=str(month)) if found.height else found


def budget(readings: Readings, *, area: Area, month: Period, names: Mapping[str, str]) -> BudgetFollowUp | None:
    """A municipality's budget followed up after the month; None where it has none for that year, or nothing is counted."""
    rows = _of_month(readings, area=area, month=month).to_dicts()
    if not rows:
        return None
    items = dict.fromkeys(row["item"] for row in rows)
    ordered = sorted(items, key=lambda item: ([*names, item].index(item), item == ALL))
    lines = [_line(names.get(item, item), [row for row in rows if row["item"] == item]) for item in ordered]
    notes = dict.fromkeys(note for row in rows for note in row["caveats"] if note != PROVISIONAL_EXPLAINED)
    return BudgetFollowUp(
        month=month,
        lines=tuple(lines),
        courses=tuple(
            YearCourse(
                names.get(item, item),
                _years(readings, area=area, item=item, month=month),
                _budgeted(readings, area, item, month),
            )
            for item in ordered
            if item != ALL
        ),
        notes=(*readings.caveats.get(BUDGET, ()), *notes),
    )


def _line(name: str, rows: list[dict[str, Any]]) -> BudgetLine:
    first, by_basis = rows[0], {row["basis"]: row for row in rows}
    return BudgetLine(
        name=name,
        average=_cell(first, "average_full_time_persons", bounds="average"),
        budget=_cell(first, "budget_average_full_time_persons"),
        gap=_cell(first, "gap_full_time_persons"),
        spent_dkk=_cell(first, "spent_dkk"),
        budget_dkk=_cell(first, "budget_spent_dkk"),
        gap_dkk=_cell(first, "gap_dkk"),
        year_budget=_cell(first, "budget_year_full_time_persons"),
        year_budget_dkk=_cell(first, "budget_year_dkk"),
        ends=tuple(_end(by_basis[basis]) for basis in BASES if basis in by_basis),
    )


def _end(row: dict[str, Any]) -> YearEnd:
    return YearEnd(
        basis=row["basis"],
        persons=_cell(row, "year_end_full_time_persons", bounds="year_end"),
        gap_dkk=_cell(row, "year_end_gap_dkk"),
    )


def _years(
    readings: Readings, *, area: Area, item: str, month: Period
) -> tuple[tuple[int, tuple[YearMonth, ...]], ...]:
    """The months of the newest three years, as counted; those that are still to come are not among them."""
    counts = readings.figures["year_on_year"].filter(area_code=area.code, item=item)
    names = ("period_id", "full_time_persons", "full_time_persons_status")
    known = {key: Cell.of(value, status) for key, value, status in counts.select(names).rows()}
    starts = [each.first_period_id for each in readings.breaks if each.benefit == item]

    def told(key: int) -> YearMonth:
        return YearMonth(known.get(key, MISSED), sum(start <= key for start in starts))

    years = [month.year - ago for ago in range(YEARS)]
    months = {year: [Period(PeriodKind.MONTH, year, nth).key for nth in range(1, 13)] for year in years}
    return tuple(
        (year, tuple(told(key) for key in keys if key <= month.key))
        for year, keys in months.items()
        if any(key in known for key in keys)
    )


def _budgeted(readings: Readings, area: Area, item: str, month: Period) -> tuple[Cell, ...]:
    """The budget of each month of the newest year."""
    rows = readings.budgets.filter(area_code=area.code, item=item, year=month.year).sort("month")
    return tuple(
        Cell.of(*row) for row in rows.select("budget_full_time_persons", "budget_full_time_persons_status").rows()
    )


def _compared(readings: Readings, *, area: Area) -> pl.DataFrame:
    """The rows of a municipality in the newest period over all benefits, one for each list and price."""
    found = readings.figures.get(COMPARED, pl.DataFrame())
    if found.is_empty():
        return found
    own = found.filter(area_code=area.code, item=ALL_BENEFITS)
    return own.filter(pl.col("day") == pl.col("day").max())


def comparisons(readings: Readings, *, area: Area) -> tuple[Comparison, ...]:
    """How a municipality stands among those nearest in expected share, and among those on its own list, at the newest price."""
    rows = _compared(readings, area=area)
    if rows.is_empty():
        return ()
    newest = rows.sort("chosen_by", "price_year", descending=[False, True], nulls_last=True)
    chosen = newest.unique("chosen_by", keep="first", maintain_order=True).to_dicts()
    peers = _peers(readings, period_id=chosen[0]["period_id"])
    return tuple(_comparison(row, peers=peers) for row in chosen)


def _peers(readings: Readings, *, period_id: int) -> dict[str, Peer]:
    """Every municipality's shares in a period, by its code."""
    names = {area.code: area.name for area in municipalities()}
    rows = readings.figures[COMPARED].filter(period_id=period_id, item=ALL_BENEFITS).unique("area_code").to_dicts()
    return {
        row["area_code"]: Peer(names[row["area_code"]], _cell(row, "expected_pct"), _cell(row, "actual_pct"))
        for row in rows
    }


def _comparison(row: dict[str, Any], *, peers: Mapping[str, Peer]) -> Comparison:
    codes = row["comparable_area_codes"].split(", ")
    others = [peers.get(code, Peer(code, MISSED, MISSED)) for code in codes]
    ordered = sorted(others, key=lambda peer: (peer.actual.shown is None, peer.actual.shown or 0.0, peer.area))
    age = row["price_age_years"]
    return Comparison(
        period=Period.parse(row["period"]),
        own_list=row["chosen_by"] == BY_LIST,
        own=peers[row["area_code"]],
        others=tuple(ordered),
        rank=Cell.of(row["rank"], row["median_pct_status"]),
        weighted=_cell(row, "weighted_pct"),
        median=_level(row, "median"),
        best_quarter=_level(row, "best_quarter"),
        price_year=row["price_year"],
        price_age=None if age is None else int(age),
        notes=tuple(row["caveats"]),
    )


def _level(row: dict[str, Any], name: str) -> Level:
    share = _cell(row, f"{name}_pct")
    return Level(share, *(_cell(row, f"gap_to_{name}_{unit}") for unit in ("pct_point", "full_time_persons", "dkk")))
