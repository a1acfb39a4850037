"""One question to a publisher's address, one answer as it came, or a stoppage that says what to do.

Redirects are never followed, so that nothing goes to another address; the answer says where one points. Statuses 429
and 5xx and broken connections are tried again with growing pauses, and Retry-After is honoured; other 4xx never are, and
neither is a time-out, since a question that is too large stays too large: the caller asks for less.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from time import monotonic
from typing import Any, Self, TypedDict, Unpack
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter
from urllib3.exceptions import DecodeError, ProtocolError, ReadTimeoutError, SSLError
from urllib3.response import BaseHTTPResponse
from urllib3.util import Retry

from tasks.sources.network_errors import is_certificate, why
from tasks.sources.publisher_clock import require_same_time
from tasks.stoppages import (
    BodyTooLarge,
    BodyUnreadable,
    PublisherDown,
    PublisherTimedOut,
    RedirectRefused,
    RequestRefused,
)
from warehouse.settings import Settings

TRY_AGAIN = (429, 500, 502, 503, 504)
LONGEST_RETRY_AFTER_SECONDS = 900
LARGEST_BODY_BYTES = 512 * 1024 * 1024
PATIENCE = 2
_CHUNK = 1 << 20
Now = Callable[[], datetime]
"""A clock: called, it gives the moment."""


@dataclass(frozen=True)
class Answer:
    """One answer as it came: what was asked (never with a token), when, status, bytes, and where a redirect points."""

    asked: str
    received_at: datetime
    status: int
    body: bytes
    location: str | None = None


class Options(TypedDict, total=False):
    """How long and how often an address is asked, and the most it may send."""

    timeout_seconds: float
    retries: int
    backoff_seconds: float
    largest_body: int


def options_of(settings: Settings) -> Options:
    """The options that the settings give."""
    return Options(
        timeout_seconds=settings.timeout_seconds, retries=settings.retries, backoff_seconds=settings.backoff_seconds
    )


def at_once() -> None:
    """No budget of calls: the next one may go."""


class _BrokenOff(Exception):
    """The connection broke in the middle of an answer."""


class HttpClient:
    """Asks one publisher's address: `setting` is the variable that names the address in every message.

    `before_call` is called before each request, retries too: a budget of calls makes it wait there. Close the client, or
    use it as a context.
    """

    def __init__(
        self,
        base_url: str,
        *,
        setting: str,
        accept: str,
        now: Now,
        credential: AuthBase | None = None,
        before_call: Callable[[], None] = at_once,
        **options: Unpack[Options],
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.setting = setting
        self._now = now
        self._timeout = options.get("timeout_seconds", 180)
        self._retries = options.get("retries", 4)
        self._backoff = options.get("backoff_seconds", 1)
        self._largest_body = options.get("largest_body", LARGEST_BODY_BYTES)
        self._session = _session(retries=self._retries, backoff_seconds=self._backoff, before_call=before_call)
        self._before_call = before_call
        self._session.auth = credential or _no_credential
        self._session.headers["Accept"] = accept

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    @property
    def host(self) -> str:
        """Host and port, for messages."""
        return urlsplit(self.base_url).netloc

    def close(self) -> None:
        """Close its connections."""
        self._session.close()

    def get(self, asked: str) -> Answer:
        """The answer to one question, whatever its status; raises PublisherTrouble where there is none to be had."""
        attempts = Retrying(
            stop=stop_after_attempt(self._retries + 1),
            wait=wait_exponential_jitter(multiplier=self._backoff, jitter=self._backoff, max=120),
            retry=retry_if_exception_type(_BrokenOff),
            reraise=True,
        )
        try:
            answer: Answer = attempts(self._once, asked)
        except _BrokenOff as error:
            raise PublisherDown(
                f"{self.base_url}{asked} broke off, {_times(self._retries + 1)}: {error}. "
                f"Check the network and {self.setting}; nothing was published, and the next night tries again"
            ) from error
        return answer

    def require_ok(self, answer: Answer, *, hidden: str | None = None) -> None:
        """Raise RedirectRefused or RequestRefused unless the status is 200; `hidden` is kept out of what is told."""
        if answer.status == requests.codes.ok:
            return
        where = f"{self.base_url}{answer.asked}"
        if 300 <= answer.status < 400:
            raise RedirectRefused(
                f"{where} points to another address (status {answer.status}), and no other than the configured one is "
                f"asked: check {self.setting}"
            )
        said = answer.body.decode("utf-8", "replace")
        # Some servers repeat the question's headers when they refuse it.
        said = said.replace(hidden, "(the token)") if hidden else said
        raise RequestRefused(
            f"{where} was refused with status {answer.status}: {said[:300].strip() or 'no reason given'}"
        )

    def _once(self, asked: str) -> Answer:
        self._before_call()
        try:
            with self._session.get(
                self.base_url + asked,
                timeout=(min(self._timeout, 30), self._timeout),
                stream=True,
                allow_redirects=False,
            ) as response:
                self._require_well(response, asked=asked)
                if response.status_code == requests.codes.ok:
                    require_same_time(response.headers, now=self._now, url=self.base_url)
                location = response.headers["Location"] if response.is_redirect else None
                return Answer(asked, self._now(), response.status_code, self._read(response), location)
        except requests.exceptions.ReadTimeout as error:
            raise PublisherTimedOut(f"{self.base_url}{asked} gave no answer in {self._timeout:g} seconds") from error
        except ReadTimeoutError as error:
            raise PublisherTimedOut(f"{self.base_url}{asked} stopped in the middle of its answer") from error
        except (ProtocolError, SSLError) as error:
            raise _BrokenOff(why(error)) from error
        except DecodeError as error:
            raise BodyUnreadable(f"{self.base_url}{asked} sent bytes that cannot be unpacked") from error
        except requests.exceptions.ConnectionError as error:
            if _was_connected(error) and not is_certificate(error):
                raise _BrokenOff(why(error)) from error
            where = "The proxy before " if isinstance(error, requests.exceptions.ProxyError) else ""
            raise PublisherDown(
                f"{where}{self.host} does not answer: {why(error)}. Check the network and {self.setting}; "
                "nothing was published, and the next night tries again"
            ) from error
        except requests.exceptions.RequestException as error:
            raise PublisherDown(
                f"'{self.base_url}' cannot be asked ({type(error).__name__}): correct {self.setting}"
            ) from error

    def _require_well(self, response: requests.Response, *, asked: str) -> None:
        """Raise PublisherDown where the last try too was answered with a status that passes by itself."""
        status = response.status_code
        if status in TRY_AGAIN:
            tries = response.raw.retries.history if response.raw.retries else ()
            raise PublisherDown(
                f"{self.base_url}{asked} answers with status {status} ({HTTPStatus(status).phrase}); it was asked "
                f"{_times(len(tries) + 1)}. Nothing was published; the next night tries again"
            )

    def _read(self, response: requests.Response) -> bytes:
        """The body, piece by piece as it arrives: a piece is at most a chunk, packed or unpacked."""
        parts: list[bytes] = []
        size = 0
        begun = monotonic()
        while part := response.raw.read1(_CHUNK, decode_content=True):
            size += len(part)
            if size > self._largest_body:
                raise BodyTooLarge(
                    f"{response.request.path_url} sent more than {self._largest_body:,} bytes; no table is that large. "
                    f"Look at what answers at {self.setting}"
                )
            # Each byte comes in time where somebody sends them one by one; the answer never does.
            if monotonic() - begun > PATIENCE * self._timeout:
                raise PublisherTimedOut(
                    f"{response.request.path_url} was still sending its answer after {PATIENCE * self._timeout:g} seconds"
                )
            parts.append(part)
        return b"".join(parts)


def json_of(body: bytes, *, of: str, setting: str) -> Any:
    """What a JSON body says; raises BodyUnreadable. `of` is what was asked, `setting` names the address."""
    try:
        return json.loads(body)
    except ValueError as error:
        raise BodyUnreadable(not_promised("JSON", body=body, of=of, setting=setting)) from error


def not_promised(what: str, *, body: bytes, of: str, setting: str) -> str:
    """A sentence on a body that is something else than it should be, which is mostly a web page."""
    start = body[:60].decode("utf-8", "replace").strip()
    return (
        f"{of} answered with something that is not {what} ('{start}...'): a web page in its place usually means "
        f"maintenance or a wrong {setting}"
    )


def _no_credential(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Adds nothing to a request: without this, requests would look for a credential in the user's .netrc."""
    return request


def _session(*, retries: int, backoff_seconds: float, before_call: Callable[[], None]) -> requests.Session:
    class Counted(Retry):
        """Pauses as a retry does, and then waits for its turn like any other call."""

        def sleep(self, response: BaseHTTPResponse | None = None) -> None:
            super().sleep(response)
            before_call()

    policy = Counted(
        total=None,
        connect=retries,
        status=retries,
        other=0,  # a connection that is not safe; without a number it would be tried for ever (urllib3 2, 2026-11)
        raise_on_status=False,  # the last answer says which status it was
        read=False,
        redirect=False,
        status_forcelist=TRY_AGAIN,
        allowed_methods={"GET"},
        backoff_factor=backoff_seconds,
        backoff_jitter=backoff_seconds,
        retry_after_max=LONGEST_RETRY_AFTER_SECONDS,
    )
    session = requests.Session()
    for scheme in ("https://", "http://"):
        session.mount(scheme, HTTPAdapter(max_retries=policy))
    return session


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def _was_connected(error: requests.exceptions.ConnectionError) -> bool:
    text = str(error)
    return not any(sign in text for sign in ("NewConnectionError", "NameResolutionError", "ConnectTimeout", "refused"))
