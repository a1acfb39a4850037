"""What can go wrong with a publisher, by name; a rate is the share of calls hit, and the same ones are hit each run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

import numpy as np
import polars as pl

from tests.standin import noise, redescribed
from tests.standin.answers import Answer

STATUSES = {f"http-{status}": status for status in (401, 403, 404, 429, 500, 503)}
ON_EVERY_CALL = ("timeout", "slow", *STATUSES, "html-200", "truncated", "redirect")
STATBANK = "/statbank"
RELEASE = "release-mid-fetch"
VANISHED_TABLE = "vanished-table"


class FaultError(ValueError):
    """A fault nobody knows, or a rate that is no share."""


def _wrong_columns(answer: Answer, seed: int) -> Answer:
    """The last measure is missing; where it is the only one, a stranger has come."""
    if len(answer.measures) > 1:
        return Answer(answer.frame.drop(answer.measures[-1]), answer.measures[:-1])
    return Answer(answer.frame.with_columns(pl.lit(1).alias("Antal nye ting")), (*answer.measures, "Antal nye ting"))


def _renamed_label(answer: Answer, seed: int) -> Answer:
    """The first measure under another label, as when v3 dropped ` 16-66 år`."""
    if not answer.measures:
        return answer
    old, new = answer.measures[0], f"{answer.measures[0]} (ny opgørelse)"
    return Answer(answer.frame.rename({old: new}), (new, *answer.measures[1:]))


def _units_times_100(answer: Answer, seed: int) -> Answer:
    """Percentages a hundredfold; counts as they were."""
    shares = [name for name in answer.measures if answer.frame.schema[name].is_float()]
    return Answer(answer.frame.with_columns((pl.col(name) * 100).round(1) for name in shares), answer.measures)


def _duplicated_rows(answer: Answer, seed: int) -> Answer:
    """About one row in ten comes twice, and one at least."""
    twice = noise.uniform(seed, _numbers(answer)) < 0.1
    again = answer.frame.filter(pl.Series(twice)) if twice.any() else answer.frame.head(1)
    return Answer(pl.concat([answer.frame, again]), answer.measures)


def _missing_municipalities(answer: Answer, seed: int) -> Answer:
    """A third of the municipalities is not there, and one at least; the country is."""
    areas = sorted(set(answer.frame["Område"]) - {"Hele landet"})
    gone = [area for area in areas if noise.chance(seed, area) < 0.33] or areas[:1]
    return Answer(answer.frame.filter(~pl.col("Område").is_in(gone)), answer.measures)


def _null_storm(answer: Answer, seed: int) -> Answer:
    """A third of the values is null."""
    hit = {name: pl.Series(noise.uniform(noise.key(seed, name), _numbers(answer)) < 1 / 3) for name in answer.measures}
    return Answer(
        answer.frame.with_columns(pl.when(~hit[name]).then(pl.col(name)).alias(name) for name in answer.measures),
        answer.measures,
    )


def _half_the_rows(answer: Answer, seed: int) -> Answer:
    """Every second row is not there."""
    return Answer(answer.frame.gather_every(2), answer.measures)


def _other_period(answer: Answer, seed: int) -> Answer:
    """One row more, of the same period eight years later, which nobody asked for."""
    period = pl.col("Periode")
    later = (period.str.head(4).cast(pl.Int32) + 8).cast(pl.String) + period.str.tail(-4)
    return Answer(pl.concat([answer.frame, answer.frame.head(1).with_columns(Periode=later)]), answer.measures)


def _other_area(answer: Answer, seed: int) -> Answer:
    """One row more, of Herlev, whether municipalities were asked for or not."""
    first = answer.frame.filter(pl.col("Område") == "Herlev").head(1)
    first = first if first.height else answer.frame.head(1).with_columns(pl.lit("Herlev").alias("Område"))
    return Answer(pl.concat([answer.frame, first]), answer.measures)


def _numbers(answer: Answer) -> noise.Whole:
    return np.arange(answer.frame.height)


ON_DATA: Mapping[str, Callable[[Answer, int], Answer]] = {
    "wrong-columns": _wrong_columns,
    "renamed-label": _renamed_label,
    "units-times-100": _units_times_100,
    "duplicated-rows": _duplicated_rows,
    "missing-municipalities": _missing_municipalities,
    "null-storm": _null_storm,
    "half-the-rows": _half_the_rows,
    "other-period": _other_period,
    "other-area": _other_area,
}
ONLY_ON = {
    **{name: {"table", "tableinfo", "data"} for name in redescribed.ON_TABLE},
    **{name: {"data"} for name in (*ON_DATA, RELEASE)},
    VANISHED_TABLE: {"tables"},
}
NAMES = (*ON_EVERY_CALL, *redescribed.ON_TABLE, *ON_DATA, RELEASE, VANISHED_TABLE)


def checked(rates: Mapping[str, object]) -> dict[str, float]:
    """Rates by fault; raises FaultError with the names there are."""
    for name, rate in rates.items():
        if name not in NAMES:
            raise FaultError(f"no fault is called '{name}'; there are {', '.join(NAMES)}")
        if isinstance(rate, bool) or not isinstance(rate, int | float) or not 0 <= rate <= 1:
            raise FaultError(f"the rate of '{name}' is {rate!r}; it is a share of calls from 0 to 1")
    return {name: float(rate) for name, rate in rates.items() if isinstance(rate, int | float)}


class Draws:
    """Which calls each fault hits; the n-th call a fault could hit is hit or not whatever else happened."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._calls: Counter[str] = Counter()
        self._only = ""
        self.rates: dict[str, float] = {}

    def set(self, rates: Mapping[str, object], *, only: str = "") -> None:
        """Add or replace rates; 0 ends a fault. Only calls whose path with query holds `only` can be hit."""
        merged = self.rates | checked(rates)
        self.rates = {name: rate for name, rate in merged.items() if rate > 0}
        self._only = only

    def hit(self, target: str) -> tuple[str, ...]:
        """The faults of the next call: those of data only on /data, those of a description there and on /table."""
        kind = target.partition("?")[0].removeprefix(STATBANK).strip("/").split("/")[1:2]
        able = [name for name in NAMES if name in self.rates and (name not in ONLY_ON or {*kind} & ONLY_ON[name])]
        able = able if self._only in target else []
        self._calls.update(able)
        return tuple(n for n in able if noise.chance(self._seed, "fault", n, self._calls[n]) < self.rates[n])
