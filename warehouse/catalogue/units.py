"""Units: in what a measure counts, which are hidden when small, what a value can be, and how firmly that is known."""

from __future__ import annotations

from typing import Literal

Unit = Literal[
    "persons",
    "full_time_persons",
    "cases",
    "pct",
    "pct_point",
    "fraction",
    "ratio",
    "rank",
    "dkk",
    "work_years",
    "unknown",
]
"""`unknown` is loaded, kept, shown and exported, and never used in a figure."""

Evidence = Literal["confirmed", "likely", "inferred", "guessed"]
"""How firmly something is known; `guessed` is by the words of a label, by a program."""

COUNTS: frozenset[str] = frozenset({"persons", "full_time_persons", "cases", "rank"})
HIDDEN_WHEN_SMALL: frozenset[str] = frozenset({"persons", "full_time_persons", "cases"})

LARGE_COUNT = 50
"""A count of so many is never hidden for being small; the publisher hides those below 3."""

BOUNDS: dict[str, tuple[float, float]] = {
    "persons": (0, 6_500_000),
    "full_time_persons": (0, 6_500_000),
    "cases": (0, 6_500_000),
    "pct": (0, 100),
    "pct_point": (-100, 100),
    "fraction": (0, 1),
    "ratio": (0, 1_000),
    "rank": (1, 98),
    "dkk": (-1e12, 1e12),
    "work_years": (0, 1_000_000),
    "unknown": (-1e15, 1e15),
}
