"""Means and lines over releases: real vintages against documented results, and generated series against statsmodels."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from statsmodels.api import OLS, add_constant
from statsmodels.stats.sandwich_covariance import S_hac_groupsum

from warehouse.formulas import regression
from warehouse.formulas.regression import Floats, Whole, line, mean


@pytest.fixture(scope="module")
def growth(field_revisions: Path) -> pl.DataFrame:
    """US GDP's growth against the quarter before, as first released and as it stood in the newest vintage, by quarter."""
    vintages = pl.read_csv(field_revisions / "us_gdp_vintages.csv", try_parse_dates=True).sort("pub_date", "time")
    before = pl.col("value").shift(1).over("pub_date")
    grown = vintages.with_columns(pct=(pl.col("value") / before - 1) * 100).drop_nulls("pct")
    first = grown.group_by("time").agg(first=pl.col("pct").sort_by("pub_date").first())
    newest = grown.filter(pl.col("pub_date") == pl.col("pub_date").max()).select("time", newest="pct")
    return first.join(newest, on="time").sort("time")


def test_us_gdp_gives_the_documented_results_to_the_printed_digit(growth: pl.DataFrame) -> None:
    first, newest = growth["first"].to_numpy(), growth["newest"].to_numpy()
    revision, quarters = newest - first, np.arange(len(first))
    found = mean(revision, releases=quarters)
    assert len(revision) == 178
    assert f"{found.value:.3f} {revision.std(ddof=1):.4f}" == "0.023 0.2945"
    assert f"{revision.std(ddof=1) / newest.std(ddof=1):.2f}" == "0.27"
    assert f"{found.p_value:.3f} {found.hac_p_value:.3f}" == "0.300 0.255"
    news, noise = (line(revision, on, releases=quarters) for on in (first, newest))
    assert news is not None
    assert noise is not None
    assert f"{news.joint_p_value:.3f} {noise.joint_p_value:.3f}" == "0.002 0.372"


def test_with_another_convention_the_documented_results_are_not_met(growth: pl.DataFrame) -> None:
    """Bartlett's kernel with four lags, statsmodels' own, gives 0.263 and 0.004: the page says which convention is ours."""
    first, newest = growth["first"].to_numpy(), growth["newest"].to_numpy()
    of_mean = OLS(newest - first, np.ones(len(first))).fit(cov_type="HAC", cov_kwds={"maxlags": 4}, use_t=True)
    of_line = OLS(newest - first, add_constant(first)).fit(cov_type="HAC", cov_kwds={"maxlags": 4}, use_t=True)
    assert f"{of_mean.pvalues[0]:.3f}" == "0.263"
    assert f"{of_line.wald_test(np.eye(2), use_f=True, scalar=True).pvalue:.3f}" == "0.004"


def panel(seed: int, *, releases: int = 30, cells: int = 20, together: float = 2.0) -> tuple[Floats, Floats, Whole]:
    """Values that move together by release and remember the release before, a column they depend on, and the releases."""
    draw = np.random.default_rng(seed)
    common = np.zeros(releases)
    for at, shock in enumerate(draw.normal(size=releases)):
        common[at] = 0.4 * common[at - 1] + shock
    level = draw.uniform(5, 200, size=(releases, cells))
    values = 0.3 + 0.01 * level + together * common[:, None] + draw.normal(size=(releases, cells))
    return values.ravel(), level.ravel(), np.repeat(np.arange(releases), cells)


@pytest.mark.parametrize("seed", range(5))
def test_the_error_by_release_is_the_clustered_one(seed: int) -> None:
    values, _, releases = panel(seed)
    theirs = OLS(values, np.ones(len(values))).fit(cov_type="cluster", cov_kwds={"groups": releases}, use_t=True)
    ours = mean(values, releases=releases)
    assert (ours.value, ours.error) == pytest.approx((theirs.params[0], theirs.bse[0]), rel=1e-9)
    assert ours.p_value == pytest.approx(theirs.pvalues[0], rel=1e-6)


@pytest.mark.parametrize("seed", range(5))
def test_the_errors_of_a_line_are_those_of_sums_by_release(seed: int) -> None:
    values, on, releases = panel(seed)
    fitted = OLS(values, add_constant(on)).fit()
    scores = fitted.model.exog * fitted.resid[:, None]
    by_release = np.array([scores[releases == each].sum(axis=0) for each in range(30)])
    weights = regression.quadratic_spectral(30, bandwidth=regression.andrews_bandwidth(by_release[:, 1]))
    summed = S_hac_groupsum(scores, releases, nlags=29, weights_func=_given(weights))
    bread = np.linalg.inv(fitted.model.exog.T @ fitted.model.exog)
    covariance = bread @ summed @ bread * 30 / 28
    ours = line(values, on, releases=releases)
    assert ours is not None
    assert ours[:2] == pytest.approx(tuple(fitted.params), rel=1e-7)
    assert ours[2:4] == pytest.approx(tuple(np.sqrt(np.diag(covariance))), rel=1e-7)
    theirs = fitted.wald_test(np.eye(2), cov_p=covariance, use_f=True, scalar=True)
    assert theirs.df_denom == 598  # by cells; ours counts releases, so its p-value is the greater
    assert 0 <= theirs.pvalue <= ours.joint_p_value


def _given(weights: Floats) -> Callable[[int], Floats]:
    return lambda _lags: weights


def test_bartlett_is_statsmodels_own() -> None:
    values, on, _ = panel(3, cells=1)
    scores = add_constant(on) * (values - values.mean())[:, None]
    theirs = S_hac_groupsum(scores, np.arange(30), nlags=4)
    assert regression.long_run(scores, weights=regression.bartlett(4)) == pytest.approx(theirs, rel=1e-12)


def test_errors_that_ignore_that_cells_move_together_are_too_small() -> None:
    values, _, releases = panel(1)
    alone = mean(values, releases=np.arange(len(values)))
    assert mean(values, releases=releases).error > 2 * alone.error


def test_a_true_mean_of_nothing_is_rejected_one_time_in_twenty() -> None:
    """Of 400 panels without bias, the clustered test finds one in 12 to 30: it is no rubber stamp, and no alarm."""
    draw = np.random.default_rng(7)
    releases = np.repeat(np.arange(24), 10)
    rejected = sum(
        mean(np.repeat(draw.normal(size=24), 10) + draw.normal(size=240), releases=releases).p_value < 0.05
        for _ in range(400)
    )
    assert 12 <= rejected <= 32


def test_what_never_varies_has_no_chance_and_no_line() -> None:
    releases = np.arange(12)
    assert np.isnan(mean(np.zeros(12), releases=releases).p_value)
    assert line(np.zeros(12), np.full(12, 3.0), releases=releases) is None
    flat = line(np.zeros(12), np.arange(12.0), releases=releases)
    assert flat is not None
    assert np.isnan(flat.joint_p_value)
