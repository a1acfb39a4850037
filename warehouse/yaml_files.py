"""The text of a contract as a document, and the line on which each of its keys stands."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import yaml

_LONGEST, _DEEPEST = 100_000, 10


class ContractError(ValueError):
    """A contract, or a folder of them, does not say what it must: file, line and key are in the message."""


def document_of(text: str, *, name: str) -> tuple[dict[str, Any], yaml.MappingNode]:
    """What a contract says, and the tree of nodes it was read from; raises ContractError.

    Anchors and deep nests are refused: a few lines of them can cost more memory and time than anyone has.
    """
    if len(text) > _LONGEST:
        raise ContractError(f"{name}: a contract has at most {_LONGEST} characters; this one has {len(text)}")
    try:
        _require_flat(text, name=name)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        document = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        raise ContractError(f"{name}, line {_line(error.problem_mark)}: this is not YAML: {error.problem}") from error
    except (yaml.YAMLError, ValueError, TypeError, OverflowError, RecursionError) as error:
        if isinstance(error, ContractError):
            raise
        raise ContractError(f"{name}: this cannot be read as YAML: {error}") from error
    if not isinstance(node, yaml.MappingNode) or not isinstance(document, dict):
        raise ContractError(f"{name}, line 1: a contract is written as `key: value`; see docs/sources/local_files.md")
    _require_keys_once(node, name=name)
    return document, node


def _require_flat(text: str, *, name: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise ContractError(f"{name}, line {_line(event.start_mark)}: write it out; anchors are not read")
        if depth > _DEEPEST:
            raise ContractError(f"{name}, line {_line(event.start_mark)}: no contract is nested deeper than {_DEEPEST}")


def _line(mark: Any) -> int:
    return mark.line + 1 if mark is not None else 1


def _require_keys_once(node: yaml.Node, *, name: str) -> None:
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _require_keys_once(item, name=name)
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if str(key.value) in seen:
                raise ContractError(f"{name}, line {_line(key.start_mark)}: '{key.value}' stands twice")
            seen.add(str(key.value))
            _require_keys_once(value, name=name)


def line_of(node: yaml.Node, path: Iterable[int | str]) -> int:
    """The line of the key or item that `path` leads to; steps that name none are passed over."""
    line = _line(node.start_mark)
    for step in path:
        found = _child(node, step)
        if found is not None:
            line, node = found
    return line


def _child(node: yaml.Node, step: int | str) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return _line(node.value[step].start_mark), node.value[step]
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(step):
                return _line(key.start_mark), value
    return None
