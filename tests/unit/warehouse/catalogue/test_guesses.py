"""Units by the words of a label: what is told in thousands is never taken for the unit itself, and shares are told apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.catalogue.guesses import unit_of

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
