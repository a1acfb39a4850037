"""Shown: from rows of the marts to what stands on the page: pure functions, Danish numbers, nothing hidden made up.

A hidden count is the word *skjult*; nothing is compared with it. Totals are added up in the marts and nowhere here. Nothing
is compared across a series break, and no line is drawn through one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from dashboards import order
from dashboards.marts import COUNTRY, Rows
from warehouse.danish import writing as written
from warehouse.danish.reservations import (
    FEW,
    PROVISIONAL_EXPLAINED,
    SMALLEST_COUNT,
    TOO_FEW,
    change_pct,
)

ALL = "Alle ydelser"
WORDS = {
    "suppressed": "skjult",
    "not_yet": "afventer",
    "withdrawn": "trukket tilbage",
    "missing": "mangler",
    "not_in_force": "–",
    "series_break": "databrud",
    TOO_FEW: FEW,
}
Count = tuple[float | None, str]
_VALUE, _STATUS = "recipients_full_time_persons", "recipients_full_time_persons_status"


def count_of(row: Mapping[str, Any] | None) -> Count:
    """Full-time persons of a row with their status; a value that was not observed is not kept."""
    if row is None or row[_STATUS] is None:
        return None, "missing"
    return (row[_VALUE], "observed") if row[_STATUS] == "observed" else (None, row[_STATUS])


def said(count: Count) -> str:
    """A count as it is printed: the number, or the word for why there is none."""
    value, status = count
    return WORDS.get(status, status) if value is None else written.number(value)


def newest_whole_month(totals: Rows) -> date | None:
    """The newest month for which every benefit has come; where there is none, the newest of those that lack the fewest."""
    lacking = [(row["parts"] - row["parts_expected"], row["period_first_day"]) for row in totals]
    return max(lacking)[1] if lacking else None


def total(totals: Rows, *, month: date) -> Count:
    """All counted benefits of a month together; none where a part is hidden or lacks."""
    found = next((row for row in totals if row["period_first_day"] == month), None)
    return (found["total_full_time_persons"], found["status"]) if found else (None, "missing")


def lacking(totals: Rows, *, month: date) -> str:
    """The sentence that names what a month's total lacks; empty where it is whole."""
    found = next((row for row in totals if row["period_first_day"] == month), {})
    named = {"Mangler": found.get("missing"), "Skjult": found.get("hidden")}
    return " ".join(f"{why}: {names}." for why, names in named.items() if names)


def provisional(totals: Rows, *, month: date) -> str:
    """The sentence that says of a month that it is provisional; empty where it is not."""
    found = next((row for row in totals if row["period_first_day"] == month), {})
    return PROVISIONAL_EXPLAINED if found.get("provisional") else ""


def year_before(month: date) -> date:
    """The same month a year earlier."""
    return month.replace(year=month.year - 1)


def month_before(month: date) -> date:
    """The month before."""
    return month.replace(month=month.month - 1) if month.month > 1 else month.replace(year=month.year - 1, month=12)


def change(now: Count, before: Count, *, broken: bool) -> str:
    """The change as it is printed, in persons and per cent; the word for why there is none."""
    if broken:
        return WORDS["series_break"]
    if now[0] is None or before[0] is None:
        return WORDS.get(now[1] if now[0] is None else before[1], "")
    by = now[0] - before[0]
    pct = change_pct(now[0], before[0])
    return f"{written.signed(by)} ({written.signed_per_cent(pct)})" if pct is not None else written.signed(by)


def breaks_of(breaks: Rows, *, group: str) -> Rows:
    """The series breaks that concern a benefit (or ALL): that one benefit had a break is none of another's."""
    return [each for each in breaks if group == ALL or group in each["benefit_groups"].split("; ")]


def is_broken(breaks: Rows, *, since: date, until: date) -> bool:
    """Whether one of these series breaks lies between two months."""
    return any(since < each["first_period_first_day"] <= until for each in breaks)


def benefits(rows: Rows, *, totals: Rows, month: date, breaks: Rows) -> list[dict[str, str]]:
    """The table of benefits: this month, the month before and a year before with changes; the total last.

    Listed is what each total is made of, come or not.
    """
    wanted = (month, month_before(month), year_before(month))
    counted = {(row["benefit_group_name"], row["period_first_day"]): row for row in rows if row["counted_in_total"]}
    absent = {(name, row["period_first_day"]) for row in totals for name in row["missing"].split(", ") if name}
    lines = []
    for name in sorted({name for name, day in (*counted, *absent) if day in wanted}, key=order.benefit):
        cells = [_cell(counted.get((name, day)), lacks=(name, day) in absent) for day in wanted]
        lines.append(_line(name, cells, month=month, breaks=breaks_of(breaks, group=name)))
    return [*lines, _line(ALL, [total(totals, month=day) for day in wanted], month=month, breaks=breaks)]


