"""What StatBank does to a table's description: texts, codes and values that are others than before.

The figures follow: what `/tableinfo` says and what `/data` answers agree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from tests.standin.statbank.tables import BankTable

_OTHER = " (ny opgørelse)"
Values = Mapping[str, str]


ONE, ANOTHER = "SY", "EL"
"""The codes of sickness benefit and of efterløn: whatever is changed is changed of these."""


def _renamed_id(values: Values) -> Values:
    """One benefit has another code, and its text."""
    return {f"7{code}" if code == ANOTHER else code: text for code, text in values.items()}


def _renamed_member(values: Values) -> Values:
    """One benefit has another text, and its code."""
    return {code: text + _OTHER if code == ANOTHER else text for code, text in values.items()}


def _swapped_labels(values: Values) -> Values:
    """Two benefits have each other's text, and their codes."""
    return {**values, ONE: values[ANOTHER], ANOTHER: values[ONE]}


def _vanished_member(values: Values) -> Values:
    """One benefit is gone with its figures."""
    return {code: text for code, text in values.items() if code != ANOTHER}


_ON_VALUES: Mapping[str, Callable[[Values], Values]] = {
    "renamed-id": _renamed_id,
    "renamed-member": _renamed_member,
    "swapped-labels": _swapped_labels,
    "vanished-member": _vanished_member,
}
NAMES = frozenset(_ON_VALUES)


def can_hit(name: str, target: str) -> bool:
    """Whether a fault can show in the answer to a call: those of descriptions only where a table has types of benefit."""
    return name not in NAMES or "AUK01" in target.upper()


def described(table: BankTable, hit: tuple[str, ...]) -> BankTable:
    """The table as the faults of this call describe it."""
    for name in hit:
        table = _changed(table, _ON_VALUES[name]) if name in _ON_VALUES else table
    return table


def _changed(table: BankTable, change: Callable[[Values], Values]) -> BankTable:
    """The table with the values of its types of benefit changed; one that has none stays."""
    found = next((variable for variable in table.variables if variable.id == "YDELSESTYPE"), None)
    if found is None:
        return table
    values = change(found.values)
    variables = tuple(replace(each, values=values) if each is found else each for each in table.variables)
    theirs = {code: code.removeprefix("7") for code in values}

    def figure(codes: Mapping[str, str]) -> str:
        asked = {"YDELSESTYPE": theirs[codes["YDELSESTYPE"]]} if "YDELSESTYPE" in codes else {}
        return table.figure({**codes, **asked})

    return replace(table, variables=variables, figure=figure)
