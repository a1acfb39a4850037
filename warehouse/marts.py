"""The marts that are tables, declared once: what dashboards and analysts may read, with the grain first in each comment.

The marts that are views are in the migrations, since SQLAlchemy does not declare them.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, Column, Date, Double, Index, Integer, Table, Text

from warehouse.schema import metadata, moment


def _counted(name: str, what: str) -> tuple[Column[Any], Column[Any]]:
    return (
        Column(name, Double, comment=f"{what} Null unless observed; a null is never a zero."),
        Column(f"{name}_status", Text, comment=f"Status of {name}: observed, suppressed, not_yet or withdrawn."),
    )


benefit_recipients = Table(
    "benefit_recipients",
    metadata,
    Column("benefit_group", Text, primary_key=True, comment="Our id of the benefit."),
    Column("benefit_group_name", Text, nullable=False, comment="Its Danish name."),
    Column("area_code", Text, primary_key=True, comment="Official code of the area."),
    Column("area_name", Text, nullable=False, comment="Name of the area."),
    Column("area_kind", Text, nullable=False, comment="country, municipality or unknown."),
    Column("period", Text, primary_key=True, comment="The month, as 2026M07."),
    Column("period_first_day", Date, nullable=False, comment="First day of the month."),
    *_counted("recipients_persons", "Persons who received the benefit in the month."),
    *_counted("recipients_full_time_persons", "The month's benefit volume as persons on the benefit all month."),
    *_counted("share_of_workforce_pct", "Full-time persons in per cent of the workforce aged 16 to 66."),
    *_counted("share_of_population_pct", "Full-time persons in per cent of the population aged 16 to 66."),
    Column(
        "counted_in_total",
        Boolean,
        nullable=False,
        comment="Whether the row belongs in a sum over all benefits: the papers count it and the benefit was in force.",
    ),
    Column(
        "back_cast",
        Boolean,
        nullable=False,
        comment="The month lies before the benefit existed: the publisher's back-cast.",
    ),
    Column("table_id", Text, nullable=False, comment="The publisher's table it comes from."),
    Column("vintage_id", Integer, nullable=False, comment="The table's newest vintage, on which the row rests."),
    Column("publisher_updated_on", Date, comment="The publisher's date of that vintage."),
    moment("seen_at", "When we saw that vintage.", nullable=False),
    Column(
        "series_break",
        Text,
        comment="The newest series break at or before the month. Rows with different breaks are not comparable "
        "without its caveat.",
    ),
    Column(
        "series_break_caveat",
        Text,
        comment="The Danish sentence that a comparison of this row with an earlier one carries; null: no break.",
    ),
    Index(None, "area_code", "period"),
    Index(None, "table_id"),
    schema="marts",
    comment="One row per benefit group, area and month, as the newest vintage has it. Never sum over rows "
    "with a hidden count as if it were zero, and sum over benefits only where counted_in_total.",
)
