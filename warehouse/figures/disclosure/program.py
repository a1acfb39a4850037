"""Solve for the least and the greatest value that quantities can have, given what is known of them (scipy's HiGHS).

Known are a least and a greatest value of each quantity, and limits of weighted sums of several. What is asked falls into
groups that have no quantity in common: one programme answers a question of each group at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

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
    groups = _groups(known, terms)
    asked = terms.select("row", "quantity").unique("row").join(groups, on="quantity").sort("row")
    turns = asked.with_columns(turn=pl.int_range(pl.len()).over("group"))
    answers = [_answered(known, terms, groups=groups, asked=turn) for _, turn in turns.group_by("turn")]
    schema = pl.Schema({"row": pl.String, "least": pl.Float64, "greatest": pl.Float64})
    return pl.concat([pl.DataFrame(schema=schema), *answers]).sort("row")


def whole(found: pl.DataFrame) -> pl.DataFrame:
    """Ranges of whole numbers: the least and the greatest whole number within each."""
    return found.with_columns((pl.col("least") - _CLOSE).ceil(), (pl.col("greatest") + _CLOSE).floor())


def _groups(known: Known, terms: pl.DataFrame) -> pl.DataFrame:
    """The group of each quantity: those that stand in one row, known or asked, are of one."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    numbers = known.quantities.select("quantity").with_row_index("number")
    named = [
        each.select((pl.lit(kind) + pl.col("row")).alias("link"), "quantity")
        for kind, each in (("k", known.terms), ("a", terms))
    ]
    links = pl.concat(named).join(numbers, on="quantity")
    links = links.with_columns(other=pl.col("number").first().over("link"))
    size = numbers.height
    ones, pairs = np.ones(links.height), (links["number"].to_numpy(), links["other"].to_numpy())
    _, labels = connected_components(coo_array((ones, pairs), shape=(size, size)), directed=False)
    return numbers.select("quantity", group=pl.Series(labels, dtype=pl.Int64))


def _answered(known: Known, terms: pl.DataFrame, *, groups: pl.DataFrame, asked: pl.DataFrame) -> pl.DataFrame:
    """The ranges of rows of which no two are of one group."""
    of = groups.join(asked.select("group"), on="group", how="semi")
    wanted = terms.join(asked.select("row"), on="row", how="semi")
    part = Known(
        known.quantities.join(of.select("quantity"), on="quantity", how="semi"),
        rows := known.terms.join(of.select("quantity"), on="quantity", how="semi"),
        known.limits.join(rows.select("row").unique(), on="row", how="semi"),
    )
    least, greatest = (_solved(part, wanted, sign=sign) for sign in (1, -1))
    if least is None or greatest is None:
        if asked.height == 1:
            return asked.select("row", least=pl.lit(None, pl.Float64), greatest=pl.lit(None, pl.Float64))
        half = asked.height // 2
        halves = (asked.head(half), asked.tail(asked.height - half))
        return pl.concat([_answered(known, terms, groups=groups, asked=each) for each in halves])
    return least.rename({"value": "least"}).join(greatest.rename({"value": "greatest"}), on="row")


def _solved(part: Known, wanted: pl.DataFrame, *, sign: int) -> pl.DataFrame | None:
    """The value of each wanted row where `sign` times their sum is least; None where there is no solution."""
    from scipy.optimize import linprog

    numbers = part.quantities.with_row_index("number")
    place = wanted.join(numbers, on="quantity")
    objective = np.zeros(numbers.height)
    np.add.at(objective, place["number"].to_numpy(), sign * place["weight"].to_numpy())
    matrix, least = _inequalities(part, numbers)
    bounds = numbers.select("low", "high").to_numpy()
    found = linprog(objective, A_ub=matrix, b_ub=least, bounds=bounds, method="highs")
    if found.status == _INFEASIBLE:
        return None
    if found.x is None:
        raise ArithmeticError(f"the programme of {numbers.height} quantities was not solved: {found.message}")
    values = place.with_columns(value=pl.col("weight") * pl.Series(found.x[place["number"].to_numpy()]))
    return values.group_by("row").agg(pl.col("value").sum())


def _inequalities(part: Known, numbers: pl.DataFrame) -> tuple[Any, Floats | None]:
    """The limits of the rows as `matrix @ quantities <= most`; what is infinite limits nothing."""
    from scipy.sparse import csr_array

    above = part.limits.filter(pl.col("high").is_finite()).select("row", most="high", sign=pl.lit(1.0))
    below = part.limits.filter(pl.col("low").is_finite()).select("row", most=-pl.col("low"), sign=pl.lit(-1.0))
    rows = pl.concat([above, below]).with_row_index("line")
    if rows.is_empty():
        return None, None
    cells = part.terms.join(rows, on="row").join(numbers.select("number", "quantity"), on="quantity")
    weights = (cells["weight"] * cells["sign"]).to_numpy()
    places = (cells["line"].to_numpy(), cells["number"].to_numpy())
    return csr_array((weights, places), shape=(rows.height, numbers.height)), rows["most"].to_numpy()
