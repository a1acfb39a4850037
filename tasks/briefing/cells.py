"""One value of a briefing with its status, and how two are compared.

A value that is not shown says why: hidden (small counts), not yet there, missing, withdrawn, or of a benefit that did not
exist. Nothing is compared with such a value, nor across a series break.
"""

from __future__ import annotations

from dataclasses import dataclass

from warehouse.danish.reservations import change_pct

OBSERVED, SUPPRESSED, NOT_YET, WITHDRAWN, MISSING = "observed", "suppressed", "not_yet", "withdrawn", "missing"
NOT_IN_FORCE = "not_in_force"
BROKEN = "series_break"


@dataclass(frozen=True)
class Cell:
    """One value with its status, in the unit of whatever holds it; a value that was not observed is not kept at all."""

    value: float | None
    status: str
    low: float | None = None
    high: float | None = None

    @classmethod
    def of(
        cls, value: float | None, status: str | None, *, low: float | None = None, high: float | None = None
    ) -> Cell:
        """A cell as a figure has it: without a row it is missing, and a value of another status than observed is dropped."""
        known = status or MISSING
        if value is None and known == OBSERVED:
            known = MISSING
        bounded = known in (OBSERVED, SUPPRESSED) and low is not None and high is not None
        return cls(value if known == OBSERVED else None, known, *((low, high) if bounded else ()))

    @property
    def shown(self) -> float | None:
        """The value that may be shown; None where the status says why not."""
        return self.value if self.status == OBSERVED else None


MISSED = Cell(None, MISSING)
ABSENT = Cell(None, NOT_IN_FORCE)


@dataclass(frozen=True)
class Change:
    """From one value to another: in their unit, and in per cent of the earlier where it is not too few.

    None, and the reason, where they are not compared.
    """

    value: float | None
    pct: float | None
    status: str


def compared(now: Cell, before: Cell, *, broken: bool) -> Change:
    """The change from `before` to `now`; none where either is not shown, or where a series break lies between.

    >>> compared(Cell(2882.0, "observed"), Cell(2844.0, "observed"), broken=False)
    Change(value=38.0, pct=1.3361462728551337, status='observed')
    >>> compared(Cell(2882.0, "observed"), Cell(None, "suppressed"), broken=False).status
    'suppressed'
    """
    if broken or now.shown is None or before.shown is None:
        unshown = before if now.shown is not None else now
        return Change(None, None, BROKEN if broken else unshown.status)
    by = now.shown - before.shown
    return Change(by, change_pct(now.shown, before.shown), OBSERVED)
