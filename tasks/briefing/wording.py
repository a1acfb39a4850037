"""Words: what a Danish reader is told in place of codes: why a value is not shown, what a basis or an assumption is."""

from __future__ import annotations

import re
from collections.abc import Callable

from tasks.briefing.content import (
    BROKEN,
    MISSING,
    NOT_IN_FORCE,
    NOT_YET,
    OBSERVED,
    SUPPRESSED,
    WITHDRAWN,
    Assumed,
    Briefing,
    Cell,
    Change,
    Projection,
    Ranking,
    Revisions,
    Saving,
)
from warehouse.danish import writing
from warehouse.danish.clock import in_denmark

Write = Callable[[float], str]
MAY_BREAK = "\N{ZERO WIDTH SPACE}"

NOT_SHOWN = {
    SUPPRESSED: "skjult",
    NOT_YET: "afventer",
    WITHDRAWN: "trukket tilbage",
    MISSING: "mangler",
    NOT_IN_FORCE: "–",
    BROKEN: "databrud",
    "undefined": "–",
}

EXPLAINED = {
    SUPPRESSED: "Små antal er skjult af hensyn til diskretion. Et skjult antal er ikke nul, og der regnes ikke på det.",
    NOT_YET: "Tallet er endnu ikke opgjort for hele landet.",
    WITHDRAWN: "Jobindsats har trukket tallet tilbage.",
    MISSING: "Der er ikke hentet noget tal.",
    NOT_IN_FORCE: "Ydelsen fandtes ikke i den måned.",
    BROKEN: "Tallene ligger på hver sin side af et databrud og sammenlignes ikke.",
}

BASES = {
    "accounts_2022": "regnskab 2022",
    "ministry_potential_2018": "ministeriets potentiale, november 2018",
    "economic_survey_2023_12": "Økonomisk Redegørelse, december 2023",
    "stated": "Oplyst bloktilskudsnøgle",
    "population": "Andel af landets befolkning",
    "workforce": "Andel af landets arbejdsstyrke",
    "working_age_population": "Andel af landets 16-66-årige",
    "claimed": "Tal fra et udvalgspapir (påstået)",
}

ASSUMPTIONS = {
    "net_unit_cost_dkk": "Kommunens nettoudgift til en fuldtidsperson i et år",
    "block_grant_key_pct": "Kommunens bloktilskudsnøgle",
    "national_unemployment_change_persons": "Ændring i landets ledighed",
    "claimed_local_change_persons": "Ændring i kommunens ledighed, som et papir angiver den",
    "population_persons": "Indbyggere 1. januar",
}

EVIDENCE = {
    "confirmed": "læst, hvor det blev offentliggjort",
    "likely": "gengivet eller udledt",
    "inferred": "et skøn",
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
    "nb-beskaeftigelse.dk, 19 November 2020": "nb-beskaeftigelse.dk, 19. november 2020",
}

_DECIMAL = re.compile(r"(?<=\d)\.(?=\d+ pct)")

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
    """A change in per cent; empty where there is none, since the change itself says why."""
    return "" if found.pct is None else writing.signed_per_cent(found.pct)


def explained(statuses: set[str]) -> list[tuple[str, str]]:
    """The words for values that are not shown, among those used, and what each means."""
    return [(NOT_SHOWN[status], EXPLAINED[status]) for status in EXPLAINED if status in statuses]


def benefit(name: str) -> str:
    """A benefit's name, short enough for a column."""
    return SHORTER.get(name, name)


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


def said(caveat: str) -> str:
    """A figure's caveat as a sentence, with Danish names of assumptions, and decimals as a Dane writes them."""
    for name, danish in ASSUMPTIONS.items():
        caveat = caveat.replace(name, danish)
    return _DECIMAL.sub(",", caveat if caveat.endswith(".") else f"{caveat}.")


def in_short(briefing: Briefing) -> list[str]:
    """The summary: total, place, saving, what a forecast would mean, and what was revised; what is not known is left out."""
    said = [_total(briefing)]
    if briefing.ranking is not None:
        said.append(_place(briefing.ranking))
    said += [_saving(saving) for saving in briefing.savings[:1] if saving.amount.shown is not None]
    said += _projection(briefing.projections)
    said.append(revised(briefing.revisions))
    return [sentence for sentence in said if sentence]


def _total(briefing: Briefing) -> str:
    now, month = briefing.total.now, writing.period(briefing.month)
    if now.shown is not None:
        begun = f"{briefing.area.name} Kommune havde {writing.number(now.shown)} fuldtidspersoner på ydelse i {month}."
    elif now.status == SUPPRESSED:
        between = cell(now, writing.number).replace(f"–{MAY_BREAK}", " og ")
        begun = (
            f"{briefing.area.name} Kommune havde mellem {between} fuldtidspersoner på ydelse i {month}; "
            "det præcise antal kan ikke siges, fordi små antal er skjult."
        )
    else:
        return f"Det samlede antal ydelsesmodtagere i {month} kan ikke opgøres, fordi der mangler tal for {_lacking(briefing)}."
    against = [
        _against(briefing.total.over_year, when=writing.period(briefing.year_before)),
        _against(briefing.total.over_month, when=writing.period(briefing.month_before)),
    ]
    told = " og ".join(filter(None, against))
    return f"{begun} Det er {told}." if told else begun


