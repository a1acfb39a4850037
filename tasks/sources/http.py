"""One question to a publisher's address, one answer as it came, or a stoppage that says what to do.

Redirects are never followed, so that nothing goes to another address; the answer says where one points. Statuses that
pass by themselves and broken connections are tried again with growing pauses, and Retry-After is honoured as long as the
run has patience; other 4xx never are, and neither is a time-out, since a question that is too large stays too large: the
caller asks for less. One deadline holds over a whole try, whatever comes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http.client import responses
from typing import Self, TypedDict, Unpack
from urllib.parse import urlsplit

import requests
from requests.auth import AuthBase
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter
from urllib3.exceptions import DecodeError, HTTPError, ProtocolError, ReadTimeoutError, SSLError
from urllib3.util import Retry

from tasks.sources.deadlines import CuttableAdapter, RunTime, TooLong, Wire, unlimited
from tasks.sources.network_errors import is_certificate, refusal_in, why
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

# 520 to 524 are a proxy's words for an origin that it cannot reach (Cloudflare's, 2026-11).
TRY_AGAIN = (408, 425, 429, 500, 502, 503, 504, *range(520, 525))
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
    run_time: RunTime


def options_of(settings: Settings, *, run_time: RunTime) -> Options:
    """The options that the settings give, and the time that a run has."""
    return Options(
        timeout_seconds=settings.timeout_seconds,
        retries=settings.retries,
        backoff_seconds=settings.backoff_seconds,
        run_time=run_time,
    )


def at_once() -> None:
    """No budget of calls: the next one may go."""


class _PassesByItself(Exception):
    """Another try may help: `said` tells of how many there were, `after` are the seconds to wait that were asked for."""

    def __init__(self, said: Callable[[str], str], *, after: float | None = None) -> None:
        self.said = said
        self.after = after


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
        self._run_time = options.get("run_time") or unlimited()
        self._before_call = before_call
        self._wire = Wire()
        self._session = requests.Session()
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, CuttableAdapter(self._wire))
        self._session.auth = credential or _no_credential
        self._session.headers["Accept"] = accept

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def host(self) -> str:
        """Host and port, for messages."""
        return urlsplit(self.base_url).netloc

    def close(self) -> None:
        """Close its connections."""
        self._session.close()
        self._wire.close()

    def get(self, asked: str) -> Answer:
        """The answer to one question, whatever its status; raises PublisherTrouble where there is none to be had."""
        attempts = Retrying(
            stop=stop_after_attempt(self._retries + 1),
            wait=self._pause_before_next,
            sleep=self._run_time.wait,
            retry=retry_if_exception_type(_PassesByItself),
            reraise=True,
        )
        try:
            answer: Answer = attempts(self._once, asked)
        except _PassesByItself as trouble:
            times = attempts.statistics["attempt_number"]
            raise PublisherDown(trouble.said("once" if times == 1 else f"{times} times")) from trouble
        return answer

    def _pause_before_next(self, tried: RetryCallState) -> float:
        """As long as the publisher asks for, or longer with each try."""
        trouble = tried.outcome.exception() if tried.outcome else None
        if isinstance(trouble, _PassesByItself) and trouble.after is not None:
            return trouble.after
        return wait_exponential_jitter(multiplier=self._backoff, jitter=self._backoff, max=120)(tried)

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
        if answer.status in TRY_AGAIN:
            raise PublisherDown(f"{where} answers with status {answer.status} in its body. The next run tries again")
        # Some servers repeat the question's headers when they refuse it.
        said = said.replace(hidden, "(the token)") if hidden else said
        raise RequestRefused(
            f"{where} was refused with status {answer.status}: {said[:300].strip() or 'no reason given'}"
        )

    def _once(self, asked: str) -> Answer:
        self._run_time.require_left()
        self._before_call()
        where, longest = f"{self.base_url}{asked}", PATIENCE * self._timeout
        try:
            with self._wire.cut_after(longest):
                return self._exchange(asked)
        except TooLong as error:
            raise PublisherTimedOut(f"{where} was still sending its answer after {longest:g} seconds") from error
        except requests.exceptions.ReadTimeout as error:
            raise PublisherTimedOut(f"{where} gave no answer in {self._timeout:g} seconds") from error
        except ReadTimeoutError as error:
            raise PublisherTimedOut(f"{where} stopped in the middle of its answer") from error
        except (ProtocolError, SSLError) as error:
            raise self._broken_off(error, where=where) from error
        except DecodeError as error:
            raise BodyUnreadable(f"{where} sent bytes that cannot be unpacked") from error
        except requests.exceptions.ConnectionError as error:
            raise self._not_reached(error, where=where) from error
        except requests.exceptions.RequestException as error:
            raise PublisherDown(
                f"'{self.base_url}' cannot be asked ({type(error).__name__}): correct {self.setting}"
            ) from error

    def _exchange(self, asked: str) -> Answer:
        with self._session.get(
            self.base_url + asked, timeout=(min(self._timeout, 30), self._timeout), stream=True, allow_redirects=False
        ) as response:
            if response.status_code in TRY_AGAIN:
                raise self._unwell(response, where=f"{self.base_url}{asked}")
            if response.status_code == requests.codes.ok:
                require_same_time(response.headers, now=self._now, url=self.base_url)
            location = response.headers["Location"] if response.is_redirect else None
            body = self._read(response)
            status = refusal_in(body) if response.status_code == requests.codes.ok else None
            return Answer(asked, self._now(), status or response.status_code, body, location)

    def _broken_off(self, error: BaseException, *, where: str) -> _PassesByItself:
        return _PassesByItself(
            lambda times: (
                f"{where} broke off, {times}: {why(error)}. Check the network and {self.setting}; nothing was published, "
                "and the next run tries again"
            )
        )

    def _not_reached(self, error: requests.exceptions.ConnectionError, *, where: str) -> Exception:
        """What becomes of a connection that there was none of, or that broke before its answer began."""
        if _was_connected(error) and not is_certificate(error):
            return self._broken_off(error, where=where)
        proxy = "The proxy before " if isinstance(error, requests.exceptions.ProxyError) else ""
        said = (
            f"{proxy}{self.host} does not answer: {why(error)}. Check the network and {self.setting}; nothing was "
            "published, and the next run tries again"
        )
        return PublisherDown(said) if is_certificate(error) else _PassesByItself(lambda _: said)

    def _unwell(self, response: requests.Response, *, where: str) -> _PassesByItself:
        status = response.status_code
        phrase = responses.get(status, "an error of a proxy before it")
        return _PassesByItself(
            lambda times: (
                f"{where} answers with status {status} ({phrase}); it was asked {times}. Nothing was published; the next "
                "run tries again"
            ),
            after=_retry_after(response),
        )

    def _read(self, response: requests.Response) -> bytes:
        """The body, piece by piece as it arrives: a piece is at most a chunk, packed or unpacked."""
        parts: list[bytes] = []
        size = 0
        while part := response.raw.read1(_CHUNK, decode_content=True):
            size += len(part)
            if size > self._largest_body:
                raise BodyTooLarge(
                    f"{response.request.path_url} sent more than {self._largest_body:,} bytes; no table is that large. "
                    f"Look at what answers at {self.setting}"
                )
            parts.append(part)
        return b"".join(parts)


def _no_credential(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Adds nothing to a request: without this, requests would look for a credential in the user's .netrc."""
    return request


def _retry_after(response: requests.Response) -> float | None:
    """Seconds to wait; None, as without the header, where it holds words (`soon`) or a day no calendar has."""
    try:
        seconds = Retry(retry_after_max=LONGEST_RETRY_AFTER_SECONDS).get_retry_after(response.raw)
    except (HTTPError, ValueError, OverflowError, TypeError):
        return None
    return seconds


def _was_connected(error: requests.exceptions.ConnectionError) -> bool:
    text = str(error)
    return not any(sign in text for sign in ("NewConnectionError", "NameResolutionError", "ConnectTimeout", "refused"))
