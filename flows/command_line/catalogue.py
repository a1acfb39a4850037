"""Commands for tables and areas: find a table at its publisher, look at one, adopt it, compare it, accept
what differs; which areas there are.
"""

from __future__ import annotations

import getpass
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter
from rich.text import Text

from flows.command_line.options import ATTENTION, WELL, Json, answered, wrong_use
from flows.command_line.progress import bar
from flows.printing import console, grid, number, tell

if TYPE_CHECKING:
    from tasks.upkeep.catalogue.adopting import Adopted, NotAdopted
    from tasks.upkeep.catalogue.comparing import Compared
    from tasks.upkeep.catalogue.costs import NextNight

_MEMBERS_SHOWN = 8
catalogue = App(
    name="catalogue", help="What is declared, beside what the publishers say: compare it, accept what changed."
)


def tables(words: Annotated[tuple[str, ...], Parameter(name="WORDS")] = (), /, *, as_json: Json = False) -> int:
    """Find tables by title, subject or measure, loaded or not, or by a member; or look at one, by its id.

    Members are searched in tables that are loaded or in the catalogue: of others the publisher's list names none.
    """
    from tasks.upkeep.catalogue import find, table_in_full
    from tasks.upkeep.catalogue.asking import asking_beside
    from tasks.upkeep.catalogue.loaded import loaded_tables

    with asking_beside(tell) as (access, engine):
        loaded = loaded_tables(engine)
        found, troubles = find.matching(" ".join(words), access=access, loaded=loaded)
        for trouble in troubles:
            tell(trouble)
        if len(words) == 1 and found and found[0]["table"] == words[0].lower():
            described = table_in_full.look_at(found[0]["table"], access=access, loaded=loaded, engine=engine)
            return answered(described, as_json=as_json, shown=lambda: _print_table(described))
    if words and not found:
        return wrong_use(f"no table is found by '{' '.join(words)}': {_else(words, unanswered=bool(troubles))}")
    return answered(found, as_json=as_json, shown=lambda: _print_tables(found))


def _else(words: Sequence[str], *, unanswered: bool) -> str:
    """What to do where nothing is found; an id is told apart from words where a publisher did not answer."""
    if unanswered and len(words) == 1:
        return f"one publisher could not be searched; if that is an id, ask for it by it: jobindsats adopt {words[0]}"
    return "try fewer words, or another of the publisher's own"


def _print_tables(found: Sequence[Mapping[str, Any]]) -> None:
    lines = grid("table", "title", "subject", "publisher", "in the catalogue")
    for row in found:
        own = "own" if row["publisher"] == "local_files" else "recorded" if row["loaded"] else ""
        held = "adopted" if row["adopted"] else "shipped" if row["declared"] else own
        lines.add_row(row["table"], row["title"], row["subject"], row["publisher"], held)
    console().print(lines)
    console().print(Text("\nLook at one: jobindsats tables ID. Bring one in: jobindsats adopt ID, then nightly", "dim"))


def _print_table(described: Mapping[str, Any]) -> None:
    terminal = console()
    terminal.print(Text(described["table"], "bold").append(f" {described['title']}", "not bold"))
    for kind in described["periods"]:
        terminal.print(f"{kind['kind']}: {number(kind['number'])} periods, {kind['first']} to {kind['last']}")
    measures = grid("measure", "unit", "name here")
    for measure in described["measures"]:
        measures.add_row(measure["label"], measure["unit"], measure["name"] or "-")
    terminal.print(measures)
    terminal.print(_hierarchy_lines(described["hierarchies"]))
    terminal.print(Text(described["next"], "dim"))


def _hierarchy_lines(hierarchies: Sequence[Mapping[str, Any]]) -> Any:
    lines = grid("hierarchy", "of", "total", "level", ">members", "such as")
    for hierarchy in hierarchies:
        for level in hierarchy["levels"] or [{"level": "", "members": []}]:
            some = ", ".join(level["members"][:_MEMBERS_SHOWN])
            total, of = hierarchy["root"] or "none", hierarchy["dimension"]
            lines.add_row(hierarchy["id"], of, total, level["level"], number(len(level["members"])), some)
    return lines


