"""Words: what a Danish reader is told in place of codes: why a value is not shown, what a basis or an assumption is."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from tasks.briefing.cells import BROKEN, MISSING, NOT_IN_FORCE, NOT_YET, SUPPRESSED, WITHDRAWN, Cell, Change
from tasks.briefing.grounds import Assumed
from warehouse.danish import writing
from warehouse.danish.reservations import FEW, FEW_EXPLAINED, TOO_FEW

Write = Callable[[float], str]
MAY_BREAK = "\N{ZERO WIDTH SPACE}"

NOT_SHOWN = {
    SUPPRESSED: "skjult",
    NOT_YET: "afventer",
    WITHDRAWN: "trukket tilbage",
    MISSING: "mangler",
    NOT_IN_FORCE: "–",
    BROKEN: "databrud",
    TOO_FEW: FEW,
    "undefined": "–",
}

EXPLAINED = {
    SUPPRESSED: "Kilden skjuler små antal, så ingen kan genkendes. Et skjult antal er ikke nul, og der regnes ikke på det.",
    NOT_YET: "Tallet er endnu ikke opgjort for hele landet.",
    WITHDRAWN: "Jobindsats har trukket tallet tilbage.",
    MISSING: "Der er ikke hentet noget tal.",
    NOT_IN_FORCE: "Ydelsen fandtes ikke i den måned.",
    BROKEN: "Tallene ligger på hver sin side af et databrud og sammenlignes ikke.",
    TOO_FEW: FEW_EXPLAINED,
}

BASES = {
    "accounts_2022": "regnskab 2022",
    "ministry_potential_2018": "ministeriets potentiale, november 2018",
    "sygedagpenge_2019": "sygedagpenge 2019",
    "economic_survey_2023_12": "Økonomisk Redegørelse, december 2023",
    "stated": "Oplyst bloktilskudsnøgle",
    "population": "Andel af landets befolkning",
    "workforce": "Andel af landets arbejdsstyrke",
    "working_age_population": "Andel af landets 16-66-årige",
    "claimed": "Som angivet i sagen til udvalget",
}

ASSUMPTIONS = {
    "net_unit_cost_dkk": "Kommunens nettoudgift til en fuldtidsperson i et år",
    "block_grant_key_pct": "Kommunens bloktilskudsnøgle",
    "national_unemployment_change_persons": "Ændring i landets ledighed",
    "claimed_local_change_persons": "Ændring i kommunens ledighed, som et papir angiver den",
    "population_persons": "Indbyggere 1. januar",
}

EVIDENCE = {
    "confirmed": "primærkilde",
    "likely": "gengivet fra anden kilde",
    "inferred": "skøn",
}

# Shipped assumptions name their sources in English; a municipality's own are printed as they are written.
SOURCES = {
    "Herlev, Arbejdsmarkedsudvalget 31 January 2024, item 5": "Herlev, Arbejdsmarkedsudvalget 31. januar 2024, punkt 5",
    "Herlev, Arbejdsmarkedsudvalget 31 January 2024, item 6": "Herlev, Arbejdsmarkedsudvalget 31. januar 2024, punkt 6",
    "Herlev, Arbejdsmarkedsudvalget 31 January 2024, item 6, quoting Økonomisk Redegørelse of December 2023": (
        "Økonomisk Redegørelse, december 2023, gengivet i Herlev, Arbejdsmarkedsudvalget 31. januar 2024, punkt 6"
    ),
    "Jobindsats' counts and shares of the workforce in 2023": "Jobindsats' antal og andele af arbejdsstyrken i 2023",
    "Jobindsats' counts and shares of the population aged 16 to 66 in 2023": (
        "Jobindsats' antal og andele af befolkningen på 16-66 år i 2023"
    ),
    "The ministry's first benchmark list, 2 November 2018, as printed in Gladsaxe Bladet": (
        "Ministeriets første benchmarkliste, 2. november 2018, gengivet i Gladsaxe Bladet"
    ),
    "Danmarks Statistik, population on 1 January": "Danmarks Statistik, befolkningen 1. januar",
    "nb-beskaeftigelse.dk, 19 November 2020": "nb-beskaeftigelse.dk, 19. november 2020",
}

_DAY = re.compile(r"\b(\d\d)-(\d\d)-(\d{4})\b")
_OLDER = re.compile(r"den seneste kendte, som gælder til [^,]+, er brugt")

SHORTER = {"Selvforsørgelses- og hjemrejseydelse samt overgangsydelse": "Selvforsørgelses- og hjemrejseydelse mv."}


def cell(found: Cell, write: Write) -> str:
    """A value as it is printed: the number, its bounds where a part of it is hidden, or the word for why there is none.

    >>> cell(Cell(2882.0, "observed"), writing.number), cell(Cell(None, "suppressed"), writing.number)
    ('2.882', 'skjult')
    """
    if found.shown is not None:
        return write(found.shown)
    if found.status == SUPPRESSED and found.low is not None and found.high is not None:
        return f"{write(found.low)}–{MAY_BREAK}{write(found.high)}"
    return NOT_SHOWN[found.status]


def change(found: Change, write: Write) -> str:
    """A change as it is printed: signed, or the word for why it is not computed."""
    return NOT_SHOWN[found.status] if found.value is None else write(found.value)


def change_pct(found: Change) -> str:
    """A change in per cent, or that it is of too few; empty where nothing is compared, since the change itself says why."""
    if found.pct is not None:
        return writing.signed_per_cent(found.pct)
    return "" if found.value is None else FEW


def explained(statuses: set[str]) -> list[tuple[str, str]]:
    """The words for values that are not shown, among those used, and what each means."""
    return [(NOT_SHOWN[status], EXPLAINED[status]) for status in EXPLAINED if status in statuses]


def benefit(name: str) -> str:
    """A benefit's name, short enough for a column."""
    return SHORTER.get(name, name)


