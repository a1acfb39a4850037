"""What a workbook's number format makes of a stored number: its size, its sign and the words beside it, as a person sees them.

Each comma behind the digits shows a thousandth, each per cent sign that is not a literal a hundredfold. A format may
also hide a number, drop its sign or write digits of its own; what it then shows is not the number, and is refused. Signs
and sections are those of ECMA-376, part 1, 18.8.31 (`numFmts`). Decimals that a format does not show are kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|_.|\*.|\[\$(?P<currency>[^\]-]*)[^\]]*\]|(?P<condition>\[[<>=][^\]]*\])|\[[^\]]*\]'
    r"|(?P<any>General|Standard|@)|(?P<digits>[0#?.,/]|E[+-])|(?P<cent>%)|(?P<bare>.)",
    re.IGNORECASE | re.DOTALL,
)
_MINUS = re.compile(r"[-\u2212(]")
_SIGNS = re.compile(r"[-\u2212()+\s]+")


class FormatUnclear(ValueError):
    """A format shows something else than the number; the message says what, as the end of a sentence."""


@dataclass(frozen=True)
class Seen:
    """A number as its format shows it; `shrunk` is the power of ten by which it is smaller than what is stored."""

    value: Decimal
    words: str = ""
    per_cent: bool = False
    shrunk: int = 0


@dataclass(frozen=True)
class _Section:
    """One section of a format: the literals around its digits, and what it does to a number's size."""

    words: str
    digits: str
    per_cents: int
    torn: bool
    conditional: bool

    @property
    def shrunk(self) -> int:
        return 3 * sum(len(part) - len(part.rstrip(",")) for part in self.digits.split("."))


def as_seen(value: Decimal, *, number_format: str | None) -> Seen:
    """The number that a person sees in a cell; raises FormatUnclear where the format shows no number or another one."""
    sections = _sections(number_format or "General")
    if any(section.conditional for section in sections):
        raise FormatUnclear("whose format depends on conditions")
    section = sections[_chosen(value, count=len(sections))]
    _require_number(value, section=section, signed=value < 0 and len(sections) > 1)
    shift = 2 * section.per_cents - section.shrunk
    words = _SIGNS.sub(" ", section.words).strip()
    return Seen(value.scaleb(shift), words, per_cent=section.per_cents > 0, shrunk=section.shrunk)


def hides_text(number_format: str | None) -> bool:
    """Whether a format shows a text as something else, or not at all: its fourth section has no `@`."""
    sections = _sections(number_format or "General")
    return len(sections) > 3 and "@" not in sections[3].digits


def _chosen(value: Decimal, *, count: int) -> int:
    if value < 0 and count > 1:
        return 1
    return 2 if value == 0 and count > 2 else 0


def _require_number(value: Decimal, *, section: _Section, signed: bool) -> None:
    """Raise FormatUnclear where what is seen is not the number; `signed` where the section itself must write the minus."""
    has_minus = _MINUS.search(section.words) is not None
    if not section.digits and not (value == 0 and has_minus):
        raise FormatUnclear("which its format hides")
    if section.torn or any(sign.isdigit() for sign in section.words):
        raise FormatUnclear("whose format writes signs or digits of its own into it")
    if signed and not has_minus:
        raise FormatUnclear("whose format drops the minus sign")
    if value > 0 and has_minus:
        raise FormatUnclear("whose format writes a minus sign before it")


@lru_cache(maxsize=1000)
def _sections(number_format: str) -> tuple[_Section, ...]:
    """The sections of a format, which semicolons part; none of a quoted or escaped one."""
    parts: list[list[re.Match[str]]] = [[]]
    for token in _TOKEN.finditer(number_format):
        if token["bare"] == ";":
            parts.append([])
        else:
            parts[-1].append(token)
    return tuple(map(_section, parts))


def _section(tokens: list[re.Match[str]]) -> _Section:
    words, digits = "", ""
    torn, waiting = False, ""
    for token in tokens:
        literal = token["quoted"] or token["escaped"] or token["currency"] or token["bare"] or token["cent"] or ""
        placeholder = token["any"] or token["digits"] or ""
        torn = torn or bool(placeholder and digits and waiting.strip(" \u00a0\u202f'"))
        waiting = "" if placeholder else waiting + literal if digits else ""
        digits += placeholder
        words += "" if token["cent"] else literal
    per_cents = sum(token["cent"] is not None for token in tokens)
    conditional = any(token["condition"] is not None for token in tokens)
    return _Section(words, digits, per_cents, torn, conditional)
