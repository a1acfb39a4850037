"""The section of the appendix on unemployment, notices, activation and ordinary hours."""

from __future__ import annotations

from tasks.briefing import entries
from tasks.briefing.content import Briefing, Indicator
from tasks.briefing.indicators import PERCENT
from tasks.briefing.paper import Column, Entry, Section, Table, small_print
from warehouse.danish import writing
from warehouse.danish.places import alone


def indicators(briefing: Briefing) -> Section | None:
    """Unemployment, notices, activation and ordinary hours, where they are loaded."""
    if not briefing.indicators:
        return None
    columns = (
        Column("Nøgletal", number=False),
        Column("Måned", number=False),
        Column(alone(briefing.area.name), strong=True),
        Column("Året før"),
        Column("Ændring"),
        Column("Hele landet"),
    )
    table = Table(
        "Nyeste måned og samme måned året før", columns, tuple(map(_indicator, briefing.indicators)), form="lodret"
    )
    told = small_print(
        "Ændringer i procenttal er i procentpoint. Hele landet vises for procenttal, som kan sammenlignes."
    )
    return Section("ledighed", "Ledighed, varslinger, aktivering og ordinære timer", (table, told))


def _indicator(found: Indicator) -> tuple[Entry, ...]:
    percent = found.unit == PERCENT
    write = entries.one_decimal if percent else writing.number
    return (
        entries.plain(found.name),
        entries.plain(writing.short_month(found.period)),
        entries.written(found.now, write),
        entries.written(found.year_before, write),
        entries.change(found.over_year, entries.signed_decimal if percent else writing.signed),
        entries.written(found.country, write) if found.country is not None else entries.plain(""),
    )
