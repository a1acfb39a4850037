"""An answer of `/data/<table>/CSV` as a frame of texts: a header, then one line per cell, `;` between the fields.

Nothing is converted here. StatBank begins a CSV with a byte order mark and writes the header in capitals (`TID` for the
variable `Tid`), whatever order the variables were asked in (seen in public answers, 2025-10).
"""

from __future__ import annotations

import csv
from collections.abc import Collection

import polars as pl

from tasks.stoppages import BodyUnreadable


def read_body(body: bytes, *, of: str, columns: Collection[str]) -> pl.DataFrame:
    """One row per line of the body, every field a text, the columns named and ordered as in `columns`.

    Raises BodyUnreadable for anything but a table of exactly those columns.
    """
    rows = _rows(body, of=of)
    header = [name.upper() for name in rows[0]]
    places = {name: at for at, name in enumerate(header)}
    wanted = {name: name.upper() for name in columns}
    if sorted(header) != sorted(wanted.values()):
        raise BodyUnreadable(f"{of}: the columns are {', '.join(rows[0])}, and {', '.join(wanted)} were asked for")
    for line, row in enumerate(rows[1:], start=2):
        if len(row) != len(header):
            raise BodyUnreadable(f"{of}: line {line} has {len(row)} fields, and the header has {len(header)}: {row}")
    return pl.DataFrame(
        {name: [row[places[shouted]] for row in rows[1:]] for name, shouted in wanted.items()},
        schema=dict.fromkeys(wanted, pl.String),
    )


def _rows(body: bytes, *, of: str) -> list[list[str]]:
    try:
        text = body.decode("utf-8-sig")
        rows = list(csv.reader(text.splitlines(keepends=True), delimiter=";", strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise BodyUnreadable(f"{of} sent something that is not a table in UTF-8: {error}") from error
    if not rows or len(rows[0]) < 2:
        start = text[:60].strip()
        raise BodyUnreadable(
            f"{of} answered with something that is not a table of figures ('{start}...'): a web page in its place usually "
            "means maintenance or a wrong address"
        )
    return rows
