"""Reproducible chance: every draw is a pure function of a key and the cell it is for, never of the order of calls."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)


def key(*parts: str | int) -> int:
    """One number for a path of names; equal in every process, which Python's own hash is not."""
    digest = hashlib.blake2b("|".join(map(str, parts)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big")


def _mixed(state: NDArray[np.uint64]) -> NDArray[np.uint64]:
    state = (state ^ (state >> np.uint64(30))) * _FIRST
    state = (state ^ (state >> np.uint64(27))) * _SECOND
    return state ^ (state >> np.uint64(31))


def uniform(seed: int, *axes: Whole) -> Floats:
    """Draws in [0, 1), one per cell of the axes broadcast together (splitmix64 over the coordinates)."""
    state = np.array([seed], dtype=np.uint64)
    for axis in axes:
        state = _mixed(state ^ ((axis.astype(np.uint64) + np.uint64(1)) * _GOLDEN))
    return np.asarray((_mixed(state) >> np.uint64(11)).astype(np.float64) * 2.0**-53)


def normal(seed: int, *axes: Whole) -> Floats:
    """Draws with mean 0 and deviation 1, near enough normal and never beyond 3: the sum of three uniform ones."""
    total = sum((uniform(seed + offset, *axes) for offset in range(3)), start=np.zeros(1))
    return np.asarray((total - 1.5) * 2.0)


def chance(*parts: str | int) -> float:
    """One draw in [0, 1) for a path of names."""
    return key(*parts) / 2.0**64
