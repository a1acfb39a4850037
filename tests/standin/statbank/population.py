"""The population of the synthetic Denmark at the first day of each quarter: 98 municipalities and Christiansø."""

from __future__ import annotations

from functools import cache

import numpy as np

from tests.standin import geography, noise
from tests.standin.noise import Floats
from warehouse.periods import Period

CHRISTIANSO = "411"
_INHABITANTS_OF_CHRISTIANSO = 90  # 1 January 2019

# On 1 January, Danmarks Statistik; 2008 for Herlev and 2030 for both are invented and only give a direction.
_COUNTRY = {
    2008: 5_475_791, 2018: 5_781_190, 2019: 5_806_081, 2020: 5_822_763, 2021: 5_840_045, 2022: 5_873_420,
    2023: 5_932_654, 2024: 5_961_249, 2025: 5_992_734, 2026: 6_025_511, 2030: 6_150_000,
}  # fmt: skip
_HERLEV = {
    2008: 26_500, 2018: 28_572, 2019: 28_786, 2020: 28_953, 2021: 28_913, 2022: 28_867, 2023: 29_215, 2026: 32_030,
    2030: 33_000,
}  # fmt: skip
_LARGEST_DRIFT_A_YEAR = 0.006


@cache
def inhabitants(period: Period, *, seed: int) -> dict[str, int]:
    """Inhabitants by StatBank's code of each municipality and Christiansø; they sum to the country."""
    country, herlev = _on(_COUNTRY, period), _on(_HERLEV, period)
    others = apportioned(country - herlev - _INHABITANTS_OF_CHRISTIANSO, weights=_weights(period, seed=seed))
    found = dict(zip(geography.codes(), others, strict=True)) | {CHRISTIANSO: _INHABITANTS_OF_CHRISTIANSO}
    return found | {geography.codes()[geography.HERLEV]: herlev}


def _on(anchors: dict[int, int], period: Period) -> int:
    """The number on the first day of a quarter, on a straight line between two known days."""
    return round(float(np.interp(_years(period), list(anchors), list(anchors.values()))))


def _years(period: Period) -> float:
    return period.year + (period.number - 1) / period.kind.per_year


def _weights(period: Period, *, seed: int) -> Floats:
    """Shares of the municipalities but Herlev, some of which grow faster than others."""
    pace = np.array([noise.chance(seed, "population", code) * 2 - 1 for code in geography.codes()])
    weights = geography.sizes(seed) * (1.0 + _LARGEST_DRIFT_A_YEAR * pace * (_years(period) - 2023))
    weights[geography.HERLEV] = 0.0
    return np.asarray(weights)


def apportioned(total: int, *, weights: Floats) -> list[int]:
    """A total divided by weights into whole numbers that sum to it, the largest remainders rounded up."""
    exact = weights / weights.sum() * total
    parts = np.floor(exact).astype(int)
    upwards = np.argsort(-(exact - parts), kind="stable")[: total - int(parts.sum())]
    parts[upwards] += 1
    return [int(part) for part in parts]
