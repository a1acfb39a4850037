"""Laws of Danish numbers and months: what is written can be read again, and says no more than was rounded."""

from __future__ import annotations

import re
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from warehouse.danish import writing as written
from warehouse.periods import Period, PeriodKind

NUMBERS = st.floats(min_value=-1e12, max_value=1e12, allow_nan=False)
PERIODS = st.builds(
    lambda kind, year, number: Period(kind, year, 1 + number % kind.per_year),
    st.sampled_from(list(PeriodKind)),
    st.integers(2004, 2099),
    st.integers(0, 11),
)


def read(text: str) -> Decimal:
    """A number as a Danish reader takes it."""
    return Decimal(text.replace(written.MINUS, "-").replace(".", "").replace(",", ".").removeprefix("+"))


@given(NUMBERS, st.integers(0, 3))
def test_a_written_number_is_the_number_to_its_last_decimal(value: float, decimals: int) -> None:
    shown = written.number(value, decimals=decimals)
    assert abs(read(shown) - Decimal(str(value))) <= Decimal("0.5").scaleb(-decimals)
    assert re.fullmatch(rf"{written.MINUS}?\d{{1,3}}(\.\d{{3}})*" + (rf",\d{{{decimals}}}" if decimals else ""), shown)


@given(NUMBERS, st.integers(0, 3))
def test_a_sign_is_there_where_the_written_number_is_not_nothing(value: float, decimals: int) -> None:
    shown = written.signed(value, decimals=decimals)
    assert shown[0] == ("+" if read(shown) > 0 else written.MINUS if read(shown) < 0 else "0")
    assert read(shown) == read(written.number(value, decimals=decimals))


@given(NUMBERS)
def test_what_goes_up_and_down_by_the_same_is_written_the_same_but_for_the_sign(value: float) -> None:
    up, down = written.signed(abs(value), decimals=1), written.signed(-abs(value), decimals=1)
    assert up.removeprefix("+") == down.removeprefix(written.MINUS)


@given(PERIODS, PERIODS)
def test_two_periods_are_never_written_alike(one: Period, other: Period) -> None:
    # January is also the year to date in January: the same days, so the same words.
    same = (one.first_day, one.last_day) == (other.first_day, other.last_day)
    assert (written.period(one) == written.period(other)) == same or one.kind is not other.kind


@given(PERIODS)
def test_a_period_names_the_year_in_which_it_ends_last(period: Period) -> None:
    assert written.period(period).endswith(str(period.last_day.year))
