"""What a check said, and the one check that is not about figures. Great Expectations is not needed to say it."""

from __future__ import annotations

from collections.abc import Sequence
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
        return ", ".join(f"{name} {value}" for name, value in self.cells[0].items()) if self.cells else None


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
