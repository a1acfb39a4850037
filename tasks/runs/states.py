"""States: what Prefect shows of a run, a table or a step is named by how it ended, and is green only where all is well.

A flow or task that returns `ended_as(...)` ends in that state. Whoever calls it in the same process gets its value from
`value_of`, however it ended; a worker, which calls it directly, sees the error.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any, ParamSpec, TypeVar, cast

from prefect import Flow, Task, get_run_logger
from prefect.client.schemas.objects import State, StateType
from prefect.context import FlowRunContext
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, get_current_settings, temporary_settings

P = ParamSpec("P")
R = TypeVar("R")

# Prefect draws a state in the colour of its type and under its own name: of the types that end a run, COMPLETED is green,
# FAILED red and CANCELLED grey. CRASHED is left to processes that died.
TYPES = dict.fromkeys(
    ("completed", "published", "unchanged", "not_due", "yielded", "superseded"), StateType.COMPLETED
) | {"stopped": StateType.CANCELLED}


class EndedOtherwise(RuntimeError):
    """A run, a table or a step did not end well; `value` is what it gives all the same."""

    def __init__(self, message: str, value: Any = None) -> None:
        super().__init__(message)
        self.value = value


def ended_as(outcome: str, value: R, *, message: str) -> R:
    """What a flow or task returns to end under the name of an outcome: not green unless the outcome is good."""
    state_type = TYPES.get(outcome, StateType.FAILED)
    data = value if state_type is StateType.COMPLETED else EndedOtherwise(message, value)
    name = outcome.replace("_", " ").capitalize()
    return cast(R, State(type=state_type, name=name, message=message, data=data))


def problem(said: str) -> str:
    """What a step returns that gives what went wrong with it, in a sentence: it has failed unless that is empty."""
    if not said:
        return said
    get_run_logger().error(said)
    return ended_as("failed", said, message=said)


@contextmanager
def _without_heartbeats() -> Iterator[None]:
    """Let flows within a flow, whose own heartbeats say that all of it lives, end at once.

    Prefect 3.9 has each wait until the thread of its heartbeats has slept out its second.
    """
    if get_current_settings().flows.heartbeat_frequency is None:
        yield
    else:
        with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
            yield


def value_of(run: Flow[P, R] | Task[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    """Carry out a flow or task and give its value, however it ended; raises what it raised."""
    try:
        with _without_heartbeats() if isinstance(run, Flow) and FlowRunContext.get() else nullcontext():
            given = cast(Any, run)(*args, **kwargs)
    except EndedOtherwise as ended:
        return cast(R, ended.value)
    if isinstance(given, State):  # a task gives the state that it returned, a flow what is in it
        given = given.result(raise_on_failure=False)
    return cast(R, given.value if isinstance(given, EndedOtherwise) else given)
