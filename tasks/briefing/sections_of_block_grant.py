"""The sections of the appendix on the block grant's key: what a national change means here, and the share of the country."""

from __future__ import annotations

from tasks.briefing import entries, summary, wording
from tasks.briefing.content import Briefing, Projection
from tasks.briefing.paper import Column, Entry, Paragraph, Section, Table, small_print
from warehouse.danish import writing


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
    return Section("fremskrivning", title, (Paragraph(said), table, *map(small_print, notes)))


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
    return Section(
        "noegle", "Andel af landet og bloktilskudsnøglen", (Paragraph(said), table, *map(small_print, notes))
    )
