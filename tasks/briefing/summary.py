"""The summary of a briefing in sentences, and what else a page says in words: when it was made, what was revised.

Anything that is not known is left out of the summary.
"""

from __future__ import annotations

from datetime import date

from tasks.briefing import section_of_budget, wording
from tasks.briefing.cells import NOT_IN_FORCE, OBSERVED, SUPPRESSED, Change
from tasks.briefing.content import Briefing, Compared, KeyShares, Projection, Ranking, Revisions, Saving
from tasks.briefing.wording import MAY_BREAK, basis, cell, change_pct, in_sentence
from warehouse.danish import writing
from warehouse.danish.clock import danish_day
from warehouse.danish.places import alone, official
from warehouse.danish.reservations import FEW_EXPLAINED, PROVISIONAL_EXPLAINED, imprint, out_of_date

_MOST = 2
_MILLIONS = f"{writing.TIED}mio.{writing.TIED}kr."


def in_short(briefing: Briefing) -> list[str]:
    """The summary: total, place, saving, the budget, what a forecast would mean, and what was revised.

    What is not known is left out, and so is what rests on a price or a forecast that is older than its stated life.
    """
    said = [_total(briefing), movers(briefing)]
    if briefing.ranking is not None:
        said.append(_place(briefing.ranking))
    said += [_saving(saving) for saving in briefing.savings if saving.current and saving.amount.shown is not None][:1]
    said.append(section_of_budget.in_short(briefing.budget))
    said += _projection(briefing.projections)
    said.append(revised(briefing))
    return [sentence for sentence in said if sentence]


def _total(briefing: Briefing) -> str:
    now, month = briefing.total.now, writing.period(briefing.month)
    if now.shown is not None:
        begun = (
            f"{official(briefing.area.name)} havde {writing.number(now.shown)} fuldtidspersoner på ydelse i {month}."
        )
    elif now.status == SUPPRESSED:
        between = cell(now, writing.number).replace(f"–{MAY_BREAK}", " og ")
        begun = (
            f"{official(briefing.area.name)} havde mellem {between} fuldtidspersoner på ydelse i {month}; "
            "det præcise antal kan ikke oplyses, fordi små antal er skjult."
        )
    else:
        return f"Det samlede antal ydelsesmodtagere i {month} kan ikke opgøres, fordi der mangler tal for {_lacking(briefing)}."
    against = [
        _against(briefing.total.over_year, when=writing.period(briefing.year_before)),
        _against(briefing.total.over_month, when=writing.period(briefing.month_before)),
    ]
    told = " og ".join(filter(None, against))
    sentences = [begun, f"Det er {told}." if told else "", PROVISIONAL_EXPLAINED if briefing.provisional else ""]
    return " ".join(filter(None, sentences))


def movers(briefing: Briefing) -> str:
    """Which benefits moved the total over the year, the two that moved it most either way, and how the country went."""
    changed = sorted(
        (line for line in briefing.benefits if line.over_year.value), key=lambda line: -abs(line.over_year.value or 0)
    )
    up, down = ([line for line in changed if _rises(line) is way][:_MOST] for way in (True, False))
    told = [f"trækker især {_named(lines)} {way}" for lines, way in ((up, "op"), (down, "ned")) if lines]
    if len(told) > 1:
        told[1] = f"mens især {_named(down)} trækker ned"
    return " ".join(filter(None, [f"Over året {', '.join(told)}." if told else "", _nation(briefing)]))


def _nation(briefing: Briefing) -> str:
    """How the total of the country moved over the year."""
    by = next((each.over_year.pct for each in briefing.moved[1:2]), None)
    if by is None:
        return ""
    if not writing.rounded(by, decimals=1):
        return "I hele landet er antallet uændret."
    return f"I hele landet er antallet {'steget' if by > 0 else 'faldet'} med {writing.per_cent(abs(by))}."


def _rises(line: Compared) -> bool:
    return (line.over_year.value or 0) > 0


