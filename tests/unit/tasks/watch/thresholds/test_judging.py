"""Limits held against months and ranks: what is crossed, what not, and what nothing is said of."""

from __future__ import annotations

import doctest
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.watch.thresholds import judging, telling
from tasks.watch.thresholds.judging import Judged, Month, against_budget, growth, place
from tasks.watch.thresholds.telling import Vintage, told
from warehouse.danish.writing import TIED
from warehouse.periods import Period

PCT = Judged("A-dagpenge vokser", "growth", "Herlev", "A-dagpenge", Decimal(5), "pct")
PERSONS = replace(PCT, limit=Decimal(20), unit="full_time_persons")
VINTAGES = {7: Vintage(7, "y01a02", date(2023, 11, 20))}


def month(period: str, value: float | None, status: str = "observed", **more: Any) -> Month:
    return Month(Period.parse(period), value, status, vintages=(7,), **more)


def over_three(begun: Judged, *months: Month) -> Judged:
    return growth(begun, months=list(months), over=3)


def said(judged: Judged) -> str:
    return told(judged, vintages=VINTAGES).replace(TIED, " ")


JULY, OCTOBER = month("2023M07", 332.0), month("2023M10", 353.0, provisional=True)


def test_growth_is_told_with_both_months_the_vintage_and_that_the_newest_is_provisional() -> None:
    found = over_three(PCT, JULY, month("2023M09", 400.0), OCTOBER)
    assert found.crossed
    assert (found.now, found.before, found.period, found.provisional) == (353, 332, "2023M10", True)
    assert said(found) == (
        "A-dagpenge vokser: A-dagpenge i Herlev er vokset med 6,3 % på 3 måneder, fra 332 fuldtidspersoner i juli 2023 til "
        "353 fuldtidspersoner i oktober 2023. Grænsen er 5 %. Oktober 2023 er foreløbig. "
        "Kilde: y01a02 udgave 7 fra 20. november 2023."
    )


def test_a_limit_is_crossed_when_it_is_passed_and_not_when_it_is_reached() -> None:
    assert over_three(PERSONS, JULY, month("2023M10", 352.0)).crossed is False
    assert over_three(PERSONS, JULY, month("2023M10", 353.0)).crossed is True
    assert "vokset med 21 fuldtidspersoner" in said(over_three(PERSONS, JULY, OCTOBER))
    assert "ændret med −2 fuldtidspersoner" in said(over_three(PERSONS, JULY, month("2023M10", 330.0)))


def test_a_value_just_beyond_its_limit_is_never_printed_as_the_limit() -> None:
    found = over_three(replace(PCT, limit=Decimal("6.3")), JULY, OCTOBER)
    assert (found.crossed, "6,33 %" in said(found)) == (True, True)


UNTOLD = {
    "a hidden newest month": ([JULY, month("2023M10", None, "suppressed")], "2023M10 er skjult hos kilden"),
    "a hidden earlier month": ([month("2023M07", None, "suppressed"), OCTOBER], "2023M07 er skjult hos kilden"),
    "a withdrawn month": ([JULY, month("2023M10", None, "withdrawn")], "er trukket tilbage"),
    "an earlier month that lacks": ([OCTOBER], "der er ingen tal for 2023M07"),
    "no month": ([month("2023M10", None, "missing")], "der er ingen måned med tal"),
    "a break between": ([JULY, month("2023M10", 353.0, series_break="x", caveat="Databrud")], "Databrud"),
    "a small base": ([month("2023M07", 19.0), OCTOBER], "under 20 fuldtidspersoner"),
    "a benefit that ended": ([JULY, month("2023M10", 353.0, valid_until=date(2023, 10, 31))], "ydelsen er ophørt"),
    "parts that lack": (
        [month("2023M07", None, "missing", lacks="Sygedagpenge"), OCTOBER],
        "tallet for 2023M07 mangler: Sygedagpenge",
    ),
}


@pytest.mark.parametrize("named", UNTOLD)
def test_what_cannot_be_told_is_neither_crossed_nor_not(named: str) -> None:
    months, why = UNTOLD[named]
    found = over_three(PCT, *months)
    assert (found.value, found.crossed) == (None, None)
    assert why in said(found)


def test_a_month_whose_tables_have_not_all_come_gives_way_to_the_one_before() -> None:
    found = over_three(PERSONS, JULY, OCTOBER, month("2023M11", None, "missing", lacks="Fleksjob"))
    assert (found.period, found.crossed) == ("2023M10", True)


