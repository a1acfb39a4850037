"""The sections of the appendix on what has changed behind the figures: revisions of the publisher, and series breaks."""

from __future__ import annotations

from tasks.briefing import entries, summary
from tasks.briefing.content import Briefing
from tasks.briefing.paper import Block, Column, Items, Paragraph, Section, Table
from warehouse.danish import writing
from warehouse.danish.clock import in_denmark

SHOWN = 8
"""How many revisions stand in the text; all of them stand in the annex."""


def revisions(briefing: Briefing) -> Section:
    """What the publisher changed since the appendix before: how much, and the largest."""
    found = briefing.revisions
    more = f" Her er de {SHOWN} største; alle står i et bilag." if found.counted > SHOWN else ""
    said = summary.revised(briefing)
    said += f" Kilden retter løbende tallene for tidligere måneder.{more}" if found.every else ""
    blocks: list[Block] = [Paragraph(said)]
    if found.every:
        day = writing.day(in_denmark(found.since).date())
        caption = f"Fuldtidspersoner, som de var kendt {day}, og som de er nu"
        columns = (
            Column("Ydelse", number=False),
            Column("Måned", number=False),
            Column("Før"),
            Column("Nu"),
            Column("Ændring"),
        )
        rows = tuple(
            (
                entries.benefit(each.name),
                entries.plain(writing.period(each.period)),
                entries.count(each.before),
                entries.count(each.after),
                entries.change(each.change),
            )
            for each in found.every[:SHOWN]
        )
        blocks.append(Table(caption, columns, rows))
    return Section("rettet", "Rettelser siden sidste bilag", tuple(blocks))


def breaks(briefing: Briefing) -> Section | None:
    """The series breaks that lie between what is compared or drawn."""
    if not briefing.breaks:
        return None
    items = tuple((f"{each.title}.", f"{each.caveat} ({each.source})") for each in briefing.breaks)
    return Section("databrud", "Databrud", (Items(items),))
