"""Commands that run a flow: one night, the deployments until they are stopped, a replay."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from flows.command_line.options import ATTENTION, FAILED, WELL, Json, Tables
from flows.printing import console, number, print_highlights, print_json, print_report
from flows.serving.local_server import await_orchestrator, begin_orchestrator, prepare_orchestrator

if TYPE_CHECKING:
    from tasks.runs.report import RunReport


def nightly(*, tables: Tables = None, as_json: Json = False) -> int:
    """Run one night now: fetch what is new, check it, publish it, derive the marts."""
    prepare_orchestrator()
    begin_orchestrator()
    from flows.nightly import nightly as run_night
    from tasks.plan import named

    chosen = [named(table_id) for table_id in tables] if tables else None
    await_orchestrator()
    report = run_night(chosen)
    if report.message:
        sys.stderr.write(f"{report.message}\n")
    _print_night(report, as_json=as_json)
    return {"completed": WELL, "yielded": WELL, "superseded": WELL, "attention": ATTENTION}.get(report.outcome, FAILED)


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
    report = _replayed(warehouse, verify=verify)
    difference = report.pop("difference")
    if as_json:
        print_json(report)
    else:
        console().print(_replay_in_words(report))
    if difference:
        sys.stderr.write(f"jobindsats: the rebuilt warehouse and the configured one differ, first in {difference}\n")
    return WELL if report["equal"] is not False else FAILED


def _replayed(warehouse: str | None, *, verify: bool) -> dict[str, Any]:
    prepare_orchestrator()
    begin_orchestrator()
    from dataclasses import asdict

    from pydantic import SecretStr

    from flows.replay import replay as run_replay

    await_orchestrator()
    return asdict(run_replay(SecretStr(warehouse) if warehouse else None, verify=verify))


def _replay_in_words(report: dict[str, Any]) -> str:
    verdict = {None: "rebuilt", True: "rebuilt, and equal to the warehouse", False: "rebuilt, and NOT equal"}
    return (
        f"{number(report['vintages'])} vintages with {number(report['observations'])} observations "
        f"{verdict[report['equal']]}; checksum {report['checksum']}"
    )
