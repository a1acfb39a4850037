"""Percentages of few persons are not told, whichever figure they are of, and no figure's is forgotten."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.danish.reservations import FEW_EXPLAINED, SMALLEST_BASE, SMALLEST_COUNT, TOO_FEW, change_pct
from warehouse.figures import FIGURES
from warehouse.figures.compute import _of_enough, _told
from warehouse.figures.model import Figure

# Rates that are decided or of the country or of several municipalities, shares of money, and what the ministry expects.
OF_NO_PERSONS = {
    "country_share_pct", "discount_rate_pct", "key_pct", "target_pct", "published_pct_point",
    ("benchmark_gap", "gap_pct_point"), ("grant_share", "share_pct"),
    *(("comparable_municipalities", name) for name in ("expected_pct", "weighted_pct", "median_pct", "best_quarter_pct")),
}  # fmt: skip
COUNTS = st.none() | st.integers(0, 40).map(float)


def in_per_cent(figure: Figure) -> list[str]:
    own = [name for name, unit in figure.columns.items() if unit in ("pct", "pct_point")]
    return [*own, figure.value] if figure.unit == "pct" else own


@pytest.mark.parametrize("name", sorted(FIGURES))
def test_every_percentage_says_how_many_it_needs(name: str) -> None:
    figure = FIGURES[name]
    undeclared = {each for each in in_per_cent(figure) if each not in figure.rests_on}
    assert not {each for each in undeclared if each not in OF_NO_PERSONS and (name, each) not in OF_NO_PERSONS}
    assert {least for _, least in figure.rests_on.values()} <= {SMALLEST_BASE, SMALLEST_COUNT}


@pytest.mark.parametrize("name", sorted(name for name, figure in FIGURES.items() if figure.rests_on))
@given(counts=st.lists(COUNTS, min_size=1, max_size=6))
def test_it_is_told_of_enough_and_of_an_unknown_base_and_of_no_fewer(name: str, counts: list[float | None]) -> None:
    figure = FIGURES[name]
    rows = pl.DataFrame(
        {base: counts for base, _ in figure.rests_on.values()}
        | {
            f"{base}_status": ["missing" if each is None else "observed" for each in counts]
            for base, _ in figure.rests_on.values()
        }
        | {"caveats": [list[str]() for _ in counts]}
        | {column: [5.5] * len(counts) for column in {figure.value, *figure.rests_on}}
        | {each: [5.0] * len(counts) for each in (figure.low, figure.high) if each},
        strict=False,
        schema_overrides={"caveats": pl.List(pl.String)},
    )
    found = _told(_of_enough(rows, figure=figure), figure=figure).to_dicts()
    for column, (_, least) in figure.rests_on.items():
        for count, row in zip(counts, found, strict=True):
            few = count is not None and count < least
            assert (row[column] is None, row[f"{column}_status"] == TOO_FEW) == (few, few)
            assert (FEW_EXPLAINED in row["caveats"]) or not few
            if column == figure.value and few:
                assert (row["value"], row["low"], row["high"], row["status"]) == (None, None, None, TOO_FEW)


def test_a_published_share_of_a_hidden_count_is_hidden_with_it() -> None:
    figure = FIGURES["share_of_workforce"]
    rows = pl.DataFrame(
        {"full_time_persons": [None, 10.0], "full_time_persons_status": ["suppressed", "observed"]}
        | {"caveats": [list[str](), list[str]()]}
        | {"share_pct": [0.0, 0.7], "share_pct_status": ["observed"] * 2, "gap_pct_point": [-0.1, 0.2]},
        schema_overrides={"full_time_persons": pl.Float64, "caveats": pl.List(pl.String)},
    )
    found = _told(_of_enough(rows, figure=figure), figure=figure)
    assert found.select("value", "status").rows() == [(None, "suppressed"), (0.7, "observed")]


@given(now=st.integers(0, 10**6), before=st.integers(0, 10**6))
def test_a_change_is_told_of_twenty_or_more(now: int, before: int) -> None:
    assert (change_pct(now, before) is None) is (before < SMALLEST_BASE)
