"""Rows on their way into PostgreSQL: COPY's binary format, made of whole columns and not of a row at a time.

The format is PostgreSQL's own: a signature, then for each row the number of its fields and each field with its length
before it, -1 for null, numbers with their largest byte first.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

_SIGNATURE = b"PGCOPY\n\xff\r\n\x00" + bytes(8)

_END = b"\xff\xff"


def binary(rows: pl.DataFrame) -> Iterator[bytes]:
    """Rows (series_id, period_id, value, status) in COPY's binary format, those of one shape together."""
    yield _SIGNATURE
    for status in rows["status"].unique().sort():
        alike = rows.filter(pl.col("status") == status)
        for part in (alike.filter(pl.col("value").is_not_null()), alike.filter(pl.col("value").is_null())):
            if part.height:
                yield _records(part, status=status.encode())
    yield _END


def _records(rows: pl.DataFrame, *, status: bytes) -> bytes:
    """Rows of one shape: all have a value, or none has."""
    has_value = rows["value"][0] is not None
    value = [("value", ">f8")] if has_value else []
    shape = [("series_size", ">i4"), ("series_id", ">i4"), ("period_size", ">i4"), ("period_id", ">i4")]
    shape += [("value_size", ">i4"), *value, ("status_size", ">i4"), ("status", f"S{len(status)}")]
    records = np.empty(rows.height, dtype=[("fields", ">i2"), *shape])
    sizes = {"fields": 4, "series_size": 4, "period_size": 4, "value_size": 8 if has_value else -1}
    for field, size in (sizes | {"status_size": len(status)}).items():
        records[field] = size
    for field in ("series_id", "period_id", *(name for name, _ in value)):
        records[field] = rows[field].to_numpy()
    records["status"] = status
    return records.tobytes()
