"""The archive: every answer as it came, compressed, once, under the SHA-256 of its content. It does not interpret bytes.

    payloads/ab/ab12....gz                  one answer; equal content has one file
    manifests/<table>/<moment>-<run>.jsonl  one fetch of a table: a header, then a line per answer
    publications/<table>/<moment>.json      one vintage that was published (tasks/archive/receipts.py)
    assumptions/<moment>.json               what was assumed from then on (tasks/archive/receipts.py)

The root is any fsspec URL. A file appears whole or not at all; one that does not match its name is refused when read,
and written again when the same bytes come again. In a folder of this machine only its owner may read or list anything.
On object storage a call has a time limit, since its drivers wait and try again for as long as it takes.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from uuid import uuid4

import fsspec
from fasteners import InterProcessLock

from warehouse.formats.owner_only import for_the_owner
from warehouse.formats.strict_json import read_json

_PART = ".part-"

PATIENCE_SECONDS = 600
LONGEST_CALL_SECONDS = 180


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
    """One look at one table: which answers it rests on, when it was complete, and the publisher's own update date.

    `backfill` says that it is a backfill's, who asks for some periods only.
    """

    table_id: str
    publisher: str
    publisher_updated_on: date | None
    seen_at: datetime
    run_id: int
    entries: tuple[Entry, ...]
    backfill: bool = False

    @property
    def name(self) -> str:
        """Its place in the archive."""
        moment = self.seen_at.strftime("%Y%m%dT%H%M%S%fZ")
        return f"manifests/{self.table_id}/{moment}-{self.run_id}.jsonl"


class Archive:
    """The archive at one root; a call to an object storage may take so many seconds. Raises ArchiveTrouble."""

    def __init__(self, root: str, *, seconds: float = LONGEST_CALL_SECONDS) -> None:
        self.root = root
        self._local = fsspec.utils.get_protocol(root) == "file"
        try:
            self._fs, self._path = fsspec.core.url_to_fs(root)
        except (ImportError, ValueError) as error:
            raise ArchiveTrouble(
                f"the archive {root} cannot be reached: {error}. Correct JOBINDSATS_ARCHIVE_URL, or install the driver for "
                "it (docs/production.md)"
            ) from error
        # fsspec ends a call of its asynchronous drivers by this option; others take none.
        self._within = {"timeout": seconds} if self._fs.async_impl else {}

    def put(self, content: bytes) -> str:
        """Keep bytes, once; a damaged file of theirs is written again. Gives their SHA-256. Raises ArchiveTrouble."""
        digest = hashlib.sha256(content).hexdigest()
        if not self._holds(content, digest=digest):
            self._write(self._payload(digest), gzip.compress(content, compresslevel=4, mtime=0))
        return digest

    def _holds(self, content: bytes, *, digest: str) -> bool:
        # Reading back costs a third of packing (2026-11: 6 against 20 ms per MiB of answers), and only where the file is.
        try:
            return gzip.decompress(self._read(self._payload(digest))) == content
        except ArchiveTrouble as trouble:
            if isinstance(trouble.__cause__, TimeoutError):
                raise  # it will not answer to the next call either
            return False
        except (OSError, EOFError, zlib.error):
            return False

    def get(self, digest: str) -> bytes:
        """The bytes kept under a SHA-256; raises ArchiveTrouble where they are missing or damaged."""
        damaged = f"the bytes under {digest} in the archive {self.root} are damaged: restore them from a copy"
        packed = self._read(self._payload(digest))
        try:
            content = gzip.decompress(packed)
        except (OSError, EOFError, zlib.error) as error:
            raise ArchiveTrouble(damaged) from error
        if hashlib.sha256(content).hexdigest() != digest:
            raise ArchiveTrouble(damaged)
        return content

    def holds(self, digests: set[str]) -> set[str]:
        """Those of the digests that have a file with something in it, whole or not; one listing, nothing is read."""
        listed = self._sizes("payloads")
        return {digest for digest in digests if listed.get(payload_name(digest))}

    def names(self, folder: str) -> set[str]:
        """Names of the files under a folder of the archive; none where the folder is not there."""
        return {name for name in self._sizes(folder) if _PART not in name}

    def _sizes(self, folder: str) -> dict[str, int]:
        with self._reached("read"):
            self._fs.invalidate_cache()
            found = self._fs.find(f"{self._path}/{folder}".rstrip("/"), detail=True, **self._within)
        return {path.removeprefix(f"{self._path}/"): about["size"] for path, about in found.items()}

    def put_file(self, name: str, content: bytes) -> None:
        """Keep a small file under a name of its own; raises ArchiveTrouble."""
        self._write(f"{self._path}/{name}", content)

    def get_file(self, name: str) -> bytes:
        """A small file by its name; raises ArchiveTrouble."""
        return self._read(f"{self._path}/{name}")

    def remove(self, name: str) -> None:
        """Remove a small file; no error if it does not exist. Raises ArchiveTrouble."""
        with self._reached("written"), suppress(FileNotFoundError):
            self._fs.rm_file(f"{self._path}/{name}", **self._within)

    def has(self, name: str) -> bool:
        """Whether there is a file of this name; raises ArchiveTrouble where that cannot be told."""
        with self._reached("read"):
            self._fs.invalidate_cache()
            return bool(self._fs.exists(f"{self._path}/{name}", **self._within))

    @contextmanager
    def one_writer(self) -> Iterator[None]:
        """Keep other warehouses from publishing into this archive for the length of a block; raises ArchiveTrouble.

        An object storage has no lock; there the check of receipts before each publication has to do.
        """
        if not self._local:
            yield
            return
        try:
            Path(self._path).mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = InterProcessLock(f"{self._path}/writer.lock")
            mine = lock.acquire(timeout=PATIENCE_SECONDS)
        except OSError as error:
            raise ArchiveTrouble(f"the archive {self.root} cannot be written: {error}") from error
        if not mine:
            raise ArchiveTrouble(
                f"another run has published into the archive {self.root} for {PATIENCE_SECONDS} seconds"
            )
        try:
            yield
        finally:
            lock.release()

    def probe(self) -> None:
        """Write a file, read it and remove it; raises ArchiveTrouble where that cannot be done."""
        self.put_file("probe", b"probe")
        self.get_file("probe")
        self.remove("probe")

    def put_manifest(self, manifest: Manifest) -> str:
        """Keep a manifest; gives its name."""
        header = {
            "table_id": manifest.table_id,
            "publisher": manifest.publisher,
            "publisher_updated_on": manifest.publisher_updated_on and manifest.publisher_updated_on.isoformat(),
            "seen_at": manifest.seen_at.isoformat(),
            "run_id": manifest.run_id,
        } | ({"backfill": True} if manifest.backfill else {})
        lines = [json.dumps(line, ensure_ascii=False) for line in (header, *map(asdict, manifest.entries))]
        self.put_file(manifest.name, "".join(f"{line}\n" for line in lines).encode())
        return manifest.name

    def get_manifest(self, name: str) -> Manifest:
        """A manifest by its name; raises ArchiveTrouble."""
        written = self.get_file(name)
        try:
            return _manifest(written)
        except (ValueError, KeyError, TypeError) as error:
            raise ArchiveTrouble(f"the manifest {name} in {self.root} is damaged: restore it from a copy") from error

    def _payload(self, digest: str) -> str:
        return f"{self._path}/{payload_name(digest)}"

    def _write(self, path: str, content: bytes) -> None:
        with self._reached("written"):
            if self._local:
                self._write_whole(path, content)
            else:
                with self._fs.transaction:
                    self._fs.pipe_file(path, content, **self._within)

    def _write_whole(self, path: str, content: bytes) -> None:
        # Beside its place and on the disk before it gets its name: fsspec's own transaction writes to the system's
        # temporary folder, and from another file system a move is a copy that a crash can tear (seen 2026-11).
        part = Path(f"{path}{_PART}{uuid4().hex}")
        _make_private(part.parent, root=Path(self._path))
        try:
            with open(part, "xb", opener=for_the_owner) as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        except BaseException:
            with suppress(OSError):
                part.unlink()
            raise

    def _read(self, path: str) -> bytes:
        with self._reached("read"):
            try:
                content: bytes = self._fs.cat_file(path, **self._within)
            except FileNotFoundError as error:
                missing = path.removeprefix(f"{self._path}/")
                raise ArchiveTrouble(
                    f"{missing} is missing from the archive {self.root}: restore it from a copy"
                ) from error
        return content

    @contextmanager
    def _reached(self, done: str) -> Iterator[None]:
        """Turn what goes wrong beneath a block into ArchiveTrouble; `done` is what cannot be done to the archive."""
        try:
            yield
        except ArchiveTrouble:
            raise
        except Exception as error:
            # A driver of an object storage has errors of its own, which no class but this unites.
            if self._local and not isinstance(error, OSError):
                raise
            then = ". Nothing was published; see to space and rights there" if done == "written" else ""
            raise ArchiveTrouble(f"the archive {self.root} cannot be {done}: {self._why(error)}{then}") from error

    def _why(self, error: Exception) -> str:
        if isinstance(error, TimeoutError):
            return f"it did not answer within {self._within['timeout']:.0f} seconds" if self._within else str(error)
        return str(error) or type(error).__name__


_OWNER_ONLY = 0o700


def _make_private(folder: Path, *, root: Path) -> None:
    """Make a folder of the archive that nobody but its owner may enter; a root that others may enter is closed to them."""
    if not root.is_dir():
        root.mkdir(mode=_OWNER_ONLY, parents=True, exist_ok=True)
    about = root.stat()
    if about.st_mode & 0o077 and about.st_uid == os.geteuid():
        root.chmod(_OWNER_ONLY)
    for each in reversed([folder, *folder.parents][: len(folder.relative_to(root).parts)]):
        each.mkdir(mode=_OWNER_ONLY, exist_ok=True)


def payload_name(digest: str) -> str:
    """The place of an answer below the archive's root, by the SHA-256 of its bytes."""
    return f"payloads/{digest[:2]}/{digest}.gz"


def _manifest(written: bytes) -> Manifest:
    header, *lines = [read_json(line) for line in written.splitlines()]
    updated_on = header["publisher_updated_on"]
    return Manifest(
        table_id=header["table_id"],
        publisher=header["publisher"],
        publisher_updated_on=date.fromisoformat(updated_on) if updated_on else None,
        seen_at=datetime.fromisoformat(header["seen_at"]),
        run_id=header["run_id"],
        entries=tuple(Entry(**line) for line in lines),
        backfill=header.get("backfill", False),
    )
