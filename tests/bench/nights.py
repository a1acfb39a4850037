"""What a night costs in which nothing is new, and one in which three tables are: `python -m tests.bench.nights`.

A stand-in and a data folder of its own; each night is a process, as a scheduler would start it. Its import and the start of
Prefect's server are told apart from our own work, and a night of three tables by its stages; so is what the publisher takes
until it answers. For a quiet night the publisher lists 100 tables; what counts is how many calls it is asked for.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any
from unittest.mock import patch

import requests

from tests.standin.editions import Edition, World
from tests.standin.publisher import Publisher, Settings
from tests.standin.server import StandIn, serving
from tests.standin.synthetic import SyntheticDenmark
from warehouse.database import embedded

FILLED, QUIET, RELEASE = date(2025, 5, 15), date(2025, 5, 16), date(2025, 5, 27)
THREE = ("y01a02", "y25i01", "ptv_a02")


@dataclass(frozen=True)
class Longer:
    """A world whose publisher has further tables, each a copy of one under another id, which no catalogue of ours has."""

    world: World
    tables: int

    def table_ids(self) -> tuple[str, ...]:
        """The world's own, and as many more as make the number."""
        own = self.world.table_ids()
        return (*own, *(f"more{at:03}" for at in range(self.tables - len(own))))

    def edition(self, table_id: str, day: date) -> Edition | None:
        """As the world has it; a further one as the first of the world's."""
        if not table_id.startswith("more"):
            return self.world.edition(table_id, day)
        copied = self.world.edition(self.world.table_ids()[0], day)
        return replace(copied, table_id=table_id) if copied else None


def main(arguments: list[str] | None = None) -> int:
    """Print what both nights cost as one JSON document."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.nights", description=__doc__.split("\n")[0])
    parser.add_argument("--scale", choices=("small", "national"), default="national")
    parser.add_argument("--runs", type=int, default=5, help="quiet nights")
    parser.add_argument("--one", action="store_true", help="one night in this process (for the bench's own use)")
    asked = parser.parse_args(arguments)
    if asked.one:
        print(json.dumps(_one_night()))
        return 0
    print(json.dumps(measured(scale=asked.scale, runs=asked.runs)))
    return 0


def measured(*, scale: str, runs: int) -> dict[str, Any]:
    """The nights' figures: seconds, and calls to the publisher."""
    world = Longer(SyntheticDenmark(Settings.seed, scale, FILLED), 100)
    with tempfile.TemporaryDirectory(prefix="bench-of-nights-") as folder, _standin(world) as standin:
        try:
            first = _night(standin, Path(folder), day=FILLED, hour=4)
            _night(standin, Path(folder), day=QUIET, hour=4)  # whatever is released on that very day
            quiet = [_night(standin, Path(folder), day=QUIET, hour=5 + at) for at in range(runs)]
            release = _night(standin, Path(folder), day=RELEASE, hour=4)
        finally:
            embedded.stop(Path(folder))
    return {"tables": 100, "scale": scale, "first": first, "quiet": quiet, "release": release}


@contextmanager
def _standin(world: World) -> Iterator[StandIn]:
    with serving(Publisher(world, today=FILLED, settings=Settings())) as standin:
        yield standin


def _night(standin: StandIn, folder: Path, *, day: date, hour: int) -> dict[str, Any]:
    """One night as a process of its own; of a release only three tables are asked for."""
    standin.set_today(day)
    before = len(standin.calls())
    environment = os.environ | {
        "JOBINDSATS_API_URL": standin.url,
        "JOBINDSATS_API_TOKEN": standin.token,
        "JOBINDSATS_DATA_DIR": str(folder),
        "JOBINDSATS_NOW": f"{day}T{hour:02}:00:00+02:00",
        "BENCH_TABLES": " ".join(THREE) if day == RELEASE else "",
    }
    command = [sys.executable, "-m", "tests.bench.nights", "--one"]
    began = perf_counter()
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found | {"whole": perf_counter() - began, "calls": len(standin.calls()) - before}


def _one_night() -> dict[str, Any]:
    """A night as `jobindsats nightly` does it, with a clock beside each part."""
    from flows.command_line.main import search_for_garbage_seldom
    from flows.serving.local_server import await_orchestrator, begin_orchestrator, prepare_orchestrator

    search_for_garbage_seldom()
    began = perf_counter()
    prepare_orchestrator()
    begin_orchestrator()
    from flows import nightly
    from tasks.runs.states import value_of

    imported = perf_counter()
    await_orchestrator()
    served = perf_counter()
    with _watched(nightly) as stages, _awaited() as answers:
        report = value_of(nightly.nightly, os.environ["BENCH_TABLES"].split() or None)
    outcomes = [table["outcome"] for table in report.tables]
    return {
        "imports": imported - began,
        "server": served - imported,
        "work": perf_counter() - served,
        "publisher": sum(answers),
        "great_expectations": "great_expectations" in sys.modules,
        "import_of_great_expectations": _import_of_great_expectations(),
        "stages": stages,
        "outcomes": {outcome: outcomes.count(outcome) for outcome in sorted(set(outcomes))},
        "new": sum(table["new"] for table in report.tables),
        "revised": sum(table["revised"] for table in report.tables),
    }


@contextmanager
def _awaited() -> Iterator[list[float]]:
    """Seconds from each question to the head of its answer: what the publisher does meanwhile is no work of ours."""
    seconds: list[float] = []
    send = requests.Session.send

    def timed(session: requests.Session, request: requests.PreparedRequest, **named: Any) -> requests.Response:
        answer = send(session, request, **named)
        seconds.append(answer.elapsed.total_seconds())
        return answer

    with patch.object(requests.Session, "send", timed):
        yield seconds


def _import_of_great_expectations() -> float:
    """Seconds of its import beside all else that a night loads; nothing of what is loaded already."""
    began = perf_counter()
    import great_expectations  # noqa: F401

    return perf_counter() - began


@contextmanager
def _watched(flow: Any) -> Iterator[dict[str, float]]:
    """Seconds by stage: each of the flow's tasks with a clock round it."""
    names = {"fetch": "fetch", "stage": "stage", "audit": "audit", "publish": "publish"}
    names |= {"derive_marts": "derive", "derive_figures": "derive figures", "plan": "plan"}
    stages = dict.fromkeys(names.values(), 0.0)
    kept = {name: getattr(flow, name) for name in names}

    def timed(name: str) -> Any:
        def call(*arguments: Any, **named: Any) -> Any:
            began = perf_counter()
            try:
                return kept[name](*arguments, **named)
            finally:
                stages[names[name]] += perf_counter() - began

        return call

    for name in names:
        setattr(flow, name, timed(name))
    try:
        yield stages
    finally:
        for name, task in kept.items():
            setattr(flow, name, task)


if __name__ == "__main__":
    sys.exit(main())
