"""What `jobindsats backfill` does: show the plan, or work through it with a bar in the terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.text import Text

from flows.printing import STYLES, console, grid, number, print_json
from flows.serving.local_server import await_orchestrator, begin_orchestrator, prepare_orchestrator

if TYPE_CHECKING:
    from tasks.backfill.ledger import Progress
    from tasks.backfill.steps import BackfillReport

WELL, FAILED, WRONG_USE, ATTENTION = 0, 1, 2, 3


def show_plan(first: str | None, last: str | None, *, tables: Sequence[str], as_json: bool) -> int:
    """What a backfill would fetch; nothing is fetched but metadata."""
    if first is None or last is None:
        return _wrong_use("--plan needs --from and --to")
    prepare_orchestrator()
    from tasks.backfill.steps import look_ahead, plan_as_json

    planned = plan_as_json(look_ahead(first, last, tables=tables))
    if as_json:
        print_json(planned)
    else:
        _print_plan(planned, first=first, last=last)
    return WELL


def _wrong_use(message: str) -> int:
    sys.stderr.write(f"jobindsats: {message}\n")
    return WRONG_USE


def _print_plan(planned: dict[str, Any], *, first: str, last: str) -> None:
    lines = grid("table", ">partitions", ">calls", ">cells", ">time", "")
    for table in planned["tables"]:
        lines.add_row(
            table["table"],
            number(table["partitions"]),
            number(table["calls"]),
            number(table["cells"]),
            _in_time(table["seconds"]),
            Text(table["message"], "yellow"),
        )
    lines.add_row(
        "together",
        number(planned["partitions"]),
        number(planned["calls"]),
        number(planned["cells"]),
        _in_time(planned["seconds"]),
        "",
        style="bold",
    )
    terminal = console()
    terminal.print(f"Backfill from {first} to {last}: nothing has been fetched. The calls are those of the plan too.")
    terminal.print(lines)


def _in_time(seconds: float) -> str:
    """A length of time in hours, minutes and seconds."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


def run_backfill(
    first: str | None,
    last: str | None,
    *,
    tables: Sequence[str],
    resume: int | None,
    workers: int,
    dask: str | None,
    as_json: bool,
) -> int:
    """Work through a backfill, or go on with one; exit status as a night's."""
    if resume is not None and (first or last or tables):
        return _wrong_use("--resume goes on with what was asked then: leave --from, --to and --table away")
    if wrong := _wrong_hands(workers, dask=dask):
        return _wrong_use(wrong)
    prepare_orchestrator()
    begin_orchestrator()
    from flows.backfill import backfill
    from tasks.backfill.steps import BackfillStopped, telling

    await_orchestrator()
    try:
        with _bar(shown=not as_json) as told, telling(told):
            report = backfill(first, last, list(tables) or None, resume=resume, workers=workers, dask=dask)
    except BackfillStopped as stopped:
        sys.stderr.write(f"jobindsats: {stopped}\n")
        report = stopped.report
    _print_report(report, as_json=as_json)
    return {"completed": WELL, "attention": ATTENTION}.get(report.outcome, FAILED)


def _wrong_hands(workers: int, *, dask: str | None) -> str | None:
    """Why nobody can be set to work like that; None where they can."""
    if workers < 1:
        return f"--workers {workers}: it takes at least one to do the work"
    if dask is None:
        return None
    if dask != "local" and "://" not in dask:
        return f"--dask {dask}: give local, or a scheduler's address as Dask prints it, for example tcp://host:8786"
    if dask != "local" and workers > 1:
        return f"--workers {workers} are of this machine, and the cluster at {dask} has its own: leave it away"
    if find_spec("distributed") is None:
        return "--dask needs Dask, which is not installed: `make setup-distributed`, or the extra `distributed`"
    return None


@contextmanager
def _bar(*, shown: bool) -> Iterator[Any]:
    """A bar on standard error, where that is a terminal."""
    from tasks.backfill.work import nobody

    terminal = Console(stderr=True)
    if not (shown and terminal.is_terminal):
        yield nobody
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bar(*columns, TimeRemainingColumn(), console=terminal, transient=True) as bar:
        line = bar.add_task("planning", total=None)

        def told(progress: Progress) -> None:
            ended = progress.done + progress.quarantined + progress.failed
            said = f"backfill {progress.backfill}, {progress.calls:,} calls, {progress.cells:,} cells"
            bar.update(line, description=said, total=progress.partitions, completed=ended)

        yield told


def _print_report(report: BackfillReport, *, as_json: bool) -> None:
    from tasks.backfill.steps import as_json as report_as_json

    if as_json:
        print_json(report_as_json(report))
    else:
        progress = report.progress
        console().print(
            f"Backfill {progress.backfill}: {report.outcome}. {progress.done} of {progress.partitions} partitions are done, "
            f"with {number(progress.calls)} calls and {number(progress.cells)} cells"
        )
    told = Console(stderr=True, highlight=False) if as_json else console()
    for trouble in report.troubles:
        told.print(
            Text(f"\n{trouble['outcome']}: {trouble['table']} {trouble['periods'] or ''}", STYLES[trouble["outcome"]])
        )
        told.print(Text(trouble["message"]))
