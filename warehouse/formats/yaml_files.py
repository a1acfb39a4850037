"""Reads YAML that people write by hand, strictly, and says on which line each of its keys stands.

What YAML allows and a person does not mean is refused with its line: a key given twice, an anchor, a tag that makes
objects, parts deep in one another. A few lines of those can also cost more memory and time than any file is worth.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import yaml

from warehouse.formats.clean_text import is_clean

Path = tuple[str | int, ...]
"""The keys and positions that lead to a value."""

Scalar = Callable[[yaml.ScalarNode], Any]
"""What a single value is read to; its ValueError becomes a YamlMisread with line and path."""

LARGEST_FILE = 1_000_000
DEEPEST = 10
_STANDARD = "tag:yaml.org,2002:"
_PLAIN = frozenset(_STANDARD + kind for kind in ("str", "int", "float", "bool", "null", "timestamp", "map", "seq"))
_WRITE_IT_OUT = "an anchor (&, *) repeats a part; write it out"


class YamlMisread(ValueError):
    """A text is not YAML as it is read here: `line` says where, counted from 1, and `path` at which key if at one."""

    def __init__(self, message: str, *, line: int, path: Path = ()) -> None:
        super().__init__(message)
        self.line = line
        self.path = path


def as_value(node: yaml.ScalarNode) -> Any:
    """A number, truth value, day or text, as YAML has it."""
    return yaml.constructor.SafeConstructor().construct_object(node)


def as_text(node: yaml.ScalarNode) -> str | None:
    """A value as it is written: `6,60` and `6.60` must not lose their last digit to a float."""
    return None if node.tag == f"{_STANDARD}null" else str(node.value)


class YamlFile:
    """A YAML document: `content` as dicts, lists and single values, and the line on which each key and item stands."""

    def __init__(self, text: str, *, scalar: Scalar = as_value, longest: int = LARGEST_FILE) -> None:
        """Read a document of at most `longest` characters; raises YamlMisread."""
        if len(text) > longest:
            raise YamlMisread(f"the file has {len(text):,} characters; at most {longest:,} are read", line=1)
        node, anchored = _composed(text)
        self._scalar = scalar
        self._seen: set[int] = set()
        self._lines: dict[Path, int] = {(): _line(node.start_mark) if node else 1}
        self.content: Any = self._read(node, at=()) if node else None
        if anchored is not None:
            raise YamlMisread(_WRITE_IT_OUT, line=anchored)

    def line_of(self, path: Iterable[str | int]) -> int:
        """The line of the key or item that `path` leads to, counted from 1; steps that name none are passed over."""
        at: Path = ()
        for step in path:
            at = next((found for found in ((*at, step), (*at, str(step))) if found in self._lines), at)
        return self._lines[at]

    def _read(self, node: yaml.Node, *, at: Path) -> Any:
        line = self._lines.setdefault(at, _line(node.start_mark))
        if id(node) in self._seen:
            raise YamlMisread(_WRITE_IT_OUT, line=line, path=at)
        if node.tag not in _PLAIN:
            said = f"the tag '{node.tag[:60]}' is not read; write the value by itself"
            raise YamlMisread(said, line=_line(node.start_mark), path=at)
        self._seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, at=at)
        if isinstance(node, yaml.SequenceNode):
            return [self._read(item, at=(*at, number)) for number, item in enumerate(node.value)]
        return self._single(node, at=at)

    def _mapping(self, node: yaml.MappingNode, *, at: Path) -> dict[Any, Any]:
        read: dict[Any, Any] = {}
        for key, value in node.value:
            line = _line(key.start_mark)
            if not isinstance(key, yaml.ScalarNode):
                raise YamlMisread("a key must be a word", line=line)
            path = (*at, str(key.value))
            if path in self._lines:
                said = f"the key '{key.value[:60]}' stands twice, first in line {self._lines[path]}; keep one"
                raise YamlMisread(said, line=line, path=path)
            self._lines[path] = line
            read[self._single(key, at=path)] = self._read(value, at=path)
        return read

    def _single(self, node: yaml.Node, *, at: Path) -> Any:
        if not is_clean(str(node.value)):
            said = "control characters such as NUL, and half a sign, cannot stand in a text: remove the escape"
            raise YamlMisread(said, line=_line(node.start_mark), path=at)
        try:
            return self._scalar(node)  # type: ignore[arg-type]
        except (yaml.YAMLError, ValueError, LookupError, TypeError, AttributeError, OverflowError) as error:
            raise YamlMisread(str(error), line=_line(node.start_mark), path=at) from error


class _Loader(yaml.SafeLoader):
    """Refuses what lies too deep before it is built, and notes the first anchor."""

    depth = 0
    anchored: int | None = None

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if self.anchored is None and getattr(event, "anchor", None):
            self.anchored = _line(event.start_mark)
        if self.depth == DEEPEST and isinstance(event, yaml.CollectionStartEvent):
            raise YamlMisread(f"parts lie too deep in one another, more than {DEEPEST}", line=_line(event.start_mark))
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


def _composed(text: str) -> tuple[yaml.Node | None, int | None]:
    """The tree of a document, and the line of its first anchor if it has one."""
    try:
        loader = _Loader(text)
        return loader.get_single_node(), loader.anchored
    except yaml.MarkedYAMLError as error:
        line = _line(error.problem_mark)
        raise YamlMisread(_what_is_wrong(error, text=text, line=line), line=line) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise YamlMisread(f"the character {error.character!r} cannot stand in YAML; remove it", line=line) from error


def _what_is_wrong(error: yaml.MarkedYAMLError, *, text: str, line: int) -> str:
    written = text.splitlines()[line - 1].strip() if line <= len(text.splitlines()) else "the end of the file"
    if "\\t" in (error.problem or ""):
        return f"a tab stands before or in '{written}': indent with spaces"
    return f"'{written[:80]}' is not YAML: {error.problem or error.context or 'it cannot be read'}"


def _line(mark: Any) -> int:
    return mark.line + 1 if mark is not None else 1
