"""Benefits of a municipality month by month, as cells: what is compared, what a line may be drawn through, what lacks.

A total is whole or has no number. A benefit that was not in force has none either, although its publisher reckons it back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tasks.briefing.cells import ABSENT, MISSED, Cell, compared
from tasks.briefing.content import Compared, Course, Point
from tasks.exports.municipality.held import Held, Mart
from tasks.exports.municipality.sheet import UNTOLD
from warehouse.areas import Area
from warehouse.catalogue.model import jobindsats
from warehouse.danish.reservations import SMALLEST_COUNT, TOO_FEW
from warehouse.periods import Period, spanning

ALL_BENEFITS = "Alle ydelser"
MONTHS_DRAWN = 25
_PERSONS = "recipients_full_time_persons"


@dataclass(frozen=True)
class Share:
    """A benefit's share of the workforce in a month, in per cent, here and in the country."""

    benefit: str
    own: Cell
    country: Cell


class Months:
    """The months of one municipality, found quickly."""

    def __init__(self, held: Held) -> None:
        self.held = held
        self._rows = _by_month(held.recipients)
        self._totals = {row["period"]: row for row in held.totals}

    @property
    def area(self) -> Area:
        """The municipality."""
        return self.held.area

    @cached_property
    def all(self) -> list[Period]:
        """Every month from the first that is held to the last, within the span that is asked for."""
        held = sorted({Period.parse(row["period"]).key for row in (*self.held.recipients, *self.held.totals)})
        months = spanning(Period.from_key(held[0]), Period.from_key(held[-1])) if held else []
        return [month for month in months if self.held.span is None or self.held.span.covers(month)]

    @cached_property
    def newest(self) -> Period | None:
        """The newest month for which the country has every benefit, in the span; else the newest that lacks the fewest."""
        totals = self.held.within(self.held.country_totals) or self.held.within(self.held.totals)
        lacking = [(row["parts"] - row["parts_expected"], Period.parse(row["period"]).key) for row in totals]
        return Period.from_key(max(lacking)[1]) if lacking else None

    @cached_property
    def benefits(self) -> list[str]:
        """The counted benefits that are held, in the catalogue's order, then those that only lack."""
        order = {group.name: place for place, group in enumerate(jobindsats().benefit_groups)}
        held = {row["benefit_group_name"] for row in self.held.recipients if row["counted_in_total"]}
        lacking = {name for row in self.held.totals for name in _names(row["missing"])}
        return sorted(held | lacking, key=lambda name: (order.get(name, len(order)), name))

    def total(self, month: Period) -> Cell:
        """All counted benefits of a month together: whole, or no number."""
        row = self._totals.get(str(month))
        return Cell.of(row["total_full_time_persons"], row["status"]) if row else MISSED

    def total_row(self, month: Period) -> Mapping[str, Any] | None:
        """What the mart of totals says of a month."""
        return self._totals.get(str(month))

    def cell(self, benefit: str, month: Period) -> Cell:
        """A benefit's full-time persons in a month; absent where it was not in force."""
        row = self._rows.get((benefit, str(month)))
        if row is not None and row["counted_in_total"]:
            return counted(row, _PERSONS)
        total = self._totals.get(str(month))
        return MISSED if total is None or benefit in _names(total["missing"]) else ABSENT

    def stretch(self, month: Period, *, benefit: str | None = None) -> int:
        """How many series breaks of a benefit, or of any counted one, lie at or before a month."""
        return sum(first <= month.first_day for first in self._breaks(benefit))

    def _breaks(self, benefit: str | None) -> set[Any]:
        of = {benefit} if benefit else set(self.benefits)
        told = ((row["first_period_first_day"], _names(row["benefit_groups"], by="; ")) for row in self.held.breaks)
        return {first for first, names in told if of & names}

    def points(self, benefit: str | None = None, *, months: Sequence[Period] | None = None) -> tuple[Point, ...]:
        """A benefit's course over the months, or that of all of them together."""
        return tuple(
            Point(
                month,
                self.total(month) if benefit is None else self.cell(benefit, month),
                self.stretch(month, benefit=benefit),
                self.provisional(month),
            )
            for month in (self.all if months is None else months)
        )

    def provisional(self, month: Period) -> bool:
        """Whether the publisher goes on to revise a month."""
        row = self._totals.get(str(month))
        return bool(row and row["provisional"])

    @cached_property
    def drawn(self) -> list[Period]:
        """The months that charts in pictures show: two years and one up to the newest whole one."""
        return [month for month in self.all if self.newest is None or month <= self.newest][-MONTHS_DRAWN:]

    def courses(self) -> tuple[Course, ...]:
        """Each benefit that was in force in the newest of the drawn months, over these."""
        last = self.drawn[-1:]
        in_force = [name for name in self.benefits if last and self.cell(name, last[0]) != ABSENT]
        return tuple(Course(name, self.points(name, months=self.drawn)) for name in in_force)

    def compared(self, month: Period) -> tuple[list[Compared], Compared]:
        """Each benefit of a month against the month before and a year before, and all of them together."""
        wanted = (month, month.previous, month.year_earlier)
        lines = [self._line(name, [self.cell(name, each) for each in wanted], month=month) for name in self.benefits]
        told = [line for line in lines if {line.now, line.month_before, line.year_before} != {ABSENT}]
        return told, self._line(None, [self.total(each) for each in wanted], month=month)

    def _line(self, benefit: str | None, cells: list[Cell], *, month: Period) -> Compared:
        now, before, earlier = cells

        def broken(since: Period) -> bool:
            return self.stretch(month, benefit=benefit) != self.stretch(since, benefit=benefit)

        over_month = compared(now, before, broken=broken(month.previous))
        over_year = compared(now, earlier, broken=broken(month.year_earlier))
        return Compared(benefit or ALL_BENEFITS, now, before, earlier, over_month, over_year)

    def shares(self, month: Period) -> list[Share]:
        """Each counted benefit's share of the workforce in a month, here and in the country."""
        country = _by_month(self.held.country)
        rows = [(name, self._rows.get((name, str(month))), country.get((name, str(month)))) for name in self.benefits]
        return [Share(name, share(own), share(there)) for name, own, there in rows if own and own["counted_in_total"]]


def counted(row: Mapping[str, Any], name: str) -> Cell:
    """A number of marts.benefit_recipients with its status; untold where its table has no such measure."""
    status = row[f"{name}_status"]
    return Cell(None, UNTOLD) if status is None else Cell.of(row[name], status)


def share(row: Mapping[str, Any] | None, name: str = "share_of_workforce_pct") -> Cell:
    """A share of a row; none where its count is hidden or of few persons."""
    if row is None:
        return MISSED
    persons, found = counted(row, _PERSONS), counted(row, name)
    if found.shown is None:
        return found
    if persons.shown is None:
        return persons
    return Cell(None, TOO_FEW) if persons.shown < SMALLEST_COUNT else found


def _by_month(rows: Mart) -> dict[tuple[str, str], Mapping[str, Any]]:
    return {(row["benefit_group_name"], row["period"]): row for row in rows}


def _names(written: str | None, *, by: str = ", ") -> set[str]:
    return set(written.split(by)) if written else set()