def _named(lines: list[Compared]) -> str:
    return writing.listed([f"{in_sentence(line.name)} ({writing.signed(line.over_year.value or 0)})" for line in lines])


def beside_the_total(briefing: Briefing) -> list[str]:
    """The publisher's own total where ours cannot be told, and what the provisional counts are expected to come to."""
    told = []
    if briefing.total.now.shown is None and briefing.own_total.shown is not None:
        told.append(
            f"Jobindsats' egen opgørelse over alle ydelser er {writing.number(briefing.own_total.shown)} fuldtidspersoner i "
            f"{writing.period(briefing.month)}. Den omfatter flere ydelser end tabellen, blandt andet efterløn."
        )
    if briefing.settled:
        expected = "; ".join(
            f"{in_sentence(each.name)} {writing.number(each.expected)} ({writing.number(each.low)}–{writing.number(each.high)})"
            for each in briefing.settled
        )
        told.append(f"Når måneden er rettet færdig, ventes den at ende på (med 80 pct. sikkerhed): {expected}.")
    return told


def around(briefing: Briefing) -> list[str]:
    """Who stands just before and just after on each list."""
    ranking = briefing.ranking
    if ranking is None:
        return []
    told = []
    for nth, line in enumerate(ranking.lines):
        beside = {
            each.ranks[nth].shown: f"{alone(each.area)} (nr.{writing.TIED}{writing.number(each.ranks[nth].shown or 0)})"
            for each in ranking.everyone
            if line.rank.shown is not None and each.ranks[nth].shown in (line.rank.shown - 1, line.rank.shown + 1)
        }
        names = [beside[rank] for rank in sorted(rank for rank in beside if rank is not None)]
        told += [f"{line.name}: {writing.listed(names)}"] if names else []
    return [f"Nærmest på listerne: {'; '.join(told)}."] if told else []


def of_the_key(found: KeyShares) -> list[str]:
    """What is to be said of the shares of the country, but for what the whole page says."""
    return [
        wording.said(note, found.basis) for note in found.notes if note not in (PROVISIONAL_EXPLAINED, FEW_EXPLAINED)
    ]


def _lacking(briefing: Briefing) -> str:
    """The benefits that the month's total lacks."""
    there = (OBSERVED, SUPPRESSED, NOT_IN_FORCE)
    return writing.listed([in_sentence(line.name) for line in briefing.benefits if line.now.status not in there])


def _against(change: Change, *, when: str) -> str:
    if change.value is None:
        return ""
    by = "det samme antal som"
    if writing.rounded(change.value, decimals=0):
        by = f"{writing.number(abs(change.value))} {'flere' if change.value > 0 else 'færre'} end"
    return f"{by} i {when}" + (f" ({change_pct(change)})" if change.pct is not None else "")


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
    price = f", regnet med {_price(saving)}."
    if not fewer:
        return f"Antallet på ydelse er det forventede, så der er ingen besparelse at regne med{interval(saving)}{price}"
    kind, sign = ("besparelse", "færre") if amount > 0 else ("merudgift", "flere")
    return (
        f"{writing.number(abs(fewer))} fuldtidspersoner {sign} end forventet svarer til en {kind} på ca. "
        f"{writing.millions(abs(amount), decimals=1)}{_MILLIONS} om året{interval(saving)}{price}"
    )


def _price(saving: Saving) -> str:
    """The price of a saving with its years; one from anything but accounts by its name too."""
    of = f"nettoudgiften i {saving.years}" if saving.years else "nettoudgiften"
    return of if saving.basis.startswith("accounts") or not saving.basis else f"{of} ({basis(saving.basis)})"


def interval(saving: Saving) -> str:
    """Between what a saving lies, for the rounding of persons and the price's own bounds; empty where it is not known."""
    between = [writing.millions(end, decimals=1) for end in bounds(saving)]
    if not between:
        return ""
    # A dash beside a minus would be read as another.
    return f" ({(' til ' if writing.MINUS in between[0] else '–').join(between)}{_MILLIONS})"


