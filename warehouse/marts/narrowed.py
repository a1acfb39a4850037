"""Narrow marts to what somebody asks for: areas, a stretch of time, benefits. Read like any mart, they have fewer rows.

A mart that has no column for it is left as it is: a series break is of no area, a saving of no benefit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import MetaData, Table

from warehouse.areas import find
from warehouse.catalogue.model import jobindsats
from warehouse.catalogue.named import unknown
from warehouse.danish.asked import ends_of, read_span
from warehouse.errors import QuestionError
from warehouse.periods import PeriodError, PeriodKind, Span, spanning

AREA, PERIOD, BENEFIT, BENEFIT_NAME = "area_code", "period", "benefit_group", "benefit_group_name"


@dataclass(frozen=True)
class Narrowing:
    """What is asked for: codes of areas, a span of time, ids of benefits; nothing named means all of it."""

    areas: tuple[str, ...] = ()
    span: Span | None = None
    benefits: tuple[str, ...] = ()

    def of(self, table: Table) -> dict[str, list[str]]:
        """What a mart's rows must have, by the column that has it; only columns that the mart has."""
        asked = {AREA: list(self.areas), PERIOD: _codes(self.span), BENEFIT: list(self.benefits)}
        if BENEFIT not in table.columns:
            asked[BENEFIT_NAME] = [group.name for group in jobindsats().benefit_groups if group.id in self.benefits]
        return {column: wanted for column, wanted in asked.items() if wanted and column in table.columns}

    def in_words(self, column: str) -> str:
        """What rows must have in a column, such as `area_code 163` or `period 2023M01:2023M12`."""
        span = f"{self.span.first}:{self.span.last}" if self.span else ""
        words = {AREA: ", ".join(self.areas), PERIOD: span}
        return f"{column} {words.get(column, ', '.join(self.benefits))}"


def narrowing(*, areas: Sequence[str] = (), period: str | None = None, benefits: Sequence[str] = ()) -> Narrowing:
    """What is asked for as a person writes it: names or codes, `2023M01:2023M12`, `2023`; raises QuestionError, AreaUnknown."""
    codes = dict.fromkeys(find(area).code for area in areas)
    try:
        span = read_span(*ends_of(period)) if period else None
    except PeriodError as error:
        raise QuestionError(str(error)) from error
    return Narrowing(tuple(codes), span, tuple(dict.fromkeys(map(_benefit, benefits))))


def _benefit(written: str) -> str:
    """The id of the benefit that a person names by its id or its Danish name; raises QuestionError."""
    groups = jobindsats().benefit_groups
    ids = {name.casefold(): group.id for group in groups for name in (group.name, group.id)}
    if written.strip().casefold() not in ids:
        raise QuestionError(unknown("benefit", written, [group.name for group in groups]))
    return ids[written.strip().casefold()]


def _codes(span: Span | None) -> list[str]:
    """The periods of every kind that a span of time covers, as the marts write them.

    >>> _codes(read_span("2023M12", "2023M12"))
    ['2023M12', '2023Q04', '2023Y01', '2023QMAT04', '2023MYTD12']
    """
    ends = [span.ends(kind) for kind in PeriodKind] if span else []
    return [str(period) for first, last in ends for period in spanning(first, last)]


def has_benefits(table: Table) -> bool:
    """Whether a mart's rows are of benefits, so that it can be narrowed to some."""
    return BENEFIT in table.columns or BENEFIT_NAME in table.columns


def narrowed(table: Table, *, to: Narrowing) -> Table:
    """A mart with only the rows asked for; itself where it has no column for what is asked."""
    asked = to.of(table)
    if not asked:
        return table
    rows = f"({table.info['rows']}) all_rows" if "rows" in table.info else table.fullname
    conditions = " and ".join(f"{column} = any(:narrowed_{column})" for column in asked)
    bound: dict[str, Any] = {f"narrowed_{column}": wanted for column, wanted in asked.items()}
    copy = table.to_metadata(MetaData())
    copy.info = table.info | {
        "rows": f"select * from {rows} where {conditions}",  # noqa: S608  # names of columns are ours, values are bound
        "asked": table.info.get("asked", {}) | bound,
        "narrowed_to": "; ".join(to.in_words(column) for column in asked),
    }
    return copy


def narrowed_to(table: Table) -> str:
    """What a mart was narrowed to, in words for its manifest; empty: it has all its rows."""
    said: str = table.info.get("narrowed_to", "")
    return said
