"""Commands that show what the warehouse holds: freshness of each table, observations, totals."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby, pairwise
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text

from flows.command_line.options import WELL, Areas, AsOf, Json, answered, wrong_use
from flows.printing import STYLES, cell, console, danish_time, grid, in_words, number, tell

_NAMED = 4
Rows = Sequence[dict[str, Any]]
STOPPED = ("failed", "quarantined", "source_late")
FRESH = {True: Text("fresh", "green"), False: Text("no", "yellow"), None: Text("no calendar", "dim")}


Long = Annotated[bool, Parameter(negative="", help="Every table, with observations, vintages and dates.")]
Prometheus = Annotated[bool, Parameter(negative="", help="Metrics in Prometheus' text format instead.")]
MetricsFile = Annotated[
    Path | None, Parameter(help="With --prometheus: the file to write, for node exporter's textfile collector.")
]


def status(
    *, long: Long = False, prometheus: Prometheus = False, out: MetricsFile = None, as_json: Json = False
) -> int:
    """Say which tables are late or were stopped, and how many are fresh; with --long what is held of each."""
    if prometheus or out is not None:
        return _metrics(out, wrong=not prometheus or long or as_json)
    from tasks.resources import ready, today
    from tasks.watch.calendars import with_calendar
    from warehouse import reading

    with ready() as resources, resources.engine.connect() as connection:
        rows = with_calendar(reading.status(connection, today=today(resources)), connection)
        if not any(row["outcome"] for row in rows):
            reading.require_published(connection)
    shown = _print_every if long else _print_needing_a_look
    return answered(_without(rows, "message", "retired"), as_json=as_json, shown=lambda: shown(rows))


def _metrics(out: Path | None, *, wrong: bool) -> int:
    """Print metrics, or write them to a file."""
    if wrong:
        return wrong_use("--out goes with --prometheus, which goes with neither --long nor --json")
    if out is not None and out.suffix != ".prom":
        return wrong_use(
            f"--out {out}: node exporter reads files ending in .prom, so name it {out.with_suffix('.prom')}"
        )
    from tasks.resources import ready, today
    from tasks.upkeep import metrics

    with ready() as resources, resources.engine.connect() as connection:
        found = metrics.metrics(connection, today=today(resources))
    if out is None:
        sys.stdout.write(metrics.as_text(found))
    else:
        metrics.write(found, file=out)
    return WELL


def _print_every(rows: Rows) -> None:
    console().print(_status_lines(rows))


def _print_needing_a_look(rows: Rows) -> None:
    """The tables that were stopped, each with why, then those that are late, then how many are neither."""
    terminal = console()
    stopped = [row for row in rows if row["outcome"] in STOPPED]
    late = [row for row in rows if row not in stopped and (row["fresh"] is False and row["vintages"])]
    for row in sorted(stopped, key=lambda row: STOPPED.index(row["outcome"])):
        terminal.print(Text.assemble((f"{row['table']} {row['outcome']}", STYLES[row["outcome"]]), f": {row['title']}"))
        terminal.print(Padding(Text(row["message"]), (0, 0, 0, 2), expand=False))
    if any(row["outcome"] == "quarantined" for row in stopped):
        terminal.print(Text("`jobindsats quarantine` shows what was stopped, and publishes it after all", "dim"))
    if late:
        terminal.print(Text("Late: the publisher has newer figures, or was to have them", "yellow"))
        terminal.print(_late_lines(late))
        terminal.print(Text("`jobindsats nightly` brings in what there is", "dim"))
    terminal.print(_counted(rows, needing=[*stopped, *late]))


def _late_lines(rows: Rows) -> Grid:
    lines = grid("table", "newest", "expected", "by", "title")
    for row in rows:
        lines.add_row(row["table"], row["newest_period"] or "-", *_expected(row), row["title"])
    return lines


def _expected(row: dict[str, Any]) -> tuple[str, str]:
    """When a table's next release is expected, and what says so: so many of its own releases, or the publisher."""
    if row["expected_on"] is None:
        return "-", ""
    until = f" to {row['expected_until']}" if row["expected_until"] > row["expected_on"] else ""
    by = f"{row['expected_by_releases']} releases" if row["expected_by_releases"] else "publisher"
    return f"{row['expected_on']}{until}", by


def _counted(rows: Rows, *, needing: Rows) -> str:
    """How many tables need no look, by why, and where all of them are told of."""
    others = [row for row in rows if row not in needing]
    counts = {
        "fresh": sum(row["fresh"] is True for row in others),
        "retired": sum(row["retired"] for row in others),
        "without a calendar": sum(row["fresh"] is None and not row["retired"] for row in others),
        "never brought in": sum(row["fresh"] is False for row in others),
    }
    said = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    first = "" if needing else "Nothing is late or stopped. "
    return f"{first}{said or 'No other tables'}; `jobindsats status --long` has all {len(rows)}"


def _without(rows: Rows, *columns: str) -> list[dict[str, Any]]:
    return [{name: cell for name, cell in row.items() if name not in columns} for row in rows]


