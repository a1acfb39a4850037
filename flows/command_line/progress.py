"""Progress in a terminal: a bar on standard error with what is at work now, while a run goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console

if TYPE_CHECKING:
    from tasks.briefing.write import Written

Moved = Callable[[str, int, int], None]
"""Called with what is at work now, how many are done, and of how many."""


def keep_still(_now: str, _done: int, _of: int) -> None:
    """Show nothing: for a program, a file or a pipe."""


@contextmanager
def bar(*, shown: bool) -> Iterator[Moved]:
    """A bar on standard error, where that is a terminal and it is to be shown; gives what is called with the progress."""
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    terminal = Console(stderr=True)
    if not (shown and terminal.is_terminal):
        yield keep_still
        return
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bar(*columns, TimeRemainingColumn(), console=terminal, transient=True) as drawn:
        line = drawn.add_task("planning", total=None)

        def moved(now: str, done: int, of: int) -> None:
            drawn.update(line, description=now, total=of, completed=done)

        yield moved


def counted(pages: Iterable[Written], *, of: int, moved: Moved) -> Iterator[Written]:
    """The pages one by one, each told of when it is written."""
    for done, page in enumerate(pages, 1):
        moved(page.area, done, of)
        yield page
