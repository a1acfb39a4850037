"""Downloads: what a page shows as CSV for a Danish spreadsheet; each row says its source and the day it was known on."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

SOURCE = "Jobindsats.dk / STAR"
SOURCES = {
    "jobindsats": SOURCE,
    "statbank": "Danmarks Statistik, Statistikbanken",
    "ranking_lists": "Ministeriets lister",
}
"""What the publishers of tables are called; of any other, a municipality's own, the catalogue's word is."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv(rows: Sequence[Mapping[str, Any]], *, known_on: date, source: str = SOURCE) -> bytes:
    """Rows with their source and day: semicolons, decimal commas, UTF-8 with a mark, as Danish Excel opens them.

    >>> as_csv([{"ydelse": "Fleksjob", "andel_pct": 0.5}], known_on=date(2023, 12, 5)).decode("utf-8-sig").splitlines()
    ['ydelse;andel_pct;kilde;som_kendt', 'Fleksjob;0,5;Jobindsats.dk / STAR;2023-12-05']
    """
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([*(rows[0] if rows else ()), "kilde", "som_kendt"])
    writer.writerows([*map(_cell, row.values()), source, known_on.isoformat()] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _cell(value: Any) -> str:
    """A cell; a text that a spreadsheet would take for a formula is made a plain one."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{Decimal(repr(value)):f}".removesuffix(".0").replace(".", ",")
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_FORMULA) else text
