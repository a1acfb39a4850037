"""An answer of `/data/<table>/CSV` as a frame of texts: a header, then one line per cell, `;` between the fields.

Nothing is converted here. StatBank begins a CSV with a byte order mark and writes the header in capitals (`TID` for the
variable `Tid`), whatever order the variables were asked in (seen in public answers, 2025-10).
"""

from __future__ import annotations

from collections.abc import Collection
from io import BytesIO

import polars as pl

from tasks.sources.statbank.client import SETTING
from tasks.stoppages import BodyUnreadable

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def read_body(body: bytes, *, of: str, columns: Collection[str]) -> pl.DataFrame:
    """One row per line after the header, every field a text, the columns named and ordered as in `columns`.

    Raises BodyUnreadable for anything but a table of exactly those columns.
    """
    fields = _fields(body.removeprefix(_BYTE_ORDER_MARK), of=of)
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


def _fields(body: bytes, *, of: str) -> pl.DataFrame:
    start = body[:60].decode("utf-8", "replace").strip()
    if b";" not in body.partition(b"\n")[0]:
        raise BodyUnreadable(
            f"{of} answered with something that is not a table of figures ('{start}...'): a web page in its place usually "
            f"means maintenance or a wrong {SETTING}"
        )
    try:
        return pl.read_csv(
            BytesIO(body), separator=";", infer_schema=False, empty_string_is_null=False, extra_columns="raise"
        )
    except pl.exceptions.PolarsError as error:
        raise BodyUnreadable(f"{of} sent something that is not a table in UTF-8 ('{start}...'): {error}") from error
