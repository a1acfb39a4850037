"""The sections of a briefing: ranking lists, savings, projections and revisions of one municipality.

A new section is a field of `Briefing` in tasks/briefing/content.py, a function here, a line in tasks/briefing/assemble.py, and
its place in page.html.jinja; what it reads is in tasks/briefing/inputs.py, its sentences in tasks/briefing/wording.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from tasks.briefing.content import (
    MISSED,
    MISSING,
    OBSERVED,
    Cell,
    Change,
    Projection,
    Ranking,
    RankLine,
    Revision,
    Revisions,
    Saving,
    compared,
)
from tasks.briefing.inputs import Readings
from warehouse.areas import Area
from warehouse.assumptions.model import leads_until
from warehouse.catalogue.model import jobindsats
from warehouse.figures.benchmark import ALL_BENEFITS, SICKNESS
from warehouse.periods import Period

LISTS = {
    ALL_BENEFITS: "Samlet, alle ydelser",
    "A-dagpenge mv.": "Dagpenge",
    "Kontanthjælp mv.": "Kontanthjælp",
    SICKNESS: "Sygedagpenge",
}

HALF_A_YEAR = 2


def ranking(readings: Readings, *, area: Area) -> Ranking | None:
    """The four lists of the newest period, each with the one before; None where no list is held.

    The ministry's printed lists come one by one: one that lacks stands there as missing, and no other takes its place.
    """
    rows = newest_of(readings, figure="benchmark_gap", area=area)
    by_list = {row["item"]: row for row in rows if not row["stands_beside"]}
    if not by_list:
        return None
    period = Period.parse(next(iter(by_list.values()))["period"])
    before = period.shifted(-HALF_A_YEAR)
    breaks = [each.first_period_id for each in readings.breaks if each.benefit is None]
    broken = any(before.key < first <= period.key for first in breaks)
    lines = [_line(name, by_list.get(item), broken=broken) for item, name in LISTS.items()]
    return Ranking(period, before, tuple(lines))


def newest_of(readings: Readings, *, figure: str, area: Area) -> list[dict[str, Any]]:
    """A figure's rows of one municipality in their newest period, in their order."""
    own = readings.figures[figure].filter(pl.col("area_code") == area.code)
    return own.filter(pl.col("day") == pl.col("day").max()).to_dicts()


def _line(name: str, row: dict[str, Any] | None, *, broken: bool) -> RankLine:
    if row is None:
        return RankLine(name, MISSED, MISSED, Change(None, None, MISSING), MISSED, MISSED)
    rank, before = _cell(row, "rank"), _cell(row, "rank_half_a_year_earlier")
    change = compared(rank, before, broken=broken)
    gained = Change(-change.value, None, OBSERVED) if change.value is not None else change
    gap = Cell.of(row["value"], row["status"], low=row["low"], high=row["high"])
    return RankLine(name, rank, before, gained, gap, _cell(row, "gap_pct_point"))


def _cell(row: dict[str, Any], name: str) -> Cell:
    return Cell.of(row[name], row.get(f"{name}_status"))


def savings(readings: Readings, *, area: Area) -> tuple[Saving, ...]:
    """What fewer persons than expected save over all benefits, once for each price on record."""
    rows = [row for row in newest_of(readings, figure="savings", area=area) if row["item"] == ALL_BENEFITS]
    return tuple(
        Saving(
            period=Period.parse(row["period"]),
            fewer=_cell(row, "fewer_full_time_persons"),
            amount=Cell.of(row["value"], row["status"], low=row["low"], high=row["high"]),
            unit_cost_dkk=row["net_unit_cost_dkk"],
            basis=row["basis"],
            years=_years(_assumed(readings, row, name="net_unit_cost_dkk")),
            current=_is_current(readings, row),
            notes=tuple(row["caveats"]),
        )
        for row in rows
    )


