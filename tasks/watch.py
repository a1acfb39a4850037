"""Watch: what other sources than Jobindsats have for a night: ranking lists, StatBank, a municipality's own tables.

Each is looked for only where a setting says so. Bytes are archived before anything reads them, and a file that stands
published already is left alone.
"""

from __future__ import annotations

from sqlalchemy import Connection

from tasks.plan import _mended
from tasks.resources import Border
from tasks.results import DUE, Decision, Found, Listing
from tasks.sources.archived_files import CONTRACT, _archived, _File, _found, _manifest
from tasks.sources.local_files.folder import Found as FolderFound
from tasks.sources.local_files.folder import LocalFile, look_into
from tasks.sources.local_files.reading import require_size
from tasks.sources.ranking_lists.lists import read_list
from tasks.sources.ranking_lists.places import get, name_of, watched
from tasks.stoppages import FileRefused, ListUnreadable, Stoppage
from warehouse.catalogue.model import ranking_lists
from warehouse.catalogue.publishers import LOCAL, chosen
from warehouse.history.dimensions import write_tables

LISTS = "ranking_lists"


def look_at_lists(border: Border, *, run_id: int, wanted: frozenset[str]) -> list[Found]:
    """The ranking lists that lie where the settings say, a table each; those that cannot be read are one more."""
    place = border.settings.ranking_lists
    tables = chosen(ranking_lists(), wanted=wanted)
    if not place or not tables:
        return []
    by_table: dict[str, list[_File]] = {}
    unreadable: list[Stoppage] = []
    for address in watched(place):
        try:
            content = get(address, timeout_seconds=border.settings.timeout_seconds)
        except Stoppage as trouble:
            unreadable.append(trouble)
            continue
        file = _archived(border, name_of(address), content)
        try:
            by_table.setdefault(read_list(content, name=file.name).table_id, []).append(file)
        except ListUnreadable as trouble:
            unreadable.append(trouble)
            by_table.setdefault(LISTS, []).append(file)
    with border.engine.connect() as connection:
        read = [
            _found(connection, table_id, files=files, run_id=run_id, border=border)
            for table_id, files in sorted(by_table.items())
            if table_id in tables
        ]
    if not unreadable:
        return [*read, *_mended(LISTS, border=border)]
    return [*read, _stopped(unreadable, files=by_table.get(LISTS, []), run_id=run_id, border=border)]


def _stopped(unreadable: list[Stoppage], *, files: list[_File], run_id: int, border: Border) -> Found:
    stoppage = ListUnreadable(" ".join(f"{trouble}." for trouble in unreadable))
    stoppage.manifest = _manifest(LISTS, files=files, run_id=run_id, border=border)
    return Found(Decision(LISTS, DUE, "files to read", Listing(LISTS)), stoppage=stoppage)


def look_at_own_tables(border: Border, *, run_id: int, wanted: frozenset[str]) -> list[Found]:
    """The municipality's own tables, each with its contract; what fits no contract is said."""
    folder = border.settings.local_files
    if folder is None:
        return []
    looked = look_into(folder)
    files = [file for file in looked.files if not wanted or wanted & {LOCAL, file.contract.table.id}]
    with border.engine.begin() as connection:
        write_tables(connection, [file.contract.table for file in files], publisher=LOCAL, renew=False)
    with border.engine.connect() as connection:
        found = [_own(connection, file, run_id=run_id, border=border) for file in files]
    if wanted and LOCAL not in wanted:
        return found
    return [*found, *(_unfitting(looked) or _mended(LOCAL, border=border))]


def _own(connection: Connection, file: LocalFile, *, run_id: int, border: Border) -> Found:
    table_id = file.contract.table.id
    try:
        require_size(file.path.stat().st_size, contract=file.contract, name=file.path.name)
    except FileRefused as stoppage:
        return Found(Decision(table_id, DUE, f"found {file.path.name}", Listing(table_id)), stoppage=stoppage)
    try:
        contract = _archived(border, file.contract_path.name, file.contract_path.read_bytes(), kind=CONTRACT)
        content = _archived(border, file.path.name, file.path.read_bytes())
    except OSError as error:
        refused = FileRefused(f"{file.path.name} cannot be read: {error}. See to its rights, or save it anew")
        return Found(Decision(table_id, DUE, f"found {file.path.name}", Listing(table_id)), stoppage=refused)
    return _found(connection, table_id, files=[contract, content], run_id=run_id, border=border)


def _unfitting(looked: FolderFound) -> list[Found]:
    """Contracts that cannot be read stop; a contract without its file, or a file without contract, is said."""
    said = " ".join(f"{sentence}." for sentence in looked.sentences)
    if not said:
        return []
    stoppage = FileRefused(said) if looked.wrong_contracts else None
    outcome = DUE if stoppage else "not_due"
    return [Found(Decision(LOCAL, outcome, said, Listing(LOCAL)), stoppage=stoppage)]
