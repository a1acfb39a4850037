"""YAML that people write by hand, read so that every key can be found again in the file.

All values are texts: a claim's `6,60` must not lose its last digit to a float. What YAML allows and a person does not
mean (a key given twice, an anchor, a tag that makes objects) is refused with its line.
"""

from __future__ import annotations

from typing import Any, cast

import yaml

from warehouse.danish.numbers import could_be_two_numbers

LARGEST_FILE = 200_000
_STANDARD = "tag:yaml.org,2002:"
_PLAIN = frozenset(_STANDARD + kind for kind in ("str", "int", "float", "bool", "null", "timestamp"))

Path = tuple[str | int, ...]


class YamlMisread(ValueError):
    """A text is not YAML as we read it: `line` says where, counted from 1, and `path` at which key if it is at one."""

    def __init__(self, message: str, *, line: int, path: Path = ()) -> None:
        super().__init__(message)
        self.line = line
        self.path = path


class LinedYaml:
    """A YAML document: `content` as dicts, lists and texts, and the line on which each key and item stands."""

    def __init__(self, text: str) -> None:
        """Read a document; raises YamlMisread."""
        self._lines: dict[Path, int] = {(): 1}
        self._seen: set[int] = set()
        if len(text) > LARGEST_FILE:
            raise YamlMisread(f"the file has {len(text):,} characters; at most {LARGEST_FILE:,} are read", line=1)
        self.content: Any = self._read(_composed(text), at=())

    def line_of(self, path: Path) -> int:
        """The line of a key or item, counted from 1; of what holds it where it is missing."""
        while path not in self._lines:
            path = path[:-1]
        return self._lines[path]

    def _read(self, node: yaml.Node | None, *, at: Path) -> Any:
        if node is None:
            return None
        if id(node) in self._seen:
            raise YamlMisread("an anchor (&, *) repeats a part; write it out", line=_line(node), path=at)
        self._seen.add(id(node))
        self._lines.setdefault(at, _line(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, at=at)
        if isinstance(node, yaml.SequenceNode):
            return [self._read(item, at=(*at, number)) for number, item in enumerate(node.value)]
        return _text(cast(yaml.ScalarNode, node), at=at)

    def _mapping(self, node: yaml.MappingNode, *, at: Path) -> dict[str, Any]:
        read: dict[str, Any] = {}
        for key_node, value in node.value:
            key = _key(key_node)
            if key in read:
                first = self._lines[(*at, key)]
                raise YamlMisread(
                    f"the key '{key[:60]}' stands twice, first in line {first}; keep one",
                    line=_line(key_node),
                    path=(*at, key),
                )
            self._lines[(*at, key)] = _line(key_node)
            read[key] = self._read(value, at=(*at, key))
        return read


def _composed(text: str) -> yaml.Node | None:
    try:
        return yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise YamlMisread(_what_is_wrong(error, text=text, line=line), line=line) from error
    except yaml.reader.ReaderError as error:
        raise YamlMisread(
            f"the character {error.character!r} cannot stand in YAML; remove it", line=_line_at(text, error=error)
        ) from error
    except RecursionError as error:
        raise YamlMisread("parts lie too deep in one another", line=1) from error


def _line_at(text: str, *, error: yaml.reader.ReaderError) -> int:
    return text.count("\n", 0, error.position) + 1


def _what_is_wrong(error: yaml.MarkedYAMLError, *, text: str, line: int) -> str:
    written = text.splitlines()[line - 1].strip() if line <= len(text.splitlines()) else "the end of the file"
    if "\\t" in (error.problem or ""):
        return f"a tab stands before or in '{written}': indent with spaces"
    return f"'{written[:80]}' is not YAML: {error.problem or error.context or 'it cannot be read'}"


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _key(node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise YamlMisread("a key must be a word", line=_line(node))
    return str(node.value)


def _text(node: yaml.ScalarNode, *, at: Path) -> str | None:
    if node.tag not in _PLAIN:
        raise YamlMisread(
            f"the tag '{node.tag[:60]}' is not read; write the value by itself", line=_line(node), path=at
        )
    if node.style is None and could_be_two_numbers(node.value):
        plain = node.value.replace(".", "")
        raise YamlMisread(
            f'{node.value} could be {plain} or {node.value}0: write "{node.value}" in quotation marks for {plain}, '
            f"or {node.value.replace('.', ',')} for the other",
            line=_line(node),
            path=at,
        )
    return None if node.tag == _STANDARD + "null" else str(node.value)
