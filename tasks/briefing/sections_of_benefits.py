"""The sections of the appendix on benefits: what stands in each section, as blocks."""

from __future__ import annotations

from tasks.briefing import entries, summary, wording
from tasks.briefing.cells import OBSERVED
from tasks.briefing.charts import Chart
from tasks.briefing.content import Briefing, Compared, Course
from tasks.briefing.paper import (
    Beside,
    Block,
    Column,
    Entry,
    Figure,
    Items,
    Meanings,
    Paragraph,
    Section,
    Table,
    small_print,
)
from warehouse.danish import writing
from warehouse.danish.places import alone
from warehouse.danish.reservations import TOO_FEW

Charts = dict[str, Chart]


def in_short(briefing: Briefing) -> Section:
    """The summary."""
    return Section("kort", "Kort fortalt", (Items(tuple(("", said) for said in summary.in_short(briefing))),))


def benefits(briefing: Briefing, *, charts: Charts) -> Section:
    """Each benefit against the month before and the year before, the total, and their courses."""
    explained = wording.explained(statuses(briefing))
    blocks: list[Block] = [_compared(briefing)]
    blocks.append(
        Paragraph(
            "Alle ydelser er summen af de ydelser i tabellen, der fandtes i måneden. Summen opgøres kun, når alle er kendt.",
            note=True,
        )
    )
    blocks += [small_print(said) for said in summary.beside_the_total(briefing)]
    blocks += [Meanings(tuple(explained))] if explained else []
    figures = [
        *_figure(charts, "forloeb", behind=_months(briefing)),
        *_figure(charts, "aendring", behind=_changes(briefing)),
        *_figure(charts, "ydelser", behind=_courses(briefing.courses)),
    ]
    return Section("ydelser", "Ydelsesgrupper", (*blocks, Beside(tuple(figures), form="tre")))


def _figure(charts: Charts, name: str, *, behind: Table | None = None) -> list[Figure]:
    return [Figure(charts[name], behind)] if name in charts else []


def _compared(briefing: Briefing) -> Table:
    month, before, earlier = map(writing.short_month, (briefing.month, briefing.month_before, briefing.year_before))
    columns = (
        Column("Ydelse", number=False),
        Column(month, remark="foreløbig" if briefing.provisional else "", strong=True),
        Column(before, group="Måneden før"),
        Column("Ændring", group="Måneden før"),
        Column(earlier, group="Året før"),
        Column("Ændring", group="Året før"),
        Column("Pct.", group="Året før", wide_only=True),
    )
    rows = tuple(_line(line) for line in (*briefing.benefits, briefing.total))
    caption = f"Fuldtidspersoner i {writing.period(briefing.month)}, måneden før og samme måned året før"
    return Table(caption, columns, rows, total=True, form="bred")


def _line(line: Compared) -> tuple[Entry, ...]:
    return (
        entries.benefit(line.name),
        entries.count(line.now),
        entries.count(line.month_before),
        entries.change(line.over_month),
        entries.count(line.year_before),
        entries.change(line.over_year, small=wording.change_pct(line.over_year)),
        entries.change_pct(line.over_year),
    )


def _months(briefing: Briefing) -> Table:
    columns = (Column("Måned", number=False), Column("Fuldtidspersoner"))
    rows = tuple((entries.plain(writing.period(point.period)), entries.count(point.cell)) for point in briefing.course)
    return Table("", columns, rows)


def _changes(briefing: Briefing) -> Table:
    columns = (Column("Ydelse", number=False), Column("Ændring"), Column("Pct."))
    rows = tuple(
        (entries.benefit(line.name), entries.change(line.over_year), entries.change_pct(line.over_year))
        for line in briefing.benefits
    )
    return Table("", columns, rows)


def _courses(courses: tuple[Course, ...]) -> Table | None:
    """The months of every benefit, one row per month and benefit."""
    columns = (Column("Ydelse", number=False), Column("Måned", number=False), Column("Fuldtidspersoner"))
    rows = tuple(
        (entries.benefit(each.name), entries.plain(writing.period(point.period)), entries.count(point.cell))
        for each in courses
        for point in each.points
    )
    return Table("", columns, rows) if rows else None


def shares(briefing: Briefing, *, charts: Charts) -> Section:
    """Each benefit's share of the workforce here, in the country and in the neighbours, and how all of them moved."""
    areas = briefing.neighbours.areas
    held = f"Der sammenlignes med {writing.listed([alone(area.name) for area in areas])}." if areas else ""
    month = writing.period(briefing.month)
    begun = f"Fuldtidspersoner i pct. af arbejdsstyrken på 16-66 år i {month}."
    said = " ".join(filter(None, [begun, *summary.shares(briefing), held, briefing.neighbours.chosen]))
    beside = Beside((_shares(briefing), *_figure(charts, "andele")), form="skaev")
    return Section("andele", "Andel af arbejdsstyrken", (Paragraph(said), beside, *_moved(briefing)))


def _shares(briefing: Briefing) -> Table:
    columns = (
        Column("Ydelse", number=False),
        Column(alone(briefing.area.name), strong=True),
        Column("Hele landet"),
        *(Column(alone(area.name)) for area in briefing.neighbours.areas),
    )
    rows = tuple(
        (
            entries.benefit(line.name),
            *(entries.written(cell, entries.one_decimal) for cell in (line.own, line.country, *line.neighbours)),
        )
        for line in briefing.shares
    )
    return Table("Pct. af arbejdsstyrken", columns, rows, form="lodret")


def _moved(briefing: Briefing) -> list[Block]:
    """How the total moved here, in the country and in the neighbours."""
    if len(briefing.moved) < 2:
        return []
    month, earlier = map(writing.short_month, (briefing.month, briefing.year_before))
    columns = (Column("Område", number=False), Column(month), Column(earlier), Column("Ændring"), Column("Pct."))
    rows = tuple(
        (
            entries.plain(alone(each.area)),
            entries.count(each.now),
            entries.count(each.year_before),
            entries.change(each.over_year),
            entries.change_pct(each.over_year),
        )
        for each in briefing.moved
    )
    return [Table("Udviklingen over et år, fuldtidspersoner på alle ydelser", columns, rows)]


def statuses(briefing: Briefing) -> set[str]:
    """Why values of a briefing are not shown: the statuses that its tables print a word for."""
    lines = [briefing.total, *briefing.benefits]
    found = {cell.status for line in lines for cell in (line.now, line.month_before, line.year_before)}
    changes = [change for line in lines for change in (line.over_month, line.over_year)]
    found |= {TOO_FEW if each.value is not None and each.pct is None else each.status for each in changes}
    found |= {cell.status for line in briefing.shares for cell in (line.own, line.country, *line.neighbours)}
    found |= {cell.status for each in briefing.moved for cell in (each.now, each.year_before)}
    found |= {cell.status for each in briefing.indicators for cell in (each.now, each.year_before)}
    found |= {each.over_year.status for each in briefing.indicators}
    if briefing.key is not None:
        found |= {cell.status for line in briefing.key.lines for cell in (line.persons, line.share_pct, line.expected)}
    if briefing.ranking is not None:
        found |= {each.status for line in briefing.ranking.lines for each in (line.rank, line.before, line.gained)}
    return found - {OBSERVED}
