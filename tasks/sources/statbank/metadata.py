"""What StatBank says of a table at `/tableinfo`: when it was updated, its variables, their codes and texts, its quarters.

Codes are read here at run time, never assumed. A unit other than `Antal` (persons by the piece) stops the table: the
same column of figures in thousands would be read a thousandfold wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tasks.sources.json_answers import json_of
from tasks.sources.label_changes import has_ended
from tasks.sources.statbank.codes import read_time
from tasks.stoppages import BodyUnreadable, Undeclared, declared_anew, settled_by
from warehouse.catalogue.model import Hierarchy, Table, statbank
from warehouse.formats.strict_json import each_once
from warehouse.periods import Period, PeriodError, PeriodKind

SETTING = "JOBINDSATS_STATBANK_URL"
CATALOGUE = "warehouse/catalogue/statbank.yml"
COUNTED_IN = "Antal"


@dataclass(frozen=True)
class Variable:
    """One dimension of a table: code to text in the publisher's order, and whether a question may leave it out."""

    variable_id: str
    may_be_left_out: bool
    texts: Mapping[str, str]

    def code_of(self, text: str) -> str | None:
        """The code that stands for a text; None where the publisher has no such text."""
        return next((code for code, own in self.texts.items() if own == text), None)


@dataclass(frozen=True)
class BankMetadata:
    """One table as StatBank describes it; `updated_at` is Danish time without a zone, as it is written there.

    `hidden_as` is what StatBank writes for a hidden value, where it says so (`suppressedDataValue`).
    """

    table_id: str
    title: str
    updated_at: datetime
    hidden_as: str | None
    variables: tuple[Variable, ...]
    time: Variable
    periods: tuple[Period, ...]

    @property
    def updated_on(self) -> date:
        """The day of the update in Denmark."""
        return self.updated_at.date()

    def variable(self, variable_id: str) -> Variable:
        """One variable by its id; raises Undeclared where the table has no such variable."""
        for variable in self.variables:
            if variable.variable_id == variable_id:
                return variable
        raise Undeclared(
            f"{self.table_id}: StatBank has no variable {variable_id} (it has "
            f"{', '.join(each.variable_id for each in self.variables)}): {settled_by(self.table_id)}",
            label=variable_id,
        )


def read_metadata(body: bytes, *, table: Table) -> BankMetadata:
    """One table's description; raises BodyUnreadable, or Undeclared for a unit or a period nobody declared."""
    document = json_of(body, of=f"/tableinfo/{table.id.upper()}", setting=SETTING)
    try:
        variables = tuple(_variable(each) for each in document["variables"])
        each_once(((each.variable_id, each.texts) for each in variables), what="variable")
        (time,) = [own for own, each in zip(variables, document["variables"], strict=True) if each["time"]]
        found = BankMetadata(
            table_id=str(document["id"]).lower(),
            title=str(document["text"]),
            updated_at=datetime.fromisoformat(document["updated"]),
            hidden_as=_hidden_as(document),
            variables=variables,
            time=time,
            periods=_periods(time, table=table),
        )
        unit = str(document["unit"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BodyUnreadable(f"/tableinfo/{table.id.upper()} is not of the promised shape: {error!r}") from error
    _require_declared(found, unit=unit, table=table)
    return found


def _require_declared(found: BankMetadata, *, unit: str, table: Table) -> None:
    if found.table_id != table.id:
        raise BodyUnreadable(f"/tableinfo/{table.id.upper()} describes another table, {found.table_id}")
    declared = table.counted_in or COUNTED_IN
    if unit != declared:
        raise Undeclared(
            f"{table.id}: StatBank gives the figures in '{unit}', and '{declared}' is declared: nothing is read until "
            f"somebody has seen what the figures count now. {declared_anew(table.id)}",
            label=unit,
        )


def _variable(document: dict[str, Any]) -> Variable:
    texts = {str(value["id"]): str(value["text"]) for value in document["values"]}
    if len(texts) < len(document["values"]):
        raise ValueError(f"{document['id']} has one code twice")
    return Variable(str(document["id"]), bool(document["elimination"]), texts)


def _hidden_as(document: dict[str, Any]) -> str | None:
    """The text; a number would be as good a sign, and a true zero must not be read into it."""
    sign = document.get("suppressedDataValue")
    return None if sign is None else str(sign)


def _periods(time: Variable, *, table: Table) -> tuple[Period, ...]:
    try:
        periods = [_of_kind(code, kind=table.period) for code in time.texts]
    except PeriodError as error:
        raise Undeclared(
            f"{table.id}: {error}; the catalogue declares {table.period}. {declared_anew(table.id)}"
        ) from error
    return tuple(sorted(periods, key=lambda period: period.key))


def _of_kind(code: str, *, kind: PeriodKind) -> Period:
    period = read_time(code)
    if period.kind is not kind:
        raise PeriodError(f"'{code}' is of kind {period.kind}")
    return period


def members_asked(metadata: BankMetadata, *, hierarchy: Hierarchy) -> dict[str, str]:
    """Code to the name we keep, root first, of the declared members that StatBank offers; raises Undeclared for none.

    A member that is declared and not offered is left out here and told by `differences`.
    """
    variable = metadata.variable(hierarchy.id)
    names = hierarchy.names_of(variable.texts.values())
    if hierarchy.open:
        found = {code: names[text] for code, text in variable.texts.items()}
    else:
        found = {code: name for text, name in names.items() if (code := variable.code_of(text)) is not None}
    if hierarchy.root is not None and hierarchy.root not in found.values():
        raise Undeclared(
            f"{metadata.table_id}: {hierarchy.id} has no value '{hierarchy.root}' (it has "
            f"{', '.join(list(variable.texts.values())[:5])}, ...): {settled_by(metadata.table_id)}",
            label=hierarchy.root,
        )
    return found


def takes_every_member(table: Table) -> bool:
    """Whether a table is to have every member that StatBank offers: where it was adopted. Of those that ship some are named."""
    return table.id not in {each.id for each in statbank().tables}


def differences(metadata: BankMetadata, *, table: Table, on: date | None = None) -> list[str]:
    """How StatBank's metadata differs from the catalogue, a sentence each; what had ended by a day need not be there."""
    return [
        said
        for hierarchy in table.breakdowns
        if not hierarchy.open
        for said in _differences(metadata, hierarchy=hierarchy, table=table, on=on)
    ]


def _differences(metadata: BankMetadata, *, hierarchy: Hierarchy, table: Table, on: date | None) -> Iterator[str]:
    asked = members_asked(metadata, hierarchy=hierarchy)
    ended = {member.name for member in hierarchy.members if has_ended(member, on=on)}
    for name in dict.fromkeys(hierarchy.canonical.values()):
        if name not in {*asked.values(), *ended}:
            yield f"member '{name}' of {hierarchy.id} is declared but not offered"
    if takes_every_member(table):
        for code, text in metadata.variable(hierarchy.id).texts.items():
            if code not in asked:
                yield f"member '{text}' of {hierarchy.id} is offered and not declared: {settled_by(table.id)}"
