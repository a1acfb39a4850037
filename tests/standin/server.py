"""The HTTP server of the stand-in, on loopback only, and how a test runs one beside itself."""

from __future__ import annotations

import contextlib
import json
import select
import socket
import sys
import threading
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.standin.dataset import Dataset
from tests.standin.editions import Edition, World
from tests.standin.faults import FaultError
from tests.standin.publisher import Publisher, Reply, Settings, json_reply
from tests.standin.statbank.bank import PREFIX, Bank
from tests.standin.synthetic import SyntheticDenmark

HOST = "127.0.0.1"
LONGEST_SILENCE = 600.0
DEFAULT_TODAY = date(2026, 8, 20)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], publisher: Publisher) -> None:
        super().__init__(address, _Handler)
        self.publisher = publisher
        self.bank = Bank(publisher)
        self.stopping = threading.Event()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no news; anything else is a fault of the stand-in's own, and is printed."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "standin"
    sys_version = ""
    wbufsize = -1
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        """Every v3 call, every call of StatBank, and the lists of calls."""
        if self._target == "/standin/calls":
            self._send(json_reply(self.server.publisher.calls()))
        elif self._target == "/standin/statbank-calls":
            self._send(json_reply(self.server.bank.calls()))
        elif self._target.startswith(f"{PREFIX}/v1/"):
            self._send_in_time(self.server.bank.reply(self._target, port=int(self.server.server_address[1])))
        elif self._target.startswith("/v3/"):
            self._v3()
        else:
            self._send(json_reply({"code": 404, "cause": "Not found"}, status=404))

    def do_POST(self) -> None:
        """The controls, and v3 calls: one public client asks by POST, with its question in the address and no body."""
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        if self._target.startswith("/v3/"):
            self._v3()
        else:
            self._send(_controlled(self.server.publisher, self._target, body))

    @property
    def _target(self) -> str:
        """The request target with raw Danish letters put right: the standard library reads the line as latin-1."""
        return self.path.encode("latin-1").decode("utf-8", "replace")

    def _v3(self) -> None:
        port = int(self.server.server_address[1])
        reply = self.server.publisher.reply(
            self.command, self._target, authorization=self.headers.get("Authorization"), port=port
        )
        self._send_in_time(reply)

    def _send_in_time(self, reply: Reply) -> None:
        """Send the reply, or be as late as its faults ask for."""
        if "timeout" in reply.faults:
            self._fall_silent(LONGEST_SILENCE)
            self.close_connection = True
            return
        if "slow" in reply.faults:
            self._fall_silent(self.server.publisher.settings.slow_seconds)
        self._send(reply)

    def _fall_silent(self, seconds: float) -> None:
        """Say nothing until the time is up, the client has gone or the server stops."""
        waited = 0.0
        while waited < seconds and not self.server.stopping.wait(0.05) and not self._client_gone():
            waited += 0.05

    def _client_gone(self) -> bool:
        readable, _, _ = select.select([self.connection], [], [], 0)
        return bool(readable) and self.connection.recv(1, socket.MSG_PEEK) == b""

    def _send(self, reply: Reply) -> None:
        body = reply.body
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in reply.headers:
            self.send_header(name, value)
        self.end_headers()
        cut = "truncated" in reply.faults
        self.close_connection = self.close_connection or cut
        self.wfile.write(body[: len(body) // 2] if cut else body)
        self.wfile.flush()

    def log_message(self, *args: Any) -> None:
        """Calls are listed at /standin/calls, not printed."""


def _controlled(publisher: Publisher, target: str, body: bytes) -> Reply:
    """Move the clock, set faults or let tables be late; what cannot be done is a 400 that says why."""
    try:
        document = json.loads(body)
        if target == "/standin/today":
            publisher.set_today(date.fromisoformat(document["date"]))
            return json_reply({"date": publisher.today.isoformat()})
        if target == "/standin/faults":
            publisher.set_faults(document)
            return json_reply(publisher.faults)
        if target == "/standin/late":
            publisher.set_late({str(table_id): int(days) for table_id, days in document.items()})
            return json_reply(document)
    except FaultError as error:
        return json_reply({"code": 400, "cause": str(error)}, status=400)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return json_reply({"code": 400, "cause": f"not understood: {error!r}"}, status=400)
    return json_reply({"code": 404, "cause": "Not found"}, status=404)


class StandIn:
    """A running stand-in, as a test or the command line sees it."""

    def __init__(self, server: _Server) -> None:
        self._server = server
        self.port = int(server.server_address[1])
        self.url = f"http://{HOST}:{self.port}/v3"
        self.statbank_url = f"http://{HOST}:{self.port}{PREFIX}/v1"
        self.token = server.publisher.settings.token

    @property
    def today(self) -> date:
        """The day on its clock."""
        return self._server.publisher.today

    def set_today(self, today: date | str) -> None:
        """Move its clock."""
        self._server.publisher.set_today(date.fromisoformat(today) if isinstance(today, str) else today)

    def set_faults(self, rates: Mapping[str, float], *, only: str = "") -> None:
        """Add or replace fault rates; 0 ends one. All hit only calls whose path holds `only`."""
        self._server.publisher.set_faults(rates, only=only)

    def set_late(self, days: Mapping[str, int]) -> None:
        """Let each table's releases come some days after they were announced for; 0 ends it."""
        self._server.publisher.set_late(days)

    def clear_faults(self) -> None:
        """End every fault."""
        self.set_faults(dict.fromkeys(self._server.publisher.faults, 0.0))

    def calls(self) -> list[dict[str, Any]]:
        """Every v3 call so far: method, path with query, status, faults, time."""
        return self._server.publisher.calls()

    def statbank_calls(self) -> list[dict[str, Any]]:
        """Every call of StatBank so far, in the same form."""
        return self._server.bank.calls()


def world(*, dataset: Path | None, today: date, scale: str, seed: int) -> World:
    """The folder's editions, or the synthetic Denmark. Raises DatasetError."""
    return Dataset(dataset) if dataset else SyntheticDenmark(seed=seed, scale=scale, begins_on=today)


@dataclass(frozen=True)
class _Without:
    """A world in which some tables are not listed."""

    world: World
    missing: frozenset[str]

    def table_ids(self) -> tuple[str, ...]:
        return tuple(table_id for table_id in self.world.table_ids() if table_id not in self.missing)

    def edition(self, table_id: str, day: date) -> Edition | None:
        return self.world.edition(table_id, day)


@contextlib.contextmanager
def serving(publisher: Publisher, *, port: int = 0) -> Iterator[StandIn]:
    """A server round a publisher, until the block ends; port 0 is any free one."""
    server = _Server((HOST, port), publisher)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield StandIn(server)
    finally:
        server.stopping.set()
        server.shutdown()
        server.server_close()
        thread.join()


@contextlib.contextmanager
def running(
    *,
    today: date | str = DEFAULT_TODAY,
    dataset: Path | None = None,
    scale: str = "small",
    seed: int = Settings.seed,
    token: str = Settings.token,
    faults: Mapping[str, float] | None = None,
    slow_seconds: float = 1.0,
    error_bodies: Mapping[int, bytes] | None = None,
    without: Collection[str] = (),
) -> Iterator[StandIn]:
    """A stand-in on a free port for a test: `with running(today="2023-11-20") as publisher: ...`.

    Tables it is `without` are not listed: a night over all tables then takes less time.
    """
    day = date.fromisoformat(today) if isinstance(today, str) else today
    settings = Settings(token=token, seed=seed, slow_seconds=slow_seconds, error_bodies=error_bodies or {})
    served = _Without(world(dataset=dataset, today=day, scale=scale, seed=seed), frozenset(without))
    publisher = Publisher(served, today=day, settings=settings)
    publisher.set_faults(faults or {})
    with serving(publisher) as stand_in:
        yield stand_in
