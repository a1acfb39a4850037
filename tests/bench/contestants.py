"""The contestants, each in a process of its own: `python -m tests.bench.contestants NAME ...` prints JSON.

The last line has all of it; those before tell at once what was done. All read the same bytes from the same archive and end
with committed rows in an empty database of the same PostgreSQL. Seconds begin with the first byte read; what starting the
process and importing costs is printed beside them.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

import polars as pl
from sqlalchemy import URL, Engine, create_engine, make_url, text

from tasks.archive.store import Archive
from tests.bench.bodies import TABLE, Bodies, answers, made
from warehouse.catalogue.model import jobindsats
from warehouse.database import sessions

Seconds = dict[str, float]
Rows = Iterator[list[dict[str, Any]]]
RowsOf = Callable[[Bodies, str], Rows]


def main(arguments: list[str] | None = None) -> int:
    """Let one contestant run, and print what it took."""
    began = perf_counter()
    parser = argparse.ArgumentParser(prog="python -m tests.bench.contestants")
    parser.add_argument("name", choices=CONTESTANTS)
    parser.add_argument("--bodies", type=Path, required=True)
    parser.add_argument("--months", type=int, required=True)
    parser.add_argument("--warehouse", required=True, help="an empty database")
    asked = parser.parse_args(arguments)
    bodies = made(asked.bodies, months=asked.months)
    prepare, run = CONTESTANTS[asked.name]
    prepare()
    imported = perf_counter() - began
    print(json.dumps({"imported": imported}), flush=True)
    seconds = run(bodies, make_url(asked.warehouse))
    found = {"contestant": asked.name, "observations": bodies.observations, "imported": imported}
    print(json.dumps(found | {"seconds": seconds, "peak_mib": _peak_mib()}))
    return 0


def _peak_mib() -> float:
    """The most memory that this process held; what `getrusage` says begins with that of the process that started it."""
    told = Path("/proc/self/status").read_text()
    return int(told.partition("VmHWM:")[2].split()[0]) / 1024


# ---- ours -----------------------------------------------------------------------------------------------


def _ours(bodies: Bodies, warehouse: URL) -> Seconds:
    """First load, the same again, one in a hundred revised: each from archived bytes to a published, audited vintage."""
    from tests.bench.wide_tables import bring_in, open_run
    from warehouse import migrations

    archive = Archive(bodies.archive)
    seconds: Seconds = {}
    with _engine(warehouse) as engine:
        migrations.upgrade(engine)
        for look, manifest in bodies.looks.items():
            run_id = open_run(engine, at=datetime.now(UTC))
            seconds |= _timed(look, lambda: bring_in(engine, archive=archive, manifest=manifest, run_id=run_id))  # noqa: B023
    return seconds


def _import_ours() -> None:
    import logging

    logging.disable(logging.INFO)
    import expectations.suite  # noqa: F401  # Great Expectations takes seconds to import


# ---- dlt ------------------------------------------------------------------------------------------------


_SCD2 = {"disposition": "merge", "strategy": "scd2"}


def _dlt_replace(bodies: Bodies, warehouse: URL) -> Seconds:
    return _with_dlt(bodies, warehouse, looks=("first",), disposition="replace", rows_of=_observations)


def _dlt_scd2(bodies: Bodies, warehouse: URL) -> Seconds:
    return _with_dlt(bodies, warehouse, looks=("first", "revised"), disposition=_SCD2, rows_of=_observations)


def _dlt_scd2_as_answered(bodies: Bodies, warehouse: URL) -> Seconds:
    return _with_dlt(bodies, warehouse, looks=("first", "revised"), disposition=_SCD2, rows_of=_rows)


def _with_dlt(bodies: Bodies, warehouse: URL, *, looks: tuple[str, ...], disposition: Any, rows_of: RowsOf) -> Seconds:
    """Rows as dictionaries, which is how its documentation gives it rows."""
    import dlt

    seconds: Seconds = {}
    with tempfile.TemporaryDirectory(prefix="dlt-of-the-bench-") as folder:
        destination = dlt.destinations.postgres(_as_dlt_wants_it(warehouse))
        pipeline = dlt.pipeline("bench", destination=destination, dataset_name="bench", pipelines_dir=folder)
        for look in looks:
            rows = dlt.resource(rows_of(bodies, look), name="observations", write_disposition=disposition)
            seconds |= _timed(look, lambda: pipeline.run(rows))  # noqa: B023
    return seconds


def _import_dlt() -> None:
    os.environ |= {"RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "ERROR"}
    import dlt  # noqa: F401


def _as_dlt_wants_it(warehouse: URL) -> str:
    """An address with a host, a user and a password, which a socket needs none of."""
    named = warehouse.set(drivername="postgresql", username=warehouse.username or "postgres", password="none")
    return (named if named.host else named.set(host="localhost")).render_as_string(hide_password=False)


def _observations(bodies: Bodies, look: str) -> Rows:
    """The observations of each answer, a row each: the grain that the warehouse and the floor have."""
    measures = jobindsats().table(TABLE).measure_by_label
    for rows in _rows(bodies, look):
        yield [
            {name: cell for name, cell in row.items() if name not in measures} | {"measure": label, "value": row[label]}
            for row in rows
            for label in measures
            if label in row
        ]


def _rows(bodies: Bodies, look: str) -> Rows:
    """The rows of each answer as they came, four observations each."""
    archive = Archive(bodies.archive)
    for digest in answers(archive, manifest=bodies.looks[look]):
        document = json.loads(archive.get(digest))
        columns = document["columns"]
        yield [dict(zip(columns, row, strict=True)) for row in document["rows"]]


# ---- pandas ---------------------------------------------------------------------------------------------


def _pandas_replace(bodies: Bodies, warehouse: URL) -> Seconds:
    """The same rows as one frame, written as its documentation does."""
    import pandas as pd

    def run(engine: Engine) -> None:
        frame = pd.concat([pd.DataFrame(rows) for rows in _observations(bodies, "first")])
        with engine.begin() as connection:
            frame.to_sql("observations", connection, if_exists="replace", index=False)

    with _engine(warehouse) as engine:
        return _timed("first", lambda: run(engine))


def _import_pandas() -> None:
    import pandas as pd  # noqa: F401


# ---- the floor ------------------------------------------------------------------------------------------


_FLOOR = """
create table floor (table_no smallint not null, series_id integer not null, period_id integer not null,
    vintage_id integer not null, superseded_by integer, value double precision, status text not null,
    primary key (table_no, series_id, period_id, vintage_id))
