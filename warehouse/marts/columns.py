"""Columns that marts share: of which area and period a row is, of which table, and what it may not be compared across."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Date, Text

from warehouse.schema.core import described, optional


def area_and_month() -> tuple[Column[Any], ...]:
    """The columns that say of which area and month a row of a benefits' mart is."""
    return (
        described("area_code", Text, "Official code of the area.", "Områdets officielle kode.", primary_key=True),
        described("area_name", Text, "Name of the area.", "Områdets navn."),
        described(
            "area_kind",
            Text,
            "country, municipality or unknown.",
            "country (hele landet), municipality (kommune) eller unknown (uoplyst).",
        ),
        described("period", Text, "The month, as 2026M07.", "Måneden, skrevet som 2026M07.", primary_key=True),
        described("period_first_day", Date, "First day of the month.", "Månedens første dag."),
    )


def table_id(english: str, danish: str, *, primary_key: bool = False) -> Column[Any]:
    """The column that says of which publisher's table a row is: it joins marts.tables."""
    return described("table_id", Text, english, danish, primary_key=primary_key)


def last_day(of: str = "month", danish: str = "Månedens") -> Column[Any]:
    """The last day of a row's period."""
    return described("period_last_day", Date, f"Last day of the {of}.", f"{danish} sidste dag.")


def series_break(period: str = "month", danish: str = "måneden") -> tuple[Column[Any], Column[Any]]:
    """The columns that say what a row may not be compared across."""
    return (
        optional(
            "series_break",
            Text,
            f"The newest series break at or before the {period}. Rows with different breaks are not comparable "
            "without its caveat.",
            f"Det seneste databrud i eller før {danish}. Rækker med forskellige databrud må ikke sammenlignes uden "
            "forbeholdet.",
        ),
        optional(
            "series_break_caveat",
            Text,
            "The Danish sentence that a comparison of this row with an earlier one carries; null: no break.",
            "Det forbehold, en sammenligning med en tidligere række skal have; tom: intet databrud.",
        ),
    )
