"""The time of a run, and the days and hours of Denmark."""

from __future__ import annotations

from datetime import UTC, date, datetime
from time import monotonic
from zoneinfo import ZoneInfo

DENMARK = ZoneInfo("Europe/Copenhagen")


def danish_day(moment: datetime) -> date:
    """The calendar day of a moment in Denmark, where the publisher's days are."""
    return moment.astimezone(DENMARK).date()


class Clock:
    """The time of a run: the machine's, or one that starts at a given moment and runs on from there.

    `doubt` is why it cannot be right, where a publisher has said so.
    """

    def __init__(self, starts_at: datetime | None = None) -> None:
        self.starts_at = starts_at
        self.doubt: str | None = None
        self._begun = monotonic()

    def __call__(self) -> datetime:
        """The moment now, in UTC."""
        if self.starts_at is None:
            return datetime.now(UTC)
        elapsed = monotonic() - self._begun
        return datetime.fromtimestamp(self.starts_at.timestamp() + elapsed, UTC)


def in_denmark(instant: datetime) -> datetime:
    """An instant by the clocks of Denmark, as people are shown it."""
    return instant.astimezone(DENMARK)


def shown_time(instant: datetime) -> str:
    """An instant in Denmark to the minute, `2023-11-05 04:15`; with its zone in the hour that comes twice in October."""
    local = in_denmark(instant)
    twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return f"{local:%Y-%m-%d %H:%M}" + (f"{local:%z}"[:3] + ":00" if twice else "")
