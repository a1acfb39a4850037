"""A campaign: nights are killed anywhere while data folders are copied, moved and left with stale files.

Each round is a release of the publisher, a mishap, a night that is killed, and a night that is not. What stands after it is
what stands where nothing happens. `CAMPAIGN_ROUNDS=100` goes on for longer, `CAMPAIGN_SEED` repeats one.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep

import psutil
import pytest
from sqlalchemy import create_engine, text

from tests.conftest import Stage
from tests.content import content_of
from tests.faults.dying import context, night
from tests.faults.points import Point
from tests.faults.test_kills import holds_together
from tests.journey.test_two_users import as_user
from tests.scene import Scene
from warehouse.database import embedded
from warehouse.database.embedded import WarehouseUnreachable

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

TABLES = ["y10a02", "y25i01"]
FIRST = "2023-11-05"
DAYS = ("2023-12-05", "2024-01-05", "2024-02-05", "2024-03-05", "2024-04-05", "2024-05-05")
"""The days of one campaign, a round and a mishap each; the next begins afresh."""
ROUNDS = int(os.environ.get("CAMPAIGN_ROUNDS", str(len(DAYS))))
SEED = int(os.environ.get("CAMPAIGN_SEED", "24"))
LATEST_DEATH = 120
"""Events of a night: about as many as two tables of the small publisher make."""


@pytest.fixture(scope="module")
def undisturbed(stage: Stage) -> dict[str, str]:
    """What stands after each day where nothing happens."""
    with stage(today=FIRST, scale="small") as scene:
        found = {}
        for day in (FIRST, *DAYS):
            assert scene.night(day, tables=TABLES).outcome == "completed"
            found[day] = content_of(scene.database)
        return found


@dataclass
class Stranger:
    """Processes that are not the warehouse's: another warehouse's server, and a program."""

    data: Path
    program: subprocess.Popen[bytes]

    @property
    def numbers(self) -> tuple[int, int]:
        return postmaster(self.data), self.program.pid

    def is_untouched(self) -> bool:
        return all(psutil.pid_exists(number) for number in self.numbers) and self.program.poll() is None


def postmaster(data: Path) -> int:
    return int((data / "postgres" / "postmaster.pid").read_text().split()[0])


@pytest.fixture(scope="module")
def stranger() -> Iterator[Stranger]:
    with tempfile.TemporaryDirectory(prefix="stranger-") as folder:
        embedded.start(Path(folder))
        found = Stranger(Path(folder), subprocess.Popen([sys.executable, "-c", "import time; time.sleep(86400)"]))
        before = found.numbers
        yield found
        assert found.numbers == before
        found.program.kill()
        found.program.wait()
        embedded.stop(Path(folder))


@dataclass
class Campaign:
    """A warehouse in a data folder that is moved about."""

    scene: Scene
    data: Path
    stranger: Stranger
    chance: random.Random
    moves: int = 0
    mishaps: list[Callable[[Campaign], None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Every mishap once, in an order of chance."""
        self.mishaps = self.chance.sample(MISHAPS, len(MISHAPS))

    def settle(self) -> None:
        """Let scene and runs find the data folder where it is now."""
        self.scene.patch.delenv("JOBINDSATS_WAREHOUSE_URL", raising=False)
        self.scene.patch.setenv("JOBINDSATS_DATA_DIR", str(self.data))
        self.scene.database = embedded.start(self.data)

    def copied(self) -> None:
        """Somebody copies the folder while its server runs, works on the copy and stops its server."""
        copy = self.data.with_name("copy")
        number = postmaster(self.data)
        subprocess.run(["cp", "-a", str(self.data), str(copy)], check=True)
        assert not embedded.stop(copy)
        engine = create_engine(embedded.start(copy), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text("create table public.of_the_copy ()"))
        engine.dispose()
        assert embedded.stop(copy)
        shutil.rmtree(copy)
        assert postmaster(self.data) == number
        assert self.scene.query("select 1 from pg_tables where tablename = 'of_the_copy'") == []

    def moved(self) -> None:
        """Somebody moves the folder while its server runs."""
        self.moves += 1
        to = self.data.with_name(f"moved-{self.moves}")
        shutil.move(self.data, to)
        self.data = to

    def killed(self) -> None:
        """The server is killed."""
        server = psutil.Process(postmaster(self.data))
        os.kill(server.pid, signal.SIGKILL)
        ending = monotonic() + 30
        while server.is_running() and server.status() != psutil.STATUS_ZOMBIE:
            assert monotonic() < ending, "it does not die"
            sleep(0.05)

    def stale(self) -> None:
        """The server is killed, and its number is another's process by now."""
        self.killed()
        file = self.data / "postgres" / "postmaster.pid"
        number = self.chance.choice(self.stranger.numbers)
        file.write_text("\n".join([str(number), *file.read_text().splitlines()[1:]]))
        assert not embedded.stop(self.data)

    def away(self) -> None:
        """The archive is not mounted for a night."""
        archive, elsewhere = self.data / "archive", self.data.with_name("elsewhere")
        shutil.move(archive, elsewhere)
        archive.mkdir()
        report = self.scene.night(tables=TABLES)
        assert self.scene.outcomes(report) == dict.fromkeys(TABLES, "failed")
        assert [path.name for path in archive.rglob("*") if path.is_file() and path.name != "writer.lock"] == []
        shutil.rmtree(archive)
        shutil.move(elsewhere, archive)

    def tried_by_another_user(self) -> None:
        """Another user of the machine looks for the data, the server and the archive."""
        if os.geteuid() == 0:  # only root can become somebody else; CI is root
            number = postmaster(self.data)
            assert as_user("nobody", lambda: _refused(self.data, server=number)) == ""

    def round(self, day: str) -> None:
        """A mishap, a night that is killed, and one that is not."""
        self.scene.publisher.set_today(day)
        mishap = self.mishaps.pop()
        print(f"{day}: {mishap.__name__}")
        mishap(self)
        self.settle()
        self._night_that_is_killed()
        assert self.scene.night(day, tables=TABLES).outcome == "completed"

    def _night_that_is_killed(self) -> None:
        self.scene.set_clock()
        point = Point("anywhere", "anything", "before", nth=self.chance.randint(1, LATEST_DEATH))
        process = context().Process(target=night, args=(point, dict(os.environ), TABLES, None, None))
        process.start()
        process.join(300)
        assert process.exitcode in (0, -signal.SIGKILL)
        print(f"  killed before event {point.nth}: {process.exitcode}")


