"""Whatever one call is answered: the night ends with an outcome, in its time, and nothing stands that was not asked for.

A server between us and the stand-in spoils the answer to one call. A figure that is another figure cannot be told from a
true one; all else (which cells stand, none withdrawn) is held against the honest night.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from time import monotonic
from typing import Any
from urllib.request import Request, urlopen

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, text

from tasks.resources import Resources
from tests.faults.examples import PHASES, share
from tests.faults.plain_nights import Content, PlainNights
from tests.scripted import Scripted, scripted
from tests.standin.server import running
from warehouse.danish.clock import Clock

pytestmark = pytest.mark.slow

BEFORE, DAY = "2023-11-05", "2023-12-05"
"""A night that was well, and the night after the next release."""
LONGEST_SECONDS = 30

KEYS = text("""
select m.name, s.area_id, s.members::text, o.period_id
from core.observations o join core.series s on s.series_id = o.series_id join core.measures m on m.measure_id = s.measure_id
join core.tables t on t.table_no = o.table_no
where t.table_id = :table_id and o.superseded_by is null and o.status <> 'withdrawn'
""")
Answer = tuple[int, bytes, dict[str, str]]
Spoil = Callable[[bytes], Answer]


class Nights(PlainNights):
    """Nights of which is known what cells stand after each, and whose clock may be wrong."""

    wrong_by = timedelta(0)

    def resources(self, day: str, **settings: Any) -> Resources:
        """What a task of that day may use, with a clock that is wrong."""
        found = super().resources(day, **settings)
        return replace(found, clock=Clock(found.clock() + self.wrong_by))

    def _content(self, connection: Connection) -> Content:
        return tuple(sorted(map(tuple, connection.execute(KEYS, {"table_id": self.table.id}))))


class Between:
    """Passes each question on, and spoils the answer to the one of that number."""

    def __init__(self, publisher: Any) -> None:
        self.publisher = publisher
        self.spoil: Spoil | None = None
        self.at = 0
        self.calls = 0

    def __call__(self, to: BaseHTTPRequestHandler, _call: int) -> None:
        asked = Request(
            self.publisher.url + to.path.removeprefix("/v3"), headers={"Authorization": to.headers["Authorization"]}
        )
        with urlopen(asked, timeout=20) as answer:
            said: Answer = (200, answer.read(), {})
        self.calls += 1
        if self.spoil is not None and self.calls == self.at:
            said = self.spoil(said[1])
        status, body, headers = said
        to.send_response(status)
        for name, value in headers.items():
            to.send_header(name, value)
        to.send_header("Content-Length", str(len(body)))
        to.end_headers()
        to.wfile.write(body)


@pytest.fixture(scope="module")
def nights(module_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nights]:
    with running(today=BEFORE, scale="small") as publisher:
        found = Nights(publisher, module_engine, tmp_path_factory.mktemp("archive"))
        assert found.good(BEFORE).outcome.outcome == "published"
        yield found


@pytest.fixture(scope="module")
def between(nights: Nights) -> Iterator[tuple[Between, Scripted]]:
    answers = Between(nights.publisher)
    with scripted(answers) as server:
        yield answers, server


@pytest.fixture(scope="module")
def honest(nights: Nights, between: tuple[Between, Scripted]) -> tuple[int, Content, Content]:
    """How many calls a night takes, what stood before it, and what stands after it."""
    answers, server = between
    before = nights.tried(BEFORE, {}, api_url=server.url)
    answers.calls = 0
    ended = nights.tried(DAY, {}, api_url=server.url)
    assert ended.outcome.outcome == "published"
    assert before.content != ended.content
    return answers.calls, before.content, ended.content


# ---- what a spoilt answer may be ---------------------------------------------------------------------------------------
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=6), st.just([]), st.just({}),
    st.sampled_from(["2031M01", "2023M10", "Herlev", "Hele landet", "I alt", "\x00", "x" * 100_000, "5.", "Ish\u00f8j"]),
)  # fmt: skip
HEADERS = st.sampled_from([
    {}, {"Content-Encoding": "gzip"}, {"Content-Encoding": "br"}, {"Content-Type": "text/html; charset=utf-7"},
    {"Retry-After": "-1"}, {"Location": "http://127.0.0.2/"}, {"Content-Range": "bytes 0-1/2"}, {"Age": "x"},
])  # fmt: skip
NAMES = (
    "Date",
    "Age",
    "Content-Type",
    "Content-Encoding",
    "Transfer-Encoding",
    "ETag",
    "Set-Cookie",
    "Warning",
    "X-\u00e6",
)
ANY_HEADERS = st.dictionaries(
    st.sampled_from(NAMES),
    st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=20) | st.just("chunked"),
    max_size=3,
)


def whole(body: bytes, status: int, headers: dict[str, str]) -> Spoil:
    return lambda _: (status, body, headers)


def honest_with(headers: dict[str, str]) -> Spoil:
    return lambda body: (200, body, headers)


def bytes_changed(seed: int, many: int) -> Spoil:
    def spoil(body: bytes) -> Answer:
        chance, changed = random.Random(seed), bytearray(body)
        for _ in range(many):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
        return 200, bytes(changed), {}

    return spoil


def cut(share: float, more: bytes) -> Spoil:
    return lambda body: (200, body[: int(len(body) * share)] + more, {})


def rows_changed(seed: int, scalar: Any, how: str) -> Spoil:
    """Rows lost, doubled or in another order, or one place of the document in which something else stands."""

    def spoil(body: bytes) -> Answer:
        chance, document = random.Random(seed), json.loads(body)
        places = list(_lists(document)) or [[]]
        rows = chance.choice(places)
        if how == "shuffled":
            chance.shuffle(rows)
        elif rows:
            at = chance.randrange(len(rows))
            if how == "lost":
                del rows[at]
            elif how == "doubled":
                rows.append(rows[at])
            else:
                rows[at] = scalar
        return 200, json.dumps(document).encode(), {}

    return spoil


def _lists(part: Any) -> Iterator[list[Any]]:
    if isinstance(part, list):
        yield part
    if isinstance(part, list | dict):
        for each in part.values() if isinstance(part, dict) else part:
            yield from _lists(each)


SEEDS = st.integers(0, 2**32)
SPOILT = st.one_of(
    st.builds(whole, st.binary(max_size=200), st.integers(200, 599), HEADERS),
    st.builds(honest_with, HEADERS | ANY_HEADERS),
    st.builds(bytes_changed, SEEDS, st.integers(1, 20)),
    st.builds(cut, st.floats(0, 1), st.binary(max_size=20)),
    st.builds(rows_changed, SEEDS, SCALARS, st.sampled_from(["shuffled", "lost", "doubled", "other", "other"])),
)


@settings(
    max_examples=share(50), deadline=None, phases=PHASES, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(spoil=SPOILT, share=st.floats(0, 1, exclude_max=True))
def test_whatever_one_call_is_answered(
    nights: Nights, between: tuple[Between, Scripted], honest: tuple[int, Content, Content], spoil: Spoil, share: float
) -> None:
    answers, server = between
    calls, before, after = honest
    answers.calls, answers.at, answers.spoil = 0, 1 + int(share * calls), spoil
    begun = monotonic()
    try:
        ended = nights.tried(DAY, {}, api_url=server.url, timeout_seconds=5)
    finally:
        answers.spoil = None
    assert monotonic() - begun < LONGEST_SECONDS
    assert ended.outcome.outcome in ("published", "unchanged", "not_due", "source_late", "quarantined", "failed")
    assert ended.outcome.message or ended.outcome.outcome in ("published", "unchanged")
    assert "could not be recorded" not in ended.outcome.message
    assert ended.content in (before, after), (ended.outcome, {*ended.content} ^ {*after})
    assert ended.withdrawn == 0


@settings(max_examples=share(10), deadline=None, phases=PHASES)
@given(days=st.integers(-9_000, 9_000) | st.integers(-400, 400))
@example(days=-1)
@example(days=59)
@example(days=3_650)
def test_whatever_day_it_is_by_our_clock(
    nights: Nights, between: tuple[Between, Scripted], honest: tuple[int, Content, Content], days: int
) -> None:
    _, before, after = honest
    nights.wrong_by = timedelta(days=days)
    try:
        ended = nights.tried(DAY, {}, api_url=between[1].url)
    finally:
        nights.wrong_by = timedelta(0)
    assert ended.content in (before, after), ended.outcome
    assert ended.withdrawn == 0
    if abs(days) > 366:
        assert ended.outcome.outcome == "failed", "nothing is published on a day that cannot be"
    assert ended.outcome.message or ended.outcome.outcome == "published"
