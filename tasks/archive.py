"""The archive: every answer as it came, compressed, once, under the SHA-256 of its content. It knows nothing of meaning.

    payloads/ab/ab12....gz                  one answer; equal content has one file
    manifests/<table>/<moment>-<run>.jsonl  one look at a table: a header, then a line per answer

The root is any fsspec URL. A file appears whole or not at all; one that does not match its name is refused when read.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from dataclasses import asdict, dataclass
from datetime import date, datetime

import fsspec


class ArchiveTrouble(RuntimeError):
    """The archive cannot be written or read; the message names the place and the next step."""


@dataclass(frozen=True)
class Entry:
    """One answer in a manifest: what was asked (never the token), when, status, size, and where its bytes are."""

    asked: str
    received_at: str
    status: int
    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """One look at one table: which answers it rests on, when it was complete, and the publisher's own update date."""

    table_id: str
    publisher: str
    publisher_updated_on: date | None
    seen_at: datetime
    run_id: int
    entries: tuple[Entry, ...]

    @property
    def name(self) -> str:
        """Its place in the archive."""
        moment = self.seen_at.strftime("%Y%m%dT%H%M%S%fZ")
        return f"manifests/{self.table_id}/{moment}-{self.run_id}.jsonl"


class Archive:
    """The archive at one root."""

    def __init__(self, root: str) -> None:
        self.root = root
        local = {"auto_mkdir": True} if fsspec.utils.get_protocol(root) == "file" else {}
        self._fs, self._path = fsspec.core.url_to_fs(root, **local)

    def put(self, content: bytes) -> str:
        """Keep bytes, once; gives their SHA-256. Raises ArchiveTrouble."""
        digest = hashlib.sha256(content).hexdigest()
        if not self._fs.exists(self._payload(digest)):
            self._write(self._payload(digest), gzip.compress(content, compresslevel=4, mtime=0))
        return digest

    def get(self, digest: str) -> bytes:
        """The bytes kept under a SHA-256; raises ArchiveTrouble where they are missing or damaged."""
        damaged = f"the bytes under {digest} in {self.root} are damaged: restore them from a copy"
        packed = self._read(self._payload(digest))
        try:
            content = gzip.decompress(packed)
        except (OSError, EOFError, zlib.error) as error:
            raise ArchiveTrouble(damaged) from error
        if hashlib.sha256(content).hexdigest() != digest:
            raise ArchiveTrouble(damaged)
        return content

    def probe(self) -> None:
        """Write a file, read it and remove it; raises ArchiveTrouble where that cannot be done."""
        path = f"{self._path}/probe"
        self._write(path, b"probe")
        self._read(path)
        self._fs.rm_file(path)

    def put_manifest(self, manifest: Manifest) -> str:
        """Keep a manifest; gives its name."""
        header = {
            "table_id": manifest.table_id,
            "publisher": manifest.publisher,
            "publisher_updated_on": manifest.publisher_updated_on and manifest.publisher_updated_on.isoformat(),
            "seen_at": manifest.seen_at.isoformat(),
            "run_id": manifest.run_id,
        }
        lines = [json.dumps(line, ensure_ascii=False) for line in (header, *map(asdict, manifest.entries))]
        self._write(f"{self._path}/{manifest.name}", "".join(f"{line}\n" for line in lines).encode())
        return manifest.name

    def get_manifest(self, name: str) -> Manifest:
        """A manifest by its name; raises ArchiveTrouble."""
        written = self._read(f"{self._path}/{name}")
        try:
            return _manifest(written)
        except (ValueError, KeyError, TypeError) as error:
            raise ArchiveTrouble(f"the manifest {name} in {self.root} is damaged: restore it from a copy") from error

    def _payload(self, digest: str) -> str:
        return f"{self._path}/payloads/{digest[:2]}/{digest}.gz"

    def _write(self, path: str, content: bytes) -> None:
        try:
            with self._fs.transaction, self._fs.open(path, "wb") as file:
                file.write(content)
        except OSError as error:
            raise ArchiveTrouble(
                f"the archive {self.root} cannot be written: {error}. Nothing was published; see to space and rights there"
            ) from error

    def _read(self, path: str) -> bytes:
        try:
            content: bytes = self._fs.cat_file(path)
        except OSError as error:
            raise ArchiveTrouble(f"the archive {self.root} cannot be read: {error}") from error
        return content


def _manifest(written: bytes) -> Manifest:
    header, *lines = [json.loads(line) for line in written.splitlines()]
    updated_on = header["publisher_updated_on"]
    return Manifest(
        table_id=header["table_id"],
        publisher=header["publisher"],
        publisher_updated_on=date.fromisoformat(updated_on) if updated_on else None,
        seen_at=datetime.fromisoformat(header["seen_at"]),
        run_id=header["run_id"],
        entries=tuple(Entry(**line) for line in lines),
    )
