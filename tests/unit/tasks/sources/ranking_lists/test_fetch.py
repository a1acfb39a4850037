"""Lists are found in a folder or at web addresses, and fetched within limits from the named host and no other."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tasks.archive.store import Archive
from tasks.sources.access import Access
from tasks.sources.documents import file_kind as limits
from tasks.sources.ranking_lists import fetch
from tasks.sources.ranking_lists.fetch import name_of, watched
from tasks.stoppages import (
    BodyTooLarge,
    ListUnreadable,
    PublisherDown,
    PublisherTimedOut,
    RedirectRefused,
    RequestRefused,
)
from warehouse.danish.clock import Clock
from warehouse.settings import Settings

NOW = datetime(2026, 11, 2, 4, 15, tzinfo=UTC)


def get(address: str, **options: Any) -> bytes:
    return fetch.get(address, now=lambda: NOW, **{"retries": 1, "backoff_seconds": 0.01, **options})


class _Page(BaseHTTPRequestHandler):
    """Answers by the path it is asked for."""

    def do_GET(self) -> None:
        getattr(self, f"answer_{self.path.strip('/').partition('.')[0]}")()

    def answer_list(self) -> None:
        self._send(200, b"%PDF-1.4 a list", {})

    def answer_moved(self) -> None:
        self._send(302, b"", {"Location": "/list.pdf"})

    def answer_elsewhere(self) -> None:
        self._send(302, b"", {"Location": "http://localhost:9/list.pdf"})

    def answer_tofile(self) -> None:
        self._send(302, b"", {"Location": "file:///etc/hostname"})

    def answer_round(self) -> None:
        self._send(302, b"", {"Location": "/round"})

    def answer_tired(self) -> None:
        self.server.asked += 1  # type: ignore[attr-defined]
        self._send(503 if self.server.asked < 3 else 200, b"%PDF-1.4 a list", {})  # type: ignore[attr-defined]

    def answer_gone(self) -> None:
        self._send(404, b"<html>", {})

    def answer_endless(self) -> None:
        self.send_response(200)
        self.end_headers()
        try:
            while True:
                self.wfile.write(bytes(1 << 20))
        except OSError:
            self.close_connection = True

    def answer_silent(self) -> None:
        self.server.stopped.wait()  # type: ignore[attr-defined]

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the library's name
        """Say nothing."""


@pytest.fixture
def site() -> Iterator[str]:
    """A web site of this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Page)
    server.daemon_threads = True
    server.stopped = threading.Event()  # type: ignore[attr-defined]
    server.asked = 0  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.stopped.set()  # type: ignore[attr-defined]
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_folders_lists_are_found_sorted_and_nothing_else(tmp_path: Path) -> None:
    for name in ("b.xlsx", "a.pdf", "C.PDF", "~$b.xlsx", ".d.pdf", "e.xls", "f.txt"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "folder.pdf").mkdir()
    assert [Path(found).name for found in watched(str(tmp_path))] == ["C.PDF", "a.pdf", "b.xlsx"]
    assert get(watched(str(tmp_path))[0], timeout_seconds=1) == b"x"


def test_web_addresses_are_taken_as_they_come_and_once() -> None:
    place = " https://bm.example/a.pdf\n https://bm.example/b.xlsx https://bm.example/a.pdf "
    assert watched(place) == ["https://bm.example/a.pdf", "https://bm.example/b.xlsx"]


@pytest.mark.parametrize(
    "place",
    [
        "file:///etc/passwd",
        "ftp://bm.example/a.pdf",
        "http://bm.example/a.pdf",
        "https://",
        "https://bm.example:port/a.pdf",
        "https://somebody:something@bm.example/a.pdf",
        "https://bm.example/a.pdf and more",
    ],
)
def test_what_is_no_open_web_address_is_refused(place: str) -> None:
    with pytest.raises(RequestRefused):
        watched(place)
    if " " not in place:
        with pytest.raises(RequestRefused):
            get(place, timeout_seconds=1)


@pytest.mark.parametrize("place", ["", " ", "no/such/folder"])
def test_a_folder_that_is_not_there_is_named(place: str) -> None:
    with pytest.raises(PublisherDown, match=f"the folder '{place}' for ranking lists is not there"):
        watched(place)


