"""From first release on: what is followed, by which age, and what is set apart."""

from __future__ import annotations

import polars as pl
import pytest

from warehouse.formulas.development import developed, releases
from warehouse.formulas.statuses import FormulaError

VINTAGES = {"vintage_id": pl.Int32, "newest_period_id": pl.Int32, "backfilled": pl.Boolean}
CELLS = {"series_id": pl.Int32, "period_id": pl.Int32, "vintage_id": pl.Int32, "value": pl.Float64, "status": pl.String}


def month(number: int) -> int:
    return 1_202_600 + number


def vintages(*newest: int, backfilled: tuple[int, ...] = ()) -> pl.DataFrame:
    """Vintages 1, 2, ... by the month that is the newest in each."""
    rows = [(number, month(of), number in backfilled) for number, of in enumerate(newest, 1)]
    return pl.DataFrame(rows, schema=VINTAGES, orient="row")


def cells(*versions: tuple[int, int, float | None] | tuple[int, int, float | None, str]) -> pl.DataFrame:
    """Versions of one series: month, vintage, value and, where it is not observed, status."""
    rows = [(7, month(at), vintage, value, *(status or ("observed",))) for at, vintage, value, *status in versions]
    return pl.DataFrame(rows, schema=CELLS, orient="row")


def shown(found: pl.DataFrame) -> list[tuple[object, ...]]:
    return (
        found.sort("period_id", "age").select(pl.col("period_id") - 1_202_600, "age", "first", "later", "apart").rows()
    )


def test_a_release_brings_a_newer_period_and_a_reissue_does_not() -> None:
    told = releases(vintages(1, 2, 2, 1, 3, backfilled=(4,)))
    assert told["kind"].to_list() == ["first load", "release", "reissue", "backfill", "release"]


def test_what_was_backfilled_before_the_first_night_is_part_of_the_first_load() -> None:
    told = releases(vintages(1, 2, 3, backfilled=(1,)))
    assert told["kind"].to_list() == ["first load", "first load", "release"]


def test_a_first_release_is_followed_only_where_it_was_seen() -> None:
    """Month 1 was there when the warehouse began: when it was first released is not known."""
    held = cells((1, 1, 10), (2, 2, 20), (1, 2, 11), (2, 3, 21), (3, 3, 30), (2, 4, 22), (4, 4, 40))
    found = developed(held, vintages(1, 2, 3, 4))
    assert shown(found) == [(2, 1, 20, 21, "observed"), (2, 2, 20, 22, "observed"), (3, 1, 30, 30, "observed")]


def test_a_release_that_was_not_seen_leaves_a_gap_and_shifts_no_age() -> None:
    """Months 3 and 4 came together: 3 has no first release, and 2 is two releases old."""
    held = cells((1, 1, 10), (2, 2, 20), (2, 3, 22), (3, 3, 30), (4, 3, 40), (4, 4, 41), (5, 4, 50))
    found = developed(held, vintages(1, 2, 4, 5))
    assert shown(found) == [(2, 2, 20, 22, "observed"), (2, 3, 20, 22, "observed"), (4, 1, 40, 41, "observed")]


def test_a_half_yearly_table_grows_older_by_a_release_a_time() -> None:
    held = cells((2, 1, 10), (4, 2, 20), (6, 3, 30), (4, 3, 21))
    assert shown(developed(held, vintages(2, 4, 6))) == [(4, 1, 20, 21, "observed")]


def test_what_is_hidden_withdrawn_or_not_yet_is_set_apart() -> None:
    held = cells(
        (1, 1, 1), (2, 2, 20), (2, 3, None, "suppressed"), (3, 3, None, "not_yet"), (3, 4, 31), (2, 4, None, "withdrawn"),
        (4, 4, 1),
    )  # fmt: skip
    found = developed(held, vintages(1, 2, 3, 4))
    assert [row[-1] for row in shown(found)] == ["suppressed", "withdrawn", "not_yet"]


def test_what_a_reissue_replaced_is_set_apart_from_then_on() -> None:
    held = cells((1, 1, 1), (2, 2, 20), (3, 3, 30), (2, 4, 25), (4, 5, 40), (2, 5, 26), (3, 5, 31))
    found = developed(held, vintages(1, 2, 3, 3, 4))
    assert shown(found) == [(2, 1, 20, 20, "observed"), (2, 2, 20, 26, "reissue"), (3, 1, 30, 31, "observed")]


def test_what_lies_across_a_series_break_is_set_apart() -> None:
    held = cells((1, 1, 1), (2, 2, 20), (3, 3, 30), (4, 4, 40), (2, 4, 99), (3, 4, 98), (5, 5, 50))
    found = developed(held, vintages(1, 2, 3, 4, 5), breaks=(month(4),))
    apart = {(at, age): why for at, age, _, _, why in shown(found)}
    assert apart == {
        (2, 1): "observed", (2, 2): "break", (2, 3): "break", (3, 1): "break", (3, 2): "break", (4, 1): "observed"
    }  # fmt: skip
    assert found.filter(pl.col("period_id") == month(4))["before_first"].to_list() == [None]


def test_the_period_before_is_taken_from_the_same_releases() -> None:
    held = cells((1, 1, 10), (2, 2, 20), (1, 2, 15), (3, 3, 30), (1, 3, 25), (2, 3, 22))
    [row] = developed(held, vintages(1, 2, 3)).select("first", "later", "before_first", "before_later").rows()
    assert row == (20, 22, 15, 25)


def test_a_table_without_a_release_has_nothing_to_follow() -> None:
    assert developed(cells((1, 1, 10)), vintages(1)).is_empty()


def test_a_frame_that_lacks_a_column_is_refused() -> None:
    with pytest.raises(FormulaError, match="vintage_id"):
        developed(cells((1, 1, 10)).drop("vintage_id"), vintages(1))
