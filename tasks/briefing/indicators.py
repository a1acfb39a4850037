"""What stands beside the benefits, where it is loaded: unemployment, notices, activation, ordinary hours.

Each measure is told of its own newest month: the newest that the country has. A percentage of fewer than ten persons is
not told. The publisher's own total is read here too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl
from sqlalchemy import Connection, text

from tasks.briefing.cells import MISSED, OBSERVED, Cell, Change, compared
from tasks.briefing.content import Indicator
from warehouse.areas import COUNTRY
from warehouse.danish.reservations import SMALLEST_COUNT, TOO_FEW
from warehouse.periods import Period

OWN_TOTAL = ("ptv_a02", "full_time_persons")
PERCENT = "pct"


@dataclass(frozen=True)
class Asked:
    """A measure that is told: of which table, its Danish name and unit, and what a percentage is of.

    `of` is a measure of the same table, or the name of a benefit.
    """

    table: str
    measure: str
    name: str
    unit: str
    of: str = ""


ASKED = (
    Asked("y25i01", "unemployed_full_time_persons", "Ledige, fuldtidspersoner", "full_time_persons"),
    Asked("y25i01", "unemployed_workforce_pct", "Ledige i pct. af arbejdsstyrken", PERCENT, "unemployed_full_time_persons"),
    Asked("y25i09", "long_term_unemployed_persons", "Langtidsledige, personer", "persons"),
    Asked("y25i09", "long_term_share_pct", "Langtidsledige i pct. af bruttoledige", PERCENT, "long_term_unemployed_persons"),
    Asked("y25i05", "notified_persons", "Varslet om afskedigelse, personer", "persons"),
    Asked("y01c07", "activation_pct", "Aktiveringsgrad, a-dagpenge", PERCENT, "A-dagpenge"),
    Asked("y60c07", "activation_pct", "Aktiveringsgrad, kontanthjælp", PERCENT, "Kontanthjælp"),
    Asked("y07c07", "activation_pct", "Aktiveringsgrad, sygedagpenge", PERCENT, "Sygedagpenge"),
    Asked("y12c07", "activation_pct", "Aktiveringsgrad, jobafklaringsforløb", PERCENT, "Jobafklaringsforløb"),
    Asked("y09c07", "activation_pct", "Aktiveringsgrad, ledighedsydelse", PERCENT, "Ledighedsydelse"),
    Asked("otij01", "ordinary_hours_persons", "Med ordinære timer, personer", "persons"),
    Asked("otij01", "ordinary_hours_pct", "Med ordinære timer, pct.", PERCENT, "ordinary_hours_persons"),
    Asked("y60j01", "ordinary_hours_pct", "Kontanthjælp med ordinære timer, pct.", PERCENT, "ordinary_hours_persons"),
)  # fmt: skip
TABLES = tuple(dict.fromkeys(each.table for each in ASKED))

_TYPES = pl.Schema(
    {"table": pl.String, "measure": pl.String, "area_code": pl.String, "period_id": pl.Int32}
    | {"value": pl.Float64, "status": pl.String, "vintage_id": pl.Int32}
)
_OBSERVED = """
select t.table_id, m.name, a.code, o.period_id, o.value, o.status::text, o.vintage_id
from core.observations_as_of(coalesce(cast(:as_of as timestamptz), 'infinity')) o
join core.series s on s.series_id = o.series_id
join core.measures m on m.measure_id = s.measure_id
join core.tables t on t.table_no = s.table_no
join core.areas a on a.area_id = s.area_id
where o.table_no = any(:tables) and m.name = any(:measures) and s.members = t.root_members
  and a.code = any(coalesce(:areas, array[a.code]))