def areas(words: Annotated[tuple[str, ...], Parameter(name="WORDS")] = (), /, *, as_json: Json = False) -> int:
    """List the areas, or those whose name or code is like the words: country, regions, landsdele, municipalities."""
    from tasks.upkeep.catalogue.find import areas as found_by

    found = found_by(" ".join(words))
    if not found:
        return wrong_use(f"no area is called '{' '.join(words)}'")
    rows = [
        {"code": area.code, "code4": area.code4, "area": area.name, "kind": area.kind, "lies_in": area.parent_code}
        for area in found
    ]
    return answered(rows, as_json=as_json, shown=lambda: _print_areas(rows))


def _print_areas(rows: Sequence[Mapping[str, Any]]) -> None:
    lines = grid("code", "area", "kind", "lies in")
    for row in rows:
        lines.add_row(row["code4"] or row["code"], row["area"], row["kind"], row["lies_in"] or "-")
    console().print(lines)


def adopt(
    ids: Annotated[tuple[str, ...], Parameter(name="ID")] = (),
    /,
    *,
    breakdown: Annotated[
        list[str] | None,
        Parameter(
            negative="", help="Keep this hierarchy's members apart (_kon, or _alder5i30:LEVEL); may be given again."
        ),
    ] = None,
    area: Annotated[str | None, Parameter(help="The hierarchy of areas, where the table has several.")] = None,
    everything: Annotated[
        bool, Parameter(name="--all", negative="", help="Every table that Jobindsats lists, at its totals.")
    ] = False,
    as_json: Json = False,
) -> int:
    """Take tables into the catalogue: a declaration of each is written from what its publisher says of it."""
    if everything == bool(ids) or (everything and (breakdown or area)):
        return wrong_use("name the tables to adopt, or write --all alone: all of them, at their totals")
    from tasks.upkeep.catalogue.adopting import adopt_all, adopt_each, costs_of
    from tasks.upkeep.catalogue.asking import asking
    from tasks.upkeep.catalogue.costs import next_night

    night: NextNight | None = None
    with asking(tell) as access, bar(shown=not as_json) as moved:
        if everything:
            found = adopt_all(access=access, told=moved)
            night = None if as_json else next_night(costs_of(found), access=access, told=moved)
        else:
            found = adopt_each(ids, access=access, breakdowns=breakdown or (), area=area)
    answered([asdict(each) for each in found], as_json=as_json, shown=lambda: _print_adopted(found, night=night))
    return ATTENTION if any(not hasattr(each, "file") for each in found) else WELL


def _print_adopted(found: Sequence[Adopted | NotAdopted], *, night: NextNight | None) -> None:
    terminal = console()
    lines = grid("table", "areas", "by", ">periods", ">cells", ">calls", "title")
    done = [asdict(each) for each in found if hasattr(each, "file")]
    for each in done:
        by = ", ".join(each["breakdowns"]) or "totals"
        numbers = [number(each[name]) for name in ("periods", "cells", "calls")]
        lines.add_row(each["table"], each["area"], by, *numbers, each["title"])
    terminal.print(lines if done else "Nothing was adopted.")
    for refused in (asdict(each) for each in found if not hasattr(each, "file")):
        terminal.print(Text(f"{refused['table']} was not adopted: {refused['reason']}", "yellow"))
    for shipped in (each["table"] for each in done if not each["file"]):
        terminal.print(f"{shipped} is in the catalogue as it is shipped: nothing was written.")
    if len(done) == 1 and done[0]["file"]:
        _print_guesses(done[0])
    if done:
        terminal.print(Text(f"\nThe first night {_first_night(done, night=night)}"), soft_wrap=True)


