"""The ministry's ranking lists: the files in a folder that people put them into, or at addresses on the web.

The ministry's page has no interface and its addresses change, so a person names them. Redirects are followed on the named
host only, and only https is spoken, except with this machine itself. A file is archived before it is read, and one that
stands published already is left alone.
"""

from __future__ import annotations

from pathlib import Path
from time import monotonic
from typing import Unpack
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

from tasks.results import DUE, Due, Listing
from tasks.sources.access import (
    Access,
    ArchivedFile,
    archive_file,
    due_of,
    fetch_archived,
    put_manifest,
    readable_again,
)
from tasks.sources.documents.file_kind import LARGEST_FILE_BYTES
from tasks.sources.documents.plain_file import read_still
from tasks.sources.http import Answer, HttpClient, Now, Options
from tasks.sources.ranking_lists.snapshot import read_list
from tasks.stoppages import (
    BodyTooLarge,
    ListUnreadable,
    PublisherDown,
    RedirectRefused,
    RequestRefused,
    Stoppage,
)
from warehouse.catalogue.model import ranking_lists
from warehouse.catalogue.publishers import chosen
from warehouse.formats.plain_file import FileUnfit
from warehouse.settings import Settings

LISTS = "ranking_lists"
SETTING = "JOBINDSATS_RANKING_LISTS"
SUFFIXES = (".pdf", ".xlsx")
MOST_REDIRECTS = 5
# Each may take two minutes to refuse, and no table is fetched before all have been looked at.
LONGEST_ON_UNREADABLE_SECONDS = 300
# Whole names: what only begins like one of them is somewhere else.
_LOOPBACK = ("127.0.0.1", "localhost", "::1")

fetch = fetch_archived


def is_configured(settings: Settings) -> bool:
    """Whether a setting names a folder or web addresses."""
    return bool(settings.ranking_lists)


def due(access: Access, *, wanted: frozenset[str]) -> list[Due]:
    """The lists that lie where the settings say, a table each; those that cannot be read are one more."""
    tables = chosen(ranking_lists(), wanted=wanted)
    if not tables:
        return []
    by_table: dict[str, list[ArchivedFile]] = {}
    unreadable: list[Stoppage] = []
    wasted = 0.0
    for address in watched(access.settings.ranking_lists or ""):
        begun = monotonic()
        try:
            _require_patience(address, wasted=wasted)
            _sort(address, into=by_table, access=access)
        except Stoppage as stoppage:
            unreadable.append(stoppage)
            wasted += monotonic() - begun
    read = [
        due_of(table_id, files=by_table[table_id], access=access) for table_id in sorted(tables) if table_id in by_table
    ]
    read += [_not_there(table_id) for table_id in sorted(wanted & {*tables} - {*by_table})]
    if not unreadable:
        return [*read, *readable_again(LISTS, access=access)]
    return [*read, _stopped(unreadable, files=by_table.get(LISTS, []), access=access)]


def _not_there(table_id: str) -> Due:
    said = f"no list of {table_id} that can be read lies where lists are watched for: put one there"
    return Due(table_id, "failed", said, Listing(table_id))


def _require_patience(address: str, *, wasted: float) -> None:
    """Raise ListUnreadable where files that could not be read have taken so many seconds that the night must go on."""
    if wasted >= LONGEST_ON_UNREADABLE_SECONDS:
        raise ListUnreadable(
            f"{name_of(address)} was not looked at: files that cannot be read had taken {wasted:.0f} seconds already. Take "
            "those away first"
        )


def _sort(address: str, *, into: dict[str, list[ArchivedFile]], access: Access) -> None:
    """Archive one file and put it under the table it is of; an unreadable one is kept too, and raises ListUnreadable."""
    content = get(address, now=access.clock, **access.options)
    file = archive_file(access, name_of(address), content)
    try:
        into.setdefault(read_list(content, name=file.name).table_id, []).append(file)
    except ListUnreadable:
        into.setdefault(LISTS, []).append(file)
        raise


def _stopped(unreadable: list[Stoppage], *, files: list[ArchivedFile], access: Access) -> Due:
    stoppage = ListUnreadable(" ".join(f"{trouble}." for trouble in unreadable))
    stoppage.manifest = put_manifest(LISTS, entries=tuple(file.entry for file in files), access=access)
    return Due(LISTS, DUE, "files to read", Listing(LISTS), stoppage=stoppage)


