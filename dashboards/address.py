"""Addresses: what the reader chose stands in the page's address, and an address says again what was chosen.

A name may be spelled as people do (`herlev`, `Århus`, `Høje Tåstrup`, `0163`); one that is not there is an error that names
the nearest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from urllib.parse import urlencode

from warehouse.danish import writing as written

BETWEEN = ","
_SPELLED = {"å": "aa", "æ": "ae", "ø": "oe", " ": "", "-": ""}


class NotThere(LookupError):
    """The address names what is not there; the message says so to a Danish reader, `nearest` are codes to go to instead."""

    def __init__(self, message: str, *, nearest: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.nearest = tuple(nearest)


@dataclass(frozen=True)
class Field:
    """One thing that is chosen: its name in the address, what may be chosen (code to name), and what is unless chosen.

    Without options, what may be chosen depends on other choices, and any text is read.
    """

    name: str
    options: Mapping[str, str]
    default: str | tuple[str, ...]
    called: str
    most: int | None = None

    def read(self, text: str) -> str | tuple[str, ...]:
        """What an address means by this field's text. Raises NotThere."""
        if not self.options:
            return text
        if isinstance(self.default, tuple):
            chosen = tuple(dict.fromkeys(self._code(each) for each in text.split(BETWEEN) if each.strip()))
            if self.most is not None and len(chosen) > self.most:
                raise NotThere(f"Adressen nævner {len(chosen)} kommuner at sammenligne med. Vælg højst {self.most}.")
            return chosen
        return self._code(text)

    def write(self, value: str | tuple[str, ...]) -> str:
        """The text for the address: names, so that a person can read it; a code where a name has a comma."""
        return BETWEEN.join(map(self._named, value)) if isinstance(value, tuple) else self._named(value)

    def _named(self, code: str) -> str:
        name = self.options.get(code, code)
        return code if BETWEEN in name or self._by_name().get(spelled(name)) != code else name

    def _by_name(self) -> dict[str, str]:
        codes = {spelled(code): code for code in self.options}
        names = {spelled(name): code for name, code in reversed([(n, c) for c, n in self.options.items()])}
        return codes | names

    def _code(self, text: str) -> str:
        known = self._by_name()
        wanted = spelled(text)
        for tried in (wanted, wanted.removesuffix("s"), f"{wanted}s", wanted.lstrip("0")):
            if tried in known:
                return known[tried]
        raise self._not_there(text)

    def _not_there(self, text: str) -> NotThere:
        names = {spelled(name): code for code, name in self.options.items()}
        near = [names[name] for name in get_close_matches(spelled(text), names, n=3, cutoff=0.0)]
        nearest = list(dict.fromkeys(near))
        named = written.listed([f"»{self.options[code]}«" for code in nearest])
        offer = f" De nærmeste er {named}." if nearest else ""
        return NotThere(f"Der findes ikke {self.called}, der hedder »{text.strip()}«.{offer}", nearest=nearest)


def spelled(name: str) -> str:
    """A name without what people spell in several ways.

    >>> spelled("Århus Kommune"), spelled("Høje Tåstrup") == spelled("Høje-Taastrup")
    ('aarhus', True)
    """
    found = name.strip().casefold().removesuffix(" kommune").removesuffix(" regionskommune")
    for letter, letters in _SPELLED.items():
        found = found.replace(letter, letters)
    return found


Values = dict[str, str | tuple[str, ...]]


def read(asked: Mapping[str, str], *, fields: Iterable[Field]) -> Values:
    """What each field is by an address; what it does not name is what it is unless chosen. Raises NotThere."""
    return {each.name: each.read(asked[each.name]) if asked.get(each.name) else each.default for each in fields}


def write(values: Values, *, fields: Iterable[Field]) -> dict[str, str]:
    """The address of what was chosen; nothing for what is as it is unless chosen."""
    return {each.name: each.write(values[each.name]) for each in fields if values[each.name] != each.default}


def link(asked: Mapping[str, str]) -> str:
    """An address within the dashboard, for a link.

    >>> link({"kommune": "Ærø", "side": "kort"})
    '?kommune=%C3%86r%C3%B8&side=kort'
    """
    return f"?{urlencode(asked)}"


def days_of(days: Sequence[date]) -> dict[str, str]:
    """Days as codes of a field, the first first: `2023-12-05` stands for itself.

    >>> days_of([date(2023, 12, 5)])
    {'2023-12-05': '2023-12-05'}
    """
    return {day.isoformat(): day.isoformat() for day in days}
