"""A claims file: numbers that stand in papers, each with what should give it; read and checked before anything is computed.

Written by hand in YAML (docs/claims.md). Whatever is wrong with it is said with its line and key, all of it at once.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, PlainValidator, StringConstraints, ValidationError

from warehouse.areas import AreaUnknown, find
from warehouse.claims.arithmetic import Arithmetic
from warehouse.danish.numbers import WrittenNumber, could_be_two_numbers, scale_of
from warehouse.formats.days import WrittenDay
from warehouse.formats.yaml_files import Path, YamlFile, YamlMisread, as_text
from warehouse.periods import Period

About = Literal["omtrent", "ca.", "knap", "godt", "over", "under", "mindst", "op til"]
ASSUMPTION = "assumptions."
MOST_ERRORS = 20
LONGEST_FILE = 200_000
EXPECTED = {
    "dict_type": "expected keys with their values",
    "model_type": "expected keys with their values",
    "tuple_type": "expected a list",
    "string_type": "expected a text",
}


class ClaimsError(ValueError):
    """A claims file cannot be read, or one of its claims cannot be worked out; the message says where and what to do."""


def _number(written: object) -> WrittenNumber:
    if not isinstance(written, str):
        raise ValueError("expected a number, found a list or further keys")
    return WrittenNumber.parse(written)


def _arithmetic(written: object) -> Arithmetic:
    if not isinstance(written, str):
        raise ValueError("expected arithmetic as one text")
    return Arithmetic.parse(written)


def _area(written: object) -> str:
    try:
        return find(str(written)).name
    except AreaUnknown as error:
        raise ValueError(str(error)) from error


def _day(written: object) -> str:
    found = re.fullmatch(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", str(written), re.ASCII)
    if found is None:
        raise ValueError(f"'{written}' is not a date: write 2024-01-31, or 2024-01 or 2024 where no more is known")
    date(int(found[1]), int(found[2] or 1), int(found[3] or 1))
    return str(written)


Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-zæøå][a-z0-9_æøå]*$", max_length=60)]
Number = Annotated[WrittenNumber, PlainValidator(_number)]
Formula = Annotated[Arithmetic, PlainValidator(_arithmetic)]
AreaName = Annotated[str, PlainValidator(_area)]
Day = Annotated[str, PlainValidator(_day)]
PeriodId = Annotated[Period, PlainValidator(lambda written: Period.parse(str(written)))]


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Document(_Written):
    """One paper: `date` is as exact as it is known."""

    id: Words
    title: Words
    area: AreaName
    date: Day
    source: Words


def last_day(document: Document) -> date:
    """The last day that a paper may be of."""
    year, month, day = (int(part) for part in [*document.date.split("-"), "0", "0"][:3])
    return date(year, month or 12, day or monthrange(year, month or 12)[1])


class Given(_Written):
    """A number the arithmetic is given, and where it comes from; `low` and `high` where it is itself a rounded one."""

    value: Number
    source: Words = Field(alias="from")
    unit: Words = ""
    low: Number | None = None
    high: Number | None = None

    @property
    def number(self) -> Fraction:
        """Its value in the plain unit: kroner where it was written in millions of them."""
        return self.value.value * scale_of(self.unit)

    @property
    def ends(self) -> tuple[Fraction, ...]:
        """What it may be at the least and at the most, in the plain unit; itself where it is exact."""
        ends = (end.value * scale_of(self.unit) for end in (self.low or self.value, self.high or self.value))
        return tuple(dict.fromkeys(ends))


class Figure(_Written):
    """A figure of the warehouse; without an area it is about the document's."""

    name: Name
    area: AreaName | None = None
    period: PeriodId | None = None
    item: Words | None = None
    basis: Words | None = None
    column: Words | None = None
    as_of: WrittenDay | None = None


class Reading(_Written):
    """Another way of reading the paper, tried where the claim differs."""

    label: Words
    arithmetic: Formula | None = None
    figure: Figure | None = None


class Claim(_Written):
    """One number somebody wrote, and the arithmetic or figure that should give it, or why nothing can."""

    document: Words
    point: Words
    statement: Words
    claimed: Number
    unit: Words = ""
    about: About | None = None
    rounded_to: Number | None = None
    arithmetic: Formula | None = None
    figure: Figure | None = None
    cannot: Words | None = None
    given: dict[Name, Given] = {}
    readings: tuple[Reading, ...] = ()


class ClaimsFile(_Written):
    """Papers and what they claim; every claim names a document of the file."""

    documents: tuple[Document, ...]
    claims: tuple[Claim, ...]

    def document(self, claim: Claim) -> Document:
        """The paper a claim stands in."""
        return next(document for document in self.documents if document.id == claim.document)


