"""What a check is: a rule with a name, a sentence, whether it stops the table, and the expectation that decides it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import great_expectations.expectations as gxe

from warehouse.catalogue import Table
from warehouse.periods import Period

KEPT_OFFENDERS = 200


@dataclass(frozen=True)
class Check:
    """One rule: its name, what must be true, whether a failure stops the table, and the expectation."""

    rule: str
    sentence: str
    blocking: bool
    expectation: Any


@dataclass(frozen=True)
class Audited:
    """What is audited: the table as declared, its number in the warehouse, the periods asked for, the day of the look."""

    table: Table
    table_no: int
    asked_periods: tuple[Period, ...]
    seen_on: date


def no_offenders(rule: str, sentence: str, *, query: str, blocking: bool = True) -> Check:
    """A check that holds when its query finds nothing.

    The query reads `load`, the load beside what stands published (warehouse/staging.py), and gives its offenders with
    the columns a person needs to find them. Great Expectations puts a subquery for `{batch}`, and adds a name to it
    unless the query joins; PostgreSQL before 16 refuses one without a name anywhere but here (1.24.1, 2026-11-22).
    """
    counted = f"""
        with load as not materialized {{batch}}, offenders as ({query})
        select offenders.*, counted.offenders from offenders cross join (select count(*) as offenders from offenders) counted
        limit {KEPT_OFFENDERS}
    """
    expectation = gxe.UnexpectedRowsExpectation(unexpected_rows_query=counted, meta={"rule": rule})
    return Check(rule, sentence, blocking, expectation)


def no_cells(
    rule: str, sentence: str, *, where: str, source: str = "load b", show: str = "", blocking: bool = True
) -> Check:
    """A check that holds when no cell of `source` meets a condition; offenders are shown with their names."""
    query = f"""
        select p.code as period, a.name as area, b.measure, s.members, b.value, b.status::text as status {show and ", " + show}
        from {source}
        join core.series s on s.series_id = b.series_id
        join core.areas a on a.area_id = b.area_id
        join core.periods p on p.period_id = b.period_id
        where {where}
    """
    return no_offenders(rule, sentence, query=query, blocking=blocking)


def literals(rows: list[tuple[str | float, ...]]) -> str:
    """Rows of declared texts and numbers as an SQL VALUES list."""
    return "values " + ", ".join(f"({', '.join(_literal(value) for value in row)})" for row in rows)


def _literal(value: str | float) -> str:
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else repr(value)
