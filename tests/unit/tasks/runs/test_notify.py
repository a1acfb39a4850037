"""Whoever the settings name is told: over real HTTP and SMTP on this machine, never elsewhere."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from time import monotonic

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, insert, text

from tasks.runs.alerts import CannotTell, notify, tell
from tests.endless import ENDLESS, endless
from tests.scripted import scripted, send
from tests.web_hook import web_hook
from warehouse.schema import ops
from warehouse.settings import SettingsError, read_settings

NOW = datetime(2023, 11, 14, 4, 15, tzinfo=UTC)
OPEN_TRANSACTIONS = """
select count(*) from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid() and xact_start is not null
"""


class Mailman(socketserver.StreamRequestHandler):
    """As much of SMTP as it takes to be handed a message."""

    letters: list[str]

    def handle(self) -> None:
        self._say("220 here")
        lines: list[str] | None = None
        while line := self.rfile.readline().decode():
            if lines is None:
                lines = [] if line.upper().startswith("DATA") else None
                self._say("354 go on" if lines is not None else "221 bye" if line.startswith("QUIT") else "250 well")
            elif line == ".\r\n":
                self.letters.append("".join(lines))
                lines = None
                self._say("250 taken")
            else:
                lines.append(line)

    def _say(self, what: str) -> None:
        self.wfile.write(f"{what}\r\n".encode())


@contextmanager
def mailbox() -> Iterator[tuple[str, list[str]]]:
    """An address as Apprise writes it, and the letters that came."""
    letters: list[str] = []
    handler = type("Handler", (Mailman,), {"letters": letters})
    with socketserver.TCPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        port = server.server_address[1]
        yield f"mailto://127.0.0.1:{port}?from=night@kommune.dk&to=desk@kommune.dk&mode=insecure", letters
        server.shutdown()
        thread.join()


def test_a_web_hook_and_a_mailbox_are_told() -> None:
    with web_hook() as (hook, came), mailbox() as (mail, letters):
        tell((SecretStr(hook), SecretStr(mail)), subject="y10a02 needs a look", body="the release has not come")
    assert came == [{"title": "y10a02 needs a look", "text": "y10a02 needs a look\n\nthe release has not come"}]
    (letter,) = letters
    assert "Subject: y10a02 needs a look" in letter
    assert "the release has not come" in letter
    assert "desk@kommune.dk" in letter


def test_one_who_cannot_be_reached_does_not_keep_the_others_from_hearing() -> None:
    nobody = SecretStr("http://127.0.0.1:9/secret-path")
    with web_hook() as (hook, came):
        assert tell((nobody, SecretStr(hook)), subject="a", body="b") == ["number 1 of JOBINDSATS_NOTIFY: ConnectError"]
    assert len(came) == 1
    with pytest.raises(CannotTell, match=r"number 1 of JOBINDSATS_NOTIFY: ConnectError$"):
        tell((nobody,), subject="a", body="b")


def test_one_who_never_ends_an_answer_keeps_neither_the_night_nor_the_others() -> None:
    first, then = ENDLESS["a header"]
    begun = monotonic()
    with endless(first=first, then=then) as slow, web_hook() as (hook, came):
        missed = tell((SecretStr(slow), SecretStr(hook)), subject="a", body="b", seconds=2)
        assert missed == ["number 1 of JOBINDSATS_NOTIFY: no answer in 2 seconds"]
        assert len(came) == 1
        with pytest.raises(CannotTell, match=r"number 1 of JOBINDSATS_NOTIFY: no answer in 0\.3 seconds$"):
            tell((SecretStr(slow),), subject="a", body="b", seconds=0.3)
    assert monotonic() - begun < 8


def test_nothing_of_the_warehouse_is_held_while_somebody_is_told(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alert = {"table_id": "y10a02", "trouble": "failed", "about": "run 1", "message": "down"}
    with engine.begin() as connection:
        night = {"kind": "nightly", "started_at": NOW, "publisher_url": "", "code_version": ""}
        run_id = connection.scalar(insert(ops.runs).returning(ops.runs.c.run_id), night)
        connection.execute(insert(ops.alerts), alert | {"run_id": run_id, "raised_at": NOW})
    held: list[int] = []

    def answer(to: BaseHTTPRequestHandler, _: int) -> None:
        with engine.connect() as connection:
            held.append(connection.scalar(text(OPEN_TRANSACTIONS)) or 0)
        send(to)

    monkeypatch.setenv("JOBINDSATS_WAREHOUSE_URL", engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("JOBINDSATS_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("JOBINDSATS_NOW", NOW.isoformat())
    with scripted(answer) as hook:
        monkeypatch.setenv("JOBINDSATS_NOTIFY", hook.url)
        assert notify.fn() == ["y10a02"]
        assert notify.fn() == [], "each is told once"
    assert held == [0]


def test_a_refusal_is_told_by_its_status_and_never_by_the_address() -> None:
    with web_hook(status=401) as (hook, _), pytest.raises(CannotTell) as caught:
        tell((SecretStr(hook.replace("127.0.0.1", "LOCALHOST") + "/S3CRET"),), subject="a", body="b")
    assert str(caught.value) == "number 1 of JOBINDSATS_NOTIFY: HTTPStatusError, answered 401"


@pytest.mark.parametrize("address", ["desk@kommune.dk", "ftp://127.0.0.1", "somewhere"])
def test_what_is_no_address_is_said_without_repeating_it(address: str) -> None:
    with pytest.raises(CannotTell, match=r"neither an https:// nor a mailtos:// address") as caught:
        tell((SecretStr(address),), subject="a", body="b")
    assert address not in str(caught.value)


def test_the_setting_holds_several_with_blanks_between_and_shows_none() -> None:
    settings = read_settings({"JOBINDSATS_NOTIFY": " https://a/b  mailtos://u:p@c "})
    assert [each.get_secret_value() for each in settings.told] == ["https://a/b", "mailtos://u:p@c"]
    assert "u:p" not in repr(settings)
    assert read_settings({"JOBINDSATS_NOTIFY": ""}).told == ()
    with pytest.raises(SettingsError):
        read_settings({"JOBINDSATS_NOTIFFY": "https://a/b"})
