"""Two releases on one date, the second in the middle of a fetch: one of them is had whole, never half of each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tasks.archive.store import Archive
from tasks.results import Fetched
from tasks.sources.access import Access
from tasks.sources.http import Answer
from tasks.sources.jobindsats.client import TABLES, open_publisher
from tasks.sources.jobindsats.fetch import ATTEMPTS, fetch_from
from tasks.sources.jobindsats.listings import read_listings
from tasks.sources.jobindsats.snapshot import snapshot
from tasks.sources.statbank import fetch as statbank_fetch
from tasks.sources.statbank.fetch import Bank, in_chunks
from tasks.sources.statbank.snapshot import snapshot as statbank_snapshot
from tasks.stoppages import ReleaseMoved
from tests.standin.server import StandIn, running
from warehouse.catalogue.model import jobindsats
from warehouse.danish.clock import Clock
from warehouse.settings import Settings

TABLE = jobindsats().table("y01a02")


now = Clock(datetime(2023, 11, 5, 4, tzinfo=UTC))


@pytest.fixture(scope="module")
def publisher() -> Iterator[StandIn]:
    with running(today="2023-11-05", scale="small") as standin:
        yield standin


@pytest.fixture
def access(tmp_path: Path, publisher: StandIn, monkeypatch: pytest.MonkeyPatch) -> Access:
    """Small answers, so that one table takes several questions."""
    monkeypatch.chdir(tmp_path)
    settings = Settings(
        api_url=publisher.url, api_token=publisher.token, cells_per_call=1_000, statbank_url=publisher.statbank_url
    )
    return Access(settings, now, Archive(str(tmp_path / "archive")), run_id=1)


class Revising:
    """A publisher who revises every figure after so many questions about figures, and says nothing of it."""

    def __init__(self, asked: Any, *, after: tuple[int, ...]) -> None:
        self.asked = asked
        self.after = after
        self.questions = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.asked, name)

    def __enter__(self) -> Revising:
        return self

    def __exit__(self, *error: object) -> None:
        self.asked.__exit__(*error)

    def ask(self, question: str) -> Answer:
        answer: Answer = self.asked.ask(question)
        if not question.startswith("/data/"):
            return answer
        self.questions += 1
        releases = sum(self.questions > after for after in self.after)
        return Answer(answer.asked, answer.received_at, answer.status, raised(answer.body, by=releases))


def raised(body: bytes, *, by: int) -> bytes:
    """An answer with another last digit in each figure at the end of a row."""
    return re.sub(rb"\d(?=\]|\r?\n)", lambda found: str((int(found[0]) + by) % 10).encode(), body)


def fetched(access: Access, *, after: tuple[int, ...]) -> list[dict[str, Any]]:
    """The cells that a fetch ended with."""
    receipt = fetch_from_one_who(Revising(None, after=after), access=access)
    found = snapshot(access.archive.get_manifest(receipt.manifest), archive=access.archive)
    return sorted((cell for _, cells in found.answers() for cell in cells.to_dicts()), key=str)


def fetch_from_one_who(revises: Any, *, access: Access) -> Fetched:
    with open_publisher(access.settings, now=now) as asked:
        revises.asked = asked
        listing = read_listings(asked.ask(TABLES).body, today=now().date()).line_of(TABLE.id)
        assert listing is not None
        return fetch_from(revises, TABLE, listing=listing, access=access)


def questions_of_one_fetch(access: Access) -> int:
    """How many ask for figures, without the first one's repetition."""
    counted = Revising(None, after=())
    fetch_from_one_who(counted, access=access)
    return counted.questions - 1


def test_wherever_the_second_release_comes_the_new_one_is_had_whole(access: Access) -> None:
    before, revised = fetched(access, after=()), fetched(access, after=(0,))
    assert before != revised
    asked = questions_of_one_fetch(access)
    assert 4 < asked < 15
    for after in range(asked + 1):
        assert fetched(access, after=(after,)) == revised, after
    assert fetched(access, after=(asked + 1,)) == before


def test_a_publisher_who_releases_without_end_is_left_for_the_next_night(access: Access) -> None:
    asked = questions_of_one_fetch(access) + 1
    with pytest.raises(ReleaseMoved, match=f"released while we fetched, {ATTEMPTS} times"):
        fetched(access, after=tuple(range(1, ATTEMPTS * asked + 1, asked - 1)))


# ---- StatBank ---------------------------------------------------------------------------------------------------


@pytest.fixture
def of_few_quarters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statbank_fetch, "in_chunks", partial(in_chunks, cells_per_call=1_500))


def statbank_cells(access: Access, monkeypatch: pytest.MonkeyPatch, *, after: int) -> list[dict[str, Any]]:
    bank = Bank(access.settings.statbank_url or "", now=now)
    (due,) = statbank_fetch.due(access, wanted=frozenset({"folk1a"}))
    with monkeypatch.context() as patch:
        patch.setattr(statbank_fetch, "open_bank", lambda access: Revising(bank, after=(after,)))
        receipt = statbank_fetch.fetch(due, access=access)
    found = statbank_snapshot(access.archive.get_manifest(receipt.manifest), archive=access.archive)
    return sorted((cell for _, cells in found.answers() for cell in cells.to_dicts()), key=str)


@pytest.mark.usefixtures("of_few_quarters")
def test_statbank_that_releases_meanwhile_is_had_whole_too(access: Access, monkeypatch: pytest.MonkeyPatch) -> None:
    before, revised = (statbank_cells(access, monkeypatch, after=after) for after in (10_000, 0))
    assert before != revised
    (due,) = statbank_fetch.due(access, wanted=frozenset({"folk1a"}))
    asked = statbank_fetch.fetch(due, access=access).calls
    assert 3 < asked < 10
    for after in range(asked + 1):
        assert statbank_cells(access, monkeypatch, after=after) == revised, after
