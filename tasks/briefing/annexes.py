"""The end of the appendix as blocks: all places on the ministry's lists, all revisions, and what it rests on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import groupby

from tasks.briefing import entries, wording
from tasks.briefing.content import Briefing, Placed, Ranking
from tasks.briefing.grounds import Assumed, Source
from tasks.briefing.paper import Beside, Block, Column, Entry, Items, Paragraph, Section, Table
from tasks.briefing.sections_of_changes import SHOWN
from warehouse.danish import writing
from warehouse.danish.clock import in_denmark
from warehouse.danish.places import alone


def lists(briefing: Briefing) -> Section | None:
    """The places of all municipalities on the ministry's lists, and what each list covers."""
    ranking = briefing.ranking
    if ranking is None or not ranking.everyone:
        return None
    covered = tuple(
        (f"{line.name}:", f"{writing.listed([wording.in_sentence(c) for c in line.covers])}.") for line in ranking.lines
    )
    half = (len(ranking.everyone) + 1) // 2
    period = writing.period(ranking.period)
    tables = [_places(part, ranking=ranking) for part in (ranking.everyone[:half], ranking.everyone[half:]) if part]
    begun = Paragraph(f"Placering på de fire lister for {period}, efter den samlede liste. Listerne omfatter:")
    return Section(
        "lister", "Ministeriets lister", (begun, Items(covered), Beside(tuple(tables), form="lister")), annex=True
    )


def _places(part: tuple[Placed, ...], *, ranking: Ranking) -> Table:
    columns = (Column("Kommune", number=False), *(Column(line.name.partition(",")[0]) for line in ranking.lines))
    rows = tuple(
        (entries.plain(alone(each.area)), *(entries.written(rank, writing.place) for rank in each.ranks))
        for each in part
    )
    first, last = part[0].ranks[0], part[-1].ranks[0]
    caption = " til ".join(wording.cell(rank, writing.place) for rank in (first, last))
    return Table(
        f"Nr. {caption}" if first.shown and last.shown else "Uden samlet placering", columns, rows, form="lodret"
    )


def every_revision(briefing: Briefing) -> Section | None:
    """Every count that was revised, one row per benefit, the newest month first."""
    found = briefing.revisions
    if found.counted <= SHOWN:
        return None
    order = {line.name: nth for nth, line in enumerate(briefing.benefits)}
    ordered = sorted(found.every, key=lambda each: (order.get(each.name, len(order)), each.name, -each.period.key))
    rows = []
    for name, of_name in groupby(ordered, key=lambda each: each.name):
        told = [
            f"{writing.short_month(each.period)}: {wording.cell(each.before, writing.number)} til "
            f"{wording.cell(each.after, writing.number)}"
            for each in of_name
        ]
        rows.append((entries.benefit(name), entries.plain("; ".join(told))))
    columns = (Column("Ydelse", number=False), Column("Måned: før til nu", number=False))
    day = writing.day(in_denmark(found.since).date())
    table = Table(f"Fuldtidspersoner, som de var kendt {day}, og som de er nu", columns, tuple(rows))
    return Section("alle-rettelser", "Alle rettelser siden sidste bilag", (table,), annex=True)


def sources(briefing: Briefing) -> Section:
    """Every vintage and every assumption that it rests on."""
    columns = (
        Column("Tabel", number=False),
        Column("Indhold", number=False),
        Column("Opdateret", number=False),
        Column("Hentet", number=False),
        Column("Udgave"),
    )
    of_most = next((name for name, _ in Counter(each.publisher for each in briefing.sources).most_common(1)), "")
    rows = tuple(_sources(briefing.sources, of_most=of_most))
    blocks: list[Block] = [Table(f"Kilde, hvor intet andet er nævnt: {of_most}", columns, rows, form="kilder")]
    if briefing.assumptions:
        told = tuple(("", _assumption(each)) for each in briefing.assumptions)
        blocks += [Paragraph("Forudsætninger"), Items(told, numbered=True)]
    return Section("kilder", "Kilder, udgaver og forudsætninger", tuple(blocks))


def _sources(found: tuple[Source, ...], *, of_most: str) -> Iterator[tuple[Entry, ...]]:
    """One row per table: its vintages, each with the publisher's day and the day it was seen."""
    for table, of_table in groupby(found, key=lambda each: each.table):
        each = list(of_table)
        updated = [writing.digits(one.updated_on) if one.updated_on else "ikke oplyst" for one in each]
        seen = [writing.digits(in_denmark(one.seen_at).date()) for one in each]
        yield (
            entries.plain(table),
            entries.plain(each[0].title if each[0].publisher == of_most else f"{each[0].title}. {each[0].publisher}"),
            entries.plain("\n".join(updated)),
            entries.plain("\n".join(seen)),
            entries.number("\n".join(str(one.vintage) for one in each)),
        )


def _assumption(found: Assumed) -> str:
    name = wording.ASSUMPTIONS.get(found.name, found.name)
    of = f", {wording.basis(found.basis).lower()}" if found.basis else ""
    value = wording.assumption(found)
    source = wording.SOURCES.get(found.source, found.source)
    stopped = value if value.endswith(".") else f"{value}."
    return f"{name}{of}: {stopped} {source} ({wording.EVIDENCE[found.evidence]})."