def read_claims(text: str, *, name: str = "the claims file") -> ClaimsFile:
    """A claims file from its text; raises ClaimsError naming each wrong line and key. `name` is what to call the file."""
    try:
        file = YamlFile(text, scalar=_as_written, longest=LONGEST_FILE)
    except YamlMisread as error:
        key = f", {'.'.join(map(str, error.path))}" if error.path else ""
        raise ClaimsError(f"{name}, line {error.line}{key}: {error}") from error
    try:
        claims = ClaimsFile.model_validate(file.content)
    except ValidationError as error:
        wrong = [(tuple(each["loc"]), _in_words(each)) for each in error.errors(include_url=False)]
        raise _errors(wrong, file=file, name=name) from error
    wrong = list(_misfits(claims))
    if wrong:
        raise _errors(wrong, file=file, name=name)
    return claims


def _as_written(node: yaml.ScalarNode) -> str | None:
    """A value as text; an unquoted number that a Dane and a program read differently is refused."""
    if node.style is None and could_be_two_numbers(node.value):
        plain = node.value.replace(".", "")
        raise ValueError(
            f'{node.value} could be {plain} or {node.value}0: write "{node.value}" in quotation marks for {plain}, '
            f"or {node.value.replace('.', ',')} for the other"
        )
    return as_text(node)


def _errors(wrong: list[tuple[Path, str]], *, file: YamlFile, name: str) -> ClaimsError:
    found = sorted((file.line_of(path), ".".join(map(str, path)), what) for path, what in wrong)
    told = [f"{name}, line {line}, {key or 'the whole'}: {what}" for line, key, what in found[:MOST_ERRORS]]
    more = [f"and {len(found) - MOST_ERRORS} more"] if len(found) > MOST_ERRORS else []
    return ClaimsError("\n".join([*told, *more]))


def _in_words(error: Any) -> str:
    """What is wrong with a key: what was expected, what was found, what to do."""
    kind, found = error["type"], error.get("input")
    if kind == "missing":
        return "this key is missing; add it"
    if kind == "extra_forbidden" and found is None:
        return "a key without a value; within { } a text with a comma needs quotation marks"
    if kind == "extra_forbidden":
        return "nobody knows this key; look at how it is spelled, or remove it"
    if kind == "value_error":
        return str(error["ctx"]["error"])
    written = f"'{found[:80]}'" if isinstance(found, str) else "nothing" if found is None else "a list or further keys"
    return f"{EXPECTED.get(kind, error['msg'])}; found {written}"


def _misfits(claims: ClaimsFile) -> Iterator[tuple[Path, str]]:
    ids = [document.id for document in claims.documents]
    if not ids:
        yield ("documents",), "expected at least one paper; found none"
    for at, document_id in enumerate(ids):
        if document_id in ids[:at]:
            yield ("documents", at, "id"), f"another document is called '{document_id}'; give each its own id"
    for at, claim in enumerate(claims.claims):
        if claim.document not in ids:
            yield (
                ("claims", at, "document"),
                f"no document is called '{claim.document}'; there are: {', '.join(ids) or 'none'}",
            )
        for path, what in _misfits_of(claim):
            yield ("claims", at, *path), what


def _misfits_of(claim: Claim) -> Iterator[tuple[Path, str]]:
    ways = [way for way in ("arithmetic", "figure", "cannot") if getattr(claim, way) is not None]
    if len(ways) != 1:
        found = " and ".join(ways) or "none of them"
        yield (), f"expected exactly one of arithmetic, figure and cannot; found {found}"
    if claim.cannot is not None and (claim.readings or claim.given):
        yield ("cannot",), "what cannot be checked has no readings and nothing given; remove them"
    for at, reading in enumerate(claim.readings):
        if (reading.arithmetic is None) == (reading.figure is None):
            yield ("readings", at), "expected exactly one of arithmetic and figure"
    if claim.rounded_to is not None and claim.rounded_to.value <= 0:
        yield ("rounded_to",), f"expected a number above zero such as 10; found {claim.rounded_to.value}"
    yield from _misfits_of_names(claim)


def _misfits_of_names(claim: Claim) -> Iterator[tuple[Path, str]]:
    formulas: list[tuple[Path, Arithmetic | None]] = [(("arithmetic",), claim.arithmetic)]
    formulas += [(("readings", at, "arithmetic"), reading.arithmetic) for at, reading in enumerate(claim.readings)]
    used = {name for _, formula in formulas for name in (formula.names if formula else ())}
    for path, formula in formulas:
        for name in formula.names if formula else ():
            if name not in claim.given and not name.startswith(ASSUMPTION):
                yield path, f"'{name}' is not given; add it under 'given' with its value and where it comes from"
    for name, given in claim.given.items():
        if name not in used:
            yield ("given", name), "no arithmetic uses it; use it or remove it"
        if (given.low or given.value).value > given.value.value or (
            given.high or given.value
        ).value < given.value.value:
            yield ("given", name), "its value does not lie between its low and its high"
