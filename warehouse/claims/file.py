"""A claims file: numbers that stand in papers, each with what should give it; read and checked before anything is computed.

Written by hand in YAML (docs/claims.md). Whatever is wrong with it is said with its line and key, all of it at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from warehouse.claims.arithmetic import Arithmetic
from warehouse.claims.content import ASSUMPTION, Claim, ClaimsFile, Given, Reading
from warehouse.danish.written_files import FileMisread, misread, read_model, written_file
from warehouse.formats.yaml_files import Path

WAYS = ("arithmetic", "figure", "cell", "cannot")
LONGEST_FILE = 200_000


class ClaimsError(ValueError):
    """A claims file cannot be read, or one of its claims cannot be worked out; the message says where and what to do."""


def read_claims(text: str, *, name: str = "the claims file") -> ClaimsFile:
    """A claims file from its text; raises ClaimsError naming each wrong line and key. `name` is what to call the file."""
    try:
        file = written_file(text, name=name, longest=LONGEST_FILE)
        claims = read_model(file, ClaimsFile, name=name, context={"units": _own_units(file.content)})
        wrong = list(_misfits(claims))
        if wrong:
            raise misread(wrong, file=file, name=name)
    except FileMisread as error:
        raise ClaimsError(str(error)) from error
    return claims


def _own_units(content: object) -> list[str]:
    """The file's own words for what is counted, as far as they can be read; what is wrong with them is said elsewhere."""
    units = content.get("units") if isinstance(content, dict) else None
    return [each for each in units if isinstance(each, str)] if isinstance(units, list) else []


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
