"""What is learnt of the synthetic Denmark, whose revisions and days of release are known: usual is what it does."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest

from tests.revised_series import classed, of_standin
from tests.standin.benefit_levels import BY_NAME
from tests.standin.release_calendar import published_on
from warehouse.formulas.development import developed
from warehouse.formulas.release_calendar import Seen, calendar
from warehouse.formulas.usual_revisions import usual_revisions
from warehouse.periods import Period

FIRST = 2019 * 12
LEARNT_FROM = 24
TABLES = ("y01a02", "y07a02", "y10a02", "y25i01")


@pytest.fixture(scope="module")
def sickness() -> pl.DataFrame:
    """Sygedagpenge over 37 releases, of which all but the last are followed by another."""
    revised = of_standin("Sygedagpenge", first=FIRST, newest=range(FIRST + 3, FIRST + 4 + LEARNT_FROM + 13))
    return classed(developed(revised.observations, revised.vintages, ages=3)).filter(pl.col("age") < 3)


def begins(development: pl.DataFrame) -> int:
    """The number of the first release."""
    first = development["release"].min()
    assert isinstance(first, int)
    return first


def test_the_largest_step_of_a_newest_month_is_what_may_come_late(sickness: pl.DataFrame) -> None:
    """Of a municipality between a half and one and a half of 3.5 % comes late, all within a release; the rest is drift."""
    found = usual_revisions(sickness.filter(pl.col("release") < begins(sickness) + LEARNT_FROM))
    limits = {(row["size_class"], row["age"]): row["usual_pct"] for row in found.to_dicts()}
    most = 100 * 1.5 * BY_NAME["Sygedagpenge"].late
    assert most - 1 < limits["large", 1] < most + 3
    assert 100 * BY_NAME["Sygedagpenge"].late - 1 < limits["country", 1] < most
    assert limits["country", 2] == 1.0


def test_later_releases_are_seldom_unusual_and_a_doubled_revision_is(sickness: pl.DataFrame) -> None:
    later = pl.col("release") >= begins(sickness) + LEARNT_FROM
    limits = usual_revisions(sickness.filter(~later))
    young = sickness.filter(later, pl.col("age") == 1, pl.col("first") >= 50)
    stepped = young.join(limits, on=["measure", "size_class", "age"]).with_columns(
        step=100 * (pl.col("later") - pl.col("first")).abs() / pl.col("first")
    )
    by_release = stepped.group_by("size_class", "release").agg(
        unusual=(pl.col("step") > pl.col("usual_pct")).any(),
        doubled=(2 * pl.col("step") > pl.col("usual_pct")).any(),
    )
    assert by_release.height == 3 * 12
    assert by_release["unusual"].sum() <= 4, by_release.filter("unusual")
    assert by_release["doubled"].all()


@pytest.mark.parametrize("table_id", TABLES)
def test_the_days_of_a_publishers_releases_are_met(table_id: str) -> None:
    """A fixed day of the month, up to two days later by chance and on a Monday for a week-end's."""
    periods = [Period.parse("2019M01").shifted(number) for number in range(LEARNT_FROM + 13)]
    seen = [Seen(each, published_on(table_id, each)) for each in periods]
    for known in range(LEARNT_FROM, len(seen)):
        learnt = calendar(seen[:known])
        assert learnt is not None
        expected, came = learnt.after(seen[known - 1].newest), seen[known].came_on
        assert expected.period == seen[known].newest
        assert abs(came - expected.on) <= timedelta(days=4)
        assert came <= expected.latest + timedelta(days=1)
        assert expected.latest - expected.earliest <= timedelta(days=12)


def test_what_comes_twice_a_year_has_no_usual_day() -> None:
    """In October and in March, 119 and 86 days after the rolling year: the publisher's own calendar is better."""
    lists = [Period.parse("2014QMAT02").shifted(2 * number) for number in range(20)]
    assert calendar(Seen(each, published_on("y30r21", each)) for each in lists) is None