def test_a_file_that_went_away_or_grew_is_named(tmp_path: Path) -> None:
    with pytest.raises(PublisherDown, match="no longer there"):
        get(str(tmp_path / "a.pdf"), timeout_seconds=1)
    with (tmp_path / "b.pdf").open("wb") as stream:
        stream.truncate(limits.LARGEST_FILE_BYTES + 1)
    with pytest.raises(BodyTooLarge, match=r"b\.pdf has more than 20,971,520 bytes"):
        get(str(tmp_path / "b.pdf"), timeout_seconds=1)


def test_a_list_is_fetched_also_where_its_host_moved_it(site: str) -> None:
    assert get(f"{site}/list.pdf", timeout_seconds=10) == b"%PDF-1.4 a list"
    assert get(f"{site}/moved", timeout_seconds=10) == b"%PDF-1.4 a list"


def test_a_host_that_is_tired_is_asked_again_and_named_where_it_stays_so(site: str) -> None:
    with pytest.raises(PublisherDown, match=r"cannot be fetched: .* status 503 .* it was asked 2 times"):
        get(f"{site}/tired", timeout_seconds=10)
    assert get(f"{site}/tired", timeout_seconds=10) == b"%PDF-1.4 a list"


@pytest.mark.parametrize("path", ["elsewhere", "tofile", "round"])
def test_nothing_is_followed_off_the_host_or_round_and_round(site: str, path: str) -> None:
    with pytest.raises(RedirectRefused):
        get(f"{site}/{path}", timeout_seconds=10)


def test_a_page_that_is_gone_is_a_refusal_with_its_status(site: str) -> None:
    with pytest.raises(RequestRefused, match="status 404"):
        get(f"{site}/gone", timeout_seconds=10)


def test_a_body_without_end_is_left(site: str) -> None:
    with pytest.raises(BodyTooLarge):
        get(f"{site}/endless", timeout_seconds=30)


def test_a_silent_host_is_left(site: str) -> None:
    with pytest.raises(PublisherTimedOut, match=r"no answer in 0\.2 seconds"):
        get(f"{site}/silent", timeout_seconds=0.2)


def test_a_host_that_is_not_there_is_named() -> None:
    with pytest.raises(PublisherDown, match="cannot be fetched"):
        get("http://127.0.0.1:9/list.pdf", timeout_seconds=1)


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://bm.example/media/rangliste%20for%20alle%20ydelser.pdf?v=2", "rangliste for alle ydelser.pdf"),
        ("https://bm.example/", "https://bm.example/"),
        ("lists/oktober/a.xlsx", "a.xlsx"),
    ],
)
def test_a_lists_name_is_the_last_part_of_its_address(address: str, name: str) -> None:
    assert name_of(address) == name


def test_a_link_in_the_folder_is_told_by_its_name_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(b"%PDF- hemmeligt")
    folder = tmp_path / "lists"
    folder.mkdir()
    (folder / "alle.pdf").symlink_to(tmp_path / "elsewhere")
    (address,) = watched(str(folder))
    with pytest.raises(ListUnreadable, match=r"^alle\.pdf is a symbolic link"):
        get(address, timeout_seconds=1)


def test_files_that_cannot_be_read_do_not_take_the_whole_night(
    tmp_path: Path, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "LONGEST_ON_UNREADABLE_SECONDS", 1e-9)
    for name in ("a.pdf", "b.pdf", "c.pdf"):
        (tmp_path / name).write_bytes(b"no list")
    access = Access(Settings(ranking_lists=str(tmp_path)), Clock(NOW), archive, run_id=1)
    lacking, due = fetch.due(access, wanted=frozenset({fetch.LISTS, "ranking_all"}))
    assert (lacking.table_id, lacking.outcome) == ("ranking_all", "failed")
    said = str(due.stoppage)
    assert "a.pdf is neither a PDF nor an XLSX file" in said
    assert "b.pdf was not looked at" in said
    assert "c.pdf was not looked at" in said
    assert "Take those away first" in said
