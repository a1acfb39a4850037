"""StatBank over HTTP: one question, one answer as it came, or a stoppage that says what to do.

StatBank asks for no key, so nothing secret is ever sent to it. What is tried again and what is not is in
tasks/sources/http.py. Only GET is used: what was asked is then one line in the archive's manifest.
"""

from __future__ import annotations

from tasks.sources.http import LARGEST_BODY_BYTES, Answer, Line, Now

SETTING = "JOBINDSATS_STATBANK_URL"


class Bank:
    """A session with StatBank; close it, or use it as a context."""

    def __init__(
        self,
        url: str,
        *,
        now: Now,
        timeout_seconds: float = 180,
        retries: int = 4,
        backoff_seconds: float = 1,
        largest_body: int = LARGEST_BODY_BYTES,
    ) -> None:
        self._line = Line(
            url,
            setting=SETTING,
            accept="application/json, text/csv",
            now=now,
            timeout_seconds=timeout_seconds,
            retries=retries,
            backoff_seconds=backoff_seconds,
            largest_body=largest_body,
        )
        self.url = self._line.base_url

    def __enter__(self) -> Bank:
        return self

    def __exit__(self, *_: object) -> None:
        self._line.close()

    def ask(self, asked: str) -> Answer:
        """The answer to one question (`/tableinfo/FOLK1A?lang=da&format=JSON`), with status 200.

        Raises a PublisherTrouble that says what is wrong and what to do.
        """
        answer = self._line.get(asked)
        self._line.require_ok(answer)
        return answer
