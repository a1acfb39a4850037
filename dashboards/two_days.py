"""Two days: what the warehouse knew of a municipality on one day beside what it knew on another."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from dashboards import order
from dashboards.marts import Rows
from dashboards.shown import ALL, WORDS, Count, count_of, said, total
from warehouse.danish import writing as written

Months = Mapping[tuple[str, date], Count]


def known(rows: Rows, *, totals: Rows) -> dict[tuple[str, date], Count]:
    """Each counted benefit's months, and those of all together, as they were known on a day."""
    found = {
        (row["benefit_group_name"], row["period_first_day"]): count_of(row) for row in rows if row["counted_in_total"]
    }
    return found | {(ALL, row["period_first_day"]): total(totals, month=row["period_first_day"]) for row in totals}


def of_month(before: Months, after: Months, *, month: date, days: tuple[str, str]) -> list[dict[str, str]]:
    """A row per benefit: a month as it was known on either day, and the difference; all benefits last."""
    names = sorted({name for name, day in (*before, *after) if day == month}, key=_in_order)
    return [{"Ydelse": name, **_pair(before.get((name, month)), after.get((name, month)), days=days)} for name in names]


def _in_order(name: str) -> tuple[bool, tuple[int, str]]:
    return (name == ALL, order.benefit(name))


def _pair(before: Count | None, after: Count | None, *, days: tuple[str, str]) -> dict[str, str]:
    first, second = before or (None, "missing"), after or (None, "missing")
    return {days[0]: said(first), days[1]: said(second), "Forskel": difference(first, second)}


def difference(before: Count, after: Count) -> str:
    """The difference as it is printed; the word for why there is none; a dash where nothing moved.

    >>> difference((264.0, "observed"), (272.0, "observed")), difference((None, "suppressed"), (5.0, "observed"))
    ('+8', 'skjult')
    """
    if before[0] is None or after[0] is None:
        status = before[1] if before[0] is None else after[1]
        return "–" if before == after else str(WORDS.get(status, status))
    return "–" if before[0] == after[0] else written.signed(after[0] - before[0])


def moved(before: Months, after: Months) -> list[dict[str, Any]]:
    """A row per benefit and month that both days knew and that was another then, the newest month first."""
    both = [key for key in after if key in before and before[key] != after[key] and key[0] != ALL]
    return [
        {"ydelse": name, "måned": month, "før": before[name, month], "efter": after[name, month]}
        for name, month in sorted(both, key=lambda key: (-key[1].toordinal(), order.benefit(key[0])))
    ]


def as_table(rows: list[dict[str, Any]], *, days: tuple[str, str]) -> list[dict[str, str]]:
    """Those rows as they are printed."""
    return [
        {
            "Ydelse": row["ydelse"],
            "Måned": f"{written.MONTHS[row['måned'].month - 1]} {row['måned'].year}",
            **_pair(row["før"], row["efter"], days=days),
        }
        for row in rows
    ]


def as_rows(rows: list[dict[str, Any]], *, first_day: date) -> list[dict[str, Any]]:
    """Those rows for a download."""
    return [
        {
            "ydelse": row["ydelse"], "måned": row["måned"], "sammenlignet_med": first_day,
            "før": row["før"][0], "før_status": row["før"][1], "efter": row["efter"][0], "efter_status": row["efter"][1],
        }
        for row in rows
    ]  # fmt: skip
