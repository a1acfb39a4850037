"""What is said on top of a page of old figures: every table is named or counted, and none is said where all are new."""

from __future__ import annotations

import doctest
import re
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from warehouse.danish import reservations
from warehouse.danish.reservations import imprint, out_of_date

DAYS = st.none() | st.dates(date(2023, 1, 1), date(2023, 3, 1))


@given(st.lists(st.tuples(st.integers(0, 99).map("tabel{}".format), DAYS), unique_by=lambda each: each[0], max_size=30))
def test_every_late_table_is_named_or_counted(late: list[tuple[str, date | None]]) -> None:
    said = out_of_date(late)
    counted = sum(map(int, re.findall(r"(\d+) and(?:en|re) tabel", said)))
    assert len(re.findall(r"tabel\d+", said)) + counted == len(late)
    assert (said == "") is (late == [])
    days = sorted({day or date.min for _, day in late})
    assert said.count("ventet") == sum(day > date.min for day in days[:4]) + (len(days) > 4)


def test_without_a_contact_or_a_next_release_nothing_is_made_up() -> None:
    assert (
        imprint(date(2023, 12, 5), next_release=None, contact=None) == "Udarbejdet 5.\N{NO-BREAK SPACE}december 2023."
    )


def test_the_examples_in_the_text_hold() -> None:
    assert doctest.testmod(reservations).failed == 0
