"""The section of the appendix on the municipalities that one is compared with, as blocks."""

from __future__ import annotations

from tasks.briefing import entries, wording
from tasks.briefing.content import Briefing
from tasks.briefing.followed import Comparison, Level, Peer
from tasks.briefing.paper import Beside, Block, Column, Entry, Paragraph, Section, Table, small_print
from tasks.briefing.section_of_budget import signed_millions
from warehouse.danish import writing
from warehouse.danish.places import alone


def comparable(briefing: Briefing) -> Section | None:
    """How the municipality stands among those whose expected share is nearest, and among those on its own list."""
    if not briefing.comparisons:
        return None
    blocks = [block for found in briefing.comparisons for block in _compared(found)]
    notes = [
        *briefing.notes.get("comparable_municipalities", ()),
        *(note for c in briefing.comparisons for note in c.notes),
    ]
    told = [small_print(wording.said(note, _of_price(briefing))) for note in dict.fromkeys(notes)]
    return Section("sammenlignelige", "Sammenlignelige kommuner", (*blocks, *told))


def _of_price(briefing: Briefing) -> str:
    return next((saving.basis for saving in briefing.savings), "")


def _compared(found: Comparison) -> tuple[Block, ...]:
    return (
        Paragraph(" ".join(filter(None, (_chosen(found), stands(found), *_worth(found))))),
        Beside((_shares(found), _levels(found)), form="side"),
    )


def _chosen(found: Comparison) -> str:
    period, many = writing.period(found.period), len(found.others)
    if found.own_list:
        return f"Blandt de {_so_many(many)} kommuner, som kommunen selv sammenligner sig med, i {period}:"
    return (
        f"Sammenligningen er med de {_so_many(many)} kommuner, hvis forventede andel på offentlig forsørgelse ligger nærmest "
        f"kommunens egen i ministeriets benchmark for {period}, altså med lignende rammevilkår."
    )


_NUMBERS = ("nul", "én", "to", "tre", "fire", "fem", "seks", "syv", "otte", "ni", "ti", "elleve", "tolv")


def _so_many(number: int) -> str:
    return _NUMBERS[number] if number < len(_NUMBERS) else writing.number(number)


def stands(found: Comparison) -> str:
    """The place among those compared, and the share beside theirs together; empty where one of them is not known."""
    rank, own, weighted = found.rank.shown, found.own.actual.shown, found.weighted.shown
    if rank is None or own is None or weighted is None:
        return "Placeringen kan ikke opgøres, fordi der mangler tal for en af kommunerne."
    place = f"nr.{writing.TIED}{writing.number(rank)} af {len(found.others) + 1}, hvor nr.{writing.TIED}1 har den laveste andel"
    shares = f"{entries.two_decimals(own)} pct. mod {entries.two_decimals(weighted)} pct."
    return f"{alone(found.own.area)} er {place}: {shares} i de andre under ét."


def _worth(found: Comparison) -> list[str]:
    """What the gaps to the median and to the best quarter are worth, and how old the price is."""
    told = [
        _gap(found.median, "medianen", priced=found.price_year is not None),
        _gap(found.best_quarter, "den bedste fjerdedel", priced=found.price_year is not None),
    ]
    if found.price_year is not None and any(told):
        told.append(f"Regnet med nettoudgiften i {found.price_year}{_age(found.price_age)}.")
    return told


def _age(years: int | None) -> str:
    if not years or years < 0:
        return ""
    return f", som er {'ét' if years == 1 else _so_many(years)} år ældre end perioden"


def _gap(level: Level, name: str, *, priced: bool) -> str:
    points, persons, amount = level.points.shown, level.persons.shown, level.amount_dkk.shown
    if points is None or persons is None:
        return ""
    if not writing.rounded(points, decimals=2):
        return f"Andelen er den samme som {name}."
    if priced and amount is None:
        return ""
    way = "over" if points > 0 else "under"
    worth = (
        f" og {writing.millions(abs(amount), decimals=1)}{writing.TIED}mio.{writing.TIED}kr. om året" if amount else ""
    )
    return (
        f"Det er {entries.two_decimals(abs(points))} procentpoint {way} {name}, hvilket svarer til ca. "
        f"{writing.number(abs(persons))} {'flere' if points > 0 else 'færre'} fuldtidspersoner{worth}."
    )


def _shares(found: Comparison) -> Table:
    columns = (Column("Kommune", number=False), Column("Forventet, pct."), Column("Faktisk, pct.", strong=True))
    among = sorted((*found.others, found.own), key=_lowest_first)
    rows = [_peer(peer, own=peer is found.own) for peer in among]
    together = (
        entries.plain("De andre under ét"),
        entries.plain(""),
        entries.written(found.weighted, entries.two_decimals),
    )
    return Table("Andel af befolkningen på 16-66 år", columns, (*rows, together), total=True, form="lodret")


def _lowest_first(peer: Peer) -> tuple[bool, float]:
    return peer.actual.shown is None, peer.actual.shown or 0.0


def _peer(peer: Peer, *, own: bool) -> tuple[Entry, ...]:
    return (
        entries.plain(f"{alone(peer.area)} (egen)" if own else alone(peer.area)),
        entries.written(peer.expected, entries.two_decimals),
        entries.written(peer.actual, entries.two_decimals),
    )


def _levels(found: Comparison) -> Table:
    columns = (
        Column("Niveau", number=False),
        Column("Andel, pct."),
        Column("Forskel, pct.-point"),
        Column("Personer"),
        Column("Mio. kr. pr. år", strong=True),
    )
    rows = tuple(
        (
            entries.plain(name),
            entries.written(level.share, entries.two_decimals),
            entries.written(level.points, lambda value: writing.signed(value, decimals=2)),
            entries.written(level.persons, writing.signed),
            entries.written(level.amount_dkk, signed_millions),
        )
        for name, level in (("Medianen", found.median), ("Bedste fjerdedel", found.best_quarter))
    )
    return Table("Forskellen og dens økonomiske betydning", columns, rows, form="lodret")
