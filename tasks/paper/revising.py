"""Revising: what the publisher changed since the briefing before, as it was known then against what is known now."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from tasks.paper.content import Cell, Revision, Revisions
from tasks.paper.readings import Readings
from warehouse.areas import Area
from warehouse.catalogue.model import jobindsats
from warehouse.periods import Period

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
