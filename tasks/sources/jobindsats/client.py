"""The publisher over HTTP: one question, one answer as it came, or a stoppage that says what to do.

The token goes in a header to the configured address and nowhere else: redirects are never followed. Statuses 429 and
5xx and broken connections are tried again with growing pauses, and Retry-After is honoured; other 4xx never are, and
neither is a time-out, since a question that is too large stays too large: the caller asks for less.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Protocol
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter
from urllib3.exceptions import DecodeError, ProtocolError, ReadTimeoutError, SSLError
from urllib3.util import Retry

from tasks.stoppages import (
    BodyTooLarge,
    BodyUnreadable,
    PublisherDown,
    PublisherTimedOut,
    RedirectRefused,
    RequestRefused,
    TokenMissing,
    TokenRefused,
)

TRY_AGAIN = (429, 500, 502, 503, 504)
LONGEST_RETRY_AFTER_SECONDS = 900
LARGEST_BODY_BYTES = 512 * 1024 * 1024
PATIENCE = 2
_CHUNK = 1 << 20
_FITS_A_HEADER = re.compile(r"[!-~]+")


class Now(Protocol):
    """A clock: called, it gives the moment."""

    def __call__(self) -> datetime:
        """The moment now."""
        ...


@dataclass(frozen=True)
class Answer:
    """One answer as it came: what was asked (without the token), when, status, bytes."""

    asked: str
    received_at: datetime
    status: int
    body: bytes


class _BrokenOff(Exception):
    """The connection broke in the middle of an answer."""


class Publisher:
    """A session with the publisher; close it, or use it as a context."""

    def __init__(
        self,
        base_url: str,
        *,
        token: str | None,
        now: Now,
        timeout_seconds: float = 180,
        retries: int = 4,
        backoff_seconds: float = 1,
        largest_body: int = LARGEST_BODY_BYTES,
    ) -> None:
        if not token:
            raise TokenMissing(
                f"no token for {base_url}: put it in JOBINDSATS_API_TOKEN or in .env "
                "(the README says how to get one), then run `jobindsats doctor`"
            )
        if not _FITS_A_HEADER.fullmatch(token):
            raise TokenRefused(
                "the token in JOBINDSATS_API_TOKEN holds a blank, a line break or another letter that no token has: "
                "copy it again, without what stands around it"
            )
        self.base_url = base_url.rstrip("/")
        self._token = token
        self._now = now
        self._timeout = timeout_seconds
        self._retries = retries
        self._backoff = backoff_seconds
        self._largest_body = largest_body
        self._session = _session(token, retries=retries, backoff_seconds=backoff_seconds)

    def __enter__(self) -> Publisher:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def ask(self, asked: str) -> Answer:
        """The answer to one question (`/tables?format=json`), with status 200.

        Raises a PublisherTrouble that says what is wrong and what to do.
        """
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
                f"{self.base_url}{asked} broke off in the middle of its answer, {self._retries + 1} times: {error}. "
                "Nothing was published; the next night tries again"
            ) from error
        _judge(answer, base_url=self.base_url, token=self._token)
        return answer

    def _once(self, asked: str) -> Answer:
        try:
            with self._session.get(
                self.base_url + asked,
                timeout=(min(self._timeout, 30), self._timeout),
                stream=True,
                allow_redirects=False,
            ) as response:
                return Answer(asked, self._now(), response.status_code, self._read(response))
        except requests.exceptions.RetryError as error:
            raise PublisherDown(
                f"{self.base_url}{asked} kept answering that it cannot ({error.args[0]}). "
                "Nothing was published; the next night tries again"
            ) from error
        except requests.exceptions.ReadTimeout as error:
            raise PublisherTimedOut(f"{self.base_url}{asked} gave no answer in {self._timeout:g} seconds") from error
        except ReadTimeoutError as error:
            raise PublisherTimedOut(f"{self.base_url}{asked} stopped in the middle of its answer") from error
        except (ProtocolError, SSLError) as error:
            raise _BrokenOff(str(error)) from error
        except DecodeError as error:
            raise BodyUnreadable(f"{self.base_url}{asked} sent bytes that cannot be unpacked") from error
        except requests.exceptions.ConnectionError as error:
            if _was_connected(error):
                raise _BrokenOff(str(error)) from error
            raise PublisherDown(
                f"{urlsplit(self.base_url).netloc} does not answer. Check the network and JOBINDSATS_API_URL; "
                "nothing was published, and the next night tries again"
            ) from error
        except requests.exceptions.RequestException as error:
            raise PublisherDown(
                f"'{self.base_url}' cannot be asked ({type(error).__name__}): correct JOBINDSATS_API_URL"
            ) from error

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
                    "Look at what answers at JOBINDSATS_API_URL"
                )
            # Each byte comes in time where somebody sends them one by one; the answer never does.
            if monotonic() - begun > PATIENCE * self._timeout:
                raise PublisherTimedOut(
                    f"{response.request.path_url} was still sending its answer after {PATIENCE * self._timeout:g} seconds"
                )
            parts.append(part)
        return b"".join(parts)


class _Bearer(AuthBase):
    """Puts the token on a request."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def _session(token: str, *, retries: int, backoff_seconds: float) -> requests.Session:
    policy = Retry(
        total=None,
        connect=retries,
        status=retries,
        read=False,
        redirect=False,
        status_forcelist=TRY_AGAIN,
        allowed_methods={"GET"},
        backoff_factor=backoff_seconds,
        backoff_jitter=backoff_seconds,
        retry_after_max=LONGEST_RETRY_AFTER_SECONDS,
    )
    session = requests.Session()
    session.auth = _Bearer(token)  # not a header of the session: a .netrc entry would replace that
    session.headers["Accept"] = "application/json"
    for scheme in ("https://", "http://"):
        session.mount(scheme, HTTPAdapter(max_retries=policy))
    return session


def _was_connected(error: requests.exceptions.ConnectionError) -> bool:
    text = str(error)
    return not any(sign in text for sign in ("NewConnectionError", "NameResolutionError", "ConnectTimeout", "refused"))


def _judge(answer: Answer, *, base_url: str, token: str) -> None:
    if answer.status == requests.codes.ok:
        return
    # Some servers repeat the question's headers when they refuse it.
    said = answer.body.decode("utf-8", "replace").replace(token, "(the token)")[:300].strip()
    where = f"{base_url}{answer.asked}"
    if answer.status in (401, 403):
        raise TokenRefused(
            f"{urlsplit(base_url).netloc} refuses the token (status {answer.status}): renew it with the publisher, "
            "set JOBINDSATS_API_TOKEN and run `jobindsats doctor`"
        )
    if 300 <= answer.status < 400:
        raise RedirectRefused(
            f"{where} points to another address (status {answer.status}), and the token goes nowhere but to the "
            "configured one: check JOBINDSATS_API_URL"
        )
    raise RequestRefused(f"{where} was refused with status {answer.status}: {said or 'no reason given'}")
