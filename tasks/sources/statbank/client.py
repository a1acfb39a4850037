"""StatBank over HTTP: one question, one answer as it came, or a stoppage that says what to do.

StatBank asks for no key, so nothing secret is ever sent to it. What is tried again and what is not is in
tasks/sources/http.py. Only GET is used: what was asked is then one line in the archive's manifest.
"""

from __future__ import annotations

from collections.abc import Collection
from io import BytesIO
from typing import Unpack

import polars as pl

from tasks.sources.http import Answer, HttpClient, Now, Options, not_promised, options_of
from tasks.stoppages import BodyUnreadable
from warehouse.settings import Settings

SETTING = "JOBINDSATS_STATBANK_URL"


class Bank:
    """A session with StatBank; close it, or use it as a context."""

    def __init__(self, url: str, *, now: Now, **options: Unpack[Options]) -> None:
        self._client = HttpClient(url, setting=SETTING, accept="application/json, text/csv", now=now, **options)
        self.url = self._client.base_url

    def __enter__(self) -> Bank:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def ask(self, asked: str) -> Answer:
        """The answer to one question (`/tableinfo/FOLK1A?lang=da&format=JSON`), with status 200.

        Raises a PublisherTrouble that says what is wrong and what to do.
        """
        answer = self._client.get(asked)
        self._client.require_ok(answer)
        return answer


def open_bank(settings: Settings, *, now: Now) -> Bank:
    """A session with StatBank at the configured address."""
    return Bank(settings.statbank_url or "", now=now, **options_of(settings))


_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def read_body(body: bytes, *, of: str, columns: Collection[str]) -> pl.DataFrame:
    """One row per line after the header, every field a text, the columns named and ordered as in `columns`.

    Raises BodyUnreadable for anything but a table of exactly those columns.
    """
    fields = read_fields(body.removeprefix(_BYTE_ORDER_MARK), of=of)
    header = [name.upper() for name in fields.columns]
    if sorted(header) != sorted(name.upper() for name in columns):
        raise BodyUnreadable(
            f"{of}: the columns are {', '.join(fields.columns)}, and {', '.join(columns)} were asked for"
        )
    short = fields.with_row_index("line", offset=2).filter(pl.any_horizontal(pl.col(fields.columns).is_null()))
    if short.height:
        raise BodyUnreadable(f"{of}: line {short['line'][0]} has fewer fields than the {len(header)} of the header")
    places = {name: header.index(name.upper()) for name in columns}
    return fields.select(fields.to_series(at).alias(name) for name, at in places.items())


def read_fields(body: bytes, *, of: str) -> pl.DataFrame:
    """One row per line after the header, every field a text, as it was written; raises BodyUnreadable."""
    if b";" not in body.partition(b"\n")[0]:
        raise BodyUnreadable(not_promised("a table of figures", body=body, of=of, setting=SETTING))
    try:
        return pl.read_csv(
            BytesIO(body), separator=";", infer_schema=False, empty_string_is_null=False, extra_columns="raise"
        )
    except pl.exceptions.PolarsError as error:
        start = body[:60].decode("utf-8", "replace").strip()
        raise BodyUnreadable(f"{of} sent something that is not a table in UTF-8 ('{start}...'): {error}") from error