def _assumed(readings: Readings, row: dict[str, Any], *, name: str) -> dict[str, Any]:
    """The assumption of that name that a row of a figure rests on."""
    return next(each for each in map(readings.assumptions.__getitem__, row["assumptions"]) if each["name"] == name)


def _is_current(readings: Readings, row: dict[str, Any]) -> bool:
    """Whether none of the assumptions that a row rests on is older than its stated life."""
    used = map(readings.assumptions.__getitem__, row["assumptions"])
    return all(readings.day <= leads_until(each["name"], valid_to=each["valid_to"]) for each in used)


def _years(assumed: dict[str, Any]) -> str:
    """The years that an assumption is given for; empty where it is given for any."""
    years = [str(day.year) for day in (assumed["valid_from"], assumed["valid_to"]) if day is not None]
    return "\N{EN DASH}".join(dict.fromkeys(years))


def projections(readings: Readings, *, area: Area, until: int) -> tuple[Projection, ...]:
    """What a national change of unemployment means here, on every basis of the key, in the newest year up to `until`."""
    figure = readings.figures["unemployment_projection"]
    own = figure.filter((pl.col("area_code") == area.code) & (pl.col("day").dt.year() <= until))
    newest = own.filter(pl.col("day") == pl.col("day").max())
    return tuple(
        Projection(
            period=Period.parse(row["period"]),
            basis=row["basis"],
            national_persons=row["national_change_persons"],
            key_pct=row["key_pct"],
            persons=Cell.of(row["value"], row["status"], low=row["low"], high=row["high"]),
            forecast=row["item"],
            until=_until(_assumed(readings, row, name="national_unemployment_change_persons")),
            current=_is_current(readings, row),
            notes=tuple(row["caveats"]),
        )
        for row in sorted(newest.to_dicts(), key=lambda row: (_ORDER.get(row["basis"], 1), row["basis"]))
    )


def _until(assumed: dict[str, Any]) -> int | None:
    """The last year that an assumption is given for."""
    return assumed["valid_to"].year if assumed["valid_to"] else None


# Where a basis of the key stands among others: what was stated first, what was only claimed last.
_ORDER = {"stated": 0, "claimed": 2}

SHOWN = 8
_KEY = ("area_code", "item", "period_id")
_VALUE = ("full_time_persons", "full_time_persons_status")


def revisions(readings: Readings, *, area: Area, names: Mapping[str, str]) -> Revisions:
    """The counts of one municipality that were known at both moments and differ; the largest in full.

    A count that came to be hidden, or no longer is, has been revised too; by how much is not said.
    """
    then, now = (_of(rows, area=area) for rows in (readings.before, readings.figures["year_on_year"]))
    if then.is_empty():
        return Revisions(readings.since, held=False, counted=0)
    both = now.join(then, on=_KEY, suffix="_before")
    value, status = (pl.col(name).ne_missing(pl.col(f"{name}_before")) for name in _VALUE)
    found = [_revision(row, names=names) for row in both.filter(value | status).sort(_KEY).iter_rows(named=True)]
    found.sort(key=lambda each: (-abs(each.change.value or 0), -each.period.key, each.name))
    hidden = sum(each.change.value is None for each in found)
    return Revisions(
        readings.since, held=True, counted=len(found), largest=tuple(found[:SHOWN]), to_or_from_hidden=hidden
    )


def _of(rows: pl.DataFrame, *, area: Area) -> pl.DataFrame:
    counted = [group.name for group in jobindsats().benefit_groups if group.counted]
    return rows.filter((pl.col("area_code") == area.code) & pl.col("item").is_in(counted)).select(*_KEY, *_VALUE)


def _revision(row: dict[str, object], *, names: Mapping[str, str]) -> Revision:
    def cell(suffix: str) -> Cell:
        value, status = (row[f"{name}{suffix}"] for name in _VALUE)
        return Cell.of(value, status)  # type: ignore[arg-type]

    return Revision(
        names.get(str(row["item"]), str(row["item"])),
        Period.from_key(int(str(row["period_id"]))),
        cell("_before"),
        cell(""),
    )
