"""Answers to what people ask: one figure of an area, down to the archived bytes.

A figure is of a period or the newest, as it stands or as it was known.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl
from sqlalchemy import Connection

from tasks.archive.store import Archive, ArchiveTrouble
from warehouse.areas import Area, find
from warehouse.errors import QuestionError
from warehouse.figures import FIGURES
from warehouse.figures.compute import Answer, answer, plain
from warehouse.figures.explain import rests_on, tree
from warehouse.figures.inputs import Scope
from warehouse.figures.model import Figure
from warehouse.periods import Period, PeriodError
from warehouse.reading import moment

EVERY = "all"


@dataclass(frozen=True)
class Asked:
    """What a person asks of a figure."""

    figure: Figure
    area: Area
    period: Period | None
    item: str | None
    as_of: datetime | None

    @property
    def described(self) -> str:
        """The area and period, for a message."""
        return f"{self.area.name} in {self.period}" if self.period else self.area.name


def listed() -> list[dict[str, Any]]:
    """Every figure as the command line gives it."""
    return [
        {
            "figure": figure.name,
            "title": figure.title,
            "title_en": figure.title_en,
            "formula": figure.formula,
            "unit": figure.unit,
            "tables": list(figure.tables),
            "assumptions": [*figure.assumptions, *figure.joined_assumptions],
            "caveats": list(figure.caveats),
            "source": figure.source,
        }
        for figure in FIGURES.values()
    ]


def asked(name: str, *, area: str, period: str | None, item: str | None, as_of: str | None) -> Asked:
    """A question as a person writes it; raises QuestionError with the nearest names, AreaUnknown."""
    if name not in FIGURES:
        close = difflib.get_close_matches(name, FIGURES, n=3, cutoff=0.5) or list(FIGURES)
        raise QuestionError(f"no figure is called '{name}'; there is {', '.join(close)}")
    try:
        wanted = Period.parse(period) if period else None
    except PeriodError as error:
        raise QuestionError(str(error)) from error
    return Asked(FIGURES[name], find(area), wanted, item, moment(as_of) if as_of else None)


def rows(connection: Connection, question: Asked) -> tuple[list[dict[str, Any]], tuple[str, ...]]:
    """The rows of an answer, one per item and basis, and why there are none where there are none."""
    answered = _answered(connection, question)
    vintages, assumptions = rests_on(connection, answered)
    shown = {
        number: {name: cell for name, cell in vintage.items() if name != "manifest"}
        for number, vintage in vintages.items()
    }
    return plain(answered, vintages=shown, assumptions=assumptions), answered.missing


def trees(connection: Connection, question: Asked, *, archive: Archive) -> list[dict[str, Any]]:
    """Each row of an answer taken apart, down to the archived bytes' hashes."""
    answered = _answered(connection, question)
    vintages, assumptions = rests_on(connection, answered)
    brought = {
        number: vintage | {"archived": archived(vintage["manifest"], archive=archive)}
        for number, vintage in vintages.items()
    }
    return [tree(row, figure=question.figure, brought=brought, used=assumptions) for row in answered.rows.to_dicts()]


def _answered(connection: Connection, question: Asked) -> Answer:
    answered = answer(connection, question.figure, scope=Scope(question.area.code, question.as_of))
    return cut(answered, question=question)


def cut(answered: Answer, *, question: Asked) -> Answer:
    """An answer, cut to the period (mostly the newest, where none is named) and the item (the total, if there is one)."""
    found = answered.rows
    if question.period is not None:
        found = found.filter(pl.col("period") == str(question.period))
    elif found.height and not question.figure.every_period:
        found = found.filter(pl.col("day") == pl.col("day").max())
    item = question.item or question.figure.default_item
    if item is not None and item != EVERY:
        _require_item(item, among=found["item"].unique().sort().to_list())
        found = found.filter(pl.col("item") == item)
    return Answer(question.figure, found, answered.missing)


def _require_item(item: str, *, among: list[str]) -> None:
    if among and item not in among:
        raise QuestionError(f"there is no '{item}'; there is {', '.join(among)}")


def archived(manifest: str, *, archive: Archive) -> list[dict[str, Any]]:
    """The answers of one look: what was asked, size, SHA-256, and whether the archive holds bytes with that hash."""
    try:
        entries = archive.get_manifest(manifest).entries
    except ArchiveTrouble as trouble:
        return [{"asked": None, "size": None, "sha256": None, "held": False, "trouble": str(trouble)}]
    return [
        {"asked": entry.asked, "size": entry.size, "sha256": entry.sha256, "held": _is_held(archive, entry.sha256)}
        for entry in entries
    ]


def _is_held(archive: Archive, digest: str) -> bool:
    try:
        archive.get(digest)
    except ArchiveTrouble:
        return False
    return True
