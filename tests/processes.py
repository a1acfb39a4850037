"""Processes of this machine as the system knows them, by what they were told when they began."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from tenacity import Retrying, retry_if_not_result, retry_if_result, stop_after_delay, wait_fixed


def told(setting: str, also: str = "") -> dict[int, str]:
    """Those whose environment has a setting (`NAME=value`), and one that begins with `also`: number and command."""
    return {
        pid: command
        for pid, command, environment in _all()
        if setting in environment and any(each.startswith(also) for each in environment)
    }


def _all() -> Iterator[tuple[int, str, list[str]]]:
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            environment = (folder / "environ").read_text(encoding="utf-8", errors="replace").split("\0")
            command = (folder / "cmdline").read_text(encoding="utf-8", errors="replace").replace("\0", " ").strip()
        except OSError:
            continue  # it has ended, or is somebody else's
        if command:  # one that has ended and waits to be noticed has none
            yield int(folder.name), command, environment


def until(holds: Callable[[], bool], *, within_seconds: float) -> None:
    """Wait until something holds that processes bring about."""
    waiting = Retrying(
        retry=retry_if_not_result(bool),
        wait=wait_fixed(0.05),
        stop=stop_after_delay(within_seconds),
        retry_error_callback=lambda _: False,
    )
    assert waiting(holds), "it never came"


def left_of(setting: str, *, patience_seconds: float = 30) -> dict[int, str]:
    """What still runs of those told a setting, when all have gone or the patience has."""
    waiting = Retrying(
        retry=retry_if_result(bool),
        wait=wait_fixed(0.1),
        stop=stop_after_delay(patience_seconds),
        retry_error_callback=lambda state: state.outcome.result() if state.outcome else {},
    )
    return waiting(told, setting)
