"""Work shared among processes: in order, raising what was raised, and nobody left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tasks.briefing.write import FEW, side_by_side
from tests.processes import until

MANY = list(range(FEW * 3))


def double(number: int) -> int:
    return 2 * number


def who(_: int) -> int:
    return os.getpid()


def fail_at_five(number: int) -> int:
    if number == 5:
        raise ValueError("five")
    return number


def linger(folder: str) -> None:
    (Path(folder) / str(os.getpid())).touch()
    signal.pause()


def test_what_is_made_comes_in_the_order_given() -> None:
    assert list(side_by_side(double, MANY)) == [2 * number for number in MANY]


def test_a_few_are_made_here_and_many_are_shared() -> None:
    assert set(side_by_side(who, MANY[:FEW])) == {os.getpid()}
    assert os.getpid() not in set(side_by_side(who, MANY))


@pytest.mark.parametrize("given", [MANY[:FEW], MANY])
def test_what_the_work_raises_is_raised(given: list[int]) -> None:
    with pytest.raises(ValueError, match="five"):
        list(side_by_side(fail_at_five, given))


def test_killed_with_minus_nine_it_leaves_no_process_behind(tmp_path: Path) -> None:
    begun = "from tests.unit.tasks.briefing.test_write import linger, side_by_side\n"
    command = f"{begun}list(side_by_side(linger, [{str(tmp_path)!r}] * 20))"
    asked = subprocess.Popen([sys.executable, "-c", command])
    until(lambda: any(tmp_path.iterdir()), within_seconds=60)
    hands = [int(file.name) for file in tmp_path.iterdir()]
    asked.kill()
    asked.wait()
    until(lambda: not any(Path(f"/proc/{hand}").exists() for hand in hands), within_seconds=30)
