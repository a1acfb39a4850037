"""Laws of break-even with bounds: whatever lies between what is assumed at the least and at the most lies within them."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.properties.effort import EXAMPLES
from warehouse.figures.cases import STEP
from warehouse.figures.investments import paid_back

WEEKS = [(1, 4), (5, 26), (27, 52), (53, None)]


@st.composite
def ranges(draw: st.DrawFn, low: int, high: int) -> tuple[int, int, int]:
    """A value between its least and its most."""
    least, value, most = sorted(draw(st.lists(st.integers(low, high), min_size=3, max_size=3)))
    return value, least, most


@st.composite
def ladders(draw: st.DrawFn) -> list[tuple[int, int, int]]:
    """Four steps that fall with time on benefit, each at its value, the least and the most."""
    ends = [sorted(draw(st.lists(st.integers(0, 90), min_size=4, max_size=4)), reverse=True) for _ in range(3)]
    ordered = (sorted(step) for step in zip(*ends, strict=True))
    return [(value, least, most) for least, value, most in ordered]


PARTS = st.fixed_dictionaries(
    {
        "monthly_benefit_dkk": ranges(1_000, 25_000),
        "earlier_benefit_weeks": ranges(0, 120),
        "horizon_years": ranges(1, 6),
        "discount_rate_pct": ranges(-2, 8),
        "costs": st.lists(ranges(0, 3_000_000), min_size=1, max_size=3),
        "steps": ladders(),
    }
)


def case(parts: dict[str, Any]) -> pl.DataFrame:
    """The rows of one case: a year each, with the same terms."""
    steps = [
        {"from_week": first, "to_week": last, "value": value, "low": low, "high": high}
        for (first, last), (value, low, high) in zip(WEEKS, parts["steps"], strict=True)
    ]
    terms: dict[str, float] = {}
    for name in ("monthly_benefit_dkk", "earlier_benefit_weeks", "horizon_years", "discount_rate_pct"):
        stem, _, unit = name.rpartition("_")
        terms |= dict(zip((name, f"{stem}_low_{unit}", f"{stem}_high_{unit}"), map(float, parts[name]), strict=True))
    rows = [
        {
            "area_code": "430",
            "item": "a case",
            "basis": "refusion_ladder",
            "period_id": 2025 + at,
            "day": date(2025 + at, 12, 31),
            "cost_dkk": float(value),
            "cost_low_dkk": float(low),
            "cost_high_dkk": float(high),
            "state_refusion_pct_ids": [1, 2, 3, 4],
            **terms,
        }
        for at, (value, low, high) in enumerate(parts["costs"])
    ]
    ladder = pl.Series([steps] * len(rows), dtype=pl.List(pl.Struct(STEP)))
    return pl.DataFrame(rows).with_columns(state_refusion_pct=ladder)


def narrowed(parts: dict[str, Any], draw: st.DataObject) -> dict[str, Any]:
    """One certain reading of everything: anything between the ends, and one of the three rates."""

    def one(of: tuple[int, int, int]) -> tuple[int, int, int]:
        return (draw.draw(st.integers(of[1], of[2])),) * 3

    certain: dict[str, Any] = {name: one(parts[name]) for name in parts if name not in ("costs", "steps")}
    rate = draw.draw(st.sampled_from(parts["discount_rate_pct"]))
    return certain | {
        "discount_rate_pct": (rate,) * 3,
        "costs": [one(cost) for cost in parts["costs"]],
        # All at the least or all at the most, or as they are: what lies between would have to fall with time too.
        "steps": draw.draw(st.sampled_from([[(step[at],) * 3 for step in parts["steps"]] for at in range(3)])),
    }


@settings(max_examples=EXAMPLES // 2)
@given(PARTS, st.data())
def test_every_reading_between_the_ends_lies_within_the_bounds(parts: dict[str, Any], draw: st.DataObject) -> None:
    found = paid_back(case(parts)).row(0, named=True)
    certain = paid_back(case(narrowed(parts, draw))).row(0, named=True)
    assert found["break_even_low_persons"] <= certain["break_even_persons"] <= found["break_even_high_persons"]
    assert found["break_even_low_persons"] <= found["break_even_persons"] <= found["break_even_high_persons"]
    assert certain["break_even_low_persons"] == certain["break_even_persons"] == certain["break_even_high_persons"]


@settings(max_examples=EXAMPLES // 2)
@given(PARTS)
def test_all_years_of_a_case_have_the_same_persons_and_savings_end_with_the_horizon(parts: dict[str, Any]) -> None:
    found = paid_back(case(parts))
    assert found.height == len(parts["costs"])
    assert found["break_even_persons"].n_unique() == 1
    horizon = parts["horizon_years"][0]
    assert [saved > 0 for saved in found["saving_per_person_dkk"]] == [at < horizon for at in range(found.height)]