"""


def _floor(bodies: Bodies, warehouse: URL) -> Seconds:
    """COPY and commit, and nothing else: the rows lie ready as text, in the order in which the answers bring them."""
    return _copied(_ready(bodies), warehouse)


def _floor_sorted(bodies: Bodies, warehouse: URL) -> Seconds:
    """The same with all rows in the order of the key, for which somebody had to hold them all: the least there can be."""
    return _copied(_ready(bodies).sort("series_id", "period_id"), warehouse)


def _copied(rows: pl.DataFrame, warehouse: URL) -> Seconds:
    lines = rows.write_csv(include_header=False).encode()
    with _engine(warehouse) as engine:
        with engine.begin() as connection:
            connection.execute(text(_FLOOR))
        return _timed("first", lambda: _copy(engine, lines))


def _copy(engine: Engine, lines: bytes) -> None:
    with engine.begin() as connection:
        driver: Any = connection.connection.driver_connection
        with driver.cursor() as cursor, cursor.copy(b"copy floor from stdin (format csv)") as copy:
            copy.write(lines)


def _ready(bodies: Bodies) -> pl.DataFrame:
    """All observations as they come, under numbers as the warehouse gives them."""
    from tasks.sources.registry import snapshot_of

    found = [cells for _, cells in snapshot_of(bodies.looks["first"], archive=Archive(bodies.archive)).answers()]
    cells = pl.concat(found)
    series = cells.select("measure", "area_id", "members").unique().sort("measure", "area_id", "members")
    numbers = series.with_row_index("series_id", offset=1)
    return cells.join(numbers, on=["measure", "area_id", "members"], maintain_order="left").select(
        pl.lit(1).alias("table_no"),
        "series_id",
        "period_id",
        pl.lit(1).alias("vintage_id"),
        pl.lit(None).alias("superseded_by"),
        "value",
        "status",
    )


# ---- how they are run -----------------------------------------------------------------------------------


def _timed(name: str, work: Callable[[], object]) -> Seconds:
    began = perf_counter()
    work()
    took = {name: perf_counter() - began}
    print(json.dumps(took), flush=True)  # told at once, for one that is broken off later
    return took


@contextmanager
def _engine(warehouse: URL) -> Iterator[Engine]:
    engine = create_engine(warehouse, connect_args=sessions.SESSION)
    try:
        yield engine
    finally:
        engine.dispose()


def _import_nothing() -> None:
    """What the floor needs is there."""


Contestant = tuple[Callable[[], None], Callable[[Bodies, URL], Seconds]]
CONTESTANTS: dict[str, Contestant] = {
    "ours": (_import_ours, _ours),
    "floor": (_import_nothing, _floor),
    "floor, rows sorted": (_import_nothing, _floor_sorted),
    "pandas to_sql": (_import_pandas, _pandas_replace),
    "dlt replace": (_import_dlt, _dlt_replace),
    "dlt scd2": (_import_dlt, _dlt_scd2),
    "dlt scd2, rows as answered": (_import_dlt, _dlt_scd2_as_answered),
}

if __name__ == "__main__":
    sys.exit(main())
