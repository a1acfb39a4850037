"""Workers: several processes of this machine at one backfill, and how any of them is asked to stop.

A worker's standard input is its leash: it stops after its partition when that is closed, by the process that began it or
by its death. Signals of a terminal reach that process alone.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from functools import cache
from threading import Event, Thread
from time import monotonic

from tasks.backfill_work import work_on
from tasks.child_processes import _hold_the_leash, _let_go
from tasks.resources import Border


@contextmanager
def helped_by(workers: int, *, backfill_id: int, border: Border) -> Iterator[None]:
    """So many more processes at a backfill for the length of a block; when it ends, they stop after their partition."""
    with ExitStack() as stack:
        for _ in range(workers):
            worker = stack.enter_context(_begun(backfill_id, border=border))
            stack.callback(_let_go, worker)
        yield


def _begun(backfill_id: int, *, border: Border) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", __name__, str(backfill_id)]
    command += map(str, rehearsal_of(border) or ())
    return subprocess.Popen(  # noqa: S603  # our own module, a number, a moment
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True
    )


def rehearsal_of(border: Border) -> tuple[str, float] | None:
    """What a worker's clock goes by in a rehearsal: a moment, and this machine's ticks at it; else None."""
    return (border.clock().isoformat(), monotonic()) if border.settings.now is not None else None


def keep_time(moment: str, ticked: float) -> None:
    """Let this process's clock be that of the one that began the work, whenever that was.

    Vintages of a table are seen one after another, whichever process fetched them: the clocks must agree.
    """
    os.environ["JOBINDSATS_NOW"] = _now_by(moment, ticked)


@cache
def _now_by(moment: str, ticked: float) -> str:
    """The moment now; always the same for a rehearsal, since a process's clock runs on from the first it was told."""
    return (datetime.fromisoformat(moment) + timedelta(seconds=monotonic() - ticked)).isoformat()


def main(arguments: list[str]) -> int:
    """A worker of its own: the backfill's number, and in a rehearsal the clock of the process that began it."""
    backfill_id, *rehearsed = arguments
    if rehearsed:
        keep_time(rehearsed[0], float(rehearsed[1]))
    stop = Event()
    Thread(target=_hold_the_leash, args=(stop,), daemon=True).start()
    try:
        work_on(int(backfill_id), stop=stop)
    except Exception as error:  # noqa: BLE001  # the others go on; this one says what it was
        sys.stderr.write(f"a worker of backfill {backfill_id} ended: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    # A thread that still waits for standard input would keep the interpreter from ending in order.
    status = main(sys.argv[1:])
    sys.stderr.flush()
    os._exit(status)
