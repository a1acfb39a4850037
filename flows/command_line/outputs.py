"""Commands that write files for people to read: briefings, the marts, the data dictionary."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from flows.command_line.options import FAILED, WELL, AsOf, Json, Tables, answered, wrong_use
from flows.command_line.progress import Moved, bar, counted
from flows.printing import console, grid, number, print_json, tell

if TYPE_CHECKING:
    from tasks.briefing.write import Written
    from tasks.upkeep.lineage import Written as Events


FORMS = ("parquet", "csv", "xlsx")
BRIEFING_FORMS = (".html", ".htm", ".docx", ".pdf")
MUNICIPALITIES = 98


def briefing(
    *,
    out: Annotated[Path, Parameter(help="The file to write (.html, .docx, .pdf); with --all, the folder.")],
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
    case: Annotated[str | None, Parameter(help="The number of the case it belongs to, printed on top.")] = None,
    as_json: Json = False,
) -> int:
    """Write the committee's appendix of a municipality (HTML, Word or PDF by the file's ending), or of all as HTML."""
    if (area is None) is not everywhere or (everywhere and neighbours):
        return wrong_use("name one municipality with --area (and --neighbours, if you like), or write them with --all")
    if wrong := _wrong_place(out, everywhere=everywhere):
        return wrong_use(wrong)
    with bar(shown=everywhere and not as_json) as moved:
        written = _written(area, out=out, neighbours=neighbours or [], times=(as_of, since), case=case, moved=moved)
    if as_json:
        print_json([asdict(each) for each in written])
        return WELL
    terminal = console()
    for each in written:
        said = f"{each.area}: {each.file} ({number(each.bytes // 1000)} kB)"
        terminal.print(said, soft_wrap=not terminal.is_terminal)
    return WELL


def _wrong_place(out: Path, *, everywhere: bool) -> str | None:
    """Why briefings cannot be written there, whose form the name would contradict; None where they can."""
    if everywhere and out.suffix and not out.is_dir():
        return f"--out {out}: all of them are written into a folder, so name one: --out {out.with_suffix('')}"
    if everywhere or out.suffix.lower() in BRIEFING_FORMS:
        return None
    page = out.with_suffix(".html")
    return f"--out {out}: a briefing is a page, a Word document or a PDF: name it --out {page}, or with .docx or .pdf"


def _written(
    area: str | None,
    *,
    out: Path,
    neighbours: Sequence[str],
    times: tuple[str | None, str | None],
    case: str | None,
    moved: Moved,
) -> list[Written]:
    """Write the briefing of one municipality into a file, or those of all into a folder."""
    from tasks.briefing.grounds import Made
    from tasks.briefing.write import of_many, of_one
    from tasks.resources import ready
    from warehouse.danish.asked import moment
    from warehouse.danish.clock import danish_day

    at, from_then = (moment(asked) if asked else None for asked in times)
    with ready() as resources:
        made = Made(danish_day(resources.clock()), resources.settings.contact, case)
        if area is None:
            pages = of_many(resources.engine, None, folder=out, made=made, as_of=at, since=from_then)
            return [*counted(pages, of=MUNICIPALITIES, moved=moved)]
        return [of_one(resources.engine, area, file=out, made=made, held_against=neighbours, as_of=at, since=from_then)]


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
    tables: Annotated[
        list[str] | None,
        Parameter(
            name="--table", negative="", help="Only what stands of this table, by id or title; may be given again."
        ),
    ] = None,
    as_json: Json = False,
) -> int:
    """Write the marts, or any table, as files, all of one state of the warehouse, with a manifest of what they are."""
    from tasks.exports.export import export as write_marts
    from tasks.exports.export import marts_named, tables_named
    from tasks.resources import ready
    from warehouse.reading import require_published

    if to.suffix.removeprefix(".") in (*FORMS, "zip") and not to.is_dir():
        return wrong_use(_name_a_folder(to, form=form))
    chosen = "csv international" if form == "csv" and international else form
    wanted = marts_named(marts or []) if marts or not tables else []
    with ready() as resources, bar(shown=not as_json) as moved:
        with resources.engine.connect() as connection:
            require_published(connection)
            wanted += tables_named(connection, tables or [])
        manifest = write_marts(resources.engine, to=to, form=chosen, marts=wanted, now=resources.clock(), told=moved)
    return answered(manifest, as_json=as_json, shown=lambda: _print_exported(manifest, to=to))


def _name_a_folder(file: Path, *, form: str) -> str:
    meant = file.suffix.removeprefix(".") if file.suffix.removeprefix(".") in FORMS else form
    return f"--to {file}: an export is a folder of files, so name one: --to {file.with_suffix('')} --format {meant}"


def _print_exported(manifest: dict[str, Any], *, to: Path) -> None:
    lines = grid("mart or table", ">rows")
    for mart, rows in manifest["marts"].items():
        lines.add_row(mart, number(rows))
    console().print(lines)
    console().print(f"Written to {to}, as the warehouse stands with vintage {manifest['newest_vintage']}")


ENDINGS = {"xlsx": (".xlsx",), "md": (".md", ".markdown", ".txt"), "dcat": (".jsonld", ".json")}


def dictionary(
    *,
    form: Annotated[
        Literal["md", "xlsx", "dcat"],
        Parameter(name="--format", help="A page of Markdown, a workbook to print, or DCAT-AP-DK for a portal of data."),
    ] = "md",
    language: Annotated[Literal["da", "en"], Parameter(help="Danish or English; DCAT-AP-DK has both.")] = "da",
    publisher: Annotated[
        str | None, Parameter(help="With dcat: who publishes the catalogue, such as 'Herlev Kommune'.")
    ] = None,
    out: Annotated[Path | None, Parameter(help="The file to write; standard output where none is named.")] = None,
) -> int:
    """Print the data dictionary: every mart and column with its meaning, type and unit."""
    if wrong := _wrong_dictionary(form, out=out, publisher=publisher):
        return wrong_use(wrong)
    if form == "dcat":
        _describe_for_portals(publisher, out=out)
    else:
        _write_dictionary(form, language=language, out=out)
    if out is not None:
        console().print(f"Written to {out}")
    return WELL


def _wrong_dictionary(form: str, *, out: Path | None, publisher: str | None) -> str | None:
    """Why a dictionary cannot be had so; None where it can."""
    if publisher is not None and form != "dcat":
        return "--publisher goes with --format dcat"
    if out is None:
        return "a workbook needs a file: --out dataordbog.xlsx" if form == "xlsx" else None
    if out.suffix.lower() in ENDINGS[form]:
        return None
    named = out.with_suffix(ENDINGS[form][0])
    return f"--out {out}: --format {form} is written, so name it --out {named}, or choose another --format"


def _write_dictionary(form: str, *, language: Literal["da", "en"], out: Path | None) -> None:
    from tasks.exports.dictionary import markdown, write_markdown, write_workbook

    if out is None:
        sys.stdout.write(markdown(language))
    else:
        write = write_workbook if form == "xlsx" else write_markdown
        write(out, language=language)


def _describe_for_portals(publisher: str | None, *, out: Path | None) -> None:
    from tasks.exports import dcat
    from tasks.upkeep.administration import contact

    if publisher is None:
        tell("no publisher is named: a portal wants to know who it is, so write --publisher 'Herlev Kommune'")
    found = dcat.catalogue(publisher=publisher or "jobindsats-warehouse", contact=contact())
    if out is None:
        sys.stdout.write(dcat.as_text(found))
    else:
        dcat.write(found, file=out)


def lineage(
    *,
    to: Annotated[Path, Parameter(help="The folder; what is written there is left as it is.")],
    tables: Tables = None,
    as_json: Json = False,
) -> int:
    """Write OpenLineage's events of each vintage that has none yet: the bytes it was read from, and what it brought."""
    from tasks.resources import ready
    from tasks.upkeep.lineage import write_events
    from warehouse.reading import held_table

    with ready() as resources, resources.engine.connect() as connection:
        wanted = [held_table(connection, table).id for table in tables or []]
        told = write_events(connection, archive=resources.archive, to=to, tables=wanted)
    answered(asdict(told), as_json=as_json, shown=lambda: console().print(_lineage_in_words(told, to=to)))
    for sentence in told.lacking:
        tell(sentence)
    return FAILED if told.lacking else WELL


def _lineage_in_words(told: Events, *, to: Path) -> str:
    lacking = f", {number(len(told.lacking))} cannot be written" if told.lacking else ""
    return f"Events of {number(told.written)} vintages written to {to}, {number(told.there)} were there{lacking}"
