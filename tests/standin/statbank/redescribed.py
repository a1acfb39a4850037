"""What StatBank does to a table's description: texts, codes and values that are others than before.

The figures follow: what `/tableinfo` says and what `/data` answers agree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from tests.standin.statbank.tables import BankTable

_OTHER = " (ny opgørelse)"
Values = Mapping[str, str]


def _renamed_id(values: Values) -> Values:
    """The last value has another code, and its text."""
    *others, (code, text) = values.items()
    return dict([*others, (f"7{code}", text)])


def _renamed_member(values: Values) -> Values:
    """The last value has another text, and its code."""
    *others, (code, text) = values.items()
    return dict([*others, (code, text + _OTHER)])


def _swapped_labels(values: Values) -> Values:
    """The first value below the total and the last have each other's text, and their codes."""
    total, (first, its_text), *between, (last, other_text) = values.items()
    return dict([total, (first, other_text), *between, (last, its_text)])


def _vanished_member(values: Values) -> Values:
    """The last value is gone with its figures."""
    *others, _ = values.items()
    return dict(others)


_ON_VALUES: Mapping[str, Callable[[Values], Values]] = {
    "renamed-id": _renamed_id,
    "renamed-member": _renamed_member,
    "swapped-labels": _swapped_labels,
    "vanished-member": _vanished_member,
}
NAMES = frozenset(_ON_VALUES)


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
    theirs = dict(zip(values, found.values, strict=False))

    def figure(codes: Mapping[str, str]) -> str:
        asked = {"YDELSESTYPE": theirs[codes["YDELSESTYPE"]]} if "YDELSESTYPE" in codes else {}
        return table.figure({**codes, **asked})

    return replace(table, variables=variables, figure=figure)
