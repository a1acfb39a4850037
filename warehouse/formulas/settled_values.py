"""Say what a young value is expected to be once it has settled, with a band that eight in ten such values end within.

The expected development from an age to the last is the chain ladder's ratio of run-off triangles, a table's own drawn
towards that of its family. The band comes from whole releases drawn again, as in the bootstrap of a triangle: a release
gives both what it does to the ratio and how its cells fall around it. docs/revisions.md has each formula with its source.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from warehouse.formulas.development import CELL, USED
from warehouse.formulas.regression import Floats, Whole
from warehouse.formulas.release_calendar import FEWEST_RELEASES
from warehouse.formulas.revision_profile import COUNTRY_CLASS, ENOUGH, TOO_FEW
from warehouse.formulas.statuses import require

DRAWS, SEED, BAND = 400, 20_261_129, 0.8
HELD_OUT = 24
"""How many of the newest releases the band is tried on, each with what was known before it."""
_WHOLE = ("persons", "cases", "rank")
"""What the names of measures end in that have whole numbers."""
_SIZES = np.array([5, 10, 20, 50, 100, 200, 500, 1_000, 5_000])
"""Values of like size are compared: these part them."""
_OF = ("table_id", "measure", "age")


class Group(NamedTuple):
    """What develops alike: a table's measure at an age, the country or the municipalities."""

    table_id: str
    measure: str
    age: int
    country: bool


class Seen(NamedTuple):
    """Values of a group whose end is known: of which release, what was shown at the age, and the end."""

    release: Whole
    shown: Floats
    end: Floats
    size_class: NDArray[np.object_]

    def where(self, which: NDArray[np.bool_]) -> Seen:
        """Some of them."""
        return Seen(self.release[which], self.shown[which], self.end[which], self.size_class[which])


Known = Mapping[Group, Seen]


@dataclass(frozen=True)
class Fit:
    """The development of a group, in shares of what is shown, its error by release, and how cells fall around it."""

    seen: Seen
    rate: float
    error: float
    fell: Floats
    scales: Floats


def known(development: pl.DataFrame, *, horizon: int) -> Known:
    """The values whose end at the age `horizon` was seen, by group, from rows of `developed` of the tables of a family.

    Takes `table_id`, `measure` and `size_class` beside them. Raises FormulaError.

    >>> development = pl.DataFrame({"table_id": "y07a02", "measure": "recipients_persons", "size_class": "small",
    ...     "series_id": 1, "period_id": range(12), "age": [1] * 12, "first": 100.0, "later": 110.0, "apart": "observed"})
    >>> [(group.age, len(values.end), float(values.end[0])) for group, values in known(development, horizon=1).items()]
    [(0, 12, 110.0)]
    """
    require(development, columns=(*CELL, *_OF, "size_class", "first", "later", "apart"), of="settled values")
    used = development.filter(pl.col("apart") == USED)
    ends = used.filter(pl.col("age") == horizon).select("table_id", *CELL, end="later")
    at_first = used.filter(pl.col("age") == horizon).with_columns(age=pl.lit(0, dtype=pl.Int64), shown="first")
    later = used.filter(pl.col("age") < horizon).with_columns(shown="later")
    rows = pl.concat([at_first, later]).join(ends, on=["table_id", *CELL])
    place = pl.col("period_id").rank("dense").cast(pl.Int64)
    rows = rows.with_columns(release=place, country=pl.col("size_class") == COUNTRY_CLASS).sort(*_OF, "release", *CELL)
    return {
        Group(*key): Seen(*(cells[name].to_numpy() for name in ("release", "shown", "end", "size_class")))
        for key, cells in rows.group_by(Group._fields, maintain_order=True)
    }


