"""What a check said, and the one check that is not about figures. Great Expectations is not needed to say it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Verdict:
    """What a check said: whether it held, how many rows broke it, and the first of them."""

    rule: str
    sentence: str
    blocking: bool
    passed: bool
    offenders: int
    cells: tuple[dict[str, Any], ...]

    @property
    def example(self) -> str | None:
        """The first offender in words."""
        return in_words(self.cells[0]) if self.cells else None


def in_words(cells: Mapping[str, Any]) -> str:
    """An offender as a person reads it: what is not there is left out, and numbers have no more digits than they need."""
    shown = {name: _shown(cell) for name, cell in cells.items()}
    return ", ".join(f"{name} {text}" for name, text in shown.items() if text)


def _shown(cell: Any) -> str:
    if isinstance(cell, Mapping):
        return ", ".join(map(str, cell.values()))
    if isinstance(cell, int | float):
        return f"{int(cell):,}" if float(cell).is_integer() else f"{cell:,.2f}" if abs(cell) >= 1 else f"{cell:.3g}"
    return "" if cell is None else str(cell)


def agreement(differences: Sequence[str]) -> Verdict:
    """Whether the publisher's metadata are what is declared and what they were: never stops a table, names each."""
    return Verdict(
        rule="catalogue_agrees_with_publisher",
        sentence="the publisher's metadata offer every measure and member that is declared, under the ids they had",
        blocking=False,
        passed=not differences,
        offenders=len(differences),
        cells=({"difference": "; ".join(differences)},) if differences else (),
    )
