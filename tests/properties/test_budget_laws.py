"""The follow-up of budgets over any year: an average is whole or there is none, and in December the year is its count."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.warehouse.formulas.test_budgets import year
from warehouse.formulas.budgets import ALL, SETTLED, follow_up

COUNTS = st.lists(st.one_of(st.none(), st.integers(0, 500)), min_size=12, max_size=12)
WHOLE = st.lists(st.integers(1, 500), min_size=12, max_size=12)


@given(counted=COUNTS, price=st.one_of(st.none(), st.integers(1, 300_000)))
def test_a_part_that_lacks_leaves_no_sum_and_all_parts_give_it(counted: list[int | None], price: int | None) -> None:
    found = follow_up(year(list(counted), price_dkk=price))
    told = [nth for nth, value in enumerate(counted, 1) if value is not None]
    lines = found.filter(pl.col("item") != ALL)
    assert lines["through"].unique().sort().to_list() == list(range(1, max(told, default=0) + 1))
    for row in lines.to_dicts():
        behind = counted[: row["through"]]
        shown = [value for value in behind if value is not None]
        assert (row["months"], row["months_expected"]) == (len(shown), row["through"])
        whole = len(shown) == len(behind)
        assert (row["average_full_time_persons"] is not None) == whole
        if whole:
            assert row["average_full_time_persons"] == pytest.approx(sum(shown) / len(shown))
        if whole and row["basis"] != SETTLED:
            end = (sum(shown) + (12 - len(shown)) * shown[-1]) / 12  # last year was as flat as the newest month
            assert row["year_end_full_time_persons"] == pytest.approx(end)
        assert (row["year_end_dkk"] is not None) <= (price is not None)


@given(counted=WHOLE, before=WHOLE)
def test_in_december_the_year_is_what_was_counted_on_every_basis(counted: list[int], before: list[int]) -> None:
    found = follow_up(year(list(counted), full_time_persons_year_earlier=[float(each) for each in before]))
    ends = found.filter(pl.col("through") == 12, pl.col("basis") != SETTLED, pl.col("item") != ALL)
    assert ends["year_end_full_time_persons"].to_list() == pytest.approx([sum(counted) / 12] * 2)
    assert ends["year_end_full_time_persons"].to_list() == pytest.approx(ends["average_full_time_persons"].to_list())
