"""The sections of the appendix that rest on benchmark, assumptions and other tables, as blocks."""

from __future__ import annotations

from tasks.briefing import entries, summary, wording
from tasks.briefing.charts import Chart
from tasks.briefing.content import Briefing, Indicator, Projection, Ranking, RankLine, Saving
from tasks.briefing.indicators import PERCENT
from tasks.briefing.paper import (
    Beside,
    Block,
    Column,
    Entry,
    Figure,
    Items,
    Paragraph,
    Section,
    Table,
)
from warehouse.danish import writing
from warehouse.danish.clock import in_denmark
from warehouse.danish.places import alone

SHOWN = 8
"""How many revisions stand in the text; all of them stand in the annex."""


def _note(text: str) -> Paragraph:
    return Paragraph(text, note=True)


def benchmark(briefing: Briefing, *, charts: dict[str, Chart]) -> Section:
    """The place on the ministry's lists, and who stands before and after."""
    ranking = briefing.ranking
    if ranking is None:
        return Section(
            "benchmark", "Ministeriets benchmark", (Paragraph("Der er endnu ikke hentet en benchmarkliste."),)
        )
    said = (
        "Ministeriet holder kommunens antal på offentlig forsørgelse op imod det antal, man kan forvente ud fra kommunens "
        f"rammevilkår. Nr.{writing.TIED}1 ligger længst under det forventede niveau. "
        f"Listen gælder {writing.period(ranking.period)}, listen før {writing.period(ranking.before)}."
    )
    drawn = [Figure(charts["placering"])] if "placering" in charts else []
    blocks: list[Block] = [Paragraph(said), Beside((_ranks(ranking), *drawn), form="side")]
    blocks += [_note(said) for said in summary.around(briefing)]
    blocks += [_note(note) for note in briefing.notes["benchmark_gap"]]
    return Section("benchmark", "Ministeriets benchmark", tuple(blocks))


def _ranks(ranking: Ranking) -> Table:
    columns = (
        Column("Liste", number=False),
        Column("Placering", strong=True),
        Column("Før"),
        Column("Ændring i placering"),
        Column("Forskel, personer"),
        Column("Forskel, pct.-point"),
    )
    caption = "Placering blandt de 98 kommuner og forskel til det forventede"
    return Table(caption, columns, tuple(_rank(line) for line in ranking.lines), form="lodret")


def _rank(line: RankLine) -> tuple[Entry, ...]:
    return (
        entries.plain(line.name),
        entries.written(line.rank, writing.place),
        entries.written(line.before, writing.place),
        entries.places(line.gained),
        entries.written(line.gap, writing.signed),
        entries.written(line.gap_points, entries.signed_decimal),
    )


def savings(briefing: Briefing) -> Section:
    """What fewer persons than expected save, on each price on record."""
    title, found = "Økonomisk betydning af forskellen", briefing.savings
    if not found:
        told = Paragraph("Beregningen kan ikke laves, fordi der mangler en benchmarkliste eller en pris.")
        return Section("besparelse", title, (told,))
    columns = (
        Column("Beregnet ud fra", number=False),
        Column("Færre end forventet"),
        Column("Pris pr. person"),
        Column("Pr. år, mio. kr.", strong=True),
        Column("Interval"),
    )
    period = writing.period(found[0].period)
    caption = f"{period}: færre personer end forventet gange nettoudgiften til én fuldtidsperson"
    notes = [note for note in briefing.notes["savings"] if note not in briefing.notes["benchmark_gap"]]
    notes += [wording.said(note, saving.basis) for saving in found for note in saving.notes]
    return Section(
        "besparelse", title, (Table(caption, columns, tuple(map(_saving, found))), *map(_note, dict.fromkeys(notes)))
    )


def _saving(saving: Saving) -> tuple[Entry, ...]:
    price = writing.kroner(saving.unit_cost_dkk) + (f" ({saving.years})" if saving.years else "")
    return (
        entries.plain(wording.basis(saving.basis)),
        entries.count(saving.fewer),
        entries.number(price),
        entries.written(saving.amount, writing.millions),
        entries.number(" til ".join(map(writing.millions, summary.bounds(saving)))),
    )


def projection(briefing: Briefing) -> Section:
    """What a national change of unemployment means here, on every basis of the key."""
    title, found = "Hvis ledigheden ændrer sig i hele landet", briefing.projections
    if not found:
        told = "Beregningen kan ikke laves, fordi der ikke er registreret en forudsætning om ledigheden i hele landet."
        return Section("fremskrivning", title, (Paragraph(told),))
    first = found[0]
    said = (
        f"En ændring på {writing.number(first.national_persons)} ledige i hele landet{summary.expected(first)}, fordelt efter "
        "kommunens bloktilskudsnøgle. Nøglen kan opgøres på flere grundlag, og de giver hvert sit tal."
    )
    columns = (Column("Grundlag", number=False), Column("Nøgle"), Column("Personer", strong=True))
    table = Table("Ændring i antallet af ledige i kommunen", columns, tuple(map(_projected, found)))
    notes = list(briefing.notes["unemployment_projection"])
    notes += [f"{wording.basis(each.basis)}: {wording.said(note)}" for each in found for note in each.notes]
    return Section("fremskrivning", title, (Paragraph(said), table, *map(_note, notes)))


def _projected(found: Projection) -> tuple[Entry, ...]:
    return (
        entries.plain(wording.basis(found.basis)),
        entries.number(writing.per_cent(found.key_pct, decimals=2)),
        entries.written(found.persons, writing.signed),
    )


def key(briefing: Briefing) -> Section | None:
    """The share of the country's recipients against the key."""
    found = briefing.key
    if found is None:
        return None
    told = wording.basis(found.basis)
    said = (
        f"Kommunens andel af landets ydelsesmodtagere i {writing.period(briefing.month)}, holdt op mod nøglen på "
        f"{writing.per_cent(found.key_pct, decimals=2)} ({told[:1].lower()}{told[1:]}). Den sidste kolonne er det antal, som "
        "nøglen ville give."
    )
    columns = (
        Column("Ydelse", number=False),
        Column("Antal"),
        Column("Andel af landet, pct.", strong=True),
        Column("Efter nøglen, antal"),
    )
    rows = tuple(
        (
            entries.benefit(line.name),
            entries.count(line.persons),
            entries.written(line.share_pct, entries.two_decimals),
            entries.count(line.expected),
        )
        for line in found.lines
    )
    notes = [*briefing.notes.get("block_grant_share", ()), *summary.of_the_key(found)]
    table = Table("Andel af landets fuldtidspersoner på hver ydelse", columns, rows, total=True, form="lodret")
    return Section("noegle", "Andel af landet og bloktilskudsnøglen", (Paragraph(said), table, *map(_note, notes)))


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
    told = _note("Ændringer i procenttal er i procentpoint. Hele landet vises for procenttal, som kan sammenlignes.")
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
