"""A claims file: numbers that stand in papers, each with what should give it; read and checked before anything is computed.

Written by hand in YAML (docs/claims.md). Whatever is wrong with it is said with its line and key, all of it at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import yaml
from pydantic import ValidationError

from warehouse.claims.arithmetic import Arithmetic
from warehouse.claims.content import ASSUMPTION, Claim, ClaimsFile, Given, Reading
from warehouse.danish.numbers import could_be_two_numbers
from warehouse.formats.yaml_files import Path, YamlFile, YamlMisread, as_text

WAYS = ("arithmetic", "figure", "cell", "cannot")
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


def read_claims(text: str, *, name: str = "the claims file") -> ClaimsFile:
    """A claims file from its text; raises ClaimsError naming each wrong line and key. `name` is what to call the file."""
    try:
        file = YamlFile(text, scalar=_as_written, longest=LONGEST_FILE)
    except YamlMisread as error:
        key = f", {'.'.join(map(str, error.path))}" if error.path else ""
        raise ClaimsError(f"{name}, line {error.line}{key}: {error}") from error
    try:
        claims = ClaimsFile.model_validate(file.content, context={"units": _own_units(file.content)})
    except ValidationError as error:
        wrong = [(tuple(each["loc"]), _in_words(each)) for each in error.errors(include_url=False)]
        raise _errors(wrong, file=file, name=name) from error
    wrong = list(_misfits(claims))
    if wrong:
        raise _errors(wrong, file=file, name=name)
    return claims


def _own_units(content: object) -> list[str]:
    """The file's own words for what is counted, as far as they can be read; what is wrong with them is said elsewhere."""
    units = content.get("units") if isinstance(content, dict) else None
    return [each for each in units if isinstance(each, str)] if isinstance(units, list) else []


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
    yield from _misfits_of_way(claim, ways=WAYS)
    if claim.cannot is not None and (claim.readings or claim.given):
        yield ("cannot",), "what cannot be checked has no readings and nothing given; remove them"
    for at, reading in enumerate(claim.readings):
        for path, what in _misfits_of_way(reading, ways=WAYS[:-1]):
            yield ("readings", at, *path), what
    if claim.rounded_to is not None and claim.rounded_to.value <= 0:
        yield ("rounded_to",), f"expected a number above zero such as 10; found {claim.rounded_to.value}"
    yield from _misfits_of_names(claim)
    for name, given in claim.given.items():
        for path, what in _misfits_of_given(given):
            yield ("given", name, *path), what


def _misfits_of_way(claim: Claim | Reading, *, ways: Sequence[str]) -> Iterator[tuple[Path, str]]:
    named = [way for way in ways if getattr(claim, way) is not None]
    if len(named) != 1:
        yield (), f"expected exactly one of {_either(ways)}; found {' and '.join(named) or 'none of them'}"
    for key, asked in (("figure", claim.figure), ("cell", claim.cell)):
        if asked is not None and asked.gives_several:
            yield (
                (key,),
                "expected one number; several go under 'given', and arithmetic takes their mean, sum, min or max",
            )
        for what in asked.misfits() if asked is not None else ():
            yield (key,), what


def _either(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _misfits_of_names(claim: Claim) -> Iterator[tuple[Path, str]]:
    formulas: list[tuple[Path, Arithmetic | None]] = [(("arithmetic",), claim.arithmetic)]
    formulas += [(("readings", at, "arithmetic"), reading.arithmetic) for at, reading in enumerate(claim.readings)]
    used = {name for _, formula in formulas for name in (formula.names if formula else ())}
    for path, formula in formulas:
        for name in formula.names if formula else ():
            if name not in claim.given and not name.startswith(ASSUMPTION):
                yield path, f"'{name}' is not given; add it under 'given' with its value and where it comes from"
    for name in claim.given:
        if name not in used:
            yield ("given", name), "no arithmetic uses it; use it or remove it"


def _misfits_of_given(given: Given) -> Iterator[tuple[Path, str]]:
    ways = [way for way in ("value", "figure", "cell") if getattr(given, way) is not None]
    beside = given.model_fields_set & {"source", "unit", "low", "high"}
    if len(ways) != 1:
        yield (), f"expected exactly one of value, figure and cell; found {' and '.join(ways) or 'none of them'}"
    elif given.asked is not None:
        if beside:
            keys = ", ".join(sorted("from" if name == "source" else name for name in beside))
            yield (), f"a figure or cell is in its plain unit and has its own source; remove {keys}"
        for what in given.asked.misfits():
            yield (ways[0],), what
    elif given.source is None:
        yield ("from",), "this key is missing; add it"
    value, low, high = given.ends
    if not low <= value <= high:
        yield (), "its value does not lie between its low and its high"