MISHAPS: tuple[Callable[[Campaign], None], ...] = (
    Campaign.copied,
    Campaign.moved,
    Campaign.killed,
    Campaign.stale,
    Campaign.away,
    Campaign.tried_by_another_user,
)


def _refused(data: Path, *, server: int) -> None:
    for tried in (lambda: list(data.iterdir()), lambda: os.kill(server, signal.SIGTERM)):
        with pytest.raises(PermissionError):
            tried()
    with pytest.raises((OSError, WarehouseUnreachable)):
        embedded.start(data)


def campaigns() -> list[tuple[int, int]]:
    """A seed and a number of rounds for each campaign."""
    return [(SEED + begun, min(len(DAYS), ROUNDS - begun)) for begun in range(0, ROUNDS, len(DAYS))]


@pytest.mark.parametrize(("seed", "rounds"), campaigns())
def test_whatever_happens_to_a_warehouse_the_same_stands(
    stage: Stage, undisturbed: dict[str, str], stranger: Stranger, seed: int, rounds: int
) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="campaign-") as folder,
        stage(today=FIRST, scale="small") as scene,
    ):
        campaign = Campaign(scene, Path(folder) / "data", stranger, random.Random(seed))
        campaign.settle()
        try:
            assert scene.night(FIRST, tables=TABLES).outcome == "completed"
            for day in DAYS[:rounds]:
                campaign.round(day)
                assert content_of(scene.database) == undisturbed[day]
                assert stranger.is_untouched()
            assert holds_together(scene)
            assert scene.query("select tablename from pg_tables where schemaname = 'staging'") == []
            assert scene.answer("replay", "--verify")["equal"] is True
        finally:
            embedded.stop(campaign.data)
