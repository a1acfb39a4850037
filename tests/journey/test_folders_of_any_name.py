"""A night in a data folder whose name has every letter that an address or a shell reads otherwise."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scene import JOBINDSATS
from tests.standin.server import running

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture
def closed() -> Iterator[Path]:
    """A folder that only this user may enter."""
    with tempfile.TemporaryDirectory(prefix="home-") as folder:
        yield Path(folder)


@pytest.mark.parametrize("name", ["sæt #1 %20", "why? 100 %"])
def test_a_night_keeps_everything_in_its_folder(closed: Path, name: str) -> None:
    home = closed / name
    home.mkdir()
    others = {key: value for key, value in os.environ.items() if not key.startswith(("PREFECT_", "JOBINDSATS_"))}
    with running(today="2023-11-05", scale="small") as publisher:
        environment = others | {
            "HOME": str(home),
            "JOBINDSATS_API_URL": publisher.url,
            "JOBINDSATS_API_TOKEN": publisher.token,
            "JOBINDSATS_DATA_DIR": str(home / "data"),
            "JOBINDSATS_NOW": "2023-11-05T04:15:00+01:00",
        }

        def command(*arguments: str) -> subprocess.CompletedProcess[str]:
            return subprocess.run(
                [JOBINDSATS, *arguments], env=environment, cwd=home, capture_output=True, text=True, check=False
            )

        try:
            ended = command("nightly", "--table", "y10a02")
            assert ended.returncode == 0, ended.stdout + ended.stderr
            assert "published" in ended.stdout
            assert "archive    well" in command("doctor").stdout
        finally:
            assert command("warehouse", "down").returncode == 0
    assert [path.name for path in closed.iterdir()] == [name]
    assert list((home / "data" / "archive" / "publications").rglob("*.json"))
    assert (home / "data" / "prefect" / "prefect.db").is_file()
