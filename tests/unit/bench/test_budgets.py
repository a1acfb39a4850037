"""The count that journeys hold a budget against finds what is too much."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.budgets import calls_over

BEGUN = datetime(2023, 11, 5, 4, tzinfo=UTC)


def calls(*seconds: float) -> list[dict[str, str]]:
    return [{"time": (BEGUN + timedelta(seconds=second)).isoformat()} for second in seconds]


def test_a_burst_and_then_an_even_pace_is_kept() -> None:
    assert calls_over(calls(*[0] * 10, 1.2, 2.4, 3.6), per_minute=60, at_once=0) == 0


def test_a_burst_too_many_is_found_wherever_it_is() -> None:
    assert calls_over(calls(*[0] * 14), per_minute=60, at_once=0) == 4
    assert calls_over(calls(0, *[100] * 14), per_minute=60, at_once=2) == 2


def test_a_pace_too_fast_is_found() -> None:
    assert calls_over(calls(*range(0, 30)), per_minute=30, at_once=0) > 10
