"""Numbers and periods in a municipality's own files: what Danes write is read as declared, and nothing is guessed."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal

import pytest

from tasks.sources.local_files.rows import Cell, ErrorValue, Formula, NotAsDeclared, Percentage
from tasks.sources.local_files.values import Dialect, NumberType, PeriodForm, read_number, read_period

DANISH, ENGLISH = Dialect("comma", "point"), Dialect("point", "comma")

BARE, SPACED = Dialect("comma", "none"), Dialect("comma", "space")

READ: list[tuple[Cell, NumberType, Dialect, str]] = [
    ("1.425", "integer", DANISH, "1425"),
    ("1.425", "decimal", DANISH, "1425"),
    ("1.425", "decimal", ENGLISH, "1.425"),
    ("1,425", "decimal", DANISH, "1.425"),
    ("1,425", "integer", ENGLISH, "1425"),
    ("1.234.567,89", "decimal", DANISH, "1234567.89"),
    ("1 234 567,89", "decimal", SPACED, "1234567.89"),
    ("1\u00a0234", "integer", SPACED, "1234"),
    ("1'234", "integer", Dialect("comma", "apostrophe"), "1234"),
    ("37,5", "decimal", DANISH, "37.5"),
    ("  42 ", "integer", BARE, "42"),
    ("-1.111", "integer", DANISH, "-1111"),
    ("\u22121.111", "integer", DANISH, "-1111"),
    ("+5", "integer", DANISH, "5"),
    ("12,5 %", "percent", DANISH, "12.5"),
    ("12,5\u00a0%", "percent", DANISH, "12.5"),
    ("12,5%", "percent", DANISH, "12.5"),
    ("12 pct.", "percent", DANISH, "12"),
    ("12 procent", "percent", DANISH, "12"),
    ("12,5", "percent", DANISH, "12.5"),
    (Decimal("12.0"), "integer", DANISH, "12"),
    (Decimal("0.1"), "decimal", DANISH, "0.1"),
    (Percentage(Decimal("0.125")), "percent", DANISH, "12.5"),
    (Decimal("12.5"), "percent", DANISH, "12.5"),
]


@pytest.mark.parametrize(("cell", "kind", "dialect", "expected"), READ, ids=str)
def test_a_number_is_read_exactly_as_declared(cell: Cell, kind: NumberType, dialect: Dialect, expected: str) -> None:
    assert read_number(cell, kind=kind, dialect=dialect) == Decimal(expected)


@pytest.mark.parametrize("text", ["1.200.000 kr.", "1.200.000 kr", "1.200.000\u00a0kr.", "1.200.000 DKK", "1.200.000"])
def test_kroner_may_follow_an_amount(text: str) -> None:
    assert read_number(text, kind="decimal", dialect=DANISH, kroner=True) == 1_200_000


REFUSED: list[tuple[Cell, NumberType, Dialect]] = [
    ("12 stk", "integer", DANISH),
    ("1.283,5", "integer", DANISH),
    ("1283,0", "integer", DANISH),
    ("1.425", "decimal", BARE),
    ("12.5", "decimal", DANISH),
    ("1.4255", "decimal", DANISH),
    ("14.25.000", "integer", DANISH),
    ("0.492", "decimal", DANISH),
    ("1.200 kr.", "decimal", DANISH),
    ("12 %", "decimal", DANISH),
    ("1.200 t.kr.", "decimal", DANISH),
    ("1e5", "decimal", ENGLISH),
    ("0x10", "integer", DANISH),
    ("1_000", "integer", DANISH),
    ("٣", "integer", DANISH),
    ("nan", "decimal", DANISH),
    ("=1+1", "integer", DANISH),
    ("--1", "integer", DANISH),
    ("(5)", "integer", DANISH),
    ("-", "integer", DANISH),
    ("", "integer", DANISH),
    ("9" * 31, "integer", DANISH),
    ("," + "5", "decimal", DANISH),
    (Decimal("1283.5"), "integer", DANISH),
    (Percentage(Decimal("0.125")), "decimal", DANISH),
    (datetime.fromisoformat("2022-06-30"), "integer", DANISH),
    (time(12, 30), "decimal", DANISH),
    (True, "integer", DANISH),
    (None, "integer", DANISH),
    (Formula("=1+1"), "integer", DANISH),
    (ErrorValue("#DIV/0!"), "decimal", DANISH),
]


@pytest.mark.parametrize(("cell", "kind", "dialect"), REFUSED, ids=str)
def test_what_is_not_a_number_as_declared_is_refused(cell: Cell, kind: NumberType, dialect: Dialect) -> None:
    with pytest.raises(NotAsDeclared, match="such as") as refusal:
        read_number(cell, kind=kind, dialect=dialect)
    assert refusal.value.advice


PERIODS: list[tuple[Cell, PeriodForm, str]] = [
    ("2022", "year", "2022Y01"),
    (Decimal(2022), "year", "2022Y01"),
    (Decimal("2022.0"), "year", "2022Y01"),
    ("3. kvartal 2022", "quarter", "2022Q03"),
    ("3. kvrt 2022", "quarter", "2022Q03"),
    ("3.  Kvartal\u00a02022", "quarter", "2022Q03"),
    ("2022K3", "quarter", "2022Q03"),
    ("2022Q3", "quarter", "2022Q03"),
    ("2022M06", "month", "2022M06"),
    ("juni 2022", "month", "2022M06"),
    ("December 2022", "month", "2022M12"),
    ("2022-06-30", "date", "2022M06"),
    ("30-06-2022", "date", "2022M06"),
    ("30.06.2022", "date", "2022M06"),
    (datetime.fromisoformat("2022-06-30"), "date", "2022M06"),
    (date(2022, 6, 30), "date", "2022M06"),
    ("2016QMAT03", "rolling_year", "2016QMAT03"),
]


@pytest.mark.parametrize(("cell", "form", "expected"), PERIODS, ids=str)
def test_a_period_is_read_in_its_form(cell: Cell, form: PeriodForm, expected: str) -> None:
    assert str(read_period(cell, form=form)) == expected


NO_PERIODS: list[tuple[Cell, PeriodForm]] = [
    ("22", "year"),
    ("2022Y01", "year"),
    ("20222", "year"),
    ("1066", "year"),
    (Decimal("2022.5"), "year"),
    (datetime.fromisoformat("2022-01-01"), "year"),
    ("5. kvartal 2022", "quarter"),
    ("2022K5", "quarter"),
    ("2022", "quarter"),
    ("2022M13", "month"),
    ("2022Q01", "month"),
    ("juno 2022", "month"),
    ("2022-06", "date"),
    ("2022-02-30", "date"),
    ("06/30/2022", "date"),
    (Decimal(44742), "date"),
    ("2016Q03", "rolling_year"),
    (None, "year"),
    ("", "year"),
    (True, "year"),
    (time(1, 2), "date"),
]


@pytest.mark.parametrize(("cell", "form"), NO_PERIODS, ids=str)
def test_another_form_of_period_is_refused_with_an_example(cell: Cell, form: PeriodForm) -> None:
    with pytest.raises(NotAsDeclared, match="such as"):
        read_period(cell, form=form)


def test_a_bare_number_in_a_column_of_dates_is_said_to_want_a_format() -> None:
    with pytest.raises(NotAsDeclared) as refusal:
        read_period(Decimal(44742), form="date")
    assert "format the cells as dates" in refusal.value.advice
