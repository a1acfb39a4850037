"""When a task is worth another try: the warehouse went away under it. The publisher's retries are in its client."""

from __future__ import annotations

from typing import Any

from warehouse.errors import went_away


def _lost_the_warehouse(_task: Any, _run: Any, state: Any) -> bool:
    return went_away(state.result(raise_on_failure=False))


# For tasks that put on record what happened; each can be repeated without harm.
AGAIN: dict[str, Any] = {
    "retries": 4,
    "retry_delay_seconds": [0.5, 2, 8, 30],
    "retry_jitter_factor": 0.3,
    "retry_condition_fn": _lost_the_warehouse,
}
