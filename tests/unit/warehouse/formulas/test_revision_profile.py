"""The profile of revisions: what it finds of series whose revision process is known, and what it does not say too early."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from tests.revised_series import MEASURE, classed, kept, of_standin
from tests.standin.benefit_levels import BY_NAME
from tests.standin.noise import Floats
from warehouse.formulas.development import developed
from warehouse.formulas.revision_profile import COUNTS, NUMBERS, profile

FIRST = 2019 * 12


@pytest.fixture(scope="module")
def course() -> pl.DataFrame:
    """Sygedagpenge of the synthetic Denmark, of which forty releases have come since the first load."""
    revised = of_standin("Sygedagpenge", first=FIRST, newest=range(FIRST + 3, FIRST + 4 + 40))
    return classed(developed(revised.observations, revised.vintages))


@pytest.fixture(scope="module")
def sickness(course: pl.DataFrame) -> pl.DataFrame:
    return profile(course)


@pytest.mark.parametrize("size_class", ["small", "large"])
def test_the_late_registrations_of_denmark_are_found_within_their_error(
    sickness: pl.DataFrame, size_class: str
) -> None:
    """3.5 % of the newest month is missing at first, each municipality's share evenly between a half and one and a half."""
    [row] = sickness.filter(pl.col("size_class") == size_class, pl.col("age") == 1).to_dicts()
    late = BY_NAME["Sygedagpenge"].late
    level = row["mean_revision"] / (row["relative_revision_pct"] / 100)
    assert row["mean_revision"] == pytest.approx(late * level, abs=2 * row["mean_error"])
    assert row["bias_p_value"] < 1e-6
    assert row["upward_pct"] > 95
    assert row["status"] == "enough releases"
    assert row["news_p_value"] < 0.05  # the revision grows with the count: it could have been foretold


@pytest.mark.parametrize("size_class", ["small", "large"])
def test_the_spread_of_late_registrations_is_found_within_its_error(
    course: pl.DataFrame, sickness: pl.DataFrame, size_class: str
) -> None:
    """A share drawn evenly from a half to one and a half has a square of 13/12 in the mean; the error is a jackknife's."""
    of_class = (pl.col("size_class") == size_class, pl.col("age") == 1)
    [row] = sickness.filter(*of_class).to_dicts()
    cells = course.filter(*of_class, pl.col("apart") == "observed").with_columns(
        revision=pl.col("later") - pl.col("first")
    )
    end, late = cells["later"].to_numpy(), BY_NAME["Sygedagpenge"].late
    spread = late * ((end**2).mean() * 13 / 12 - end.mean() ** 2) ** 0.5
    revisions, releases = cells["revision"].to_numpy(), cells["release"].to_numpy()
    without = [float(revisions[releases != each].std(ddof=1)) for each in np.unique(releases)]
    error = (len(without) - 1) ** 0.5 * float(np.std(without))
    assert error < spread / 10
    assert row["standard_deviation"] == pytest.approx(spread, abs=3 * error)


def even(spread: float, bias: float, *, releases: int, cells: int = 40) -> pl.DataFrame:
    """The profile of 40 municipalities of 1,000 persons, of which the second release adds a bias with a known spread."""
    draw = np.random.default_rng(5)
    added = np.rint(draw.normal(bias, spread, size=(cells, releases + 2)))

    def shown(month: int) -> Floats:
        window = np.full((cells, month - FIRST + 1), 1_000.0)
        window[:, :-1] += added[:, : window.shape[1] - 1]
        return window

    revised = kept(shown, first=FIRST, newest=range(FIRST, FIRST + releases + 1))
    return profile(classed(developed(revised.observations, revised.vintages)))


def test_a_known_bias_and_spread_are_found_within_their_errors() -> None:
    [row] = even(6, 8, releases=25).filter(pl.col("size_class") == "small", pl.col("age") == 1).to_dicts()
    cells = row["cells"]
    assert cells == 24 * 39
    assert row["mean_revision"] == pytest.approx(8, abs=2 * row["mean_error"])
    assert row["standard_deviation"] == pytest.approx(6, abs=3 * 6 / (2 * cells) ** 0.5)
    assert row["median_revision"] == pytest.approx(8, abs=1)
    assert (row["low_revision"], row["high_revision"]) == pytest.approx((8 - 1.28 * 6, 8 + 1.28 * 6), abs=1)
    assert row["relative_revision_pct"] == pytest.approx(100 * 8 / 1_008, rel=0.05)


def test_revisions_without_a_bias_are_not_said_to_have_one() -> None:
    [row] = even(6, 0, releases=25).filter(pl.col("size_class") == "small", pl.col("age") == 1).to_dicts()
    assert row["bias_p_value"] > 0.05
    assert abs(row["mean_revision"]) < 2 * row["mean_error"]


def test_what_settles_at_once_or_after_a_release_is_said_to() -> None:
    after = even(6, 300, releases=25)["settled_after_releases"].unique().to_list()
    assert after == [1]
    assert even(0, 5, releases=25)["settled_after_releases"].unique().to_list() == [0]


@pytest.mark.parametrize(("releases", "status"), [(12, "too few releases"), (13, "enough releases")])
def test_nothing_is_said_until_twelve_releases_have_been_followed_by_another(releases: int, status: str) -> None:
    found = even(6, 8, releases=releases).filter(pl.col("age") == 1)
    assert found["status"].unique().to_list() == [status]
    assert found["releases"].unique().to_list() == [releases - 1]
    said = [name for name in NUMBERS if found[name].is_not_null().any()]
    assert (said == []) == (status == "too few releases")
    assert set(COUNTS) <= set(found.columns)


def cell(
    size_class: str, *, release: int, area: str = "163", apart: str = "observed", **values: float
) -> dict[str, object]:
    given = {"first": 100.0, "later": 100.0, "before_first": 90.0, "before_later": 90.0} | values
    return {"measure": MEASURE, "unit": MEASURE, "size_class": size_class, "age": 1, "area_code": area,
            "release": release, "series_id": int(area), "period_id": release, "apart": apart, **given}  # fmt: skip


def test_what_is_set_apart_is_counted_and_not_used() -> None:
    used = [cell("small", release=at, later=110.0) for at in range(12)]
    apart = [
        cell("small", release=at, area="165", apart=why, later=9_999.0)
        for at, why in enumerate(["suppressed", "suppressed", "not_yet", "withdrawn", "missing", "break", "reissue"])
    ]
    [row] = profile(pl.DataFrame([*used, *apart])).to_dicts()
    assert [row[name] for name in COUNTS] == [12, 12, 2, 1, 2, 1, 1]
    assert row["mean_revision"] == 10


def test_signs_and_places_that_turned_are_counted() -> None:
    """Herlev first fell by 10 and then rose; with 130 it passes Albertslund's 120 in a quarter of the releases."""
    herlev = [cell("small", release=at, first=80.0, later=130.0 if at % 4 == 0 else 80.0) for at in range(12)]
    albertslund = [cell("small", release=at, area="165", first=120.0, later=120.0) for at in range(12)]
    [row] = profile(pl.DataFrame([*herlev, *albertslund])).to_dicts()
    assert (row["sign_turned_pct"], row["rank_turned_pct"]) == (12.5, 25.0)
    assert (row["changed_pct"], row["upward_pct"]) == (12.5, 12.5)
