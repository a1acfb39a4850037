"""Printing: JSON for programs; tables, numbers, Danish times and a night's report for people."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from textwrap import shorten
from types import SimpleNamespace
from typing import Any, cast

from rich.console import Console, ConsoleOptions, ConsoleRenderable, Group, RenderHook
from rich.control import Control
from rich.measure import Measurement
from rich.padding import Padding
from rich.segment import Segment
from rich.table import Column
from rich.table import Table as Grid
from rich.text import Text

from warehouse.formats.clean_text import without_steering
from warehouse.formats.json_text import as_text

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
GAP = 2
_NARROWEST = 120
_LONGEST_WHY = 60
_MOST_SENTENCES = 8
_COUNTS = ("new", "revised", "withdrawn", "unchanged")
_STOPPED = ("failed", "quarantined")


def fitting(lines: Grid) -> ConsoleRenderable:
    """A table as it fits where it is printed, within something else too."""

    def laid_out(terminal: Console, options: ConsoleOptions) -> Iterator[ConsoleRenderable]:
        yield _fitted(terminal, options, lines)

    return cast(ConsoleRenderable, SimpleNamespace(__rich_console__=laid_out))


def _plain(content: ConsoleRenderable) -> ConsoleRenderable:
    """Something to be printed, whose texts may be an outsider's: signs that steer a terminal come out as U+FFFD."""

    def pieces(terminal: Console, options: ConsoleOptions) -> Iterator[Segment]:
        laid_out = fitting(content) if isinstance(content, Grid) else content
        for piece in terminal.render(laid_out, options):
            yield piece if piece.control else Segment(without_steering(piece.text), piece.style)

    return cast(ConsoleRenderable, SimpleNamespace(__rich_console__=pieces))