def in_sentence(name: str) -> str:
    """A benefit's name within a sentence, where it has no capital.

    >>> in_sentence("Sygedagpenge"), in_sentence("A-dagpenge")
    ('sygedagpenge', 'a-dagpenge')
    """
    short = benefit(name)
    return short[:1].lower() + short[1:]


def places(found: Change) -> str:
    """By how many places a municipality went up or down a list, or the word for why that is not said.

    >>> places(Change(-1.0, None, "observed")), places(Change(0.0, None, "observed"))
    ('1 ned', 'uændret')
    """
    if found.value is None:
        return NOT_SHOWN[found.status]
    way = "op" if found.value > 0 else "ned"
    return f"{writing.number(abs(found.value))} {way}" if found.value else "uændret"


def basis(name: str) -> str:
    """What a key or a price rests on."""
    return BASES.get(name, name.replace("_", " "))


def assumption(found: Assumed) -> str:
    """An assumption's number in its unit, with its bounds."""
    write: Write = {
        "dkk": writing.kroner,
        "pct": lambda value: writing.per_cent(value, decimals=2),
        "persons": lambda value: f"{writing.number(value)}{writing.TIED}personer",
    }.get(found.unit, writing.number)
    band = "" if found.low is None or found.high is None else f" ({write(found.low)} til {write(found.high)})"
    return f"{write(found.value)}{band}"


def said(caveat: str, of_basis: str = "") -> str:
    """A figure's caveat as a sentence, with Danish names of assumptions and of the basis used, and days in words."""
    for name, danish in ASSUMPTIONS.items():
        caveat = caveat.replace(name, danish)
    if of_basis in BASES:
        told = BASES[of_basis]
        caveat = _OLDER.sub(f"den seneste kendte ({told[:1].lower()}{told[1:]}) er brugt", caveat)
    caveat = _DAY.sub(lambda day: writing.day(date(int(day[3]), int(day[2]), int(day[1]))), caveat)
    return caveat if caveat.endswith(".") else f"{caveat}."
