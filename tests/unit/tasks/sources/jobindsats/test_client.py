"""The publisher over HTTP: what is tried again, what is not, what each trouble is called, and where the token goes."""

from __future__ import annotations

import contextlib
import gzip
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from itertools import pairwise
from typing import Any

import pytest

from tasks.sources.http import Answer
from tasks.sources.jobindsats.client import Publisher
from tasks.stoppages import (
    BodyTooLarge,
    PublisherDown,
    PublisherTimedOut,
    PublisherTrouble,
    RedirectRefused,
    RequestRefused,
    TokenMissing,
    TokenRefused,
)
from tests.scripted import scripted, send
from tests.standin.server import StandIn, running

TABLES = "/tables?format=json"

DATA = "/data/y25i01?mgroup.*=*&period.M=2023M10&hierarchy._nykom=/&hierarchy._ygrpi09=/&format=json"

NOW = datetime(2026, 8, 20, 4, 15, tzinfo=UTC)

SECRET = "s3cret-token-of-ours"


def client(url: str, **options: Any) -> Publisher:
    chosen: dict[str, Any] = {"token": SECRET, "timeout_seconds": 10, "retries": 2, "backoff_seconds": 0.01} | options
    return Publisher(url, now=lambda: NOW, **chosen)


def ask(url: str, asked: str = TABLES, **options: Any) -> Answer:
    with client(url, **options) as publisher:
        return publisher.ask(asked)


def everything_said(error: BaseException | None) -> str:
    """Every message of a chain of exceptions."""
    told: list[str] = []
    while error is not None:
        told.append(f"{error} {error!r} {error.args}")
        error = error.__cause__ or error.__context__
    return "\n".join(told)


@pytest.fixture(scope="module")
def standin() -> Iterator[StandIn]:
    with running(today="2023-12-05", token=SECRET) as publisher:
        yield publisher


@pytest.fixture
def publisher(standin: StandIn) -> Iterator[StandIn]:
    yield standin
    standin.clear_faults()


def calls_during(publisher: StandIn, work: Callable[[], object]) -> int:
    before = len(publisher.calls())
    work()
    return len(publisher.calls()) - before


def test_an_answer_is_kept_as_it_came_with_what_was_asked_and_when(publisher: StandIn) -> None:
    answer = ask(publisher.url, DATA)
    assert (answer.asked, answer.received_at, answer.status) == (DATA, NOW, 200)
    assert answer.body.startswith(b'{"columns"')
    assert SECRET not in answer.asked


def test_the_raw_signs_of_a_question_arrive(publisher: StandIn) -> None:
    ask(publisher.url, DATA.replace("/&hierarchy._y", "level:kommune&hierarchy._y").replace("level:kommune", "/"))
    assert publisher.calls()[-1]["status"] == 200


def test_a_slash_after_the_address_makes_no_difference(publisher: StandIn) -> None:
    assert ask(publisher.url + "/").status == 200


@pytest.mark.parametrize("token", [None, ""])
def test_without_a_token_nothing_is_asked(token: str | None) -> None:
    with pytest.raises(TokenMissing, match="JOBINDSATS_API_TOKEN"):
        client("http://127.0.0.1:9/v3", token=token)


@pytest.mark.parametrize("fault", ["http-401", "http-403"])
def test_a_refused_token_is_not_tried_again(publisher: StandIn, fault: str) -> None:
    publisher.set_faults({fault: 1.0})

    def refused() -> None:
        with pytest.raises(TokenRefused, match="JOBINDSATS_API_TOKEN"):
            ask(publisher.url)

    assert calls_during(publisher, refused) == 1


def test_a_wrong_token_is_refused(publisher: StandIn) -> None:
    with pytest.raises(TokenRefused):
        ask(publisher.url, token="another")


def test_another_4xx_is_not_tried_again_and_tells_the_question(publisher: StandIn) -> None:
    publisher.set_faults({"http-404": 1.0})

    def refused() -> None:
        with pytest.raises(RequestRefused, match=r"tables.*404"):
            ask(publisher.url)

    assert calls_during(publisher, refused) == 1


