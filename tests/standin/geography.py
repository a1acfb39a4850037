"""The areas of the stand-in: value ids that are no official codes, and an invented size for each municipality."""

from __future__ import annotations

from functools import cache

import numpy as np

from tests.standin import noise
from tests.standin.editions import ROOT, Hierarchy, Level, Node
from tests.standin.noise import Floats, Whole
from warehouse import areas

COUNTRY = "Hele landet"
UNKNOWN = "Uoplyst område"

_KINDS = {"_region": ("Region", "Regioner")}
REGION_IDS = {
    f"Region {name}": f"/{number}/"
    for number, name in enumerate(("Hovedstaden", "Sjælland", "Syddanmark", "Midtjylland", "Nordjylland"), start=1)
}

# Shares of the country in pct. The four smallest get counts that must be hidden, København leads; the rest is drawn.
_KNOWN_SHARES = {
    "101": 11.2, "751": 6.1, "851": 3.8, "461": 3.6, "561": 1.95, "147": 1.8, "163": 0.49,
    "825": 0.03, "741": 0.058, "563": 0.056, "492": 0.098, "482": 0.2, "155": 0.24, "187": 0.29,
}  # fmt: skip
_TYPICAL_SHARE = {
    "Hovedstadskommuner": 0.75,
    "Storbykommuner": 2.0,
    "Provinsbykommuner": 1.2,
    "Oplandskommuner": 0.75,
    "Landkommuner": 0.65,
}
_POPULATION_16_66 = 3_850_000.0
_HERLEV_POPULATION_SHARE = 0.0048
_HERLEV_WORKFORCE_RATE = 0.8166
_JANUARY_2023 = 2023 * 12


def danish_order(name: str) -> str:
    """A sort key that puts Æ, Ø, Å last and reads Aa as Å, as the publisher's lists do."""
    folded = name.casefold().replace("aa", "å")
    return folded.translate({ord("æ"): "{", ord("ø"): "|", ord("å"): "}"})


@cache
def codes() -> tuple[str, ...]:
    """The 98 official codes in the order of every synthetic array."""
    return tuple(area.code for area in areas.municipalities())


@cache
def names() -> tuple[str, ...]:
    """Labels along the area axis: the country, the 98, the unknown area."""
    return (COUNTRY, *(area.name for area in areas.municipalities()), UNKNOWN)


HERLEV = codes().index("163")


@cache
def value_ids() -> dict[str, str]:
    """The `_nykom` value id of each name: small numbers in an order that gives nothing away."""
    shuffled = sorted((area.name for area in areas.municipalities()), key=lambda name: noise.key("nykom", name))
    return {COUNTRY: ROOT, UNKNOWN: "/99/"} | {name: f"/{number}/" for number, name in enumerate(shuffled, start=1)}


def area_hierarchy(hierarchy_id: str, present: tuple[str, ...]) -> Hierarchy:
    """The area hierarchy over the names that are present; a name nobody knows gets an id of its own."""
    known = value_ids() | (REGION_IDS if hierarchy_id == "_region" else {})
    ids = {name: f"/{900 + n}/" for n, name in enumerate(sorted(set(present) - set(known)))} | known
    lower = sorted((name for name in present if name != COUNTRY), key=danish_order)
    kind, kinds = _KINDS.get(hierarchy_id, ("Kommune", "Kommuner"))
    levels = [Level("hele_landet", COUNTRY, (Node(ROOT, COUNTRY),))] if COUNTRY in present else []
    if lower:
        levels.append(Level(hierarchy_id.lstrip("_"), kind, tuple(Node(ids[name], name) for name in lower)))
    return Hierarchy(hierarchy_id, kinds if lower else COUNTRY, "_omrade", "Område", tuple(levels))


@cache
def sizes(seed: int) -> Floats:
    """Each municipality's share of the country, summing to 1."""
    drawn = [
        _KNOWN_SHARES.get(area.code)
        or _TYPICAL_SHARE.get(area.municipality_group or "", 0.7) * (0.6 + 0.8 * noise.chance(seed, "size", area.code))
        for area in areas.municipalities()
    ]
    return with_herlev_at(np.array(drawn), share=0.0049)


def with_herlev_at(weights: Floats, *, share: float) -> Floats:
    """Weights that sum to 1 in which Herlev has `share`."""
    others = weights.copy()
    others[HERLEV] = 0.0
    scaled = others / others.sum() * (1.0 - share)
    scaled[HERLEV] = share
    return np.asarray(scaled)


def population(months: Whole, *, seed: int) -> Floats:
    """Inhabitants aged 16 to 66, municipality x month (months counted from year 0)."""
    growth = 1.0 + 0.003 * (months - _JANUARY_2023) / 12.0
    return np.asarray(with_herlev_at(sizes(seed), share=_HERLEV_POPULATION_SHARE)[:, None] * _POPULATION_16_66 * growth)


def workforce(months: Whole, *, seed: int) -> Floats:
    """The workforce aged 16 to 66, municipality x month."""
    rates = 0.75 + 0.07 * noise.uniform(noise.key(seed, "workforce"), np.arange(len(codes())))
    rates[HERLEV] = _HERLEV_WORKFORCE_RATE
    return np.asarray(population(months, seed=seed) * rates[:, None])
