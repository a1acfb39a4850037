"""Watch: what other sources than Jobindsats have for a night: ranking lists, StatBank, a municipality's own tables.

Each is looked for only where a setting says so. Bytes are archived before anything reads them, and a file that stands
published already is left alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

import requests

from tasks.plan import _mended
from tasks.resources import Border
from tasks.results import DUE, Decision, Found, Listing
from tasks.sources.archived_files import _archived, _File, _found, _manifest
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
