"""The sheets of a municipality's workbook on benefits: what stands in each, from the marts and from nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tasks.briefing.wording import NOT_SHOWN
from tasks.exports.municipality.months import ALL_BENEFITS, Months, counted, share
from tasks.exports.municipality.sheet import NONE, Column, Content, Row, Sheet, changed, changed_pct, shown, yes
from warehouse.danish import writing
from warehouse.danish.places import alone
from warehouse.periods import Period

PERSONS = "Fuldtidspersoner"
_MONTH = Column("Måned", "month", "Månedens første dag, vist som måned og år.", 12)
_BENEFIT = Column("Ydelse", "text", "Ydelsens navn.", 54)
_BREAK = Column("Databrud", "text", "Det seneste databrud i eller før måneden; forbeholdet står i arket Databrud.", 40)


def overview(months: Months, *, month: Period) -> Sheet:
    """Each benefit of a month against the month before and a year before, and the total; those without a change last."""
    lines, total = months.compared(month)
    ordered = sorted(lines, key=lambda line: line.over_year.value is None)
    names = [writing.short_month(each) for each in (month, month.previous, month.year_earlier)]
    columns = (
        Column("Ydelse", "text", "Ydelsens navn; nederst alle ydelser under ét.", 54),
        Column(names[0], "number", "Fuldtidspersoner i måneden.", 11),
        Column(names[1], "number", "Måneden før.", 11),
        Column("Ændring", "change", "Ændring fra måneden før.", 11),
        Column(names[2], "number", "Samme måned året før.", 11),
        Column("Ændring på et år", "change", "Ændring fra samme måned året før.", 11),
        Column("Pct.", "change_pct", "Den samme ændring i procent.", 11),
    )
    rows = tuple(
        (
            line.name,
            shown(line.now),
            shown(line.month_before),
            changed(line.over_month),
            shown(line.year_before),
            changed(line.over_year),
            changed_pct(line.over_year),
        )
        for line in (*ordered, total)
    )
    return Sheet("Oversigt", "Én række pr. ydelse i den nyeste måned, som alle ydelser er kommet for.", columns, rows)


def totals(months: Months) -> Sheet:
    """All counted benefits together, month by month: whole, or the word for why there is no total, with what lacks."""
    columns = (
        _MONTH,
        Column(PERSONS, "number", "Alle ydelser, der tælles med; kun et tal, når alle er oplyst.", 18),
        Column("Ydelser med tal", "number", "Antal ydelser, der er kommet tal for, vist eller skjult.", 15),
        Column("Ydelser i alt", "number", "Antal ydelser, der tælles med og var i kraft i måneden.", 13),
        Column("Skjulte", "text", "Ydelser, hvis antal kilden har skjult.", 34),
        Column("Mangler", "text", "Ydelser, der ikke er kommet tal for.", 34),
        Column("Foreløbig", "text", "Om kilden fortsat retter måneden.", 10),
        _BREAK,
    )
    return Sheet(
        "I alt",
        "Én række pr. måned: alle ydelser under ét.",
        columns,
        tuple(_total(months, each) for each in months.all),
    )


def _total(months: Months, month: Period) -> Row:
    row = months.total_row(month)
    if row is None:
        return month.first_day, NOT_SHOWN["missing"], 0, NONE, NONE, NONE, NONE, NONE
    lacks = (row["hidden"] or NONE, row["missing"] or NONE)
    told = (yes(row["provisional"]), months.held.break_titles.get(row["series_break"], NONE))
    return month.first_day, shown(months.total(month)), row["parts"], row["parts_expected"], *lacks, *told


def course(months: Months) -> Sheet:
    """Each counted benefit's full-time persons side by side, a row per month."""
    said = "fuldtidspersoner; en streg, hvor ydelsen ikke var i kraft."
    columns = (
        _MONTH,
        *(Column(name, "number", f"{name}: {said}", 17) for name in months.benefits),
        Column(ALL_BENEFITS, "number", "Alle ydelser under ét; kun et tal, når alle er oplyst.", 17),
    )
    rows = tuple(
        (
            month.first_day,
            *(shown(months.cell(name, month)) for name in months.benefits),
            shown(months.total(month)),
        )
        for month in months.all
    )
    return Sheet("Forløb", "Én række pr. måned, en kolonne pr. ydelse.", columns, rows)


def benefits(months: Months) -> Sheet:
    """Every row of marts.benefit_recipients, uncounted and reckoned back ones among them."""
    columns = (
        _BENEFIT,
        _MONTH,
        Column("Personer", "number", "Personer, der fik ydelsen i løbet af måneden.", 11),
        Column(PERSONS, "number", "Månedens forbrug omregnet til personer på ydelsen hele måneden.", 17),
        Column("Pct. af arbejdsstyrken", "pct", "Fuldtidspersoner i procent af arbejdsstyrken på 16-66 år.", 20),
        Column("Pct. af befolkningen", "pct", "Fuldtidspersoner i procent af befolkningen på 16-66 år.", 20),
        Column("Tælles med", "text", "Om rækken hører med i summen over alle ydelser.", 11),
        Column("Beregnet bagud", "text", "Om måneden ligger før ydelsen fandtes.", 15),
        Column("Tabel", "text", "Tabellen hos kilden.", 9),
        Column("Udgave", "number", "Tabellens nyeste udgave; se arket Kilder.", 9),
        _BREAK,
    )
    said = "Én række pr. ydelse og måned efter nyeste udgave. Læg ikke rækker sammen: summen står i arket I alt."
    titles = months.held.break_titles
    rows = tuple(_benefit(row, breaks=titles) for row in months.held.within(months.held.recipients))
    return Sheet("Ydelser", said, columns, rows)


def _benefit(row: Mapping[str, Any], *, breaks: Mapping[str, str]) -> Row:
    counts = (counted(row, "recipients_persons"), counted(row, "recipients_full_time_persons"))
    shares_of = (share(row), share(row, "share_of_population_pct"))
    return (
        row["benefit_group_name"],
        row["period_first_day"],
        *map(shown, counts),
        *map(shown, shares_of),
        yes(row["counted_in_total"]),
        yes(row["back_cast"]),
        row["table_id"],
        row["vintage_id"],
        breaks.get(row["series_break"], NONE),
    )


def shares(months: Months) -> Sheet | None:
    """Each benefit's share of the workforce here and in the country in the newest whole month, numbers first."""
    found = months.shares(months.newest) if months.newest else []
    if not found or months.newest is None:
        return None
    month = writing.period(months.newest)
    columns = (
        _BENEFIT,
        Column(alone(months.area.name), "pct", f"Pct. af arbejdsstyrken på 16-66 år i {month}.", 16),
        Column("Hele landet", "pct", "Det samme for hele landet.", 16),
        Column("Forskel, pct.-point", "points", "Kommunen minus hele landet.", 19),
    )
    rows = [
        (each.benefit, shown(each.own), shown(each.country), _gap(each.own.shown, each.country.shown)) for each in found
    ]
    ordered = tuple(sorted(rows, key=lambda row: isinstance(row[3], str)))
    return Sheet(
        "Andele", f"Én række pr. ydelse i {month}: fuldtidspersoner i pct. af arbejdsstyrken.", columns, ordered
    )


def _gap(own: float | None, country: float | None) -> Content:
    return NONE if own is None or country is None else round(own - country, 10)
