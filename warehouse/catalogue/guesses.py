"""What is guessed of a table that is adopted: the unit of a measure by the words of its label, and a name for it.

A guess is marked as one wherever it stands. What no word tells is `unknown`, and no figure reads it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import accumulate

from warehouse.catalogue.offered import OfferedMeasure, OfferedTable
from warehouse.catalogue.units import Unit

_LONGEST = 70
_LETTERS = {"æ": "ae", "ø": "oe", "å": "aa"}

# The first that fits: a share of persons is a share, and full-time persons are no persons by the head. What is told in
# thousands is told in no unit of ours. Degrees of employment and rates of recruiting in vain are from 0 to 1 (likely, 2026-11).
_WORDS: tuple[tuple[str, Unit], ...] = (
    (r"1[. ]?000|\btusind|\btus\.|\bmio\b|\bmia\b|\bt\.? ?kr|\bmillion|\bmilliard", "unknown"),
    (r"beskæftigelsesgrad|rekrutteringsrate", "fraction"),
    (r"pct\.? ?point|procentpoint", "pct_point"),
    (r"\bgnsn|gennemsnit|\bpr\.|\buger\b|varighed|\bindeks\b|rate\b", "unknown"),
    (r"\bpct\b|procent|\bandel|sgrad\b|\bgrad\b", "pct"),
    (r"placering|\brang", "rank"),
    (r"\bkr\b|kroner|udgift", "dkk"),
    (r"årsværk", "work_years"),
    (r"fuldtid", "full_time_persons"),
    (r"forløb|sanktion|virksomhed|stilling|opslag|fordelinger|\bsager|samtale|tilbud|afskedigelser", "cases"),
    (
        r"person|befolkning|ledige|modtager|borgere|deltager|aktiverede|dimittend|lønmodtager|bidragere|\bantal med\b",
        "persons",
    ),
)


def unit_of(label: str) -> Unit:
    """The unit that the words of a measure's label tell; `unknown` where they do not.

    >>> unit_of("Antal fuldtidspersoner"), unit_of("Andel i beskæftigelse"), unit_of("Jobomsætning")
    ('full_time_persons', 'pct', 'unknown')
    """
    written = label.casefold()
    return next((unit for words, unit in _WORDS if re.search(words, written)), "unknown")


def unit_of_measure(measure: OfferedMeasure, *, of: OfferedTable) -> Unit:
    """The unit of a table's measure; where its label is a mere heading, the table's title and unit tell it."""
    return unit_of(measure.label if of.counted_in is None else f"{of.counted_in} {of.title}")


def names_of(labels: Sequence[str], *, units: Sequence[Unit]) -> list[str]:
    """A name for each measure, in our letters and ending in its unit; no two are the same.

    >>> names_of(["Antal personer"], units=["persons"])
    ['antal_personer_persons']
    """
    found: list[str] = []
    for label, unit in zip(labels, units, strict=True):
        found.append(_unused(slug(label), unit=unit, used=found))
    return found


def _unused(words: str, *, unit: Unit, used: Iterable[str]) -> str:
    stem = _shortened(words, room=_LONGEST - len(unit) - 4)
    name, number = f"{stem}_{unit}", 1
    while name in used:
        number += 1
        name = f"{stem}_{number}_{unit}"
    return name


def _shortened(words: str, *, room: int) -> str:
    """The first and the last of many words, which tell most; a word is cut only where it alone is too long."""
    if len(words) <= room:
        return words
    half, parts = room // 2, words.split("_")
    first = "_".join(parts[: _fitting(parts, half)]) or words[:half]
    last = "_".join(parts[len(parts) - _fitting(parts[::-1], half) :]) or words[-half:]
    return f"{first}_{last}".strip("_")


def _fitting(parts: Sequence[str], room: int) -> int:
    """How many of the parts, joined, have room."""
    lengths = accumulate(len(part) + 1 for part in parts)
    return sum(length - 1 <= room for length in lengths)


def slug(text: str) -> str:
    """A text in small letters of the English alphabet and figures, with `_` between words.

    >>> slug("Selvforsørgelse mv., pct.")
    'selvforsoergelse_mv_pct'
    """
    written = "".join(_LETTERS.get(sign, sign) for sign in unicodedata.normalize("NFC", text).casefold())
    plain = unicodedata.normalize("NFKD", written).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_") or "measure"
