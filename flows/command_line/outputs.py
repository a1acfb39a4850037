"""Commands that write files for people to read: briefings, the marts, the data dictionary."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from flows.command_line.options import WELL, WRONG_USE, AsOf, Json, answered
from flows.printing import console, grid, number, print_json

if TYPE_CHECKING:
    from tasks.briefing.write import Written


def briefing(
    *,
    out: Annotated[Path, Parameter(help="The file to write; with --all, the folder.")],
    area: Annotated[str | None, Parameter(help="Name or code of a municipality.")] = None,
    everywhere: Annotated[bool, Parameter(name="--all", negative="", help="All 98, a file each.")] = False,
    neighbours: Annotated[
        list[str] | None, Parameter(negative="", help="A municipality to hold it against; may be given again.")
    ] = None,
    as_of: AsOf = None,
    since: Annotated[
        str | None,
        Parameter(help="When the briefing before was made; a month before the newest counts where not said."),
    ] = None,
    as_json: Json = False,
) -> int:
    """Write the committee's appendix of a municipality, or of all: one HTML file, charts inside."""
    if (area is None) is not everywhere or (everywhere and neighbours):
        sys.stderr.write(
            "name one municipality with --area (and --neighbours, if you like), or write them with --all\n"
        )
        return WRONG_USE
    written = _written(area, out=out, neighbours=neighbours or [], as_of=as_of, since=since)
    if as_json:
        print_json([asdict(each) for each in written])
        return WELL
    for each in written:
        console().print(f"{each.area}: {each.file} ({number(each.bytes // 1000)} kB)", soft_wrap=True)
    return WELL


def _written(
    area: str | None, *, out: Path, neighbours: Sequence[str], as_of: str | None, since: str | None
) -> list[Written]:
    """Write the briefing of one municipality into a file, or those of all into a folder."""
    from tasks.briefing.write import of_many, of_one
    from tasks.resources import ready
    from warehouse.reading import moment

    at, from_then = (moment(asked) if asked else None for asked in (as_of, since))
    with ready() as resources:
        if area is None:
            return list(of_many(resources.engine, None, folder=out, as_of=at, since=from_then))
        return [of_one(resources.engine, area, file=out, held_against=neighbours, as_of=at, since=from_then)]


def export(
    *,
    to: Annotated[Path, Parameter(help="The folder: new, empty, or of an earlier export, which is replaced.")],
    form: Annotated[
        Literal["parquet", "csv", "xlsx"], Parameter(name="--format", help="For programs, for exchange, for people.")
    ] = "parquet",
    international: Annotated[
        bool, Parameter(negative="--danish", help="CSV with commas and decimal points, or as Danish Excel reads it.")
    ] = False,
    marts: Annotated[
        list[str] | None, Parameter(name="--mart", negative="", help="Only this mart; may be given again.")
    ] = None,
    as_json: Json = False,
) -> int:
    """Write the marts as files, all of one state of the warehouse, with a manifest of what they are."""
    from tasks.exports.export import export as write_marts
    from tasks.exports.export import marts_named
    from tasks.resources import ready

    chosen = "csv international" if form == "csv" and international else form
    wanted = marts_named(marts or [])
    with ready() as resources:
        manifest = write_marts(resources.engine, to=to, form=chosen, marts=wanted, now=resources.clock())
    return answered(manifest, as_json=as_json, shown=lambda: _print_exported(manifest, to=to))


def _print_exported(manifest: dict[str, Any], *, to: Path) -> None:
    lines = grid("mart", ">rows")
    for mart, rows in manifest["marts"].items():
        lines.add_row(mart, number(rows))
    console().print(lines)
    console().print(f"Written to {to}, as the warehouse stands with vintage {manifest['newest_vintage']}")


def dictionary(
    *,
    form: Annotated[
        Literal["md", "xlsx"], Parameter(name="--format", help="A page of Markdown, or a workbook to print.")
    ] = "md",
    language: Annotated[Literal["da", "en"], Parameter(help="Danish or English.")] = "da",
    out: Annotated[Path | None, Parameter(help="The file to write; standard output where none is named.")] = None,
) -> int:
    """Print the data dictionary: every mart and column with its meaning, type and unit."""
    from tasks.exports.dictionary import markdown, write_markdown, write_workbook

    if out is None and form == "xlsx":
        sys.stderr.write("jobindsats: a workbook needs a file: --out dataordbog.xlsx\n")
        return WRONG_USE
    if out is None:
        sys.stdout.write(markdown(language))
        return WELL
    write = write_workbook if form == "xlsx" else write_markdown
    write(out, language=language)
    console().print(f"Written to {out}")
    return WELL
