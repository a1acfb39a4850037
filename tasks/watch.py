"""Watch: what other sources than Jobindsats have for a night: ranking lists, StatBank, a municipality's own tables.

Each is looked for only where a setting says so. Bytes are archived before anything reads them, and a file that stands
published already is left alone.
"""

from __future__ import annotations

from tasks.plan import _mended
from tasks.resources import Border
from tasks.results import DUE, Decision, Found, Listing
from tasks.sources.archived_files import _archived, _File, _found, _manifest
from tasks.sources.ranking_lists.lists import read_list
from tasks.sources.ranking_lists.places import get, name_of, watched
from tasks.stoppages import ListUnreadable, Stoppage
from warehouse.catalogue.model import ranking_lists
from warehouse.catalogue.publishers import chosen

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
