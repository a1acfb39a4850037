"""An answer of `/data` as a typed frame, without a Python object per cell.

The rows of the JSON are the rows of a delimited text in all but punctuation, and Polars reads those from bytes. What
that cannot be (escapes or brackets in a label, line breaks) is read the slow way, to the same frame.
"""

from __future__ import annotations

import json
import re
from io import BytesIO
from typing import Any

import polars as pl

from tasks.stoppages import BodyUnreadable

_OPENING = re.compile(rb'\s*\{\s*"columns"\s*:\s*(\[.*?\])\s*,\s*"rows"\s*:\s*\[', re.DOTALL)
_CLOSING = re.compile(rb"\]\s*\}\s*$")
_NOT_TEXT = (b"\\", b"\n", b"\r", b"[", b"]")


def read_body(body: bytes, *, of: str = "/data") -> pl.DataFrame:
    """The cells of one answer, one row per row, one column per column, in the publisher's order.

    Labels are texts, counts whole numbers, percentages and averages floats, null is null. Raises BodyUnreadable.
    """
    opening, closing = _OPENING.match(body), _CLOSING.search(body, max(0, len(body) - 64))
    if opening is None or closing is None:
        return _read_slowly(body, of=of)
    columns = _columns(opening[1], of=of)
    rows = body[opening.end() : closing.start()].strip()
    if not rows:
        return pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
    text = _as_delimited(rows)
    if text is None:
        return _read_slowly(body, of=of)
    return _typed(_read_delimited(text, columns=columns, of=of), labels=_labels(rows, columns=columns, of=of), of=of)


def _columns(header: bytes, *, of: str) -> list[str]:
    try:
        columns = json.loads(header)
    except ValueError as error:
        raise BodyUnreadable(f"{of}: the names of the columns cannot be read: {error}") from error
    if not all(isinstance(name, str) for name in columns) or len(set(columns)) < len(columns):
        raise BodyUnreadable(f"{of}: the columns are not distinct names: {columns}")
    return list(columns)


def _as_delimited(rows: bytes) -> bytes | None:
    text = rows[1:-1].replace(b"], [", b"],[")
    if b"\n" in text:
        return None
    text = text.replace(b"],[", b"\n")
    if any(sign in text for sign in _NOT_TEXT if sign != b"\n"):
        return None
    # The publisher's JSON has blanks after commas in some answers; a quote must follow its separator at once.
    return text.replace(b', "', b',"')


def _read_delimited(text: bytes, *, columns: list[str], of: str) -> pl.DataFrame:
    try:
        frame = pl.read_csv(
            BytesIO(text),
            has_header=False,
            infer_schema=False,
            empty_string_is_null=False,
            new_columns=columns,
            extra_columns="raise",
        )
    except pl.exceptions.PolarsError as error:
        raise BodyUnreadable(f"{of}: the rows cannot be read: {error}") from error
    return _named(frame, columns=columns, of=of)


def _named(frame: pl.DataFrame, *, columns: list[str], of: str) -> pl.DataFrame:
    # A null of the publisher is still the text "null" here: what is missing now was not in the row.
    if frame.width != len(columns) or sum(frame.null_count().row(0)):
        raise BodyUnreadable(f"{of}: some rows have more or fewer cells than the {len(columns)} columns")
    return frame.rename(dict(zip(frame.columns, columns, strict=True)))


def _labels(rows: bytes, *, columns: list[str], of: str) -> list[str]:
    """The columns whose first cell is a text: labels are never null, so the first row tells them from measures."""
    try:
        first, _ = json.JSONDecoder().raw_decode(rows[: 64 * 1024].decode("utf-8", "ignore"))
    except ValueError as error:
        raise BodyUnreadable(f"{of}: the first row cannot be read: {error}") from error
    return [name for name, cell in zip(columns, first, strict=False) if isinstance(cell, str)]


def _typed(frame: pl.DataFrame, *, labels: list[str], of: str) -> pl.DataFrame:
    return frame.with_columns(_number(frame[name], of=of) for name in frame.columns if name not in labels)


def _number(cells: pl.Series, *, of: str) -> pl.Series:
    bare = cells.str.strip_chars()
    bare = bare.set(bare == "null", None)
    for kind in (pl.Int64, pl.Float64):
        try:
            return bare.cast(kind, strict=True)
        except pl.exceptions.InvalidOperationError:
            continue
    wrong = bare.filter(bare.is_not_null() & bare.cast(pl.Float64, strict=False).is_null())
    raise BodyUnreadable(f"{of}: '{cells.name}' holds '{wrong[0]}', which is no number")


def _read_slowly(body: bytes, *, of: str) -> pl.DataFrame:
    try:
        document = json.loads(body)
    except ValueError as error:
        start = body[:60].decode("utf-8", "replace").strip()
        raise BodyUnreadable(f"{of} answered with something that is not a table of figures ('{start}...')") from error
    if not isinstance(document, dict) or set(document) != {"columns", "rows"}:
        raise BodyUnreadable(f"{of} answered without exactly the keys 'columns' and 'rows'")
    columns, rows = _columns(json.dumps(document["columns"]).encode(), of=of), document["rows"]
    if any(len(row) != len(columns) for row in rows):
        raise BodyUnreadable(f"{of}: some rows have more or fewer cells than the {len(columns)} columns")
    return pl.DataFrame({name: _column([row[at] for row in rows], name=name, of=of) for at, name in enumerate(columns)})


def _column(cells: list[Any], *, name: str, of: str) -> pl.Series:
    try:
        return pl.Series(name, cells, strict=not any(isinstance(cell, float) for cell in cells))
    except (TypeError, pl.exceptions.PolarsError) as error:
        raise BodyUnreadable(f"{of}: '{name}' mixes texts and numbers") from error
