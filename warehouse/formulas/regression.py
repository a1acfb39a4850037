"""Estimate means and straight lines over cells that move together by release, with errors that allow for it.

The releases are the clusters: the scores of all cells of a release are added up, and what is left is a series over
releases, whose autocorrelation the errors allow for (Driscoll and Kraay 1998). With one cell in each release they are the
usual HAC errors. docs/revisions.md says which kernel, bandwidth and small-sample factor are used where, and why.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import fdtrc, stdtr

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
_STEADY = 0.97
"""Andrews and Monahan's bound on an autoregression: beyond it there would be division by next to nothing."""


class Mean(NamedTuple):
    """A mean, its error by release and its HAC error, and the two-sided chance of one so far from 0 where it is 0."""

    value: float
    error: float
    p_value: float
    hac_error: float
    hac_p_value: float


class Line(NamedTuple):
    """A straight line, its HAC errors, and the chance of one so far from 0 where both of its coefficients are 0."""

    intercept: float
    slope: float
    intercept_error: float
    slope_error: float
    joint_p_value: float


def mean(values: Floats, *, releases: Whole) -> Mean:
    """The mean of values, each of a release, the releases in their order; at least two. NaN where nothing varies.

    The HAC error is that of Newey and West (1987, 1994): Bartlett's kernel with an automatic number of lags, after an
    autoregression of order 1 has been taken out. The distribution is Student's with one degree less than releases.

    Six revisions in three releases; the third release's fell together:

    >>> found = mean(np.array([1.0, 3.0, 2.0, 4.0, -2.0, -2.0]), releases=np.array([1, 1, 2, 2, 3, 3]))
    >>> round(found.value, 2), round(found.error, 2)
    (1.0, 1.53)
    """
    value = float(values.mean())
    scores = _by_release((values - value)[:, None], releases=releases)[:, 0]
    number = len(scores)
    error = float(np.sqrt(scores @ scores * number / (number - 1))) / len(values)
    hac_error = float(np.sqrt(_newey_west(scores))) / len(values)
    return Mean(value, error, _t_test(value, error, number - 1), hac_error, _t_test(value, hac_error, number - 1))


def line(values: Floats, on: Floats, *, releases: Whole) -> Line | None:
    """The line of values on another column, with a joint Wald test that both coefficients are 0 (F with 2 degrees).

    The errors have the quadratic spectral kernel with the automatic bandwidth of Andrews (1991). None where there are fewer
    than three releases or nothing to draw a line by.

    What follows `1 + 2 x` to the letter leaves no error:

    >>> found = line(np.array([1.0, 3.0, 5.0, 7.0]), np.arange(4.0), releases=np.arange(4))
    >>> round(found.intercept, 6), round(found.slope, 6), round(found.slope_error, 6)
    (1.0, 2.0, 0.0)
    """
    columns = np.column_stack([np.ones(len(on)), on])
    number = len(np.unique(releases))
    if number < 3 or np.linalg.matrix_rank(columns) < 2:
        return None
    bread = np.linalg.inv(columns.T @ columns)
    found = bread @ columns.T @ values
    scores = _by_release(columns * (values - columns @ found)[:, None], releases=releases)
    weights = quadratic_spectral(number, bandwidth=andrews_bandwidth(scores[:, 1]))
    covariance = bread @ (long_run(scores, weights=weights) * number / (number - 2)) @ bread
    errors = np.sqrt(np.maximum(np.diag(covariance), 0))
    intercept, slope, intercept_error, slope_error = map(float, (*found, *errors))
    return Line(intercept, slope, intercept_error, slope_error, _wald(found, covariance, number - 2))


def _by_release(scores: Floats, *, releases: Whole) -> Floats:
    """The scores of each release added up, in the order of the releases."""
    numbers, place = np.unique(releases, return_inverse=True)
    added = np.zeros((len(numbers), scores.shape[1]))
    np.add.at(added, place, scores)
    return added


