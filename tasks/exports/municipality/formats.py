"""How cells of a municipality's workbook look: numbers and months as Danes write them, words among numbers in grey."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format

from tasks.exports.municipality.sheet import NUMBERS, Content

_HEAD = {"bold": True, "text_wrap": True, "bottom": 1, "bg_color": "#E7EDF3"}
_STYLES: Mapping[str, dict[str, Any]] = {
    "text": {"align": "left", "indent": 1},
    "number": {"num_format": "[$-406]#,##0"},
    "decimals": {"num_format": "[$-406]#,##0.0##"},
    "pct": {"num_format": '[$-406]0.0" %"'},
    "points": {"num_format": "[$-406]+0.0;-0.0;0.0"},
    "change": {"num_format": "[$-406]+#,##0;-#,##0;0"},
    "decimal change": {"num_format": "[$-406]+#,##0.0##;-#,##0.0##;0"},
    "change_pct": {"num_format": '[$-406]+0.0" %";-0.0" %";0.0" %"'},
    "dkk": {"num_format": '[$-406]#,##0" kr."'},
    "place": {"num_format": "0"},
    "month": {"num_format": "[$-406]mmm yyyy", "align": "left", "indent": 1},
    "day": {"num_format": "dd-mm-yyyy", "align": "left", "indent": 1},
    "moment": {"num_format": "dd-mm-yyyy hh:mm", "align": "left", "indent": 1},
    "word": {"italic": True, "font_color": "#767676", "align": "right"},
    "head": _HEAD | {"align": "left", "indent": 1},
    "number head": _HEAD | {"align": "right"},
    "wrapped": {"text_wrap": True, "align": "left", "indent": 1},
    "label": {"bold": True},
    "title": {"bold": True, "font_size": 16},
    "note": {"font_color": "#4A4A4A", "text_wrap": True},
    "warning": {"bold": True, "font_color": "#D55E00", "text_wrap": True},
}


class Formats:
    """The workbook's formats by name, each made once for whichever it is combined with."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._made: dict[tuple[str, bool], Format] = {}

    def __call__(self, name: str, *, bold: bool = False) -> Format:
        if (name, bold) not in self._made:
            style = {"valign": "top"} | _STYLES[name] | ({"bold": True, "top": 1} if bold else {})
            self._made[name, bold] = self._workbook.add_format(style)
        return self._made[name, bold]

    def of(self, content: Content, *, kind: str, wraps: bool = False, bold: bool = False) -> Format:
        """How a cell of a column is shown: a word among numbers as a word, decimals where there are any."""
        if isinstance(content, str):
            return self("word" if kind in NUMBERS else "wrapped" if wraps else "text", bold=bold)
        if kind in ("number", "change") and isinstance(content, float):
            return self("decimals" if kind == "number" else "decimal change", bold=bold)
        return self(kind, bold=bold)
