"""What a briefing compares and what it does not: hidden, missing and broken series have no difference."""

from __future__ import annotations

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.briefing import cells
from tasks.briefing import wording as words
from tasks.briefing.cells import (
    ABSENT,
    BROKEN,
    MISSING,
    NOT_IN_FORCE,
    NOT_YET,
    OBSERVED,
    SUPPRESSED,
    WITHDRAWN,
    Cell,
    compared,
)
from warehouse.danish import writing as written
from warehouse.danish.reservations import TOO_FEW

UNSHOWN = (SUPPRESSED, NOT_YET, WITHDRAWN, MISSING)

persons = st.integers(0, 1_000_000).map(float)


@given(now=persons, before=persons)
def test_a_change_leads_from_one_value_to_the_other(now: float, before: float) -> None:
    change = compared(Cell(now, OBSERVED), Cell(before, OBSERVED), broken=False)
    assert change.value is not None
    assert before + change.value == now
    assert (change.pct is None) is (before < 20)


@given(value=persons, status=st.sampled_from(UNSHOWN), other=persons, broken=st.booleans())
def test_nothing_is_compared_with_what_is_not_shown(value: float, status: str, other: float, broken: bool) -> None:
    hidden, shown = Cell.of(value, status), Cell(other, OBSERVED)
    assert hidden.value is None
    for change in (compared(hidden, shown, broken=broken), compared(shown, hidden, broken=broken)):
        assert change.value is None
        assert change.pct is None
        assert change.status == (BROKEN if broken else status)


@given(now=persons, before=persons)
def test_a_reform_is_never_a_fall(now: float, before: float) -> None:
    change = compared(Cell(now, OBSERVED), Cell(before, OBSERVED), broken=True)
    assert (change.value, change.pct, change.status) == (None, None, BROKEN)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (Cell.of(2882.0, OBSERVED), "2.882"),
        (Cell.of(0.0, OBSERVED), "0"),
        (Cell.of(None, OBSERVED), "mangler"),
        (Cell.of(None, None), "mangler"),
        (Cell.of(None, SUPPRESSED), "skjult"),
        (Cell.of(0.0, SUPPRESSED), "skjult"),
        (Cell.of(None, SUPPRESSED, low=110.0, high=118.0), "110–118"),
        (Cell.of(None, NOT_YET), "afventer"),
        (Cell.of(None, WITHDRAWN), "trukket tilbage"),
        (ABSENT, "–"),
    ],
)
def test_a_cell_is_printed_as_a_number_or_as_the_reason_why_not(cell: Cell, expected: str) -> None:
    assert words.cell(cell, written.number).replace(words.MAY_BREAK, "") == expected


def test_every_reason_has_a_word_and_every_word_but_a_dash_is_explained() -> None:
    statuses = {*UNSHOWN, BROKEN, NOT_IN_FORCE, TOO_FEW}
    assert statuses <= words.NOT_SHOWN.keys()
    assert statuses <= words.EXPLAINED.keys()


def test_the_examples_in_the_text_hold() -> None:
    assert [doctest.testmod(module).failed for module in (cells, words)] == [0, 0]
