"""The committee's appendix as blocks: headings, sentences, tables and charts, each text as it is printed.

HTML, Word and PDF are written from these, so they say the same; nothing of their own form is in here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from tasks.briefing.charts import Chart

NUMBER, WORD, BROKEN_OFF = "tal", "tal ord", "tal brud"
"""What an entry is: a number, a word for why there is none, or that a series break lies between."""


@dataclass(frozen=True)
class Entry:
    """One cell of a table. `small` is what a narrow window shows below it in place of the column that it leaves out."""

    text: str
    why: str = ""
    small: str = ""


@dataclass(frozen=True)
class Column:
    """One column: its title, what stands over it and its neighbours, a remark, and how it is told."""

    title: str
    group: str = ""
    remark: str = ""
    number: bool = True
    strong: bool = False
    wide_only: bool = False


@dataclass(frozen=True)
class Table:
    """A table: the first column names its rows, and with `total` the last row is their sum. `form` is how it is laid out."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Entry, ...], ...]
    total: bool = False
    form: str = ""

    @property
    def grouped(self) -> bool:
        """Whether anything stands over several columns."""
        return any(column.group for column in self.columns)

    @property
    def groups(self) -> list[tuple[str, list[Column]]]:
        """What stands over the columns, in their order; a column that is left out in a narrow window stands alone."""
        told = groupby(self.columns, key=lambda column: (column.group, column.wide_only))
        return [(group, list(columns)) for (group, _), columns in told]

    @property
    def body(self) -> tuple[tuple[Entry, ...], ...]:
        """The rows without the one of their sum."""
        return self.rows[:-1] if self.total else self.rows


@dataclass(frozen=True)
class Figure:
    """A chart, and the numbers behind it for whoever unfolds them on a screen."""

    chart: Chart
    behind: Table | None = None


@dataclass(frozen=True)
class Paragraph:
    """Sentences; a note is what is said in small print."""

    text: str
    note: bool = False


def small_print(text: str) -> Paragraph:
    """What is to be known of the figures above it, in smaller type."""
    return Paragraph(text, note=True)


@dataclass(frozen=True)
class Items:
    """A list; each item begins with what is stressed in it."""

    items: tuple[tuple[str, str], ...]
    numbered: bool = False


@dataclass(frozen=True)
class Meanings:
    """Words that stand in tables, and what each means."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Beside:
    """Blocks that stand beside each other where there is room. `form` is how the room is shared."""

    blocks: tuple[Block, ...]
    form: str = ""


Block = Table | Figure | Paragraph | Items | Meanings | Beside


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it; `name` tells it apart, `annex` puts it on a page of its own."""

    name: str
    title: str
    blocks: tuple[Block, ...]
    annex: bool = False


@dataclass(frozen=True)
class Paper:
    """All of it. `rehearsal` says that its figures are invented; `running` is the title that each printed page has."""

    kind: str
    title: str
    lines: tuple[str, ...]
    rehearsal: str
    warning: str
    summary: Section
    sections: tuple[Section, ...]
    sources: Section
    running: str

    @property
    def every(self) -> tuple[Section, ...]:
        """Its sections in the order in which they are read: the sources come last, after the annexes."""
        return (self.summary, *self.sections, self.sources)


def blocks_of(sections: Sequence[Section]) -> Iterator[Block]:
    """Every block of sections in order; those that stand beside each other one after the other."""
    for section in sections:
        yield from flat(section.blocks)


def flat(blocks: Sequence[Block]) -> Iterator[Block]:
    """Blocks in order, those beside each other one after the other."""
    for block in blocks:
        if isinstance(block, Beside):
            yield from flat(block.blocks)
        else:
            yield block


def numbered(sections: Sequence[Section | None]) -> tuple[Section, ...]:
    """The sections that there are, with their numbers; annexes have letters."""
    there = [section for section in sections if section is not None]
    main = [section for section in there if not section.annex]
    told = [replace(section, title=f"{nth}. {section.title}") for nth, section in enumerate(main, 1)]
    annexes = [section for section in there if section.annex]
    letters = "ABCDEFGH"
    return (*told, *(replace(each, title=f"Bilag {letters[nth]}. {each.title}") for nth, each in enumerate(annexes)))
