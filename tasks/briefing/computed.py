"""What the sections of a briefing say, computed from what was read: ranking lists, savings, projections, revisions.

Where the parts of a new section go is said in sections.py.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import polars as pl

from tasks.briefing.cells import MISSED, MISSING, OBSERVED, Cell, Change, compared
from tasks.briefing.content import (
    KeyLine,
    KeyShares,
    Placed,
    Projection,
    Ranking,
    RankLine,
    Revision,
    Revisions,
    Saving,
)
from tasks.briefing.inputs import Readings
from warehouse.areas import Area, municipalities
from warehouse.assumptions.model import leads_until
from warehouse.catalogue.model import jobindsats
from warehouse.danish.reservations import SMALLEST_COUNT, TOO_FEW
from warehouse.figures import FIGURES
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
    breaks = [each.first_period_id for each in readings.breaks if each.table in FIGURES["benchmark_gap"].tables]
    broken = any(before.key < first <= period.key for first in breaks)
    lines = [_line(name, by_list.get(item), item=item, broken=broken, period=period) for item, name in LISTS.items()]
    return Ranking(period, before, tuple(lines), _everyone(readings, period=period))


def _everyone(readings: Readings, *, period: Period) -> tuple[Placed, ...]:
    """The places of every municipality that is on a list of the period, by the list over all benefits."""
    gaps = readings.figures["benchmark_gap"]
    rows = gaps.filter((pl.col("period") == str(period)) & ~pl.col("stands_beside")).select(
        "area_code", "item", "rank", "rank_status"
    )
    ranks = {(area, item): Cell.of(rank, status) for area, item, rank, status in rows.iter_rows()}
    placed = [
        Placed(area.name, tuple(ranks.get((area.code, item), MISSED) for item in LISTS))
        for area in municipalities()
        if any((area.code, item) in ranks for item in LISTS)
    ]
    return tuple(sorted(placed, key=lambda each: each.ranks[0].shown or math.inf))


def newest_of(readings: Readings, *, figure: str, area: Area) -> list[dict[str, Any]]:
    """A figure's rows of one municipality in their newest period, in their order."""
    own = readings.figures[figure].filter(pl.col("area_code") == area.code)
    return own.filter(pl.col("day") == pl.col("day").max()).to_dicts()


def _covered(item: str, *, period: Period) -> tuple[str, ...]:
    """The benefits that a list was made of at the end of its period."""
    day = period.last_day
    groups = [
        each
        for each in jobindsats().benefit_groups
        if each.benchmark and (each.until is None or each.until >= day) and (each.valid_from or day) <= day
    ]
    return tuple(each.name.split(" (")[0] for each in groups if item in (ALL_BENEFITS, each.benchmark))


def _line(name: str, row: dict[str, Any] | None, *, item: str, broken: bool, period: Period) -> RankLine:
    covers = _covered(item, period=period)
    if row is None:
        return RankLine(name, MISSED, MISSED, Change(None, None, MISSING), MISSED, MISSED, covers)
    rank, before = _cell(row, "rank"), _cell(row, "rank_half_a_year_earlier")
    change = compared(rank, before, broken=broken)
    gained = Change(-change.value, None, OBSERVED) if change.value is not None else change
    gap = Cell.of(row["value"], row["status"], low=row["low"], high=row["high"])
    return RankLine(name, rank, before, gained, gap, _cell(row, "gap_pct_point"), covers)


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

ALL = "Alle ydelser"
_KEY = ("area_code", "item", "period_id")
_VALUE = ("full_time_persons", "full_time_persons_status")


def revisions(readings: Readings, *, area: Area, names: Mapping[str, str]) -> Revisions:
    """The counts of one municipality that were known at both moments and differ, the largest first.

    A count that came to be hidden, or no longer is, has been revised too; by how much is not said.
    """
    then, now = (_of(rows, area=area) for rows in (readings.before, readings.figures["year_on_year"]))
    if then.is_empty():
        return Revisions(readings.since, held=False)
    both = now.join(then, on=_KEY, suffix="_before")
    value, status = (pl.col(name).ne_missing(pl.col(f"{name}_before")) for name in _VALUE)
    found = [_revision(row, names=names) for row in both.filter(value | status).sort(_KEY).iter_rows(named=True)]
    found.sort(key=lambda each: (-abs(each.change.value or 0), -each.period.key, each.name))
    return Revisions(readings.since, held=True, every=tuple(found))


def key_shares(
    readings: Readings, *, area: Area, month: Period, names: Mapping[str, str], totals: tuple[Cell, Cell]
) -> KeyShares | None:
    """The share of the country in a month against the key that was stated, else that of the population.

    The last line is of `totals`: the sum of the benefits here and in the country. None where no key is on record.
    """
    figure = readings.figures["block_grant_share"]
    own = figure.filter((pl.col("area_code") == area.code) & (pl.col("period") == str(month))).to_dicts()
    bases = sorted({row["basis"] for row in own}, key=lambda basis: (_ORDER.get(basis, 1), basis != "population"))
    rows = {row["item"]: row for row in own if row["basis"] == bases[0]}
    found = [(name, rows[item]) for item, name in names.items() if item in rows]
    if not found:
        return None
    key = found[0][1]["key_pct"]
    lines = [
        KeyLine(name, _cell(row, "local_persons"), Cell.of(row["value"], row["status"]), _cell(row, "expected_persons"))
        for name, row in found
    ]
    notes = dict.fromkeys(note for _, row in found for note in row["caveats"])
    return KeyShares(bases[0], key, (*lines, _of_all(*totals, key_pct=key)), tuple(notes))


def _of_all(own: Cell, country: Cell, *, key_pct: float) -> KeyLine:
    """The share of the country over all benefits; none where either total is not whole, or is of too few."""
    if own.shown is None or not country.shown:
        unshown = Cell(None, (own if own.shown is None else country).status)
        return KeyLine(ALL, own, unshown, unshown)
    share = Cell(own.shown / country.shown * 100, OBSERVED) if own.shown >= SMALLEST_COUNT else Cell(None, TOO_FEW)
    return KeyLine(ALL, own, share, Cell(country.shown * key_pct / 100, OBSERVED))


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
