"""What each command does: read the question, call what answers it, print it for a person or as JSON."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from datetime import date, datetime
from textwrap import shorten
from typing import Any

from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

WELL, FAILED, WRONG_USE, ATTENTION = 0, 1, 2, 3
_STYLES = {
    "published": "green",
    "unchanged": "cyan",
    "not_due": "dim",
    "source_late": "yellow",
    "quarantined": "bold yellow",
    "failed": "bold red",
    "well": "green",
    "attention": "yellow",
}
_NARROWEST = 120
_WIDTH_BEFORE_WHY = 76


def _console() -> Console:
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=max(console.width, _NARROWEST))


def _print_json(document: Any) -> None:
    sys.stdout.write(json.dumps(document, ensure_ascii=False, default=_plain) + "\n")


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"


# ---- nightly ------------------------------------------------------------------------------------------------


def run_nightly(tables: Sequence[str] | None, *, as_json: bool) -> int:
    """One night now; prints its report. Exit status by the run's outcome."""
    prepare_orchestrator()
    from flows.nightly import nightly
    from tasks.runs import as_json as report_as_json
    from warehouse.reading import table_named

    chosen = [table_named(table_id).id for table_id in tables] if tables else None
    report = nightly(chosen)
    if as_json:
        _print_json(report_as_json(report))
    else:
        _print_report(report.run, report.outcome, report.tables)
    return {"completed": WELL, "attention": ATTENTION}.get(report.outcome, FAILED)


def prepare_orchestrator() -> None:
    """Prefect's own folder in our data folder, a patient start, no telemetry: unless somebody set it otherwise."""
    from tasks.upkeep import data_folder

    home = data_folder() / "prefect"
    defaults = {
        "PREFECT_HOME": str(home),
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",  # the report says what matters; logs go to Prefect
        "PREFECT_LOGGING_SERVER_LEVEL": "CRITICAL",
        "DO_NOT_TRACK": "1",
        "GX_ANALYTICS_ENABLED": "false",
    }
    for name, value in defaults.items():
        os.environ.setdefault(name, value)
    home.mkdir(parents=True, exist_ok=True)


def _print_report(run: int, outcome: str, tables: Sequence[dict[str, Any]]) -> None:
    console = _console()
    grid = Grid(title=f"Night {run}: {outcome}", title_justify="left", title_style="bold", box=None, pad_edge=False)
    for name in ("table", "outcome"):
        grid.add_column(name, no_wrap=True)
    for name in ("new", "revised", "withdrawn", "unchanged"):
        grid.add_column(name, justify="right", no_wrap=True)
    grid.add_column("newest", no_wrap=True)
    grid.add_column("why", no_wrap=True)
    room = max(20, console.width - _WIDTH_BEFORE_WHY)
    for table in tables:
        counts = [_number(table[name]) if table[name] else "" for name in ("new", "revised", "withdrawn", "unchanged")]
        shown = table["outcome"]
        why = "see below" if shown in ("failed", "quarantined") else shorten(table["message"], room, placeholder=" …")
        grid.add_row(table["table"], Text(shown, _STYLES[shown]), *counts, table["newest_period"] or "", why)
    console.print(grid)
    _print_troubles(console, tables)


def _print_troubles(console: Console, tables: Sequence[dict[str, Any]]) -> None:
    """Each trouble once, however many tables it stopped."""
    by_message: dict[str, list[dict[str, Any]]] = {}
    for table in tables:
        if table["outcome"] in ("failed", "quarantined"):
            by_message.setdefault(table["message"], []).append(table)
    for message, stopped in by_message.items():
        ids = ", ".join(table["table"] for table in stopped) if len(stopped) <= 3 else f"{len(stopped)} tables"
        console.print()
        console.print(Text(f"{stopped[0]['outcome']}: {ids}", _STYLES[stopped[0]["outcome"]]))
        console.print(Text(message))


# ---- reading ------------------------------------------------------------------------------------------------


