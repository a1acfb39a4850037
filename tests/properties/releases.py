"""Releases of one table in the small, published the way the road publishes them: staged with COPY, then one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import polars as pl
from sqlalchemy import Connection, Engine, insert, text

from tasks.sources.cells import SCHEMA
from warehouse.catalogue.model import jobindsats
from warehouse.catalogue.publishers import shipped_table
from warehouse.history.dimensions import SeriesNumbers, canonical, write_periods
from warehouse.history.staging import copy_in, create_staging, drop_leftovers, finish_staging, table_number
from warehouse.history.vintages import Load, Vintage, publish
from warehouse.periods import Period
from warehouse.schema import ops

Cell = tuple[str, int, str]
"""A cell of a table by period, area and measure; the members are those of the total."""
Content = tuple[float | None, str]
"""Value and status."""
Release = Mapping[Cell, Content]

TABLE = "y25i01"
PERSONS, FULL_TIME = "unemployed_persons", "unemployed_full_time_persons"
MEMBERS = jobindsats().table(TABLE).root_members
RUN_AT, REAL = "http://127.0.0.1:1/v3", "https://api.jobindsats.dk/v3"
FIRST_NIGHT = datetime(2026, 8, 1, 4, tzinfo=UTC)
HIDDEN: Content = (None, "suppressed")


def shown(value: float) -> Content:
    """A value that the publisher shows."""
    return (value, "observed")


def night(number: int) -> datetime:
    """When the n-th night sees the publisher."""
    return FIRST_NIGHT + timedelta(days=number)


def open_run(connection: Connection, *, started_at: datetime = FIRST_NIGHT) -> int:
    """A run on record; gives its number."""
    row = {
        "kind": "nightly",
        "started_at": started_at,
        "publisher_url": RUN_AT,
        "code_version": "test",
    }
    return int(connection.scalar(insert(ops.runs).returning(ops.runs.c.run_id), row) or 0)


@contextmanager
def published_by(engine: Engine, url: str) -> Iterator[None]:
    """A warehouse as if every run had asked the publisher at this address; within the block."""
    asked = text("update ops.runs set publisher_url = :url")
    with engine.begin() as connection:
        connection.execute(asked, {"url": url})
    yield
    with engine.begin() as connection:
        connection.execute(asked, {"url": RUN_AT})


def stage(connection: Connection, release: Release, *, run_id: int, table_id: str = TABLE) -> str:
    """Stage a release; gives the name of the staging table."""
    name = create_staging(connection, table_id=table_id, run_id=run_id)
    table_no = table_number(connection, table_id=table_id)
    numbers = SeriesNumbers(connection, table_no=table_no)
    write_periods(connection, periods={Period.parse(period) for period, _, _ in release})
    root_members = shipped_table(table_id).root_members
    total = canonical(root_members)
    cells = [
        (Period.parse(period).key, area, total, measure, value, status)
        for (period, area, measure), (value, status) in release.items()
    ]
    if cells:
        copy_in(connection, numbers.numbered(pl.DataFrame(cells, schema=SCHEMA, orient="row")), name=name)
    finish_staging(connection, name=name, table_no=table_no, root_members=root_members)
    return name


def load(staging: str, *, run_id: int, seen_at: datetime, table_id: str = TABLE, stood: int | None = None) -> Load:
    """A staged release as what `publish` takes."""
    named = (f"hash of {staging}", f"manifests/{staging}")
    return Load(table_id, staging, run_id, seen_at, date(2026, 8, 1), *named, stood=stood)


def publish_release(engine: Engine, release: Release, *, seen_at: datetime, table_id: str = TABLE) -> Vintage:
    """Stage and publish a release, each in its transaction."""
    with engine.begin() as connection:
        run_id = open_run(connection, started_at=seen_at)
        staging = stage(connection, release, run_id=run_id, table_id=table_id)
    with engine.begin() as connection:
        return publish(connection, load(staging, run_id=run_id, seen_at=seen_at, table_id=table_id))


_KNOWN_AT = """
select p.code, s.area_id, m.name, o.value, o.status::text
from core.observations o
join core.series s on s.series_id = o.series_id
join core.measures m on m.measure_id = s.measure_id
join core.periods p on p.period_id = o.period_id
join core.vintages v on v.vintage_id = o.vintage_id
left join core.vintages following on following.vintage_id = o.superseded_by
where v.seen_at <= :moment and (following.seen_at is null or following.seen_at > :moment)
"""


def known_at(engine: Engine, moment: datetime) -> dict[Cell, Content]:
    """What the facts say was known at a moment; a cell that stands twice is an error."""
    with engine.connect() as connection:
        rows = [tuple(row) for row in connection.execute(text(_KNOWN_AT), {"moment": moment})]
    found = {(period, area, measure): (value, status) for period, area, measure, value, status in rows}
    if len(found) < len(rows):
        raise LookupError(f"a cell stands more than once at {moment}")
    return found


def count(engine: Engine, what: str) -> int:
    """How many rows a relation has."""
    with engine.connect() as connection:
        return int(connection.scalar(text(f"select count(*) from {what}")) or 0)


RECORDS = ("ops.rejected_rows", "ops.quarantine", "ops.checks", "ops.table_outcomes", "ops.runs")


def forget(engine: Engine) -> None:
    """Empty everything that staging and publishing write.

    Deleting a few rows takes 2 ms, and truncating 28 partitions 108 (2026-11-22).
    """
    with engine.begin() as connection:
        for table in ("core.observations", "core.vintages", "core.series", *RECORDS):
            connection.execute(text(f"delete from {table}"))
        drop_leftovers(connection)
