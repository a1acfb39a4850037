"""Laws of assumptions: any history of declarations is what a plain dictionary would remember, and what applies is unique."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete

from tests.properties.effort import EXAMPLES
from warehouse.assumptions.apply import applicable
from warehouse.assumptions.known import KNOWN, known
from warehouse.assumptions.model import Assumption, merged, shipped
from warehouse.assumptions.record import record
from warehouse.schema.core import assumptions

FEWER = settings(max_examples=max(12, EXAMPLES // 5))
FIRST = datetime(2024, 1, 31, 2, tzinfo=UTC)
AREAS = [None, "000", "163"]
DAYS = [date(2022, 1, 1), date(2022, 12, 31), date(2023, 6, 30), date(2024, 1, 1)]
Declared = dict[tuple[str | None, str, int], str]


def price(area: str | None, basis: str, year: int, value: str = "1") -> Assumption:
    return Assumption(
        name="price_dkk",
        area_code=area,
        basis=basis,
        valid_from=date(year, 1, 1),
        valid_to=date(year, 12, 31),
        value=Decimal(value),
        unit="dkk",
        source="a paper",
        evidence="likely",
    )


@pytest.fixture(scope="module")
def assumed(module_engine: Engine) -> Engine:
    """A warehouse of this module's own, with its table of assumptions."""
    assumptions.create(module_engine, checkfirst=True)
    return module_engine


PRICES = st.sampled_from(["1", "2.50", "2.5", "-3"])
PLACES = st.tuples(st.sampled_from(AREAS), st.sampled_from(["", "b"]), st.sampled_from([2021, 2022, 2023]))
DECLARATIONS = st.dictionaries(PLACES, PRICES, max_size=6)


def prices(declared: Declared) -> list[Assumption]:
    return [price(*place, value) for place, value in declared.items()]


def remembered(declared: Declared) -> dict[tuple[str | None, str, date], float]:
    return {(area, basis, date(year, 1, 1)): float(value) for (area, basis, year), value in declared.items()}


def answered(frame: pl.DataFrame) -> dict[tuple[str | None, str, date], float]:
    rows = frame.select("area_code", "basis", "valid_from", "value").rows()
    assert len({row[:3] for row in rows}) == len(rows)
    return {row[:3]: row[3] for row in rows}


@FEWER
@given(st.lists(DECLARATIONS, min_size=1, max_size=5))
@example([{(None, "", 2022): "1"}, {}, {(None, "", 2022): "1"}, {(None, "", 2022): "2.5"}, {(None, "", 2022): "2.50"}])
def test_as_of_any_moment_is_what_a_dictionary_would_know(assumed: Engine, history: list[Declared]) -> None:
    with assumed.begin() as connection:
        connection.execute(delete(assumptions))
        before: dict[Any, float] = {}
        for night, declared in enumerate(history):
            after = remembered(declared)
            opened = sum(before.get(key) != value for key, value in after.items())
            closed = sum(after.get(key) != value for key, value in before.items())
            now = FIRST + timedelta(days=night)
            assert record(connection, prices(declared), now=now) == (opened, closed)
            assert record(connection, prices(declared), now=now + timedelta(hours=1)) == (0, 0)
            before = after
        assert answered(known(connection, as_of=FIRST - timedelta(seconds=1))) == {}
        for night, declared in enumerate(history):
            for hours in (0, 23):
                moment = FIRST + timedelta(days=night, hours=hours)
                assert answered(known(connection, as_of=moment)) == remembered(declared)
        assert answered(known(connection, as_of=None)) == remembered(history[-1])


def frame_of(declared: Declared) -> pl.DataFrame:
    rows = [each.model_dump() | {"assumption_id": at} for at, each in enumerate(prices(declared))]
    return pl.DataFrame([{name: _float(row.get(name)) for name in KNOWN} for row in rows], schema=KNOWN)


def _float(cell: Any) -> Any:
    return float(cell) if isinstance(cell, Decimal) else cell


def naive(declared: Declared, *, area: str | None, day: date) -> dict[str, tuple[float, bool]]:
    """Basis to the value that applies and whether it is an earlier one's."""
    found = {}
    for basis in {basis for _, basis, _ in declared}:
        for place in (area, None):
            years = {year: value for (at, of, year), value in declared.items() if (at, of) == (place, basis)}
            begun = [year for year in years if year <= day.year]
            if begun and basis not in found:
                found[basis] = (float(years[max(begun)]), max(begun) < day.year)
    return found


@given(DECLARATIONS, st.lists(st.tuples(st.sampled_from(["000", "163", "741"]), st.sampled_from(DAYS)), max_size=6))
def test_what_applies_is_the_areas_own_and_of_the_day_or_the_newest_before(
    declared: Declared, asked: list[tuple[str, date]]
) -> None:
    rows = pl.DataFrame(asked, schema={"area_code": pl.String, "day": pl.Date}, orient="row").with_row_index("at")
    found = applicable(frame_of(declared), name="price_dkk", rows=rows)
    expected: list[tuple[int, str | None, float | None, bool]] = []
    for at, (area, day) in enumerate(asked):
        applying = naive(declared, area=area, day=day)
        expected += [(at, basis, value, stale) for basis, (value, stale) in sorted(applying.items())]
        expected += [] if applying else [(at, None, None, True)]
    columns = ["at", "basis", "assumed", pl.col("caveat").is_not_null()]
    assert found.select(columns).rows() == expected


@given(DECLARATIONS, DECLARATIONS)
def test_a_municipalitys_own_stands_before_the_shipped_and_nothing_else_is_lost(first: Declared, own: Declared) -> None:
    together = merged(prices(first), prices(own))
    assert {(each.area_code, each.basis, each.first_day.year): each.value for each in together} == {
        place: Decimal(value) for place, value in (first | own).items()
    }
    assert merged(together, prices(own)) == together


@given(st.sets(st.sampled_from(shipped())))
def test_the_shipped_replaced_by_themselves_are_the_shipped(own: set[Assumption]) -> None:
    assert merged(shipped(), own) == shipped()
