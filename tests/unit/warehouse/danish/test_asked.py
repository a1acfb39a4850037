"""Times and periods as people write them, and as they copy them from what they were shown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from warehouse.danish.asked import moment, moment_from, periods_between, read_period, read_span
from warehouse.danish.clock import shown_time
from warehouse.danish.writing import MONTHS
from warehouse.errors import QuestionError
from warehouse.periods import Period, PeriodError, PeriodKind

MINUTE = timedelta(minutes=1)
BEGAN = datetime(2019, 1, 1, tzinfo=UTC)
INSTANTS = st.integers(0, 20 * 366 * 86_400 * 10**6).map(lambda later: BEGAN + timedelta(microseconds=later))


@given(INSTANTS)
@example(datetime(2023, 10, 29, 0, 30, 15, tzinfo=UTC))  # half past two, for the first time of two
@example(datetime(2023, 10, 29, 1, 30, 15, tzinfo=UTC))  # and for the second
@example(datetime(2023, 3, 26, 0, 59, 59, 999_999, tzinfo=UTC))
def test_a_time_that_was_shown_means_that_minute_until_its_end(instant: datetime) -> None:
    for written in (shown_time(instant), shown_time(instant).replace(" ", "T")):
        first, last = moment_from(written), moment(written)
        assert first <= instant <= last
        assert last.astimezone(UTC) - first.astimezone(UTC) == MINUTE - timedelta(microseconds=1)


@given(INSTANTS)
def test_a_time_that_is_exact_is_that_instant(instant: datetime) -> None:
    written = instant.isoformat(timespec="microseconds")
    assert moment(written) == moment_from(written) == instant


@given(st.integers(1900, 2100), st.integers(1, 12))
def test_a_month_is_read_however_it_is_written(year: int, number: int) -> None:
    name = MONTHS[number - 1]
    month = Period(PeriodKind.MONTH, year, number)
    forms = (str(month), f"{year}-{number:02d}", f"{number:02d}-{year}", f"{number}/{year}", f"{name} {year}",
             f" {name.upper()}  {year} ", f"{name[:3]}. {year}", f"{name[:3]} {year}")  # fmt: skip
    assert [read_period(form) for form in forms] == [month] * len(forms)


@pytest.mark.parametrize(
    ("written", "period"),
    [
        ("October 2023", "2023M10"),
        ("May 2023", "2023M05"),
        ("3. kvartal 2023", "2023Q03"),
        ("2023K3", "2023Q03"),
        ("2023-Q3", "2023Q03"),
        ("2023", "2023Y01"),
        ("2023QMAT02", "2023QMAT02"),
        ("2023mytd07", "2023MYTD07"),
    ],
)
def test_other_periods_are_read_too(written: str, period: str) -> None:
    assert str(read_period(written)) == period


@pytest.mark.parametrize("written", ["", "2023-13", "0/2023", "202310", "2023-10-01", "5. kvartal 2023", "sommer 2023"])
def test_what_is_no_period_is_refused(written: str) -> None:
    with pytest.raises(PeriodError, match="is not a period"):
        read_period(written)


def test_a_span_may_be_of_words() -> None:
    assert read_span("oktober 2019", "2023") == read_span("2019M10", "2023Y01")


@pytest.mark.parametrize(
    ("written", "kind", "to_ask_for"),
    [
        ("2023", PeriodKind.MONTH, "2023M01:2023M12"),
        ("3. kvartal 2023", PeriodKind.MONTH, "2023M07:2023M09"),
        ("2023-10", PeriodKind.YEAR, "2023Y01"),
        ("2023-10", PeriodKind.ROLLING_YEAR, "2023QMAT04"),
        ("2023QMAT02", PeriodKind.MONTH, "2023M04:2023M06"),
        ("2021:2025", PeriodKind.MONTH, "2021M01:2025M12"),
        ("2025:2021", PeriodKind.QUARTER, "2021Q01:2025Q04"),
        ("2024M03:2025", PeriodKind.MONTH, "2024M03:2025M12"),
    ],
)
def test_a_period_of_another_kind_is_answered_with_those_to_ask_for(
    written: str, kind: PeriodKind, to_ask_for: str
) -> None:
    with pytest.raises(QuestionError, match=f"ask for --period {to_ask_for}$"):
        periods_between(written, kind=kind, of="y01a02")
