"""Sentences: what a briefing says in words, made from its typed content; exact where it can be, silent where it cannot."""

from __future__ import annotations

from tasks.paper import words
from tasks.paper.content import OBSERVED, SUPPRESSED, Briefing, Change, Projection, Ranking, Revisions, Saving
from warehouse.danish import writing as written
from warehouse.danish.clock import in_denmark


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
    now, month = briefing.total.now, written.period(briefing.month)
    if now.shown is not None:
        begun = f"{briefing.area.name} Kommune havde {written.number(now.shown)} fuldtidspersoner på ydelse i {month}."
    elif now.status == SUPPRESSED:
        between = words.cell(now, written.number).replace(f"–{words.MAY_BREAK}", " og ")
        begun = (
            f"{briefing.area.name} Kommune havde mellem {between} fuldtidspersoner på ydelse i {month}; "
            "det præcise antal kan ikke siges, fordi små antal er skjult."
        )
    else:
        return f"Det samlede antal ydelsesmodtagere i {month} kan ikke opgøres, fordi tal mangler for en eller flere ydelser."
    against = [
        _against(briefing.total.over_year, when=written.period(briefing.year_before)),
        _against(briefing.total.over_month, when=written.period(briefing.month_before)),
    ]
    told = " og ".join(filter(None, against))
    return f"{begun} Det er {told}." if told else begun


def _against(change: Change, *, when: str) -> str:
    if change.value is None:
        return ""
    by = words.difference(change.value, more="flere end", fewer="færre end", same="det samme antal som")
    shown = [written.signed(change.value)] + ([words.change_pct(change)] if change.pct is not None else [])
    return f"{by} i {when} ({', '.join(shown)})"


def _place(ranking: Ranking) -> str:
    line = ranking.lines[0]
    if line.rank.shown is None:
        return ""
    now = f"Kommunen er nr.{written.TIED}{written.number(line.rank.shown)} af 98 på ministeriets samlede rangliste"
    before = (
        f" og var nr.{written.TIED}{written.number(line.before.shown)} på listen før"
        if line.before.shown is not None
        else ""
    )
    return f"{now} for {written.period(ranking.period)}{before}."


def _saving(saving: Saving) -> str:
    amount, fewer = saving.amount.shown, saving.fewer.shown
    if amount is None or fewer is None:
        return ""
    if not fewer:
        return f"Antallet på ydelse er det, ministeriet forventer, så der er ingen besparelse at regne med{interval(saving)}."
    kind, sign = ("sparer", "færre") if amount > 0 else ("koster", "flere")
    return (
        f"{written.number(abs(fewer))} fuldtidspersoner {sign} end forventet {kind} kommunen omkring "
        f"{written.million_kroner(abs(amount))} om året{interval(saving)}."
    )


def interval(saving: Saving) -> str:
    """Between what a saving lies, for the rounding of the ministry's numbers; empty where it is not known."""
    between = bounds(saving)
    return f" (mellem {' og '.join(map(written.million_kroner, between))})" if between else ""


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
    band = written.number(persons[0])
    if len(persons) > 1:
        band = f"mellem {written.number(persons[0])} og {written.number(persons[-1])}"
    national = shown[0].national_persons
    more, sign = ("flere ledige", "flere") if national > 0 else ("færre ledige", "færre")
    return [
        f"{written.number(abs(national))} {more} i hele landet vil svare til {band.replace(written.MINUS, '')} {sign} "
        f"i kommunen, hvis de fordeler sig efter kommunens {'størrelse' if len(persons) == 1 else 'nøgle'}."
    ]


def revised(revisions: Revisions) -> str:
    """How many counts were revised since the briefing before."""
    since = written.day(in_denmark(revisions.since).date())
    if not revisions.held:
        return f"Der var ikke hentet tal {since}, så det kan ikke siges, hvad der er rettet siden."
    if not revisions.counted:
        return f"Ingen af de tal, der var kendt {since}, er rettet siden."
    many = written.number(revisions.counted) if revisions.counted > 1 else "Ét"
    return f"{many} af de tal, der var kendt {since}, er siden rettet af Jobindsats."


def shares(briefing: Briefing) -> list[str]:
    """For how many benefits the municipality lies below and above the country."""
    pairs = [
        (line.own.shown, line.country.shown)
        for line in briefing.shares
        if line.own.status == OBSERVED and line.country.status == OBSERVED
    ]
    both = [(own, country) for own, country in pairs if own is not None and country is not None]
    if not both:
        return []
    below = sum(own < country for own, country in both)
    of = f"alle {len(both)}" if below == len(both) else f"{below or 'ingen'} af de {len(both)}"
    return [f"Andelen af arbejdsstyrken er lavere end i hele landet for {of} ydelser, der kan sammenlignes."]
