"""Read what was taken for granted at a moment, without what it takes to declare or to record it."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import polars as pl
from sqlalchemy import Connection, text

KNOWN = pl.Schema(
    [
        ("assumption_id", pl.Int64),
        ("name", pl.String),
        ("area_code", pl.String),
        ("basis", pl.String),
        ("valid_from", pl.Date),
        ("valid_to", pl.Date),
        ("value", pl.Float64),
        ("low", pl.Float64),
        ("high", pl.Float64),
        ("unit", pl.String),
        ("source", pl.String),
        ("evidence", pl.String),
        ("note", pl.String),
        ("recorded_at", pl.Datetime(time_unit="us", time_zone="UTC")),
    ]
)

_KNOWN = """
select * from marts.assumptions_on_record()
where recorded_at <= coalesce(cast(:as_of as timestamptz), 'infinity')
  and (superseded_at is null or superseded_at > coalesce(cast(:as_of as timestamptz), 'infinity'))
"""


def known(connection: Connection, *, as_of: datetime | None) -> pl.DataFrame:
    """What was taken for granted at a moment (None: what stands), sorted; one row per name x area x basis x validity.

    Values are in their `unit`.
    """
    rows = connection.execute(text(_KNOWN), {"as_of": as_of}).mappings()
    data = [{name: _for_frame(row[name]) for name in KNOWN} for row in rows]
    return pl.DataFrame(data, schema=KNOWN).sort("name", "area_code", "basis", "valid_from", nulls_last=False)


def _for_frame(cell: Any) -> Any:
    if isinstance(cell, Decimal):
        return float(cell)
    return cell.astimezone(UTC) if isinstance(cell, datetime) else cell
