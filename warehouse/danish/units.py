"""Reads the unit beside a Danish paper's number: how many of the plain unit (kroner, persons, per cent) one of it is.

Words may stand in any order: `mio. kr.`, `kr. mio.`, `1.000 kr.` and `kr. (1.000)`. What follows `pr.`, `/` or `om` says
per what, and never how many; what follows `af` says of what, in any words. A word that is not known is an error, since it
may be a misspelt million.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

_SCALES = {
    "tusind": 1_000, "tusinde": 1_000, "tusinder": 1_000, "tkr": 1_000, "tdkk": 1_000,
    "mio": 1_000_000, "mill": 1_000_000, "million": 1_000_000, "millioner": 1_000_000, "mkr": 1_000_000,
    "mdkk": 1_000_000, "miokr": 1_000_000, "mia": 1_000_000_000, "milliard": 1_000_000_000,
    "milliarder": 1_000_000_000, "miakr": 1_000_000_000,
}  # fmt: skip
_KRONER = frozenset({"kr", "kroner", "krone", "dkk"})
_PER_CENT = frozenset({"pct", "procent", "procenter", "%", "procentpoint", "procentpoints"})
_PER = frozenset({"pr", "per", "om", "/"})
# What papers count, mostly in its last part: 'jobkonsulenter' ends in 'konsulenter'.
_COUNTED = (
    "aktive", "ansatte", "antal", "arbejdspladser", "besvarelser", "besøg", "boliger", "borger", "borgere", "børn",
    "dag", "dage", "dagen", "deltager", "deltagere", "elever", "enheder", "familier", "forløb", "fuldtidsperson",
    "fuldtidspersoner", "fuldtidsstillinger", "gang", "gange", "indbygger", "indbyggere", "indsatser", "jobs", "klager",
    "kommuner", "konsulenter", "kontrakter", "kursister", "kvartal", "kvartaler", "ledige", "ledighedsprocent",
    "lønmodtagere", "medarbejdere", "medlemmer", "minutter", "modtager", "modtagere", "måned", "måneden", "måneder",
    "møder", "nydanskere", "omgange", "ordninger", "pensionister", "person", "personer", "placeringer", "plads",
    "pladser", "point", "praktikker", "procentpoint", "rapporter", "sag", "sager", "samtaler", "sanktioner", "skoler",
    "stemmer", "stillinger", "stk", "studerende", "svar", "tilbud", "time", "timen", "timer", "uge", "ugen", "uger",
    "underretninger", "unge", "virksomheder", "voksne", "ydelser", "år", "året", "årige", "årsværk", "ældre",
)  # fmt: skip
_BESIDE = frozenset({
    "alt", "brutto", "fast", "faste", "hele", "i", "løbende", "månedlig", "månedligt", "netto", "ugentlig", "ugentligt",
    "årlig", "årlige", "årligt",
})  # fmt: skip
_PRICE_LEVEL = re.compile(r"\(?\b(?:i )?(?:19|20)\d\d[ -]?(?:priser|prisniveau|pl|p/l)\b\)?")
_WORDS = re.compile(r"\d{1,3}(?:\.\d{3})+|\d+|[^\W\d_]+(?:-[^\W\d_]+)*|[^\s.,()\-]")


class UnitUnknown(ValueError):
    """A unit has a word that is not known, or says in two ways how many are meant; the message says which."""


@dataclass(frozen=True)
class Unit:
    """A unit as it was written, and how many of the plain unit one of it is."""

    text: str = ""
    scale: int = 1

    @classmethod
    def parse(cls, text: str, *, own: Collection[str] = ()) -> Unit:
        """Read a unit; those of `own` count one by one.

        >>> Unit.parse("kr. mio. pr. år").scale, Unit.parse("1.000 kr.").scale, Unit.parse("besøg").scale
        (1000000, 1000, 1)

        Raises UnitUnknown.
        """
        if _plainly(text) in map(_plainly, own):
            return cls(text)
        counted, per = _parted(text)
        unknown = [word for word in counted if not (_is_plain(word) or _scale(word, beside=counted))]
        unknown += [word for word in per if not (_is_plain(word) or word in _PER or word.replace(".", "").isdigit())]
        if unknown:
            raise UnitUnknown(_unknown(unknown[0], unit=text))
        scales = _scales(counted)
        if len(scales) > 1 or (scales and not _PER_CENT.isdisjoint(counted)):
            raise UnitUnknown(
                f"'{text}' does not say how many are meant: write one of t.kr., mio. kr., mia. kr. and pct."
            )
        return cls(text, *scales)


def scale_of(words: str) -> int:
    """How many the first word for thousands, millions or milliards means, whatever stands beside it; 1 where none is."""
    return next(iter(_scales(_parted(words)[0])), 1)


def _plainly(text: str) -> str:
    return " ".join(text.casefold().split())


def _parted(unit: str) -> tuple[list[str], list[str]]:
    """The words of a unit: what is counted, and per what."""
    words = _WORDS.findall(_PRICE_LEVEL.sub("", _plainly(unit).partition(" af ")[0]))
    split = next((at for at, word in enumerate(words) if word in _PER), len(words))
    return words[:split], words[split:]


def _scales(counted: Sequence[str]) -> list[int]:
    return [scale for word in counted if (scale := _scale(word, beside=counted))]


def _scale(word: str, *, beside: Sequence[str]) -> int | None:
    """How many a word means; `t` means thousands only beside kroner, and digits only where they are a power of ten."""
    if word == "t":
        return None if _KRONER.isdisjoint(beside) else 1_000
    digits = word.replace(".", "")
    return int(digits) if re.fullmatch(r"10+", digits) else _SCALES.get(word)


def _is_plain(word: str) -> bool:
    if word in _KRONER | _PER_CENT | _BESIDE:
        return True
    return word.endswith(_COUNTED) and not any(word.startswith(scale) for scale in _SCALES)


def _unknown(word: str, *, unit: str) -> str:
    near = difflib.get_close_matches(word, [*_SCALES, *_KRONER, *_PER_CENT, *_COUNTED], n=1, cutoff=0.6)
    meant = f"did you mean '{near[0]}'? If not, " if near else ""
    return (
        f"'{word}' in the unit '{unit}' is not known: {meant}write t.kr., mio. kr., mia. kr., kr., pct. or what is counted; "
        f"a word of the paper's own that counts one by one goes into the list 'units' at the top of the file"
    )
