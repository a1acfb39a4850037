"""No answer keeps a call beyond its time, whatever comes byte by byte; no publisher keeps a run beyond its patience."""

from __future__ import annotations

from datetime import UTC, datetime
from time import monotonic, sleep

import pytest

from tasks.sources.deadlines import RunTime
from tasks.sources.http import HttpClient
from tasks.stoppages import PublisherDown, PublisherTimedOut
from tests.endless import ENDLESS, endless
from tests.scripted import scripted, send

SECONDS = 0.4
"""A call's time is twice this."""


def client(url: str, *, run_time: RunTime | None = None, retries: int = 0) -> HttpClient:
    now = datetime(2026, 8, 20, 4, 15, tzinfo=UTC)
    return HttpClient(
        url,
        setting="JOBINDSATS_API_URL",
        accept="*/*",
        now=lambda: now,
        timeout_seconds=SECONDS,
        retries=retries,
        backoff_seconds=0.01,
        run_time=run_time or RunTime(1e9, 1e9),
    )


@pytest.mark.parametrize(("first", "then"), ENDLESS.values(), ids=ENDLESS)
def test_whatever_never_ends_has_timed_out(first: bytes, then: bytes) -> None:
    begun = monotonic()
    with endless(first=first, then=then) as url, client(url) as asks:
        with pytest.raises(PublisherTimedOut, match=r"/tables .* after 0\.8 seconds"):
            asks.get("/tables")
        assert monotonic() - begun < 8, "longer than a call may take"


def test_a_call_after_one_that_timed_out_is_answered() -> None:
    with (
        scripted(lambda to, call: sleep(2) if call == 1 else send(to, body=b"[1]")) as server,
        client(server.url) as asks,
    ):
        with pytest.raises(PublisherTimedOut):
            asks.get("/slow")
        assert asks.get("/quick").body == b"[1]"
        assert asks.get("/quick").body == b"[1]"


def test_a_handshake_that_never_ends_has_timed_out_too() -> None:
    # The head of a TLS record of 16 kB, which then comes byte by byte.
    with endless(first=b"\x16\x03\x03\x40\x00", then=b"\x02") as url, client(url.replace("http:", "https:")) as asks:
        begun = monotonic()
        with pytest.raises((PublisherTimedOut, PublisherDown)):
            asks.get("/tables")
        assert monotonic() - begun < 8


# ---- a run's patience ---------------------------------------------------------------------------------------------------


def test_all_tables_of_a_run_wait_together_as_long_as_its_patience_and_no_longer() -> None:
    patience = RunTime(1e9, for_waiting=2.5)
    begun = monotonic()
    with scripted(lambda to, call: send(to, 429, Retry_After="1")) as server:
        for table in range(4):
            with client(server.url, run_time=patience, retries=1) as asks, pytest.raises(PublisherDown) as trouble:
                asks.get(f"/data/{table}")
            said = str(trouble.value)
            assert ("429" if table < 2 else "has waited 2 seconds") in said, said
    assert monotonic() - begun < 8
    assert len(server.seen) == 2 * 2 + 2, "two tables were tried twice, and two once"


def test_a_run_whose_time_is_over_asks_nobody() -> None:
    over = RunTime(0, for_waiting=10)
    with scripted(lambda to, call: send(to)) as server, client(server.url, run_time=over) as asks:
        with pytest.raises(PublisherDown, match=r"the run's time of 0 seconds is over.*the next run goes on"):
            asks.get("/tables")
        assert server.seen == []
