"""What staging writes and hashes is what the plain way would: whole columns are only quicker."""

from __future__ import annotations

import hashlib
import math
import threading
from collections.abc import Iterator

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from tasks.sources.cells import KEY, SCHEMA
from tasks.sources.made_ahead import made_ahead
from tasks.stage import digests
from tests.properties.releases import TABLE, forget, open_run
from warehouse.history.staging import copy_in, create_staging
from warehouse.schema.statuses import STATUSES

NUMBERS = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-5, 10**6).map(float)
MEMBERS = st.sampled_from(["{}", '{"Ydelsesgrupper": "Fleksjob"}', '{"Køn": "Mænd | kvinder, \\"æøå\\""}'])
CELL = st.tuples(
    st.sampled_from([1202605, 1202606, 1202607]),
    st.sampled_from([0, 163, 741]),
    MEMBERS,
    st.sampled_from(["persons", "full_time_persons"]),
    st.none() | NUMBERS,
    st.sampled_from(STATUSES),
)
CELLS = st.lists(CELL, unique_by=lambda cell: cell[:4], max_size=40)


def naive(cells: pl.DataFrame, *, cut: str) -> list[str]:
    """The hash a row at a time, as the vintages on record have it."""
    by_period: dict[int, list[str]] = {}
    for row in cells.sort(KEY).with_columns(pl.col("value").cast(pl.String)).rows():
        by_period.setdefault(row[0], []).append("|".join("-" if cell is None else str(cell) for cell in row))
    hashed = {period: hashlib.sha256("\n".join(rows).encode()).hexdigest() for period, rows in by_period.items()}
    return [f"{cut} {period} {digest}" for period, digest in hashed.items()]


@given(CELLS)
def test_the_hash_of_cells_is_the_one_on_record(cells: list[tuple[object, ...]]) -> None:
    frame = pl.DataFrame(cells, schema=SCHEMA, orient="row")
    assert digests(frame, cut="_nykom=/") == naive(frame, cut="_nykom=/")
    assert digests(frame.reverse(), cut="_nykom=/") == naive(frame, cut="_nykom=/")


def test_the_hash_of_one_cell_is_this_one() -> None:
    frame = pl.DataFrame([(1202606, 163, "{}", "persons", 491.0, "observed")], schema=SCHEMA, orient="row")
    line = b"1202606|163|{}|persons|491.0|observed"
    assert digests(frame, cut="x") == [f"x 1202606 {hashlib.sha256(line).hexdigest()}"]


@pytest.fixture(scope="module")
def emptied(module_engine: Engine) -> Engine:
    forget(module_engine)
    return module_engine


ROWS = st.lists(
    st.tuples(
        st.integers(1, 2**31 - 1),
        st.sampled_from([1202605, 2**31 - 1]),
        st.none() | st.floats(allow_nan=True, allow_infinity=True, width=64),
        st.sampled_from(STATUSES),
    ),
    unique_by=lambda row: row[:2],
    max_size=30,
)


@given(rows=ROWS)
def test_rows_arrive_as_they_were_sent(emptied: Engine, rows: list[tuple[int, int, float | None, str]]) -> None:
    names = {"series_id": pl.Int32, "period_id": pl.Int32, "value": pl.Float64, "status": pl.String}
    with emptied.connect() as connection:
        # An ordinary staging table: whether a value fits its status is the audit's to say, and a partition's to refuse.
        name = create_staging(connection, table_id=TABLE, run_id=open_run(connection))
        connection.execute(text(f"alter table staging.{name} drop constraint if exists {_FITS}"))
        copy_in(connection, pl.DataFrame(rows, schema=names, orient="row"), name=name)
        found = connection.execute(text(f"select series_id, period_id, value, status::text from staging.{name}")).all()
        connection.rollback()
    assert sorted(map(_comparable, found)) == sorted(map(_comparable, rows))


_FITS = "ck_observations_only_observed_has_a_value"


def _comparable(row: tuple[int, int, float | None, str]) -> tuple[int, int, str, str]:
    value = row[2]
    return (row[0], row[1], "nan" if value is not None and math.isnan(value) else repr(value), row[3])


@given(st.lists(st.integers(), max_size=30))
def test_things_made_one_ahead_are_the_same_things(numbers: list[int]) -> None:
    assert list(made_ahead(iter(numbers))) == numbers


def test_what_breaks_while_it_is_made_breaks_where_it_is_used() -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise LookupError("the second")

    found = made_ahead(broken())
    assert next(found) == 1
    with pytest.raises(LookupError, match="the second"):
        next(found)


def test_no_more_than_one_is_made_ahead() -> None:
    made: list[int] = []
    asked = threading.Event()

    def counted() -> Iterator[int]:
        for number in range(10):
            made.append(number)
            if number == 1:
                asked.set()
            yield number

    found = made_ahead(counted())
    assert next(found) == 0
    assert asked.wait(10)
    assert made == [0, 1]
    assert list(found) == list(range(1, 10))