def _first_night(done: Sequence[Mapping[str, Any]], *, night: NextNight | None) -> str:
    """What the tables will ask for, and the command: theirs alone, or that of all tables with what it asks for beside them."""
    asks = _about(sum(each["cells"] for each in done), calls=sum(each["calls"] for each in done))
    if night is None:
        named = "".join(f" --table {each['table']}" for each in done)
        return f"asks for {asks}: jobindsats nightly{named}"
    whole = f"{number(night.tables)} tables in all, {_about(night.cells, calls=night.calls)}"
    return (
        f"of what was adopted asks for {asks}. With everything else that is due at Jobindsats it is {whole}: "
        "jobindsats nightly --table jobindsats"
    )


def _about(cells: int, *, calls: int) -> str:
    return f"about {number(cells)} cells, in {number(calls)} calls"


def _print_guesses(adopted: Mapping[str, Any]) -> None:
    terminal = console()
    terminal.print(Text(f"\nDeclared in {adopted['file']}. Guessed, so look at it:"))
    for guess in adopted["guessed"]:
        terminal.print(Text(f"  {guess}"))


@catalogue.command
def compare(table: Annotated[str | None, Parameter(name="TABLE")] = None, /, *, as_json: Json = False) -> int:
    """Hold the declarations of all tables, or of one, against what their publishers say now: label by label."""
    from tasks.upkeep.catalogue.asking import asking
    from tasks.upkeep.catalogue.comparing import compare as compare_tables
    from tasks.upkeep.catalogue.find import id_named

    with asking(tell) as access, bar(shown=not as_json) as moved:
        found = compare_tables(id_named(table, access=access) if table else None, access=access, told=moved)
    answered(_compared(found), as_json=as_json, shown=lambda: _print_compared(found))
    return ATTENTION if any(each.differences or each.trouble for each in found) else WELL


def _compared(found: Sequence[Compared]) -> list[dict[str, Any]]:
    return [
        {
            "table": each.table,
            "publisher": each.publisher,
            "differences": [
                asdict(difference) | {"sentence": difference.sentence, "accepting": difference.consequence}
                for difference in each.differences
            ],
            "trouble": each.trouble or None,
            "command": each.command if each.acceptable else None,
        }
        for each in found
    ]


def _print_compared(found: Sequence[Compared]) -> None:
    terminal = console()
    for each in found:
        for difference in each.differences:
            terminal.print(Text(f"{each.table}: {difference.sentence}", "yellow"))
            beside = f"accepted: {difference.consequence}" if difference.acceptable else difference.consequence
            terminal.print(Text(f"  {beside}", "dim"))
        if each.trouble:
            terminal.print(Text(f"{each.table}: {each.trouble}", "yellow"))
        if each.acceptable:
            terminal.print(Text(f"  {each.command}"))
    tables = [each for each in found if not each.of_publisher]
    same = sum(not each.differences and not each.trouble for each in tables)
    terminal.print(f"{number(same)} of {number(len(tables))} tables are as their publishers have them.")


@catalogue.command
def accept(
    table: Annotated[str, Parameter(name="TABLE")],
    /,
    *,
    reason: Annotated[str, Parameter(help="Why it is meant so; it stays in the file.")],
    by: Annotated[str | None, Parameter(help="Who says so; the system's user where nobody is named.")] = None,
    as_json: Json = False,
) -> int:
    """Take over what a publisher changed of one table: written with the reason into the folder, and read the next night."""
    from tasks.upkeep.catalogue.asking import asking
    from tasks.upkeep.catalogue.comparing import accept as accept_of
    from tasks.upkeep.catalogue.find import id_named

    with asking(tell) as access:
        found, file = accept_of(
            id_named(table, access=access), reason=reason, by=by or getpass.getuser(), access=access
        )
    (document,) = _compared([found])
    return answered(document | {"file": file}, as_json=as_json, shown=lambda: _print_accepted(found, file=file))


def _print_accepted(found: Compared, *, file: str) -> None:
    for each in found.acceptable:
        console().print(Text(f"{each.sentence}: accepted, {each.consequence}", "green"))
    console().print(Text(f"Written in {file}. Next: jobindsats nightly --table {found.table}"))