def _lacking(briefing: Briefing) -> str:
    """The benefits that the month's total lacks."""
    there = (OBSERVED, SUPPRESSED, NOT_IN_FORCE)
    return writing.listed([benefit(line.name) for line in briefing.benefits if line.now.status not in there])


def _against(change: Change, *, when: str) -> str:
    if change.value is None:
        return ""
    by = "det samme antal som"
    if writing.rounded(change.value, decimals=0):
        by = f"{writing.number(abs(change.value))} {'flere' if change.value > 0 else 'færre'} end"
    shown = [writing.signed(change.value)] + ([change_pct(change)] if change.pct is not None else [])
    return f"{by} i {when} ({', '.join(shown)})"


def _place(ranking: Ranking) -> str:
    line = ranking.lines[0]
    if line.rank.shown is None:
        return ""
    now = f"Kommunen er nr.{writing.TIED}{writing.number(line.rank.shown)} af 98 på ministeriets samlede rangliste"
    before = (
        f" og var nr.{writing.TIED}{writing.number(line.before.shown)} på listen før"
        if line.before.shown is not None
        else ""
    )
    return f"{now} for {writing.period(ranking.period)}{before}."


def _saving(saving: Saving) -> str:
    amount, fewer = saving.amount.shown, saving.fewer.shown
    if amount is None or fewer is None:
        return ""
    if not fewer:
        return f"Antallet på ydelse er det, ministeriet forventer, så der er ingen besparelse at regne med{interval(saving)}."
    kind, sign = ("sparer", "færre") if amount > 0 else ("koster", "flere")
    return (
        f"{writing.number(abs(fewer))} fuldtidspersoner {sign} end forventet {kind} kommunen omkring "
        f"{writing.million_kroner(abs(amount))} om året{interval(saving)}."
    )


def interval(saving: Saving) -> str:
    """Between what a saving lies, for the rounding of the ministry's numbers; empty where it is not known."""
    between = bounds(saving)
    return f" (mellem {' og '.join(map(writing.million_kroner, between))})" if between else ""


def bounds(saving: Saving) -> tuple[float, ...]:
    """Between what a saving lies, in kroner; of a cost between what the cost lies. Empty where it is not known."""
    low, high = saving.amount.low, saving.amount.high
    if low is None or high is None:
        return ()
    return tuple(sorted((low, high) if (saving.amount.value or 0) >= 0 else (-low, -high)))


def _projection(projections: tuple[Projection, ...]) -> list[str]:
    """What a national change would mean, over all keys but claims."""
    shown = [each for each in projections if each.persons.shown is not None and each.basis != "claimed"]
    if not shown:
        return []
    persons = sorted({each.persons.shown for each in shown if each.persons.shown is not None})
    band = writing.number(persons[0])
    if len(persons) > 1:
        band = f"mellem {writing.number(persons[0])} og {writing.number(persons[-1])}"
    national = shown[0].national_persons
    more, sign = ("flere ledige", "flere") if national > 0 else ("færre ledige", "færre")
    return [
        f"{writing.number(abs(national))} {more} i hele landet vil svare til {band.replace(writing.MINUS, '')} {sign} "
        f"i kommunen, hvis de fordeler sig efter kommunens {'størrelse' if len(persons) == 1 else 'nøgle'}."
    ]


def revised(revisions: Revisions) -> str:
    """How many counts were revised since the briefing before."""
    since = writing.day(in_denmark(revisions.since).date())
    if not revisions.held:
        return f"Der var ikke hentet tal {since}, så det kan ikke siges, hvad der er rettet siden."
    if not revisions.counted:
        return f"Ingen af de tal, der var kendt {since}, er rettet siden."
    many = writing.number(revisions.counted) if revisions.counted > 1 else "Ét"
    return f"{many} af de tal, der var kendt {since}, er siden rettet af Jobindsats."


def shares(briefing: Briefing) -> list[str]:
    """For how many benefits the municipality lies below and above the country."""
    both = [
        (own, country)
        for line in briefing.shares
        if (own := line.own.shown) is not None and (country := line.country.shown) is not None
    ]
    if not both:
        return []
    below = sum(own < country for own, country in both)
    of = f"alle {len(both)}" if below == len(both) else f"{below or 'ingen'} af de {len(both)}"
    return [f"Andelen af arbejdsstyrken er lavere end i hele landet for {of} ydelser, der kan sammenlignes."]
