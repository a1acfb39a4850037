"""The wide world: every other table the publisher is known to have, at a small scale whatever the scale of the rest.

Ids, titles, dimensions and kinds of periods are the publisher's as far as they are known (wide_tables.csv); figures are made
up, and so are labels where none is public. Two regional tables have no country, work sharing has no root and is null for
the country itself in its newest month, as notices were in August 2026. What became of people after 6 and 12 months is null
in the newest quarters, and recruitment in vain has every third month only. Some of these tables are in the catalogue.
"""

from __future__ import annotations

import csv
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache, partial
from pathlib import Path

import numpy as np
import polars as pl

from tests.standin import geography, noise, wide_hierarchies
from tests.standin.editions import Cube, Edition, Hierarchy, Split, grouped
from tests.standin.noise import Floats
from tests.standin.release_calendar import Release
from warehouse import areas
from warehouse.catalogue import model as catalogue
from warehouse.periods import Period, PeriodKind

_REFORM = date(2025, 7, 1)
_NOT_OUT = frozenset({"y25i06"})
_EVERY_THIRD_MONTH = frozenset({"y25i14"})
_OPEN_FOR = {"Status 6 mdr. efter afsluttet forløb, pct.": 1, "Status 12 mdr. efter afsluttet forløb, pct.": 3}
"""Of how many newest quarters a measure has no figure yet, by its label; at three months the newest has one."""
_SMALL = {"Anden kontakt": 2.45}
"""Measures so small that the country itself is hidden in many months, and their level."""

_STOCK = ("Antal personer", "Antal fuldtidspersoner", "Fuldtidspersoner i pct. af arbejdsstyrken",
          "Fuldtidspersoner i pct. af befolkningen")  # fmt: skip
_STARTS = (
    "Antal påbegyndte forløb",
    "Antal afsluttede forløb",
    "Antal forløb primo perioden",
    "Antal forløb ultimo perioden",
)
_AFTER = "efter nyledighed"
_GRADUATES = ("Antal dimittendledige personer", "Antal dimittendledige fuldtidspersoner",
              "Andel dimittendledige personer ift. dagpengeledige personer",
              "Andel dimittendledige fuldtidspersoner ift. dagpengeledige fuldtidspersoner")  # fmt: skip
MEASURES: dict[str, tuple[str, ...]] = {
    "a02": _STOCK,
    "a07": ("Antal afsluttede forløb", "Gnsn. varighed af afsluttede forløb (uger)"),
    "a12": ("Antal personer",),
    "a15": ("Antal efterlønsbidragere", "Andel efterlønsbidragere"),
    "a21": ("Antal forløb",),
    "a24": _STARTS,
    "a27": ("Antal afsluttede forløb", "Gnsn. varighed af afsluttede forløb (uger)"),
    "ap01": ("Antal personer omfattet af arbejdspligt", "Andel personer omfattet af arbejdspligt"),
    "b01": ("Andel fortsat på ydelsen, pct.",),
    "b15": tuple(f"Status {months} mdr. efter afsluttet forløb, pct." for months in (1, 3, 6, 12)),
    "c01": ("Antal aktiverede", "Antal fuldtidsaktiverede", "Fuldtidsaktiverede i pct. af arbejdsstyrken"),
    "c02": ("Antal aktiveringsforløb", "Antal aktiverede"),
    "c03": _STARTS,
    "c06": ("Antal afsluttede aktiveringsforløb", "Gnsn. varighed af afsluttede aktiveringsforløb (uger)"),
    "c07": ("Aktiveringsgrad", "Andel aktiveringsberørte"),
    "c15": ("Antal personer med mentor", "Andel personer med mentor"),
    "d03": ("Antal afsluttede tilbud", "Andel i beskæftigelse efter tilbud"),
    "dia02": _GRADUATES,
    "early": ("Andel med tidlige samtaler",),
    "employees": ("Antal lønmodtagere",),
    "g01": ("Forsørgelsesudgifter, 1.000 kr.",),
    "goals": ("Antal jobmål",),
    "h02": ("Antal sanktioner i alt",),
    "i08": tuple(f"Andel i beskæftigelse {months} mdr. {_AFTER}" for months in (3, 6, 9, 12)),
    "i14": ("Jobopslag", "Forgæves rekrutteringsrate"),
    "j01": ("Antal personer med ordinære timer", "Andel personer med ordinære timer"),
    "jobnet": ("Antal tilmeldte ledige", "Antal tilmeldte fuldtidsledige"),
    "jobnet_sa": ("Sæsonkorrigeret antal tilmeldte fuldtidsledige",),
    "kval": ("Antal personer",),
    "maal": ("Antal personer med job- eller uddannelsesmål", "Andel personer med job- eller uddannelsesmål"),
    "pers": ("Antal personer",),
    "reserve": ("Antal personer",),
    "rm": tuple(
        label
        for months in (3, 6)
        for label in (
            f"Personer i job og uddannelse {months} mdr. {_AFTER}: Andel i job og uddannelse",
            f"Personer i job og uddannelse {months} mdr. {_AFTER}: Antal nyledige for {months} mdr. siden",
            *(
                f"Status {months} mdr. {_AFTER}, pct.: {status}"
                for status in ("Job", "Uddannelse", "Fortsat på ydelsen", "Anden ydelse", "Selvforsørgelse mv.")
            ),
        )
    ),
    "sharing": ("Antal personer", "Antal sager"),
    "sharing_new": ("Antal personer, tilgang", "Antal sager, tilgang"),
    "smt": ("Samtaler i alt", "Samtaler ved fremmøde", "Videosamtaler", "Telefonsamtaler", "Anden kontakt"),
    "snr": ("Antal personer", "Beskæftigelsesgrad"),
    "turnover": ("Antal jobåbninger",),
    "ud01": ("Antal personer med opbrugt dagpengeret",),
    "ud01di": (
        "Antal personer med opbrugt dagpengeret",
        "Antal i lønmodtagerbeskæftigelse / uddannelse 3 mdr. efter opbrugt dagpengeret",
    ),
    "vacancies": ("Antal ledige stillinger",),
}
_SHARES, _MEANS, _FRACTIONS = ("andel", "pct", "grad"), ("gnsn",), ("rekrutteringsrate", "beskæftigelsesgrad")


