"""A day in a file that a person writes, for what reads such files."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BeforeValidator

from warehouse.formats.days import day_of


def _read(written: object) -> object:
    if written is None or type(written) is date:
        return written
    try:
        day = day_of(str(written)) if isinstance(written, str | int) else None
    except ValueError:
        day = None
    if day is None:
        raise ValueError(f"'{str(written)[:60]}' is no day: write 2026-08-10")
    return day


WrittenDay = Annotated[date, BeforeValidator(_read)]
"""A day in a file that a person writes."""
