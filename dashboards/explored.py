"""Any table that is loaded, of one area: from observations to a table and a course, each number in its own unit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboards import order
from dashboards.marts import Rows
from dashboards.shown import WORDS
from warehouse.danish import writing as written
from warehouse.periods import Period

TOTAL = "I alt"
UNITS = {
    "full_time_persons": "fuldtidspersoner",
    "persons": "personer",
    "cases": "sager",
    "pct": "pct.",
    "fraction": "andel",
    "pct_point": "pct.point",
    "rank": "plads",
    "ratio": "forhold",
    "dkk": "kr.",
    "unknown": "enhed ikke oplyst",
}
_WHOLE = frozenset({"full_time_persons", "persons", "cases", "rank", "dkk"})


def members(rows: Rows) -> dict[str, str]:
    """The members that a table's rows are about, the total first, then by name."""
    found = sorted({row["member"] for row in rows}, key=lambda name: (bool(name), order.benefit(name)))
    return {name or TOTAL: name or TOTAL for name in found}


def unit(row: Mapping[str, Any]) -> str:
    """A row's unit in words; one that an own table brought, as it is called there."""
    return str(UNITS.get(row["unit"], row["unit"]))


def said(row: Mapping[str, Any] | None) -> str:
    """A value in its unit, with no more decimals than it has; the word for why there is none.

    >>> said({"status": "observed", "value": 6.25, "unit": "pct"}), said(None)
    ('6,25', 'mangler')
    """
    if row is None or row["status"] != "observed" or row["value"] is None:
        status = "missing" if row is None or row["status"] == "observed" else row["status"]
        return str(WORDS.get(status, status))
    whole = row["unit"] in _WHOLE and float(row["value"]).is_integer()
    return written.number(row["value"], decimals=0 if whole else _decimals(row["value"]))


def _decimals(value: float) -> int:
    """So many decimals as a number has, two at the most, one at the least."""
    return 1 if float(written.rounded(value, decimals=1)) == float(written.rounded(value, decimals=2)) else 2


def newest(rows: Rows, *, most: int = 13) -> list[dict[str, str]]:
    """A row per period, the newest first, and a column per measure."""
    measures = list(dict.fromkeys(row["label"] for row in rows))
    at = {(row["period"], row["label"]): row for row in rows}
    periods = sorted({row["period_last_day"]: row["period"] for row in rows}.items(), reverse=True)[:most]
    return [
        {"Periode": in_words(period), **{name: said(at.get((period, name))) for name in measures}}
        for _, period in periods
    ]


def in_words(period: str) -> str:
    """A period as a Dane writes it.

    >>> in_words("2023M10")
    'oktober 2023'
    """
    return written.period(Period.parse(period))


def course(rows: Rows) -> list[dict[str, Any]]:
    """One point per period of one measure and member: the value, and the stretch between series breaks and hidden values."""
    points, stretch, before = [], 0, None
    for row in sorted(rows, key=lambda row: row["period_last_day"]):
        value = row["value"] if row["status"] == "observed" else None
        stretch += value is None or row["series_break"] != before
        before = row["series_break"]
        points.append({
            "month": row["period_first_day"].isoformat(),
            "value": value,
            "text": f"{in_words(row['period'])}: {said(row)}",
            "stretch": stretch,
        })  # fmt: skip
    return points


def as_rows(rows: Rows) -> list[dict[str, Any]]:
    """All of it as plain rows for a download: one per member, measure and period."""
    return [
        {
            "tabel": row["table_id"], "område": row["area_name"], "periode": row["period"],
            "opdeling": row["member"] or TOTAL, "mål": row["label"], "enhed": unit(row),
            "værdi": row["value"] if row["status"] == "observed" else None, "status": row["status"],
            "udgave": row["vintage_id"], "databrud": row["series_break_caveat"] or "",
        }
        for row in rows
    ]  # fmt: skip