def _cell(row: Mapping[str, Any] | None, *, lacks: bool) -> Count:
    return (None, "not_in_force") if row is None and not lacks else count_of(row)


def _line(name: str, counts: Sequence[Count], *, month: date, breaks: Rows) -> dict[str, str]:
    now, before, earlier = counts
    broken = is_broken(breaks, since=year_before(month), until=month)
    return {
        "Ydelse": name,
        _short(month): said(now),
        _short(month_before(month)): said(before),
        _short(year_before(month)): said(earlier),
        "Ændring på et år": change(now, earlier, broken=broken),
    }


def _short(month: date) -> str:
    return f"{written.MONTHS[month.month - 1][:3]}. {month:%y}"


def shares(rows: Rows) -> list[dict[str, str]]:
    """One row per benefit and a column per area: the share of the workforce; hidden with its count."""
    areas = list(dict.fromkeys(row["area_name"] for row in rows))
    cells = {(row["benefit_group_name"], row["area_name"]): _share(row) for row in rows}
    names = sorted({row["benefit_group_name"] for row in rows}, key=order.benefit)
    return [{"Ydelse": name, **{area: cells.get((name, area), WORDS["missing"]) for area in areas}} for name in names]


def share_of(row: Mapping[str, Any] | None) -> Count:
    """The share of the workforce, per cent, of a row with its status; hidden with its count, and none of few persons."""
    persons, status = count_of(row)
    if row is not None and status != "suppressed":
        few = persons is not None and persons < SMALLEST_COUNT
        status = TOO_FEW if few else row["share_of_workforce_pct_status"] or "missing"
    return (row["share_of_workforce_pct"], status) if row is not None and status == "observed" else (None, status)


def said_share(share: Count) -> str:
    """A share as it is printed: per cent, or the word for why there is none."""
    value, status = share
    return WORDS.get(status, status) if value is None else written.per_cent(value)


def _share(row: Mapping[str, Any]) -> str:
    return said_share(share_of(row))


def ranking(rows: Rows) -> list[dict[str, str]]:
    """The table of ranks: place, the place on the list before, the gap in persons with its interval."""
    return [
        {
            "Liste": row["benefit_area"],
            "Plads": _number(row["rank"], of=row["rank_status"]),
            "Før": _number(row["rank_half_a_year_earlier"], of=row["rank_half_a_year_earlier_status"]),
            "Forskel til det forventede, personer": _between(
                row["gap_full_time_persons"], row["gap_low_full_time_persons"], row["gap_high_full_time_persons"]
            ),
        }
        for row in rows
    ]


def _number(value: float | None, *, of: str | None) -> str:
    return written.number(value) if value is not None else WORDS.get(of or "missing", "mangler")


def _between(value: float | None, low: float | None, high: float | None) -> str:
    if value is None or low is None or high is None:
        return WORDS["missing"]
    return f"{written.signed(value)} ({written.signed(low)} til {written.signed(high)})"


def savings(rows: Rows, *, bases: Mapping[str, str]) -> list[dict[str, str]]:
    """The table of savings: persons fewer than expected times a price, with the interval of rounding."""
    return [
        {
            "Ydelser": row["benefit_area"],
            "Beregnet ud fra": bases.get(row["basis"], row["basis"].replace("_", " ")),
            "Færre end forventet": _number(row["fewer_full_time_persons"], of=None),
            "Pris pr. person": written.kroner(row["net_unit_cost_dkk"]),
            "Pr. år": _number_of(row["saving_dkk"]),
            "Interval": f"{_number_of(row['saving_low_dkk'])} til {_number_of(row['saving_high_dkk'])}",
        }
        for row in rows
    ]


def _number_of(amount: float | None) -> str:
    return WORDS["missing"] if amount is None else written.million_kroner(amount)


VERDICTS = {
    "holds": "holder",
    "holds within rounding": "holder inden for afrunding",
    "differs": "afviger",
    "cannot be checked": "kan ikke efterprøves",
}


def claims(rows: Rows) -> list[dict[str, str]]:
    """The table of claims: what a paper says, what was computed, and the verdict."""
    return [
        {
            "Papir": row["document"],
            "Punkt": row["point"],
            "Påstand": row["statement"],
            "Papirets tal": _or_dash(row["claimed"]),
            "Beregnet": _or_dash(row["computed"]),
            "Vurdering": str(VERDICTS.get(row["verdict"], row["verdict"])),
        }
        for row in rows
    ]


def _or_dash(value: float | None) -> str:
    if value is None:
        return "–"
    whole = float(value).is_integer()
    return written.number(value) if whole else written.number(value, decimals=2)


def compared_with(area_code: str, neighbours: Sequence[str]) -> list[str]:
    """The areas whose shares stand side by side: the municipality, the country, the neighbours."""
    return [area_code, COUNTRY, *(code for code in neighbours if code != area_code)]
