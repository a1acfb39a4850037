"""The bounds of a price and of a forecast are in the interval of what is computed with them."""

from __future__ import annotations

import polars as pl
import pytest

from warehouse.figures import FIGURES, benchmark, block_grant

SAVINGS, PROJECTION = FIGURES["savings"], FIGURES["unemployment_projection"]


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(None, None, (400.0, 600.0)), (8.0, None, (320.0, 600.0)), (8.0, 15.0, (320.0, 900.0))],
)
def test_a_saving_is_as_wide_as_the_rounding_and_the_price(
    low: float | None, high: float | None, expected: tuple[float, float]
) -> None:
    rows = pl.DataFrame(
        {
            "actual_persons": [950.0],
            "expected_persons": [1000.0],
            "net_unit_cost_dkk": [10.0],
            "basis": ["accounts_2022"],
        }
        | {"item": ["Ydelsesgrupper i alt"], "table_id": ["y30r21"], "caveats": [list[str]()]}
        | {"net_unit_cost_low_dkk": [low], "net_unit_cost_high_dkk": [high]},
        schema_overrides={"net_unit_cost_low_dkk": pl.Float64, "net_unit_cost_high_dkk": pl.Float64},
    )
    found = benchmark.savings(rows).row(0, named=True)
    assert SAVINGS.low is not None
    assert SAVINGS.high is not None
    assert (found[SAVINGS.value], found[SAVINGS.low], found[SAVINGS.high]) == (500.0, *expected)


@pytest.mark.parametrize(
    ("change", "key", "expected"),
    [
        ((None, None), (0.4, 0.6), (80.0, 120.0)),
        ((10_000.0, 30_000.0), (0.4, 0.6), (40.0, 180.0)),
        ((10_000.0, 30_000.0), (None, None), (50.0, 150.0)),
        ((None, None), (None, None), (None, None)),
    ],
)
def test_a_projection_is_as_wide_as_the_forecast_and_the_key(
    change: tuple[float | None, ...], key: tuple[float | None, ...], expected: tuple[float | None, ...]
) -> None:
    rows = pl.DataFrame(
        {block_grant.CHANGE: [20_000.0], "key_pct": [0.5], "key_low_pct": [key[0]], "key_high_pct": [key[1]]}
        | {
            "national_unemployment_change_low_persons": [change[0]],
            "national_unemployment_change_high_persons": [change[1]],
        },
    ).cast(pl.Float64)
    found = block_grant.projection(rows).row(0, named=True)
    assert PROJECTION.low is not None
    assert PROJECTION.high is not None
    assert (found[PROJECTION.low], found[PROJECTION.high]) == expected
    assert found[PROJECTION.value] == 100.0
