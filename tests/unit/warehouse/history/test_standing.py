"""What stands, in memory: as it is in the warehouse, or not at all where it would not fit."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from tests.properties.releases import HIDDEN, PERSONS, TABLE, Release, forget, night, publish_release, shown
from warehouse.history import standing
from warehouse.history.staging import table_number
from warehouse.history.standing import Comparison, Standing, read_standing
from warehouse.history.sums import Sums
from warehouse.history.vintages import newest_vintage
from warehouse.schema.statuses import STATUSES

FIRST: Release = {
    ("2026M05", 163, PERSONS): shown(491),
    ("2026M06", 163, PERSONS): HIDDEN,
    ("2026M06", 741, PERSONS): shown(0),
}
SECOND: Release = {("2026M05", 163, PERSONS): shown(492), ("2026M06", 163, PERSONS): shown(12)}


@pytest.fixture
def engine(module_engine: Engine) -> Engine:
    forget(module_engine)
    return module_engine


def read(engine: Engine, *, vintage: int | None = None) -> Standing | None:
    """What stands of the table with a vintage, the newest where none is named."""
    with engine.connect() as connection:
        table_no, newest = table_number(connection, table_id=TABLE), newest_vintage(connection, table_id=TABLE)
        series = connection.scalars(text("select series_id from core.series")).all()
        vintage_id = vintage or (newest.vintage_id if newest else 0)
        return read_standing(connection, table_no=table_no, vintage_id=vintage_id, series=series)


def told(found: Standing | None) -> dict[tuple[int, str], int]:
    """How many cells stand by value and status."""
    assert found is not None
    there = found.statuses != 255
    pairs = zip(found.values[there].tolist(), found.statuses[there].tolist(), strict=True)
    rows = [(int(value), STATUSES[status]) for value, status in pairs]
    return {row: rows.count(row) for row in rows}


def test_what_stood_with_a_vintage_is_read_whatever_was_published_since(engine: Engine) -> None:
    first = publish_release(engine, FIRST, seen_at=night(0))
    publish_release(engine, SECOND, seen_at=night(1))
    assert told(read(engine, vintage=first.vintage_id)) == {
        (491, "observed"): 1,
        (0, "suppressed"): 1,
        (0, "observed"): 1,
    }
    assert told(read(engine)) == {(492, "observed"): 1, (12, "observed"): 1, (0, "withdrawn"): 1}


def test_what_would_not_fit_or_is_mostly_nothing_is_not_kept(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    publish_release(engine, FIRST, seen_at=night(0))
    monkeypatch.setattr(standing, "ROOMY", 0)
    assert read(engine) is not None, "three cells in four places"
    with engine.begin() as connection:
        connection.execute(
            text("insert into core.series (table_no, measure_id, area_id, members) "
                 "select table_no, measure_id, area_id, jsonb_build_object('n', n) from core.series, generate_series(1, 9) n")
        )  # fmt: skip
    assert read(engine) is None, "three cells in forty places"
    monkeypatch.setattr(standing, "ROOMY", 1_000)
    assert read(engine) is not None
    monkeypatch.setattr(standing, "LARGEST", 39)
    assert read(engine) is None


def test_a_load_that_differs_much_is_not_worth_comparing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standing, "MOST_CHANGED", 2)
    nothing = np.array([], dtype=np.int64)
    comparison = Comparison(Standing(nothing, nothing, np.zeros(0), np.zeros(0, dtype=np.uint8)), Sums([PERSONS], "{}"))
    row = {
        "area_id": 163,
        "members": "{}",
        "measure": PERSONS,
        "value": 1.0,
        "status": "observed",
        "period_id": 1202606,
    }
    cells = pl.DataFrame([row | {"series_id": number} for number in range(3)])
    comparison.add(cells.head(2))
    assert comparison.is_worthwhile
    comparison.add(cells.tail(1))
    assert not comparison.is_worthwhile


@given(st.sets(st.integers(1, 40)), st.lists(st.integers(-5, 60)))
def test_a_number_is_found_where_it_is(among: set[int], asked: list[int]) -> None:
    ascending = np.array(sorted(among), dtype=np.int64)
    places, is_there = standing._found(pl.Series(asked, dtype=pl.Int64), among=ascending)
    assert is_there.tolist() == [number in among for number in asked]
    assert [ascending[at] for at, there in zip(places, is_there, strict=True) if there] == [
        n for n in asked if n in among
    ]
