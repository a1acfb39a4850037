"""The synthetic Denmark: every table of the catalogue, as its release of the day shows it, from a seed alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache, partial

import numpy as np
import polars as pl

from tests.standin import benchmark, benefit_levels, geography, recipes, wide
from tests.standin.editions import ROOT, Cube, Edition, Hierarchy, Level, Node, grouped
from tests.standin.noise import Floats
from tests.standin.recipes import Grid, Window
from tests.standin.release_calendar import Release, current_release
from warehouse.catalogue import model as catalogue
from warehouse.catalogue.model import Measure, Table
from warehouse.catalogue.units import HIDDEN_WHEN_SMALL
from warehouse.periods import Period, PeriodKind

SCALES = ("small", "national", "large")
_FIRST_MONTH = {"national": "2019M01", "large": "2008M01"}
_SMALL_MONTHS = 15
_MONTHS_OF_LONG_PERIODS = 48
_ANNOUNCED = 2  # of y30r21: the harder case, for six periods were seen in an answer of version 2
_NEW_CASH_BEGINS = "2021M08"
_UNKNOWN_AREA_SHOWN = frozenset({"y25i01", "y01a02"})
_DECIMALS = {"pct": 1, "pct_point": 1, "fraction": 3, "ratio": 2}
_NOWHERE = 65_535
_REFORM = date(2025, 7, 1)


def _decimals(measure: Measure) -> int | None:
    return _DECIMALS.get(measure.unit)


def _last_month(period: Period) -> int:
    return period.last_day.year * 12 + period.last_day.month - 1


@dataclass(frozen=True)
class SyntheticDenmark:
    """The world without a data set; `small` begins some months before `begins_on` and grows from there."""

    seed: int
    scale: str
    begins_on: date

    def table_ids(self) -> tuple[str, ...]:
        """The catalogue's tables that there is a recipe for, and then every other that the publisher is known to have."""
        return tuple(dict.fromkeys((*_with_recipes(), *wide.lines())))

    def edition(self, table_id: str, day: date) -> Edition | None:
        """The table at its release of the day, or None where it is not listed or covers nothing yet."""
        return _standing_on(self, table_id, day)

    def first_period(self, table: Table) -> Period:
        """The month from which a table has figures; new cash assistance is cast back to August 2021 at most."""
        first = Period.containing(self.begins_on).shifted(-_SMALL_MONTHS)
        if self.scale in _FIRST_MONTH:
            first = Period.parse(_FIRST_MONTH[self.scale])
        return max(first, Period.parse(_NEW_CASH_BEGINS)) if table.id.startswith("y60") else first


@cache
def _with_recipes() -> tuple[str, ...]:
    """The catalogue's tables whose figures follow from the benefits; its others are of the wide world."""
    return tuple(t.id for t in catalogue.jobindsats().tables if t.id == "y30r21" or recipes.recipe(t.id))


def declared_in_the_wide_world() -> frozenset[str]:
    """The tables of the wide world that the catalogue declares."""
    return frozenset(wide.lines()) & {table.id for table in catalogue.jobindsats().tables} - set(_with_recipes())


@lru_cache(maxsize=10_000)
def _standing_on(world: SyntheticDenmark, table_id: str, day: date) -> Edition | None:
    if table_id not in _with_recipes():
        return _of_the_wide_world(world, wide.lines()[table_id], day)
    table = catalogue.jobindsats().table(table_id)
    release = current_release(table, day)
    periods = _periods(table, release, first=world.first_period(table)) if release else []
    return _edition(table, release, tuple(periods), world.seed) if release and periods else None


def _of_the_wide_world(world: SyntheticDenmark, line: wide.Line, day: date) -> Edition | None:
    table = wide.as_table(line)
    release = current_release(table, day)
    months = _SMALL_MONTHS if line.kind is PeriodKind.MONTH else _MONTHS_OF_LONG_PERIODS
    first = Period.containing(world.begins_on).shifted(-months)
    found = _periods(table, release, first=first) if release else []
    periods = tuple(period for period in found if wide.is_served(line, period))
    return wide.edition(line, release, periods, world.seed) if release and periods else None


