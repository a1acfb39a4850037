"""The budget of calls: no minute ever holds more than the limit, whoever asks and however they crowd."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from warehouse.database.call_budget import Budget, take
from warehouse.settings import CAUTIOUS_CALLS_PER_MINUTE, read_settings

BEGUN = datetime(2026, 8, 1, 4, tzinfo=UTC)


def calls_at(engine: Engine, budget: Budget, *, asked_at: list[float]) -> list[float]:
    """When each call may be made, in seconds from the beginning, asked for at these seconds."""
    with engine.begin() as connection:
        return [at + take(connection, budget, now=BEGUN + timedelta(seconds=at)) for at in sorted(asked_at)]


def anew(per_minute: int) -> Budget:
    return Budget(f"publisher-{uuid4().hex}", per_minute)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(per_minute=st.integers(1, 300), asked_at=st.lists(st.floats(0, 200), min_size=1, max_size=60))
def test_no_minute_holds_more_calls_than_the_limit(
    module_engine: Engine, per_minute: int, asked_at: list[float]
) -> None:
    made = calls_at(module_engine, anew(per_minute), asked_at=asked_at)
    for first in made:
        assert sum(first <= each < first + 59.999 for each in made) <= per_minute


def test_a_burst_goes_at_once_and_the_rest_evenly(module_engine: Engine) -> None:
    made = calls_at(module_engine, anew(60), asked_at=[0.0] * 13)
    assert made[:10] == [0.0] * 10
    assert made[10:] == pytest.approx([1.2, 2.4, 3.6])


def test_a_pause_fills_the_bucket_and_no_more(module_engine: Engine) -> None:
    made = calls_at(module_engine, anew(60), asked_at=[*[0.0] * 10, *[600.0] * 11])
    assert made[:20] == [0.0] * 10 + [600.0] * 10
    assert made[20] > 600


def test_many_at_once_take_a_token_each(module_engine: Engine) -> None:
    budget = anew(60)

    def ask(_: int) -> float:
        with module_engine.begin() as connection:
            return take(connection, budget, now=BEGUN)

    with ThreadPoolExecutor(8) as crowd:
        waits = sorted(crowd.map(ask, range(24)))
    assert waits == pytest.approx([0.0] * 10 + [1.2 * nth for nth in range(1, 15)])


def test_one_publishers_calls_are_not_anothers(module_engine: Engine) -> None:
    one, other = anew(6), anew(6)
    assert calls_at(module_engine, one, asked_at=[0, 0])[1] > 0
    assert calls_at(module_engine, other, asked_at=[0]) == [0]


@pytest.mark.parametrize(
    ("environment", "limit"),
    [
        ({}, CAUTIOUS_CALLS_PER_MINUTE),
        ({"JOBINDSATS_CALLS_PER_MINUTE": "200"}, 200),
        ({"JOBINDSATS_API_URL": "http://127.0.0.1:8000/v3"}, None),
        ({"JOBINDSATS_API_URL": "http://127.0.0.1:8000/v3", "JOBINDSATS_CALLS_PER_MINUTE": "5"}, 5),
    ],
)
def test_only_a_stand_in_on_this_machine_has_no_limit_of_its_own(
    environment: dict[str, str], limit: int | None
) -> None:
    assert read_settings(environment).call_limit == limit
