"""Shape: the load has rows, each cell once, and each value the status that belongs to it."""

from __future__ import annotations

from expectations.checks import Audited, Check, no_cells
from expectations.sql_literals import literals
from warehouse.catalogue.model import jobindsats


def checks(audited: Audited) -> list[Check]:
    """The checks of shape for one table."""
    return [
        Check(
            "rows_arrived",
            "the publisher sent at least one cell",
            query="select 0 as cells where not exists (select from periods)",
        ),
        no_cells(
            "one_value_per_cell",
            "no cell came twice",
            among="cells > periods",
            where="(b.series_id, b.period_id) in (select series_id, period_id from batch where series_id in "
            "(select series_id from series where cells > periods) group by series_id, period_id having count(*) > 1)",
        ),
        no_cells(
            "status_fits_value",
            "a value is observed, and what is not observed has no value",
            among="misfits > 0",
            where="(b.value is not null) <> (b.status = 'observed')",
        ),
        no_cells(
            "areas_are_declared",
            "the areas are of the kinds the table's area hierarchy holds",
            among=f"area_kind not in ({_kinds(audited)})",
            where="true",
        ),
        *_every_period_has_rows(audited),
    ]


def _every_period_has_rows(audited: Audited) -> list[Check]:
    """Where periods were asked for; a file or a list says itself what it is about."""
    if not audited.asked_periods:
        return []
    asked = literals([(period.key, str(period)) for period in audited.asked_periods])
    return [
        Check(
            "every_period_has_rows",
            "each period that was asked for came with rows",
            query=f"select asked.period from ({asked}) as asked(period_id, period) "
            "where asked.period_id not in (select period_id from periods)",
            columns=("period",),
        )
    ]


def _kinds(audited: Audited) -> str:
    if all(table.id != audited.table.id for table in jobindsats().tables):
        return "'country', 'region', 'landsdel', 'municipality', 'unknown'"
    if audited.table.area.level_holds is not None:
        return f"'country', '{audited.table.area.level_holds}', 'unknown'"
    return "'country'"