def settled(targets: pl.DataFrame, seen: Known, *, horizon: int) -> pl.DataFrame:
    """Targets with `settled`, `low` and `high` in their unit, and `status`; null where fewer than twelve releases were seen.

    Takes one row per value: `table_id`, `measure`, `size_class`, `age`, `value`. Raises FormulaError.

    >>> development = pl.DataFrame({"table_id": "y07a02", "measure": "recipients_persons", "size_class": "small",
    ...     "series_id": 1, "period_id": range(12), "age": [1] * 12, "first": 100.0, "later": 110.0, "apart": "observed"})
    >>> target = pl.DataFrame({"table_id": "y07a02", "measure": "recipients_persons", "size_class": "small", "age": 0,
    ...     "value": 200.0})
    >>> settled(target, known(development, horizon=1), horizon=1).select("settled", "low", "high", "status").rows()
    [(220.0, 220.0, 220.0, 'enough releases')]
    """
    require(targets, columns=(*_OF, "size_class", "value"), of="settled values")
    grouped = targets.with_columns(country=pl.col("size_class") == COUNTRY_CLASS).sort(*_OF, maintain_order=True)
    found = [
        _expected(cells, seen, group=Group(*key)) for key, cells in grouped.group_by(Group._fields, maintain_order=True)
    ]
    return pl.concat(found).drop("country").with_columns(horizon=horizon) if found else _nothing(grouped, horizon)


def _nothing(rows: pl.DataFrame, horizon: int) -> pl.DataFrame:
    return _beside(rows, None, status=TOO_FEW).drop("country").with_columns(horizon=horizon)


def _expected(cells: pl.DataFrame, seen: Known, *, group: Group) -> pl.DataFrame:
    family = fits(seen, group)
    if group.table_id not in family:
        return _beside(cells, None, status=TOO_FEW)
    shown = cells["value"].cast(pl.Float64).to_numpy()
    whole = group.measure.endswith(_WHOLE)
    return _beside(cells, bounds(shown, family, of=group.table_id, whole=whole), status=ENOUGH)


def _beside(cells: pl.DataFrame, found: Floats | None, *, status: str) -> pl.DataFrame:
    numbers = np.full((cells.height, 3), np.nan) if found is None else found
    columns = {name: numbers[:, at] for at, name in enumerate(("settled", "low", "high"))}
    return cells.with_columns(
        *(pl.Series(name, column).fill_nan(None) for name, column in columns.items()), status=pl.lit(status)
    )


def fits(seen: Known, group: Group) -> dict[str, Fit]:
    """The fits of a group in every table of the family that has twelve releases of it, by table.

    >>> grown = Seen(np.arange(12), np.full(12, 100.0), np.full(12, 110.0), np.full(12, "small", dtype=object))
    >>> group = Group("y07a02", "recipients_persons", 0, country=False)
    >>> round(fits({group: grown}, group)["y07a02"].rate, 6)
    0.1
    """
    alike = {key.table_id: values for key, values in seen.items() if key[1:] == group[1:]}
    return {
        table_id: _fit(values)
        for table_id, values in alike.items()
        if len(np.unique(values.release)) >= FEWEST_RELEASES and values.shown.sum() > 0
    }


def _fit(seen: Seen) -> Fit:
    releases, developed, shown = _by_release(seen)
    rate = developed.sum() / shown.sum()
    left = developed - rate * shown
    error = np.sqrt((left @ left) * len(releases) / (len(releases) - 1)) / shown.sum()
    fell = (seen.end - seen.shown * (1 + rate)) / np.sqrt(np.maximum(seen.shown, 1))
    return Fit(seen, float(rate), float(error), fell, _scales(seen, fell))


def _by_release(seen: Seen) -> tuple[Whole, Floats, Floats]:
    """The releases, and by each of them the development and what was shown, added up."""
    releases, place = np.unique(seen.release, return_inverse=True)
    sums = [np.bincount(place, weights=each) for each in (seen.end - seen.shown, seen.shown)]
    return releases, *sums  # type: ignore[return-value]


