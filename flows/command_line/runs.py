"""TODO"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from flows.command_line.options import ATTENTION, FAILED, WELL
from flows.printing import console, number, print_highlights, print_json, print_report
from flows.serving.local_server import await_orchestrator, begin_orchestrator, prepare_orchestrator


def run_nightly(tables: Sequence[str] | None, *, as_json: bool) -> int:
    """One night now; prints its report. Exit status by the run's outcome."""
    prepare_orchestrator()
    begin_orchestrator()
    from flows.nightly import nightly
    from tasks.runs.lifecycle import as_json as report_as_json
    from warehouse.reading.questions import named

    chosen = [named(table_id) for table_id in tables] if tables else None
    await_orchestrator()
    report = nightly(chosen)
    if report.message:
        sys.stderr.write(f"{report.message}\n")
    if as_json:
        print_json(report_as_json(report))
    elif report.tables:
        print_report(report.run, report.outcome, report.tables)
        print_highlights({"Revised the most": report.revisions, "Figures that moved": report.moves})
    return {"completed": WELL, "yielded": WELL, "superseded": WELL, "attention": ATTENTION}.get(report.outcome, FAILED)


def run_replay(warehouse: str | None, *, verify: bool, as_json: bool) -> int:
    """Rebuild from the archive; where it is compared and differs, the first difference is on standard error."""
    prepare_orchestrator()
    begin_orchestrator()
    from dataclasses import asdict

    from pydantic import SecretStr

    from flows.replay import replay

    await_orchestrator()
    report = asdict(replay(SecretStr(warehouse) if warehouse else None, verify=verify))
    difference = report.pop("difference")
    if as_json:
        print_json(report)
    else:
        console().print(_replay_in_words(report))
    if difference:
        sys.stderr.write(f"jobindsats: the rebuilt warehouse and the configured one differ, first in {difference}\n")
    return WELL if report["equal"] is not False else FAILED


def _replay_in_words(report: dict[str, Any]) -> str:
    verdict = {None: "rebuilt", True: "rebuilt, and equal to the warehouse", False: "rebuilt, and NOT equal"}
    return (
        f"{number(report['vintages'])} vintages with {number(report['observations'])} observations "
        f"{verdict[report['equal']]}; checksum {report['checksum']}"
    )
