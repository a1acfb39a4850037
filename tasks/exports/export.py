"""Export: marts and any tables as files, all of one state of the warehouse, with a manifest that says what they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table

from tasks.exports import files as export_files
from tasks.exports.datapackage import described, source_of
from tasks.exports.files import About, ExportRefused, Write
from tasks.exports.folder import PRODUCT, Document, entry, replaced
from tasks.runs.progress import Told, ignore
from warehouse.danish.reservations import REHEARSED
from warehouse.marts.contract import MARTS, VERSION
from warehouse.marts.dimensions import DIMENSIONS
from warehouse.marts.narrowed import has_benefits, narrowed, narrowed_to, narrowing
from warehouse.marts.one_table import observations_of
from warehouse.marts.rows import State, has_rows, one_state, state_of
from warehouse.marts.star import observations
from warehouse.reading import held_table

FORMATS: dict[str, Write] = {
    "parquet": export_files.write_parquet,
    "csv": partial(export_files.write_csv, danish=True),
    "csv international": partial(export_files.write_csv, danish=False),
    "xlsx": export_files.write_workbook,
}


def marts_named(names: Sequence[str]) -> list[Table]:
    """The marts of these names; where none is named, all but everything that is loaded. Raises ExportRefused."""
    known = {table.name: table for table in MARTS}
    wanted = [name.removeprefix("marts.") for name in names]
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise ExportRefused(f"there is no mart '{unknown[0]}': there is {', '.join(known)}")
    return [table for name, table in known.items() if (name in wanted if wanted else table is not observations)]


def tables_named(connection: Connection, names: Sequence[str]) -> list[Table]:
    """What stands of the tables with these ids or titles, each once; raises QuestionError."""
    found = {each.id: each for each in (held_table(connection, name) for name in names)}
    return [observations_of(each) for each in found.values()]


def narrow(
    tables: Sequence[Table], *, areas: Sequence[str], period: str | None, benefits: Sequence[str], named: bool
) -> list[Table]:
    """Marts and tables with only the rows asked for, as a person writes it.

    Of marts that nobody `named`, those without benefits are left out where some are asked for. Raises QuestionError,
    AreaUnknown, and ExportRefused where one that was named has no benefits.
    """
    to = narrowing(areas=areas, period=period, benefits=benefits)
    lacking = [table for table in tables if to.benefits and not has_benefits(table)]
    if lacking and named:
        raise ExportRefused(
            f"the rows of {lacking[0].name} are of no benefit: leave it or --benefit out; those that are: "
            f"{', '.join(table.name for table in MARTS if has_benefits(table))}"
        )
    return [narrowed(table, to=to) for table in tables if table not in lacking]


def export(
    engine: Engine,
    *,
    to: Path,
    form: str,
    marts: Sequence[Table],
    now: datetime,
    told: Told = ignore,
) -> dict[str, Any]:
    """Write marts, or tables' observations, into a folder, in one of FORMATS, in place of an earlier export; the manifest.

    Raises ExportRefused, also where none of those that were narrowed has a row.
    """

    _require_rows(engine, [table for table in marts if narrowed_to(table)])

    def write(folder: Path) -> tuple[Document, Document]:
        manifest = _written(engine, folder=folder, form=form, marts=marts, now=now, told=told)
        return manifest, described(manifest, marts=marts)

    return replaced(to, write=write)


def _require_rows(engine: Engine, narrow_ones: Sequence[Table]) -> None:
    """Raise ExportRefused where none of the marts that were narrowed has a row; before anything is made.

    A dimension has rows of what is not loaded too, so it counts only where nothing but dimensions is asked for.
    """
    named = {table.name for table in DIMENSIONS}
    asked = [table for table in narrow_ones if table.name not in named] or narrow_ones
    with one_state(engine) as connection:
        if asked and not any(has_rows(connection, table) for table in asked):
            names = ", ".join(table.name for table in asked)
            raise ExportRefused(f"nothing of what was asked for is held in {names}: ask for more of it")


def _written(
    engine: Engine, *, folder: Path, form: str, marts: Sequence[Table], now: datetime, told: Told
) -> dict[str, Any]:
    """Every file, from one state of the warehouse; gives the manifest of them."""
    with one_state(engine) as connection:
        state = state_of(connection)
        files: list[Document] = [
            {"mart": table.name, "rows": written.rows} | entry(written.file, folder=folder)
            for table in _each(marts, told=told)
            for written in FORMATS[form](connection, table, folder, _about(table, state=state, now=now))
        ]
    rows = {table.name: sum(file["rows"] for file in files if file["mart"] == table.name) for table in marts}
    narrow_ones = {table.name: narrowed_to(table) for table in marts if narrowed_to(table)}
    narrow_ones_told = {"narrowed_to": narrow_ones} if narrow_ones else {}
    return manifest_of(state, form=form, now=now) | narrow_ones_told | {"marts": rows, "files": files}


def manifest_of(state: State, *, form: str, now: datetime) -> Document:
    """What the manifest of any export says: of which state of the warehouse it is, in what form, and when it was made.

    `rehearsal`: all figures are invented.
    """
    return {
        "product": PRODUCT,
        "contract_version": VERSION,
        "complete": True,
        "exported_at": now.isoformat(),
        "format": form,
        "newest_vintage": state.newest_vintage,
        "newest_vintage_seen_at": state.newest_seen_at.isoformat() if state.newest_seen_at else None,
        "vintages": state.vintages,
        "rehearsal": state.rehearsed,
    }


def _each(marts: Sequence[Table], *, told: Told) -> Iterator[Table]:
    for done, table in enumerate(marts):
        told(table.name, done, len(marts))
        yield table


def _about(table: Table, *, state: State, now: datetime) -> About:
    seen = state.newest_seen_at.isoformat() if state.newest_seen_at else ""
    return {
        **({"rehearsal": REHEARSED} if state.rehearsed else {}),
        "source": source_of(table),
        "mart": table.fullname,
        "contract_version": VERSION,
        "exported_at": now.isoformat(),
        "newest_vintage": str(state.newest_vintage or ""),
        "newest_vintage_seen_at": seen,
        **({"narrowed_to": narrowed_to(table)} if narrowed_to(table) else {}),
    }
