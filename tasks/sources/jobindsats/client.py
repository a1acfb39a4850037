"""The publisher over HTTP, with the token: one question, one answer as it came, or a stoppage that says what to do.

The token goes in a header to the configured address and nowhere else: redirects are never followed. What is tried
again and what is not is in tasks/sources/http.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Unpack

import requests
from requests.auth import AuthBase

from tasks.sources.http import Answer, HttpClient, Now, Options, at_once, options_of
from tasks.stoppages import TokenMissing, TokenRefused
from warehouse.settings import Settings

__all__ = ["Answer", "Now", "Publisher"]
SETTING = "JOBINDSATS_API_URL"
_FITS_A_HEADER = re.compile(r"[!-~]+")


class Publisher:
    """A session with the publisher; close it, or use it as a context."""

    def __init__(
        self,
        base_url: str,
        *,
        token: str | None,
        now: Now,
        before_call: Callable[[], None] = at_once,
        **options: Unpack[Options],
    ) -> None:
        self._token = _usable(token, base_url=base_url)
        self._client = HttpClient(
            base_url,
            setting=SETTING,
            accept="application/json",
            now=now,
            credential=_Bearer(self._token),
            before_call=before_call,
            **options,
        )
        self.base_url = self._client.base_url

    def __enter__(self) -> Publisher:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def ask(self, asked: str) -> Answer:
        """The answer to one question (`/tables?format=json`), with status 200.

        Raises a PublisherTrouble that says what is wrong and what to do.
        """
        answer = self._client.get(asked)
        if answer.status in (401, 403):
            raise TokenRefused(
                f"{self._client.host} refuses the token (status {answer.status}): renew it with the publisher, "
                "set JOBINDSATS_API_TOKEN and run `jobindsats doctor`"
            )
        self._client.require_ok(answer, hidden=self._token)
        return answer


def open_publisher(settings: Settings, *, now: Now, before_call: Callable[[], None] = at_once) -> Publisher:
    """A session with the configured publisher; raises TokenMissing and TokenRefused."""
    return Publisher(settings.api_url, token=settings.token, now=now, before_call=before_call, **options_of(settings))


class _Bearer(AuthBase):
    """Puts the token on a request; a header of the session would be replaced by an entry in the user's .netrc."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def _usable(token: str | None, *, base_url: str) -> str:
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
    return token
