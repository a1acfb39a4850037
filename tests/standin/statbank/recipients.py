"""Full-time recipients of public benefits in the synthetic Denmark, by type of benefit: invented levels, local shares."""

from __future__ import annotations

from functools import cache

import numpy as np

from tests.standin import geography, noise
from tests.standin.noise import Floats
from tests.standin.statbank.population import apportioned
from warehouse.periods import Period

UNKNOWN = "997"

# Texts seen in public descriptions of AUK01, and of AUH04 for the last three. The real table has 41 types.
TYPES = {
    "TOT": "I alt",
    "TOTUSU": "I alt uden SU-modtagere",
    "SU": "SU-modtagere",
    "TOTLE": "Nettoledige i alt",
    "DP": "Nettoledige dagpengemodtagere",
    "RE": "Revalideringsydelse i øvrigt",
    "LY": "Ledighedsydelse",
    "SY": "Sygedagpenge mv.",
    "RES": "Ressourceforløb",
    "JA": "Jobafklaringsforløb",
    "FP": "Førtidspension",
    "EL": "Efterløn",
    "FD": "Feriedagpenge",
}
_LEVELS = {
    "SU": 300_000, "DP": 56_000, "RE": 1_200, "LY": 16_500, "SY": 62_000, "RES": 15_000, "JA": 17_500, "FP": 240_000,
    "EL": 31_000, "FD": 2_400, "other": 175_000,
}  # fmt: skip
_UNEMPLOYED = ("DP", "other")
_SHARE_UNKNOWN = 0.001


@cache
def recipients(period: Period, *, seed: int) -> dict[str, dict[str, int]]:
    """Recipients by type and by StatBank's code of each municipality, and of those whose municipality is unknown."""
    leaves = {name: _leaf(name, period, seed=seed) for name in _LEVELS}
    totals = {
        "TOT": _sum(list(leaves.values())),
        "TOTUSU": _sum([leaf for name, leaf in leaves.items() if name != "SU"]),
        "TOTLE": _sum([leaves[name] for name in _UNEMPLOYED]),
    }
    return {name: (totals | leaves)[name] for name in TYPES}


def _leaf(name: str, period: Period, *, seed: int) -> dict[str, int]:
    level = round(_LEVELS[name] * (1 + 0.02 * noise.chance(seed, "recipients", name, str(period))))
    unknown = round(level * _SHARE_UNKNOWN)
    local = apportioned(level - unknown, weights=_local(name, seed))
    return dict(zip(geography.codes(), local, strict=True)) | {UNKNOWN: unknown}


@cache
def _local(name: str, seed: int) -> Floats:
    """Each municipality's weight in one benefit."""
    habits = [0.7 + 0.6 * noise.chance(seed, "habit", name, code) for code in geography.codes()]
    return np.asarray(geography.sizes(seed) * np.array(habits))


def _sum(leaves: list[dict[str, int]]) -> dict[str, int]:
    return {code: sum(leaf[code] for leaf in leaves) for code in leaves[0]}
