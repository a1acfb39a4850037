"""The commands that hand out what people may read: the data dictionary, and the marts as files."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from flows.printing import console, grid, number, print_json

if TYPE_CHECKING:
    from tasks.exports.dictionary import Language

WELL, WRONG_USE = 0, 2


def show_dictionary(*, form: str, language: Language, out: Path | None) -> int:
    """The data dictionary on standard output or in a file; a workbook always needs one."""
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


def run_export(to: Path, *, form: str, marts: list[str], as_json: bool) -> int:
    """Marts as files in a folder, of one state of the warehouse."""
    from tasks.exports.export import export, marts_named
    from tasks.resources import ready

    wanted = marts_named(marts)
    with ready() as resources:
        exported = export(resources.engine, to=to, form=form, marts=wanted, now=resources.clock())
    if as_json:
        print_json(exported.manifest)
        return WELL
    lines = grid("mart", ">rows")
    for mart, rows in exported.manifest["marts"].items():
        lines.add_row(mart, number(rows))
    console().print(lines)
    console().print(f"Written to {to}, as the warehouse stands with vintage {exported.manifest['newest_vintage']}")
    return WELL
