"""How much faster several workers are at a backfill: `python -m tests.bench.backfill_workers`, or `make bench-backfill`.

One stand-in and one PostgreSQL of its own; the same backfill in a fresh database each time, by one process, by several, and
by as many workers of a local Dask cluster. Where answers take long or the budget binds, a backfill waits; where they come
at once, it computes, and stand-in, PostgreSQL and workers share this machine's cores. All three are measured.

Seconds are those from the first partition begun to the last ended, by the ledger: what starting a process costs before that
is printed beside, and the plan and the marts are left out. Exit status 1 where contents differ, the budget was exceeded or
a partition was not done.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Any

from sqlalchemy import URL, create_engine, text

from tests.budgets import calls_over
from tests.content import content
from warehouse.database import embedded, sessions
from warehouse.database.scratch import scratch_beside
from warehouse.marts.contract import HASHED

TODAY = "2023-11-05"
TOKEN = "standin-token"


@dataclass(frozen=True)
class Size:
    """What is filled: tables and periods, and the most cells of one call."""

    tables: tuple[str, ...]
    first: str
    last: str
    cells_per_call: int


SIZES = {
    "small": Size(("y25i01", "y25i09", "y01a02", "y10a02"), "2022", "2023M10", 5_000),
    "national": Size(("y25i01", "y25i09", "y01a02", "y10a02"), "2022M11", "2023M10", 70_000),
}


@dataclass(frozen=True)
class Regime:
    """What a backfill spends its time on: how late each answer is, and how many calls a minute may be made."""

    said: str
    late_ms: int = 0
    per_minute: int | None = None


@dataclass(frozen=True)
class Measured:
    """What one way of working came to; `seconds` of work, `begun` seconds after it was asked for."""

    way: str
    partitions: int
    done: int
    calls: int
    begun: float
    seconds: float
    content: str
    over: int


Work = Callable[[int], object]


def main(arguments: list[str] | None = None) -> int:
    """Measure every way in every regime, and print it."""
    asked = _asked(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that nothing is left running
    # Numbers alone: Prefect, which nothing here runs under, would print what libraries log.
    os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "CRITICAL")
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    size, late, limit = SIZES[asked.scale], asked.latency, asked.per_minute
    regimes = (
        Regime(f"each answer takes {late} ms, no budget: a backfill waits for answers", late_ms=late),
        Regime(f"{limit} calls a minute: a backfill waits for its budget", per_minute=limit),
        Regime("answers at once, no budget: a backfill computes"),
    )
    ways = dict(_ways(asked.workers))
    with (
        tempfile.TemporaryDirectory(prefix="bench-of-backfills-") as folder,
        _standin(asked) as api,
        _server(folder) as server,
    ):
        print(f"{asked.scale}: {', '.join(size.tables)}, {size.first} to {size.last}")
        print(
            f"{os.cpu_count()} cores; {os.getloadavg()[0]:.1f} of others' processes want one at the start", flush=True
        )
        bench = _Bench(size, Path(folder), server, api, asked.workers)
        bench.measured("to warm the stand-in", _alone, Regime(""))
        return max(bench.shown(regime, ways) for regime in regimes)


def _asked(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.backfill_workers", description=__doc__.split("\n")[0])
    parser.add_argument("--scale", choices=SIZES, default="small")
    parser.add_argument("--workers", type=int, default=2, help="processes, and workers of Dask")
    parser.add_argument("--latency", type=int, default=1_000, metavar="MS", help="how long the publisher takes")
    parser.add_argument("--per-minute", type=int, default=120, metavar="CALLS", help="the budget where it binds")
    return parser.parse_args(arguments)


def _ways(workers: int) -> Iterator[tuple[str, Work]]:
    yield "one process", _alone
    yield f"{workers} processes", lambda backfill_id: _processes(backfill_id, number=workers)
    if find_spec("distributed") is None:
        print("Dask is left out: it is not installed (make setup-distributed)")
    else:
        yield f"{workers} Dask workers", lambda backfill_id: _on_dask(backfill_id, workers=workers)


def _alone(backfill_id: int) -> None:
    _processes(backfill_id, number=1)


def _processes(backfill_id: int, *, number: int) -> None:
    command = [sys.executable, "-m", "tasks.backfill.workers", str(backfill_id)]
    working = [subprocess.Popen(command, stdin=subprocess.PIPE) for _ in range(number)]
    # It stops when its standard input closes: that is when all have ended.
    statuses = [each.wait() for each in working]
    for each in working:
        if each.stdin:
            each.stdin.close()
    if any(statuses):
        raise SystemExit(f"a worker ended with {statuses}")


def _on_dask(backfill_id: int, *, workers: int) -> None:
    from tasks.backfill.workers import LOCAL, work_on_cluster

    work_on_cluster(backfill_id, address=LOCAL, workers=workers, stop=Event(), told=lambda _: None)


@contextmanager
def _standin(asked: argparse.Namespace) -> Iterator[str]:
    """A stand-in in a process of its own; gives the address of its API."""
    late = str(asked.latency / 1000)
    command = [sys.executable, "-m", "tests.standin", "--today", TODAY, "--scale", asked.scale, "--slow-seconds", late]
    with subprocess.Popen([*command, "--token", TOKEN], stdout=subprocess.PIPE, text=True) as process:
        try:
            said = process.stdout.readline() if process.stdout else ""
            yield said.strip().partition("=")[2]
        finally:
            process.terminate()


@contextmanager
def _server(folder: str) -> Iterator[URL]:
    """A PostgreSQL of this run's own."""
    try:
        yield embedded.start(Path(folder))
    finally:
        embedded.stop(Path(folder))


