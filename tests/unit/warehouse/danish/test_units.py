"""Units as papers write them: their words in any order, how many are meant, and no word that is passed over."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.danish.units import Unit, UnitUnknown, scale_of


@pytest.mark.parametrize(
    ("unit", "scale"),
    [
        ("kr.", 1),
        ("t.kr.", 1_000),
        ("t. kr.", 1_000),
        ("1.000 kr.", 1_000),
        ("mio. kr.", 1_000_000),
        ("Mio. kr.", 1_000_000),
        ("mia. kr.", 1_000_000_000),
        ("millioner kroner", 1_000_000),
        ("milliard kr.", 1_000_000_000),
        ("tusind kr.", 1_000),
        ("mio", 1_000_000),
        ("pct.", 1),
        ("personer", 1),
        ("timer", 1),
        ("", 1),
    ],
)
def test_a_unit_says_how_many_of_the_plain_one_it_is(unit: str, scale: int) -> None:
    assert Unit.parse(unit) == Unit(unit, scale)


THOUSANDS = ["1.000", "1000", "tusind", "tusinde", "t."]
MILLIONS = ["mio.", "mio", "mill.", "million", "millioner", "1.000.000"]
MILLIARDS = ["mia.", "mia", "milliard", "milliarder"]
ORDERS = [(word, 10**size) for words, size in ((THOUSANDS, 3), (MILLIONS, 6), (MILLIARDS, 9)) for word in words]
KRONER = ["kr.", "kr", "kroner", "DKK", "Kr."]
TAILS = [
    "",
    " pr. år",
    " om året",
    "/årligt",
    " årligt",
    ", 2024-priser",
    " (2023-pl)",
    " netto",
    " pr. 1.000 indbyggere",
]


@given(
    st.sampled_from(ORDERS),
    st.sampled_from(KRONER),
    st.sampled_from(TAILS),
    st.booleans(),
    st.sampled_from(["%s", "(%s)"]),
)
def test_the_order_of_the_words_does_not_matter(
    order: tuple[str, int], kroner: str, tail: str, turned: bool, braced: str
) -> None:
    word, scale = order
    first, last = (kroner, braced % word) if turned else (word, kroner)
    for blank in (" ", "  ", "\u00a0"):
        assert Unit.parse(f"{first}{blank}{last}{tail}").scale == scale


@given(st.sampled_from(["mio", "mia", "million", "milliard", "tusind", "tkr"]), st.data())
def test_a_misspelt_order_is_never_read_as_one(word: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(word)))
    letter = data.draw(st.sampled_from("abdefghijklmnoprstuvyæøå"))
    misspelt = data.draw(
        st.sampled_from(
            [word[:at] + letter + word[at:], word[:at] + letter + word[at + 1 :], word[:at] + word[at + 1 :]]
        )
    )
    try:
        unit = Unit.parse(f"{misspelt} kr.")
    except UnitUnknown:
        return
    assert unit.scale > 1 or misspelt in {"", "kr", "t"}


@pytest.mark.parametrize(
    "unit", ["mio. mio. kr.", "1.000 mio. kr.", "tkr. mio.", "mio. pct.", "2000 kr.", "kr. x", "t", "‰"]
)
def test_what_does_not_say_how_many_is_refused(unit: str) -> None:
    with pytest.raises(UnitUnknown, match="write"):
        Unit.parse(unit)


@pytest.mark.parametrize(
    "unit",
    [
        "jobkonsulenter",
        "IPS-konsulenter",
        "fuldtidspersoner",
        "pct.point",
        "pct. af arbejdsstyrken",
        "dagpengemodtagere",
    ],
)
def test_what_papers_count_counts_one_by_one(unit: str) -> None:
    assert Unit.parse(unit).scale == 1


def test_a_word_of_the_papers_own_never_stands_for_many() -> None:
    assert scale_of("snusepraktikker") == 1
    units = ("mio. kr.", "kr. t.", "1.000 praktikker", "mio. snusepraktikker")
    assert [scale_of(unit) for unit in units] == [1_000_000, 1_000, 1_000, 1_000_000]
