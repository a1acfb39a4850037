"""Commands that write files for people to read: briefings, the data dictionary, lineage."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from flows.command_line.options import FAILED, OWN, WELL, AsOf, Json, Tables, answered, wrong_use
from flows.command_line.progress import Moved, bar, counted
from flows.printing import console, number, print_json, tell

if TYPE_CHECKING:
    from tasks.briefing.write import Written
    from tasks.upkeep.lineage import Written as Events


BRIEFING_FORMS = (".html", ".htm", ".docx", ".pdf")
MUNICIPALITIES = 98


def briefing(
    *,
    out: Annotated[Path, Parameter(help="The file to write (.html, .docx, .pdf); with --all, the folder.")],
    area: Annotated[str | None, Parameter(help=f"Name or code of a municipality; {OWN}.")] = None,
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
    from tasks.resources import own_municipality

    area = own_municipality() if area is None and not everywhere else area
    if (area is None) is not everywhere or (everywhere and neighbours):
        return wrong_use(
            "name one municipality with --area (and --neighbours, if you like) or your own in JOBINDSATS_MUNICIPALITY, or "
            "write them with --all"
        )
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
