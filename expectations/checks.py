"""What a check is: a rule with a name, a sentence, whether it stops the table, and the expectation that decides it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import great_expectations.expectations as gxe

from warehouse.catalogue import Table
from warehouse.periods import Period

KEPT_OFFENDERS = 500

CELLS = """
with cells as (
    select b.series_id, b.period_id, b.value, b.status, s.area_id, s.members, a.name as area, a.kind as area_kind,
           m.name as measure, m.unit, m.adds_up, p.code as period
    from {batch} b
    join core.series s on s.series_id = b.series_id
    join core.measures m on m.measure_id = s.measure_id
    join core.areas a on a.area_id = s.area_id
    join core.periods p on p.period_id = b.period_id
), published as (
    select o.series_id, o.period_id, o.value, o.status from core.observations o
    join core.tables t on t.table_no = o.table_no
    where t.table_id = '%s' and o.superseded_by is null and o.status <> 'withdrawn'
)
"""


@dataclass(frozen=True)
class Check:
    """One rule: its name, what must be true, whether a failure stops the table, and the expectation."""

    rule: str
    sentence: str
    blocking: bool
    expectation: Any


@dataclass(frozen=True)
class Audited:
    """What is audited: the table as declared, and the periods that were asked for."""

    table: Table
    asked_periods: tuple[Period, ...]


def no_offenders(rule: str, sentence: str, *, audited: Audited, query: str, blocking: bool = True) -> Check:
    """A check that holds when its query finds nothing.

    The query may use `cells` (the load, one row per series x period, with names) and `published` (what stands now). It
    gives the offenders with the columns a person needs to find them.
    """
    counted = (CELLS % audited.table.id) + (
        f", offenders as ({query}) select *, count(*) over () as offenders from offenders limit {KEPT_OFFENDERS}"
    )
    return Check(
        rule, sentence, blocking, gxe.UnexpectedRowsExpectation(unexpected_rows_query=counted, meta={"rule": rule})
    )


def literals(rows: list[tuple[str | float, ...]]) -> str:
    """Rows of declared texts and numbers as an SQL VALUES list."""
    return "values " + ", ".join(f"({', '.join(_literal(value) for value in row)})" for row in rows)


def _literal(value: str | float) -> str:
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else repr(value)
