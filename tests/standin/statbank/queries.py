"""The bank's query language in its GET form: what a `/data` call asks for, or the refusal the bank would send.

The texts of REQUEST-LIMIT, of an unknown value and of a variable without a value are the bank's own as public programs
quote them; the texts for an unknown table, variable and format are quoted otherwise in different places.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from urllib.parse import parse_qsl

from tests.standin.statbank.tables import BankTable, Variable

CELL_LIMIT = 1_000_000
_FORMATS = ("CSV", "BULK")
_OPTIONS = {"lang", "valuepresentation", "delimiter", "timeorder", "allowvariablesinhead", "allowcodeoverrideincolumns"}
_PRESENTATIONS = ("Code", "Value", "CodeAndValue", "ValueAndCode", "Default")


class BankRefusal(Exception):
    """The bank would answer with status 400, this code and this message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True)
class BankQuestion:
    """What one `/data` call asks for: the codes of each variable asked, in the order asked, and how values are written."""

    codes: dict[str, tuple[str, ...]]
    presentation: str


def question(table: BankTable, form: str, query: str) -> BankQuestion:
    """Read a query against one table. Raises BankRefusal."""
    if form.upper() not in _FORMATS:
        raise BankRefusal("REQUEST-MISSING", "Format ikke angivet, eller ikke gyldigt")
    pairs = parse_qsl(query, keep_blank_values=True)
    options = {name.lower(): value for name, value in pairs if name.lower() in _OPTIONS}
    own = {variable.id.upper(): variable for variable in table.variables}
    asked = [(name.upper(), value) for name, value in pairs if name.lower() not in _OPTIONS]
    if any(name not in own for name, _ in asked):
        raise BankRefusal("EXTRACT-NOTFOUND", "Variablen blev ikke fundet")
    codes = {own[name].id: _chosen(own[name], value) for name, value in asked}
    for variable in table.variables:
        if not codes.get(variable.id) and (variable.id in codes or form.upper() == "BULK" or not variable.elimination):
            raise BankRefusal("EXTRACT-NOTALLOWED", f"Der skal vælges værdier for variabel: {variable.id}")
    if form.upper() != "BULK":
        _require_few(math.prod(map(len, codes.values())))
    return BankQuestion(codes, _presentation(options.get("valuepresentation", "Default")))


def _presentation(asked: str) -> str:
    found = [each for each in _PRESENTATIONS if each.lower() == asked.lower()]
    if not found:
        raise BankRefusal("REQUEST-MISSING", "Format ikke angivet, eller ikke gyldigt")
    return found[0]


def _chosen(variable: Variable, text: str) -> tuple[str, ...]:
    """The codes that a comma list names, `*` standing for any letters; in the table's order."""
    chosen: set[str] = set()
    for pattern in filter(None, text.split(",")):
        shape = re.compile(".*".join(map(re.escape, pattern.split("*"))))
        matching = {code for code in variable.values if shape.fullmatch(code)}
        if not matching:
            raise BankRefusal("EXTRACT-NOTFOUND", f"Kan ikke finde værdien: {pattern} ({variable.id})")
        chosen |= matching
    return tuple(code for code in variable.values if code in chosen)


def _require_few(cells: int) -> None:
    if cells > CELL_LIMIT:
        raise BankRefusal(
            "REQUEST-LIMIT",
            f"Forespørgslen på op mod {_danish(cells)} celler er over begrænsningen på {_danish(CELL_LIMIT)} celler for "
            "denne filtype. Anvend BULK eller andet streaming format i stedet.",
        )


def _danish(number: int) -> str:
    return f"{number:,}".replace(",", ".")
