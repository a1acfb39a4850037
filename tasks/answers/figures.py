"""Answers to what people ask: one figure of an area, down to the archived bytes; how a table is revised.

A figure is of a period or the newest, as it stands or as it was known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import polars as pl
from sqlalchemy import Connection

from warehouse.areas import Area, find
from warehouse.danish.asked import moment, read_period
from warehouse.danish.clock import shown_time
from warehouse.errors import QuestionError
from warehouse.figures import FIGURES
from warehouse.figures.compute import Answer, answer, area_name, plain
from warehouse.figures.explain import lines_of, parts_of_totals, rests_on, tree
from warehouse.figures.inputs import Scope
from warehouse.figures.model import FEEDS, RECIPIENTS, Figure
from warehouse.periods import Period, PeriodError

# What one of the questions needs alone, the archive's drivers, scipy or the catalogues, is loaded where it is answered.
if TYPE_CHECKING:
    from tasks.archive.store import Archive
    from warehouse.catalogue.model import Table

EVERY = "all"
_NAMED = 3


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


def asked(name: str, *, area: str | None, period: str | None, item: str | None, as_of: str | None) -> Asked:
    """A question as a person writes it, of the own municipality where no area is named.

    Raises QuestionError with the nearest names, AreaUnknown.
    """
    if name not in FIGURES:
        from warehouse.catalogue.named import unknown

        raise QuestionError(unknown("figure", name, FIGURES))
    from tasks.resources import own_or

    try:
        wanted = read_period(period) if period else None
    except PeriodError as error:
        raise QuestionError(str(error)) from error
    return Asked(FIGURES[name], find(own_or(area)), wanted, item, moment(as_of) if as_of else None)


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
    """Each row of an answer taken apart, down to the archived bytes' hashes; raises QuestionError where there is none."""
    answered = _answered(connection, question)
    if answered.rows.is_empty():
        raise QuestionError(why_none(connection, question, missing=answered.missing))
    vintages, assumptions = rests_on(connection, answered)
    brought = {
        number: vintage | {"archived": archived(vintage["manifest"], archive=archive)}
        for number, vintage in vintages.items()
    }
    figure, scope = question.figure, Scope(question.area.code, question.as_of)
    totals = parts_of_totals(connection, answered, scope=scope)
    taken = [(row, lines_of(connection, row, figure=figure, scope=scope)) for row in answered.rows.to_dicts()]
    return [
        tree(row, figure=figure, brought=brought, used=assumptions, parts=totals.get(row["period"], lines))
        for row, lines in taken
    ]


def why_none(connection: Connection, question: Asked, *, missing: Sequence[str]) -> str:
    """Why a question has no rows, in a sentence with what to ask for or do; raises QuestionError in an empty warehouse."""
    from warehouse.reading import KNEW_NOTHING, require_published

    figure, begun = question.figure, require_published(connection)
    if question.as_of and question.as_of < begun:
        return KNEW_NOTHING.format(shown_time(begun))
    everywhen = answer(connection, figure, scope=Scope(question.area.code, question.as_of)).rows.sort("day")
    if periods := everywhen["period"].to_list():
        return (
            f"there is no {figure.name} for {question.described}: ask for a period from {periods[0]} to {periods[-1]}, "
            "or leave --period away for the newest"
        )
    if not missing:
        return f"there is no {figure.name} for {question.area.name}: ask for another area"
    tables = [table for table in figure.tables if table not in (*figure.also_reads, RECIPIENTS)]
    if tables and tables[0].startswith(FEEDS):
        return _why_none_of_own(connection, question, feeds=tables[0].removeprefix(FEEDS))
    step = "".join(f" --table {table}" for table in tables if not table.startswith(FEEDS))
    return f"there is no {figure.name}: {'; '.join(missing)}. `jobindsats nightly{step}` brings in what there is"


def _why_none_of_own(connection: Connection, question: Asked, *, feeds: str) -> str:
    """Why a figure of a municipality's own tables has nothing for an area: they are of others, or there are none."""
    figure = question.figure
    codes = answer(connection, figure, scope=Scope(None, question.as_of)).rows["area_code"].unique().sort().to_list()
    if codes:
        there = ", ".join(area_name(code) for code in codes[:_NAMED])
        return f"there is no {figure.name} for {question.area.name}: the tables that feed it are of {there}; ask for --area"
    return (
        f"there is no {figure.name}: no table of your own feeds it. Put one whose contract says `feeds: {feeds}` into the "
        "folder of JOBINDSATS_LOCAL_FILES (docs/sources/local_files.md), and run `jobindsats nightly --table local_files`"
    )


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
    from tasks.archive.store import ArchiveTrouble

    try:
        entries = archive.get_manifest(manifest).entries
    except ArchiveTrouble as trouble:
        return [{"asked": None, "size": None, "sha256": None, "held": False, "trouble": str(trouble)}]
    return [
        {"asked": entry.asked, "size": entry.size, "sha256": entry.sha256, "held": _is_held(archive, entry.sha256)}
        for entry in entries
    ]


def _is_held(archive: Archive, digest: str) -> bool:
    from tasks.archive.store import ArchiveTrouble

    try:
        archive.get(digest)
    except ArchiveTrouble:
        return False
    return True


def profile(connection: Connection, *, table: Table) -> dict[str, Any]:
    """How a table is revised: `status`, how many `releases` were seen and followed by another, and `needed`.

    `profile` has one row per measure, size class and age in releases, as marts.revision_profile has them; where there are
    too few releases none says anything, and `revised` lists what was revised.
    """
    from warehouse.figures.revision_profile import development, revision_profile
    from warehouse.formulas.release_calendar import FEWEST_RELEASES
    from warehouse.formulas.revision_profile import ENOUGH, TOO_FEW
    from warehouse.reading import revisions

    found = revision_profile(development(connection, table_id=table.id), table_id=table.id)
    rows = found.sort("measure", "size_class", "age_releases").to_dicts() if found.height else []
    enough = any(row["status"] == ENOUGH for row in rows)
    return {
        "table": table.id,
        "status": ENOUGH if enough else TOO_FEW,
        "releases": max((row["releases"] for row in rows), default=0),
        "needed": FEWEST_RELEASES,
        "profile": rows,
        "revised": [] if enough else revisions(connection, table=table),
    }


def settled(connection: Connection, *, table: Table, area: str, period: str | None = None) -> list[dict[str, Any]]:
    """What an area's newest values of a table's total are expected to come to, as marts.settled_values has them.

    One row per measure and young period, all where none is named; raises QuestionError, AreaUnknown.
    """
    from warehouse.figures.revision_profile import development
    from warehouse.figures.settled_values import settled_values, unsettled_values
    from warehouse.reading import require_held

    code, wanted = find(area).code, period and str(read_period(period))
    require_held(connection, table)
    found = settled_values(connection, development(connection, table_id=table.id), table_id=table.id)
    found = found if found.height else unsettled_values(connection, table_id=table.id)
    rows = found.filter(pl.col("area_code") == code).to_dicts()
    kept = [row for row in rows if wanted in (None, row["period"])]
    if not kept:
        young = ", ".join(sorted({row["period"] for row in rows})) or "none of this area's"
        raise QuestionError(
            f"no settled value is expected for {area} in {period or 'any period'}: the young periods are {young}"
        )
    return kept
