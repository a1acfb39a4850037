"""Whether a warehouse of 50 million observations is as quick as one of a million: `python -m tests.bench.scale`.

One PostgreSQL of its own. A national Denmark is brought in as nights bring it, so that the marts hold what dashboards ask for;
then wide tables, each loaded as any table is, until there are enough observations. Asked are the dashboard's own statements,
by several readers at once, as the account that dashboards have; and what `jobindsats show --as-of` asks.
"""

from __future__ import annotations

import argparse
import gc
import json
import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import quantiles
from time import perf_counter, sleep
from typing import Any

from sqlalchemy import Engine, create_engine, text

from dashboards import marts
from tasks.archive.store import Archive
from tests.bench import star
from tests.bench.bodies import Bodies, made, released
from tests.bench.wide_tables import bring_in, declare, larger_catalogue, look_at_another, open_run
from warehouse import migrations
from warehouse.areas import municipalities
from warehouse.catalogue.model import Table, jobindsats
from warehouse.database import embedded, sessions
from warehouse.database import reader_role as readers
from warehouse.reading import Question, observations

TODAY = "2025-05-20"
ORDINARY = "y01a02"
LOOK = 1.0
_READER = "reader_of_the_bench"
Asking = Callable[[str, int, float, float], dict[str, list[float]]]
"""What a reader asks: the address, which of the readers, for how many seconds, and how long each looks at what comes."""


@dataclass
class Found:
    """What was measured; seconds, milliseconds and bytes as the names say."""

    observations: int = 0
    loads: list[tuple[int, float]] = field(default_factory=list)
    bytes_per_observation: dict[str, float] = field(default_factory=dict)
    marts_seconds: float = 0.0
    as_of_ms: dict[str, float] = field(default_factory=dict)
    as_of_ordinary_ms: dict[str, float] = field(default_factory=dict)
    dashboard_ms: dict[str, dict[str, float]] = field(default_factory=dict)
    hasty_ms: dict[str, dict[str, float]] = field(default_factory=dict)
    releases: list[dict[str, float]] = field(default_factory=list)
    vacuum: dict[str, float] = field(default_factory=dict)


def main(arguments: list[str] | None = None) -> int:
    """Measure, and print it as it goes and as one JSON document at the end."""
    print(json.dumps(asdict(measured(options(arguments)))))
    return 0


