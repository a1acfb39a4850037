"""The publisher behind the server: its clock, its faults, the calls it got, and the answer to each path."""

from __future__ import annotations

import json
import threading
import uuid
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote, urlsplit

from tests.standin import answers, faults, metadata, noise, queries, redescribed
from tests.standin.editions import Edition, World
from tests.standin.queries import RefusedError
from warehouse.catalogue.model import jobindsats

CALLS_KEPT = 100_000
JSON_TYPE = "application/json; charset=utf-8"
CSV_TYPE = "text/csv; charset=utf-8"
_PAGE = (
    b"<!DOCTYPE html><html lang='da'><head><title>Jobindsats</title></head><body><h1>Vi opdaterer</h1></body></html>"
)


@dataclass(frozen=True)
class Reply:
    """What goes back on the wire, and the ways of the wire that a fault asks for."""

    status: int
    body: bytes
    content_type: str = JSON_TYPE
    headers: tuple[tuple[str, str], ...] = ()
    faults: tuple[str, ...] = ()


def json_reply(document: object, *, status: int = 200) -> Reply:
    """A reply of compact JSON with its letters raw."""
    return Reply(status, json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode())


@dataclass(frozen=True)
class Settings:
    """How the publisher behaves; `error_bodies` replaces the body of a status whose real body nobody has seen."""

    token: str = "standin-token"
    seed: int = 20240131
    slow_seconds: float = 65.0
    error_bodies: Mapping[int, bytes] = field(default_factory=dict)


def _described(edition: Edition, hit: tuple[str, ...]) -> Edition:
    """The table as the faults of this call describe it."""
    for name in hit:
        edition = redescribed.ON_TABLE[name](edition) if name in redescribed.ON_TABLE else edition
    return edition


