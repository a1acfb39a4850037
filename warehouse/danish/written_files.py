"""Reads a YAML file that a Dane writes by hand into a model, and says all that is wrong with it at once, with line and key.

Numbers keep their digits: `6,60` and `6.60` are one number with two decimals. One that a Dane and a program read
differently, `1.425`, is refused unless it stands in quotation marks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from warehouse.danish.numbers import could_be_two_numbers
from warehouse.formats.yaml_files import Path, YamlFile, YamlMisread, as_text

MOST_ERRORS = 20
EXPECTED = {
    "dict_type": "expected keys with their values",
    "model_type": "expected keys with their values",
    "tuple_type": "expected a list",
    "string_type": "expected a text",
}
Model = TypeVar("Model", bound=BaseModel)


class FileMisread(ValueError):
    """A file does not say what it must: the message names each line and key that is wrong, and what to write."""


def written_file(text: str, *, name: str, longest: int) -> YamlFile:
    """A file from its text, single values as they are written; raises FileMisread. `name` is what to call the file."""
    try:
        return YamlFile(text, scalar=_as_written, longest=longest)
    except YamlMisread as error:
        key = f", {'.'.join(map(str, error.path))}" if error.path else ""
        raise FileMisread(f"{name}, line {error.line}{key}: {error}") from error


def read_model(file: YamlFile, model: type[Model], *, name: str, context: Mapping[str, Any] | None = None) -> Model:
    """What a file says, as a model; raises FileMisread."""
    try:
        return model.model_validate(file.content, context=context)
    except ValidationError as error:
        wrong = [(tuple(each["loc"]), _in_words(each)) for each in error.errors(include_url=False)]
        raise misread(wrong, file=file, name=name) from error


def misread(wrong: Iterable[tuple[Path, str]], *, file: YamlFile, name: str) -> FileMisread:
    """What is wrong at which keys, as an error that names their lines; of many the first twenty."""
    found = sorted((file.line_of(path), ".".join(map(str, path)), what) for path, what in wrong)
    told = [f"{name}, line {line}, {key or 'the whole'}: {what}" for line, key, what in found[:MOST_ERRORS]]
    more = [f"and {len(found) - MOST_ERRORS} more"] if len(found) > MOST_ERRORS else []
    return FileMisread("\n".join([*told, *more]))


def _as_written(node: yaml.ScalarNode) -> str | None:
    """A value as text; an unquoted number that a Dane and a program read differently is refused."""
    if node.style is None and could_be_two_numbers(node.value):
        plain = node.value.replace(".", "")
        raise ValueError(
            f'{node.value} could be {plain} or {node.value}0: write "{node.value}" in quotation marks for {plain}, '
            f"or {node.value.replace('.', ',')} for the other"
        )
    return as_text(node)


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
