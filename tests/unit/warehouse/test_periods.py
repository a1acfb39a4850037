"""Periods as the publisher writes them and as the calendar reads them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from warehouse.periods import Period, PeriodError, PeriodKind, Span, spanning


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026M07", "2026-07-01", "2026-07-31"),
        ("2024M02", "2024-02-01", "2024-02-29"),
        ("2023M12", "2023-12-01", "2023-12-31"),
        ("2026Q01", "2026-01-01", "2026-03-31"),
        ("2026Q04", "2026-10-01", "2026-12-31"),
        ("2025Y01", "2025-01-01", "2025-12-31"),
        ("2023QMAT01", "2022-04-01", "2023-03-31"),
        ("2023QMAT02", "2022-07-01", "2023-06-30"),
        ("2023QMAT03", "2022-10-01", "2023-09-30"),
        ("2023QMAT04", "2023-01-01", "2023-12-31"),
        ("2026MYTD01", "2026-01-01", "2026-01-31"),
        ("2026MYTD07", "2026-01-01", "2026-07-31"),
    ],
)
def test_a_period_knows_its_first_and_last_day(text: str, first: str, last: str) -> None:
    period = Period.parse(text)
    assert (period.first_day, period.last_day) == (date.fromisoformat(first), date.fromisoformat(last))


def test_the_suffix_of_a_rolling_year_is_a_quarter_and_never_a_month() -> None:
    period = Period.parse("2022QMAT04")
    assert period.last_day == date(2022, 12, 31)
    assert (period.last_day - period.first_day).days + 1 == 365


@pytest.mark.parametrize(
    ("text", "previous", "year_earlier"),
    [
        ("2026M01", "2025M12", "2025M01"),
        ("2026Q01", "2025Q04", "2025Q01"),
        ("2025Y01", "2024Y01", "2024Y01"),
        ("2023QMAT02", "2023QMAT01", "2022QMAT02"),
        ("2023QMAT01", "2022QMAT04", "2022QMAT01"),
        ("2026MYTD01", "2025MYTD12", "2025MYTD01"),
    ],
)
def test_a_period_knows_its_predecessor_and_the_same_one_a_year_earlier(
    text: str, previous: str, year_earlier: str
) -> None:
    period = Period.parse(text)
    assert str(period.previous) == previous
    assert str(period.year_earlier) == year_earlier


@pytest.mark.parametrize("text", ["2026M7", "2026m07", " 2026M07 "])
def test_one_month_written_in_several_ways_is_one_period(text: str) -> None:
    assert str(Period.parse(text)) == "2026M07"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026",
        "M07",
        "2026M00",
        "2026M13",
        "2026Q05",
        "2025Y02",
        "2023QMAT05",
        "2026MYTD13",
        "26M07",
        "2026M007",
        "2026-07",
        "2026A01",
        "2026M07x",
        "1899M01",
        "2101M01",
        "latest:8",
        "٢٠٢٦M07",
        "2026M0７",
    ],
)
def test_anything_else_is_an_error_that_names_it(text: str) -> None:
    with pytest.raises(PeriodError) as stopped:
        Period.parse(text)
    assert text in str(stopped.value)


@pytest.mark.parametrize(
    ("left", "right"), [("2026M07", "2026Q03"), ("2026M07", "2026MYTD07"), ("2023QMAT02", "2023Q02")]
)
def test_periods_of_different_kinds_are_never_compared(left: str, right: str) -> None:
    a, b = Period.parse(left), Period.parse(right)
    comparisons: list[Callable[[], object]] = [
        lambda: a < b,
        lambda: a <= b,
        lambda: a > b,
        lambda: a >= b,
        lambda: spanning(a, b),
        lambda: max(a, b),
    ]
    for compared in comparisons:
        with pytest.raises(PeriodError, match="different kinds"):
            compared()
    assert a != b


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (PeriodKind.MONTH, "2023M05"),
        (PeriodKind.QUARTER, "2023Q02"),
        (PeriodKind.YEAR, "2023Y01"),
        (PeriodKind.ROLLING_YEAR, "2023QMAT02"),
        (PeriodKind.YEAR_TO_DATE, "2023MYTD05"),
    ],
)
def test_the_period_in_whose_last_part_a_day_lies(kind: PeriodKind, expected: str) -> None:
    assert str(Period.containing(date(2023, 5, 17), kind=kind)) == expected


def test_the_key_holds_kind_year_and_number() -> None:
    assert Period.parse("2026M07").key == 1202607
    assert len({Period.parse(f"2026{kind}01").key for kind in PeriodKind}) == len(PeriodKind)


def test_a_span_holds_both_ends_and_is_empty_backwards() -> None:
    first, last = Period.parse("2025M11"), Period.parse("2026M02")
    assert [str(period) for period in spanning(first, last)] == ["2025M11", "2025M12", "2026M01", "2026M02"]
    assert spanning(last, first) == []
    assert spanning(first, first) == [first]


# ---- spans, whose ends may be of other kinds than the periods they are asked about ---------------------------------
@pytest.mark.parametrize(
    ("first", "last", "inside", "outside"),
    [
        ("2019M01", "2020M12", ["2019M01", "2020M12", "2019Q01", "2020Y01", "2020MYTD03"], ["2018M12", "2021Q01"]),
        ("2019", "2019", ["2019M01", "2019M12", "2019Q04", "2019QMAT01"], ["2020M01", "2018Q04", "2018QMAT04"]),
        ("2019Q1", "2019q01", ["2019M01", "2019M03", "2019Y01"], ["2019M04", "2019Q02"]),
        ("2023QMAT02", "2023QMAT04", ["2023QMAT02", "2023M04", "2023M12"], ["2023QMAT01", "2023M03", "2024M01"]),
        ("2023MYTD03", "2023MYTD04", ["2023M03", "2023M04", "2023Q01"], ["2023M02", "2023MYTD05"]),
    ],
)
def test_a_span_covers_periods_of_every_kind(first: str, last: str, inside: list[str], outside: list[str]) -> None:
    span = Span.parse(first, last)
    assert [period for period in inside if not span.covers(Period.parse(period))] == []
    assert [period for period in outside if span.covers(Period.parse(period))] == []


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("2019M13", "2020", "2019M13"),
        ("2020", "20201", "20201"),
        ("2020M02", "2020M01", "2020M02 comes after 2020M01"),
        ("2020", "2019Q4", "2020 comes after 2019Q4"),
        ("", "2019", "not a period"),
    ],
)
def test_a_span_that_is_none_is_refused(first: str, last: str, said: str) -> None:
    with pytest.raises(PeriodError, match=said):
        Span.parse(first, last)
