"""The command that audits what is told of counts that a publisher hides."""

from __future__ import annotations

from typing import Annotated, Any

from cyclopts import Parameter

from flows.command_line.options import FAILED, WELL, AsOf, Json
from flows.printing import cell, console, grid, print_json

_SHOWN = 50


def disclosure(
    *,
    area: Annotated[str | None, Parameter(help="Only this area.")] = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> int:
    """Say whether anything told here narrows a count that a publisher hides further than its own cells do."""
    from tasks.resources import ready
    from tasks.watch.disclosure import audited

    with ready() as resources, resources.engine.connect() as connection:
        found = audited(connection, area=area, as_of=as_of)
    if as_json:
        print_json(found)
    else:
        _print(found)
    return FAILED if found["leaks"] or found["own"] else WELL


def _print(found: dict[str, Any]) -> None:
    terminal = console()
    terminal.print(
        f"{found['hidden']} counts are hidden; the publishers' own cells leave but one value of {found['pinned']}. "
        f"{found['told']} numbers of ours hold hidden counts; they narrow {found['narrowed']} further."
    )
    if found["leaks"]:
        lines = grid("told by", "area", "period", "of", ">least told", ">greatest told", ">least possible", ">greatest")
        for leak in found["leaks"][:_SHOWN]:
            numbers = ("told_low", "told_high", "possible_low", "possible_high")
            lines.add_row(
                leak["place"],
                leak["area"] or "several",
                leak["period"],
                leak["about"],
                *(cell(leak[n]) for n in numbers),
            )
        terminal.print(lines)
        terminal.print("Nothing of these may be handed on: mend what tells them; docs/operations.md says how.")
    if found["own"]:
        lines = grid("own table", "area", "period", "measure", "members", ">shown from")
        for each in found["own"][:_SHOWN]:
            lines.add_row(
                each["table_id"],
                each["area"],
                each["period"],
                each["measure"],
                each["members"],
                str(each["least_count"]),
            )
        terminal.print(lines)
        terminal.print(
            "These are hidden, and the rest of their table gives them away: take a total or a part out of it."
        )
