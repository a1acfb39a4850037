"""The contract of a municipality's own file: what stands in it, said by the person who sends it.

Nothing is taken from a file that its contract does not name, and nothing in it is guessed: not the encoding, not the
decimal sign, not the unit, not which row is the total.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, StringConstraints, Tag, ValidationError, model_validator

from tasks.sources.local_files.contract_fields import (
    AreaColumn,
    Column,
    Key,
    Label,
    Limits,
    Name,
    OneArea,
    OnePeriod,
    PeriodColumn,
    Source,
    Text,
)
from tasks.sources.local_files.values import KINDS, Decimals, Dialect, Minus, Thousands
from warehouse.catalogue.model import Hierarchy, Table
from warehouse.formats.declared import Declared
from warehouse.formats.written_day import WrittenDay
from warehouse.formats.yaml_files import YamlFile, YamlMisread
from warehouse.periods import PeriodKind

Encoding = Literal["utf-8", "utf-8-sig", "utf-16", "latin-1", "cp1252"]
Separator = Literal["semicolon", "comma", "tab", "pipe"]
AREA, PERIOD = "Område", "Periode"
LONGEST_CONTRACT = 100_000
LEAST_COUNT = 3
"""The smallest count of people or cases that is shown where a contract does not say: the publisher's own."""


class ContractError(ValueError):
    """A contract, or a folder of them, does not say what it must: file, line and key are in the message."""


def _fixed_or_column(written: Any) -> str:
    return "by column" if isinstance(written, dict) else "fixed"


_Either = Discriminator(_fixed_or_column)
PeriodOf = Annotated[Annotated[OnePeriod, Tag("fixed")] | Annotated[PeriodColumn, Tag("by column")], _Either]
AreaOf = Annotated[Annotated[OneArea, Tag("fixed")] | Annotated[AreaColumn, Tag("by column")], _Either]


