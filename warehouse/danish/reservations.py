"""What a Dane is told beside figures, or in their place: too few for a percentage, provisional, older than the publisher's.

A change in per cent of a small base, and a share of few persons, leap with every single person. STAR leaves shares of fewer
than ten persons out of its own reports (2026-11).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import groupby

from warehouse.danish import writing

SMALLEST_BASE = 20
"""The smallest base of which a change, or a part of a group, is told in per cent."""
SMALLEST_COUNT = 10
"""The fewest persons whose share of a workforce, a population or the country is told."""
TOO_FEW = "too_few"
FEW = "for få"
FEW_EXPLAINED = (
    f"Ændringer i procent af under {SMALLEST_BASE} og andele, som under {SMALLEST_COUNT} personer udgør, vises ikke."
)
REHEARSED = "Øvelse: tallene kommer fra en øvelsesudgiver og er opdigtede. De må ikke bruges."
"""What a paper of invented figures says of itself."""
REHEARSED_IN_SHORT = "øvelse, opdigtede tal"
PROVISIONAL = "foreløbigt"
PROVISIONAL_EXPLAINED = "Den nyeste måned er foreløbig: kilden retter den normalt ved de næste opdateringer."


def change_pct(now: float, before: float) -> float | None:
    """A change in per cent of what was; None where that is too few.

    >>> change_pct(22, 20), change_pct(3, 2)
    (10.0, None)
    """
    return (now - before) / before * 100 if before >= SMALLEST_BASE else None


Late = tuple[str, date | None]
"""The title of a table whose figures are not the publisher's newest, and when those were to come, where that is known."""
_NAMED = 4


def out_of_date(late: Sequence[Late]) -> str:
    """That figures are not the newest, of which tables and since when, the longest awaited by name; empty where they are.

    >>> out_of_date([("Sygedagpenge", date(2023, 11, 14)), ("Fleksjob", None)]).replace(writing.TIED, " ")
    'Tallene er ikke de nyeste. Der mangler nyere tal for: Fleksjob; Sygedagpenge (ventet 14. november 2023).'
    """
    if not late:
        return ""
    in_order = sorted(late, key=lambda each: (each[1] or date.min, each[0]))
    days = [(on, [title for title, _ in of]) for on, of in groupby(in_order, key=lambda each: each[1])]
    told = [_expected(on, titles) for on, titles in days[:_NAMED]]
    if more := sum(len(titles) for _, titles in days[_NAMED:]):
        told.append(f"og {_others(more)}, der var ventet senere")
    return f"Tallene er ikke de nyeste. Der mangler nyere tal for: {'; '.join(told)}."


def _expected(on: date | None, titles: list[str]) -> str:
    more = len(titles) - _NAMED
    names = [*titles[:_NAMED], _others(more)] if more > 0 else titles
    return writing.listed(names) + (f" (ventet {writing.day(on)})" if on else "")


def _others(number: int) -> str:
    return f"{number} {'anden tabel' if number == 1 else 'andre tabeller'}"


def imprint(made_on: date, *, next_release: date | None, contact: str | None) -> str:
    """When a page was made, when there are new figures, and whom to ask."""
    told = [f"Udarbejdet {writing.day(made_on)}."]
    told += [f"Næste opdatering af tallene ventes {writing.day(next_release)}."] if next_release else []
    return " ".join([*told, f"Kontakt: {contact}"] if contact else told)
