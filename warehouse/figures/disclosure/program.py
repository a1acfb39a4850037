"""Solve for the least and the greatest value that quantities can have, given what is known of them (scipy's HiGHS).

Known are a least and a greatest value of each quantity, and limits of weighted sums of several. What is asked falls into
groups that have no quantity in common: one programme answers a question of each group at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Whole = NDArray[np.int64]

QUANTITIES = pl.Schema({"quantity": pl.String, "low": pl.Float64, "high": pl.Float64})
TERMS = pl.Schema({"row": pl.String, "quantity": pl.String, "weight": pl.Float64})
LIMITS = pl.Schema({"row": pl.String, "low": pl.Float64, "high": pl.Float64})
_CLOSE = 1e-6
_INFEASIBLE = 2


class Known(NamedTuple):
    """What is known: one row per `quantity`, one per `row` and quantity with a weight in it, one per row with its limits.

    A limit that is not known is infinite. A quantity that stands in a row has a row of its own.
    """

    quantities: pl.DataFrame
    terms: pl.DataFrame
    limits: pl.DataFrame


def nothing() -> Known:
    """No quantity and no row."""
    return Known(pl.DataFrame(schema=QUANTITIES), pl.DataFrame(schema=TERMS), pl.DataFrame(schema=LIMITS))


def together(*parts: Known) -> Known:
    """What several know: a quantity of more than one has the narrower bounds; rows have names of their own."""
    quantities = pl.concat([part.quantities for part in parts]).group_by("quantity").agg(
        pl.col("low").max(), pl.col("high").min()
    )  # fmt: skip
    terms, limits = pl.concat([part.terms for part in parts]), pl.concat([part.limits for part in parts])
    return Known(quantities.sort("quantity"), terms, limits)


def by_bounds(known: Known, terms: pl.DataFrame) -> pl.DataFrame:
    """The least and the greatest each row of `terms` can be by the bounds of its quantities alone, one row per `row`.

    >>> hidden = pl.DataFrame({"quantity": ["a", "b"], "low": [0.0, 0.0], "high": [2.0, 2.0]})
    >>> difference = pl.DataFrame({"row": ["a - b"] * 2, "quantity": ["a", "b"], "weight": [1.0, -1.0]})
    >>> by_bounds(nothing()._replace(quantities=hidden), difference).rows()
    [('a - b', -2.0, 2.0)]
    """
    weight, low, high = pl.col("weight"), pl.col("low"), pl.col("high")
    found = terms.join(known.quantities, on="quantity", how="left").with_columns(
        pl.when(weight > 0).then(weight * low).otherwise(weight * high).alias("least"),
        pl.when(weight > 0).then(weight * high).otherwise(weight * low).alias("greatest"),
    )
    return found.group_by("row").agg(pl.col("least").sum(), pl.col("greatest").sum()).sort("row")


def ranges(known: Known, terms: pl.DataFrame) -> pl.DataFrame:
    """The least and the greatest each row of `terms` can be by all that is known, one row per `row`, sorted.

    >>> hidden = pl.DataFrame({"quantity": ["a", "b"], "low": [0.0, 0.0], "high": [2.0, 2.0]})
    >>> total = pl.DataFrame({"row": ["total"] * 2, "quantity": ["a", "b"], "weight": [1.0, 1.0]})
    >>> said = Known(hidden, total, pl.DataFrame({"row": ["total"], "low": [3.0], "high": [3.0]}))
    >>> ranges(said, pl.DataFrame({"row": ["a"], "quantity": ["a"], "weight": [1.0]})).rows()
    [('a', 1.0, 2.0)]

    Both are null where what is known of a group contradicts itself. Source: the linear programme of the disclosure control
    of tables (Fischetti and Salazar, Models and algorithms for optimizing cell suppression in tabular data, 2000).
    """
    names = terms.select("row").unique().sort("row").with_row_index("line")
    found = np.empty((names.height, 2))
    if names.height:
        program = _program(known, terms, names=names)
        for chosen in _turns(program.group_of_asked):
            found[chosen] = program.answered(chosen)
    ends = {end: pl.Series(found[:, at], dtype=pl.Float64) for at, end in enumerate(("least", "greatest"))}
    return names.select("row", **ends).with_columns(pl.col("least", "greatest").fill_nan(None))


def whole(found: pl.DataFrame) -> pl.DataFrame:
    """Ranges of whole numbers: the least and the greatest whole number within each."""
    return found.with_columns((pl.col("least") - _CLOSE).ceil(), (pl.col("greatest") + _CLOSE).floor())


@dataclass(frozen=True)
class _Program:
    """What is known as `matrix @ quantities <= most`, and what is asked as a matrix of weights, with the group of each."""

    bounds: Floats
    matrix: Any
    most: Floats
    asked: Any
    group: Whole
    group_of_line: Whole
    group_of_asked: Whole

    def solved(self, chosen: Whole, *, sign: int) -> Floats | None:
        """The values of rows of different groups where `sign` times each is least; None where there is no solution."""
        from scipy.optimize import linprog

        of = np.zeros(self.group.max() + 1, dtype=bool)
        of[self.group_of_asked[chosen]] = True
        columns, lines = np.flatnonzero(of[self.group]), np.flatnonzero(of[self.group_of_line])
        wanted = self.asked[chosen][:, columns]
        matrix = self.matrix[lines][:, columns] if len(lines) else None
        found = linprog(
            sign * wanted.sum(axis=0),
            A_ub=matrix,
            b_ub=self.most[lines] if len(lines) else None,
            bounds=self.bounds[columns],
            method="highs",
        )
        if found.status == _INFEASIBLE:
            return None
        if found.x is None:
            raise ArithmeticError(f"the programme of {len(columns)} quantities was not solved: {found.message}")
        return np.asarray(wanted @ found.x)

    def answered(self, chosen: Whole) -> Floats:
        """The least and the greatest of rows of different groups; not a number where a group contradicts itself."""
        least, greatest = self.solved(chosen, sign=1), self.solved(chosen, sign=-1)
        if least is not None and greatest is not None:
            return np.column_stack([least, greatest])
        if len(chosen) == 1:
            return np.full((1, 2), np.nan)
        half = len(chosen) // 2
        return np.vstack([self.answered(chosen[:half]), self.answered(chosen[half:])])


def _program(known: Known, terms: pl.DataFrame, *, names: pl.DataFrame) -> _Program:
    from scipy.sparse import csr_array, vstack
    from scipy.sparse.csgraph import connected_components

    numbers = known.quantities.select("quantity").with_row_index("column")
    above = known.limits.filter(pl.col("high").is_finite()).select("row", most="high", sign=pl.lit(1.0))
    below = known.limits.filter(pl.col("low").is_finite()).select("row", most=-pl.col("low"), sign=pl.lit(-1.0))
    lines = pl.concat([above, below]).with_row_index("line")
    bound = known.terms.join(lines, on="row").with_columns(weight=pl.col("weight") * pl.col("sign"))
    wanted = terms.join(names, on="row")

    def matrix(of: pl.DataFrame, *, rows: int) -> Any:
        placed = of.join(numbers, on="quantity")
        places = (placed["line"].to_numpy(), placed["column"].to_numpy())
        return csr_array((placed["weight"].to_numpy(), places), shape=(rows, numbers.height))

    knows, asks = matrix(bound, rows=lines.height), matrix(wanted, rows=names.height)
    links = abs(vstack([knows, asks]))
    _, group = connected_components(links.T @ links, directed=False)
    ends = [each.indices[each.indptr[:-1]] for each in (knows, asks)]
    bounds = known.quantities.select("low", "high").to_numpy()
    return _Program(bounds, knows, lines["most"].to_numpy(), asks, group, group[ends[0]], group[ends[1]])


def _turns(groups: Whole) -> Iterator[Whole]:
    """Rows so that no two of a turn are of one group: the first of each, the second of each, and so on."""
    order = np.argsort(groups, kind="stable")
    begins = np.r_[True, groups[order][1:] != groups[order][:-1]]
    since = np.arange(len(order)) - np.maximum.accumulate(np.where(begins, np.arange(len(order)), 0))
    for turn in range(int(since.max()) + 1):
        yield order[since == turn]
