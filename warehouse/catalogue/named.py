"""Finds the table that a person means, by its id or its title: shipped, adopted, or recorded in the warehouse only.

A municipality's own tables are recorded with their declaration when they are first looked at, and adopted ones too, which
are then found without the folder that declares them. A name that is no table's is never guessed at: the tables that it may
mean are offered.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from itertools import islice
from shlex import quote
from typing import Any

from sqlalchemy import Connection, Row, text

from warehouse.catalogue.model import Table
from warehouse.catalogue.publishers import tables_here
from warehouse.errors import QuestionError

_OFFERED, _ALIKE = 4, 0.75
_RECORDED = "select table_id, title, title_en from marts.declared_tables()"
_DECLARATION = "select declaration from marts.declared_tables(:table_id)"
Titles = Mapping[str, tuple[str, str]]
"""The Danish and the English title of each table, by its id."""


def table_named(connection: Connection | None, written: str) -> Table:
    """The table with this id or title; only shipped and adopted ones where there is no warehouse to ask.

    Raises QuestionError with the tables whose ids and titles are like it, and SettingsError.
    """
    wanted, here = _plain(written), tables_here()
    titles = _titles(connection, here=here)
    found = [table_id for table_id, said in titles.items() if wanted in (table_id, *map(_plain, said))]
    if len(found) != 1:
        raise QuestionError(f"no table is called '{written}'; {_offered(wanted, titles=titles, among=found)}")
    if found[0] in here or connection is None:
        return here[found[0]]
    return Table.model_validate(connection.scalar(text(_DECLARATION), {"table_id": found[0]}))


def unknown(what: str, written: str, names: Iterable[str]) -> str:
    """A sentence that nothing has this name, with the nearest names that there are."""
    offered = list(names)
    close = difflib.get_close_matches(written, offered, n=3, cutoff=0.5) or offered
    return f"no {what} is called '{written}'; " + (f"there is {', '.join(close)}" if close else "there is none")


def _plain(written: str) -> str:
    return " ".join(written.casefold().split())


def _titles(connection: Connection | None, *, here: Mapping[str, Table]) -> Titles:
    recorded: Iterable[Row[Any]] = connection.execute(text(_RECORDED)) if connection is not None else ()
    found = {row.table_id: (row.title, row.title_en) for row in recorded}
    return found | {table_id: (table.title, table.title_en) for table_id, table in here.items()}


def _offered(wanted: str, *, titles: Titles, among: list[str]) -> str:
    """The tables of one title; else those with an id like it, then those whose titles have words like each of its own."""
    ids = difflib.get_close_matches(wanted, titles, n=_OFFERED, cutoff=0.6)
    alike = [table_id for table_id, said in titles.items() if _has_words(_plain(" ".join(said)), like=wanted.split())]
    found = list(dict.fromkeys(among or [*ids, *alike]))
    others = f"`jobindsats tables {quote(wanted)}` looks at the publishers too, and `jobindsats adopt ID` takes one in"
    if not found:
        return f"`jobindsats status --long` lists those there are, {others}"
    named = ", ".join(f"{table_id} ({titles[table_id][0]})" for table_id in islice(found, _OFFERED))
    more = f" and {len(found) - _OFFERED} more" if len(found) > _OFFERED else ""
    return f"there is {named}{more}" + ("" if among else f"; {others}")


def _has_words(title: str, *, like: list[str]) -> bool:
    words = title.split()
    return bool(like) and all(
        word in title or difflib.get_close_matches(word, words, n=1, cutoff=_ALIKE) for word in like
    )