@dataclass(frozen=True)
class _Bench:
    """Where it all takes place."""

    size: Size
    folder: Path
    server: URL
    api: str
    workers: int

    def shown(self, regime: Regime, ways: dict[str, Work]) -> int:
        """Measure every way in a regime and print it; 1 where something is not as it should be."""
        print(
            f"\n{regime.said}\n{'':18}partitions  calls  seconds   ratio  started in  content  over budget", flush=True
        )
        first: Measured | None = None
        status = 0
        for way, work in ways.items():
            found = self.measured(way, work, regime)
            first = first or found
            same = found.content == first.content
            status = max(status, not same or found.over > 0 or found.done < found.partitions)
            print(_line(found, ratio=first.seconds / found.seconds, same=same), flush=True)
        return status

    def measured(self, way: str, work: Work, regime: Regime) -> Measured:
        """One backfill in a database and an archive of its own."""
        from tasks.backfill.steps import begin

        with ExitStack() as stack:
            warehouse = stack.enter_context(scratch_beside(self.server))
            archive = stack.enter_context(tempfile.TemporaryDirectory(dir=self.folder))
            self._tell(regime, warehouse=warehouse, archive=Path(archive))
            self._set_faults({"slow": 0})
            backfill_id = begin(self.size.first, self.size.last, tables=self.size.tables, resume=None)
            self._set_faults({"slow": 1 if regime.late_ms else 0})
            before, asked_at = len(self._calls()), monotonic()
            work(backfill_id)
            took = monotonic() - asked_at
            calls = self._calls()[before:]
            over = calls_over(calls, per_minute=regime.per_minute, at_once=self.workers) if regime.per_minute else 0
            ledger, what = _looked_up(warehouse)
        begun = max(0.0, took - float(ledger["seconds"]))
        return Measured(
            way, ledger["partitions"], ledger["done"], len(calls), begun, float(ledger["seconds"]), what, over
        )

    def _tell(self, regime: Regime, *, warehouse: URL, archive: Path) -> None:
        os.environ |= {
            "JOBINDSATS_API_URL": self.api,
            "JOBINDSATS_API_TOKEN": TOKEN,
            "JOBINDSATS_WAREHOUSE_URL": warehouse.render_as_string(hide_password=False),
            "JOBINDSATS_ARCHIVE_URL": archive.as_uri(),
            "JOBINDSATS_DATA_DIR": str(self.folder),
            "JOBINDSATS_CELLS_PER_CALL": str(self.size.cells_per_call),
        }
        os.environ.pop("JOBINDSATS_CALLS_PER_MINUTE", None)
        if regime.per_minute:
            os.environ["JOBINDSATS_CALLS_PER_MINUTE"] = str(regime.per_minute)

    def _set_faults(self, rates: dict[str, float]) -> None:
        self._ask("faults", data=json.dumps(rates).encode())

    def _calls(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._ask("calls")
        return found

    def _ask(self, what: str, *, data: bytes | None = None) -> Any:
        with urllib.request.urlopen(f"{self.api.removesuffix('/v3')}/standin/{what}", data=data, timeout=60) as answer:
            return json.load(answer)


_LEDGER = """
select count(*) as partitions, count(*) filter (where state = 'done') as done,
       extract(epoch from max(ended_at) - min(started_at)) as seconds
from ops.backfill_partitions
"""


def _looked_up(warehouse: URL) -> tuple[dict[str, Any], str]:
    """What the ledger says, and the content: facts, and the marts that are derived of them now."""
    from tasks.derive import bring_up_to_date

    engine = create_engine(warehouse, connect_args=sessions.SESSION)
    try:
        bring_up_to_date(engine)
        with engine.connect() as connection:
            return dict(connection.execute(text(_LEDGER)).mappings().one()), content(connection, marts=HASHED)
    finally:
        engine.dispose()


def _line(found: Measured, *, ratio: float, same: bool) -> str:
    done = f"{found.done}/{found.partitions}"
    return (
        f"{found.way:18}{done:>10}  {found.calls:5}  {found.seconds:7.1f}  {ratio:5.2f}x  {found.begun:8.1f} s  "
        f"{'equal' if same else 'DIFFERS':>7}  {found.over:11}"
    )


if __name__ == "__main__":
    sys.exit(main())
