"""Each way a call can come to nothing is told in a person's words, with what to look at; never a library's own."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tasks.sources.http import HttpClient
from tasks.stoppages import PublisherDown
from tests.scripted import scripted, send

NOW = datetime(2026, 8, 20, 4, 15, tzinfo=UTC)

# What no message may hold: names of objects, places in memory, quoted tuples.
MACHINERY = re.compile(r"object at 0x|Pool\(|Error\(|Max retries|Errno|Caused by|\('|<")


def trouble(url: str, *, retries: int = 1) -> str:
    """What is told of a question that comes to nothing."""
    line = HttpClient(
        url,
        setting="JOBINDSATS_API_URL",
        accept="application/json",
        now=lambda: NOW,
        timeout_seconds=10,
        retries=retries,
        backoff_seconds=0.01,
    )
    try:
        with pytest.raises(PublisherDown) as stopped:
            line.get("/tables")
    finally:
        line.close()
    said = str(stopped.value)
    assert not MACHINERY.search(said), said
    assert "the next run tries again" in said
    return said


@pytest.mark.parametrize(
    ("status", "called"),
    [
        (429, "Too Many Requests"),
        (500, "Internal Server Error"),
        (503, "Service Unavailable"),
        (504, "Gateway Timeout"),
    ],
)
def test_a_status_that_stays_is_told_with_how_often_it_came(status: int, called: str) -> None:
    with scripted(lambda to, call: send(to, status)) as server:
        said = trouble(server.url, retries=2)
        assert len(server.seen) == 3
    assert said.startswith(f"{server.url}/tables answers with status {status} ({called}); it was asked 3 times. ")


def test_who_is_asked_once_is_not_told_of_times() -> None:
    with scripted(lambda to, call: send(to, 503)) as server:
        assert "it was asked once. " in trouble(server.url, retries=0)


def hang_up(to: BaseHTTPRequestHandler, call: int) -> None:
    to.close_connection = True


def tear(to: BaseHTTPRequestHandler, call: int) -> None:
    to.send_response(200)
    to.send_header("Content-Length", "100")
    to.end_headers()
    to.wfile.write(b"[")
    to.close_connection = True


def reset(to: BaseHTTPRequestHandler, call: int) -> None:
    to.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    to.connection.close()
    to.close_connection = True


def test_a_server_that_hangs_up_is_told_as_one() -> None:
    with scripted(hang_up) as server:
        assert "/tables broke off, 2 times: it hung up without an answer. Check the network" in trouble(server.url)


def test_a_torn_answer_is_told_with_what_had_come() -> None:
    with scripted(tear) as server:
        assert "/tables broke off, 2 times: 1 bytes had come, and 99 were to come. " in trouble(server.url)


def test_a_connection_that_is_reset_is_told_as_one() -> None:
    with scripted(reset) as server:
        assert "it broke the connection. " in trouble(server.url)


def test_a_port_nobody_listens_on_refuses() -> None:
    with socket.socket() as kept:
        kept.bind(("127.0.0.1", 0))
        port = kept.getsockname()[1]
        said = trouble(f"http://127.0.0.1:{port}/v3")
    assert said.startswith(f"127.0.0.1:{port} does not answer: the connection is refused. Check the network and JOBIND")


def test_a_name_nobody_knows_is_told_as_one() -> None:
    assert "jobindsats.invalid does not answer: its name leads to no address. " in trouble("http://jobindsats.invalid")


def test_a_proxy_that_is_not_there_is_named_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    said = trouble("http://jobindsats.invalid", retries=0)
    assert said.startswith("The proxy before jobindsats.invalid does not answer: the connection is refused. ")


def test_what_speaks_no_tls_is_told_as_that() -> None:
    with scripted(lambda to, call: send(to)) as server:
        said = trouble(server.url.replace("http://", "https://"))
    assert "broke off, 2 times: no safe connection comes about (" in said


def test_a_certificate_of_nobody_is_told_at_once(tmp_path: Path) -> None:
    with unsafe(tmp_path) as port:
        said = trouble(f"https://127.0.0.1:{port}/v3", retries=2)
    assert said.startswith(
        f"127.0.0.1:{port} does not answer: its certificate is not accepted (self-signed certificate"
    )


@contextmanager
def unsafe(folder: Path) -> Iterator[int]:
    """A server with a certificate that it signed itself; gives its port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(folder))
    with scripted(lambda to, call: send(to)) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        yield int(server.server_address[1])


def self_signed(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    plain = serialization.PrivateFormat.TraditionalOpenSSL
    file = folder / "self-signed.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, plain, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return file