def test_a_422_tells_the_publishers_own_reason(publisher: StandIn) -> None:
    with pytest.raises(RequestRefused, match=r"422.*Unknown hierarchies: \['_omrade'\]"):
        ask(publisher.url, DATA.replace("_nykom", "_omrade"))


@pytest.mark.parametrize("fault", ["http-500", "http-503", "http-429"])
def test_what_passes_by_itself_is_tried_again_and_then_the_publisher_is_down(publisher: StandIn, fault: str) -> None:
    publisher.set_faults({fault: 1.0})
    retries = 0 if fault == "http-429" else 2  # its Retry-After of a second or more is honoured below

    def down() -> None:
        with pytest.raises(PublisherDown, match="next run tries again"):
            ask(publisher.url, retries=retries)

    assert calls_during(publisher, down) == retries + 1


@pytest.mark.parametrize("fault", ["http-500", "http-404", "truncated"])
def test_whoever_keeps_a_budget_is_asked_before_each_request(publisher: StandIn, fault: str) -> None:
    publisher.set_faults({fault: 1.0})
    asked: list[int] = []

    def fails() -> None:
        with pytest.raises(PublisherTrouble):
            ask(publisher.url, before_call=lambda: asked.append(len(publisher.calls())))

    before = len(publisher.calls())
    made = calls_during(publisher, fails)
    assert asked == list(range(before, before + made)), "a request was made that the budget does not know"


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 520, 521, 524])
def test_an_answer_that_comes_after_all_is_taken(status: int) -> None:
    with scripted(lambda to, call: send(to, status if call < 3 else 200)) as server:
        assert ask(server.url).body == b"[]"
    assert len(server.seen) == 3


@pytest.mark.parametrize("status", [400, 404, 409, 413, 418, 422, 501])
def test_an_answer_that_will_not_change_is_asked_for_once(status: int) -> None:
    with (
        scripted(lambda to, call: send(to, status, b"why not", Retry_After="0")) as server,
        pytest.raises(RequestRefused, match=f"{status}: why not"),
    ):
        ask(server.url)
    assert len(server.seen) == 1


def test_retry_after_is_honoured() -> None:
    with scripted(lambda to, call: send(to, 429 if call == 1 else 200, Retry_After="1")) as server:
        ask(server.url)
    (first, second) = [moment for _, _, moment in server.seen]
    assert 1.0 <= second - first < 5


@pytest.mark.parametrize("words", ["soon", "", "-5", "1.5", "Fri, 01 Jan 99999 00:00:00 GMT"])
def test_a_retry_after_in_words_is_as_none(words: str) -> None:
    with scripted(lambda to, call: send(to, 503 if call < 3 else 200, Retry_After=words)) as server:
        assert ask(server.url).body == b"[]"
    assert len(server.seen) == 3


@pytest.mark.parametrize("status", [408, 425, 520, 523])
def test_what_passes_by_itself_and_lasts_is_named(status: int) -> None:
    with (
        scripted(lambda to, call: send(to, status)) as server,
        pytest.raises(PublisherDown, match=rf"{status} \(.+3 times"),
    ):
        ask(server.url)


REFUSED_WITHIN: list[tuple[bytes, type[PublisherTrouble], str]] = [
    (b'{"code":422,"cause":"Unknown period type: M","request_id":"x"}', RequestRefused, "422.*Unknown period type: M"),
    (b' {"code":400,"cause":"no"}', RequestRefused, "400.*no"),
    (b'{"errorTypeCode":"EXTRACT-NOTFOUND","message":"Tabel findes ikke"}', RequestRefused, "Tabel findes ikke"),
    (b'{"code":401,"cause":"no token"}', TokenRefused, "status 401"),
    (b'{"code":503,"cause":"busy"}', PublisherDown, "503"),
]


