"""Sums over hidden parts: the truth lies within the bounds, whatever was hidden, and nothing is told apart by them."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.formulas.benefits import LARGEST_HIDDEN, SumRefused, bounded_sum

COUNTS = st.lists(st.integers(0, 40), min_size=1, max_size=8)
TYPES = {"area": pl.String, "value": pl.Float64, "status": pl.String}


def published(counts: list[int], *, area: str = "Herlev") -> pl.DataFrame:
    """Counts as the publisher shows them: none below 3."""
    rows = [
        (area, float(count), "observed") if count > LARGEST_HIDDEN else (area, None, "suppressed") for count in counts
    ]
    return pl.DataFrame(rows, schema=TYPES, orient="row")


@given(counts=COUNTS)
def test_the_true_sum_lies_within_the_bounds(counts: list[int]) -> None:
    low, high, hidden = bounded_sum(published(counts), by=["area"], unit="persons").row(0)[1:]
    assert low <= sum(counts) <= high
    assert (low == high) == (hidden == 0)


@given(counts=COUNTS, data=st.data())
def test_bounds_do_not_tell_what_a_hidden_count_is(counts: list[int], data: st.DataObject) -> None:
    others = [data.draw(st.integers(0, LARGEST_HIDDEN)) if count <= LARGEST_HIDDEN else count for count in counts]
    first, second = (bounded_sum(published(each), by=["area"], unit="cases") for each in (counts, others))
    assert first.equals(second)


@given(st.permutations(["Herlev", "Samsø", "Ærø"]))
def test_each_group_has_its_own_bounds_in_order(areas: list[str]) -> None:
    parts = pl.concat(published([1, 10], area=area) for area in areas)
    found = bounded_sum(parts, by=["area"], unit="full_time_persons")
    assert found.rows() == [(area, 10.0, 12.0, 1) for area in ("Herlev", "Samsø", "Ærø")]


@pytest.mark.parametrize("status", ["not_yet", "withdrawn"])
def test_what_is_not_there_has_no_sum(status: str) -> None:
    parts = pl.DataFrame([("Herlev", 5.0, "observed"), ("Herlev", None, status)], schema=TYPES, orient="row")
    assert bounded_sum(parts, by=["area"], unit="persons").rows() == [("Herlev", None, None, 0)]


@pytest.mark.parametrize("unit", ["pct", "pct_point", "rank", "ratio", "fraction"])
def test_what_does_not_add_up_is_refused(unit: str) -> None:
    with pytest.raises(SumRefused, match="never summed"):
        bounded_sum(published([4]), by=["area"], unit=unit)
