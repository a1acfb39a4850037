"""What a page of the web, another user or a curious run finds where `jobindsats serve` runs: nothing."""

from __future__ import annotations

import json
import os
import stat
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http import HTTPStatus
from pathlib import Path
from tempfile import gettempdir
from threading import Event, Thread

import pytest

from tests.conftest import Database
from tests.journey.test_two_users import as_user
from tests.processes import told
from tests.serving import Served, serving
from tests.standin.server import StandIn, running

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def publisher() -> Iterator[StandIn]:
    """A publisher on 5 November 2023."""
    with running(today="2023-11-05", scale="small") as standin:
        yield standin


NEEDS_THE_TOKEN = ("prefect worker start", "prefect.engine")
HANDS_IT_ON = "prefect.runner._workspace_supervisor"
"""A worker and what Prefect puts between it and its runs, and the runs: nobody else is told it."""


class Seen:
    """All processes that were told a setting: their commands by whether they were told the token too."""

    def __init__(self, mark: str) -> None:
        self.mark = mark
        self.commands: dict[bool, set[str]] = {True: set(), False: set()}

    def look(self) -> None:
        """Look at those that run now."""
        with_token = told(self.mark, "JOBINDSATS_API_TOKEN=")
        for number, command in told(self.mark).items():
            self.commands[number in with_token].add(command)

    @contextmanager
    def looking(self) -> Iterator[Seen]:
        """Look again and again until the block ends."""
        over = Event()

        def look() -> None:
            while not over.wait(0.5):
                self.look()

        thread = Thread(target=look)
        thread.start()
        try:
            yield self
        finally:
            over.set()
            thread.join()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which the data folder is made."""
    return tmp_path_factory.mktemp("attacked")


@pytest.fixture(scope="module")
def seen(folder: Path) -> Seen:
    """The processes of the data folder, from the first one on."""
    return Seen(f"PREFECT_HOME={folder / 'data' / 'prefect'}")


@pytest.fixture(scope="module")
def served(publisher: StandIn, empty_database: Database, folder: Path, seen: Seen) -> Iterator[Served]:
    """A data folder that did not exist, served."""
    with ExitStack() as stack:
        url = stack.enter_context(empty_database()).render_as_string(hide_password=False)
        with seen.looking():
            found = stack.enter_context(serving(folder, publisher=publisher, warehouse=url))
        yield found


def asked(served: Served, path: str, **headers: str) -> tuple[int, dict[str, str]]:
    """The status and the headers of an answer, whichever it is."""
    request = urllib.request.Request(
        served.api + path, headers={name.replace("_", "-"): headers[name] for name in headers}
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, {name.lower(): value for name, value in answer.headers.items()}
    except urllib.error.HTTPError as error:
        with error:
            return error.code, {name.lower(): value for name, value in error.headers.items()}


def test_who_does_not_know_the_password_learns_and_starts_nothing(served: Served) -> None:
    assert asked(served, "/admin/settings")[0] == HTTPStatus.UNAUTHORIZED
    assert asked(served, "/admin/settings", Authorization="Basic YWRtaW46YWRtaW4=")[0] == HTTPStatus.UNAUTHORIZED
    assert asked(served, "/deployments/filter")[0] == HTTPStatus.UNAUTHORIZED
    assert asked(served, "/flow_runs/filter")[0] == HTTPStatus.UNAUTHORIZED


def test_a_page_of_another_origin_is_not_let_in(served: Served) -> None:
    own = served.api.removesuffix("/api")
    assert asked(served, "/health", Origin="https://example.org")[1].get("access-control-allow-origin") is None
    assert asked(served, "/health", Origin=own)[1].get("access-control-allow-origin") == own


def test_a_name_that_only_leads_here_is_not_answered(served: Served) -> None:
    assert asked(served, "/health", Host="rebound.example.org")[0] == HTTPStatus.BAD_REQUEST
    assert asked(served, "/health", Host="localhost")[0] == HTTPStatus.OK


@pytest.mark.parametrize(
    "chosen", [{"command": "touch /nowhere"}, {"env": {"PATH": "/nowhere"}}, {"working_dir": "/"}, {"labels": {}}]
)
def test_who_starts_a_run_chooses_neither_its_command_nor_its_environment(
    served: Served, chosen: dict[str, object]
) -> None:
    where = f"/deployments/{served.deployment('nightly')['id']}/create_flow_run"
    with pytest.raises(urllib.error.HTTPError) as refused:
        served.ask(where, {"job_variables": chosen})
    refused.value.close()
    assert refused.value.code in (HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY)
    pool = served.ask("/work_pools/jobindsats")
    assert set(pool["base_job_template"]["job_configuration"]) == {"name", "stream_output"}


def test_the_server_is_told_nothing_of_ours(served: Served, publisher: StandIn) -> None:
    processes = told(served.mark)
    servers = [pid for pid, said in processes.items() if "server start" in said]
    assert servers
    for pid in servers:
        environment = Path(f"/proc/{pid}/environ").read_text(encoding="utf-8", errors="replace")
        assert "JOBINDSATS_API_TOKEN" not in environment
    password = served.environment["PREFECT_API_AUTH_STRING"]
    for pid in processes:
        command = Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8", errors="replace")
        assert password not in command
        assert publisher.token not in command


def test_the_token_is_told_to_a_worker_and_its_runs_alone(served: Served, seen: Seen) -> None:
    with seen.looking():
        served.ended(served.trigger("nightly", tables=["y25i01"]))
    for part in ("prefect deploy", "server start"):
        assert any(part in command.replace("--no-prompt ", "") for command in seen.commands[False]), seen.commands
    for part in NEEDS_THE_TOKEN:
        assert any(part in command for command in seen.commands[True]), seen.commands
    may = (*NEEDS_THE_TOKEN, HANDS_IT_ON)
    others = [command for command in seen.commands[True] if not any(part in command for part in may)]
    assert others == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user; CI is root")
def test_no_other_user_opens_anything_of_the_data_folder(served: Served, folder: Path) -> None:
    kept = [folder / "data", *(folder / "data").rglob("*")]
    assert len(kept) > 50
    beside = folder / "open"
    beside.touch()
    beside.chmod(0o644)

    def look() -> None:
        assert os.access(beside, os.R_OK), "nothing above the data folder hinders anybody"
        opened = [path for path in kept if os.access(path, os.R_OK) or os.access(path, os.W_OK)]
        assert opened == []

    with opened_above(folder):
        assert as_user("nobody", look) == ""


@contextmanager
def opened_above(folder: Path) -> Iterator[None]:
    """Let everybody come as far as a folder of the tests."""
    closed = [each for each in (folder, *folder.parents) if each.is_relative_to(gettempdir())]
    before = [stat.S_IMODE(each.stat().st_mode) for each in closed]
    try:
        for each, mode in zip(closed, before, strict=True):
            each.chmod(mode | 0o055)
        yield
    finally:
        for each, mode in zip(closed, before, strict=True):
            each.chmod(mode)


def test_no_other_user_can_read_what_is_kept(served: Served) -> None:
    home = Path(served.environment["PREFECT_HOME"])
    for folder in (home, home.parent):
        assert stat.S_IMODE(folder.stat().st_mode) & 0o077 == 0, folder
    assert stat.S_IMODE((home / "password").stat().st_mode) == 0o600
    assert (home / "password").stat().st_uid == os.geteuid()


def test_the_password_is_told_once(served: Served) -> None:
    password = served.environment["PREFECT_API_AUTH_STRING"]
    assert sum(password in line for line in served.said) == 1
    assert password not in json.dumps(served.command("figures")) + served.worker_log()
