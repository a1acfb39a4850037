"""What each command does: read the question, call what answers it, print it for a person or as JSON."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from rich.text import Text

from flows.command_line.options import WELL
from flows.printing import STYLES, console, danish_time, grid, in_words, number, or_status, print_json


def show_status(*, as_json: bool) -> int:
    """One row per table: what we hold, whether it is fresh."""
    from tasks.resources import ready, today
    from warehouse.reading.observations import status

    with ready() as resources, resources.engine.connect() as connection:
        rows = status(connection, today=today(resources))
    if as_json:
        print_json([{name: cell for name, cell in row.items() if name != "message"} for row in rows])
        return WELL
    lines = grid(
        "table", "newest", ">observations", ">vintages", "updated", "next release", "fresh", "last night", "title"
    )
    for row in rows:
        fresh = {True: Text("fresh", "green"), False: Text("no", "yellow"), None: Text("retired", "dim")}[row["fresh"]]
        last = row["outcome"] or ""
        lines.add_row(
            row["table"],
            row["newest_period"] or "-",
            number(row["observations"]),
            str(row["vintages"]),
            str(row["publisher_updated_on"] or "-"),
            str(row["next_release"] or "-"),
            fresh,
            Text(last, STYLES.get(last, "")),
            row["title"],
        )
    console().print(lines)
    return WELL


def show_observations(
    table_id: str,
    *,
    area: str,
    period: str | None,
    measure: str | None,
    where: Sequence[str],
    as_of: str | None,
    as_json: bool,
) -> int:
    """Observations of one table and area."""
    from tasks.resources import ready
    from warehouse.reading.observations import caveats, observations
    from warehouse.reading.questions import question

    asked = question(table_id, area=area, period=period, measure=measure, where=where, as_of=as_of)
    with ready() as resources, resources.engine.connect() as connection:
        rows = observations(connection, asked)
        warnings = caveats(connection, asked, rows=rows)
    if as_json:
        sys.stderr.writelines(f"{warning}\n" for warning in warnings)
        print_json([{name: cell for name, cell in row.items() if name != "vintage_id"} for row in rows])
        return WELL
    if not rows:
        asked_for = ", ".join(part for part in (area, period, as_of and f"as of {as_of}") if part)
        console().print(f"Nothing is held of {asked.table.id} for {asked_for}.")
        return WELL
    lines = grid("period", "measure", "members", ">value", "status", "published", "seen")
    for before, row in zip([rows[0], *rows], rows, strict=False):
        if row["series_break"] != before["series_break"]:
            lines.add_row(Text("-- series break --", "yellow"))
        shown = (
            number(row["value"]) if row["status"] == "observed" else "hidden" if row["status"] == "suppressed" else "-"
        )
        lines.add_row(
            row["period"],
            row["measure"],
            in_words(row["members"]),
            shown,
            row["status"],
            str(row["publisher_updated_on"] or ""),
            danish_time(row["seen_at"]),
        )
    terminal = console()
    terminal.print(f"[bold]{rows[0]['table']}[/bold] {asked.table.title}: {rows[0]['area']}")
    terminal.print(lines)
    for warning in warnings:
        terminal.print(Text(warning, "yellow"))
    return WELL


def show_revisions(table_id: str, *, area: str | None, since: str | None, as_json: bool) -> int:
    """What later vintages changed."""
    from tasks.resources import ready
    from warehouse.reading.observations import revisions
    from warehouse.reading.questions import moment_from, table_named

    table = table_named(table_id)
    with ready() as resources, resources.engine.connect() as connection:
        rows = revisions(connection, table=table, area=area, since=moment_from(since) if since else None)
    if as_json:
        print_json(rows)
        return WELL
    lines = grid("seen", "period", "area", "measure", "members", ">before", ">after", ">change")
    for row in rows:
        lines.add_row(
            danish_time(row["seen_at"]),
            row["period"],
            row["area"],
            row["measure"],
            in_words(row["members"]),
            or_status(row["before"], row["before_status"]),
            or_status(row["after"], row["after_status"]),
            number(row["change"]),
        )
    terminal = console()
    terminal.print(
        lines
        if rows
        else f"No change to {table.id} is on record for {area or 'any area'}{f' since {since}' if since else ''}."
    )
    return WELL
