"""The command that writes briefings: of one municipality into a file, or of all into a folder."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

from flows.printing import console, number, print_json

WELL, WRONG_USE = 0, 2


def write_briefings(
    area: str | None,
    *,
    everywhere: bool,
    out: Path,
    neighbours: list[str],
    as_of: str | None,
    since: str | None,
    as_json: bool,
) -> int:
    """Write the briefings that were asked for, and say where they lie."""
    if (area is None) is not everywhere or (everywhere and neighbours):
        sys.stderr.write(
            "name one municipality with --area (and --neighbours, if you like), or write them with --all\n"
        )
        return WRONG_USE
    from tasks.briefing.write import of_many, of_one
    from tasks.resources import ready
    from warehouse.reading.questions import moment

    at, from_then = (moment(written) if written else None for written in (as_of, since))
    with ready() as resources:
        if area is None:
            written = list(of_many(resources.engine, None, folder=out, as_of=at, since=from_then))
        else:
            written = [of_one(resources.engine, area, file=out, held_against=neighbours, as_of=at, since=from_then)]
    if as_json:
        print_json([asdict(each) for each in written])
        return WELL
    for each in written:
        console().print(f"{each.area}: {each.file} ({number(each.bytes // 1000)} kB)", soft_wrap=True)
    return WELL