def _periods(table: Table, release: Release, *, first: Period) -> list[Period]:
    """Newest first, from the period that holds the first month; or as few as the table keeps."""
    step = 2 if table.period is PeriodKind.ROLLING_YEAR else 1
    periods: list[Period] = []
    period = release.newest
    while period.last_day >= first.first_day and len(periods) < (_ANNOUNCED if table.keeps_periods else 10_000):
        periods.append(period)
        period = period.shifted(-step)
    return periods


@lru_cache(maxsize=96)
def _edition(table: Table, release: Release, periods: tuple[Period, ...], seed: int) -> Edition:
    reformed = release.published_on >= _REFORM
    hierarchies = _hierarchies(table, reformed=reformed)
    return Edition(
        table_id=table.id,
        title=table.title,
        subject=table.subject,
        kind=str(table.period),
        updated_on=release.published_on,
        next_on=release.next_on,
        periods=tuple(map(str, periods)),
        own_hierarchies=hierarchies,
        groups=grouped(table.id, [(measure.label, _decimals(measure)) for measure in table.measures]),
        read=partial(_cubes, table, hierarchies, periods, seed, reformed),
        splits=wide.splits_of(table.id, own={hierarchy.id for hierarchy in table.breakdowns}),
    )


def _hierarchies(table: Table, *, reformed: bool) -> tuple[Hierarchy, ...]:
    present = geography.names() if table.area.level_holds else (geography.COUNTRY,)
    present = present if table.country else present[1:]
    area = geography.area_hierarchy(table.area.id, present)
    return (area, *(_breakdown(table, hierarchy, reformed=reformed) for hierarchy in table.breakdowns))


def _member_names(table: Table, hierarchy: catalogue.Hierarchy, *, reformed: bool) -> tuple[str, ...]:
    if table.id == "ptv_a02":
        found = recipes.members_of_all(reformed=reformed)
        return tuple(benefit_levels.BY_NAME[name].member or name for name in found)
    return tuple(member.name for member in hierarchy.members)


def _member_ids(table: Table, hierarchy: catalogue.Hierarchy) -> dict[str, str]:
    """The ids of all members there ever were, `/2/` A-dagpenge, `/3/` Kontanthjælp: a reform leaves gaps."""
    names = _member_names(table, hierarchy, reformed=False)
    return {name: f"/{number}/" for number, name in enumerate(names, start=2)}


def _breakdown(table: Table, hierarchy: catalogue.Hierarchy, *, reformed: bool) -> Hierarchy:
    """Root and members; for `_tilb_2ptv` also a level below in which labels come again.

    Levels are named after the hierarchy without its underscore: seen for `_akassedp`, inferred for the others.
    """
    names = _member_names(table, hierarchy, reformed=reformed)
    level, root = hierarchy.id.lstrip("_"), hierarchy.root or ""
    ids = _member_ids(table, hierarchy)
    levels = [
        Level(f"{level}_i_alt", root, (Node(ROOT, root),)),
        Level(
            level,
            hierarchy.dimension,
            tuple(Node(ids[name], name) for name in sorted(names, key=geography.danish_order)),
        ),
    ]
    if hierarchy.id == "_tilb_2ptv":
        lower = [Node(f"{ids[n]}{k}/", sub) for n in names for k, (sub, _) in enumerate(recipes.OFFERS[n][1], start=10)]
        nodes = tuple(sorted(lower, key=lambda node: geography.danish_order(node.name)))
        levels.append(Level(f"{level}_under", f"{hierarchy.dimension}, underopdelt", nodes))
    return Hierarchy(hierarchy.id, hierarchy.dimension, hierarchy.id, hierarchy.dimension, tuple(levels))


def _node_names(table: Table, *, reformed: bool) -> tuple[str, ...]:
    """Value ids in the order of a recipe's nodes: root, members as declared, then the level below."""
    if not table.breakdowns:
        return ("",)
    names = _member_names(table, table.breakdowns[0], reformed=reformed)
    ids = _member_ids(table, table.breakdowns[0])
    own = tuple(ids[name] for name in names)
    lower: tuple[str, ...] = ()
    if table.breakdowns[0].id == "_tilb_2ptv":
        lower = tuple(
            f"{i}{k}/" for i, n in zip(own, names, strict=True) for k, _ in enumerate(recipes.OFFERS[n][1], 10)
        )
    return (ROOT, *own, *lower)