@dataclass(frozen=True)
class Line:
    """One line of wide_tables.csv."""

    table: str
    title: str
    subject: str
    kind: PeriodKind
    areas: tuple[str, ...]
    breakdowns: tuple[str, ...]
    measures: str


@cache
def lines() -> dict[str, Line]:
    """Every table the publisher is known to have, by id."""
    with Path(__file__).with_name("wide_tables.csv").open(encoding="utf-8", newline="") as file:
        return {row["table"]: _line(row) for row in csv.DictReader(file)}


def _line(row: dict[str, str]) -> Line:
    return Line(
        table=row["table"],
        title=row["title"],
        subject=row["subject"],
        kind=PeriodKind(row["kind"]),
        areas=tuple(row["areas"].split()),
        breakdowns=tuple(row["breakdowns"].split()),
        measures=row["measures"],
    )


def is_served(line: Line, period: Period) -> bool:
    """Whether a table has a period at all: months may have holes."""
    return line.table not in _EVERY_THIRD_MONTH or period.number % 3 == 0


def splits_of(table_id: str, *, own: Collection[str]) -> tuple[Split, ...]:
    """What a table can be broken down by beside its `own` hierarchies."""
    line = lines().get(table_id)
    return tuple(wide_hierarchies.split(name) for name in (line.breakdowns if line else ()) if name not in own)


def as_table(line: Line) -> catalogue.Table:
    """A table as far as its calendar asks."""
    area = catalogue.Hierarchy(id=line.areas[0], dimension="Område", kind="area", root=geography.COUNTRY)
    return catalogue.Table(
        id=line.table,
        title=line.title,
        title_en="",
        evidence="inferred",
        subject=line.subject,
        period=line.kind,
        area=area,
        measures=(catalogue.Measure(name="persons", label="Antal personer", unit="persons"),),
        first_listed=_REFORM if line.table.startswith("y60") else None,
    )


@lru_cache(maxsize=512)
def edition(line: Line, release: Release, periods: tuple[Period, ...], seed: int) -> Edition:
    """A table at one of its releases."""
    labels = MEASURES[line.measures]
    own = tuple(geography.area_hierarchy(name, _places(name)) for name in line.areas)
    return Edition(
        table_id=line.table,
        title=line.title,
        subject=line.subject,
        kind=str(line.kind),
        updated_on=release.published_on,
        next_on=release.next_on,
        periods=tuple(map(str, periods)),
        own_hierarchies=own,
        groups=grouped(line.table, [(label, _decimals(label)) for label in labels]),
        read=partial(_cubes, line, own, periods, seed),
        splits=splits_of(line.table, own=()),
    )


