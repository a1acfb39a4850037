"""Comparisons: several areas over time, in persons, as shares, or indexed to a month that all of them have.

No index reaches back across a series break: it begins with the newest stretch. One of few persons is not indexed, for it leaps.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from dashboards.courses import told
from dashboards.marts import Rows
from dashboards.shown import WORDS
from warehouse.danish import writing as written
from warehouse.danish.reservations import SMALLEST_BASE, TOO_FEW


def newest_stretch(courses: Mapping[str, Rows]) -> dict[str, Rows]:
    """Each area's months since the newest series break."""
    newest = max((point["stretch"] for points in courses.values() for point in points), default=0)
    return {area: [point for point in points if point["stretch"] == newest] for area, points in courses.items()}


def base_month(courses: Mapping[str, Rows]) -> str | None:
    """The first month in which every area that has any number has one; None where there is none."""
    known = [{point["month"] for point in points if point["value"] is not None} for points in courses.values()]
    return min(set.intersection(*filter(None, known)), default=None) if any(known) else None


def indexed(courses: Mapping[str, Rows], *, base: str) -> dict[str, Rows]:
    """Each area's months as an index, the base month being 100, from that month on; no number where the base is too few.

    >>> rows = [{"month": "2023-01-01", "value": 200.0}, {"month": "2023-02-01", "value": 210.0}]
    >>> rows = [row | {"provisional": False, "status": "observed"} for row in rows]
    >>> [point["value"] for point in indexed({"Herlev": rows}, base="2023-01-01")["Herlev"]]
    [100.0, 105.0]
    """
    return {area: _indexed(points, base=base) for area, points in courses.items()}


def _indexed(points: Rows, *, base: str) -> Rows:
    at_base = next((point["value"] for point in points if point["month"] == base), None)
    few = at_base is None or at_base < SMALLEST_BASE
    return [_as_index(point, at_base=None if few else at_base) for point in points if point["month"] >= base]


def _as_index(point: Mapping[str, Any], *, at_base: float | None) -> dict[str, Any]:
    if point["value"] is None:
        return dict(point)
    value = None if at_base is None else point["value"] / at_base * 100
    number = WORDS[TOO_FEW] if value is None else written.number(value, decimals=1)
    text = told(date.fromisoformat(point["month"]), number, point["provisional"])
    return {**point, "value": value, "text": text, **({"status": TOO_FEW} if value is None else {})}


def drawn(courses: Mapping[str, Rows]) -> dict[str, Rows]:
    """Those areas of which there is something to draw: one number at least."""
    return {area: points for area, points in courses.items() if any(point["value"] is not None for point in points)}


def not_drawn(courses: Mapping[str, Rows]) -> str:
    """The sentence that names areas of which nothing is drawn, and says of others that months lack; empty where all is."""
    seen = drawn(courses)
    absent = [area for area in courses if area not in seen]
    holes = [area for area, points in seen.items() if any(point["value"] is None for point in points)]
    said = [f"Ikke tegnet, fordi tallene er skjult, for få eller mangler: {written.listed(absent)}."] if absent else []
    said += (
        [f"Huller i linjen er måneder, hvor tallet er skjult eller mangler: {written.listed(holes)}."] if holes else []
    )
    return " ".join(said)


def newest_months(courses: Mapping[str, Rows], *, write: Any, most: int = 13) -> list[dict[str, str]]:
    """A row per month, the newest first, and a column per area: what the chart draws, as numbers and words."""
    at = {area: {point["month"]: point for point in points} for area, points in courses.items()}
    months = sorted({month for points in at.values() for month in points}, reverse=True)[:most]
    return [
        {
            "Måned": f"{date.fromisoformat(month):%m-%Y}",
            **{area: _number(points.get(month), write) for area, points in at.items()},
        }
        for month in months
    ]


def _number(point: Mapping[str, Any] | None, write: Any) -> str:
    if point is None:
        return WORDS["missing"]
    return WORDS.get(point["status"], point["status"]) if point["value"] is None else str(write(point["value"]))


def as_rows(courses: Mapping[str, Rows], *, measure: str, benefit: str) -> list[dict[str, Any]]:
    """The same as plain rows for a download: one per area and month."""
    return [
        {
            "ydelse": benefit, "område": area, "måned": point["month"], "mål": measure, "værdi": point["value"],
            "status": point["status"],
        }
        for area, points in courses.items()
        for point in points
    ]  # fmt: skip