def show_status(*, as_json: bool) -> int:
    """One row per table: what we hold, whether it is fresh."""
    from tasks.upkeep import ready, today
    from warehouse.reading import status

    with ready() as border, border.engine.connect() as connection:
        rows = status(connection, today=today(border))
    if as_json:
        _print_json([{name: cell for name, cell in row.items() if name != "message"} for row in rows])
        return WELL
    grid = _grid(
        "table", "newest", ">observations", ">vintages", "updated", "next release", "fresh", "last night", "title"
    )
    for row in rows:
        fresh = {True: Text("fresh", "green"), False: Text("no", "yellow"), None: Text("retired", "dim")}[row["fresh"]]
        last = row["outcome"] or ""
        grid.add_row(
            row["table"],
            row["newest_period"] or "-",
            _number(row["observations"]),
            str(row["vintages"]),
            str(row["publisher_updated_on"] or "-"),
            str(row["next_release"] or "-"),
            fresh,
            Text(last, _STYLES.get(last, "")),
            row["title"],
        )
    _console().print(grid)
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
    from tasks.upkeep import ready
    from warehouse.reading import observations, question

    asked = question(table_id, area=area, period=period, measure=measure, where=where, as_of=as_of)
    with ready() as border, border.engine.connect() as connection:
        rows = observations(connection, asked)
    if as_json:
        _print_json([{name: cell for name, cell in row.items() if name != "vintage_id"} for row in rows])
        return WELL
    if not rows:
        _console().print(f"Nothing is held of {asked.table.id} for {area}" + (" at that time." if as_of else "."))
        return WELL
    grid = _grid("period", "measure", "members", ">value", "status", "published", "seen")
    for row in rows:
        shown = (
            _number(row["value"]) if row["status"] == "observed" else "hidden" if row["status"] == "suppressed" else "-"
        )
        grid.add_row(
            row["period"],
            row["measure"],
            _members(row["members"]),
            shown,
            row["status"],
            str(row["publisher_updated_on"] or ""),
            _in_denmark(row["seen_at"]),
        )
    console = _console()
    console.print(f"[bold]{rows[0]['table']}[/bold] {asked.table.title}: {rows[0]['area']}")
    console.print(grid)
    return WELL


def show_revisions(table_id: str, *, area: str | None, since: str | None, as_json: bool) -> int:
    """What later vintages changed."""
    from tasks.upkeep import ready
    from warehouse.reading import moment_from, revisions, table_named

    table = table_named(table_id)
    with ready() as border, border.engine.connect() as connection:
        rows = revisions(connection, table=table, area=area, since=moment_from(since) if since else None)
    if as_json:
        _print_json(rows)
        return WELL
    grid = _grid("seen", "period", "area", "measure", "members", ">before", ">after", ">change")
    for row in rows:
        grid.add_row(
            _in_denmark(row["seen_at"]),
            row["period"],
            row["area"],
            row["measure"],
            _members(row["members"]),
            _or_status(row["before"], row["before_status"]),
            _or_status(row["after"], row["after_status"]),
            _number(row["change"]),
        )
    console = _console()
    console.print(grid if rows else f"No cell of {table.id} was changed after it was first published.")
    return WELL


def _in_denmark(moment: datetime) -> str:
    from warehouse.reading import in_denmark

    return f"{in_denmark(moment):%Y-%m-%d %H:%M}"


def _or_status(value: float | None, status: str) -> str:
    return _number(value) if status == "observed" else status


def _members(members: dict[str, str]) -> str:
    return ", ".join(members.values())


def _grid(*names: str) -> Grid:
    grid = Grid(box=None, pad_edge=False)
    for name in names:
        grid.add_column(name.lstrip(">"), justify="right" if name.startswith(">") else "left", overflow="fold")
    return grid


# ---- upkeep -------------------------------------------------------------------------------------------------


def examine(*, as_json: bool) -> int:
    """Every part in turn: what is wrong and the next step."""
    prepare_orchestrator()
    from tasks.doctor import Finding, examine_all

    findings = [*examine_all(), Finding("prefect", "well", _prefect_in_words())]
    if as_json:
        _print_json([finding._asdict() for finding in findings])
    else:
        grid = _grid("part", "finding", "says", "next step")
        for finding in findings:
            grid.add_row(finding.part, Text(finding.verdict, _STYLES[finding.verdict]), finding.says, finding.next_step)
        _console().print(grid)
    verdicts = {finding.verdict for finding in findings}
    return FAILED if "failed" in verdicts else ATTENTION if "attention" in verdicts else WELL


def _prefect_in_words() -> str:
    import prefect
    from prefect.settings import get_current_settings

    return f"Prefect {prefect.__version__}, {get_current_settings().api.url or 'a server of its own for each run'}"


def warehouse_url() -> int:
    """The address, for a client on this machine."""
    from tasks.upkeep import address

    sys.stdout.write(address() + "\n")
    return WELL


def warehouse_up() -> int:
    """Start and migrate."""
    from tasks.upkeep import address, migrate

    revision = migrate()
    _console().print(f"The warehouse is up, schema {revision}: {address()}")
    return WELL


def warehouse_down() -> int:
    """Stop the embedded server."""
    from tasks.upkeep import stop

    _console().print(stop())
    return WELL


def warehouse_migrate() -> int:
    """Bring the schema up to date."""
    from tasks.upkeep import migrate

    _console().print(f"The schema is at revision {migrate()}")
    return WELL


def explain_trouble(error: Exception) -> int:
    """One sentence on standard error, and the exit status: wrong use is told apart from failure."""
    from tasks.upkeep import is_wrong_use

    sys.stderr.write(f"jobindsats: {error}\n")
    return WRONG_USE if is_wrong_use(error) else FAILED