def _decimals(label: str) -> int | None:
    words = label.casefold()
    if any(word in words for word in _FRACTIONS):
        return 3
    if "antal" in words.partition(": ")[2] or words.startswith("antal"):
        return None
    if any(word in words for word in _MEANS):
        return 2
    return 1 if any(word in words for word in (*_SHARES, "status")) else None


def _places(name: str) -> tuple[str, ...]:
    """The areas of a hierarchy, the country first where it has it."""
    if name == "_region":
        return tuple(geography.REGION_IDS)
    return geography.names()[:-1] if name == "_nykom" else (geography.COUNTRY,)


@lru_cache(maxsize=64)
def _cubes(line: Line, own: tuple[Hierarchy, ...], periods: tuple[Period, ...], seed: int) -> tuple[Cube, ...]:
    return tuple(Cube((each.id,), _frame(line, each, periods=periods, seed=seed)) for each in own)


def _frame(line: Line, area: Hierarchy, *, periods: tuple[Period, ...], seed: int) -> pl.DataFrame:
    """One row per area and period, the newest period first."""
    places = _places(area.id)
    codes = {node.name: code for code, node in enumerate(area.nodes)}
    place, when = (axis.ravel() for axis in np.indices((len(places), len(periods))))
    columns = {
        "period": pl.Series(when, dtype=pl.UInt16),
        area.id: pl.Series(np.array([codes[name] for name in places])[place], dtype=pl.UInt16),
    }
    for label in MEASURES[line.measures]:
        columns[label] = _printed(_values(line, label, places=places, periods=periods, seed=seed).ravel(), label=label)
    waiting = {label: _not_out(line, label) for label in MEASURES[line.measures]}
    return pl.DataFrame(columns).with_columns(
        pl.when(pl.col("period") >= newest).then(pl.col(label)) for label, newest in waiting.items() if newest
    )


def _not_out(line: Line, label: str) -> int:
    """Of how many of the newest periods a measure has no figure yet."""
    return max(_OPEN_FOR.get(label, 0), int(line.table in _NOT_OUT))


def _printed(values: Floats, *, label: str) -> pl.Series:
    """Counts whole, and null where they are below 3; everything else with its decimals."""
    decimals = _decimals(label)
    series = pl.Series(label, values).round(decimals or 0)
    if decimals is not None:
        return series
    whole = series.cast(pl.Int64)
    return whole.set(whole < 3, None)


def _values(line: Line, label: str, *, places: tuple[str, ...], periods: tuple[Period, ...], seed: int) -> Floats:
    """Area x period. The country counts what its municipalities do; the next release revises the newest period upwards."""
    months = np.array([period.last_day.year * 12 + period.last_day.month for period in periods])
    key = noise.key(seed, "wide", line.table, label)
    size = np.array([_size(place, seed=seed) for place in places])
    passing = noise.normal(key, np.array([noise.key(place) % 2**31 for place in places])[:, None], months[None, :])
    if _decimals(label) is not None:
        most = 1.0 if _decimals(label) == 3 else 60.0
        return np.asarray(
            np.clip(most * (0.2 + 0.6 * noise.chance(seed, line.table, label) + 0.05 * passing), 0.0, most)
        )
    level = _SMALL.get(label, 20_000.0 * (0.05 + noise.chance(seed, line.table, label)))
    early = np.where(np.arange(len(periods)) == 0, 0.985, 1.0)
    counts: Floats = np.asarray(np.maximum(np.rint(level * size[:, None] * (1.0 + 0.06 * passing) * early), 0.0))
    if len(places) > 1 and places[0] == geography.COUNTRY and label not in _SMALL:
        counts[0] = counts[1:].sum(axis=0)
    return counts


@cache
def _size(place: str, *, seed: int) -> float:
    """A place's share of the country."""
    sizes = dict(zip((area.name for area in areas.municipalities()), geography.sizes(seed), strict=True))
    if place in sizes:
        return float(sizes[place])
    if place == geography.COUNTRY:
        return 1.0
    parents = {area.code: area.parent_code for area in areas.all_areas()}
    region = areas.by_publisher_name()[place].code
    return float(
        sum(
            sizes[a.name] for a in areas.municipalities() if region in (a.parent_code, parents.get(a.parent_code or ""))
        )
    )
