"""The section of the appendix on a municipality's own budget, as blocks."""

from __future__ import annotations

from collections.abc import Callable

from tasks.briefing import entries, wording
from tasks.briefing.cells import Cell
from tasks.briefing.charts import Chart
from tasks.briefing.computed_budget import BASES
from tasks.briefing.content import Briefing
from tasks.briefing.followed import BudgetFollowUp, BudgetLine, YearCourse
from tasks.briefing.paper import Beside, Block, Column, Entry, Figure, Paragraph, Section, Table, small_print
from warehouse.danish import writing
from warehouse.formulas.budgets import ALL, AS_IT_STANDS, LAST_YEAR, SETTLED

Write = Callable[[float], str]
AHEAD = {AS_IT_STANDS: "Som nyeste måned", LAST_YEAR: "Med sidste års forløb", SETTLED: "Nyeste måned rettet færdig"}
_AHEAD_EXPLAINED = {
    AS_IT_STANDS: "resten af året er som den nyeste måned",
    LAST_YEAR: "resten af året ændrer sig fra den nyeste måned, som det gjorde sidste år",
    SETTLED: "resten af året er som det, den nyeste måned ventes at ende på, når den er rettet færdig",
}


def budget(briefing: Briefing, *, charts: dict[str, Chart]) -> Section | None:
    """The year so far against the budget, what the year ends at, and three years over each other with the budget."""
    found = briefing.budget
    if found is None:
        return None
    begun = (
        f"Året til og med {writing.period(found.month)} mod kommunens eget budget, i gennemsnit af månederne. "
        "Positive forskelle er over budgettet."
    )
    chart = [Figure(charts["budget"], _behind(found))] if "budget" in charts else []
    blocks: list[Block] = [
        Paragraph(begun),
        Beside((*_so_far(found), *chart), form="tre"),
        Beside(_of_year(found)),
        *map(small_print, _explained(found)),
    ]
    return Section("budget", "Budgetopfølgning", tuple(blocks))


def in_short(found: BudgetFollowUp | None) -> str:
    """How all that is budgeted stands against the budget, and what the year ends at; empty where it is not known."""
    line = found.lines[-1] if found else None
    if found is None or line is None or line.average.shown is None or line.budget.shown is None:
        return ""
    average, planned = entries.one_decimal(line.average.shown), entries.one_decimal(line.budget.shown)
    begun = (
        f"Til og med {writing.period(found.month)} er der i gennemsnit {average} fuldtidspersoner på de budgetterede ydelser "
        f"mod {planned} i budgettet"
    )
    over = next((end.gap_dkk.shown for end in line.ends if end.basis == AS_IT_STANDS), None)
    if over is None:
        return f"{begun}."
    way = "over" if over > 0 else "under"
    amount = f"{writing.millions(abs(over), decimals=1)}{writing.TIED}mio.{writing.TIED}kr."
    return f"{begun}. Fortsætter den nyeste måned, ender årets udgift {amount} {way} budgettet."


def _first(line: BudgetLine) -> Entry:
    return entries.benefit("Budgettet i alt" if line.name == ALL else line.name)


def _so_far(found: BudgetFollowUp) -> tuple[Table, ...]:
    """The year so far against the budget of the same months: in persons, and in money."""
    columns = (Column("Ydelse", number=False), Column("Til dato", strong=True), Column("Budget"), Column("Forskel"))
    persons = [
        _row(line, entries.one_decimal, entries.signed_decimal, line.average, line.budget, line.gap)
        for line in found.lines
    ]
    money = [
        _row(line, writing.millions, signed_millions, line.spent_dkk, line.budget_dkk, line.gap_dkk)
        for line in found.lines
    ]
    return (
        Table("Fuldtidspersoner i gennemsnit til dato", columns, tuple(persons), total=True, form="lodret"),
        Table("Udgift til dato, mio. kr.", columns, tuple(money), total=True, form="lodret"),
    )


def _row(line: BudgetLine, write: Write, change: Write, *cells: Cell) -> tuple[Entry, ...]:
    """A line's numbers, the last of them a change."""
    *plain, last = cells
    return (_first(line), *(entries.written(cell, write) for cell in plain), entries.written(last, change))


def _of_year(found: BudgetFollowUp) -> tuple[Table, ...]:
    """What the year ends at on each basis: in persons, and by how much its cost is over the budget."""
    bases = _bases(found)
    ahead = (Column(AHEAD[basis], strong=basis == AS_IT_STANDS) for basis in bases)
    columns = (Column("Ydelse", number=False), Column("Budget"), *ahead)
    persons, money = [], []
    for line in found.lines:
        ends = [end for end in line.ends if end.basis in bases]
        told = (entries.written(end.persons, entries.one_decimal) for end in ends)
        persons.append((_first(line), entries.written(line.year_budget, entries.one_decimal), *told))
        over = (entries.written(end.gap_dkk, signed_millions) for end in ends)
        money.append((_first(line), entries.written(line.year_budget_dkk, writing.millions), *over))
    year = found.month.year
    return (
        Table(f"Hele {year}, fuldtidspersoner i gennemsnit", columns, tuple(persons), total=True, form="lodret"),
        Table(
            f"Hele {year}, budget og udgift over budgettet, mio. kr.", columns, tuple(money), total=True, form="lodret"
        ),
    )


def signed_millions(value: float) -> str:
    """A change in kroner as so many millions.

    >>> signed_millions(1_125_000)
    '+1,13'
    """
    return writing.signed(value / 1_000_000, decimals=2)


def _bases(found: BudgetFollowUp) -> list[str]:
    """The bases on which a year's end is told of any line."""
    told = {end.basis for line in found.lines for end in line.ends if end.persons.shown is not None}
    return [basis for basis in BASES if basis in told] or list(BASES[:2])


def _explained(found: BudgetFollowUp) -> list[str]:
    """What the bases mean, the band of a settled month, and what is to be said of the figures."""
    told = [f"{AHEAD[basis]}: {_AHEAD_EXPLAINED[basis]}." for basis in _bases(found)]
    settled = [
        f"{wording.in_sentence(line.name)} {entries.one_decimal(end.persons.low)}–{entries.one_decimal(end.persons.high)}"
        for line in found.lines
        for end in line.ends
        if end.basis == SETTLED
        and line.name != ALL
        and end.persons.shown is not None
        and end.persons.low is not None
        and end.persons.high is not None
    ]
    band = [f"Med 80 pct. sikkerhed for den nyeste måned ender året på: {'; '.join(settled)}."] if settled else []
    return [" ".join([*told, *band]), *map(wording.said, found.notes)]


def _behind(found: BudgetFollowUp) -> Table:
    """The months of each benefit in each year, beside the budget."""
    years = sorted({year for course in found.courses for year, _ in course.years}, reverse=True)
    columns = (
        Column("Ydelse", number=False),
        Column("Måned", number=False),
        *(Column(str(year)) for year in years),
        Column("Budget"),
    )
    rows = tuple(row for course in found.courses for row in _months(course, years=years))
    return Table("", columns, rows)


def _months(course: YearCourse, *, years: list[int]) -> list[tuple[Entry, ...]]:
    of = dict(course.years)
    return [
        (
            entries.benefit(course.name),
            entries.plain(month),
            *(
                entries.count(of[year][nth].cell) if nth < len(of.get(year, ())) else entries.plain("")
                for year in years
            ),
            entries.written(course.budget[nth], entries.one_decimal) if nth < len(course.budget) else entries.plain(""),
        )
        for nth, month in enumerate(writing.MONTHS)
    ]
