"""Areas: the country, regions, landsdele and the 98 municipalities, with their official codes and validity.

Codes are texts (`0163` and `163` are names, not numbers). Source: Danmarks Statistik's classification of regions,
provinces and municipalities, in force since 1 January 2007. Danmarks Statistik's landsdel 09 is Østjylland and 10
is Vestjylland; NUTS has them the other way round. The publisher's names equal Danmarks Statistik's.
"""

from __future__ import annotations

import csv
import difflib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

COUNTRY = "000"
UNKNOWN_AREA = "998"


class AreaUnknown(LookupError):
    """A text names no area; the message offers the nearest names."""


@dataclass(frozen=True)
class Area:
    """One area: official code, name, kind (country, region, landsdel, municipality, unknown), parent, validity."""

    code: str
    code4: str | None
    name: str
    kind: str
    parent_code: str | None
    nuts3: str | None
    municipality_group: str | None
    valid_from: date | None
    valid_to: date | None

    @property
    def key(self) -> int:
        """The number the warehouse stores."""
        return int(self.code)


def reference_rows(filename: str) -> list[dict[str, str]]:
    """The rows of a CSV file among the reference data that is shipped: column to text, empty where nothing is known."""
    text = resources.files("warehouse.reference").joinpath(filename).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


@cache
def all_areas() -> tuple[Area, ...]:
    """Every area we know, country first; one item per code."""
    return tuple(
        Area(
            code=row["code"],
            code4=row["code4"] or None,
            name=row["name"],
            kind=row["kind"],
            parent_code=row["parent_code"] or None,
            nuts3=row["nuts3"] or None,
            municipality_group=row["municipality_group"] or None,
            valid_from=_day(row["valid_from"]),
            valid_to=_day(row["valid_to"]),
        )
        for row in reference_rows("areas.csv")
    )


@cache
def municipalities() -> tuple[Area, ...]:
    """The 98 municipalities, by code."""
    return of_kind("municipality")


@cache
def of_kind(kind: str) -> tuple[Area, ...]:
    """The areas of one kind, by code: `region`, `landsdel`, `municipality`."""
    return tuple(area for area in all_areas() if area.kind == kind)


@cache
def by_publisher_name() -> dict[str, Area]:
    """The exact names the publisher writes, to areas; nothing else is accepted from the publisher."""
    return {area.name: area for area in all_areas()}


@cache
def _by_any_name() -> dict[str, Area]:
    codes = {area.code: area for area in all_areas()}
    names = {row["alias"].casefold(): codes[row["code"]] for row in reference_rows("area_aliases.csv")}
    names |= {area.code4: area for area in all_areas() if area.code4}
    names |= codes
    return names | {area.name.casefold(): area for area in all_areas()}


def find(text: str) -> Area:
    """The area a person means by a name, an older spelling or a code.

    >>> find("Århus").code, find("0163").name
    ('751', 'Herlev')

    Raises AreaUnknown.
    """
    wanted = text.strip().casefold().removesuffix(" kommune")
    names = _by_any_name()
    if wanted in names:
        return names[wanted]
    close = difflib.get_close_matches(wanted, names, n=3, cutoff=0.6)
    offer = " or ".join(dict.fromkeys(names[name].name for name in close))
    raise AreaUnknown(f"no area is called '{text}'" + (f"; did you mean {offer}?" if offer else ""))