@pytest.mark.parametrize(("body", "trouble", "said"), REFUSED_WITHIN)
def test_a_refusal_that_is_sent_as_an_answer_is_a_refusal_and_tells_its_cause(
    body: bytes, trouble: type[PublisherTrouble], said: str
) -> None:
    with scripted(lambda to, call: send(to, body=body)) as server, pytest.raises(trouble, match=said):
        ask(server.url, DATA)
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    "body", [b'{"columns":["P"],"rows":[]}', b'{"code":200}', b'{"code":true}', b"{", b'{"table_id":"x"}']
)
def test_an_answer_that_tells_no_error_is_taken_as_it_came(body: bytes) -> None:
    with scripted(lambda to, call: send(to, body=body)) as server:
        assert (ask(server.url).body, ask(server.url).status) == (body, 200)


def test_pauses_grow() -> None:
    with scripted(lambda to, call: send(to, 503)) as server, pytest.raises(PublisherDown):
        ask(server.url, retries=4, backoff_seconds=0.05)
    pauses = [after - before for before, after in pairwise(moment for _, _, moment in server.seen)]
    assert len(pauses) == 4
    assert pauses[-1] > 0.2


@pytest.mark.parametrize("fault", ["truncated"])
def test_a_torn_answer_is_tried_again_and_then_the_publisher_is_down(publisher: StandIn, fault: str) -> None:
    publisher.set_faults({fault: 1.0})

    def down() -> None:
        with pytest.raises(PublisherDown, match="broke off"):
            ask(publisher.url)

    assert calls_during(publisher, down) == 3


def tear(to: BaseHTTPRequestHandler, call: int) -> None:
    if call == 1:
        to.send_response(200)
        to.send_header("Content-Length", "100")
        to.end_headers()
        to.wfile.write(b"[")
        to.close_connection = True
    elif call == 2:
        to.close_connection = True
    else:
        send(to)


def test_a_broken_connection_is_tried_again() -> None:
    with scripted(tear) as server:
        assert ask(server.url).body == b"[]"
    assert len(server.seen) == 3


def test_a_question_without_an_answer_in_time_is_not_tried_again(publisher: StandIn) -> None:
    publisher.set_faults({"timeout": 1.0})

    def timed_out() -> None:
        with pytest.raises(PublisherTimedOut, match=r"tables.*0\.2 seconds"):
            ask(publisher.url, timeout_seconds=0.2)

    assert calls_during(publisher, timed_out) == 1


def stall(to: BaseHTTPRequestHandler, call: int) -> None:
    to.send_response(200)
    to.send_header("Content-Length", "100")
    to.end_headers()
    to.wfile.write(b"[")
    to.wfile.flush()
    to.connection.settimeout(20)
    with contextlib.suppress(OSError):
        to.connection.recv(1)  # until the client hangs up
    to.close_connection = True


def test_an_answer_that_stops_in_its_middle_has_timed_out() -> None:
    with scripted(stall) as server:
        with pytest.raises(PublisherTimedOut, match="middle"):
            ask(server.url, timeout_seconds=0.2)
        assert len(server.seen) == 1


def drip(to: BaseHTTPRequestHandler, call: int) -> None:
    to.send_response(200)
    to.send_header("Content-Length", "100000")
    to.end_headers()
    with contextlib.suppress(OSError):
        for _ in range(100_000):
            to.wfile.write(b"[")
            to.wfile.flush()
            to.connection.settimeout(0.02)
            with contextlib.suppress(TimeoutError):
                to.connection.recv(1)
    to.close_connection = True


def test_an_answer_that_comes_byte_by_byte_has_timed_out() -> None:
    with scripted(drip) as server, pytest.raises(PublisherTimedOut, match=r"still sending .* 0\.4 seconds"):
        ask(server.url, timeout_seconds=0.2)


def test_a_body_larger_than_any_table_is_refused() -> None:
    with scripted(lambda to, call: send(to, body=b"x" * 5000)) as server:
        with pytest.raises(BodyTooLarge, match="4,000"):
            ask(server.url, largest_body=4000)
        assert len(ask(server.url, largest_body=5000).body) == 5000


def test_a_body_that_grows_when_unpacked_is_refused() -> None:
    bomb = gzip.compress(b"x" * 5_000_000)
    with scripted(lambda to, call: send(to, body=bomb, Content_Encoding="gzip")) as server, pytest.raises(BodyTooLarge):
        ask(server.url, largest_body=1_000_000)