def _scales(seen: Seen, fell: Floats) -> Floats:
    """How far cells of each size fall around the development; that of all where a size has too few releases."""
    sizes, whole = np.digitize(seen.shown, _SIZES), float(np.sqrt(np.mean(fell**2)))
    scales = np.full(len(_SIZES) + 1, whole)
    for size in np.unique(sizes):
        of_size = sizes == size
        if len(np.unique(seen.release[of_size])) >= FEWEST_RELEASES:
            scales[size] = np.sqrt(np.mean(fell[of_size] ** 2))
    return scales


def credibility(family: Iterable[Fit], *, own: Fit) -> tuple[float, float]:
    """How far a table's own development is believed (0 to 1), and the family's, which it is drawn towards otherwise.

    Of a family of one, or one whose tables differ by far more than their errors, its own is believed.

    >>> grown = Seen(np.arange(12), np.full(12, 100.0), np.full(12, 110.0), np.full(12, "small", dtype=object))
    >>> group = Group("y07a02", "recipients_persons", 0, country=False)
    >>> believed, middle = credibility([own := fits({group: grown}, group)["y07a02"]], own=own)
    >>> believed, round(middle, 6)
    (1.0, 0.1)
    """
    rates, errors = np.array([(fit.rate, fit.error) for fit in family]).T
    weights = 1 / np.maximum(errors**2, 1e-18)
    middle = float(np.average(rates, weights=weights))
    spread = float(weights @ (rates - middle) ** 2) - (len(rates) - 1)
    between = max(spread / (weights.sum() - (weights**2).sum() / weights.sum()), 0) if len(rates) > 1 else np.inf
    total = between + own.error**2
    believed = 1.0 if not np.isfinite(between) or total == 0 else between / total
    return float(believed), middle


def bounds(shown: Floats, family: Mapping[str, Fit], *, of: str, whole: bool) -> Floats:
    """The middle, the low and the high of what each shown value is expected to end at: one row per value.

    Until a table has twice the releases that are needed, the family's cells tell with its own how cells fall.

    >>> grown = Seen(np.arange(12), np.full(12, 100.0), np.full(12, 110.0), np.full(12, "small", dtype=object))
    >>> group = Group("y07a02", "recipients_persons", 0, country=False)
    >>> bounds(np.array([200.0]), fits({group: grown}, group), of="y07a02", whole=True).tolist()
    [[220.0, 220.0, 220.0]]
    """
    own, draw = family[of], np.random.default_rng(SEED)
    believed, middle = credibility(family.values(), own=own)
    rates = believed * _drawn_rates(own, draw) + (1 - believed) * middle
    lending = [own] if len(np.unique(own.seen.release)) >= 2 * FEWEST_RELEASES else list(family.values())
    ends = np.empty((len(shown), DRAWS))
    sizes = np.digitize(shown, _SIZES)
    for size in np.unique(sizes):
        at = sizes == size
        fallen = own.scales[size] * _drawn_falls(lending, size=size, draw=draw)
        ends[at] = shown[at, None] * (1 + rates) + np.sqrt(np.maximum(shown[at, None], 1)) * fallen
    return _banded(ends, whole=whole)


def _drawn_rates(own: Fit, draw: np.random.Generator) -> Floats:
    """The development of as many releases as there are, drawn again from them."""
    releases, developed, shown = _by_release(own.seen)
    picked = draw.integers(len(releases), size=(DRAWS, len(releases)))
    return np.asarray(developed[picked].sum(axis=1) / np.maximum(shown[picked].sum(axis=1), 1e-9))


def _drawn_falls(family: Iterable[Fit], *, size: int, draw: np.random.Generator) -> Floats:
    """How a cell of a release falls, the release drawn first: those of like size where they are enough."""
    everyone = list(_standardised(family))
    alike = [(release[sizes == size], fell[sizes == size]) for release, sizes, fell in everyone]
    enough = sum(len(np.unique(release)) for release, _ in alike) >= FEWEST_RELEASES
    chosen = alike if enough else [(release, fell) for release, _, fell in everyone]
    release = np.concatenate([release + at * 1_000_000 for at, (release, _) in enumerate(chosen)])
    fell = np.concatenate([fell for _, fell in chosen])[np.argsort(release, kind="stable")]
    _, begins, numbers = np.unique(np.sort(release), return_index=True, return_counts=True)
    picked = draw.integers(len(begins), size=DRAWS)
    return np.asarray(fell[begins[picked] + (draw.random(DRAWS) * numbers[picked]).astype(int)])


