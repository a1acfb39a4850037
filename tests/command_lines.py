"""Carries out command lines one after another in one process, each as `jobindsats` would: a line of JSON for each.

Each is answered with its exit status, with what it printed, and with whether it began a server of Prefect's.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

from flows.command_line.main import run
from flows.serving import local_server

ROOT = Path(__file__).parent.parent


def answers(lines: Sequence[Sequence[str]], *, environment: Mapping[str, str], folder: Path) -> list[dict[str, Any]]:
    """What a process with this environment, in this folder, makes of each command line."""
    given = "".join(json.dumps(list(line)) + "\n" for line in lines)
    python = [sys.executable, "-m", "tests.command_lines"]
    process = {**environment, "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(python, input=given, env=process, cwd=folder, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return [json.loads(line) for line in ended.stdout.splitlines()]


def main() -> None:
    """Answer each line of standard input."""
    for line in sys.stdin:
        with redirect_stdout(StringIO()) as printed, redirect_stderr(StringIO()) as told:
            status = run(json.loads(line))
        servers = local_server._own_server.cache_info().currsize
        answer = {"status": status, "printed": printed.getvalue(), "told": told.getvalue(), "servers": servers}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
