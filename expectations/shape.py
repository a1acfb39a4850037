"""Shape: the load has rows, each cell once, and each value the status that belongs to it."""

from __future__ import annotations

import great_expectations.expectations as gxe

from expectations.checks import Audited, Check, literals, no_offenders


def checks(audited: Audited) -> list[Check]:
    """The checks of shape for one table."""
    return [
        Check(
            "rows_arrived",
            "the publisher sent at least one cell",
            True,
            gxe.ExpectTableRowCountToBeBetween(min_value=1, meta={"rule": "rows_arrived"}),
        ),
        Check(
            "one_value_per_cell",
            "no cell came twice",
            True,
            gxe.ExpectCompoundColumnsToBeUnique(
                column_list=["series_id", "period_id"], meta={"rule": "one_value_per_cell"}
            ),
        ),
        no_offenders(
            "status_fits_value",
            "a value is observed, and what is not observed has no value",
            audited=audited,
            query="select period, area, measure, members, value, status from cells "
            "where (value is not null) <> (status = 'observed')",
        ),
        no_offenders(
            "areas_are_declared",
            "the areas are of the kinds the table's area hierarchy holds",
            audited=audited,
            query=f"select distinct area, area_kind from cells where area_kind not in ({_kinds(audited)})",
        ),
        no_offenders(
            "every_period_has_rows",
            "each period that was asked for came with rows",
            audited=audited,
            query=f"select asked.period from ({literals([(str(p),) for p in audited.asked_periods])}) as asked(period) "
            "where not exists (select from cells where cells.period = asked.period)",
        ),
    ]


def _kinds(audited: Audited) -> str:
    if audited.table.area.level_holds == "municipality":
        return "'country', 'municipality', 'unknown'"
    return "'country'"
