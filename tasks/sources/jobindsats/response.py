"""An answer of `/data` as a typed frame, without a Python object per cell.

The rows of the JSON are the rows of a delimited text in all but punctuation, and Polars reads those from bytes. What
that cannot be (escapes or brackets in a label, line breaks), and whatever might be read otherwise than JSON means it,
is read the slow way: to the same frame, or to the reason why there is none.
"""

from __future__ import annotations

import json
import math
import re
from io import BytesIO
from typing import Any

import polars as pl

from tasks.stoppages import BodyUnreadable
from warehouse.formats.strict_json import JsonMisread, read_json

_OPENING = re.compile(rb'\s*\{\s*"columns"\s*:\s*(\[.*?\])\s*,\s*"rows"\s*:\s*\[', re.DOTALL)
_CLOSING = re.compile(rb"\]\s*\}\s*$")

# The grammar of RFC 8259, section 6, with the blanks that may stand around: `+5`, `007` and `5.` are no numbers there.
_NUMBER = r"^ *(?:null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?) *$"

_NOT_TEXT = (b"\\", b"\n", b"\r", b"\t")


def read_body(body: bytes, *, of: str = "/data") -> pl.DataFrame:
    """The cells of one answer, one row per row, one column per column, in the publisher's order.

    Labels are texts, counts whole numbers, percentages and averages floats, null is null. Raises BodyUnreadable.
    """
    opening, closing = _OPENING.match(body), _CLOSING.search(body, max(0, len(body) - 64))
    frame = None
    if opening is not None and closing is not None:
        frame = _read_quickly(opening[1], body[opening.end() : closing.start()].strip())
    return _read_slowly(body, of=of) if frame is None else frame


def _read_quickly(header: bytes, rows: bytes) -> pl.DataFrame | None:
    """The frame, where the rows can only be read in one way; None where JSON has to judge."""
    columns, first = _read_json(header), _first_row(rows)
    if not _are_names(columns) or first is None or len(first) != len(columns):
        return None
    labels = sum(isinstance(cell, str) for cell in first)
    text = _as_delimited(rows)
    if text is None or not all(isinstance(cell, str) for cell in first[:labels]):
        return None
    height = text.count(b"\n") + 1
    bare = _without_blanks(text, labels=labels, height=height)
    if bare is None or not _is_plain(bare, labels=labels, width=len(columns), height=height):
        return None
    return _read_delimited(bare, columns=columns, labels=labels, height=height)


def _read_json(text: bytes) -> Any:
    try:
        return read_json(text)
    except JsonMisread:
        return None


def _are_names(columns: Any) -> bool:
    named = isinstance(columns, list) and all(isinstance(name, str) for name in columns)
    return named and len(set(columns)) == len(columns)


def _first_row(rows: bytes) -> list[Any] | None:
    """The first of rows that begin and end as rows do; labels are never null, so it tells them from measures."""
    if not (rows.startswith(b"[") and rows.endswith(b"]")):
        return None
    try:
        first, _ = json.JSONDecoder().raw_decode(rows[: 64 * 1024].decode("utf-8", "ignore"))
    except ValueError:
        return None
    return list(first)


def _as_delimited(rows: bytes) -> bytes | None:
    if any(sign in rows for sign in _NOT_TEXT):
        return None
    text = rows[1:-1].replace(b"], [", b"],[").replace(b"],[", b"\n")
    return None if b"[" in text or b"]" in text else text


def _without_blanks(text: bytes, *, labels: int, height: int) -> bytes | None:
    """Rows whose quotes follow their separators at once; None where a label might itself end in a comma and a blank."""
    spaced = text.count(b', "')
    if not spaced:
        return text
    if spaced != (labels - 1) * height or b'","' in text:
        return None
    return text.replace(b', "', b',"')


def _is_plain(text: bytes, *, labels: int, width: int, height: int) -> bool:
    """Whether each row begins with so many quoted labels, nothing between them but commas, and has no other quote."""
    followed = labels if labels < width else labels - 1
    return not labels or (
        text.count(b'"') == 2 * labels * height
        and text.startswith(b'"')
        and text.count(b'\n"') == height - 1
        and text.count(b',"') == (labels - 1) * height
        and text.count(b'",') == followed * height
    )


def _read_delimited(text: bytes, *, columns: list[str], labels: int, height: int) -> pl.DataFrame | None:
    try:
        frame = pl.read_csv(
            BytesIO(text), has_header=False, infer_schema=False, empty_string_is_null=False, extra_columns="raise"
        )
        # A null of the publisher is still the text "null" here: what is missing now was not in the row.
        if frame.shape != (height, len(columns)) or sum(frame.null_count().row(0)):
            return None
        frame.columns = columns
        if any((frame[name] == "null").any() for name in columns[:labels]):
            return None
        return frame.with_columns(_number(frame[name]) for name in columns[labels:])
    except (pl.exceptions.PolarsError, OverflowError):
        return None


def _number(cells: pl.Series) -> pl.Series:
    if not cells.str.contains(_NUMBER).all():
        raise OverflowError(cells.name)
    bare = cells.str.strip_chars()
    bare = bare.set(bare == "null", None)
    try:
        return bare.cast(pl.Int64, strict=True)
    except pl.exceptions.InvalidOperationError:
        numbers = bare.cast(pl.Float64, strict=True)
    if not numbers.drop_nulls().is_finite().all():
        raise OverflowError(cells.name)
    return numbers


def _read_slowly(body: bytes, *, of: str) -> pl.DataFrame:
    try:
        document = read_json(body)
    except JsonMisread as error:
        start = body[:60].decode("utf-8", "replace").strip()
        raise BodyUnreadable(
            f"{of} answered with something that is not a table of figures ('{start}...'): {error}"
        ) from error
    if not isinstance(document, dict) or set(document) != {"columns", "rows"}:
        raise BodyUnreadable(f"{of} answered without exactly the keys 'columns' and 'rows'")
    columns, rows = document["columns"], document["rows"]
    if not _are_names(columns):
        raise BodyUnreadable(f"{of}: the columns are not distinct names: {columns}")
    if not isinstance(rows, list) or not all(isinstance(row, list) and len(row) == len(columns) for row in rows):
        raise BodyUnreadable(f"{of}: some rows have more or fewer cells than the {len(columns)} columns")
    if not rows:
        return pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
    return pl.DataFrame({name: _column([row[at] for row in rows], name=name, of=of) for at, name in enumerate(columns)})


def _column(cells: list[Any], *, name: str, of: str) -> pl.Series:
    texts = [isinstance(cell, str) for cell in cells]
    if all(texts):
        return pl.Series(name, cells, dtype=pl.String)
    wrong = next((cell for cell in cells if cell is not None and not _is_number(cell)), None)
    if wrong is not None:
        found = "texts beside numbers or nulls" if any(texts) else f"{wrong!r}, which is no number"
        raise BodyUnreadable(f"{of}: '{name}' holds {found}")
    whole = all(cell is None or (isinstance(cell, int) and abs(cell) < 2**63) for cell in cells)
    return pl.Series(name, cells, dtype=pl.Int64 if whole else pl.Float64, strict=False)


def _is_number(cell: Any) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool) and math.isfinite(cell)
