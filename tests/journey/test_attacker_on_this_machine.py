"""What a page of the web, another user or a curious run finds where `jobindsats serve` runs: nothing."""

from __future__ import annotations

import json
import os
import stat
import urllib.error
import urllib.request
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import pytest

from tests.conftest import Database
from tests.processes import told
from tests.serving import Served, serving
from tests.standin.server import StandIn, running

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def publisher() -> Iterator[StandIn]:
    """A publisher on 5 November 2023."""
    with running(today="2023-11-05", scale="small") as standin:
        yield standin


@pytest.fixture(scope="module")
def served(publisher: StandIn, empty_database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A data folder that did not exist, served."""
    with (
        empty_database() as url,
        serving(
            tmp_path_factory.mktemp("attacked"),
            publisher=publisher,
            warehouse=url.render_as_string(hide_password=False),
        ) as served,
    ):
        yield served


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