def _all_plain(contents: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
    return [each if isinstance(each, Control) else _plain(each) for each in contents]


def console(*, of_errors: bool = False) -> Console:
    """The terminal, in which nothing that is told steers it; a file or a pipe is at least 120 characters wide."""
    plainly: dict[str, Any] = {"highlight": False, "markup": False, "emoji": False, "stderr": of_errors}
    terminal = Console(**plainly)
    if not terminal.is_terminal:
        terminal = Console(**plainly, width=max(terminal.width, _NARROWEST))
    terminal.push_render_hook(cast(RenderHook, SimpleNamespace(process_renderables=_all_plain)))
    return terminal


def tell(sentence: str) -> None:
    """A sentence on standard error: in a terminal no word of it is broken, in a file or a pipe it is one line."""
    terminal = console(of_errors=True)
    terminal.print(Text(without_steering(sentence)), soft_wrap=not terminal.is_terminal)


def print_json(document: Any) -> None:
    """One JSON document on standard output, and nothing else."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, default=as_text) + "\n")


def number(value: float | None) -> str:
    """A number with thousands separators, or a dash; decimals as they were published, six at most."""
    if value is None:
        return "-"
    if isinstance(value, int):
        return f"{value:,}"
    exact = Decimal(repr(round(value, 6) + 0.0))
    return f"{exact:,.{max(1, -int(exact.as_tuple().exponent))}f}"


def cell(content: object) -> str:
    """A table's cell: whole numbers without decimals, members by their names, a dash for nothing."""
    if isinstance(content, dict):
        return ", ".join(map(str, content.values())) or "-"
    if isinstance(content, bool):
        return "yes" if content else "no"
    if isinstance(content, int | float):
        whole, large = float(content).is_integer(), abs(content) >= 1000
        return f"{int(content):,}" if whole else f"{content:,.1f}" if large else f"{content:.4g}"
    return "-" if content is None else str(content)


def danish_time(moment: datetime) -> str:
    """A moment in Danish local time; `--as-of` reads it back as that minute until its end."""
    from warehouse.danish.clock import shown_time

    return shown_time(moment)


def or_status(value: float | None, status: str) -> str:
    """A value, or why there is none."""
    return number(value) if status == "observed" else status


def in_words(members: dict[str, str]) -> str:
    """The members of a series, separated by commas."""
    return ", ".join(members.values())


def grid(*names: str) -> Grid:
    """A table without lines; a column whose name begins with `>` holds numbers."""
    table = Grid(box=None, pad_edge=False, padding=(0, GAP, 0, 0))
    for name in names:
        table.add_column(name.lstrip(">"), justify="right" if name.startswith(">") else "left", overflow="fold")
    return table


def _fitted(terminal: Console, options: ConsoleOptions, lines: Grid) -> ConsoleRenderable:
    """A table in which no word is broken: empty columns go, the widest wrap; else each row stands as a sentence."""
    if sum(_widths(terminal, options, column)[0] + GAP for column in lines.columns) > options.max_width + GAP:
        lines = _without_empty(lines)
    measured = [_widths(terminal, options, column) for column in lines.columns]
    widths, least = [most for most, _ in measured], [longest for _, longest in measured]
    room = options.max_width - GAP * (len(widths) - 1)
    if sum(least) > room:
        return _as_sentences(lines)
    while (excess := sum(widths) - room) > 0:
        at = max(range(len(widths)), key=lambda at: widths[at] - least[at])
        widths[at] = max(least[at], widths[at] - excess)
    for column, width in zip(lines.columns, widths, strict=True):
        column.width = width
    return lines


def _without_empty(lines: Grid) -> Grid:
    """A table's columns that hold anything."""
    kept = [column for column in lines.columns if any(str(cell) for cell in column.cells)]
    table = grid(*(f"{'>' if column.justify == 'right' else ''}{column.header}" for column in kept))
    for row, *cells in zip(lines.rows, *(column.cells for column in kept), strict=True):
        table.add_row(*cells, style=row.style)
    return table


def _widths(terminal: Console, options: ConsoleOptions, column: Column) -> tuple[int, int]:
    """The width of a column's longest line, and of its longest word."""
    cells = [Measurement.get(terminal, options, cell) for cell in (column.header, *column.cells)]
    return max(cell.maximum for cell in cells), max(cell.minimum for cell in cells)


def _as_sentences(lines: Grid) -> ConsoleRenderable:
    """A table that is too wide: for each row its first cell, and below it what else it has, by the columns' names."""
    parts: list[ConsoleRenderable] = []
    names = [str(column.header) for column in lines.columns[1:]]
    for head, *cells in zip(*(column.cells for column in lines.columns), strict=True):
        said = [Text(f"{name} ").append_text(_text(each)) for name, each in zip(names, cells, strict=True) if str(each)]
        parts += [Text.assemble(_text(head), style="bold"), Padding(Text(", ").join(said), (0, 0, 0, 2), expand=False)]
    return Group(*parts)


def _text(cell: object) -> Text:
    return cell if isinstance(cell, Text) else Text(str(cell))


def print_report(run: int, outcome: str, tables: Sequence[dict[str, Any]]) -> None:
    """The report of a night: a line per table, then each problem once."""
    terminal = console()
    shown = [name for name in _COUNTS if any(table[name] for table in tables)]
    lines = grid("table", "outcome", *(f">{name}" for name in shown), "newest", "why")
    for table in tables:
        lines.add_row(*_report_line(table, counts=shown))
    terminal.print(Text(f"Night {run}: {outcome}", "bold"))
    terminal.print(lines)
    _print_problems(terminal, tables)


def _report_line(table: dict[str, Any], *, counts: Sequence[str]) -> tuple[str | Text, ...]:
    outcome = table["outcome"]
    numbers = [number(table[name]) if table[name] else "" for name in counts]
    why = "see below" if outcome in _STOPPED else shorten(table["message"], _LONGEST_WHY, placeholder=" …")
    return (table["table"], Text(outcome, STYLES[outcome]), *numbers, table["newest_period"] or "", why)


def _print_problems(terminal: Console, tables: Sequence[dict[str, Any]]) -> None:
    """Each problem once, however many tables it stopped."""
    by_message: dict[str, list[dict[str, Any]]] = {}
    for table in tables:
        if table["outcome"] in _STOPPED:
            by_message.setdefault(table["message"], []).append(table)
    for message, stopped in by_message.items():
        ids = ", ".join(table["table"] for table in stopped) if len(stopped) <= 3 else f"{len(stopped)} tables"
        terminal.print()
        terminal.print(Text(f"{stopped[0]['outcome']}: {ids}", STYLES[stopped[0]["outcome"]]))
        terminal.print(Text(message))


def print_highlights(lists: Mapping[str, Sequence[str]]) -> None:
    """Lists of sentences under their titles; empty lists are left out, and long ones are cut."""
    terminal = console()
    for title, sentences in lists.items():
        if not sentences:
            continue
        terminal.print()
        terminal.print(Text(title, "bold"))
        for sentence in sentences[:_MOST_SENTENCES]:
            terminal.print(Padding(Text(sentence), (0, 0, 0, 2), expand=False))
        if len(sentences) > _MOST_SENTENCES:
            terminal.print(
                Text(f"  and {len(sentences) - _MOST_SENTENCES} more; the report in Prefect has them all", "dim")
            )
