"""`make bench`: the contestants in turn, at each size, on one PostgreSQL; then a large warehouse, and nights.

What was measured goes to `docs/benchmarks.json`, part by part, and what it says to `docs/benchmarks.md`.

Contestants take turns (A B C A B C), so that a machine whose pace changes changes it for all. At 10 million the peers are
left out unless asked for: they take hours.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from signal import SIGKILL
from threading import Timer
from time import perf_counter
from typing import Any

from sqlalchemy import URL, create_engine, text

from tests.bench import nights, scale
from tests.bench.bodies import made
from tests.bench.contestants import CONTESTANTS
from tests.bench.report import write_report
from warehouse.database import embedded
from warehouse.database.scratch import scratch_beside

SIZES = {"0.1 million": 15, "1 million": 173, "10 million": 1_480}
"""Months of history by size."""
OURS = ("ours", "floor")
AS_IT_COMES = ("1 million", "dlt scd2")
"""What is run once more with PostgreSQL's own settings, for as long as we wait."""
PARTS = ("contest", "scale", "nights")
RESULTS = Path("docs/benchmarks.json")


def main(arguments: list[str] | None = None) -> int:
    """Run what is asked for, and write it down beside what was measured before."""
    asked = _asked(arguments)
    results: dict[str, Any] = json.loads(asked.results.read_text()) if asked.results.exists() else {}
    if "contest" in asked.parts:
        results |= _contest(asked)
        _keep(results, asked=asked)
    if "scale" in asked.parts:
        found = scale.measured(scale.options(["--bodies", str(asked.bodies)]))
        results["scale"] = asdict(found) | {"on": datetime.now(UTC).date().isoformat()}
        _keep(results, asked=asked)
    if "nights" in asked.parts:
        results["nights"] = nights.measured(scale="national", runs=asked.runs)
        _keep(results, asked=asked)
    return 0


def _keep(results: dict[str, Any], *, asked: argparse.Namespace) -> None:
    asked.results.parent.mkdir(parents=True, exist_ok=True)
    asked.results.write_text(json.dumps(results, indent=1) + "\n")
    write_report(results, folder=asked.results.parent)


def _contest(asked: argparse.Namespace) -> dict[str, Any]:
    found: dict[str, Any] = {"machine": machine(), "runs": []}
    for size in asked.sizes:
        made(asked.bodies / str(SIZES[size]), months=SIZES[size])
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        try:
            server = embedded.start(Path(folder))
            found["machine"]["postgresql"] = _server_version(server)
            for size in asked.sizes:
                names = CONTESTANTS if size != "10 million" or asked.all else OURS
                for number in range(asked.runs):
                    found["runs"] += [
                        _run(name, size=size, number=number, asked=asked, server=server) for name in names
                    ]
            if AS_IT_COMES[0] in asked.sizes:
                found["as_it_comes"] = _as_it_comes(asked, server=server)
        finally:
            embedded.stop(Path(folder))
    return found


def _asked(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__.split("\n")[0])
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--sizes", nargs="+", choices=SIZES, default=list(SIZES))
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--all", action="store_true", help="the peers at 10 million too")
    parser.add_argument("--bodies", type=Path, default=Path(".data/bench"), help="where bodies are kept between runs")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--patience", type=float, default=300, help="seconds for dlt with PostgreSQL's own settings")
    parser.add_argument("--longest", type=float, default=3_600, help="seconds that one contestant may take")
    return parser.parse_args(arguments)


def machine() -> dict[str, Any]:
    """What it runs on, without names: cores, memory, versions, the day, and how busy it was at the start."""
    return {
        "on": datetime.now(UTC).date().isoformat(),
        "cores": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "load": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        "versions": {name: _version(name) for name in ("polars", "great-expectations", "psycopg", "dlt", "pandas")},
    }


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _server_version(server: URL) -> str:
    engine = create_engine(server)
    with engine.connect() as connection:
        found = str(connection.scalar(text("show server_version")))
    engine.dispose()
    return found


def _as_ours(warehouse: URL) -> None:
    """What our sessions set, for every session: without the memory dlt compares a million rows each with each."""
    engine = create_engine(warehouse, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for setting in ("work_mem = '64MB'", "jit = off"):
            connection.exec_driver_sql(f'alter database "{warehouse.database}" set {setting}')
    engine.dispose()


def _run(name: str, *, size: str, number: int, asked: argparse.Namespace, server: URL) -> dict[str, Any]:
    """One contestant once, in a process and a database of its own."""
    with scratch_beside(server) as warehouse:
        _as_ours(warehouse)
        command = _command(name, size=size, asked=asked, warehouse=warehouse)
        done = subprocess.run(command, stdout=subprocess.PIPE, timeout=asked.longest, check=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    seconds = ", ".join(f"{what} {took:.2f} s" for what, took in found["seconds"].items())
    print(f"{size:12} {number + 1}  {name:14} {seconds}; {found['peak_mib']:,.0f} MiB", flush=True)
    return found | {"size": size}


def _as_it_comes(asked: argparse.Namespace, *, server: URL) -> dict[str, Any]:
    """A contestant once with PostgreSQL's own settings, broken off when we have waited long enough; seconds of what it did."""
    size, name = AS_IT_COMES
    began = perf_counter()
    with scratch_beside(server) as warehouse:
        command = _command(name, size=size, asked=asked, warehouse=warehouse)
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as contestant:
            watch = Timer(asked.patience, contestant.kill)
            watch.start()
            told = [json.loads(line) for line in contestant.stdout or ()]
            watch.cancel()
        waited = perf_counter() - began
    if contestant.returncode not in (0, -SIGKILL):
        raise subprocess.CalledProcessError(contestant.returncode, command)
    seconds = {what: took for line in told if "seconds" not in line for what, took in line.items()}
    found = {"size": size, "contestant": name, "seconds": seconds, "waited": waited}
    print(f"{size:12} {name}, PostgreSQL as it comes: {found}", flush=True)
    return found


def _command(name: str, *, size: str, asked: argparse.Namespace, warehouse: URL) -> list[str]:
    months = SIZES[size]
    address = warehouse.render_as_string(hide_password=False)
    where = ["--bodies", str(asked.bodies / str(months)), "--months", str(months), "--warehouse", address]
    return [sys.executable, "-m", "tests.bench.contestants", name, *where]


if __name__ == "__main__":
    sys.exit(main())
