"""`python -m tests.standin`: serve, or serve for as long as a command runs."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.standin import server
from tests.standin.dataset_files import DatasetError
from tests.standin.faults import NAMES, FaultError
from tests.standin.publisher import Publisher, Settings
from tests.standin.server import StandIn
from tests.standin.synthetic import SCALES

_COPENHAGEN = ZoneInfo("Europe/Copenhagen")
_WRONG_USE = 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.standin",
        description="A stand-in for the API v3 of Jobindsats.dk, and for StatBank's beside it, on 127.0.0.1.",
        epilog=f"Faults: {', '.join(NAMES)}. After -- comes a command to run against it.",
    )
    parser.add_argument("--port", type=int, default=0, help="0 is any free one")
    parser.add_argument("--dataset", type=Path, metavar="DIR", help="serve DIR/editions instead of a synthetic Denmark")
    parser.add_argument("--today", type=date.fromisoformat, default=server.DEFAULT_TODAY, metavar="DATE")
    parser.add_argument("--token", default=Settings.token)
    parser.add_argument("--scale", choices=SCALES, default="national")
    parser.add_argument("--seed", type=int, default=Settings.seed)
    parser.add_argument(
        "--slow-seconds", type=float, default=Settings.slow_seconds, help="how late the fault `slow` is"
    )
    parser.add_argument("--fault", action="append", default=[], metavar="NAME=RATE")
    return parser


def _rates(texts: Sequence[str]) -> dict[str, float]:
    rates = {}
    for text in texts:
        name, _, rate = text.partition("=")
        try:
            rates[name] = float(rate)
        except ValueError as error:
            raise FaultError(
                f"'{text}' is not NAME=RATE with a rate from 0 to 1; there are {', '.join(NAMES)}"
            ) from error
    return rates


def _split(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Ours before the first `--`, the command after it."""
    before = list(arguments)
    if "--" not in before:
        return before, []
    at = before.index("--")
    return before[:at], before[at + 1 :]


def clock(today: date, *, now: datetime) -> str:
    """The stand-in's day at the wall clock's time of day, so that runs of one day follow one another."""
    return datetime.combine(today, now.astimezone(_COPENHAGEN).time(), tzinfo=_COPENHAGEN).isoformat(
        timespec="microseconds"
    )


def _environment(stand_in: StandIn) -> dict[str, str]:
    """The caller's environment with ours; a token the caller set stays, so that a wrong one can be tried."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    ours = {
        "JOBINDSATS_API_URL": stand_in.url,
        "JOBINDSATS_STATBANK_URL": stand_in.statbank_url,
        "JOBINDSATS_NOW": clock(stand_in.today, now=datetime.now(_COPENHAGEN)),
        "PATH": path,
    }
    return {"JOBINDSATS_API_TOKEN": stand_in.token} | os.environ | ours


def _run(command: list[str], environment: dict[str, str]) -> int:
    """Run the command, hand it our signals, and take its exit status."""
    try:
        child = subprocess.Popen(command, env=environment)
    except OSError as error:
        print(f"{command[0]} cannot be run: {error.strerror}", file=sys.stderr)
        return 127
    signal.signal(signal.SIGTERM, lambda number, frame: child.send_signal(number))
    # At a terminal Ctrl-C reaches the child by itself; elsewhere it has to be handed on.
    signal.signal(signal.SIGINT, lambda number, frame: None if sys.stdin.isatty() else child.send_signal(number))
    status = child.wait()
    return 128 - status if status < 0 else status


def _told_to_end() -> threading.Event:
    """An event that SIGTERM and SIGINT set; listening has to begin before anybody knows that we are up."""
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, frame: ended.set())
    return ended


def _serve(stand_in: StandIn, command: list[str]) -> int:
    """Say where the stand-in is, then run the command or wait to be told to end."""
    ended = None if command else _told_to_end()
    print(f"JOBINDSATS_API_URL={stand_in.url}", flush=True)
    if ended is None:
        return _run(command, _environment(stand_in))
    ended.wait()
    return 0


def main(arguments: Sequence[str]) -> int:
    """Serve, and end with the command's exit status; 2 for wrong use."""
    own, command = _split(arguments)
    options = _parser().parse_args(own)
    settings = Settings(token=options.token, seed=options.seed, slow_seconds=options.slow_seconds)
    try:
        world = server.world(dataset=options.dataset, today=options.today, scale=options.scale, seed=options.seed)
        publisher = Publisher(world, today=options.today, settings=settings)
        publisher.set_faults(_rates(options.fault))
        with server.serving(publisher, port=options.port) as stand_in:
            return _serve(stand_in, command)
    except (DatasetError, FaultError, OSError) as error:
        print(f"standin: {error}", file=sys.stderr)
        return _WRONG_USE
