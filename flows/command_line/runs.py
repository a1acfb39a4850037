"""Commands that run a flow: one night, the deployments until they are stopped, a replay, a backfill with its plan and bar."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter
from rich.text import Text

from flows.command_line.options import ATTENTION, FAILED, WELL, Json, Tables, answered, wrong_use
from flows.command_line.progress import bar
from flows.printing import STYLES, console, grid, number, print_highlights, print_json, print_report, tell
from flows.serving.local_server import await_orchestrator, begin_orchestrator, prepare_orchestrator

if TYPE_CHECKING:
    from tasks.backfill.steps import BackfillReport
    from tasks.runs.report import RunReport


LAST_PORT = 65_535


def nightly(
    *,
    tables: Tables = None,
    again: Annotated[
        bool, Parameter(negative="", help="Fetch though nothing says that it is new: a correction without a new date.")
    ] = False,
    as_json: Json = False,
) -> int:
    """Run one night now: fetch what is new, check it, publish it, derive the marts."""
    prepare_orchestrator()
    chosen = _named(tables)
    begin_orchestrator()
    from flows.nightly import nightly as run_night
    from tasks.runs.progress import telling
    from tasks.runs.states import value_of

    await_orchestrator()
    with bar(shown=not as_json) as moved, telling(moved):
        report = value_of(run_night, chosen, again)
    if report.message:
        tell(report.message)
    _print_night(report, as_json=as_json)
    return {"completed": WELL, "yielded": WELL, "superseded": WELL, "attention": ATTENTION}.get(report.outcome, FAILED)


def _named(tables: Sequence[str] | None) -> list[str] | None:
    """The tables and sources that are asked for; raises QuestionError for one that is none, before a server is begun."""
    if not tables:
        return None
    from tasks.plan import named

    return [named(table_id) for table_id in tables]


def _print_night(report: RunReport, *, as_json: bool) -> None:
    from tasks.runs.report import as_json as report_as_json

    if as_json:
        print_json(report_as_json(report))
    elif report.tables:
        print_report(report.run, report.outcome, report.tables)
        print_highlights({"Revised the most": report.revisions, "Figures that moved": report.moves})


def serve(
    *,
    port: Annotated[
        int, Parameter(help="Where the interface answers on this machine; 0: any port that is free.")
    ] = 4200,
) -> int:
    """Serve the deployments on this machine until Ctrl-C: Prefect's server with its interface, and a worker."""
    if not 0 <= port <= LAST_PORT:
        return wrong_use(f"--port {port}: a port is a number from 1 to {LAST_PORT}, or 0 for any that is free")
    from flows.serving.serve import serve_until_stopped

    return WELL if serve_until_stopped(port) else FAILED


def replay(
    *,
    warehouse: Annotated[
        str | None, Parameter(help="Rebuild in this database (empty, or a replay that was broken off).")
    ] = None,
    verify: Annotated[bool, Parameter(negative="", help="Hold the result against the configured warehouse.")] = False,
    as_json: Json = False,
) -> int:
    """Rebuild a warehouse from the archive alone, without the publisher; or prove that it could be."""
    report = _replayed(warehouse, verify=verify, with_bar=not as_json)
    difference, problem, left_out = (report.pop(name) for name in ("difference", "problem", "left_out"))
    answered(report, as_json=as_json, shown=lambda: console().print(_replay_in_words(report)))
    if left_out:
        tell(
            f"jobindsats: {len(left_out)} vintages of people's files were left out, and nothing was withdrawn for them:"
        )
    for each in left_out:
        tell(each)
    if difference:
        tell(f"jobindsats: the rebuilt warehouse and the configured one differ, first in {difference}")
    if problem:
        tell(f"jobindsats: {problem}")
    if difference or problem:
        return FAILED
    return ATTENTION if left_out else WELL


def _replayed(warehouse: str | None, *, verify: bool, with_bar: bool) -> dict[str, Any]:
    from dataclasses import asdict

    from pydantic import SecretStr

    from tasks.replay.target import require_target

    target = SecretStr(warehouse) if warehouse else None
    require_target(target, verify=verify)
    prepare_orchestrator()
    begin_orchestrator()
    from flows.replay import replay as run_replay
    from tasks.runs.progress import telling
    from tasks.runs.states import value_of

    await_orchestrator()
    with bar(shown=with_bar) as moved, telling(moved):
        return asdict(value_of(run_replay, target, verify=verify))


def _replay_in_words(report: dict[str, Any]) -> str:
    verdict = {None: "rebuilt", True: "rebuilt, and equal to the warehouse", False: "rebuilt, and NOT equal"}
    return (
        f"{number(report['vintages'])} vintages with {number(report['observations'])} observations "
        f"{verdict[report['equal']]}; checksum {report['checksum']}"
    )


