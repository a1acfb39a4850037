"""Whether a budget of calls was kept, by the calls that the stand-in counted and not by what the callers say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from warehouse.database.call_budget import Budget


def calls_over(calls: Iterable[Mapping[str, Any]], *, per_minute: int, at_once: int) -> int:
    """By how many calls a stretch of time held too many, the worst of all stretches; 0 where the budget was kept.

    Of so many processes each may have a call on its way a little late, which then arrives a little close to the next.
    """
    budget = Budget("the stand-in", per_minute)
    times = [datetime.fromisoformat(call["time"]).timestamp() for call in calls]
    worst = 0.0
    for first, begun in enumerate(times):
        for last, ended in enumerate(times[first:], start=first):
            made, may_be = last - first + 1, budget.burst + budget.per_second * (ended - begun)
            worst = max(worst, made - may_be - at_once)
    return round(worst + 0.499)
