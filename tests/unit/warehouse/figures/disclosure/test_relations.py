"""What a publisher's own cells tell of a count it hides: by rates, totals, persons, kinds, and other tables."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from tests.hidden_counts import HIDDEN, benefit, cell, frame, parts
from warehouse.figures.disclosure.audit import solved
from warehouse.figures.disclosure.relations import known_of

Range = tuple[float | None, float | None]


def left_possible(*cells: dict[str, Any] | list[dict[str, Any]]) -> dict[str, Range]:
    """The least and greatest of each hidden count, by table, measure and member."""
    of = frame(*cells)
    found = solved(known_of(of), of).sort("table_id", "measure", "members")
    rows = found.select("table_id", "measure", "members", "least", "greatest").rows()
    return {f"{table} {measure} {members}": (least, greatest) for table, measure, members, least, greatest in rows}


def only(*cells: dict[str, Any] | list[dict[str, Any]]) -> Range:
    (found,) = left_possible(*cells).values()
    return found


def test_alone_a_hidden_count_is_none_one_or_two() -> None:
    assert only(cell("y04a02", "persons", HIDDEN)) == (0, 2)


def test_a_rate_of_a_base_that_another_tables_rate_bounds_narrows_it() -> None:
    others = benefit("y01a02", "A-dagpenge", 600.0, workforce_pct=32.1)
    assert only(others, benefit("y04a02", "Revalidering", HIDDEN, workforce_pct=0.1)) == (1, 2)
    assert only(others, benefit("y04a02", "Revalidering", HIDDEN, workforce_pct=0.0)) == (0, 1)


def test_rates_say_nothing_where_those_of_two_tables_contradict_each_other() -> None:
    others = (
        benefit("y01a02", "A-dagpenge", 600.0, workforce_pct=32.0),
        benefit("y07a02", "Sygedagpenge", 600.0, workforce_pct=4.0),
    )
    assert only(*others, benefit("y04a02", "Revalidering", HIDDEN, workforce_pct=0.0)) == (0, 2)


def test_a_rate_of_another_count_of_its_row_narrows_it() -> None:
    shares = [cell("y25i09", "gross_unemployed_persons", 20.0), cell("y25i09", "long_term_share_pct", 5.0)]
    assert only(*shares, cell("y25i09", "long_term_unemployed_persons", HIDDEN)) == (1, 1)


def test_full_time_persons_are_at_most_persons() -> None:
    both = benefit("y04a02", "Revalidering", 2.0, persons=HIDDEN)
    assert only(both) == (2, 2)


@pytest.mark.parametrize(("total", "left"), [(12.0, (0, 2)), (11.0, (0, 1)), (14.0, (2, 2))])
def test_parts_of_full_time_persons_sum_to_their_total_but_for_rounding(total: float, left: Range) -> None:
    """Each of three cells may be half a person off."""
    assert only(parts("y25i01", "full_time_persons", total, 11.0, HIDDEN)) == left


def test_parts_that_are_counted_whole_sum_exactly() -> None:
    assert only(parts("z", "started_cases", 12.0, 11.0, HIDDEN, adds_up=True)) == (1, 1)
    two = left_possible(parts("z", "started_cases", 12.0, 9.0, HIDDEN, HIDDEN, adds_up=True))
    assert set(two.values()) == {(1, 2)}


def test_a_part_that_is_not_there_yet_leaves_the_sum_open() -> None:
    waiting = parts("z", "started_cases", 12.0, 11.0, HIDDEN, adds_up=True)
    waiting.append(cell("z", "started_cases", None, members='{"Art": "C"}', status="not_yet"))
    assert only(waiting) == (0, 2)


def test_persons_may_be_in_two_parts_so_that_a_total_is_at_most_all_of_them() -> None:
    whole = parts("ptv_a02", "full_time_persons", 30.0, 30.0, 0.0)
    assert only(whole, parts("ptv_a02", "persons", 31.0, 30.0, HIDDEN)) == (1, 2)
    assert only(whole, parts("ptv_a02", "persons", 30.0, 30.0, HIDDEN)) == (0, 2)


def test_a_measure_that_is_the_sum_of_its_kinds_tells_of_them() -> None:
    kinds = ("excluded", "quarantine", "repeated")
    of = [cell("y01h01", f"sanctions_{kind}_cases", 4.0) for kind in kinds]
    hidden = cell("y01h01", "sanctions_other_cases", HIDDEN)
    assert only(cell("y01h01", "sanctions_cases", 13.0), *of, hidden) == (1, 1)
    assert only(cell("y01h01", "sanctions_cases", 13.0), *of[:2], hidden) == (0, 2)


def test_a_benefit_that_two_tables_of_one_day_hide_is_the_same_in_both() -> None:
    own = benefit("y04a02", "Revalidering", HIDDEN, persons=HIDDEN, workforce_pct=0.1)
    others = benefit("y01a02", "A-dagpenge", 600.0, workforce_pct=32.0)
    member = '{"Ydelsesgrupper": "Revalidering"}'
    same = [cell("ptv_a02", "full_time_persons", HIDDEN, members=member)]
    assert left_possible(own, others, same)[f"ptv_a02 full_time_persons {member}"] == (1, 2)
    later = [cell("ptv_a02", "full_time_persons", HIDDEN, members=member, updated_on=date(2023, 11, 9))]
    assert left_possible(own, others, later)[f"ptv_a02 full_time_persons {member}"] == (0, 2)


def test_cells_that_contradict_each_other_leave_no_answer_for_those_and_one_for_others() -> None:
    wrong = parts("z", "started_cases", 30.0, 11.0, HIDDEN, adds_up=True)
    right = parts("x", "started_cases", 12.0, 11.0, HIDDEN, adds_up=True)
    assert sorted(left_possible(wrong, right).values(), key=str) == [(1, 1), (None, None)]


def test_an_own_table_hides_from_one_up_to_its_own_threshold() -> None:
    assert only(cell("local_after", "exits_persons", HIDDEN, least_count=5)) == (1, 4)
    given_away = parts("local_after", "exits_persons", 10.0, 7.0, HIDDEN, adds_up=True, least_count=5)
    assert only(given_away) == (3, 3)


def test_what_binds_no_hidden_count_is_left_out() -> None:
    known = known_of(frame(benefit("y01a02", "A-dagpenge", 600.0, persons=700.0, workforce_pct=32.0)))
    assert [part.height for part in known] == [0, 0, 0]


def test_shown_cells_of_another_area_or_month_bind_nothing() -> None:
    others = benefit("y01a02", "A-dagpenge", 600.0, workforce_pct=32.0, area_code="101")
    of = frame(others, benefit("y04a02", "Revalidering", HIDDEN, workforce_pct=0.1))
    found = known_of(of)
    assert found.quantities.filter(pl.col("quantity").str.starts_with("workforce"))["low"].to_list() == [0.0]
