"""The ministry's ranking lists: the files in a folder that people put them into, or at addresses on the web.

The ministry's page has no interface and its addresses change, so a person names them. Nothing is followed off the named
host, and only https is spoken, but with this machine itself. A file is archived before it is read, and one that stands
published already is left alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

import requests

from tasks.results import DUE, Due, Fetched, Listing
from tasks.sources.access import Access
from tasks.sources.archived_files import (
    ArchivedFile,
    archive_file,
    due_of,
    fetch_archived,
    put_manifest,
    readable_again,
)
from tasks.sources.documents.file_kind import LARGEST_FILE_BYTES
from tasks.sources.ranking_lists.snapshot import read_list
from tasks.stoppages import (
    BodyTooLarge,
    ListUnreadable,
    PublisherDown,
    PublisherTimedOut,
    RedirectRefused,
    RequestRefused,
    Stoppage,
)
from warehouse.catalogue.model import ranking_lists
from warehouse.catalogue.publishers import chosen
from warehouse.periods import Period
from warehouse.settings import Settings

LISTS = "ranking_lists"
SUFFIXES = (".pdf", ".xlsx")

MOST_REDIRECTS = 5

PATIENCE = 2

_CHUNK = 1 << 16

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


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
    """Excel keeps a file that begins with ~$ beside each one that is open; a dot hides half-copied ones."""
    return path.is_file() and path.suffix.lower() in SUFFIXES and not path.name.startswith(("~$", "."))


def name_of(address: str) -> str:
    """A file's own name, from its path or its web address."""
    path = unquote(urlsplit(address).path) if "://" in address else address
    return path.replace("\\", "/").rstrip("/").rpartition("/")[2] or address


def get(address: str, *, timeout_seconds: float) -> bytes:
    """The bytes at one of the addresses that `watched` gives.

    Raises a PublisherTrouble: not there, too slow, too large, or pointing to another host.
    """
    if "://" not in address:
        return _from_file(Path(address))
    before = _require_web_address(address)
    started = monotonic()
    for _ in range(MOST_REDIRECTS + 1):
        found = _from_web(address, timeout_seconds=timeout_seconds, until=started + PATIENCE * timeout_seconds)
        if isinstance(found, bytes):
            return found
        address = urljoin(address, found)
        _require_same_host(address, before=before)
    raise RedirectRefused(
        f"{before.geturl()} points on and on; open it in a browser and name the address of the file itself"
    )


def _from_file(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise PublisherDown(f"the file {path} is no longer there: put it back into the watched folder")
        with path.open("rb") as stream:
            content = stream.read(LARGEST_FILE_BYTES + 1)
    except OSError as error:
        raise PublisherDown(f"the file {path} cannot be read ({error.strerror}): correct its rights") from error
    if len(content) > LARGEST_FILE_BYTES:
        raise BodyTooLarge(_too_large(str(path)))
    return content


def _too_large(address: str) -> str:
    return (
        f"{address} has more than {LARGEST_FILE_BYTES:,} bytes; no ranking list is that large. "
        "Take it away from where lists are watched for"
    )


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


def _require_same_host(address: str, *, before: SplitResult) -> None:
    parts = urlsplit(address)
    if (parts.scheme, parts.netloc) != (before.scheme, before.netloc):
        raise RedirectRefused(
            f"{before.geturl()} points to another place, {parts.scheme}://{parts.netloc}, and is not followed there. "
            "If that is the ministry's, name its address in the setting"
        )


def _from_web(address: str, *, timeout_seconds: float, until: float) -> bytes | str:
    """The body at an address, or where it points."""
    try:
        with requests.get(address, timeout=timeout_seconds, stream=True, allow_redirects=False) as response:
            if response.is_redirect:
                return response.headers["Location"]
            if response.status_code != requests.codes.ok:
                raise RequestRefused(_refused(address, status=response.status_code))
            return b"".join(_parts(response, address=address, until=until))
    except requests.exceptions.Timeout as error:
        raise PublisherTimedOut(
            f"{address} gave no answer in {timeout_seconds:g} seconds; the next night tries again"
        ) from error
    except requests.exceptions.RequestException as error:
        raise PublisherDown(
            f"{address} cannot be fetched ({type(error).__name__}): check the network and the address; the next night tries "
            "again"
        ) from error


def _refused(address: str, *, status: int) -> str:
    return (
        f"{address} answered with status {status}; expected the file. The ministry moves its files: find the list on its "
        "page and correct the address"
    )


def _parts(response: requests.Response, *, address: str, until: float) -> Iterator[bytes]:
    size = 0
    for part in response.iter_content(_CHUNK):
        size += len(part)
        if size > LARGEST_FILE_BYTES:
            raise BodyTooLarge(_too_large(address))
        if monotonic() > until:
            raise PublisherTimedOut(f"{address} was still sending when its time was up; the next night tries again")
        yield part


def has(table_id: str) -> bool:
    """Whether a table is one of the ministry's lists."""
    return any(table.id == table_id for table in ranking_lists().tables)


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
    for address in watched(access.settings.ranking_lists or ""):
        try:
            _sort(address, into=by_table, access=access)
        except Stoppage as stoppage:
            unreadable.append(stoppage)
    read = [
        due_of(table_id, files=by_table[table_id], access=access) for table_id in sorted(tables) if table_id in by_table
    ]
    if not unreadable:
        return [*read, *readable_again(LISTS, access=access)]
    return [*read, _stopped(unreadable, files=by_table.get(LISTS, []), access=access)]


def _sort(address: str, *, into: dict[str, list[ArchivedFile]], access: Access) -> None:
    """Archive one file and put it under the table it is of; an unreadable one is kept too, and raises ListUnreadable."""
    content = get(address, timeout_seconds=access.settings.timeout_seconds)
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


def fetch(due: Due, *, access: Access, only: frozenset[Period] | None = None) -> Fetched:  # noqa: ARG001  # it is read whole
    """The receipt of a list, whose files are in the archive already."""
    return fetch_archived(due, access=access)