def _status_lines(rows: Rows) -> Grid:
    lines = grid(
        "table", "newest", ">observations", ">vintages", "updated", "expected", "by", "fresh", "last night", "title"
    )
    for row in rows:
        last = row["outcome"] or ""
        lines.add_row(
            row["table"],
            row["newest_period"] or "-",
            number(row["observations"]),
            str(row["vintages"]),
            str(row["publisher_updated_on"] or "-"),
            *_expected(row),
            Text("retired", "dim") if row["retired"] else FRESH[row["fresh"]],
            Text(last, STYLES.get(last, "")),
            row["title"],
        )
    return lines


def show(
    table: str,
    /,
    *,
    areas: Areas = None,
    last: Annotated[int | None, Parameter(help="Only so many of the newest periods.")] = None,
    period: Annotated[str | None, Parameter(help="One period (2026M06) or a span (2026M01:2026M06).")] = None,
    measure: Annotated[str | None, Parameter(help="Only this measure, by our name or the publisher's label.")] = None,
    where: Annotated[
        list[str] | None, Parameter(negative="", help="Only this member: LABEL=VALUE; may be given again.")
    ] = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> int:
    """Show observations of one table and area, as they stand or as they were known on a day."""
    from tasks.resources import own_or, ready
    from warehouse import reading
    from warehouse.database.rehearsal import is_rehearsed

    if last is not None and last < 1:
        return wrong_use(f"--last {last}: at least one period is shown, such as --last 12")
    found: dict[str, Rows] = {}
    with ready() as resources, resources.engine.connect() as connection:
        held_id = reading.held_table(connection, table).id
        named = areas or [own_or(None)]
        asked = reading.question(
            connection, held_id, area=named[0], period=period, measure=measure, where=where or [], as_of=as_of
        )
        for of_one in (replace(asked, area=name) for name in named):
            held = reading.observations(connection, of_one)
            if not held:
                return wrong_use(reading.why_nothing(connection, of_one))
            found[held[0]["area_code"]] = held
        rows = _newest([row for held in found.values() for row in held], periods=last)
        warnings, rehearsed = reading.caveats(connection, asked, rows=rows), is_rehearsed(connection)
    for warning in warnings if as_json else ():
        tell(warning)
    return answered(
        _without(rows, "vintage_id"),
        as_json=as_json,
        shown=lambda: _print_observations(rows, title=asked.table.title, warnings=warnings),
        rehearsed=rehearsed,
    )


def _newest(rows: Rows, *, periods: int | None) -> Rows:
    """Rows of the newest periods, so many of those that any row is of; all of them where none is said."""
    kept = sorted({row["period"] for row in rows})[-(periods or 0) :]
    return [row for row in rows if row["period"] in kept]


def _print_observations(rows: Rows, *, title: str, warnings: Sequence[str]) -> None:
    """The rows of each area under its name, then what a comparison of them must say."""
    terminal = console()
    for area, of_area in groupby(rows, key=lambda row: row["area"]):
        shown = list(of_area)
        terminal.print(Text(shown[0]["table"], "bold").append(f" {title}: {area}", "not bold"))
        terminal.print(_observation_lines(shown))
    for warning in warnings:
        terminal.print(Text(warning, "yellow"))


def _observation_lines(rows: Rows) -> Grid:
    lines = grid("period", "measure", "members", ">value", "status", "published", "seen")
    for before, row in pairwise([rows[0], *rows]):
        if row["series_break"] != before["series_break"]:
            lines.add_row(Text("-- series break --", "yellow"))
        lines.add_row(
            row["period"],
            row["measure"],
            in_words(row["members"]),
            _value(row),
            row["status"],
            str(row["publisher_updated_on"] or ""),
            danish_time(row["seen_at"]),
        )
    return lines


def _value(row: dict[str, Any]) -> str:
    if row["status"] == "observed":
        return number(row["value"])
    return "hidden" if row["status"] == "suppressed" else "-"


def totals(
    *,
    areas: Areas = None,
    period: Annotated[
        str | None, Parameter(help="One month (2026M06), a span (2026M01:2026M06) or years (2025:2026).")
    ] = None,
    together: Annotated[bool, Parameter(negative="", help="Add the areas up and average over the months.")] = False,
    as_of: AsOf = None,
    as_json: Json = False,
) -> int:
    """Show all benefits together, month by month: whole, or with bounds and the names of what lacks."""
    from tasks.answers import totals as asked
    from tasks.resources import own_or, ready
    from warehouse.database.rehearsal import is_rehearsed

    named = areas or [own_or(None)]
    with ready() as resources, resources.engine.connect() as connection:
        rows = asked.totals(connection, areas=named, period=period, as_of=as_of, together=together)
        rehearsed = is_rehearsed(connection)
    return answered(rows, as_json=as_json, shown=lambda: _print_totals(rows), rehearsed=rehearsed)


def _print_totals(rows: Rows) -> None:
    lines = grid("area", "period", ">full-time persons", ">low", ">high", ">parts", "status", "lacks")
    for row in rows:
        lacks = [*row["missing"], *(f"{name} (hidden)" for name in row["hidden"])]
        told = ", ".join(lacks[:_NAMED]) + (f" and {len(lacks) - _NAMED} more" if len(lacks) > _NAMED else "")
        parts = f"{row['parts']} of {row['parts_expected']}"
        lines.add_row(
            row["area"],
            row["period"],
            *(cell(row[name]) for name in ("value", "low", "high")),
            parts,
            row["status"] + (", provisional" if row.get("provisional") else ""),
            told,
        )
    console().print(lines)
