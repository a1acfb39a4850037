"""Courses: a benefit, or all of them, month by month: what is drawn, and the word where a month is not.

No line is drawn through a month that is hidden or lacks a part, nor through a series break.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from dashboards.marts import Rows
from dashboards.shown import ALL, Count, breaks_of, count_of, said, said_share, share_of, total
from warehouse.danish.reservations import PROVISIONAL


def course(rows: Rows, *, totals: Rows, group: str, revised: Rows, breaks: Rows, newest: Rows) -> Rows:
    """One row per month of a benefit (or ALL), first to last: value, the band it was known within, its stretch.

    `newest` are the provisional months of benefits.
    """
    if group == ALL:
        return _course_of_all(totals, breaks=breaks)
    moving = {each["period_first_day"] for each in newest if each["benefit_group_name"] == group}
    return _course_of_one(rows, group=group, revised=revised, breaks=breaks, moving=moving)


def _course_of_all(totals: Rows, *, breaks: Rows) -> Rows:
    starts = {each["first_period_first_day"] for each in breaks}
    months = every_month([row["period_first_day"] for row in totals])
    moving = {row["period_first_day"] for row in totals if row.get("provisional")}
    return [_point(month, total(totals, month=month), None, starts=starts, moving=moving) for month in months]


def _course_of_one(rows: Rows, *, group: str, revised: Rows, breaks: Rows, moving: set[date]) -> Rows:
    own = {row["period_first_day"]: row for row in rows if row["benefit_group_name"] == group}
    starts = {each["first_period_first_day"] for each in breaks_of(breaks, group=group)}
    bands = {(row["benefit_group"], row["period"]): row for row in revised}
    keys = {month: (row["benefit_group"], row["period"]) for month, row in own.items()}
    return [
        _point(month, count_of(own.get(month)), bands.get(keys.get(month, ("", ""))), starts=starts, moving=moving)
        for month in every_month(list(own))
    ]


def of_shares(rows: Rows, *, group: str, breaks: Rows, newest: Rows) -> Rows:
    """One row per month of a benefit, first to last: the share of the workforce, per cent, and its stretch."""
    own = {row["period_first_day"]: row for row in rows if row["benefit_group_name"] == group}
    starts = {each["first_period_first_day"] for each in breaks_of(breaks, group=group)}
    moving = {each["period_first_day"] for each in newest if each["benefit_group_name"] == group}
    shares = {month: share_of(own.get(month)) for month in every_month(list(own))}
    return [
        _point(month, share, None, starts=starts, moving=moving)
        | {"text": told(month, said_share(share), month in moving)}
        for month, share in shares.items()
    ]


def told(month: date, number: str, provisional: bool) -> str:
    """A month with its number, as it is told beside a point."""
    return f"{month:%m-%Y}: {number}{f' ({PROVISIONAL})' if provisional else ''}"


def every_month(held: Sequence[date]) -> list[date]:
    """The first days of all months from the first that is held to the last: one that lacks is a gap, and no line spans it."""
    months = [min(held)] if held else []
    while months and months[-1] < max(held):
        months.append((months[-1] + timedelta(days=31)).replace(day=1))
    return months


def _point(
    month: date, count: Count, band: Mapping[str, Any] | None, *, starts: set[date], moving: set[date]
) -> dict[str, Any]:
    value, status = count
    known = value is not None and band is not None and band["low"] is not None
    return {
        "month": month.isoformat(),
        "value": value,
        "text": told(month, said(count), month in moving),
        "provisional": month in moving,
        "low": min(band["low"], value) if known and band and value is not None else None,
        "high": max(band["high"], value) if known and band and value is not None else None,
        "stretch": sum(start <= month for start in starts),
        "status": status,
    }
