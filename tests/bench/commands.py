"""How quickly commands that read answer, beside those of another checkout: `python -m tests.bench.commands OTHER`.

OTHER is a folder with a checkout and its `.venv`. Each of the two reads a copy of its own of one filled data folder (that of
`make demo`, unless another is named), whose server is stopped while it is copied. They take turns, so that a machine whose
pace changes changes it for both.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median
from time import perf_counter
from typing import NamedTuple

COMMANDS = (
    "show y01a02 --area Herlev --period 2023M09:2023M10",
    "figure savings --area Herlev --period 2023QMAT02",
    "status",
)
BUDGET_SECONDS = 0.8
OURS = Path(__file__).parents[2]


class Took(NamedTuple):
    """What one command took: seconds until it had answered, and of them the processor's own."""

    seconds: float
    processor: float


def main(arguments: list[str] | None = None) -> int:
    """Print the medians of both and their ratio; 1 where a median of ours is over its budget."""
    asked = _asked(arguments)
    with ExitStack() as opened:
        checkouts = {path: opened.enter_context(_environment(path, data=asked.data)) for path in (OURS, asked.other)}
        found = {command: _measured(command, checkouts=checkouts, runs=asked.runs) for command in COMMANDS}
    print(f"{'':52}{'ours':>16}{'other':>16}{'ratio':>16}")
    for command, (ours, other) in found.items():
        print(f"{command:52}" + "".join(f"{said:>16}" for said in _in_words(ours, other)))
    return 0 if all(ours.seconds <= BUDGET_SECONDS for ours, _ in found.values()) else 1


def _in_words(ours: Took, other: Took) -> tuple[str, str, str]:
    """Two medians and their ratio, each with that of the processor's seconds in brackets."""
    ratio = Took(ours.seconds / other.seconds, ours.processor / other.processor)
    told = [f"{took.seconds:.2f} ({took.processor:.2f})" for took in (ours, other, ratio)]
    return told[0], told[1], told[2]


def _asked(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.commands", description=__doc__)
    parser.add_argument("other", type=lambda path: Path(path).resolve(), help="the other checkout")
    parser.add_argument("--data", type=Path, default=Path(".data/demo"), help="a filled data folder")
    parser.add_argument("--runs", type=int, default=10, help="how often each command is run")
    return parser.parse_args(arguments)


@contextmanager
def _environment(checkout: Path, *, data: Path) -> Iterator[Mapping[str, str]]:
    """What the commands of a checkout are run with: a copy of the warehouse, up and of that checkout's schema."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("JOBINDSATS_")}
    _run(OURS, "warehouse down", environment=kept | {"JOBINDSATS_DATA_DIR": str(data)})
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        # With its owner, who is another where root's server runs.
        subprocess.run(["cp", "-a", str(data / "postgres"), folder], check=True)
        own = kept | {"JOBINDSATS_DATA_DIR": folder}
        _run(checkout, "warehouse up", environment=own)
        try:
            yield own
        finally:
            _run(checkout, "warehouse down", environment=own)


def _measured(command: str, *, checkouts: Mapping[Path, Mapping[str, str]], runs: int) -> tuple[Took, Took]:
    """The medians of a command, run in turns; once before, so that files and pages are warm."""
    took: dict[Path, list[Took]] = {checkout: [] for checkout in checkouts}
    for _ in range(runs + 1):
        for checkout, environment in checkouts.items():
            took[checkout].append(_run(checkout, command, environment=environment))
    ours, other = (Took(*map(median, zip(*each[1:], strict=True))) for each in took.values())
    return ours, other


def _run(checkout: Path, command: str, *, environment: Mapping[str, str]) -> Took:
    program = str(checkout / ".venv" / "bin" / "jobindsats")
    before, began = getrusage(RUSAGE_CHILDREN), perf_counter()
    subprocess.run([program, *command.split()], env=dict(environment), cwd=OURS, stdout=subprocess.DEVNULL, check=True)
    after = getrusage(RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Took(perf_counter() - began, processor)


if __name__ == "__main__":
    sys.exit(main())
