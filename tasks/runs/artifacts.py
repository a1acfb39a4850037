"""Artifacts: what a run leaves with Prefect to be looked at; one bar of progress each, and its tables.

A run never fails for want of a picture of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from time import monotonic
from typing import Any, Protocol, TypeVar

from prefect import get_run_logger
from prefect.artifacts import (
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)

from tasks.runs.progress import tell

SECONDS_BETWEEN_UPDATES = 1.0


class OfTable(Protocol):
    """A step of a run that is about one table."""

    @property
    def table_id(self) -> str:
        """The table's id."""


Step = TypeVar("Step", bound=OfTable)
Moved = Callable[[float, str], None]
"""Called with the share that is done, 0 to 1, and what is at work."""


def left_table(key: str, rows: Sequence[Mapping[str, Any]], *, description: str) -> None:
    """Leave a table."""
    _drawn(create_table_artifact, key=key, table=[dict(row) for row in rows], description=description)


def left_page(key: str, markdown: str, *, description: str) -> None:
    """Leave a page to read."""
    _drawn(create_markdown_artifact, key=key, markdown=markdown, description=description)


@contextmanager
def progress_bar(key: str, *, begun: str) -> Iterator[Moved]:
    """The run's one bar of progress for the length of a block; it is drawn once a second at most, and at its end."""
    artifact = _drawn(create_progress_artifact, progress=0.0, key=key, description=begun)
    drawn_at = monotonic()

    def moved(done: float, at_work: str) -> None:
        nonlocal drawn_at
        if artifact is not None and (done >= 1 or monotonic() - drawn_at > SECONDS_BETWEEN_UPDATES):
            drawn_at = monotonic()
            _drawn(update_progress_artifact, artifact_id=artifact, progress=100 * done, description=at_work)

    yield moved


def tracked(batches: Iterable[Sequence[Step]], *, of: int, key: str) -> Iterator[Step]:
    """The steps of so many batches one by one, while one bar follows, and who listens in this process is told."""
    looked_at = 0
    with progress_bar(key, begun="nothing is done yet") as moved:
        for batch, steps in enumerate(batches):
            for done, step in enumerate(steps):
                tell(step.table_id, done, len(steps))
                moved((batch + done / len(steps)) / of, f"{step.table_id}, {done + 1} of {len(steps)}")
                yield step
            looked_at += len(steps)
        moved(1.0, f"done: {looked_at} of {looked_at}")


def _drawn(draw: Callable[..., Any], **artifact: Any) -> Any:
    """What Prefect gives for an artifact; None where it cannot be written, which is logged and of no other consequence."""
    try:
        return draw(**artifact)
    except Exception as error:  # noqa: BLE001  # whatever Prefect cannot draw
        get_run_logger().warning("an artifact could not be left with Prefect: %s", error)
        return None