def backfill(
    *,
    first: Annotated[
        str | None, Parameter(name="--from", help="The first period: 2019M01, 2019Q1 or 2019, whatever a table has.")
    ] = None,
    last: Annotated[str | None, Parameter(name="--to", help="The last period, itself included.")] = None,
    tables: Tables = None,
    plan: Annotated[bool, Parameter(negative="", help="Show calls, cells and time; fetch nothing.")] = False,
    resume: Annotated[int | None, Parameter(help="Go on with this backfill.")] = None,
    workers: Annotated[int, Parameter(help="So many processes on this machine.")] = 1,
    dask: Annotated[
        str | None,
        Parameter(
            help="On the Dask cluster with this scheduler (tcp://host:8786); local: of --workers processes here."
        ),
    ] = None,
    as_json: Json = False,
) -> int:
    """Fill years backwards: partition by partition, beside the nights and giving way to them."""
    if plan:
        return _show_plan(first, last, tables=tables or [], as_json=as_json)
    if resume is not None and (first or last or tables):
        return wrong_use("--resume goes on with what was asked then: leave --from, --to and --table away")
    if wrong := _wrong_workers(workers, dask=dask):
        return wrong_use(wrong)
    report = _worked_through(first, last, tables, resume=resume, workers=workers, dask=dask, with_bar=not as_json)
    _print_report(report, as_json=as_json)
    return {"completed": WELL, "attention": ATTENTION}.get(report.outcome, FAILED)


def _wrong_workers(workers: int, *, dask: str | None) -> str | None:
    """Why the work cannot be shared like that; None where it can."""
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


def _show_plan(first: str | None, last: str | None, *, tables: Sequence[str], as_json: bool) -> int:
    """What a backfill would fetch; nothing is fetched but metadata."""
    if first is None or last is None:
        return wrong_use("--plan needs --from and --to")
    from tasks.backfill.question import require_plannable

    require_plannable(first, last, tables=tables)
    prepare_orchestrator()
    from tasks.backfill.steps import look_ahead, plan_as_json

    planned = plan_as_json(look_ahead(first, last, tables=tables))
    return answered(planned, as_json=as_json, shown=lambda: _print_plan(planned, first=first, last=last))


def _print_plan(planned: dict[str, Any], *, first: str, last: str) -> None:
    lines = grid("table", ">partitions", ">calls", ">cells", ">time", "")
    for table in planned["tables"]:
        lines.add_row(table["table"], *_amounts(table), Text(table["message"], "yellow"))
    lines.add_row("together", *_amounts(planned), "", style="bold")
    terminal = console()
    terminal.print(f"Backfill from {first} to {last}: nothing has been fetched. The calls are those of the plan too.")
    terminal.print(lines)


def _amounts(planned: dict[str, Any]) -> tuple[str, ...]:
    return (*(number(planned[name]) for name in ("partitions", "calls", "cells")), _in_time(planned["seconds"]))


def _in_time(seconds: float) -> str:
    """A length of time in hours, minutes and seconds."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


def _worked_through(
    first: str | None,
    last: str | None,
    tables: list[str] | None,
    *,
    resume: int | None,
    workers: int,
    dask: str | None,
    with_bar: bool,
) -> BackfillReport:
    """Begin or resume a backfill and work until it ends, or is stopped."""
    from tasks.backfill.question import require_question

    require_question(first, last, tables=tables or (), resume=resume)
    prepare_orchestrator()
    begin_orchestrator()
    from flows.backfill import backfill as run_backfill
    from tasks.runs.progress import telling
    from tasks.runs.states import value_of

    await_orchestrator()
    with bar(shown=with_bar) as moved, telling(moved):
        return value_of(run_backfill, first, last, tables or None, resume=resume, workers=workers, dask=dask)


def _print_report(report: BackfillReport, *, as_json: bool) -> None:
    """The report; the partitions that stopped are on standard error where standard output is JSON."""
    from tasks.backfill.steps import as_json as report_as_json

    answered(report_as_json(report), as_json=as_json, shown=lambda: console().print(_report_in_words(report)))
    if report.outcome == "stopped" or report.problems:
        tell(f"jobindsats: {report.in_words}")
    terminal = console(of_errors=as_json)
    for trouble in report.troubles:
        heading = f"\n{trouble['outcome']}: {trouble['table']} {trouble['periods'] or ''}"
        terminal.print(Text(heading, STYLES[trouble["outcome"]]))
        terminal.print(Text(trouble["message"]))


def _report_in_words(report: BackfillReport) -> str:
    progress = report.progress
    return (
        f"Backfill {progress.backfill}: {report.outcome}. {progress.done} of {progress.partitions} partitions are done, "
        f"with {number(progress.calls)} calls and {number(progress.cells)} cells"
    )
