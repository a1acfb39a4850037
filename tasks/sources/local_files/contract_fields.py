"""The parts of a contract: what a period, an area, a key and a measure of a municipality's file are declared to be."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    FiniteFloat,
    InstanceOf,
    StringConstraints,
    model_validator,
)

from tasks.sources.local_files.values import NumberType, PeriodForm
from warehouse.areas import Area, AreaUnknown, find
from warehouse.catalogue.model import Hierarchy, Measure, Member
from warehouse.catalogue.units import Unit
from warehouse.formats.clean_text import composed
from warehouse.formats.declared import Declared
from warehouse.periods import Period


def _label(written: Any) -> Any:
    # YAML reads a header such as 2024 as a number, 2023-11-01 as a date, and yes, no, on and off as true and false.
    if isinstance(written, bool | float):
        raise ValueError(f"YAML reads this text as {written!r}: write it in quotes, as it stands in the file")
    return str(written) if isinstance(written, int | date) else written


def _period(written: Any) -> Period:
    if not isinstance(written, str):
        raise ValueError(f"{written!r} is not a period: write 2022Y01, 2022Q03 or 2022M06")
    return Period.parse(written)


def _area(written: Any) -> Area:
    # YAML reads 0163 as the octal number 115, so that a code without quotes is never taken.
    if not isinstance(written, str):
        raise ValueError(f"{written!r} is not an area: write its name, or its code in quotes")
    try:
        return find(written)
    except AreaUnknown as error:
        raise ValueError(str(error)) from error


def _member(written: Any) -> Any:
    return {"name": written} if isinstance(written, str) else written


Text = Annotated[str, AfterValidator(composed), StringConstraints(min_length=1, max_length=500)]
Label = Annotated[Text, BeforeValidator(_label)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
OnePeriod = Annotated[InstanceOf[Period], BeforeValidator(_period)]
OneArea = Annotated[InstanceOf[Area], BeforeValidator(_area)]


class Source(Declared):
    """Where the figures come from: the paper or system they stand in, and who answers for them."""

    document: Text
    owner: Text


class Limits(Declared):
    """What a file may weigh before it is opened, and how many rows may be read of it."""

    largest_mb: float = Field(default=50, gt=0, le=2000)
    most_rows: int = Field(default=100_000, gt=0, le=1_000_000)

    @property
    def largest_bytes(self) -> int:
        """How many bytes a file may have."""
        return int(self.largest_mb * 1_000_000)


class TextColumn(Declared):
    """A column by its header; `blank_repeats` says that an empty cell repeats the one above."""

    column: Label
    blank_repeats: bool = False


class PeriodColumn(TextColumn):
    """A column that names each row's period, in one form."""

    form: PeriodForm


class AreaColumn(TextColumn):
    """A column that names each row's area; `names` says what the file's own names stand for."""

    names: dict[Label, OneArea] = Field(default_factory=dict)


class Key(TextColumn):
    """A text column that tells rows apart: its texts become members of the breakdown `name`.

    Where `members` are declared, others are refused. `total` is the text of the row that is the sum of the others.
    """

    name: Label = ""
    members: tuple[Annotated[Member, BeforeValidator(_member)], ...] = ()
    total: Label | None = None

    @model_validator(mode="before")
    @classmethod
    def _named_as_its_column(cls, written: Any) -> Any:
        return {"name": written.get("column"), **written} if isinstance(written, dict) else written

    @cached_property
    def hierarchy(self) -> Hierarchy:
        """This breakdown as the catalogue declares one; without a total its root is a name no row bears."""
        root = self.total or f"{self.name} i alt"
        return Hierarchy(id=self.name, dimension=self.name, root=root, members=self.members, open=not self.members)

    @cached_property
    def labels(self) -> dict[str, str]:
        """Every text that a declared member or the total may be written as, to the name we keep."""
        labels = self.hierarchy.canonical
        return labels if self.total else {text: name for text, name in labels.items() if name != self.hierarchy.root}


class Place(Declared):
    """What the figures under one header are about, where not each row says so."""

    period: OnePeriod | None = None
    area: OneArea | None = None


class Column(Declared):
    """A measure and the header it stands under, or the headers `across` which it stands, each of a period or area."""

    name: Name
    label: Label
    unit: Unit
    type: NumberType | None = None
    adds_up: bool = False
    within: tuple[FiniteFloat, FiniteFloat] | None = None
    may_be_missing: bool = False
    factor: Decimal = Field(default=Decimal(1), gt=0, max_digits=15)
    across: dict[Label, Place] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _fits_its_unit(self) -> Self:
        if self.name != self.unit and not self.name.endswith(f"_{self.unit}"):
            raise ValueError(f"the name '{self.name}' does not end in its unit: call it '{self.name}_{self.unit}'")
        if self.type == "percent" and self.unit != "pct":
            raise ValueError(f"a column of type percent holds pct; {self.name} is declared in {self.unit}")
        if self.within and self.within[0] > self.within[1]:
            raise ValueError(f"within: {self.within[0]} is more than {self.within[1]}")
        if len(set(self.across.values())) < len(self.across):
            raise ValueError("across: two headers are of the same period and area")
        return self

    @cached_property
    def written(self) -> NumberType:
        """How its numbers are written: as declared, or else as the unit has it."""
        if self.type is not None:
            return self.type
        counted = self.measure.is_count and self.factor == 1
        return "integer" if counted else "percent" if self.unit == "pct" else "decimal"

    @cached_property
    def measure(self) -> Measure:
        """This column as the catalogue declares a measure."""
        return Measure(
            name=self.name,
            label=self.label,
            unit=self.unit,
            adds_up=self.adds_up,
            within=self.within,
            decimals=self.unit == "full_time_persons" and self.type == "decimal",
        )

    @cached_property
    def bounds(self) -> tuple[Decimal, Decimal]:
        """The least and the greatest value that can be true, exactly as declared: 0.1 is not its nearest float."""
        least, most = self.measure.bounds
        return Decimal(str(least)), Decimal(str(most))

    @cached_property
    def headers(self) -> dict[str, Place]:
        """The headers it stands under, and what the figures under each are about."""
        return self.across or {self.label: Place()}