@lru_cache(maxsize=48)
def _cubes(
    table: Table, hierarchies: tuple[Hierarchy, ...], periods: tuple[Period, ...], seed: int, reformed: bool
) -> tuple[Cube, ...]:
    grid = _benchmark(table, periods, seed=seed) if table.id == "y30r21" else _monthly(table, periods, seed, reformed)
    nodes = _node_names(table, reformed=reformed)
    frame = _frame(table, grid, hierarchies=hierarchies, node_ids=nodes, periods=len(periods))
    return (Cube(tuple(hierarchy.id for hierarchy in hierarchies), _published(table, frame)),)


def _monthly(table: Table, periods: tuple[Period, ...], seed: int, reformed: bool) -> Grid:
    """The recipe's grid, its months cut to the periods (a quarter shows its last month), newest first."""
    window = Window(_last_month(periods[-1]), _last_month(periods[0]), seed, reformed)
    make = recipes.recipe(table.id)
    columns = np.array([_last_month(period) - window.first for period in periods])
    return {name: cells[:, :, columns] for name, cells in (make(window, table.id) if make else {}).items()}


def _benchmark(table: Table, periods: tuple[Period, ...], *, seed: int) -> Grid:
    lists = [[benchmark.cells(period, group, seed=seed) for period in periods] for group in benchmark.GROUPS]
    unknown = np.array([np.nan])

    def cells(name: str) -> Floats:
        return np.stack([np.stack([np.append(one[name], unknown) for one in group], axis=1) for group in lists])

    return {measure.name: cells(measure.name) for measure in table.measures}


def _frame(
    table: Table, grid: Grid, *, hierarchies: tuple[Hierarchy, ...], node_ids: tuple[str, ...], periods: int
) -> pl.DataFrame:
    """The grid as one row per node, area and period, with codes for all three."""
    area, *breakdowns = hierarchies
    ids = geography.value_ids()
    # An area that the hierarchy does not have gets a code that no row keeps.
    area_codes = [
        area.code.get(ids[name], _NOWHERE) for name in geography.names()[: 1 if not table.area.level_holds else None]
    ]
    shape = (len(node_ids), len(area_codes), periods)
    node, place, when = (axis.ravel() for axis in np.indices(shape))
    columns: dict[str, pl.Series] = {
        "period": pl.Series(when, dtype=pl.UInt16),
        area.id: pl.Series(np.array(area_codes)[place], dtype=pl.UInt16),
    }
    for breakdown in breakdowns:
        columns[breakdown.id] = pl.Series(np.array([breakdown.code[i] for i in node_ids])[node], dtype=pl.UInt16)
    for measure in table.measures:
        cells = grid[measure.name][:, : len(area_codes)].ravel()
        columns[measure.label] = pl.Series(cells, nan_to_null=True)
    return pl.DataFrame(columns).filter(pl.col(area.id) != _NOWHERE)


def _published(table: Table, frame: pl.DataFrame) -> pl.DataFrame:
    """What the publisher lets out: no row where there is nothing, nulls for counts below 3, its own rounding."""
    area = pl.col(table.area.id)
    counts = [pl.col(m.label) for m in table.measures if m.unit in HIDDEN_WHEN_SMALL]
    something = pl.any_horizontal(pl.col(m.label).is_not_null() for m in table.measures)
    some_count = pl.any_horizontal(count > 0 for count in counts) if counts else pl.lit(True)
    unknown = area == _unknown_code(table)
    shown = pl.lit(table.id in _UNKNOWN_AREA_SHOWN) & some_count if table.area.level_holds else pl.lit(True)
    rows = frame.filter(something & pl.when(unknown).then(shown).otherwise(some_count | (table.coverage == "every")))
    return rows.with_columns(_printed(table, measure) for measure in table.measures)


def _unknown_code(table: Table) -> int:
    names = geography.names() if table.country else geography.names()[1:]
    hierarchy = geography.area_hierarchy(table.area.id, names)
    return hierarchy.code[geography.value_ids()[geography.UNKNOWN]]


def _printed(table: Table, measure: Measure) -> pl.Expr:
    value = pl.col(measure.label)
    if not measure.is_count:
        return value.round(_DECIMALS[measure.unit]) + 0.0  # never -0.0
    if measure.unit in HIDDEN_WHEN_SMALL and table.id != "y30r21":
        value = pl.when(value >= 3).then(value)
    return value.round(0).cast(pl.Int64)
