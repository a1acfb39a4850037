"""Whether a declaration can be recorded, told apart and read back: what cannot would stop its table every night."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from warehouse.catalogue.additions import read_additions
from warehouse.catalogue.model import CatalogueError, Table
from warehouse.formats.clean_text import is_clean, washed, without_steering


def require_recordable(table: Table) -> None:
    """Raise CatalogueError for a label or an id with a character that no database holds or that steers a terminal."""
    for text in _texts(table.model_dump()):
        if without_steering(text) != text or not is_clean(text):
            raise CatalogueError(
                f"{table.id}: the publisher writes '{washed(without_steering(text))}' with a control character in it (here "
                "\ufffd), which cannot be recorded: it cannot be adopted until the publisher has mended that"
            )


def _texts(value: Any) -> Iterator[str]:
    """Every text that a value holds."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list | tuple):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)


def require_own_columns(table: Table) -> None:
    """Raise CatalogueError where two columns of an answer would have one name: a measure is called as a dimension is."""
    taken = Counter((*table.dimensions, *{label for each in table.measures for label in each.labels}))
    twice = [name for name, count in taken.items() if count > 1]
    if twice:
        raise CatalogueError(
            f"{table.id}: two columns of its answers would be called '{twice[0]}' (the dimensions are "
            f"{', '.join(table.dimensions)}), and figures are told apart by their column: it cannot be adopted"
        )


def require_read_back(text: str, *, table: Table, path: Path) -> None:
    """Raise CatalogueError where a file would not be read as what was written: its table would stop every night."""
    try:
        found = read_additions(text, name=str(path)).table
    except CatalogueError as error:
        raise CatalogueError(f"{table.id} cannot be declared, since its file could not be read: {error}") from error
    if found != table:
        raise CatalogueError(
            f"{table.id} cannot be declared: what its publisher writes would be read otherwise from a file"
        )
