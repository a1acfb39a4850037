"""Watch: what other sources than Jobindsats have for a night: ranking lists, StatBank, a municipality's own tables.

Each is looked for only where a setting says so. Bytes are archived before anything reads them, and a file that stands
published already is left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE
from sqlalchemy import Connection, text

from tasks.archive.store import ArchiveTrouble, Entry, Manifest
from tasks.ask_statbank import look_at_statbank
from tasks.border import Border, crossing
from tasks.decide import DUE, Decision, require_fit
from tasks.file_looks import CONTRACT, FILE
from tasks.found import Found
from tasks.sources.jobindsats.metadata import Listing
from tasks.sources.local_files.folder import Found as FolderFound
from tasks.sources.local_files.folder import LocalFile, look_into
from tasks.sources.local_files.reading import require_size
from tasks.sources.ranking_lists.lists import read_list
from tasks.sources.ranking_lists.places import get, name_of, watched
from tasks.stoppages import FileRefused, ListUnreadable, Stoppage
from warehouse.catalogue.model import ranking_lists
from warehouse.catalogue.publishers import LOCAL, chosen
from warehouse.history.dimensions import write_tables
from warehouse.history.vintages import newest_vintage

LISTS = "ranking_lists"


@task(name="look around", cache_policy=NO_CACHE)
def look_around(run_id: int, *, tables: list[str] | None) -> list[Found]:
    """What each source beside Jobindsats has; of the named tables only, where some are named."""
    found: list[Found] = []
    wanted = frozenset(table.lower() for table in tables or ())
    with crossing() as border:
        for name, look in _SOURCES.items():
            if not getattr(border.settings, _SETTING[name]):
                continue
            try:
                with border.engine.connect() as connection:
                    require_fit(connection, border=border)
                found += look(border, run_id=run_id, wanted=wanted)
            except Exception as error:  # noqa: BLE001  # one source's trouble never stops another
                get_run_logger().error("%s: %s", name, error)
                found.append(Found(Decision(name, "failed", str(error), Listing(name))))
    return found


@dataclass(frozen=True)
class _File:
    """A file as it was found, archived."""

    name: str
    content: bytes
    entry: Entry


def _archived(border: Border, name: str, content: bytes, *, kind: str = FILE) -> _File:
    digest = border.archive.put(content)
    return _File(name, content, Entry(f"{kind}{name}", border.clock().isoformat(), 200, len(content), digest))


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


def _mended(name: str, *, border: Border) -> list[Found]:
    """Where a source stopped when it was last looked at, and every file can be read now, that is said once."""
    with border.engine.connect() as connection:
        last = connection.scalar(_LAST_OUTCOME, {"name": name})
    stopped = last in ("quarantined", "failed")
    return [Found(Decision(name, "not_due", "every file can be read again", Listing(name)))] if stopped else []


_LAST_OUTCOME = text("select outcome from ops.table_outcomes where table_id = :name order by run_id desc limit 1")


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


def _found(connection: Connection, table_id: str, *, files: list[_File], run_id: int, border: Border) -> Found:
    listing = Listing(table_id)
    if _stands(connection, table_id, entries=[file.entry for file in files], border=border):
        return Found(Decision(table_id, "not_due", "the files are those that stand published", listing))
    manifest = _manifest(table_id, files=files, run_id=run_id, border=border)
    names = ", ".join(file.name for file in files)
    return Found(Decision(table_id, DUE, f"found {names}", listing), manifest=manifest)


def _stands(connection: Connection, table_id: str, *, entries: Iterable[Entry], border: Border) -> bool:
    """Whether the newest vintage was read from these very bytes."""
    newest = newest_vintage(connection, table_id=table_id)
    if newest is None:
        return False
    try:
        before = border.archive.get_manifest(newest.manifest).entries
    except ArchiveTrouble:
        return False
    return {entry.sha256 for entry in before} == {entry.sha256 for entry in entries}


def _manifest(table_id: str, *, files: list[_File], run_id: int, border: Border) -> str:
    entries = tuple(file.entry for file in files)
    return border.archive.put_manifest(
        Manifest(table_id, border.settings.api_url, None, border.clock(), run_id, entries)
    )


_SETTING = {"statbank": "statbank_url", LISTS: "ranking_lists", LOCAL: "local_files"}
_SOURCES: dict[str, Callable[..., list[Found]]] = {
    "statbank": look_at_statbank,
    LISTS: look_at_lists,
    LOCAL: look_at_own_tables,
}
