"""How the cells of each synthetic table follow from the benefits, so that tables that count the same agree.

A grid holds, per measure of the catalogue, an array node x area x period: nodes are the breakdown's (root first, one
where there is none), areas are the country, the 98 and the unknown area. NaN means that there is nothing to count.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tests.standin import benefit_levels, geography, noise, revisions
from tests.standin.noise import Floats, Whole
from tests.standin.revisions import Stock

Grid = dict[str, Floats]


@dataclass(frozen=True)
class Window:
    """The months a table covers at a release, and the newest month of that release (a quarter's last)."""

    first: int
    last: int
    seed: int
    reformed: bool = False

    @property
    def months(self) -> Whole:
        """Every month, oldest first."""
        return np.arange(self.first, self.last + 1)

    def stock(self, name: str) -> Stock:
        """One benefit as published."""
        return revisions.stock(benefit_levels.BY_NAME[name], self.first, self.last, self.last, self.seed)

    def per_area(self, values: Floats) -> Floats:
        """Rows for the country and the unknown area round those of the 98."""
        return np.vstack([values.sum(axis=0), values, np.full(values.shape[1], np.nan)])

    def wobble(self, *names: str, size: float) -> Floats:
        """A factor near 1 per area and month, with the area's own lasting part."""
        area = np.arange(len(geography.names()))[:, None]
        lasting = noise.normal(noise.key(self.seed, "lasting", *names), area)
        passing = noise.normal(noise.key(self.seed, "passing", *names), area, self.months[None, :])
        return np.asarray(np.exp(size * (lasting + 0.3 * passing)))


def _total(parts: Floats, window: Window, *, name: str) -> Floats:
    """The sum over the nodes, off by one in a quarter of the cells: the publisher rounds each cell by itself."""
    area = np.arange(parts.shape[1])[:, None]
    draw = noise.uniform(noise.key(window.seed, "rounding", name), area, window.months[None, :])
    off = np.where(draw < 0.125, -1, np.where(draw > 0.875, 1, 0))
    total = parts.sum(axis=0)
    return np.asarray(np.where(total > 4, np.maximum(total + off, parts.max(axis=0)), total))


def _shares(full_time: Floats, window: Window, *, prefix: str = "") -> Grid:
    workforce = window.per_area(geography.workforce(window.months, seed=window.seed))
    people = window.per_area(geography.population(window.months, seed=window.seed))
    return {
        f"{prefix}workforce_pct": 100.0 * full_time / workforce,
        f"{prefix}population_pct": 100.0 * full_time / people,
    }


def _cash(window: Window) -> Stock:
    """The new cash assistance: the three benefits it replaced, persons on two of them counted once."""
    parts = [window.stock(benefit.name) for benefit in benefit_levels.OLD_CASH]
    full_time = np.sum([part.full_time for part in parts], axis=0)
    persons = np.sum([part.persons for part in parts], axis=0)
    return Stock(persons=np.maximum(np.rint(persons * 0.997), full_time), full_time=full_time)


def _stock_of(window: Window, table_id: str) -> Stock:
    if table_id.startswith("y60"):
        return _cash(window)
    return window.stock(next(name for name, b in benefit_levels.BY_NAME.items() if (b.table or "")[:3] == table_id[:3]))


def stock(window: Window, table_id: str) -> Grid:
    """A stock table: persons, full-time persons and their shares."""
    found = _stock_of(window, table_id)
    persons, full_time = found.persons[None], found.full_time[None]
    return {"persons": persons, "full_time_persons": full_time, **_shares(full_time, window)}


def _member(window: Window, name: str) -> Stock:
    return _cash(window) if window.reformed and name == "Kontanthjælp før" else window.stock(name)


def members_of_all(*, reformed: bool) -> tuple[str, ...]:
    """The benefits under ptv_a02's root, by our names; the reform left one of three."""
    gone = {"Uddannelseshjælp", "SHO"} if reformed else set()
    return tuple(benefit.name for benefit in benefit_levels.MEMBERS if benefit.name not in gone)


def all_benefits(window: Window, table_id: str) -> Grid:
    """ptv_a02: every benefit as its own table has it, and their sum."""
    parts = [_member(window, name) for name in members_of_all(reformed=window.reformed)]
    full_time = np.stack([part.full_time for part in parts])
    persons = np.stack([part.persons for part in parts])
    every = np.concatenate([_total(full_time, window, name=table_id)[None], full_time])
    people = np.concatenate([np.rint(persons.sum(axis=0) * 0.985)[None], persons])
    return {"persons": np.maximum(people, every), "full_time_persons": every, **_shares(every, window)}


def _unemployed(window: Window) -> tuple[Floats, Floats]:
    """Persons and full-time persons: root, A-dagpenge, Kontanthjælp (those ready for a job)."""
    parts = [window.stock("A-dagpenge"), window.stock("Jobparate")]
    full_time = np.stack([part.full_time for part in parts])
    persons = np.stack([part.persons for part in parts])
    every = np.concatenate([_total(full_time, window, name="y25i01")[None], full_time])
    people = np.concatenate([np.rint(persons.sum(axis=0) * 0.997)[None], persons])
    return np.maximum(people, every), every


def unemployment(window: Window, table_id: str) -> Grid:
    """y25i01; its A-dagpenge part is y01a02's full-time persons."""
    persons, full_time = _unemployed(window)
    shares = _shares(full_time, window, prefix="unemployed_")
    return {"unemployed_persons": persons, "unemployed_full_time_persons": full_time, **shares}


def seasonally_adjusted(window: Window, table_id: str) -> Grid:
    """y25i03: y25i01's country with the A-dagpenge season taken out."""
    _, full_time = _unemployed(window)
    season = benefit_levels.BY_NAME["A-dagpenge"].season
    factor = 1.0 + 0.85 * season * np.cos(2 * np.pi * (window.months % 12) / 12.0)
    adjusted = np.rint(full_time[:1] / factor)
    shares = _shares(adjusted, window, prefix="unemployed_seasonally_adjusted_")
    return {
        "unemployed_seasonally_adjusted_full_time_persons": adjusted,
        "unemployed_seasonally_adjusted_workforce_pct": shares["unemployed_seasonally_adjusted_workforce_pct"],
    }


def long_term(window: Window, table_id: str) -> Grid:
    """y25i09: a share of y25i01, and y25i01's persons as the gross unemployed."""
    gross, full_time = _unemployed(window)
    rates = np.stack([window.wobble("long-term", part, size=0.12) * rate for part, rate in (("a", 0.11), ("k", 0.42))])
    parts = np.rint(full_time[1:] * rates)
    parts[:, 0] = parts[:, 1:].sum(axis=1)
    long_full_time = np.concatenate([_total(parts, window, name="y25i09")[None], parts])
    persons = np.minimum(np.rint(long_full_time * 1.1), gross)
    return {
        "long_term_unemployed_full_time_persons": long_full_time,
        "long_term_unemployed_persons": persons,
        "gross_unemployed_persons": gross,
        "long_term_share_pct": _pct(persons, gross),
    }


def _pct(part: Floats, whole: Floats) -> Floats:
    return np.asarray(100.0 * np.divide(part, whole, out=np.full_like(part, np.nan), where=whole > 0))


def activated(window: Window, table_id: str) -> Grid:
    """y01c01: about a fifth of the persons, for a third of the month."""
    people = _stock_of(window, table_id)
    persons = np.rint(people.persons * np.minimum(0.23 * window.wobble(table_id, size=0.15), 1.0))
    full_time = np.rint(persons * 0.37)
    shares = _shares(full_time, window)
    return {
        "activated_persons": persons[None],
        "activated_full_time_persons": full_time[None],
        "activated_workforce_pct": shares["workforce_pct"][None],
    }


def activation_degree(window: Window, table_id: str) -> Grid:
    """A c07 table: shares of the persons, moving as these are revised."""
    people = _stock_of(window, table_id).persons
    reached = np.rint(people * np.minimum(0.42 * window.wobble(table_id, size=0.15), 0.95))
    degree = np.rint(people * np.minimum(0.15 * window.wobble(table_id, "degree", size=0.15), 0.9))
    return {"activation_pct": _pct(degree, people)[None], "reached_by_activation_pct": _pct(reached, people)[None]}


def ordinary_hours(window: Window, table_id: str) -> Grid:
    """Those who also have an ordinary paid job, of the cash beneficiaries or of all."""
    names = [name for name in members_of_all(reformed=False) if name not in ("Efterløn", "Tidlig pension")]
    people = _cash(window).persons if table_id == "y60j01" else sum(window.stock(name).persons for name in names)
    persons = np.rint(people * np.minimum(0.085 * window.wobble(table_id, size=0.2), 1.0))
    return {"ordinary_hours_persons": persons[None], "ordinary_hours_pct": _pct(persons, np.asarray(people))[None]}


# Shares of the activated per offer; the lower level repeats two labels of the upper one, with the same figures.
OFFERS: dict[str, tuple[float, tuple[tuple[str, float], ...]]] = {
    "Vejledning og opkvalificering": (0.7, (("Ordinær uddannelse", 0.1), ("Øvrig vejledning og opkvalificering", 0.9))),
    "Virksomhedspraktik": (0.21, (("Privat virksomhedspraktik", 0.65), ("Offentlig virksomhedspraktik", 0.35))),
    "Løntilskud": (0.03, (("Privat løntilskud", 0.4), ("Offentligt løntilskud", 0.6))),
    "Nytteindsats": (0.035, (("Nytteindsats", 1.0),)),
    "Særligt tilrettelagt nytteindsats": (0.025, (("Særligt tilrettelagt nytteindsats", 1.0),)),
}


def offers(window: Window, table_id: str) -> Grid:
    """y60c02: courses and persons per offer, on two levels below the root."""
    people = _cash(window).persons * 0.43
    upper = [np.rint(people * share * window.wobble(offer, size=0.25)) for offer, (share, _) in OFFERS.items()]
    lower = [
        np.rint(cells * part) for cells, (_, parts) in zip(upper, OFFERS.values(), strict=True) for _, part in parts
    ]
    nodes = np.stack([np.rint(np.sum(upper, axis=0) * 0.85), *upper, *lower])
    nodes[:, 0] = nodes[:, 1:].sum(axis=1)
    cases = np.rint(nodes * 1.08)
    cases[0] = cases[1 : 1 + len(upper)].sum(axis=0)
    return {"activation_cases": cases, "activated_persons": nodes}


_SANCTIONS = {"sanctions_excluded_cases": 0.3, "sanctions_quarantine_cases": 0.66, "sanctions_repeated_cases": 0.012}


def sanctions(window: Window, table_id: str) -> Grid:
    """y01h01: the total, its four kinds, the share sanctioned and the sanctions of each."""
    people = window.stock("A-dagpenge").persons
    total = np.rint(people * 0.08 * window.wobble(table_id, size=0.2))
    kinds = {name: np.floor(total * share) for name, share in _SANCTIONS.items()}
    kinds["sanctions_other_cases"] = total - sum(kinds.values())
    each = 1.05 + 0.04 * (window.wobble(table_id, "each", size=0.3) - 1.0)
    grid = {"sanctions_cases": total, **kinds, "sanctioned_pct": _pct(np.rint(total / 1.07), people)}
    return {
        name: cells[None] for name, cells in (grid | {"sanctions_per_sanctioned_ratio": np.maximum(each, 1.0)}).items()
    }


def notices(window: Window, table_id: str) -> Grid:
    """y25i05: few and lumpy; most municipalities have none in most months."""
    area = np.arange(len(geography.codes()))[:, None]
    likely = np.minimum(geography.sizes(window.seed)[:, None] * 15.0, 0.9)
    happens = noise.uniform(noise.key(window.seed, table_id), area, window.months[None, :]) < likely
    lump = noise.uniform(noise.key(window.seed, table_id, "size"), area, window.months[None, :])
    persons = np.rint(happens * (4.0 + 110.0 * lump**4))
    companies = np.rint(happens * (1.0 + 3.0 * lump**6))
    grid = {"notified_persons": window.per_area(persons), "notifying_companies_cases": window.per_area(companies)}
    return {name: cells[None] for name, cells in grid.items()}


RECIPES: dict[str, Callable[[Window, str], Grid]] = {
    "ptv_a02": all_benefits,
    "y25i01": unemployment,
    "y25i03": seasonally_adjusted,
    "y25i09": long_term,
    "y25i05": notices,
    "y01c01": activated,
    "y60c02": offers,
    "y60j01": ordinary_hours,
    "otij01": ordinary_hours,
    "y01h01": sanctions,
}


def recipe(table_id: str) -> Callable[[Window, str], Grid] | None:
    """The recipe of a table, by id or by family; None where there is none yet."""
    family = {"a02": stock, "c07": activation_degree}.get(table_id[-3:])
    return RECIPES.get(table_id, family)
