"""Answers meant to harm: a redirect that would take the token along, a bomb that unpacks without end, an endless body."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from time import monotonic

import pytest
from sqlalchemy import Engine

from tasks.sources.jobindsats.client import open_publisher
from tests.faults.plain_nights import PlainNights
from tests.scripted import Scripted, scripted, send
from tests.standin.server import running

pytestmark = pytest.mark.slow

MEGABYTE = 1 << 20
LIMIT = 32 * MEGABYTE
# A chunk as it came, the same unpacked, and what the allocator keeps of both.
SLACK = 24 * MEGABYTE

ASKED = """
import json, re, sys
from datetime import UTC, datetime
from pathlib import Path
from tasks.sources.jobindsats.client import Publisher
from tasks.stoppages import Stoppage

def most():
    return int(re.search("VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) * 1024

url, limit = sys.argv[1], int(sys.argv[2])
now, before = lambda: datetime.now(UTC), most()
with Publisher(url, token="a-token", now=now, timeout_seconds=30, retries=1, largest_body=limit) as publisher:
    try:
        said = f"{len(publisher.ask('/tables?format=json').body)} bytes"
    except Stoppage as stoppage:
        said = f"{type(stoppage).__name__}: {stoppage}"
print(json.dumps({"said": said, "grown": most() - before}))
"""
measured = pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="memory is read from /proc, which only Linux has"
)


def asked_apart(url: str) -> tuple[str, int, float]:
    """What a process of its own says of an answer, by how many bytes it grew, and how long it took."""
    begun = monotonic()
    ended = subprocess.run(
        [sys.executable, "-c", ASKED, url, str(LIMIT)],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
        cwd=Path(__file__).parents[2],
    )
    document = json.loads(ended.stdout)
    return document["said"], document["grown"], monotonic() - begun


def bomb(megabytes: int) -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    return b"".join([*(packer.compress(bytes(MEGABYTE)) for _ in range(megabytes)), packer.flush()])


def endless(to: BaseHTTPRequestHandler, sent: list[int]) -> None:
    """2 GB in chunks, of which nobody said how many will come."""
    to.send_response(200)
    to.send_header("Transfer-Encoding", "chunked")
    to.end_headers()
    piece = bytes(MEGABYTE)
    with contextlib.suppress(OSError):
        for _ in range(2048):
            to.wfile.write(b"%x\r\n" % len(piece) + piece + b"\r\n")
            sent.append(len(piece))
    to.close_connection = True


@measured
def test_a_small_body_that_unpacks_without_end_stops_at_the_limit() -> None:
    packed = bomb(256)
    assert len(packed) < MEGABYTE
    with scripted(lambda to, call: send(to, body=packed, Content_Encoding="gzip")) as server:
        said, grown, seconds = asked_apart(server.url)
    assert said.startswith(f"BodyTooLarge: /v3/tables?format=json sent more than {LIMIT:,} bytes")
    assert grown < LIMIT + SLACK
    assert seconds < 60
    assert len(server.seen) == 1


@measured
def test_a_body_of_two_gigabytes_stops_at_the_limit() -> None:
    sent: list[int] = []
    with scripted(lambda to, call: endless(to, sent)) as server:
        said, grown, seconds = asked_apart(server.url)
    assert said.startswith("BodyTooLarge: ")
    assert grown < LIMIT + SLACK
    assert seconds < 60
    assert sum(sent) < 4 * LIMIT, "the rest was taken too"
    assert len(server.seen) == 1


@measured
def test_the_measurement_sees_what_is_taken() -> None:
    body = bytes(LIMIT - 1)
    with scripted(lambda to, call: send(to, body=body)) as server:
        said, grown, _ = asked_apart(server.url)
    assert said == f"{LIMIT - 1} bytes"
    assert grown > LIMIT


# ---- redirects ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def nights(module_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlainNights]:
    with running(today="2023-11-05", scale="small") as publisher:
        yield PlainNights(publisher, module_engine, tmp_path_factory.mktemp("archive"))


@pytest.fixture
def elsewhere(nights: PlainNights) -> Iterator[Scripted]:
    """Another host, to which the stand-in's redirects lead: it keeps the headers it gets."""
    with scripted(lambda to, call: send(to), host="127.0.0.2", port=nights.publisher.port) as server:
        yield server


@pytest.mark.parametrize(
    ("only", "late"), [("/tables", False), ("/table/", False), ("/data/", False), ("/tables", True)]
)
def test_the_token_does_not_follow_a_redirect_from_any_call(
    nights: PlainNights, elsewhere: Scripted, only: str, late: bool
) -> None:
    ended = nights.tried("2023-11-05", {"redirect": 1.0}, only=only, late=late)
    assert ended.outcome.outcome == "failed"
    assert "points to another address" in ended.outcome.message
    assert nights.publisher.calls()[-1]["faults"] == ["redirect"], "nothing was redirected"
    assert elsewhere.seen == []


def test_the_other_host_would_have_seen_the_token(elsewhere: Scripted, nights: PlainNights) -> None:
    resources = nights.resources("2023-11-05", api_url=f"{elsewhere.url}")
    with open_publisher(resources.settings, now=resources.clock) as publisher:
        publisher.ask("/tables?format=json")
    assert elsewhere.seen[0][1]["Authorization"] == f"Bearer {nights.publisher.token}"
