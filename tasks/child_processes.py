"""Processes that end with the one that started them: `python -m tasks.child_processes SECONDS COMMAND...`.

The tether is a pipe of which only the starter holds the other end. The system lets go of it for a starter that was
killed outright, too, which no clean-up in the starter can promise. A command has its own session: what a terminal sends
to the foreground (Ctrl-C) reaches the starter alone, which then ends the others in order.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread, current_thread, main_thread
from types import FrameType

PATIENCE_SECONDS = 20


def start(
    command: Sequence[str], *, environment: Mapping[str, str], log: Path, patience_seconds: float = PATIENCE_SECONDS
) -> subprocess.Popen[bytes]:
    """Start a command on a tether; what it says is added to a log. Let go, it has that long to end in order."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as said:
        return subprocess.Popen(  # noqa: S603  # commands are ours, and no shell reads them
            [sys.executable, "-m", "tasks.child_processes", str(patience_seconds), *command],
            stdin=subprocess.PIPE,
            stdout=said,
            stderr=subprocess.STDOUT,
            env={**environment},
            start_new_session=True,
        )


def end(process: subprocess.Popen[bytes]) -> None:
    """Let go of a command, and wait until it and what it left in its session have ended."""
    if process.stdin:
        process.stdin.close()
    process.wait()


def main() -> int:
    """Carry out the command; when the tether is let go, ask it to end, and leave nothing of its group behind.

    Gives its exit status; 128 and the number for one that a signal ended, as a shell does.
    """
    command = subprocess.Popen(sys.argv[2:], stdin=subprocess.DEVNULL)  # noqa: S603  # what the starter said

    def pass_on(number: int, _: FrameType | None) -> None:
        command.send_signal(number)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, pass_on)
    let_go = Event()
    Thread(target=_end_when_let_go, args=(command, let_go, float(sys.argv[1])), daemon=True).start()
    status = command.wait()
    if let_go.is_set():
        os.killpg(0, signal.SIGKILL)
    return status if status >= 0 else 128 - status


def _end_when_let_go(command: subprocess.Popen[bytes], let_go: Event, patience_seconds: float) -> None:
    while os.read(sys.stdin.fileno(), 1):
        pass
    let_go.set()
    command.terminate()
    try:
        command.wait(patience_seconds)
    except subprocess.TimeoutExpired:
        command.kill()


if __name__ == "__main__":
    sys.exit(main())

SIGNALS = (signal.SIGINT, signal.SIGTERM)

_TILL_THE_END = 600


@contextmanager
def interruptible() -> Iterator[Event]:
    """An event that Ctrl-C or a request to terminate sets; a second one ends at once.

    Only the main thread hears signals: elsewhere whoever began the work stops it.
    """
    stop = Event()
    if current_thread() is not main_thread():
        yield stop
        return

    def asked(number: int, _: FrameType | None) -> None:
        stop.set()
        signal.signal(number, before[signal.Signals(number)])
        sys.stderr.write("stopping after this partition; once more, and it stops at once\n")

    before = {number: signal.signal(number, asked) for number in SIGNALS}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _let_go(worker: subprocess.Popen[bytes]) -> None:
    if worker.stdin is not None:
        worker.stdin.close()
    worker.wait(_TILL_THE_END)


def _hold_the_leash(stop: Event) -> None:
    sys.stdin.buffer.read()
    stop.set()