class Contract(Declared):
    """What one file holds, and what it is to be called in the warehouse."""

    id: Annotated[Name, StringConstraints(max_length=34)] = Field(alias="table")
    title: Text
    title_en: Text
    source: Source
    feeds: Name | None = None
    file: Text
    newest: Literal["name", "saved"] | None = None
    format: Literal["csv", "xlsx"]
    sheet: Text | None = None
    header_row: int = Field(default=1, ge=1, le=1000)
    header_rows: int = Field(default=1, ge=1, le=5)
    after_blank_row: Literal["refused", "left_out", "read"] = "refused"
    hidden: Literal["refused", "left_out", "read"] = "refused"
    encoding: Encoding | None = None
    separator: Separator | None = None
    last_line_without_end: bool = False
    decimal: Decimals
    thousands: Thousands | None = None
    minus: Minus = "before"
    missing: tuple[Label, ...] = ()
    nought: tuple[Label, ...] = ()
    formulas: Literal["refused", "cached-value"] = "refused"
    period: PeriodOf | None = None
    area: AreaOf | None = None
    keys: tuple[Key, ...] = ()
    columns: tuple[Column, ...] = Field(min_length=1)
    ignored: tuple[Label, ...] = ()
    least_count: int = Field(default=LEAST_COUNT, ge=1, le=100)
    renumbered: WrittenDay | None = None
    limits: Limits = Limits()

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        for problem in self._problems():
            raise ValueError(problem)
        return self

    def _problems(self) -> Iterator[str]:
        yield from self._problems_of_format()
        yield from self._problems_of_place("period")
        yield from self._problems_of_place("area")
        yield from self._problems_of_names()
        if len(self._period_kinds) > 1:
            yield f"the periods are of several kinds ({', '.join(sorted(self._period_kinds))}); a table has one"

    def _problems_of_format(self) -> Iterator[str]:
        path = PurePosixPath(self.file)
        if path.is_absolute() or ".." in path.parts or "\\" in self.file:
            yield f"file: '{self.file}' must lie in the contract's own folder or below it"
        if self.format == "csv":
            missing = [key for key in ("encoding", "separator") if getattr(self, key) is None]
            unfit = ["sheet"] * (self.sheet is not None) + ["formulas"] * (self.formulas != "refused")
            unfit += ["hidden"] * (self.hidden != "refused")
        else:
            missing = []
            unfit = [key for key in ("encoding", "separator") if getattr(self, key) is not None]
            unfit += ["last_line_without_end"] * self.last_line_without_end
        if missing:
            yield f"{missing[0]}: a CSV file does not tell; declare it"
        if unfit:
            yield f"{unfit[0]}: a {self.format} file has none; leave it out"
        if self.thousands == self.decimal:
            yield f"thousands: {self.thousands} is the decimal sign already"
        if both := sorted({*self.nought} & {*self.missing}):
            yield f"nought: '{both[0]}' stands under `missing` too; it means one or the other"
        if self.header_rows > self.header_row:
            yield f"header_rows: there are no {self.header_rows} rows down to row {self.header_row}; `header_row` is the last"

    def _problems_of_place(self, what: Literal["period", "area"]) -> Iterator[str]:
        """Each figure's period and area must be said once: for the file, by a column, or by the header."""
        for column in self.columns:
            for header, place in column.headers.items():
                said = (getattr(self, what) is not None) + (getattr(place, what) is not None)
                if said != 1:
                    yield f"{what}: under '{header}' it is declared {'twice' if said else 'nowhere'}"

    def _problems_of_names(self) -> Iterator[str]:
        headers = list(self.headers)
        names = [column.name for column in self.columns]
        labels = [column.label for column in self.columns]
        dimensions = [PERIOD, AREA, *(key.name for key in self.keys)]
        for what, found in {"header": headers, "measure": names, "label": labels, "key": dimensions}.items():
            twice = sorted({name for name in found if found.count(name) > 1})
            if twice:
                yield f"the {what} '{twice[0]}' is declared twice, or taken"

    @property
    def headers(self) -> Iterator[str]:
        """Every header the file must have, in no order; those to ignore among them."""
        for role in (self.period, self.area):
            if isinstance(role, PeriodColumn | AreaColumn):
                yield role.column
        yield from (key.column for key in self.keys)
        for column in self.columns:
            yield from column.headers
        yield from self.ignored

    @cached_property
    def dialect(self) -> Dialect:
        """How its numbers are written; a point is the thousands separator where the comma is the decimal sign."""
        return Dialect(self.decimal, self.thousands or ("point" if self.decimal == "comma" else "none"), self.minus)

    @cached_property
    def first_header_row(self) -> int:
        """The row in which the header begins; `header_row` is the one in which it ends."""
        return self.header_row - self.header_rows + 1

    @property
    def _period_kinds(self) -> set[PeriodKind]:
        if isinstance(self.period, PeriodColumn):
            return {KINDS[self.period.form]}
        places = [place.period for column in self.columns for place in column.headers.values()]
        return {period.kind for period in (self.period, *places) if period is not None}

    @cached_property
    def table(self) -> Table:
        """This table as the catalogue declares one, `local_` before its name."""
        (kind,) = self._period_kinds
        return Table(
            id=f"local_{self.id}",
            title=self.title,
            title_en=self.title_en,
            evidence="confirmed",
            subject=self.source.document,
            period=kind,
            area=Hierarchy(id="_area", dimension=AREA, kind="area", root="Hele landet", open=True),
            breakdowns=tuple(key.hierarchy for key in self.keys),
            measures=tuple(column.measure for column in self.columns),
            coverage="sparse",
            renumbered=self.renumbered,
            feeds=self.feeds,
            least_count=self.least_count,
        )


def read_contract(text: str, *, name: str) -> Contract:
    """The contract a YAML text is; raises ContractError naming file, line and key."""
    try:
        file = YamlFile(text, longest=LONGEST_CONTRACT)
    except YamlMisread as error:
        raise ContractError(f"{name}, line {error.line}: {error}") from error
    if not isinstance(file.content, dict):
        raise ContractError(f"{name}, line 1: a contract is written as `key: value`; see docs/sources/local_files.md")
    try:
        return Contract.model_validate(file.content)
    except ValidationError as error:
        found = [_in_words(problem, file=file) for problem in error.errors(include_url=False, include_input=False)]
        raise ContractError(f"{name}, {'; '.join(sorted(found)[:5])}") from error


def _in_words(problem: Any, *, file: YamlFile) -> str:
    path = [step for step in problem["loc"] if step not in ("fixed", "by column")]
    key = ".".join(str(step) for step in path)
    said = str(problem["msg"]).removeprefix("Value error, ")
    if problem["type"] == "extra_forbidden":
        said = "no contract has this key; see docs/sources/local_files.md for those it may have"
    return f"line {file.line_of(problem['loc'])}: " + (f"{key}: {said}" if key else said)
