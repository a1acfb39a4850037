"""What a briefing rests on: breaks, vintages, how fresh they are, and assumptions, in the order in which they are told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from operator import itemgetter

from tasks.briefing.content import Indicator, Ranking
from tasks.briefing.grounds import Assumed, Late, SeriesBreak, Source
from tasks.briefing.indicators import tables_of
from tasks.briefing.inputs import Readings
from warehouse.catalogue.publishers import catalogues
from warehouse.figures import FIGURES
from warehouse.periods import Period


def breaks_shown(
    readings: Readings, *, first: Period, month: Period, ranking: Ranking | None, told: Iterable[Indicator]
) -> tuple[SeriesBreak, ...]:
    """The breaks that lie between what the briefing compares or draws, each once."""
    benefits = {each.table for each in readings.breaks if each.benefit is not None}
    spans = [(table, first, month) for table in benefits]
    spans += [(table, ranking.before, ranking.period) for table in FIGURES["benchmark_gap"].tables if ranking]
    spans += [(table, each.period.year_earlier, each.period) for each in told for table in tables_of(each)]
    shown = {
        SeriesBreak(each.title, each.caveat, each.source): None
        for each in readings.breaks
        for table, since, until in spans
        if each.table == table and since.key < each.first_period_id <= until.key
    }
    return tuple(shown)


def sources(readings: Readings, *, numbers: set[int]) -> tuple[Source, ...]:
    """The vintages of these numbers by their tables."""
    titles = {table.id: (table.title, each.credit) for each in catalogues() for table in each.tables}
    found = sorted((readings.vintages[number] for number in numbers), key=itemgetter("table", "vintage"))
    return tuple(
        Source(
            each["table"],
            *titles.get(each["table"], (each["table"], "Kommunens egen tabel")),
            *itemgetter("vintage", "publisher_updated_on", "seen_at")(each),
        )
        for each in found
    )


def late(readings: Readings, *, sources: tuple[Source, ...]) -> tuple[Late, ...]:
    """The tables of which the publisher has newer figures."""
    titles = {source.table: source.title for source in sources}
    found = ((title, readings.freshness[table]) for table, title in titles.items() if table in readings.freshness)
    return tuple(Late(title, each.next_release_on) for title, each in found if each.is_fresh is False)


def next_release(readings: Readings, *, sources: tuple[Source, ...]) -> date | None:
    """When a table of the briefing has new figures next, after the day on which it is made."""
    tables = {source.table for source in sources} & readings.freshness.keys()
    days = (readings.freshness[table].next_release_on for table in tables)
    return min((day for day in days if day is not None and day >= readings.made.on), default=None)


def assumptions(readings: Readings, *, numbers: set[int]) -> tuple[Assumed, ...]:
    """The assumptions of these numbers."""
    known = [readings.assumptions[number] for number in sorted(numbers)]
    return tuple(Assumed(**{name: each[name] for name in Assumed.__dataclass_fields__}) for each in known)
