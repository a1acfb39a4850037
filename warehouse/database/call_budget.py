"""The budget of calls: how often a publisher is asked, counted by the warehouse for all processes together.

A bucket of tokens: a sixth of a minute's calls may be made at once, the others come evenly, so that no minute ever holds
more calls than the limit. A call that finds no token takes the next one to come and waits for it; whoever dies while
waiting has lost one, which errs on the cautious side. Time is the warehouse's own: processes on several machines share it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from time import sleep

from sqlalchemy import Connection, Engine, text

# The row is locked before the expressions are evaluated, so that two at once take one token each.
_TAKE = """
insert into ops.call_budgets as b (publisher, tokens, counted_at)
values (:publisher, :burst - 1, coalesce(cast(:now as timestamptz), clock_timestamp()))
on conflict (publisher) do update set
    tokens = least(:burst, b.tokens + :per_second * extract(epoch from
        greatest(coalesce(cast(:now as timestamptz), clock_timestamp()) - b.counted_at, interval '0'))) - 1,
    counted_at = greatest(b.counted_at, coalesce(cast(:now as timestamptz), clock_timestamp()))
returning tokens
"""


@dataclass(frozen=True)
class Budget:
    """How many calls a minute a publisher is asked, at most; `burst` of them at once, `per_second` from then on."""

    publisher: str
    per_minute: int

    @property
    def burst(self) -> int:
        """Calls that may be made at once after a pause."""
        return max(1, self.per_minute // 6)

    @property
    def per_second(self) -> float:
        """Calls a second once the burst is spent: together they are at most a minute's calls in any minute."""
        return max(1, self.per_minute - self.burst) / 60

    def seconds_for(self, calls: int) -> float:
        """How long so many calls take at least."""
        return max(0, calls - self.burst) / self.per_second


def take(connection: Connection, budget: Budget, *, now: datetime | None = None) -> float:
    """Take a token, or the next one to come; gives the seconds until it may be used.

    `now` is the warehouse's clock where none is given. The caller commits at once: others wait for the row.
    """
    values = {"publisher": budget.publisher, "burst": budget.burst, "per_second": budget.per_second, "now": now}
    tokens = float(connection.scalar(text(_TAKE), values) or 0)
    return max(0.0, -tokens / budget.per_second)


def wait_for_turn(engine: Engine, budget: Budget) -> None:
    """Return when the next call may be made."""
    with engine.begin() as connection:
        seconds = take(connection, budget)
    if seconds:
        sleep(seconds)
