"""The sections of a briefing in their order, and all of it composed of them.

A new section is a field of `Briefing` in tasks/briefing/content.py; what it reads, in inputs.py; a function in computed.py
(computed_budget.py: of budgets and comparable municipalities), called in assemble.py, whose `_used` names its figures as
sources; its blocks, in the section_of_ or sections_of_ file of what it is about; its place among the
others, in `composed` here; its sentence for the summary, in summary.py; its number and line in docs/briefing.md, and its row
in docs/saadan-laeses-bilaget.md.
"""

from __future__ import annotations

from tasks.briefing import (
    annexes,
    budget_chart,
    charts,
    section_of_budget,
    section_of_comparable,
    section_of_indicators,
    sections_of_benchmark,
    sections_of_benefits,
    sections_of_block_grant,
    sections_of_changes,
    summary,
)
from tasks.briefing.content import Briefing
from tasks.briefing.paper import Paper, numbered
from warehouse.danish import writing
from warehouse.danish.clock import in_denmark
from warehouse.danish.places import official
from warehouse.danish.reservations import REHEARSED, REHEARSED_IN_SHORT


def composed(briefing: Briefing) -> Paper:
    """One municipality's briefing as blocks, which every form is written from."""
    drawn = charts.charts_of(briefing) | budget_chart.courses(briefing.budget)
    title = f"{official(briefing.area.name)}: nøgletal på beskæftigelsesområdet"
    month = writing.period(briefing.month)
    made, warning = summary.on_top(briefing)
    sections = [
        sections_of_benefits.benefits(briefing, charts=drawn),
        section_of_budget.budget(briefing, charts=drawn),
        sections_of_benefits.shares(briefing, charts=drawn),
        sections_of_benchmark.benchmark(briefing, charts=drawn),
        sections_of_benchmark.savings(briefing),
        section_of_comparable.comparable(briefing),
        sections_of_block_grant.projection(briefing),
        sections_of_block_grant.key(briefing),
        section_of_indicators.indicators(briefing),
        sections_of_changes.revisions(briefing),
        sections_of_changes.breaks(briefing),
        annexes.lists(briefing),
        annexes.every_revision(briefing),
    ]
    return Paper(
        kind="Bilag til udvalget" + (f", sag {briefing.made.case}" if briefing.made.case else ""),
        title=title,
        lines=(_about(briefing), made),
        rehearsal=REHEARSED if briefing.rehearsed else "",
        warning=warning,
        summary=sections_of_benefits.in_short(briefing),
        sections=numbered(sections),
        sources=annexes.sources(briefing),
        running=f"{title}, {month}{f' ({REHEARSED_IN_SHORT})' if briefing.rehearsed else ''}",
    )


def _about(briefing: Briefing) -> str:
    """The month, of which day the figures are, and what is counted."""
    month = writing.period(briefing.month)
    of = f"{month[:1].upper()}{month[1:]}{' (foreløbige tal)' if briefing.provisional else ''}."
    day = writing.day(in_denmark(briefing.as_of or briefing.known_at).date())
    return f"{of} Tallene er, som de så ud {day}. Alle antal er fuldtidspersoner, medmindre andet er angivet."
