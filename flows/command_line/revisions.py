"""Commands about revisions: what was changed, how a table is usually revised, what its newest values will likely come to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from cyclopts import Parameter
from rich.table import Table as Grid

from flows.command_line.options import Area, Json, answered, wrong_use
from flows.printing import cell, console, danish_time, grid, in_words, number, or_status

Rows = Sequence[dict[str, Any]]


def revisions(
    table: str,
    /,
    *,
    area: Annotated[str | None, Parameter(help="Only this area.")] = None,
    since: Annotated[str | None, Parameter(help="Only what was seen from this date or time on.")] = None,
    profile: Annotated[
        bool, Parameter(negative="", help="How the table is usually revised, by age in releases.")
    ] = False,
    as_json: Json = False,
) -> int:
    """Show what the publisher changed after it was first published."""
    from tasks.answers import figures as answers
    from tasks.resources import ready
    from warehouse import reading
    from warehouse.danish.asked import moment_from
    from warehouse.database.rehearsal import is_rehearsed

    if profile and (area or since):
        return wrong_use("a profile is of the whole table: leave --area and --since out, or --profile")
    with ready() as resources, resources.engine.connect() as connection:
        asked = reading.held_table(connection, table)
        if profile:
            found, rehearsed = answers.profile(connection, table=asked), is_rehearsed(connection)
            return answered(found, as_json=as_json, shown=lambda: _print_profile(found), rehearsed=rehearsed)
        rows = reading.revisions(connection, table=asked, area=area, since=moment_from(since) if since else None)
        rehearsed = is_rehearsed(connection)
    span = f" since {since}" if since else ""
    none = f"No change to {asked.id} is on record for {area or 'any area'}{span}."
    shown = _revision_lines(rows) if rows else none
    return answered(rows, as_json=as_json, shown=lambda: console().print(shown), rehearsed=rehearsed)


def _print_profile(found: dict[str, Any]) -> None:
    """How a table is usually revised; where too few releases were seen, what they revised and no more."""
    terminal = console()
    rows = [row for row in found["profile"] if row["mean_revision"] is not None]
    if not rows:
        seen = f"{found['releases']} of {found['needed']} were seen and followed by another"
        terminal.print(f"{found['table']}: {found['status']} to say how it is usually revised ({seen})")
        if found["revised"]:
            terminal.print(_revision_lines(found["revised"]))
        return
    terminal.print(_profile_lines(rows))
    terminal.print(
        "Errors, tests and what was not used: --json, or marts.revision_profile; docs/revisions.md", style="dim"
    )


def _profile_lines(rows: Rows) -> Grid:
    names = (
        "mean_revision",
        "mean_error",
        "low_revision",
        "high_revision",
        "relative_revision_pct",
        "changed_pct",
        "settled_pct",
    )
    lines = grid("measure", "size", ">age", ">releases", *(f">{name.replace('_', ' ')}" for name in names))
    for row in rows:
        place = (row["measure"], row["size_class"], str(row["age_releases"]), str(row["releases"]))
        lines.add_row(*place, *(cell(row[name]) for name in names))
    return lines


def _revision_lines(rows: Rows) -> Grid:
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
    return lines


def settled(
    table: str,
    /,
    *,
    area: Area = None,
    period: Annotated[str | None, Parameter(help="One period; every young one where none is named.")] = None,
    as_json: Json = False,
) -> int:
    """Show what an area's newest values are expected to come to once late registrations are in, beside what is published."""
    from tasks.answers import figures as answers
    from tasks.resources import own_or, ready
    from warehouse import reading
    from warehouse.database.rehearsal import is_rehearsed

    with ready() as resources, resources.engine.connect() as connection:
        asked = reading.held_table(connection, table)
        rows = answers.settled(connection, table=asked, area=own_or(area), period=period)
        rehearsed = is_rehearsed(connection)
    lines = _settled_lines(rows)
    return answered(rows, as_json=as_json, shown=lambda: console().print(lines), rehearsed=rehearsed)


def _settled_lines(rows: Rows) -> Grid:
    lines = grid("period", "measure", ">published", ">expected", ">80 % from", ">to", ">releases on", ">held", "status")
    for row in rows:
        held = f"{row['coverage_pct']:.0f} % of {row['coverage_releases']}" if row["coverage_releases"] else "-"
        numbers = ("published_value", "settled_value", "settled_low_value", "settled_high_value", "further_releases")
        lines.add_row(row["period"], row["measure"], *(cell(row[name]) for name in numbers), held, row["status"])
    return lines