def test_a_packed_body_is_unpacked() -> None:
    with scripted(lambda to, call: send(to, body=gzip.compress(b'["x"]'), Content_Encoding="gzip")) as server:
        assert ask(server.url).body == b'["x"]'


def test_a_body_that_cannot_be_unpacked_is_the_publishers_trouble() -> None:
    with (
        scripted(lambda to, call: send(to, body=b"no gzip at all", Content_Encoding="gzip")) as server,
        pytest.raises(PublisherTrouble),
    ):
        ask(server.url)


def test_where_nobody_answers_the_publisher_is_down_and_the_setting_is_named() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
        with pytest.raises(PublisherDown, match=f"127.0.0.1:{port} does not answer.*JOBINDSATS_API_URL"):
            ask(f"http://127.0.0.1:{port}/v3")


def test_a_name_that_does_not_resolve_is_a_publisher_that_is_down() -> None:
    with pytest.raises(PublisherDown, match="JOBINDSATS_API_URL"):
        ask("http://jobindsats.invalid/v3")


@pytest.mark.parametrize("url", ["api.jobindsats.dk/v3", "http://", "", "ftp://api.jobindsats.dk/v3"])
def test_an_address_that_is_none_is_the_publishers_trouble(url: str) -> None:
    with pytest.raises(PublisherTrouble):
        ask(url)


# ---- the token ----------------------------------------------------------------------------------------------
def test_the_token_is_sent_as_a_bearer_to_the_configured_address() -> None:
    with scripted(lambda to, call: send(to)) as server:
        ask(server.url)
    ((path, headers, _),) = server.seen
    assert headers["Authorization"] == f"Bearer {SECRET}"
    assert path == "/v3" + TABLES


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_refused_and_the_token_goes_nowhere_else(status: int) -> None:
    with (
        scripted(lambda to, call: send(to)) as elsewhere,
        scripted(lambda to, call: send(to, status, Location=f"{elsewhere.url}/tables")) as server,
    ):
        with pytest.raises(RedirectRefused, match="JOBINDSATS_API_URL"):
            ask(server.url)
        assert len(server.seen) == 1
        assert elsewhere.seen == []


def test_the_standins_redirect_is_refused(publisher: StandIn) -> None:
    publisher.set_faults({"redirect": 1.0})
    with pytest.raises(RedirectRefused):
        ask(publisher.url)


def test_a_netrc_entry_does_not_replace_the_token(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path_factory.mktemp("home") / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with scripted(lambda to, call: send(to)) as server:
        ask(server.url)
    assert server.seen[0][1]["Authorization"] == f"Bearer {SECRET}"


def echo(to: BaseHTTPRequestHandler, call: int) -> None:
    """A server, or a proxy before it, that shows what it got."""
    send(to, 400, f"bad request: {dict(to.headers)}".encode())


@pytest.mark.parametrize("fault", ["http-401", "http-404", "http-500", "truncated", "timeout", "redirect"])
def test_no_trouble_tells_the_token(publisher: StandIn, fault: str) -> None:
    publisher.set_faults({fault: 1.0})
    with pytest.raises(PublisherTrouble) as stopped:
        ask(publisher.url, timeout_seconds=0.3)
    assert SECRET not in everything_said(stopped.value)


def test_a_publisher_that_repeats_our_headers_does_not_make_us_tell_the_token() -> None:
    with scripted(echo) as server, pytest.raises(RequestRefused) as stopped:
        ask(server.url)
    assert SECRET not in everything_said(stopped.value)


@pytest.mark.parametrize("token", [f"{SECRET}\n", f" {SECRET}", f"{SECRET}\r\nX-More: 1", f"{SECRET}…"])
def test_a_token_that_fits_no_header_is_refused_without_telling_it(token: str) -> None:
    with scripted(lambda to, call: send(to, 401)) as server, pytest.raises(PublisherTrouble) as stopped:
        ask(server.url, token=token)
    assert SECRET not in everything_said(stopped.value)
