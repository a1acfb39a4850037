"""Columns that the marts of benefits share: of which area and month a row is, and what it may not be compared across."""

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


def series_break() -> tuple[Column[Any], Column[Any]]:
    """The columns that say what a row may not be compared across."""
    return (
        optional(
            "series_break",
            Text,
            "The newest series break at or before the month. Rows with different breaks are not comparable "
            "without its caveat.",
            "Det seneste databrud i eller før måneden. Rækker med forskellige databrud må ikke sammenlignes uden "
            "forbeholdet.",
        ),
        optional(
            "series_break_caveat",
            Text,
            "The Danish sentence that a comparison of this row with an earlier one carries; null: no break.",
            "Det forbehold, en sammenligning med en tidligere række skal have; tom: intet databrud.",
        ),
    )
