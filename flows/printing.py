"""How things are printed for a person: tables that keep their columns, times in Denmark's, hidden counts as hidden."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from textwrap import shorten
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text

STYLES = {
    "published": "green",
    "unchanged": "cyan",
    "not_due": "dim",
    "source_late": "yellow",
    "quarantined": "bold yellow",
    "failed": "bold red",
    "well": "green",
    "attention": "yellow",
}
_NARROWEST = 120
_WIDTH_BEFORE_WHY = 76
_MOST = 8


def console() -> Console:
    """The terminal; wide enough for our tables where it is a file or a pipe."""
    terminal = Console(highlight=False)
    return terminal if terminal.is_terminal else Console(highlight=False, width=max(terminal.width, _NARROWEST))


def print_json(document: Any) -> None:
    """One JSON document on standard output, and nothing else."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, default=_plain) + "\n")


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def number(value: float | None) -> str:
    """A number with thousands set apart, or a dash."""
    if value is None:
        return "-"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"


def cell(content: object) -> str:
    """Whatever stands in a row, for a person: whole numbers whole, members by their names, nothing as a dash."""
    if isinstance(content, dict):
        return ", ".join(map(str, content.values())) or "-"
    if isinstance(content, bool):
        return "yes" if content else "no"
    if isinstance(content, int | float):
        whole, large = float(content).is_integer(), abs(content) >= 1000
        return f"{int(content):,}" if whole else f"{content:,.1f}" if large else f"{content:.4g}"
    return "-" if content is None else str(content)


def danish_time(moment: datetime) -> str:
    """A moment by the clocks of Denmark."""
    from warehouse.danish.clock import in_denmark

    return f"{in_denmark(moment):%Y-%m-%d %H:%M}"


def or_status(value: float | None, status: str) -> str:
    """A value, or why there is none."""
    return number(value) if status == "observed" else status


def in_words(members: dict[str, str]) -> str:
    """The members of a series in words."""
    return ", ".join(members.values())


def grid(*names: str) -> Grid:
    """A table without lines; a column whose name begins with `>` holds numbers."""
    table = Grid(box=None, pad_edge=False)
    for name in names:
        table.add_column(name.lstrip(">"), justify="right" if name.startswith(">") else "left", overflow="fold")
    return table


def print_report(run: int, outcome: str, tables: Sequence[dict[str, Any]]) -> None:
    """The report of a night: a line per table, and each trouble once below."""
    terminal = console()
    lines = Grid(title=f"Night {run}: {outcome}", title_justify="left", title_style="bold", box=None, pad_edge=False)
    for name in ("table", "outcome"):
        lines.add_column(name, no_wrap=True)
    for name in ("new", "revised", "withdrawn", "unchanged"):
        lines.add_column(name, justify="right", no_wrap=True)
    lines.add_column("newest", no_wrap=True)
    lines.add_column("why", no_wrap=True)
    room = max(20, terminal.width - _WIDTH_BEFORE_WHY)
    for table in tables:
        counts = [number(table[name]) if table[name] else "" for name in ("new", "revised", "withdrawn", "unchanged")]
        shown = table["outcome"]
        why = "see below" if shown in ("failed", "quarantined") else shorten(table["message"], room, placeholder=" …")
        lines.add_row(table["table"], Text(shown, STYLES[shown]), *counts, table["newest_period"] or "", why)
    terminal.print(lines)
    _print_troubles(terminal, tables)


def print_highlights(lists: Mapping[str, Sequence[str]]) -> None:
    """Lists of sentences under their titles; an empty one is left out, and what is many is cut."""
    terminal = console()
    for title, sentences in lists.items():
        if not sentences:
            continue
        terminal.print()
        terminal.print(Text(title, "bold"))
        for sentence in sentences[:_MOST]:
            terminal.print(Padding(Text(sentence), (0, 0, 0, 2), expand=False))
        if len(sentences) > _MOST:
            terminal.print(Text(f"  and {len(sentences) - _MOST} more; the report in Prefect has them all", "dim"))


def _print_troubles(terminal: Console, tables: Sequence[dict[str, Any]]) -> None:
    """Each trouble once, however many tables it stopped."""
    by_message: dict[str, list[dict[str, Any]]] = {}
    for table in tables:
        if table["outcome"] in ("failed", "quarantined"):
            by_message.setdefault(table["message"], []).append(table)
    for message, stopped in by_message.items():
        ids = ", ".join(table["table"] for table in stopped) if len(stopped) <= 3 else f"{len(stopped)} tables"
        terminal.print()
        terminal.print(Text(f"{stopped[0]['outcome']}: {ids}", STYLES[stopped[0]["outcome"]]))
        terminal.print(Text(message))
