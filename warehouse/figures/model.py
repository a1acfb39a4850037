"""What a figure is: one function over frames, with a name, a formula, a unit, inputs, assumptions, caveats and a source.

A figure's rows begin as its inputs side by side, one row per area x period x item, a column each. The first input says
which rows there are; the others are looked up for them. Nothing is computed here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import polars as pl
from sqlalchemy import Connection

if TYPE_CHECKING:
    from warehouse.figures.inputs import Scope

FEEDS = "feeds:"
EVERY_MEMBER = "*"
RECIPIENTS = "benefit recipients"
COUNTED = "counted in total"
OF_COUNTRY = "country:"
KEY = ("area_code", "period_id", "item")
Join = Callable[[pl.DataFrame, pl.DataFrame], tuple[pl.DataFrame, tuple[str, ...]]]
"""Rows and the assumptions that are known, to rows with more of them beside, and what was lacking."""


@dataclass(frozen=True)
class Reading:
    """How a figure reads rows that are not its inputs looked up one by one.

    `rows` gives them with `<name>`, `<name>_status` and `<name>_vintage` of each input. `behind` picks among them what one
    row of the figure was computed from.
    """

    rows: Callable[[Connection, Scope], pl.DataFrame]
    behind: Callable[[pl.DataFrame, dict[str, Any]], pl.DataFrame]


@dataclass(frozen=True)
class Input:
    """One column of a figure's rows: a measure of a publisher's table, and where and when it is read.

    `table` is an id, `feeds:<what>` for every local table that says it feeds that, or `benefit recipients` for the one
    table of each benefit. `item` is the breakdown whose members are rows of their own; without it the total is read. Of a
    local table every member is a row (`*`), since a municipality names its own. `only` keeps one
    member. `earlier` is how many periods before the row's own it is read.
    """

    name: str
    table: str
    measure: str
    item: str | None = None
    only: str | None = None
    area: Literal["own", "country"] = "own"
    earlier: int = 0


@dataclass(frozen=True)
class Printed:
    """Printed lists of what a table also gives: which of the table's items each list is.

    Every row of a list has `place`. `compared` are measures of both, each with its Danish name and by how much the two may
    be apart before that is said. Only with `stands_beside` is a list's row kept where the table has one.
    """

    table: str
    dimension: str
    lists: Mapping[str, str]
    place: str
    compared: Mapping[str, tuple[str, float]]
    stands_beside: bool = False


@dataclass(frozen=True)
class Figure:
    """A derived figure. `compute` takes the inputs side by side; `value`, `low` and `high` name columns of what it gives.

    Assumptions come as `<name>` with one row for each basis on record; a row that lacks one is left out with a reason.
    One that is read `everywhere` needs all areas' rows to compute one's. A figure without inputs `begins_with` an
    assumption: it has a row for the year in which that was made. Assumptions that are not just looked up one by one are
    put beside the rows by its own `join`, which takes those named in `joined_assumptions`. A figure whose rows are not its
    inputs looked up one by one has a `reading`. Where `every_period` belongs together, all are answered when none is asked
    for, else the newest. With `printed`, rows of lists stand beside those of its table. `also_reads` are tables that it
    reads besides its inputs. A row of one that is `by_benefit` rests on no other benefit, but for whether the last month of one
    that has ended is provisional: its mart is filled for the benefits that moved. `rests_on` says of each column in per cent
    which of its columns must be how large, for it to be told.
    """

    name: str
    title: str
    title_en: str
    formula: str
    unit: str
    source: str
    inputs: tuple[Input, ...]
    compute: Callable[[pl.DataFrame], pl.DataFrame]
    value: str
    low: str | None = None
    high: str | None = None
    assumptions: tuple[str, ...] = ()
    begins_with: str = ""
    joined_assumptions: tuple[str, ...] = ()
    join: Join | None = None
    reading: Reading | None = None
    every_period: bool = False
    caveats: tuple[str, ...] = ()
    default_item: str | None = None
    everywhere: bool = False
    printed: Printed | None = None
    also_reads: tuple[str, ...] = ()
    by_benefit: bool = False
    rests_on: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables it reads, each once: those of its inputs in their order, printed lists, and what else it reads."""
        lists = tuple(self.printed.lists) if self.printed else ()
        return tuple(dict.fromkeys([*(read.table for read in self.inputs), *lists, *self.also_reads]))

    @property
    def of_papers(self) -> bool:
        """Whether its rows begin with an assumption of a paper or a municipality's own table, not with a publisher's."""
        return not self.inputs or self.inputs[0].table.startswith(FEEDS)