def measured(asked: argparse.Namespace) -> Found:
    """The whole of it."""
    logging.disable(logging.INFO)
    bodies = made(asked.bodies / str(asked.months), months=asked.months)
    number = -(-asked.observations // bodies.observations)
    with tempfile.TemporaryDirectory(prefix="bench-of-scale-") as folder:
        data = Path(folder)
        try:
            engine = create_engine(embedded.start(data), connect_args=sessions.SESSION)
            _nights(data, scale=asked.scale)
            found = Found()
            with larger_catalogue(number + 1) as (of_releases, *wide):
                _load(engine, wide, bodies=bodies, found=found)
                _measure(engine, wide, found=found, readers_at_once=asked.readers, seconds=asked.seconds)
                monthly = released(
                    asked.bodies / f"monthly-{asked.months}-{asked.releases}",
                    months=asked.months,
                    releases=asked.releases,
                )
                _bring_releases(engine, of_releases, bodies=monthly, found=found)
            engine.dispose()
        finally:
            embedded.stop(data)
    return found


def options(arguments: list[str] | None) -> argparse.Namespace:
    """What is asked for on the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.scale", description=__doc__.split("\n")[0])
    parser.add_argument("--observations", type=int, default=50_000_000)
    parser.add_argument("--months", type=int, default=223, help="of each wide table")
    parser.add_argument("--scale", choices=("small", "national"), default="national")
    parser.add_argument("--releases", type=int, default=24, help="monthly ones of one table more")
    parser.add_argument("--readers", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=30, help="for which the readers ask")
    parser.add_argument("--bodies", type=Path, default=Path(".data/bench"), help="where bodies are kept between runs")
    return parser.parse_args(arguments)


def _said(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


def _nights(data: Path, *, scale: str) -> None:
    """Two nights a month apart, through the flow, so that there is something revised."""
    for day in ("2025-04-20", TODAY):
        began = perf_counter()
        standin = [sys.executable, "-m", "tests.standin", "--today", day, "--scale", scale]
        command = [*standin, "--", sys.executable, "-m", "flows.command_line.main", "nightly"]
        environment = os.environ | {
            "JOBINDSATS_DATA_DIR": str(data),
            "PREFECT_HOME": str(data / "prefect"),
            "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
            "PREFECT_LOGGING_LEVEL": "ERROR",
        }
        subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
        _said(f"a {scale} night of {day}: {perf_counter() - began:.0f} s")


def _load(engine: Engine, tables: list[Table], *, bodies: Bodies, found: Found) -> None:
    migrations.upgrade(engine)
    declare(engine, tables)
    archive = Archive(bodies.archive)
    run_id = open_run(engine, at=datetime.now(UTC))
    found.observations = _counted(engine)
    for at, table in enumerate(tables):
        manifest = look_at_another(table, archive=archive, manifest=bodies.looks["first"], later=timedelta(minutes=at))
        began = perf_counter()
        vintage = bring_in(engine, archive=archive, manifest=manifest, run_id=run_id)
        found.loads.append((vintage.new, perf_counter() - began))
        found.observations += vintage.new
        _said(f"{found.observations:12,} observations; the last {vintage.new:,} took {found.loads[-1][1]:.1f} s")


def _counted(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.scalar(text("select count(*) from core.observations")) or 0)


def _bring_releases(engine: Engine, table: Table, *, bodies: Bodies, found: Found) -> None:
    """One table through its monthly releases, and what vacuum finds to do then."""
    declare(engine, [table])
    archive = Archive(bodies.archive)
    run_id = open_run(engine, at=datetime.now(UTC))
    for given in bodies.looks.values():
        manifest = look_at_another(table, archive=archive, manifest=given)
        began = perf_counter()
        vintage = bring_in(engine, archive=archive, manifest=manifest, run_id=run_id)
        took = perf_counter() - began
        found.releases.append({"new": vintage.new, "revised": vintage.revised, "seconds": took})
        _said(f"a release with {vintage.new:,} new and {vintage.revised:,} revised took {took:.1f} s")
    partition = f"core.observations_{table.id}"
    before = _size(engine, partition)
    began = perf_counter()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"vacuum analyze {partition}"))
    found.vacuum = {"seconds": perf_counter() - began, "mib_before": before, "mib_after": _size(engine, partition)}
    _said(f"vacuum: {found.vacuum}")


def _size(engine: Engine, relation: str) -> float:
    """MiB of a relation with its indexes."""
    with engine.connect() as connection:
        found = connection.scalar(text("select pg_total_relation_size(cast(:name as regclass))"), {"name": relation})
    return int(found or 0) / 2**20


_BYTES = """
select sum(pg_relation_size(relid)) as heap, sum(pg_indexes_size(relid)) as indexes
from pg_partition_tree('core.observations') where isleaf
"""


def _measure(engine: Engine, tables: list[Table], *, found: Found, readers_at_once: int, seconds: float) -> None:
    with engine.connect() as connection:
        sizes = connection.execute(text(_BYTES)).one()
    found.bytes_per_observation = {
        "rows": float(sizes.heap) / found.observations,
        "indexes": float(sizes.indexes) / found.observations,
    }
    _said(f"bytes of an observation: {found.bytes_per_observation}")
    found.marts_seconds = _rebuilt(engine)
    _said(f"all marts rebuilt in {found.marts_seconds:.1f} s")
    found.as_of_ms = _as_of(engine, tables)
    found.as_of_ordinary_ms = _as_of(engine, [jobindsats().table(ORDINARY)])
    _said(f"one municipality and table as of a day: {found.as_of_ms}; an ordinary table: {found.as_of_ordinary_ms}")
    of_star = partial(star.reader, table_ids=[table.id for table in tables])
    for ask in (_reader, of_star):
        found.dashboard_ms |= _dashboards(engine, ask, number=readers_at_once, seconds=seconds, look=LOOK)
        found.hasty_ms |= _dashboards(engine, ask, number=readers_at_once, seconds=seconds, look=0)
    for name, figures in found.dashboard_ms.items():
        _said(f"dashboard, {name}: {figures}; asked without a pause: {found.hasty_ms[name]}")


def _rebuilt(engine: Engine) -> float:
    """Seconds for all marts from nothing."""
    from tasks.derive import bring_figures_up_to_date, bring_up_to_date

    with engine.begin() as connection:
        connection.execute(text("truncate marts.benefit_recipients, ops.mart_builds"))
        connection.execute(text("delete from ops.figure_builds"))
    began = perf_counter()
    bring_up_to_date(engine)
    bring_figures_up_to_date(engine, told=_said)
    return perf_counter() - began


def _as_of(engine: Engine, tables: list[Table]) -> dict[str, float]:
    """Milliseconds of what `jobindsats show TABLE --area NAME --as-of T` asks, area by area and table by table."""
    took = []
    gc.collect()
    gc.freeze()  # what the bench holds is not what `show` would have to look through
    with engine.connect() as connection:
        for at, area in enumerate(municipalities()):
            question = Question(tables[at % len(tables)], area.name, as_of=datetime.now(UTC))
            began = perf_counter()
            rows = observations(connection, question)
            took.append((perf_counter() - began) * 1000)
    gc.unfreeze()
    return _spread(took) | {"rows": len(rows)}


def _spread(milliseconds: list[float]) -> dict[str, float]:
    twentieths = quantiles(milliseconds, n=20, method="inclusive")
    return {"median": round(twentieths[9], 1), "p95": round(twentieths[18], 1), "asked": len(milliseconds)}


def _dashboards(
    engine: Engine, ask: Asking, *, number: int, seconds: float, look: float
) -> dict[str, dict[str, float]]:
    """Milliseconds of each of the statements that readers ask, so many at once, each as the readers' account.

    A reader looks at each page for so many seconds before opening the next.
    """
    with engine.begin() as connection:
        readers.give(connection, login=_READER)
    address = engine.url.set(drivername="postgresql", username=_READER).render_as_string(hide_password=False)
    with ThreadPoolExecutor(number) as pool:
        asked = [pool.submit(ask, address, at, seconds, look) for at in range(number)]
        each: dict[str, list[float]] = {}
        for future in asked:
            for name, took in future.result().items():
                each.setdefault(name, []).extend(took)
    return {name: _spread(took) for name, took in each.items()}


def _reader(address: str, at: int, seconds: float, look: float) -> dict[str, list[float]]:
    """One reader opens the page of one municipality after another."""
    took: dict[str, list[float]] = {}
    ends = perf_counter() + seconds
    places = municipalities()
    now = datetime.fromisoformat(f"{TODAY}T23:59:59+02:00")
    sleep(look * at / 8)  # they do not all begin at once
    while perf_counter() < ends:
        with marts.reading(address) as page:
            code = places[at % len(places)].code
            for name, ask in _statements(page, code, now=now).items():
                began = perf_counter()
                ask()
                took.setdefault(name, []).append((perf_counter() - began) * 1000)
        sleep(look)
        at += 7
    return took


def _statements(page: marts.Marts, code: str, *, now: datetime) -> dict[str, Any]:
    month = date(2025, 2, 1)
    return {
        "municipalities": page.municipalities,
        "days": page.days,
        "recipients of an area": lambda: page.recipients(code, as_of=now),
        "the same on a day before the newest": lambda: page.recipients(code, as_of=now - timedelta(days=7)),
        "totals of an area": lambda: page.totals(code, as_of=now),
        "shares of four areas": lambda: page.shares(["000", code, "101", "751"], month=month, as_of=now),
        "revisions of an area": lambda: page.revised(code, as_of=now),
        "the ministry's list": lambda: page.ranking(code, as_of=now),
        "savings": lambda: page.savings(code, as_of=now),
        "series breaks": page.breaks,
    }


if __name__ == "__main__":
    sys.exit(main())
