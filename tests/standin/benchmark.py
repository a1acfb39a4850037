"""The ministry's benchmark in the synthetic Denmark: expected and actual persons, and the rank of each municipality.

Actual is the mean of twelve months of the benefits in a group, expected is actual minus a drawn gap. Persons are
rounded to tens, so that Læsø may lead with "0 persons"; ranks come from the unrounded gap in points.
"""

from __future__ import annotations

import numpy as np

from tests.standin import benefit_levels, benefits, geography, noise
from tests.standin.noise import Floats
from warehouse.periods import Period

# The sign of "Forskel" in y30r21 is not public. Here it is actual - expected: fewer persons than expected is negative.
GAP_IS = "actual - expected"

TOTAL = "Ydelsesgrupper i alt"
CONTENT: dict[str, tuple[str, ...]] = {
    "A-dagpenge mv.": ("A-dagpenge",),
    "Sygedagpenge mv.": ("Sygedagpenge", "Jobafklaringsforløb"),
    "Kontanthjælp mv.": (
        *(benefit.name for benefit in benefit_levels.OLD_CASH),
        "Revalidering",
        "Forrevalidering",
        "Ressourceforløb",
        "Ledighedsydelse",
    ),
}
GROUPS = (TOTAL, *CONTENT)

# Herlev's paper of 31 January 2024, item 5: its places on the lists of March and October 2023.
HERLEV_RANKS = {
    ("2022QMAT04", TOTAL): 16,
    ("2022QMAT04", "A-dagpenge mv."): 4,
    ("2022QMAT04", "Kontanthjælp mv."): 12,
    ("2022QMAT04", "Sygedagpenge mv."): 89,
    ("2023QMAT02", TOTAL): 17,
    ("2023QMAT02", "A-dagpenge mv."): 6,
    ("2023QMAT02", "Kontanthjælp mv."): 15,
    ("2023QMAT02", "Sygedagpenge mv."): 84,
}
# The same item: 50 persons fewer than expected, which is 0.3 points.
HERLEV_GAPS = {("2023QMAT02", TOTAL): -50.0}

# On the lists the paper does not speak of, Herlev stays about where it was (in deviations of the gap).
_HERLEV_USUALLY = {TOTAL: -1.0, "A-dagpenge mv.": -1.6, "Sygedagpenge mv.": 1.2, "Kontanthjælp mv.": -1.15}
_SPREAD = {TOTAL: 0.29, "A-dagpenge mv.": 0.15, "Sygedagpenge mv.": 0.15, "Kontanthjælp mv.": 0.2}


def _months(period: Period) -> noise.Whole:
    last = period.last_day.year * 12 + period.last_day.month - 1
    return np.arange(last - 11, last + 1)


def actual(period: Period, group: str, *, seed: int) -> Floats:
    """Full-time persons per municipality, the mean of the four quarters, not rounded."""
    names = CONTENT.get(group) or tuple(name for content in CONTENT.values() for name in content)
    months = _months(period)
    total = sum(benefits.full_time_persons(benefit_levels.BY_NAME[name], months, seed=seed) for name in names)
    return np.asarray(np.asarray(total).mean(axis=1))


def _drawn_gaps(period: Period, group: str, *, seed: int) -> Floats:
    """Gaps in points: mostly the municipality's own, a little the period's."""
    area = np.arange(len(geography.codes()))
    lasting = noise.normal(noise.key(seed, "gap", group), area)
    lasting[geography.HERLEV] = _HERLEV_USUALLY[group]
    passing = noise.normal(noise.key(seed, "gap", group, str(period)), area)
    gaps = _SPREAD[group] * (0.95 * lasting + 0.3 * passing)
    return np.asarray(gaps - np.average(gaps, weights=geography.sizes(seed)))  # the country is as expected


def _placed(gaps: Floats, *, rank: int, gap: float | None) -> Floats:
    """The gaps with Herlev moved to its rank; where its gap is known too, the others are shifted around it."""
    others = np.delete(gaps, geography.HERLEV)
    ordered = np.sort(others)
    between = (ordered[rank - 2] + ordered[rank - 1]) / 2.0
    shifted = others if gap is None else others + (gap - between)
    return np.insert(shifted, geography.HERLEV, between if gap is None else gap)


def gaps_pct_point(period: Period, group: str, *, seed: int) -> Floats:
    """Actual minus expected share of the population 16 to 66, per municipality, not rounded."""
    gaps, place = _drawn_gaps(period, group, seed=seed), (str(period), group)
    if place not in HERLEV_RANKS:
        return gaps
    persons = HERLEV_GAPS.get(place)
    people = _population(period, seed=seed)[geography.HERLEV]
    return _placed(gaps, rank=HERLEV_RANKS[place], gap=None if persons is None else 100.0 * persons / people)


def _population(period: Period, *, seed: int) -> Floats:
    return geography.population(_months(period)[-1:], seed=seed)[:, 0]


def _tens(values: Floats) -> Floats:
    return np.asarray(np.rint(values / 10.0) * 10.0)


def _with_country(values: Floats) -> Floats:
    return np.concatenate([[values.sum()], values])


def cells(period: Period, group: str, *, seed: int) -> dict[str, Floats]:
    """The seven measures by catalogue name, over the country and the 98; the country has no rank."""
    gaps = gaps_pct_point(period, group, seed=seed)
    people = _with_country(_population(period, seed=seed))
    have = _with_country(actual(period, group, seed=seed))
    more = _with_country(gaps * people[1:] / 100.0)
    persons = _tens(have)
    gap_persons = _tens(more)
    ranks = np.concatenate([[np.nan], gaps.argsort().argsort() + 1.0])
    return {
        "expected_full_time_persons": persons - gap_persons,
        "actual_full_time_persons": persons,
        "gap_full_time_persons": gap_persons,
        "expected_pct": 100.0 * (have - more) / people,
        "actual_pct": 100.0 * have / people,
        "gap_pct_point": 100.0 * more / people,
        "rank": ranks,
    }