def long_run(scores: Floats, *, weights: Floats) -> Floats:
    """The long-run covariance of a series, times its length: its autocovariances, each with its weight.

    1 + 4 + 9, and half of twice (1 x 2 + 2 x 3):

    >>> float(long_run(np.array([[1.0], [2.0], [3.0]]), weights=np.array([1.0, 0.5]))[0, 0])
    22.0
    """
    added = scores.T @ scores * weights[0]
    for lag, weight in enumerate(weights[1:], 1):
        crossed = scores[lag:].T @ scores[:-lag]
        added = added + weight * (crossed + crossed.T)
    return np.asarray(added)


def bartlett(lags: int) -> Floats:
    """Weights of Bartlett's kernel, for lags 0 to `lags`.

    >>> bartlett(3).tolist()
    [1.0, 0.75, 0.5, 0.25]
    """
    return 1 - np.arange(lags + 1) / (lags + 1)


def quadratic_spectral(number: int, *, bandwidth: float) -> Floats:
    """Weights of the quadratic spectral kernel, for all lags of a series of `number`.

    >>> quadratic_spectral(4, bandwidth=2.0).round(3).tolist()
    [1.0, 0.687, 0.138, -0.086]
    """
    angle = 6 * np.pi * np.arange(1, number) / (5 * max(bandwidth, 1e-3))
    return np.concatenate([[1.0], 3 / angle**2 * (np.sin(angle) / angle - np.cos(angle))])


def andrews_bandwidth(scores: Floats) -> float:
    """Andrews' bandwidth for the quadratic spectral kernel, by an autoregression of order 1 with a constant.

    A series that turns at every step; its autoregression counts as -0.97:

    >>> round(andrews_bandwidth(np.array([1.0, -1.0, 1.0, -1.0, 1.0])), 3)
    1.382
    """
    earlier, later = scores[:-1] - scores[:-1].mean(), scores[1:] - scores[1:].mean()
    rho = _bounded(float(earlier @ later), float(earlier @ earlier))
    return float(1.3221 * (len(scores) * 4 * rho**2 / (1 - rho) ** 4) ** 0.2)


def newey_west_lags(scores: Floats) -> int:
    """Newey and West's automatic number of lags for Bartlett's kernel, of a series an autoregression was taken out of.

    >>> newey_west_lags(np.array([1.0, 1.0, 1.0, -1.0, -1.0, -1.0, 1.0, 1.0, 1.0, -1.0]))
    1
    """
    number = len(scores)
    most = min(int(3 * (number / 100) ** (2 / 9)), number - 1)
    covariances = [float(scores[lag:] @ scores[: number - lag]) for lag in range(most + 1)]
    level = covariances[0] + 2 * sum(covariances[1:])
    slope = 2 * sum(lag * covariance for lag, covariance in enumerate(covariances))
    if level == 0:
        return 0
    lags = 1.1447 * np.cbrt((slope / level) ** 2 * (number + 1))
    return min(int(lags), number - 1)


def _newey_west(scores: Floats) -> float:
    """The long-run variance of a series, times its length."""
    rho = _bounded(float(scores[1:] @ scores[:-1]), float(scores[:-1] @ scores[:-1]))
    left = scores[1:] - rho * scores[:-1]
    added = long_run(left[:, None], weights=bartlett(newey_west_lags(left)))[0, 0]
    return float(added) / (1 - rho) ** 2


def _bounded(crossed: float, squared: float) -> float:
    return float(np.clip(crossed / squared, -_STEADY, _STEADY)) if squared > 0 else 0.0


def _t_test(value: float, error: float, degrees: int) -> float:
    return float(2 * stdtr(degrees, -abs(value / error))) if error > 0 else float("nan")


def _wald(found: Floats, covariance: Floats, degrees: int) -> float:
    if np.linalg.matrix_rank(covariance) < 2:
        return float("nan")
    return float(fdtrc(2, degrees, max(found @ np.linalg.solve(covariance, found) / 2, 0)))
