"""The publisher over HTTP, with the token: what is asked, and one answer as it came, or a stoppage that says what to do.

The token goes in a header to the configured address and nowhere else: redirects are never followed. What is tried
again and what is not is in tasks/sources/http.py.

Figures are asked for in chunks of periods, one level of each hierarchy at a time and the root apart. Periods are named,
never counted: `latest:N` above what exists is an error at the publisher, not a clip. A level is asked for without `*`,
since one label can stand on two levels of a hierarchy (seen in `_tilb_2ptv`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Unpack

import requests
from requests.auth import AuthBase

from tasks.sources.deadlines import RunTime, unlimited
from tasks.sources.http import Answer, HttpClient, Now, Options, at_once, options_of
from tasks.sources.jobindsats.metadata import ROOT, SETTING, TableMetadata, level_to_ask
from tasks.stoppages import TokenMissing, TokenRefused
from warehouse.catalogue.model import Table
from warehouse.periods import Period
from warehouse.settings import Settings

TABLES = "/tables?format=json"
_FITS_A_HEADER = re.compile(r"[!-~]+")


class Publisher(HttpClient):
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
        bearer = _Bearer(self._token)
        super().__init__(
            base_url,
            setting=SETTING,
            accept="application/json",
            now=now,
            credential=bearer,
            before_call=before_call,
            **options,
        )

    def ask(self, asked: str) -> Answer:
        """The answer to one question (`/tables?format=json`), with status 200.

        Raises a PublisherTrouble that says what is wrong and what to do.
        """
        answer = self.get(asked)
        if answer.status in (401, 403):
            raise TokenRefused(
                f"{self.host} refuses the token (status {answer.status}): renew it with the publisher, "
                "set JOBINDSATS_API_TOKEN and run `jobindsats doctor`"
            )
        self.require_ok(answer, hidden=self._token)
        return answer


def open_publisher(
    settings: Settings, *, now: Now, before_call: Callable[[], None] = at_once, run_time: RunTime | None = None
) -> Publisher:
    """A session with the configured publisher; raises TokenMissing and TokenRefused."""
    options = options_of(settings, run_time=run_time or unlimited())
    return Publisher(settings.api_url, token=settings.token, now=now, before_call=before_call, **options)


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


def metadata_of(table: Table) -> str:
    """The question for one table's metadata."""
    return f"/table/{table.id}?format=json"


@dataclass(frozen=True)
class Cut:
    """Which nodes of each hierarchy one question asks for: `/` or `level:<id>`, with how many members that is."""

    nodes: tuple[tuple[str, str], ...]
    members: int


def cuts(table: Table, *, metadata: TableMetadata) -> list[Cut]:
    """Every combination of root and asked level over the table's hierarchies; raises Undeclared."""
    choices: list[list[tuple[tuple[str, str], int]]] = []
    for hierarchy in (table.area, *table.breakdowns):
        level = level_to_ask(metadata, hierarchy=hierarchy)
        nodes = [((hierarchy.id, ROOT), 1)] if hierarchy.root else []
        if level is not None:
            nodes.append(((hierarchy.id, f"level:{level.level_id}"), len(level.names)))
        choices.append(nodes)
    return [
        Cut(tuple(node for node, _ in combination), prod(count for _, count in combination))
        for combination in product(*choices)
    ]


def figures(table: Table, *, cut: Cut, periods: tuple[Period, ...]) -> str:
    """The question for the figures of one cut and some periods.

    Measures are asked for with `mgroup.*=*`; the raw letters `: , * /` are accepted in query values (seen).
    """
    hierarchies = "&".join(f"hierarchy.{hierarchy}={node}" for hierarchy, node in cut.nodes)
    named = ",".join(str(period) for period in periods)
    return f"/data/{table.id}?mgroup.*=*&period.{table.period}={named}&{hierarchies}&format=json"


def periods_per_call(table: Table, *, cut: Cut, cells_per_call: int) -> int:
    """How many periods of a cut fit one call; at least one."""
    return max(1, cells_per_call // (cut.members * len(table.measures)))


def in_chunks(periods: tuple[Period, ...], *, table: Table, cut: Cut, cells_per_call: int) -> list[tuple[Period, ...]]:
    """The periods in runs whose cells fit one call; at least one period each, oldest first."""
    size = periods_per_call(table, cut=cut, cells_per_call=cells_per_call)
    return [periods[start : start + size] for start in range(0, len(periods), size)]
