"""Places at the services: whoever says nothing, never ends a question or takes no answer holds none for long."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from threading import Thread
from time import monotonic, sleep

import pytest
import requests
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from tasks.readers.connections import Bounded, listening_at
from tasks.readers.guard import GuardError

pytestmark = pytest.mark.slow  # seconds of waiting, long enough for a busy machine

PLACES, PATIENCE = 8, 40
LARGE = 16 * 1024 * 1024  # more than the system takes for whoever does not read
HEAD = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n"


class Hasty(Bounded):
    """The same, of less patience."""

    SECONDS = 3.0


async def answer(request: Request) -> PlainTextResponse:
    """As many letters as are asked for, after all of the question was read."""
    await request.body()
    return PlainTextResponse("a" * int(request.query_params.get("letters", "1")))


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """The port of a service of few places."""
    app = Starlette(routes=[Route("/", answer, methods=["GET", "POST"])])
    config = uvicorn.Config(app, http=Hasty, limit_concurrency=PLACES, log_level="critical", timeout_keep_alive=5)
    server = uvicorn.Server(config)
    with listening_at("127.0.0.1", 0) as listening:
        thread = Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        yield int(listening.getsockname()[1])
        server.should_exit = True
        thread.join(30)


def asked(port: int, letters: int = 1) -> int:
    """The status that somebody else is answered with, and all letters where it is well."""
    try:
        found = requests.get(f"http://127.0.0.1:{port}/?letters={letters}", timeout=5)
    except requests.ConnectionError:
        return 0
    assert found.status_code != 200 or len(found.text) == letters
    return found.status_code


def trickle(connections: list[socket.socket], drop: bytes, *, until: float) -> None:
    """Send a little, again and again."""
    while monotonic() < until:
        for connection in connections:
            with suppress(OSError):
                connection.sendall(drop)
        sleep(0.1)


@pytest.mark.parametrize(
    ("said", "drop"),
    [
        (b"", b""),
        (HEAD, b""),
        (HEAD, b"X: y\r\n"),
        (b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 999999\r\n\r\n", b"a"),
        (HEAD + b"\r\n" + HEAD, b"X: y\r\n"),
        (f"GET /?letters={LARGE} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode(), b""),
    ],
    ids=[
        "silent",
        "half a head",
        "a head without end",
        "a body without end",
        "a second head without end",
        "never reads",
    ],
)
def test_whoever_holds_all_places_holds_them_for_a_while_only(port: int, said: bytes, drop: bytes) -> None:
    for _ in range(5):
        seen, first_after = seen_beside(port, said, drop)
        assert seen[-1] == 200, seen
        if first_after < Hasty.SECONDS:  # else a busy machine asked when the first of them were let go already
            break
    assert seen[0] != 200, "all places were held"


def seen_beside(port: int, said: bytes, drop: bytes) -> tuple[list[int], float]:
    """What others are answered while somebody holds all places, until one is answered well; seconds until the first answer."""
    with ExitStack() as open_ones:
        began, held = monotonic(), []
        for _ in range(PLACES):
            held.append(open_ones.enter_context(socket.create_connection(("127.0.0.1", port))))
            held[-1].sendall(said)
            sleep(0.05)  # one after another, so that all but the last are answered
        ends = monotonic() + PATIENCE
        Thread(target=trickle, args=(held, drop), kwargs={"until": ends}, daemon=True).start()
        seen = [asked(port)]
        first_after = monotonic() - began
        while 200 not in seen and monotonic() < ends:
            sleep(0.2)
            seen.append(asked(port))
        return seen, first_after


def is_closed(connection: socket.socket) -> bool:
    """Whether the other side has let go, after whatever it had said."""
    connection.settimeout(1)
    try:
        while connection.recv(4096):
            pass
    except TimeoutError:
        return False
    except ConnectionError:
        return True
    return True


def test_who_was_answered_and_then_asks_by_half_holds_no_place(port: int) -> None:
    began = monotonic()
    with ExitStack() as open_ones:
        held = [open_ones.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in range(PLACES - 1)]
        for connection in held:
            connection.sendall(HEAD + b"\r\n")
            assert b"200 OK" in connection.recv(4096)
            connection.sendall(HEAD)
        beside = asked(port)
        assert beside != 200 or monotonic() - began > Hasty.SECONDS, "all places are held"
        sleep(2 * Hasty.SECONDS + 0.5)
        assert asked(port) == 200
        assert all(is_closed(connection) for connection in held)


def test_a_reader_who_takes_an_answer_slowly_gets_all_of_it(port: int) -> None:
    with requests.get(f"http://127.0.0.1:{port}/?letters=3000000", stream=True, timeout=30) as found:
        sleep(0.2)
        assert sum(len(part) for part in found.iter_content(65_536)) == 3_000_000


def test_a_connection_is_used_again(port: int) -> None:
    with requests.Session() as session:
        for _ in range(3):
            assert session.get(f"http://127.0.0.1:{port}/", timeout=5).text == "a"
            sleep(3.3)


def test_a_port_that_is_taken_is_told_with_what_to_do() -> None:
    with listening_at("127.0.0.1", 0) as taken, pytest.raises(GuardError, match=r"port \d+ of 127.0.0.1 .* --port"):
        listening_at("127.0.0.1", taken.getsockname()[1])
