"""Child processes that end with their parent, even if the parent is killed.

A child stops when the pipe to its parent closes, which the system does when the parent dies (`when_parent_ends`). A
program that does not do so by itself is run by `python -m tasks.child_processes SECONDS COMMAND...`, which ends it then. A
child has a session of its own: Ctrl-C in a terminal reaches only the parent, which then ends its children in order.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Event, Thread
from types import FrameType

PATIENCE_SECONDS = 20


def start(
    command: Sequence[str], *, environment: Mapping[str, str], log: Path, patience_seconds: float = PATIENCE_SECONDS
) -> subprocess.Popen[bytes]:
    """Start a program and append its output to a log; asked to end, it has so many seconds before it is killed."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as said:
        return subprocess.Popen(  # noqa: S603  # the command comes from this project, and no shell reads it
            [sys.executable, "-m", "tasks.child_processes", str(patience_seconds), *command],
            stdin=subprocess.PIPE,
            stdout=said,
            stderr=subprocess.STDOUT,
            env={**environment},
            start_new_session=True,
        )


def start_module(module: str, *arguments: str) -> subprocess.Popen[bytes]:
    """Start a module of this project that calls `when_parent_ends`; what it prints to standard output is dropped."""
    return subprocess.Popen(  # noqa: S603  # a module and arguments of this project, and no shell reads them
        [sys.executable, "-m", module, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )


def end(process: subprocess.Popen[bytes], *, patience_seconds: float = 600) -> None:
    """Ask a child to end by closing its standard input, and wait until it has ended; one that does not is killed."""
    if process.stdin:
        process.stdin.close()
    try:
        process.wait(patience_seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def when_parent_ends(act: Callable[[], object]) -> None:
    """Have a thread call a function once this process's standard input closes, which also happens when its parent dies.

    A process of a multiprocessing pool has no standard input of its own: there the parent's death alone counts.
    """
    from multiprocessing import parent_process

    parent = parent_process()
    wait = parent.join if parent else _until_stdin_closes

    def watch() -> None:
        wait()
        act()

    Thread(target=watch, daemon=True).start()


def _until_stdin_closes() -> None:
    # Not sys.stdin.read: its lock, still held, would keep the interpreter from ending in order.
    while os.read(0, 1024):
        pass


def exit_with_parent() -> None:
    """Let this process exit at once when its parent dies; a pool's process would wait for work for ever."""
    when_parent_ends(lambda: os._exit(1))


def main(patience_seconds: float, command: Sequence[str]) -> int:
    """Run a program; when the parent ends, ask it to end, and kill what it leaves in its session.

    Gives its exit status; 128 and the number for one that a signal ended, as a shell does.
    """
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: S603  # what the parent asked for
    _forward_signals(process)
    ending = Event()

    def end_in_order() -> None:
        ending.set()
        process.terminate()
        try:
            process.wait(patience_seconds)
        except subprocess.TimeoutExpired:
            process.kill()

    when_parent_ends(end_in_order)
    status = process.wait()
    if ending.is_set():
        os.killpg(0, signal.SIGKILL)
    return status if status >= 0 else 128 - status


def _forward_signals(process: subprocess.Popen[bytes]) -> None:
    def forward(number: int, _: FrameType | None) -> None:
        process.send_signal(number)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, forward)


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), sys.argv[2:]))
