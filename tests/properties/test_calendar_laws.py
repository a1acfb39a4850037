"""Laws of what is learnt from a table's own releases: when the next is likely to come, and how large a revision is unusual."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.properties.effort import EXAMPLES
from warehouse.formulas.development import releases
from warehouse.formulas.release_calendar import FEWEST_RELEASES, Seen, awaited, calendar, fences, releases_of
from warehouse.formulas.usual_revisions import usual_revisions
from warehouse.periods import Period

STARTS = st.sampled_from([Period.parse(written) for written in ("2019M11", "2019Q03", "2010Y01", "2018QMAT02")])
LAGS = st.lists(st.integers(0, 60), min_size=FEWEST_RELEASES + 1, max_size=40)


def history(start: Period, lags: Sequence[int]) -> list[Seen]:
    """A vintage per period, each so many days after its end; the first is the first load."""
    periods = [start.shifted(step) for step in range(len(lags))]
    return [Seen(each, each.last_day + timedelta(days=lag)) for each, lag in zip(periods, lags, strict=True)]


@given(start=STARTS, lag=st.integers(0, 90), more=st.integers(0, 30))
def test_a_constant_lag_is_met_exactly(start: Period, lag: int, more: int) -> None:
    seen = history(start, [lag] * (FEWEST_RELEASES + 1 + more))
    learnt = calendar(seen)
    assert learnt is not None
    following = learnt.after(seen[-1].newest)
    assert following.period == seen[-1].newest.shifted(1)
    day = following.period.last_day + timedelta(days=lag)
    assert (following.on, following.earliest, following.latest) == (day, day, day)


@given(start=STARTS, lags=st.lists(st.integers(0, 60), max_size=FEWEST_RELEASES), announced=st.none() | st.dates())
def test_of_too_few_releases_the_publishers_day_holds(start: Period, lags: list[int], announced: date | None) -> None:
    learnt = calendar(history(start, lags))
    assert learnt is None
    found = awaited(announced, learnt=learnt, newest=str(start))
    assert (found and (found.on, found.latest, found.releases)) == (announced and (announced, announced, 0))


@given(lag=st.integers(0, 60), outlier=st.integers(0, 400), at=st.integers(1, FEWEST_RELEASES))
def test_one_release_at_another_time_moves_nothing(lag: int, outlier: int, at: int) -> None:
    lags = [lag] * (FEWEST_RELEASES + 1)
    start = Period.parse("2024M01")
    usual = calendar(history(start, lags))
    lags[at] = outlier
    assert calendar(history(start, lags)) == usual


@given(start=STARTS, lags=LAGS, seed=st.integers(0, 1_000))
def test_reissues_and_later_backfills_say_nothing(start: Period, lags: list[int], seed: int) -> None:
    seen, draw = history(start, lags), random.Random(seed)
    mixed: list[Seen] = []
    for each in seen:
        mixed += [each, *(Seen(each.newest, each.came_on + timedelta(days=3)) for _ in range(draw.randrange(3)))]
        mixed += [Seen(draw.choice(seen[: seen.index(each) + 1]).newest, each.came_on, backfilled=True)]
    assert calendar(mixed) == calendar(seen)


@given(lags=LAGS)
def test_the_usual_day_lies_among_the_usual_days_and_most_releases_do(lags: list[int]) -> None:
    learnt = calendar(history(Period.parse("2019M11"), lags))
    assert learnt is not None
    assert learnt.least_days <= learnt.days <= learnt.most_days
    newest = lags[1:][-learnt.releases :]
    late = sum(lag > learnt.most_days for lag in newest)
    assert late <= len(newest) / 4


@given(
    vintages=st.lists(st.tuples(st.integers(0, 30), st.booleans()), max_size=40),
)
def test_a_release_is_what_the_profile_takes_for_one(vintages: list[tuple[int, bool]]) -> None:
    """Two statements of what a release is, over any history of newest periods and backfills."""
    start = Period.parse("2019M11")
    seen = [Seen(start.shifted(step), date(2026, 1, 1), backfilled) for step, backfilled in vintages]
    frame = pl.DataFrame(
        {
            "vintage_id": range(len(seen)),
            "newest_period_id": [each.newest.key for each in seen],
            "backfilled": [each.backfilled for each in seen],
        },
        schema={"vintage_id": pl.Int32, "newest_period_id": pl.Int32, "backfilled": pl.Boolean},
    )
    kinds = releases(frame)["kind"].to_list()
    taken = [each for each, kind in zip(seen, kinds, strict=True) if kind == "release"]
    assert list(releases_of(seen)) == taken


@given(announced=st.dates(date(2026, 1, 1), date(2026, 12, 31)), lag=st.integers(0, 40))
def test_a_day_that_is_announced_counts_where_it_is_later_than_usual(announced: date, lag: int) -> None:
    seen = history(Period.parse("2024M01"), [lag] * 20)
    learnt, newest = calendar(seen), Period.parse("2026M05")
    found = awaited(announced, learnt=learnt, newest=str(newest))
    usual = newest.shifted(1).last_day + timedelta(days=lag)
    assert found is not None
    assert (found.latest, found.releases) == ((announced, 0) if announced > usual else (usual, 19))


def steps(pcts: Sequence[Sequence[float]], *, apart: str = "observed", series: int = 0) -> list[dict[str, Any]]:
    """A release per list, which revises cells of 1,000 by so many per cent."""
    return [
        {"measure": "persons", "size_class": "small", "series_id": series + number, "period_id": release, "release": release,
         "age": 1, "apart": apart, "first": 1_000.0, "later": 1_000.0 + 10 * pct}
        for release, cells in enumerate(pcts)
        for number, pct in enumerate(cells)
    ]  # fmt: skip


PCTS = st.lists(st.lists(st.integers(0, 50), min_size=1, max_size=4), min_size=FEWEST_RELEASES, max_size=30)


@settings(max_examples=EXAMPLES // 2)
@given(pcts=PCTS, seed=st.integers(0, 1_000))
def test_the_order_of_rows_and_what_is_set_apart_say_nothing(pcts: list[list[float]], seed: int) -> None:
    rows = steps(pcts)
    usual = usual_revisions(pl.DataFrame(rows))
    apart = [row for why in ("reissue", "break") for row in steps([[900.0]] * len(pcts), apart=why, series=50)]
    mixed = [*rows, *apart]
    random.Random(seed).shuffle(mixed)
    assert usual_revisions(pl.DataFrame(mixed)).equals(usual)


@settings(max_examples=EXAMPLES // 2)
@given(pcts=PCTS)
def test_what_is_usual_is_the_fence_of_the_largest_steps(pcts: list[list[float]]) -> None:
    [row] = usual_revisions(pl.DataFrame(steps(pcts))).to_dicts()
    largest = [max(cells) for cells in pcts][-24:]
    assert row["releases"] == len(largest)
    _, fence = fences(largest)
    assert max(fence, 1) <= row["usual_pct"] + 1e-9 <= max(fence, 1) + 0.1 + 1e-6
    assert sum(each > row["usual_pct"] for each in largest) <= len(largest) / 4


def test_of_too_few_releases_and_of_small_counts_nothing_is_usual() -> None:
    eleven = pl.DataFrame(steps([[10.0]] * (FEWEST_RELEASES - 1)))
    assert usual_revisions(eleven).is_empty()
    few = pl.DataFrame(steps([[10.0]] * FEWEST_RELEASES)).with_columns(pl.col("first", "later") / 30)
    assert usual_revisions(few).is_empty()


def test_a_second_step_starts_where_the_first_ended() -> None:
    second = [{**row, "age": 2, "later": 1_150.0} for row in steps([[10.0]] * FEWEST_RELEASES)]
    found = usual_revisions(pl.DataFrame([*steps([[10.0]] * FEWEST_RELEASES), *second]))
    assert found.select("age", "usual_pct").rows() == [(1, 10.0), (2, 4.6)]