def _standardised(family: Iterable[Fit]) -> Iterator[tuple[Whole, Whole, Floats]]:
    """Release, size and fall of every cell, the fall in the scale of its table and size."""
    for fit in family:
        sizes = np.digitize(fit.seen.shown, _SIZES)
        scales = fit.scales[sizes]
        yield fit.seen.release, sizes, np.divide(fit.fell, scales, out=np.zeros_like(fit.fell), where=scales > 0)


def _banded(ends: Floats, *, whole: bool) -> Floats:
    """The middle, low and high of drawn ends; of whole numbers those whose band holds nearest to eight in ten draws."""
    low, high = np.quantile(ends, [(1 - BAND) / 2, (1 + BAND) / 2], axis=1)
    middle = np.median(ends, axis=1)
    if not whole:
        return np.column_stack([middle, low, high])
    drawn, middle = np.rint(ends), np.rint(middle)
    best, off = np.column_stack([middle, middle, middle]), np.full(len(ends), np.inf)
    for lows in (np.floor(low), np.ceil(low)):
        for highs in (np.ceil(high), np.floor(high)):
            pair = np.column_stack([middle, np.minimum(lows, middle), np.maximum(highs, middle)])
            held = ((drawn >= pair[:, 1:2]) & (drawn <= pair[:, 2:3])).mean(axis=1)
            better = np.abs(held - BAND) < off
            best[better], off[better] = pair[better], np.abs(held - BAND)[better]
    return np.maximum(best, 0)


def backtest(seen: Known, *, table_id: str, horizon: int) -> pl.DataFrame:
    """One row per measure, size class and age of a table: how often the band held the end, tried on its newest releases.

    Each release is foretold from what had ended when it was so old. `releases` and `cells` are those that were tried,
    `coverage_pct` is of the cells; a release before which fewer than twelve had ended is not tried.

    >>> grown = Seen(np.arange(20), np.full(20, 100.0), np.full(20, 110.0), np.full(20, "small", dtype=object))
    >>> group = Group("y07a02", "recipients_persons", 0, country=False)
    >>> backtest({group: grown}, table_id="y07a02", horizon=1).select("age", "releases", "coverage_pct").rows()
    [(0, 8, 100.0)]
    """
    tried = [row for group in seen if group.table_id == table_id for row in _tried(seen, group, horizon=horizon)]
    rows = pl.DataFrame(tried, schema=_TRIED, orient="row")
    of = rows.group_by("measure", "size_class", "age", maintain_order=True)
    counted = of.agg(releases=pl.col("release").n_unique(), cells=pl.len(), coverage_pct=100 * pl.col("held").mean())
    return counted.sort("measure", "size_class", "age")


_TRIED = {"measure": pl.String, "size_class": pl.String, "age": pl.Int64, "release": pl.Int64, "held": pl.Boolean}


def _tried(seen: Known, group: Group, *, horizon: int) -> Iterator[tuple[Any, ...]]:
    """Measure, class, age and release of each value that was tried, and whether the band held its end."""
    own = seen[group]
    alike = {key: values for key, values in seen.items() if key[1:] == group[1:]}
    for release in np.unique(own.release)[-HELD_OUT:]:
        ended = release + group.age - horizon
        family = fits({key: values.where(values.release <= ended) for key, values in alike.items()}, group)
        if group.table_id in family:
            held_out = own.where(own.release == release)
            found = bounds(held_out.shown, family, of=group.table_id, whole=group.measure.endswith(_WHOLE))
            held = (found[:, 1] <= held_out.end) & (held_out.end <= found[:, 2])
            for size_class, each in zip(held_out.size_class, held, strict=True):
                yield group.measure, size_class, group.age, int(release), bool(each)