"""


def read(connection: Connection, *, areas: Sequence[str] | None, as_of: datetime | None) -> pl.DataFrame:
    """One row per table x measure x area x period of what is told, as known at a moment."""
    tables = [*TABLES, OWN_TOTAL[0]]
    numbers = "select table_no from core.tables where table_id = any(:tables)"
    about = {
        "tables": list(connection.scalars(text(numbers), {"tables": tables})),
        "measures": sorted({each.measure for each in ASKED} | {OWN_TOTAL[1]}),
        "areas": None if areas is None else list(areas),
        "as_of": as_of,
    }
    found = [tuple(row) for row in connection.execute(text(_OBSERVED), about)]
    return pl.DataFrame(found, schema=_TYPES, orient="row")


@dataclass(frozen=True)
class Indicated:
    """What was read, found quickly: a cell by table, measure, area and period, and the newest period of each measure."""

    cells: Mapping[tuple[str, str, str, int], Cell]
    vintages: Mapping[tuple[str, str, str, int], int]
    newest: Mapping[tuple[str, str], int]

    def cell(self, table: str, measure: str, area: str, period: int) -> Cell:
        """The cell of a measure; missing where there is none."""
        return self.cells.get((table, measure, area, period), MISSED)


def indicated(rows: pl.DataFrame) -> Indicated:
    """What was read, made ready for every municipality."""
    key = ("table", "measure", "area_code", "period_id")
    cells = {row[:4]: Cell.of(*row[4:]) for row in rows.select(*key, "value", "status").iter_rows()}
    vintages = {row[:4]: row[4] for row in rows.select(*key, "vintage_id").iter_rows()}
    of_country = rows.filter((pl.col("area_code") == COUNTRY) & (pl.col("status") == OBSERVED))
    newest = of_country.group_by("table", "measure").agg(pl.col("period_id").max())
    return Indicated(cells, vintages, {(table, measure): period for table, measure, period in newest.iter_rows()})


def indicators(
    found: Indicated,
    *,
    area_code: str,
    counts: Mapping[tuple[str, str, int], Cell],
    breaks: Mapping[str, Sequence[int]],
) -> tuple[Indicator, ...]:
    """What is told of one municipality; `counts` are the benefits', `breaks` the first periods after a table's breaks."""
    told = []
    for asked in ASKED:
        newest = found.newest.get((asked.table, asked.measure))
        if newest is None or (asked.table, asked.measure, area_code, newest) not in found.cells:
            continue
        month = Period.from_key(newest)
        now, then = (
            _of_enough(found, asked, area=area_code, period=each, counts=counts) for each in (month, month.year_earlier)
        )
        broken = any(month.year_earlier.key < first <= newest for first in breaks.get(asked.table, ()))
        country = found.cell(asked.table, asked.measure, COUNTRY, newest) if asked.unit == PERCENT else None
        told.append(
            Indicator(asked.name, asked.unit, month, now, then, _change(now, then, broken, unit=asked.unit), country)
        )
    return tuple(told)


def _of_enough(
    found: Indicated, asked: Asked, *, area: str, period: Period, counts: Mapping[tuple[str, str, int], Cell]
) -> Cell:
    """A measure's cell; a percentage of too few, or of a hidden count, is not told."""
    cell = found.cell(asked.table, asked.measure, area, period.key)
    if asked.unit != PERCENT or cell.shown is None:
        return cell
    of = found.cells.get((asked.table, asked.of, area, period.key)) or counts.get((area, asked.of, period.key))
    if of is None or of.shown is None or of.shown < SMALLEST_COUNT:
        return Cell(None, TOO_FEW if of is None or of.shown is not None else of.status)
    return cell


def _change(now: Cell, then: Cell, broken: bool, *, unit: str) -> Change:
    change = compared(now, then, broken=broken)
    return Change(change.value, None, change.status) if unit == PERCENT else change


def tables_of(told: Indicator) -> tuple[str, ...]:
    """The tables that a told measure may be of."""
    return tuple(asked.table for asked in ASKED if asked.name == told.name)


def vintages_used(found: Indicated, *, told: Sequence[Indicator], areas: Sequence[str]) -> set[int]:
    """The numbers of the vintages that what is told rests on."""
    names = {asked.name: asked for asked in ASKED}
    return {
        found.vintages[key]
        for each in told
        for area in areas
        for period in (each.period, each.period.year_earlier)
        if (key := (names[each.name].table, names[each.name].measure, area, period.key)) in found.vintages
    }
