"""Full-time persons on each benefit in the synthetic Denmark, as they will stand when late registrations are in.

Months are counted from year 0 (2023M10 is 2023 * 12 + 9).
"""

from __future__ import annotations

from functools import cache

import numpy as np

from tests.standin import geography, noise
from tests.standin.benefit_levels import ALL, Benefit
from tests.standin.noise import Floats, Whole
from warehouse.catalogue import model as catalogue
from warehouse.periods import Period

_BEGINS = {"Seniorpension": 2020 * 12, "Tidlig pension": 2022 * 12}

# Facts from Herlev's paper of 31 January 2024, item 6: full-time persons on all the benefits it counts.
ANCHORS = {"2022M10": 2844, "2023M10": 2882}
_REMAINDER_ON = "Førtidspension"  # the largest, so that the last few persons are not felt


def month_number(period: str) -> int:
    """The month as a number."""
    parsed = Period.parse(period)
    return parsed.year * 12 + parsed.number - 1


ANCHOR_MONTHS = tuple(month_number(period) for period in ANCHORS)


@cache
def counted(period: str) -> tuple[Benefit, ...]:
    """The benefits that the paper's total holds in a period: the catalogue's counted groups valid then."""
    month = Period.parse(period)
    found = []
    for group in catalogue.jobindsats().benefit_groups:
        begun = group.valid_from is None or group.valid_from <= month.last_day
        ended = group.until is not None and group.until < month.first_day
        if group.counted and begun and not ended:
            found += [b for b in ALL if (b.table == group.table if group.member is None else b.member == group.member)]
    return tuple(found)


def _national(benefit: Benefit, months: Whole, *, seed: int) -> Floats:
    years = np.array([year for year, _ in benefit.knots])
    level = np.interp(months / 12.0, years, [1000.0 * thousand for _, thousand in benefit.knots])
    season = 1.0 + benefit.season * np.cos(2 * np.pi * (months % 12 - benefit.peak_month) / 12.0)
    wobble = 1.0 + 0.004 * noise.normal(noise.key(seed, "national", benefit.name), months)
    return np.asarray(level * season * wobble)


@cache
def _shares(benefit: Benefit, seed: int) -> Floats:
    area = np.arange(len(geography.codes()))
    social = noise.normal(noise.key(seed, "social"), area)
    own = noise.normal(noise.key(seed, "share", benefit.name), area)
    sizes = geography.sizes(seed)
    islands = np.minimum(1.0, sizes / 0.001)  # the smallest have few on benefits, and some counts of 1 and 2
    weights = sizes * islands * np.exp(benefit.spread * (0.7 * social + 0.7 * own))
    return geography.with_herlev_at(weights, share=benefit.herlev)


def _unanchored(benefit: Benefit, months: Whole, *, seed: int) -> Floats:
    area = np.arange(len(geography.codes()))[:, None]
    level = _shares(benefit, seed)[:, None] * _national(benefit, months, seed=seed)
    trend = 1.0 + 0.006 * noise.normal(noise.key(seed, "trend", benefit.name), area) * (months / 12.0 - 2023)
    size = 0.004 + 0.25 / np.sqrt(np.maximum(level, 1.0))
    moved = level * trend * (1.0 + size * noise.normal(noise.key(seed, "cell", benefit.name), area, months[None, :]))
    begun = months >= _BEGINS.get(benefit.name, 0)
    return np.asarray(np.maximum(moved, 0.0) * begun)


@cache
def _herlev_factors(seed: int) -> tuple[float, ...]:
    factors = []
    for period, target in ANCHORS.items():
        months = np.array([month_number(period)])
        raw = sum(float(_unanchored(b, months, seed=seed)[geography.HERLEV, 0]) for b in counted(period))
        factors.append(target / raw)
    return tuple(factors)


def _rounded(benefit: Benefit, months: Whole, *, seed: int) -> Whole:
    values = _unanchored(benefit, months, seed=seed)
    values[geography.HERLEV] *= np.interp(months, ANCHOR_MONTHS, _herlev_factors(seed))
    return np.rint(values).astype(np.int64)


@cache
def _remainder(period: str, seed: int) -> int:
    months = np.array([month_number(period)])
    have = sum(int(_rounded(b, months, seed=seed)[geography.HERLEV, 0]) for b in counted(period))
    return ANCHORS[period] - have


def full_time_persons(benefit: Benefit, months: Whole, *, seed: int) -> Whole:
    """Full-time persons, municipality x month, in which Herlev's totals of its paper come out exactly."""
    values = _rounded(benefit, months, seed=seed)
    if benefit.name == _REMAINDER_ON:
        for period in ANCHORS:
            values[geography.HERLEV, months == month_number(period)] += _remainder(period, seed)
    return values


def extra_persons(benefit: Benefit, full_time: Whole, months: Whole, *, seed: int) -> Whole:
    """Persons beyond the full-time persons: those on the benefit for a part of the month."""
    area = np.arange(len(geography.codes()))[:, None]
    wobble = 1.0 + 0.1 * noise.normal(noise.key(seed, "persons", benefit.name), area, months[None, :])
    return np.rint(full_time * (benefit.persons_ratio - 1.0) * wobble).astype(np.int64)
