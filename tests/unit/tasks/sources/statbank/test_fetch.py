"""StatBank over HTTP: its manners are those of every source, it is asked without a token, and trouble names its setting.

A description whose update date has not come is not believed.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from tasks.archive.store import Archive
from tasks.results import ASKED_AGAIN, DUE, Known, LastFetch
from tasks.sources.access import Access
from tasks.sources.http import Answer
from tasks.sources.statbank.fetch import Bank, due
from tasks.stoppages import (
    BodyTooLarge,
    PublisherDown,
    PublisherTimedOut,
    PublisherTrouble,
    RedirectRefused,
    RequestRefused,
)
from tests.scripted import scripted, send
from tests.standin.server import StandIn, running
from tests.statbank_answers import description
from warehouse.danish.clock import Clock
from warehouse.formulas.release_calendar import Calendar
from warehouse.settings import Settings

NOW = datetime(2026, 8, 20, 4, 15, tzinfo=UTC)

DESCRIPTION = "/tableinfo/FOLK1A?lang=da&format=JSON"

FIGURES = "/data/FOLK1A/CSV?lang=da&valuePresentation=CodeAndValue&OMRÅDE=163,000&Tid=2023K1"


def ask(url: str, asked: str = DESCRIPTION, **options: Any) -> Answer:
    chosen: dict[str, Any] = {"timeout_seconds": 10, "retries": 2, "backoff_seconds": 0.01} | options
    with Bank(url, now=lambda: NOW, **chosen) as bank:
        return bank.ask(asked)


@pytest.fixture(scope="module")
def standin() -> Iterator[StandIn]:
    with running(today="2023-12-05") as publisher:
        yield publisher


@pytest.fixture
def publisher(standin: StandIn) -> Iterator[StandIn]:
    yield standin
    standin.clear_faults()


def test_an_answer_is_kept_as_it_came_with_what_was_asked_in_one_line(publisher: StandIn) -> None:
    answer = ask(publisher.statbank_url, FIGURES)
    assert (answer.asked, answer.received_at, answer.status) == (FIGURES, NOW, 200)
    assert answer.body.decode("utf-8-sig").splitlines() == [
        "OMRÅDE;TID;INDHOLD",
        "000 Hele landet;2023K1;5932654",
        "163 Herlev;2023K1;29215",
    ]


def test_a_slash_after_the_address_makes_no_difference(publisher: StandIn) -> None:
    assert json.loads(ask(publisher.statbank_url + "/").body)["id"] == "FOLK1A"


def test_nothing_secret_is_sent_even_where_the_user_keeps_a_password_for_the_host(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path_factory.mktemp("home") / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with scripted(lambda to, call: send(to)) as server:
        ask(server.url)
    assert "Authorization" not in server.seen[0][1]


def test_danish_letters_arrive_as_utf_8() -> None:
    with scripted(lambda to, call: send(to)) as server:
        ask(server.url, FIGURES)
    assert "&OMR%C3%85DE=163,000&Tid=2023K1" in server.seen[0][0]


@pytest.mark.parametrize("fault", ["http-500", "http-503", "truncated"])
def test_what_passes_by_itself_is_tried_again_and_then_statbank_is_down(publisher: StandIn, fault: str) -> None:
    publisher.set_faults({fault: 1.0})
    before = len(publisher.statbank_calls())
    with pytest.raises(PublisherDown, match="next run tries again"):
        ask(publisher.statbank_url)
    assert len(publisher.statbank_calls()) - before == 3


def test_retry_after_is_honoured() -> None:
    with scripted(lambda to, call: send(to, 429 if call == 1 else 200, Retry_After="1")) as server:
        ask(server.url)
    (first, second) = [moment for _, _, moment in server.seen]
    assert 1.0 <= second - first < 5


@pytest.mark.parametrize("fault", ["http-401", "http-403", "http-404"])
def test_a_refusal_is_not_tried_again_and_says_nothing_of_a_token(publisher: StandIn, fault: str) -> None:
    publisher.set_faults({fault: 1.0})
    before = len(publisher.statbank_calls())
    with pytest.raises(RequestRefused, match=fault.removeprefix("http-")) as stopped:
        ask(publisher.statbank_url)
    assert len(publisher.statbank_calls()) - before == 1
    assert "token" not in str(stopped.value).lower()


def test_statbanks_own_reason_is_told(publisher: StandIn) -> None:
    with pytest.raises(RequestRefused, match=r"400: .*EXTRACT-NOTFOUND.*999 \(OMRÅDE\)"):
        ask(publisher.statbank_url, FIGURES.replace("163", "999"))


def test_a_question_without_an_answer_in_time_is_not_tried_again(publisher: StandIn) -> None:
    publisher.set_faults({"timeout": 1.0})
    with pytest.raises(PublisherTimedOut, match=r"tableinfo/FOLK1A.*0\.2 seconds"):
        ask(publisher.statbank_url, timeout_seconds=0.2)


def test_a_redirect_is_refused_and_the_setting_is_named(publisher: StandIn) -> None:
    publisher.set_faults({"redirect": 1.0})
    with pytest.raises(RedirectRefused, match="JOBINDSATS_STATBANK_URL"):
        ask(publisher.statbank_url)


def test_a_body_larger_than_any_table_is_refused() -> None:
    with (
        scripted(lambda to, call: send(to, body=b"x" * 5000)) as server,
        pytest.raises(BodyTooLarge, match=r"4,000.*JOBINDSATS_STATBANK_URL"),
    ):
        ask(server.url, largest_body=4000)


def test_where_nobody_answers_the_setting_is_named() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
        with pytest.raises(PublisherDown, match=f"127.0.0.1:{port} does not answer.*JOBINDSATS_STATBANK_URL"):
            ask(f"http://127.0.0.1:{port}/statbank/v1")


@pytest.mark.parametrize("url", ["api.statbank.dk/v1", "http://", "", "ftp://api.statbank.dk/v1"])
def test_an_address_that_is_none_is_trouble_that_names_the_setting(url: str) -> None:
    with pytest.raises(PublisherTrouble, match="JOBINDSATS_STATBANK_URL"):
        ask(url)


@pytest.mark.parametrize(("updated", "stopped"), [("2026-08-21T08:00:00", False), ("2099-01-01T08:00:00", True)])
def test_an_update_date_that_has_not_come_stops_the_table(
    archive: Archive, tmp_path: Path, updated: str, stopped: bool
) -> None:
    with scripted(lambda to, call: send(to, body=description(updated=updated))) as server:
        settings = Settings(statbank_url=server.url, data_dir=tmp_path)
        (found,) = due(Access(settings, clock=Clock(NOW), archive=archive, run_id=1), wanted=frozenset({"folk1a"}))
    assert ("updated on 2099-01-01, and today is 2026-08-20" in str(found.stoppage)) is stopped


@pytest.mark.parametrize(("most_days", "outcome"), [(51, "not_due"), (50, "source_late")])
def test_statbank_announces_nothing_and_is_late_by_its_own_releases(
    archive: Archive, tmp_path: Path, most_days: int, outcome: str
) -> None:
    """The first quarter of 2026 is the newest, and today is the 51st day after the end of the second."""
    learnt = Calendar(releases=14, days=42, least_days=41, most_days=most_days)
    known = {"folk1a": Known(LastFetch(date(2025, 8, 11), "2026Q01", NOW), calendar=learnt)}
    with scripted(lambda to, call: send(to, body=description(quarters=["2025K4", "2026K1"]))) as server:
        settings = Settings(statbank_url=server.url, data_dir=tmp_path)
        access = Access(settings, clock=Clock(NOW), archive=archive, run_id=1, known=known)
        [found] = due(access, wanted=frozenset({"folk1a"}))
    assert found.outcome == outcome
    assert "by its last 14 releases" in found.reason


def test_what_statbank_did_not_update_is_due_when_it_is_asked_for_again(archive: Archive, tmp_path: Path) -> None:
    known = {"folk1a": Known(LastFetch(date(2025, 8, 11), "2023Q02", NOW))}
    with scripted(lambda to, call: send(to, body=description())) as server:
        settings = Settings(statbank_url=server.url, data_dir=tmp_path)
        access = Access(settings, clock=Clock(NOW), archive=archive, run_id=1, known=known)
        found = [due(each, wanted=frozenset({"folk1a"})) for each in (access, replace(access, again=True))]
    assert [(each.outcome, each.reason) for (each,) in found] == [
        ("not_due", "nothing new since 2025-08-11"),
        (DUE, ASKED_AGAIN),
    ]