def bounds(saving: Saving) -> tuple[float, ...]:
    """Between what a saving lies, in kroner; of a cost between what the cost lies. Empty where it is not known."""
    low, high = saving.amount.low, saving.amount.high
    if low is None or high is None:
        return ()
    return tuple(sorted((low, high) if (saving.amount.value or 0) >= 0 else (-low, -high)))


def _projection(projections: tuple[Projection, ...]) -> list[str]:
    """What a national change would mean, over all keys but claims, with their bounds."""
    known = [
        each for each in projections if each.persons.shown is not None and each.current and each.basis != "claimed"
    ]
    shown = [each for each in known if each.forecast == known[0].forecast]
    if not shown:
        return []
    ends = {
        end for each in shown for end in (each.persons.low, each.persons.shown, each.persons.high) if end is not None
    }
    persons = list(dict.fromkeys(writing.number(abs(end)) for end in sorted(ends, key=abs)))
    band = persons[0] if len(persons) == 1 else f"mellem {persons[0]} og {persons[-1]}"
    national = shown[0].national_persons
    more, sign = ("flere ledige", "flere") if national > 0 else ("færre ledige", "færre")
    return [
        f"{writing.number(abs(national))} {more} i hele landet{expected(shown[0])} vil svare til {band} {sign} i kommunen, "
        "hvis de fordeler sig efter kommunens bloktilskudsnøgle."
    ]


def expected(projection: Projection) -> str:
    """Who expects a change, and until when."""
    until = f" frem til {projection.until}" if projection.until else ""
    return f"{until} ({basis(projection.forecast)})" if projection.forecast else until


def on_top(briefing: Briefing) -> tuple[str, str]:
    """What the page says of itself: when it was made and whom to ask, and that it is not of the newest figures, if so."""
    made = imprint(briefing.made.on, next_release=briefing.next_release, contact=briefing.made.contact)
    return made, out_of_date([(each.title, each.expected_on) for each in briefing.late])


def revised(briefing: Briefing) -> str:
    """How many counts were revised since the appendix before, and which the most."""
    revisions, told_of = briefing.revisions, danish_day(briefing.known_at)
    since = writing.day(danish_day(revisions.since), beside=told_of)
    if not revisions.held:
        return f"Der var ikke hentet tal {since}, så det kan ikke oplyses, hvad der er rettet siden."
    if not revisions.counted:
        return f"Jobindsats har ikke rettet nogen af tallene siden {since}."
    many = f"{writing.number(revisions.counted)} tal" if revisions.counted > 1 else "ét tal"
    return f"Jobindsats har siden {since} rettet {many}{_largest(revisions, beside=told_of)}."


def _largest(revisions: Revisions, *, beside: date) -> str:
    """The revision that changed a count the most; empty where those that were changed came to be hidden, or were."""
    most = revisions.every[0] if revisions.every else None
    if most is None or most.before.shown is None or most.after.shown is None:
        return ""
    month = writing.period(most.period) if most.period.year != beside.year else writing.MONTHS[most.period.number - 1]
    counts = f"{writing.number(most.before.shown)} til {writing.number(most.after.shown)}"
    begun = "; den største rettelse er" if revisions.counted > 1 else ":"
    return f"{begun} {in_sentence(most.name)} i {month} ({counts})"


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
    if len(both) == 1:
        height = "lavere end" if below else "ikke lavere end"
        return [f"For den ene ydelse, der kan sammenlignes, er andelen af arbejdsstyrken {height} i hele landet."]
    of = (
        ("begge" if len(both) == 2 else f"alle {len(both)}")
        if below == len(both)
        else f"{below or 'ingen'} af de {len(both)}"
    )
    return [f"Andelen af arbejdsstyrken er lavere end i hele landet for {of} ydelser, der kan sammenlignes."]