def watched(place: str) -> list[str]:
    """The addresses of all lists at a place: each PDF and XLSX in a folder, sorted, or each of the web addresses given.

    Raises RequestRefused where the place is neither, PublisherDown where the folder is not there.
    """
    if "://" in place:
        addresses = place.split()
        for address in addresses:
            _require_web_address(address)
        return list(dict.fromkeys(addresses))
    folder = Path(place)
    if not place.strip() or not folder.is_dir():
        raise PublisherDown(
            f"the folder '{place}' for ranking lists is not there: make it, or correct the setting. It takes a folder, or "
            "https addresses with blanks between"
        )
    return sorted(str(path) for path in folder.iterdir() if _is_list(path))


def _is_list(path: Path) -> bool:
    """Excel keeps a file that begins with ~$ beside each one that is open; a dot hides half-copied ones.

    A link is refused when it is read, so that it is told.
    """
    return (
        (path.is_symlink() or path.is_file())
        and path.suffix.lower() in SUFFIXES
        and not path.name.startswith(("~$", "."))
    )


def name_of(address: str) -> str:
    """A file's own name, from its path or its web address."""
    path = unquote(urlsplit(address).path) if "://" in address else address
    return path.replace("\\", "/").rstrip("/").rpartition("/")[2] or address


def get(address: str, *, now: Now, **options: Unpack[Options]) -> bytes:
    """The bytes at one of the addresses that `watched` gives.

    Raises a PublisherTrouble (not there, too slow, too large, or pointing to another host), or ListUnreadable for a link
    and for a file that is being written.
    """
    return _from_web(address, now=now, options=options) if "://" in address else _from_file(Path(address))


def _from_file(path: Path) -> bytes:
    try:
        content = read_still(path, most=LARGEST_FILE_BYTES)
    except FileUnfit as reason:
        raise ListUnreadable(f"{path.name} {reason}") from reason
    except FileNotFoundError as error:
        raise PublisherDown(f"the file {path} is no longer there: put it back into the watched folder") from error
    except OSError as error:
        raise PublisherDown(f"the file {path} cannot be read ({error.strerror}): correct its rights") from error
    if len(content) > LARGEST_FILE_BYTES:
        raise BodyTooLarge(
            f"{path} has more than {LARGEST_FILE_BYTES:,} bytes; no ranking list is that large. Take it away from where "
            "lists are watched for"
        )
    return content


def _from_web(address: str, *, now: Now, options: Options) -> bytes:
    """The body at an address, or where its own host moved it."""
    named = _require_web_address(address)
    limited = Options(**{**options, "largest_body": LARGEST_FILE_BYTES})
    with HttpClient(_origin(named), setting=SETTING, accept="*/*", now=now, **limited) as client:
        for _ in range(MOST_REDIRECTS + 1):
            answer = _asked(client, urlsplit(address))
            if answer.location is None:
                return _body(answer, address=address)
            address = urljoin(address, answer.location)
            _require_same_host(address, named=named)
    raise RedirectRefused(
        f"{named.geturl()} points on and on; open it in a browser and name the address of the file itself"
    )


def _origin(parts: SplitResult) -> str:
    return f"{parts.scheme}://{parts.netloc}"


def _asked(client: HttpClient, parts: SplitResult) -> Answer:
    try:
        return client.get(parts.path + (f"?{parts.query}" if parts.query else ""))
    except PublisherDown as error:
        raise PublisherDown(f"{parts.geturl()} cannot be fetched: {error}") from error


def _body(answer: Answer, *, address: str) -> bytes:
    if answer.status != 200:
        raise RequestRefused(
            f"{address} answered with status {answer.status}; expected the file. The ministry moves its files: find the "
            "list on its page and correct the address"
        )
    return answer.body


def _require_web_address(address: str) -> SplitResult:
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise RequestRefused(f"'{address}' is no web address: {error}. Correct the setting") from error
    if not host or (parts.scheme != "https" and not (parts.scheme == "http" and host in _LOOPBACK)):
        raise RequestRefused(f"'{address}' is not watched: expected an address that begins with https://, or a folder")
    if parts.username or parts.password:
        raise RequestRefused(
            f"the address at {host} holds a user or password; a public list needs none: leave them out"
        )
    return parts


def _require_same_host(address: str, *, named: SplitResult) -> None:
    origin = _origin(urlsplit(address))
    if origin != _origin(named):
        raise RedirectRefused(
            f"{named.geturl()} points to another place, {origin}, and is not followed there. If that is the ministry's, "
            "name its address in the setting"
        )
