"""What a briefing rests on, typed: breaks, vintages, assumptions; and when it was made, for whom, with what lacking."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal


@dataclass(frozen=True)
class SeriesBreak:
    """A point in time across which figures of a briefing are not comparable, in the publisher's order."""

    title: str
    caveat: str
    source: str


@dataclass(frozen=True)
class Source:
    """One vintage of a publisher's table that the briefing rests on."""

    table: str
    title: str
    publisher: str
    vintage: int
    updated_on: date | None
    seen_at: datetime


@dataclass(frozen=True)
class Assumed:
    """One assumption that the briefing rests on, as it is on record."""

    name: str
    basis: str
    area_code: str | None
    value: float
    low: float | None
    high: float | None
    unit: str
    source: str
    evidence: Literal["confirmed", "likely", "inferred"]


@dataclass(frozen=True)
class Made:
    """When a page was made, whom to ask about it, and the number of the case it belongs to."""

    on: date
    contact: str | None = None
    case: str | None = None


@dataclass(frozen=True)
class Late:
    """A table that is not as the publisher has it: when its next figures were to come, where that is known."""

    title: str
    expected_on: date | None
