"""Danish numbers, months and days, example by example."""

from __future__ import annotations

import doctest
from datetime import date

import pytest

from warehouse.danish import writing as written
from warehouse.periods import Period


def plain(text: str) -> str:
    return text.replace(written.TIED, " ")


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (written.number(0), "0"),
        (written.number(999), "999"),
        (written.number(2_882), "2.882"),
        (written.number(1_234_567), "1.234.567"),
        (written.number(2.5), "3"),
        (written.number(-2.5), "−3"),
        (written.number(-0.4), "0"),
        (written.signed(38), "+38"),
        (written.signed(-38), "−38"),
        (written.signed(0), "0"),
        (written.per_cent(1.34), "1,3 %"),
        (written.signed_per_cent(1.336), "+1,3 %"),
        (written.signed_per_cent(-0.04), "0,0 %"),
        (written.kroner(132_350), "132.350 kr."),
        (written.million_kroner(6_617_500), "6,62 mio. kr."),
        (written.million_kroner(-1_323_500), "−1,32 mio. kr."),
        (written.million_kroner(1_005_000), "1,01 mio. kr."),
        (written.place(17), "17."),
        (written.day(date(2023, 12, 5)), "5. december 2023"),
        (written.period(Period.parse("2024M01")), "januar 2024"),
        (written.period(Period.parse("2023Q03")), "3. kvartal 2023"),
        (written.period(Period.parse("2023QMAT04")), "1. halvår 2023 – 2. halvår 2023"),
        (written.period(Period.parse("2023QMAT02")), "2. halvår 2022 – 1. halvår 2023"),
        (written.period(Period.parse("2023MYTD01")), "januar 2023"),
        (written.period(Period.parse("2023MYTD05")), "januar–maj 2023"),
        (written.listed([]), ""),
        (written.listed(["Fanø"]), "Fanø"),
        (written.listed(["Fanø", "Ærø"]), "Fanø og Ærø"),
    ],
)
def test_it_is_written_as_a_dane_would(shown: str, expected: str) -> None:
    assert plain(shown) == expected


def test_a_number_never_parts_from_its_unit() -> None:
    assert all(" " not in text for text in (written.per_cent(5), written.million_kroner(5), written.kroner(5)))


def test_the_examples_in_the_text_hold() -> None:
    assert doctest.testmod(written).failed == 0
