"""The suite is loaded by a thread while a table is fetched, and an audit that comes earlier waits for it."""

from __future__ import annotations

import subprocess
import sys

_LOADED_MEANWHILE = """
import threading
from tasks.audit import load_suite_meanwhile

def loading():
    return [each.name for each in threading.enumerate()].count("load the suite")

load_suite_meanwhile()
load_suite_meanwhile()
assert loading() == 1, loading()
from expectations.suite import verdicts
load_suite_meanwhile()
for each in threading.enumerate():
    if each.name == "load the suite":
        each.join()
load_suite_meanwhile()
assert loading() == 0, loading()
"""


def test_the_suite_is_loaded_once_beside_other_work_and_waited_for() -> None:
    subprocess.run([sys.executable, "-c", _LOADED_MEANWHILE], check=True, timeout=120)
