"""Days and times as people write them: 2026-08-25 and 20260825 are one day, and what is neither is no day.

Python and pydantic read more than that: a week as its Monday, a number as the seconds since 1970.
"""

from __future__ import annotations

import re
from datetime import date, datetime

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}|\d{8}", re.ASCII)
_TIME = re.compile(rf"({_DAY.pattern})[T ]\d{{2}}.*", re.ASCII)


def day_of(written: str) -> date | None:
    """The day that was written; None where it is something else. Raises ValueError where there is no such day."""
    return date.fromisoformat(written) if _DAY.fullmatch(written) else None


def time_of(written: str) -> datetime:
    """The time of a day that was written, with its zone if it has one; raises ValueError."""
    if not _TIME.fullmatch(written):
        raise ValueError(f"'{written[:60]}' is no time")
    return datetime.fromisoformat(written)
