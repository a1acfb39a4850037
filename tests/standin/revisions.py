"""What each release changes without saying so: late registrations in the newest month, small corrections ever after.

Sizes are those seen between two editions of y25i01 in the summer of 2026: 99 % of the newest month's cells rose, by
2 % in all; then 64, 40, 17, 12, 8 and 3 % of the cells moved, by 1 to 4 persons. No month is ever frozen.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from tests.standin import benefits, geography, noise
from tests.standin.benefit_levels import Benefit
from tests.standin.noise import Floats, Whole


@dataclass(frozen=True)
class Step:
    """What a release does to a month of a given age: the share of cells moved, and how often by 2, 3 and 4 or more."""

    until_age: int
    share: float
    two: float
    three: float
    four: float


_STEPS = (
    Step(1, 0.643, 0.28, 0.08, 0.02),
    Step(3, 0.398, 0.16, 0.04, 0.01),
    Step(6, 0.173, 0.05, 0.01, 0.0),
    Step(12, 0.119, 0.05, 0.01, 0.0),
    Step(24, 0.081, 0.02, 0.0, 0.0),
    Step(10_000, 0.033, 0.02, 0.0, 0.0),
)
_SMALL = 20  # below this a cell moves seldom and by one


def _step(age: int) -> Step:
    return next(step for step in _STEPS if age <= step.until_age)


def _move(final: Whole, months: Whole, *, age: int, key: int, drift: float) -> Whole:
    """What the release after a month reached `age` does to it, municipality x month."""
    step, area = _step(age), np.arange(final.shape[0])[:, None]
    small = final < _SMALL
    moved = noise.uniform(key + age, area, months[None, :]) < step.share * drift * np.where(small, 0.3, 1.0)
    draw = noise.uniform(key + age + 1_000, area, months[None, :])
    size = 1 + np.where(small, 0, (draw < step.two).astype(int) + (draw < step.three) + (draw < step.four))
    sign = np.where(noise.uniform(key + age + 2_000, area, months[None, :]) < 0.5, -1, 1)
    return np.asarray(moved * size * sign)


def _missing_at_first(final: Whole, months: Whole, *, key: int, late: float) -> Whole:
    area = np.arange(final.shape[0])[:, None]
    share = late * (0.5 + noise.uniform(key, area, months[None, :]))
    missing = np.floor(final * share + noise.uniform(key + 1, area, months[None, :])).astype(np.int64)
    at_least = np.where((final >= 8) & (noise.uniform(key + 2, area, months[None, :]) < 0.97), late > 0.01, 0)
    return np.asarray(np.maximum(missing, at_least))


def as_published(final: Whole, months: Whole, *, newest: int, key: int, late: float, drift: float = 1.0) -> Whole:
    """The cells as the release whose newest month is `newest` shows them; the papers' anchor cells never move."""
    ages = newest - months
    moves = np.zeros_like(final)
    for age in range(1, int(ages.max(initial=0))):
        older = ages > age
        moves[:, older] += _move(final[:, older], months[older], age=age, key=key, drift=drift)
    first = ages == 0
    moves[:, first] = -_missing_at_first(final[:, first], months[first], key=key + 5_000, late=late)
    moves[geography.HERLEV, np.isin(months, benefits.ANCHOR_MONTHS)] = 0
    moves[final == 0] = 0  # a benefit that has not begun has no late registrations
    return np.asarray(np.maximum(final + moves, 0))


@dataclass(frozen=True, eq=False)
class Stock:
    """One benefit as published: persons and full-time persons, area (country, the 98, unknown) x month."""

    persons: Floats
    full_time: Floats


def _with_country(cells: Whole, beyond: Whole) -> Floats:
    """Put the country first and the unknown area last; the country is the sum and `beyond`, never just the sum."""
    total = cells.sum(axis=0) + beyond
    return np.asarray(np.vstack([total, cells, np.maximum(beyond, 0)]), dtype=np.float64)


def _beyond(benefit: Benefit, cells: Whole, months: Whole, *, seed: int) -> Whole:
    """Full-time persons the country counts and no municipality does: 50 to 150 among the unemployed, else a few."""
    draw = noise.uniform(noise.key(seed, "beyond", benefit.name), months)
    if benefit.name == "A-dagpenge":
        return np.asarray(np.rint(47 + 70 * draw).astype(np.int64))
    if benefit.name == "Jobparate":
        return np.asarray(np.rint(5 + 35 * draw).astype(np.int64))
    total = cells.sum(axis=0)
    return np.asarray(np.where(total > 0, np.rint(1 + total * 0.0003 * (0.5 + draw)), 0).astype(np.int64))


@lru_cache(maxsize=256)
def stock(benefit: Benefit, first: int, last: int, newest: int, seed: int) -> Stock:
    """One benefit, months first to last, at the release whose newest month is `newest`."""
    months = np.arange(first, last + 1)
    final = benefits.full_time_persons(benefit, months, seed=seed)
    extra = benefits.extra_persons(benefit, final, months, seed=seed)
    key = noise.key(seed, "revision", benefit.name) >> 1
    full_time = as_published(final, months, newest=newest, key=key, late=benefit.late, drift=benefit.drift)
    persons = as_published(
        final + extra, months, newest=newest, key=key + 77_777, late=benefit.persons_late, drift=benefit.drift
    )
    persons = np.maximum(persons, full_time)
    beyond = _beyond(benefit, full_time, months, seed=seed)
    unknown_counted = benefit.name in ("A-dagpenge", "Jobparate")
    published = _with_country(full_time, beyond)
    people = _with_country(persons, beyond + np.rint(beyond * 0.2).astype(np.int64) if unknown_counted else -beyond)
    return Stock(persons=np.maximum(people, published), full_time=published)
