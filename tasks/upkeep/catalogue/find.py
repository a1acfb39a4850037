"""Finds tables by what a person remembers of them: id, title, subject or measure, loaded or not; or a member.

Members are searched in what is declared or loaded: the publisher's list of tables names none, and a description of each table
would be a call a table.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from shlex import quote
from typing import Any

from tasks.sources.access import Access
from tasks.sources.declarations import declared_tables
from tasks.sources.jobindsats import describe as jobindsats
from tasks.sources.statbank import describe as statbank
from tasks.stoppages import PublisherTrouble, RequestRefused
from tasks.upkeep.catalogue.loaded import Loaded
from warehouse.areas import Area, all_areas
from warehouse.catalogue.additions import look_into
from warehouse.catalogue.model import Table
from warehouse.catalogue.named import table_named
from warehouse.catalogue.offered import ListedTable, OfferedTable
from warehouse.catalogue.publishers import catalogues
from warehouse.errors import QuestionError

_LIKE, _OFFERED = 0.8, 4


def matching(
    written: str, *, access: Access, loaded: Mapping[str, Loaded] | None = None
) -> tuple[list[dict[str, Any]], list[str]]:
    """The tables that answer a person's words, the best first, and what could not be asked; all where nothing is written.

    Searched with them is what is `loaded`, a municipality's own tables too.
    """
    held = loaded or {}
    tables, troubles = _all_tables(access, loaded=held)
    words = written.casefold().split()
    texts = [_texts(line, declared=table, loaded=held.get(line.id)) for line, table in tables]
    found = [(_worth(words, texts=own), line, table) for own, (line, table) in zip(texts, tables, strict=True)]
    good = sorted((each for each in found if each[0]), key=lambda each: (-each[0], each[1].id))
    additions = look_into(access.settings.catalogue_folder).additions
    adopted = {table_id for table_id, added in additions.items() if added.table is not None}
    return [
        _row(line, declared=table) | {"adopted": line.id in adopted, "loaded": line.id in held}
        for _, line, table in good
    ], troubles


def _all_tables(
    access: Access, *, loaded: Mapping[str, Loaded]
) -> tuple[list[tuple[ListedTable, Table | None]], list[str]]:
    """Every table that is declared, loaded or listed, with its declaration if it has one; why a publisher was not asked."""
    troubles: list[str] = []
    declared = {table.id: (each, table) for each in catalogues() for table in declared_tables(each, access=access)}
    listed = {line.id: line for line in _listed(access, troubles=troubles)}
    own = {table_id: _line(each.publisher, each.table) for table_id, each in loaded.items()}
    own |= {table_id: _line(each.publisher, table) for table_id, (each, table) in declared.items()}
    return [(line, declared[key][1] if key in declared else None) for key, line in (own | listed).items()], troubles


def _listed(access: Access, *, troubles: list[str]) -> Iterator[ListedTable]:
    try:
        with jobindsats.session(access) as publisher:
            yield from jobindsats.listed(publisher)
    except PublisherTrouble as trouble:
        troubles.append(f"Jobindsats could not be asked, so only what is declared is found: {trouble}")
    if access.settings.statbank_url:
        try:
            with statbank.session(access) as bank:
                yield from statbank.listed(bank)
        except PublisherTrouble as trouble:
            troubles.append(
                f"StatBank's list did not come, so its tables are not searched: {trouble}. "
                "By its id one is found all the same: jobindsats adopt AUS08"
            )


def _line(publisher: str, table: Table) -> ListedTable:
    return ListedTable(publisher, table.id, table.title, table.subject)


def _texts(line: ListedTable, *, declared: Table | None, loaded: Loaded | None) -> list[str]:
    """What a table is found by, the most telling first."""
    texts, known = [line.id, line.title, line.subject, *line.words], declared or (loaded.table if loaded else None)
    if known is not None:
        texts += [known.title, known.title_en, known.subject, *(each.label for each in known.measures)]
        texts += [member.name for hierarchy in known.breakdowns for member in hierarchy.members]
    texts += loaded.texts if loaded is not None else ()
    return [text.casefold() for text in texts]


def _worth(words: Sequence[str], *, texts: Sequence[str]) -> float:
    """How well a table answers: 0 where a word is nowhere in it, nor anything that is spelled nearly so."""
    found = [_worth_of(word, texts=texts) for word in words]
    return min(found, default=1.0)


def _worth_of(word: str, *, texts: Sequence[str]) -> float:
    if word == texts[0]:
        return 4.0
    inside = [place for place, text in enumerate(texts) if word in text]
    if inside:
        return 3.0 if inside[0] <= 1 else 2.0
    pieces = {piece.strip("(),.:") for text in texts for piece in text.split()}
    return 1.0 if difflib.get_close_matches(word, pieces, n=1, cutoff=_LIKE) else 0.0


def _row(line: ListedTable, *, declared: Table | None) -> dict[str, Any]:
    return {
        "table": line.id,
        "title": line.title,
        "subject": line.subject,
        "publisher": line.publisher,
        "declared": declared is not None,
    }


def offered(table_id: str, *, access: Access) -> OfferedTable:
    """What its publisher says of one table: Jobindsats first, then StatBank; raises QuestionError and PublisherTrouble."""
    wanted, troubles = table_id.lower(), list[PublisherTrouble]()
    for asked in (_at_jobindsats, _at_statbank):
        try:
            found = asked(wanted, access)
        except PublisherTrouble as trouble:
            troubles.append(trouble)
            continue
        if found is not None:
            return found
    for unanswered in troubles:
        if not isinstance(unanswered, RequestRefused):
            raise unanswered
    raise QuestionError(f"no publisher lists a table '{table_id}'; {_like(table_id, access=access)}")


def _like(written: str, *, access: Access) -> str:
    """The tables that an id which nobody lists may mean."""
    rows, _ = matching(written, access=access)
    found = [row for row in rows if row["table"] != written.lower()]  # a declared table that no publisher lists
    if not found:
        return "`jobindsats tables WORDS` finds one by its title"
    more = f" and {len(found) - _OFFERED} more (`jobindsats tables {quote(written)}`)" if found[_OFFERED:] else ""
    named = ", ".join(f"{row['table']} ({row['title']})" for row in found[:_OFFERED])
    return f"there is {named}{more}"


def _at_jobindsats(wanted: str, access: Access) -> OfferedTable | None:
    with jobindsats.session(access) as publisher:
        line = next((each for each in jobindsats.listed(publisher) if each.id == wanted), None)
        return None if line is None else jobindsats.describe(publisher, wanted, subject=line.subject)


def _at_statbank(wanted: str, access: Access) -> OfferedTable | None:
    if not access.settings.statbank_url or not statbank.is_id(wanted):
        return None
    with statbank.session(access) as bank:
        return statbank.describe(bank, wanted)


def id_named(written: str, *, access: Access) -> str:
    """The id of a declared table by its id or title, of one whose file cannot be read too.

    Raises QuestionError with the tables that it may mean.
    """
    unread = look_into(access.settings.catalogue_folder).wrong
    return written.lower() if written.lower() in unread else table_named(None, written).id


def declared(table_id: str, *, access: Access) -> Table | None:
    """A table as it is declared, shipped or adopted; None where it is not."""
    found = [table for each in catalogues() for table in declared_tables(each, access=access)]
    return next((table for table in found if table.id == table_id.lower()), None)


def areas(written: str) -> list[Area]:
    """The areas whose name or code holds a person's words, or is spelled nearly so; all where nothing is written."""
    wanted = written.casefold().strip()
    found = [area for area in all_areas() if wanted in area.name.casefold() or wanted in (area.code, area.code4)]
    if found:
        return found
    names = {area.name.casefold(): area for area in all_areas()}
    return [names[name] for name in difflib.get_close_matches(wanted, names, n=5, cutoff=0.6)]