@settings(deadline=None)
@given(st.integers(20, 5000), st.integers(0, 5000), st.integers(0, 100))
def test_a_limit_in_per_cent_agrees_with_whole_numbers(before: int, now: int, limit: int) -> None:
    begun = replace(PCT, limit=Decimal(limit))
    found = over_three(begun, month("2023M07", float(before)), month("2023M10", float(now)))
    assert found.value is not None
    assert found.crossed is (100 * (now - before) > limit * before)


# ---- budgets -----------------------------------------------------------------------------------------------------
BUDGET = Judged("Sygedagpenge", "budget", "Herlev", "Sygedagpenge", Decimal(10), "full_time_persons")
FOLLOWED = {
    "period": "2024M04",
    "vintages": [7],
    "provisional": True,
    "gap_full_time_persons": 12.5,
    "average_full_time_persons": 286.5,
    "budget_average_full_time_persons": 274.0,
}


def test_a_distance_to_the_budget_is_told_with_both_averages() -> None:
    found = against_budget(BUDGET, row=FOLLOWED)
    assert found.crossed
    assert said(found) == (
        "Sygedagpenge: Sygedagpenge i Herlev ligger 12,5 fuldtidspersoner over budgettet: 286,5 fuldtidspersoner i "
        "gennemsnit til og med april 2024 mod budgetteret 274 fuldtidspersoner. Grænsen er 10 fuldtidspersoner over "
        "budgettet. April 2024 er foreløbig. Kilde: y01a02 udgave 7 fra 20. november 2023."
    )
    in_pct = replace(BUDGET, limit=Decimal(5), unit="pct")
    assert against_budget(in_pct, row=FOLLOWED).crossed is False
    assert "4,6 % over budgettet" in said(against_budget(in_pct, row=FOLLOWED))
    below = FOLLOWED | {"gap_full_time_persons": -3.0, "average_full_time_persons": 271.0}
    assert "−3 fuldtidspersoner fra budgettet" in said(against_budget(BUDGET, row=below))


@pytest.mark.parametrize("lacking", ["gap_full_time_persons", "budget_average_full_time_persons"])
def test_a_budget_with_a_month_that_lacks_is_not_judged(lacking: str) -> None:
    found = against_budget(BUDGET, row=FOLLOWED | {lacking: None})
    assert (found.crossed, "mangler tal" in said(found)) == (None, True)
    assert "der er intet budget" in said(against_budget(BUDGET, row=None))
    few = FOLLOWED | {"budget_average_full_time_persons": 19.0}
    assert against_budget(replace(BUDGET, unit="pct"), row=few).crossed is None


# ---- ranks -------------------------------------------------------------------------------------------------------
RANK = Judged("Ranglisten", "rank", "Herlev", "Ydelsesgrupper i alt", Decimal(15), "rank")
ROW = {"period": "2023QMAT02", "vintages": [7], "rank": 17.0, "rank_half_a_year_earlier": 16.0, "places_gained": -1.0}


def test_a_place_behind_the_limit_is_told_with_the_place_before() -> None:
    found = place(RANK, row=ROW)
    assert found.crossed
    assert said(found) == (
        "Ranglisten: Herlev Kommune er nr. 17 på ministeriets rangliste for Ydelsesgrupper i alt, 2. halvår 2022 – "
        "1. halvår 2023 mod nr. 16 et halvt år før. Grænsen er nr. 15. Kilde: y01a02 udgave 7 fra 20. november 2023."
    )
    assert place(replace(RANK, limit=Decimal(17)), row=ROW).crossed is False


def test_places_lost_since_the_list_before() -> None:
    lost = replace(RANK, limit=Decimal(0), unit="places_lost")
    assert place(lost, row=ROW).crossed
    assert place(replace(lost, limit=Decimal(1)), row=ROW).crossed is False
    assert place(lost, row=ROW | {"places_gained": None}).crossed is None
    assert "tabte pladser" in said(place(lost, row=ROW))


def test_without_a_list_nothing_is_said_of_the_rank() -> None:
    assert "der er ingen rangliste" in said(place(RANK, row=None))


def test_a_limit_whose_terms_were_changed_is_another_one() -> None:
    assert len({each.about for each in (PCT, PERSONS, replace(PCT, limit=Decimal(6)), replace(PCT, of=""))}) == 4
    assert replace(PCT, limit=Decimal("5.0")).about == PCT.about


def test_the_examples_hold() -> None:
    assert [doctest.testmod(module).failed for module in (judging, telling)] == [0, 0]
