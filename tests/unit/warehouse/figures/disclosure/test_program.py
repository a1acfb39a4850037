"""The linear programme against tau-Argus, which national statistical offices audit tables with, on small random tables."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytauargus._tauargus import audit_jj

from warehouse.figures.disclosure.program import Known, by_bounds, nothing, ranges, together, whole

Table = list[list[int]]
MOST_HIDDEN = 2


@st.composite
def tables(draw: st.DrawFn) -> tuple[Table, set[tuple[int, int]]]:
    """A table of counts with its totals in the last row and column, and the places of its hidden counts."""
    height, width = draw(st.integers(2, 4)), draw(st.integers(2, 4))
    inner = [[draw(st.sampled_from([0, 1, 1, 2, 2, 3, 7, 40])) for _ in range(width)] for _ in range(height)]
    rows = [[*row, sum(row)] for row in inner]
    rows.append([sum(column) for column in zip(*rows, strict=True)])
    return rows, {(i, j) for i, row in enumerate(rows) for j, count in enumerate(row) if 0 < count <= MOST_HIDDEN}


def sums(table: Table) -> Iterator[dict[tuple[int, int], float]]:
    """What adds up to nought: each total less its parts."""
    height, width = len(table), len(table[0])
    for i in range(height):
        yield {(i, j): -1.0 if j == width - 1 else 1.0 for j in range(width)}
    for j in range(width):
        yield {(i, j): -1.0 if i == height - 1 else 1.0 for i in range(height)}


def by_the_programme(table: Table, hidden: set[tuple[int, int]]) -> dict[str, tuple[float, float]]:
    names = [f"{i}.{j}" for i, j in sorted(hidden)]
    quantities = pl.DataFrame({"quantity": names}, schema={"quantity": pl.String}).with_columns(
        low=pl.lit(0.0), high=pl.lit(float(MOST_HIDDEN))
    )
    terms, limits = [], []
    for number, weights in enumerate(sums(table)):
        shown = sum(weight * table[i][j] for (i, j), weight in weights.items() if (i, j) not in hidden)
        of = [(f"sum {number}", f"{i}.{j}", weight) for (i, j), weight in weights.items() if (i, j) in hidden]
        terms += of
        limits += [(f"sum {number}", -shown, -shown)] * bool(of)
    empty = nothing()
    known = Known(
        quantities,
        pl.DataFrame(terms, schema=empty.terms.schema, orient="row"),
        pl.DataFrame(limits, schema=empty.limits.schema, orient="row"),
    )
    asked = quantities.select(row="quantity", quantity="quantity", weight=pl.lit(1.0))
    return {row: (least, greatest) for row, least, greatest in whole(ranges(known, asked)).rows()}


def by_tau_argus(table: Table, hidden: set[tuple[int, int]]) -> dict[str, tuple[float, float]]:
    """The same by its audit: cells with value, cost, status, bounds and required protection, then the sums."""
    places = [(i, j) for i in range(len(table)) for j in range(len(table[0]))]
    lines = ["0", str(len(places))]
    for number, (i, j) in enumerate(places):
        low, high, status = (0, MOST_HIDDEN, "u") if (i, j) in hidden else (table[i][j], table[i][j], "s")
        lines.append(f"{number} {table[i][j]} 1 {status} {low} {high} 0 0 0")
    of = list(sums(table))
    lines.append(str(len(of)))
    for weights in of:
        named = " ".join(f"{places.index(place)} ({weight:g})" for place, weight in weights.items())
        lines.append(f"0 {len(weights)} : {named}")
    with TemporaryDirectory() as folder:
        file = Path(folder) / "table.jj"
        file.write_text("\n".join(lines) + "\n", encoding="ascii")
        found = audit_jj(str(file))
    return {f"{places[row['cell']][0]}.{places[row['cell']][1]}": (row["min"], row["max"]) for row in found}


@settings(max_examples=25, deadline=None)
@given(tables())
def test_ranges_are_those_of_tau_argus(drawn: tuple[Table, set[tuple[int, int]]]) -> None:
    """It gives the least and greatest of the programme; whole numbers within are ours to take."""
    table, hidden = drawn
    found = by_the_programme(table, hidden)
    if hidden:
        oracle = whole(_as_frame(by_tau_argus(table, hidden)))
        assert found == {row: (least, greatest) for row, least, greatest in oracle.rows()}
    assert all(least <= table[int(i)][int(j)] <= greatest for (i, j), (least, greatest) in _by_place(found))


def _as_frame(found: dict[str, tuple[float, float]]) -> pl.DataFrame:
    rows = [(name, float(least), float(greatest)) for name, (least, greatest) in sorted(found.items())]
    return pl.DataFrame(rows, schema=["row", "least", "greatest"], orient="row")


def _by_place(found: dict[str, tuple[float, float]]) -> Iterator[tuple[list[str], tuple[float, float]]]:
    return ((name.split("."), both) for name, both in found.items())


QUANTITIES = pl.DataFrame({"quantity": ["a", "b", "c"], "low": [0.0] * 3, "high": [2.0] * 3})


def rows(*terms: tuple[str, str, float]) -> pl.DataFrame:
    return pl.DataFrame(list(terms), schema=nothing().terms.schema, orient="row")


def limits(*of: tuple[str, float, float]) -> pl.DataFrame:
    return pl.DataFrame(list(of), schema=nothing().limits.schema, orient="row")


def test_bounds_alone_do_not_know_of_rows() -> None:
    both = rows(("a + b", "a", 1.0), ("a + b", "b", 1.0))
    known = Known(QUANTITIES, both, limits(("a + b", 3.0, 3.0)))
    assert by_bounds(known, both).rows() == [("a + b", 0, 4)]
    assert ranges(known, both).rows() == [("a + b", 3, 3)]


def test_what_is_asked_of_quantities_that_nothing_binds_is_what_their_bounds_say() -> None:
    asked = rows(("a - c", "a", 1.0), ("a - c", "c", -1.0), ("b", "b", 1.0))
    assert ranges(nothing()._replace(quantities=QUANTITIES), asked).rows() == [("a - c", -2, 2), ("b", 0, 2)]


def test_a_contradiction_takes_the_answers_of_its_own_group_only() -> None:
    said = rows(("a", "a", 1.0), ("b", "b", 1.0))
    known = Known(QUANTITIES, said, limits(("a", 5.0, 5.0), ("b", 1.0, 1.0)))
    assert ranges(known, rows(("a", "a", 1.0), ("b", "b", 1.0), ("c", "c", 1.0))).rows() == [
        ("a", None, None),
        ("b", 1, 1),
        ("c", 0, 2),
    ]


def test_of_several_who_know_a_quantity_the_narrower_bounds_hold() -> None:
    narrower = nothing()._replace(quantities=QUANTITIES.with_columns(low=pl.lit(1.0), high=pl.lit(9.0)))
    found = together(nothing()._replace(quantities=QUANTITIES), narrower)
    assert found.quantities.select("low", "high").unique().rows() == [(1, 2)]


def test_only_one_side_may_be_limited() -> None:
    known = Known(QUANTITIES, rows(("a", "a", 1.0)), limits(("a", 1.5, float("inf"))))
    assert ranges(known, rows(("of a", "a", 1.0))).rows() == [("of a", 1.5, 2)]


@pytest.mark.parametrize(("found", "within"), [((0.4, 1.6), (1, 1)), ((1.0000001, 2.0), (1, 2))])
def test_whole_numbers_are_taken_from_within(found: tuple[float, float], within: tuple[float, float]) -> None:
    assert whole(_as_frame({"a": found})).rows() == [("a", *within)]
