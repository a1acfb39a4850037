"""Laws of periods: they round-trip, keep their order, and shift without loss."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.periods import Period, PeriodError, PeriodKind, spanning


@st.composite
def periods(draw: st.DrawFn, *, kind: PeriodKind | None = None) -> Period:
    chosen = kind or draw(st.sampled_from(PeriodKind))
    return Period(chosen, draw(st.integers(1902, 2098)), draw(st.integers(1, chosen.per_year)))


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Period, Period]:
    first = draw(periods())
    return first, draw(periods(kind=first.kind))


@given(periods())
def test_what_is_written_is_read_back(period: Period) -> None:
    assert Period.parse(str(period)) == period
    assert Period.parse(str(period).lower()) == period


@given(periods())
def test_the_key_can_be_read_back(period: Period) -> None:
    assert Period(period.kind, period.key // 100 % 10_000, period.key % 100) == period
    assert period.key // 1_000_000 == period.kind.ordinal


@given(pairs())
def test_order_is_that_of_keys_and_of_last_days(pair: tuple[Period, Period]) -> None:
    a, b = pair
    assert (a < b) == (a.key < b.key) == (a.last_day < b.last_day)
    assert (a <= b) == (a.key <= b.key)
    assert (a == b) == (a.key == b.key)
    assert (a < b) + (a == b) + (a > b) == 1


@given(periods(), st.integers(-24, 24))
def test_a_shift_is_undone_by_its_opposite(period: Period, steps: int) -> None:
    assert period.shifted(steps).shifted(-steps) == period
    assert period.shifted(steps).shifted(1) == period.shifted(steps + 1)
    assert period.shifted(0) == period


@given(periods())
def test_the_predecessor_comes_before_and_a_year_is_as_many_steps_as_it_has(period: Period) -> None:
    assert period.previous < period
    assert period.previous.shifted(1) == period
    assert period.year_earlier == period.shifted(-period.kind.per_year)
    assert (period.year_earlier.year, period.year_earlier.number) == (period.year - 1, period.number)


@given(periods())
def test_the_first_day_comes_before_the_last_and_a_rolling_year_is_a_year(period: Period) -> None:
    days = (period.last_day - period.first_day).days + 1
    expected = {
        PeriodKind.MONTH: range(28, 32),
        PeriodKind.QUARTER: range(90, 93),
        PeriodKind.YEAR: range(365, 367),
        PeriodKind.ROLLING_YEAR: range(365, 367),
        PeriodKind.YEAR_TO_DATE: range(31, 367),
    }
    assert days in expected[period.kind]


@given(periods())
def test_periods_of_one_kind_follow_one_another_without_a_gap(period: Period) -> None:
    following = period.shifted(1)
    if period.kind in (PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.YEAR):
        assert following.first_day == period.last_day + timedelta(days=1)
    else:
        assert following.last_day > period.last_day


@given(periods())
def test_the_last_day_lies_in_its_period(period: Period) -> None:
    assert Period.containing(period.last_day, kind=period.kind) == period


@given(periods(), st.integers(0, 60))
def test_a_span_counts_its_steps(first: Period, steps: int) -> None:
    span = spanning(first, first.shifted(steps))
    assert len(span) == steps + 1
    assert span == sorted(span, key=lambda period: period.key)


@given(st.text(max_size=12))
def test_a_text_is_a_period_or_an_error(text: str) -> None:
    try:
        period = Period.parse(text)
    except PeriodError:
        return
    assert text.strip().upper().isascii()
    assert Period.parse(str(period)) == period


@given(pairs(), st.sampled_from(PeriodKind))
def test_kinds_do_not_mix(pair: tuple[Period, Period], other: PeriodKind) -> None:
    a = pair[0]
    b = Period(other, pair[1].year, 1)
    if a.kind is not other:
        with pytest.raises(PeriodError):
            _ = a < b
