"""What a check is: a rule with a name, a sentence, whether it stops the table, and the query that finds its offenders."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from datetime import date
from typing import Any

import great_expectations.expectations as gxe

from expectations.known_deviations import Deviation
from warehouse.catalogue.model import Table
from warehouse.figures.usual_revisions import NOTHING_LEARNT, UsualRevisions
from warehouse.history.staging import PARTS
from warehouse.periods import Period

KEPT_OFFENDERS = 200
CELL = ("period", "area", "measure", "members", "value", "status")


@dataclass(frozen=True)
class Check:
    """One rule: its name, what must be true, whether a failure stops the table, and the `query` that finds its offenders.

    They are shown with the `columns` that a person needs to find one; without columns there is nothing to show.
    """

    rule: str
    sentence: str
    _: KW_ONLY
    query: str
    columns: tuple[str, ...] = ()
    blocking: bool = True


@dataclass(frozen=True)
class Audited:
    """What is audited: the table as declared, its number in the warehouse, and the load.

    Of the load: its table in `staging`, the periods that were asked for (None where its source says itself which it is
    about), the day it was seen, the publisher's errors that are known, the hash of its content, and what is known of how
    large its revisions are usually.
    """

    table: Table
    table_no: int
    staging: str
    asked_periods: tuple[Period, ...] | None
    seen_on: date
    deviations: tuple[Deviation, ...] = ()
    content_hash: str = ""
    revisions: UsualRevisions = NOTHING_LEARNT


class NoOffenders(gxe.UnexpectedRowsExpectation):
    """Great Expectations' own, with the offenders asked for once: that asks a second time how many there are."""

    metric_dependencies = ("unexpected_rows_query.table",)

    def _validate(self, metrics: dict[str, Any], *_: Any, **__: Any) -> dict[str, Any]:
        rows = metrics["unexpected_rows_query.table"]
        return {"success": not rows, "result": {"observed_value": len(rows), "details": {"unexpected_rows": rows}}}


def expectation_of(check: Check, *, staging: str) -> Any:
    """The expectation that decides a check on a load.

    A query reads `load`, its cells with what they are of, and `series`, `periods`, `lines`, `parts`, `gaps` and `changes`
    (warehouse/history/staging.py).
    Great Expectations puts a subquery for `{batch}`, and adds a name to it unless the query joins; PostgreSQL before 16
    refuses one without a name anywhere but here (1.24.1, 2026-11-22).
    """
    parts = ", ".join(f"{part[1:]} as not materialized (select * from {staging}{part})" for part in PARTS)
    counted = f"""
        with batch as not materialized {{batch}},
        {parts},
        load as not materialized (
            select batch.series_id, batch.period_id, batch.value, batch.status, series.area_id, series.area_kind,
                   series.measure, series.unit, series.adds_up, series.is_total, series.line
            from batch join series on series.series_id = batch.series_id
        ), offenders as ({check.query})
        select offenders.*, counted.offenders from offenders cross join (select count(*) as offenders from offenders) counted
        order by 1, 2 limit {KEPT_OFFENDERS}
    """
    return NoOffenders(unexpected_rows_query=counted, meta={"rule": check.rule})


def no_cells(
    rule: str,
    sentence: str,
    *,
    where: str,
    among: str = "true",
    source: str = "load b",
    show: tuple[str, ...] = (),
    blocking: bool = True,
) -> Check:
    """A check that holds when no cell of `source` meets a condition; offenders are shown with their names.

    Cells are looked at only of the series that are `among` those in which there can be an offender: on a good night none.
    """
    query = f"""
        select {", ".join(("p.code as period, a.name as area, b.measure, s.members, b.value, b.status::text as status", *show))}
        from {source}
        join core.series s on s.series_id = b.series_id
        join core.areas a on a.area_id = b.area_id
        join core.periods p on p.period_id = b.period_id
        where b.series_id in (select series_id from series where {among}) and {where}
    """
    shown = tuple(name.removeprefix("b.") for name in show)
    return Check(rule, sentence, query=query, columns=(*CELL, *shown), blocking=blocking)
