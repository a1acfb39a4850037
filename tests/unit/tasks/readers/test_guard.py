"""Whom the services for readers' programs answer: by which names, from which origins, and with which token."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from tasks.readers.guard import Guard, GuardError, is_wide, kept_token, require_guarded

TOKEN = "a-token-of-more-than-24-signs"
WIDE = ("0.0.0.0", "::", "10.1.2.3", "figures.example")


def client(*names: str, token: str | None = None) -> TestClient:
    """A client of a guarded application."""
    routes = [Route(path, lambda _request: PlainTextResponse("answered")) for path in ("/", "/health")]
    return TestClient(Starlette(routes=routes, middleware=[Middleware(Guard, names=names, token=token)]))


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8080", 200),
        ("localhost", 200),
        ("[::1]:8080", 200),
        ("figures.example:8080", 200),
        ("FIGURES.example", 200),
        ("attacker.example", 400),
        ("figures.example.attacker.example", 400),
        ("127.0.0.1.attacker.example", 400),
        ("figures.example@attacker.example", 400),
        ("[", 400),
    ],
)
def test_it_answers_its_own_names_alone(host: str, status: int) -> None:
    assert client("figures.example").get("/", headers={"host": host}).status_code == status


@pytest.mark.parametrize(
    ("origin", "host", "status"),
    [
        ("http://127.0.0.1:8080", "127.0.0.1:8080", 200),
        ("http://[::1]:8080", "[::1]:8080", 200),
        ("http://localhost", "localhost", 200),
        ("https://figures.example", "figures.example", 200),
        ("https://figures.example", "127.0.0.1:8080", 200),  # a proxy that passes no name on
        ("http://localhost:3000", "localhost:8080", 403),
        ("http://127.0.0.1:8080", "localhost:8080", 403),
        ("https://figures.example:8443", "127.0.0.1:8080", 403),
        ("https://attacker.example", "localhost", 403),
        ("https://figures.example.attacker.example", "localhost", 403),
        ("null", "localhost", 403),
        ("", "localhost", 403),
        ("://", "localhost", 403),
    ],
)
def test_no_page_of_another_origin_is_answered(origin: str, host: str, status: int) -> None:
    asked = client("figures.example").get("/", headers={"host": host, "origin": origin})
    assert asked.status_code == status


@pytest.mark.parametrize(
    ("authorization", "status"),
    [
        (f"Bearer {TOKEN}", 200),
        (f"bearer {TOKEN}", 200),
        (f"Bearer {TOKEN}x", 401),
        ("Bearer ", 401),
        (f"Basic {TOKEN}", 401),
        (TOKEN, 401),
        (None, 401),
    ],
)
def test_where_there_is_a_token_it_is_asked_for(authorization: str | None, status: int) -> None:
    headers = {"host": "localhost"} | ({"authorization": authorization} if authorization else {})
    asking = client(token=TOKEN)
    answer = asking.get("/", headers=headers)
    assert (answer.status_code, TOKEN in answer.text) == (status, False)
    assert asking.get("/health", headers={"host": "localhost"}).status_code == 200


@pytest.mark.parametrize("host", WIDE)
def test_nobody_else_can_ask_without_a_token_and_a_name(host: str) -> None:
    assert is_wide(host)
    with pytest.raises(GuardError, match="a token is needed"):
        require_guarded(host, token=None, names=["figures.example"])
    with pytest.raises(GuardError, match="--name"):
        require_guarded(host, token=TOKEN, names=[])
    require_guarded(host, token=TOKEN, names=["figures.example"])
    require_guarded("127.0.0.1", token=None, names=[])


def test_a_short_token_is_none() -> None:
    with pytest.raises(GuardError, match="fewer than 24"):
        require_guarded("127.0.0.1", token="short", names=[])


def test_the_token_is_made_once_and_kept_for_its_owner(tmp_path: Path) -> None:
    token = kept_token(tmp_path)
    (file,) = tmp_path.iterdir()
    assert (file.stat().st_mode & 0o777, len(token) >= 32, kept_token(tmp_path)) == (0o600, True, token)
    file.chmod(0o640)
    with pytest.raises(GuardError, match="others may read"):
        kept_token(tmp_path)


def test_a_host_that_is_refused_is_told_before_anything_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("mcp", reason="the packages are not installed: make setup-serve")
    from flows.command_line.main import run

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JOBINDSATS_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("JOBINDSATS_SERVE_TOKEN", "short")
    assert run(["serve-data", "--host", "0.0.0.0", "--name", "figures.example"]) == 2
    assert "fewer than 24" in capsys.readouterr().err
    monkeypatch.delenv("JOBINDSATS_SERVE_TOKEN")
    assert run(["serve-data", "--host", "0.0.0.0"]) == 2
    assert "--name" in capsys.readouterr().err
    assert run(["serve-data", "--port", "70000"]) == 2