class Publisher:
    """Answers v3 calls out of a world, as of a day."""

    def __init__(self, world: World, *, today: date, settings: Settings) -> None:
        self.settings = settings
        self._calls: deque[dict[str, Any]] = deque(maxlen=CALLS_KEPT)
        self._world = world
        self._today = today
        self._draws = faults.Draws(settings.seed)
        self._draws_of_statbank = faults.Draws(settings.seed)
        self._ahead: dict[str, tuple[date, date]] = {}
        self._behind: dict[str, timedelta] = {}
        self._lock = threading.Lock()

    @property
    def today(self) -> date:
        """The day on the publisher's clock."""
        return self._today

    def set_today(self, today: date) -> None:
        """Move the clock, forward or back."""
        with self._lock:
            self._today = today

    def set_faults(self, rates: Mapping[str, object], *, only: str = "") -> None:
        """Add or replace fault rates; 0 ends one. All hit only calls whose path holds `only`. Raises FaultError."""
        with self._lock:
            self._draws.set(rates, only=only)
            self._draws_of_statbank.set(rates, only=only)

    def set_late(self, days: Mapping[str, int]) -> None:
        """Let each table's releases come some days after the day they were announced for; 0 ends it."""
        with self._lock:
            self._behind |= {table_id: timedelta(days=late) for table_id, late in days.items()}

    @property
    def faults(self) -> dict[str, float]:
        """The rates now in force."""
        return dict(self._draws.rates)

    def reply(self, method: str, target: str, *, authorization: str | None, port: int) -> Reply:
        """Answer one v3 call and note it, never with its token."""
        split = urlsplit(target)
        parts = unquote(split.path).strip("/").split("/")[1:]
        with self._lock:
            hit = self._draws.hit(target)
        found = self._broken(hit, f"http://127.0.0.2:{port}{target}") or self._unwelcome(method, authorization)
        reply = replace(found or self._answered(parts, split.query, hit), faults=hit)
        self._note(method, target, reply)
        return reply

    def drawn_for_statbank(self, target: str) -> tuple[str, ...]:
        """The faults that hit the next call of StatBank; they are drawn apart, so that v3's calls fare as without it."""
        with self._lock:
            return self._draws_of_statbank.hit(target)

    def _note(self, method: str, target: str, reply: Reply) -> None:
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        call = {"method": method, "path": target, "status": reply.status, "faults": list(reply.faults), "time": now}
        with self._lock:
            self._calls.append(call)

    def calls(self) -> list[dict[str, Any]]:
        """The newest calls, oldest first."""
        with self._lock:
            return list(self._calls)

    def _broken(self, hit: tuple[str, ...], elsewhere: str) -> Reply | None:
        """The answer of something in front of the publisher, where a fault asks for one."""
        if "redirect" in hit:
            return Reply(302, b"", headers=(("Location", elsewhere),))
        if "html-200" in hit:
            return Reply(200, _PAGE, "text/html; charset=utf-8")
        statuses = [faults.STATUSES[name] for name in hit if name in faults.STATUSES]
        return self._refusal(statuses[0], HTTPStatus(statuses[0]).phrase) if statuses else None

    def _unwelcome(self, method: str, authorization: str | None) -> Reply | None:
        if authorization != f"Bearer {self.settings.token}":
            return self._refusal(401, "Unauthorized")
        return None if method in ("GET", "POST") else self._refusal(405, "Method not allowed")

    def _answered(self, parts: list[str], query: str, hit: tuple[str, ...]) -> Reply:
        try:
            return self._answer(parts, query, hit)
        except RefusedError as refused:
            return self._refusal(refused.status, refused.cause)

    def _refusal(self, status: int, cause: str) -> Reply:
        headers = (("Retry-After", "1"),) if status == 429 else ()
        body = {"code": status, "cause": cause, "request_id": str(uuid.uuid4())}
        reply = replace(json_reply(body, status=status), headers=headers)
        return replace(reply, body=self.settings.error_bodies.get(status, reply.body))

    def _answer(self, parts: list[str], query: str, hit: tuple[str, ...]) -> Reply:
        match parts:
            case ["subjects"]:
                return json_reply(metadata.subjects(self._listed()))
            case ["tables"]:
                chosen = dict(queries.parameters(query)).get("subject_id")
                listed = self._listed()
                if faults.VANISHED_TABLE in hit:
                    shipped = {table.id for table in jobindsats().tables}
                    gone = max((each for each in listed if each.table_id in shipped), key=lambda each: each.table_id)
                    listed.remove(gone)
                return json_reply(metadata.tables(listed, wanted=frozenset(chosen.split(",")) if chosen else None))
            case ["table", table_id]:
                return json_reply(metadata.table(_described(self._edition(table_id), hit)))
            case ["data", table_id]:
                return self._data(table_id, query, hit)
            case _:
                raise RefusedError("Not found", status=404)

    def _data(self, table_id: str, query: str, hit: tuple[str, ...]) -> Reply:
        edition = _described(self._edition(table_id), hit)
        question = queries.question(edition, query)
        answer = answers.answer(edition, question, seed=self.settings.seed)
        for name in hit:
            if name in faults.ON_DATA:
                answer = faults.ON_DATA[name](answer, noise.key(self.settings.seed, name, table_id))
        if faults.RELEASE in hit:
            self._release_now(edition)
        if question.form == "csv":
            return Reply(200, answers.as_csv(answer), CSV_TYPE)
        return Reply(200, answers.as_json(answer))

    def _listed(self) -> list[Edition]:
        found = (self._current(table_id) for table_id in self._world.table_ids())
        return [edition for edition in found if edition is not None]

    def _edition(self, table_id: str) -> Edition:
        edition = self._current(table_id) if table_id in self._world.table_ids() else None
        if edition is None:
            raise RefusedError(f"Unknown table: {table_id}", status=404)
        return edition

    def _current(self, table_id: str) -> Edition | None:
        """The table as of today, or further on where a release came in the middle of a fetch."""
        scheduled, came = self._ahead.get(table_id, (self._today, self._today))
        late = self._behind.get(table_id, timedelta())
        edition = self._world.edition(table_id, max(self._today, scheduled) - late)
        if edition is not None and table_id in self._ahead and edition.updated_on == scheduled:
            return replace(edition, updated_on=came)
        return edition

    def _release_now(self, edition: Edition) -> None:
        """The next release becomes current from the next call on; once only per table."""
        with self._lock:
            following = self._world.edition(edition.table_id, edition.next_on)
            if edition.table_id in self._ahead or following is None or following.updated_on <= edition.updated_on:
                return
            came = max(self._today, edition.updated_on + timedelta(days=1))
            self._ahead[edition.table_id] = (following.updated_on, came)
