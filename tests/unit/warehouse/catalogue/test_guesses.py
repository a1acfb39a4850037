"""Units by the words of a label: what is told in thousands is never taken for the unit itself, and shares are told apart."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.catalogue.guesses import names_of, unit_of

# Labels of real answers and of the publisher's web site (2026-11), with what they count.
KNOWN = {
    "Status 3 mdr. efter afsluttet forløb, pct.": "pct",
    "Personer i job og uddannelse 3 mdr. efter nyledighed: Andel i job og uddannelse": "pct",
    "Personer i job og uddannelse 3 mdr. efter nyledighed: Antal nyledige for 3 mdr. siden": "persons",
    "Gnsn. varighed af afsluttede forløb (uger)": "unknown",
    "Antal afsluttede forløb": "cases",
    "Antal sager": "cases",
    "Jobopslag": "cases",
    "Forgæves rekrutteringsrate": "fraction",
    "Beskæftigelsesgrad": "fraction",
    "Aktiveringsgrad": "pct",
    "Udgifter, kr.": "dkk",
    "Forsørgelsesudgifter, 1.000 kr.": "unknown",
}


@pytest.mark.parametrize("label", list(KNOWN))
def test_the_unit_of_a_known_label(label: str) -> None:
    assert unit_of(label) == KNOWN[label]


SCALES = [
    "1.000 kr.",
    "1000 kr.",
    "(1 000 personer)",
    "i tusinde",
    "tus. kr.",
    "mio. kr.",
    "Mia. kr.",
    "t.kr.",
    "millioner kr.",
]


@given(st.sampled_from(list(KNOWN)), st.sampled_from(SCALES), st.booleans())
def test_what_is_told_in_thousands_has_no_unit_of_ours(label: str, scale: str, before: bool) -> None:
    assert unit_of(f"{scale} {label}" if before else f"{label} {scale}") == "unknown"


def test_a_long_label_keeps_its_first_and_last_words_whole() -> None:
    labels = [f"Personer i job og uddannelse {n} mdr. efter nyledighed: Andel i job og uddannelse" for n in (3, 6)]
    assert names_of(labels, units=["pct", "pct"]) == [
        "personer_i_job_og_uddannelse_3_andel_i_job_og_uddannelse_pct",
        "personer_i_job_og_uddannelse_6_andel_i_job_og_uddannelse_pct",
    ]


@given(st.lists(st.text("abcæ 1-", max_size=120), min_size=1, max_size=6))
def test_names_are_short_of_our_letters_and_no_two_are_the_same(labels: list[str]) -> None:
    names = names_of(labels, units=["full_time_persons"] * len(labels))
    assert len(set(names)) == len(labels)
    assert all(re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*", name) and len(name) <= 70 for name in names), names
