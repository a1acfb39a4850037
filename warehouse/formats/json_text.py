"""Writes in JSON what JSON has no form of."""

from __future__ import annotations

from datetime import date, datetime


def as_text(value: object) -> str:
    """Days and moments as ISO 8601 writes them, anything else as its text.

    >>> as_text(date(2023, 11, 5))
    '2023-11-05'
    """
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
