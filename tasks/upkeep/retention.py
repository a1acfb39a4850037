"""Purposes: what each file of the archive is kept for, and which are kept for nothing.

A look is kept for the vintage that rests on it, for the stopped load that waits for a person, for the backfill that is not
done, and for a while for its own sake; an answer is kept for the looks it is in. Of what is not ours nothing is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from pathlib import PurePosixPath

from sqlalchemy import Connection, text

from tasks.archive.receipts import ASSUMPTIONS, PUBLICATIONS, get_publications, require_whole
from tasks.archive.store import Archive, ArchiveTrouble, is_part, payload_of
from tasks.quarantine.stopped_loads import stopped_loads
from tasks.resources import Resources
from tasks.stoppages import Busy
from warehouse.database.locks import alone
from warehouse.errors import QuestionError


class Purpose(StrEnum):
    """What a file is kept for; of several the first of these."""

    PUBLISHED = "published"
    STOPPED = "stopped"
    BACKFILL = "backfill"
    RECEIPT = "receipt"
    RECENT = "recent"
    OTHER = "other"
    NONE = "none"


@dataclass(frozen=True)
class File:
    """One file of the archive: its size in bytes, its purpose, and the table it is of, where that is known."""

    name: str
    size: int
    purpose: Purpose
    table: str | None = None

    @property
    def is_look(self) -> bool:
        """Whether it is one look at one table."""
        return _LOOK.fullmatch(self.name) is not None

    @property
    def is_answer(self) -> bool:
        """Whether it is the bytes of an answer."""
        return _ANSWER.fullmatch(self.name) is not None


_LOOK = re.compile(r"manifests/(?P<table>[^/]+)/\d{8}T\d{12}Z-(?P<run>\d+)\.jsonl")

_ANSWER = re.compile(r"payloads/([0-9a-f]{2})/\1[0-9a-f]{62}\.gz")

_RECEIPT = re.compile(rf"(?:{PUBLICATIONS}/[^/]+|{ASSUMPTIONS})/\d{{8}}T\d{{12}}Z\.json")


@dataclass(frozen=True)
class Rests:
    """The looks that something rests on, by name; and tables with runs of backfills, whose looks bear the run's number."""

    looks: Mapping[str, Purpose]
    backfills: frozenset[tuple[str, int]] = frozenset()

    def purpose(self, name: str) -> Purpose | None:
        """What rests on a look; None where nothing does."""
        found = _LOOK.fullmatch(name)
        left_behind = found is not None and (found["table"], int(found["run"])) in self.backfills
        return self.looks.get(name) or (Purpose.BACKFILL if left_behind else None)


_PUBLISHED = "select distinct manifest from core.vintages"

# What `--resume` would go on from: answers in the archive, on record or under the number of a run that died.
_UNFINISHED = """
select table_id, run_id, manifest from ops.backfill_partitions
where state <> 'done' and outcome is distinct from 'quarantined'
"""


def what_rests(connection: Connection, *, archive: Archive) -> Rests:
    """What rests on which look, by the warehouse and by the archive's receipts; raises ArchiveTrouble for a damaged one."""
    unfinished = connection.execute(text(_UNFINISHED)).all()
    backfilled = {row.manifest: Purpose.BACKFILL for row in unfinished if row.manifest}
    stopped = {load.manifest: Purpose.STOPPED for load in stopped_loads(connection) if load.manifest}
    published = dict.fromkeys(connection.scalars(text(_PUBLISHED)), Purpose.PUBLISHED)
    receipts = {receipt.manifest: Purpose.PUBLISHED for receipt in get_publications(archive)}
    runs = frozenset((row.table_id, row.run_id) for row in unfinished if row.run_id is not None)
    return Rests(backfilled | stopped | published | receipts, runs)


def holding(archive: Archive, *, rests: Rests, since: datetime) -> tuple[File, ...]:
    """Every file of the archive with its purpose, in the order of names; what was written `since` is recent.

    Raises ArchiveTrouble where a look that is kept cannot be read: what it needs is not known then.
    """
    return _Judge(archive, rests, since).files()


@dataclass(frozen=True)
class _Judge:
    """What is needed to say what each file is for."""

    archive: Archive
    rests: Rests
    since: datetime
    sizes: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sizes", self.archive.sizes())
        published = (name for name, purpose in self.rests.looks.items() if purpose is Purpose.PUBLISHED)
        for name in sorted(published):
            if name not in self.sizes:
                raise ArchiveTrouble(
                    f"{name} is missing from the archive {self.archive.root}, and a published vintage rests on it: restore "
                    "it from a copy. Until then nobody knows which answers it needs, and nothing is removed"
                )

    def files(self) -> tuple[File, ...]:
        return tuple(self._file(name) for name in sorted(self.sizes))

    def _file(self, name: str) -> File:
        look = self.looks.get(name)
        table = name.split("/")[1] if look or name.startswith(f"{PUBLICATIONS}/") else None
        if look:
            return File(name, self.sizes[name], look, table)
        if _RECEIPT.fullmatch(name):
            return File(name, self.sizes[name], Purpose.RECEIPT, table)
        if name in self.needed:
            return File(name, self.sizes[name], *self.needed[name])
        ours = _ANSWER.fullmatch(name) or is_part(name)
        return File(name, self.sizes[name], self._by_age(name) if ours else Purpose.OTHER)

    @cached_property
    def looks(self) -> dict[str, Purpose]:
        """Every look with its purpose."""
        return {name: self._of_look(name) for name in self.sizes if _LOOK.fullmatch(name) or name in self.rests.looks}

    def _of_look(self, name: str) -> Purpose:
        return self.rests.purpose(name) or (Purpose.RECENT if _moment(name) >= self.since else Purpose.NONE)

    def _by_age(self, name: str) -> Purpose:
        return Purpose.RECENT if self.archive.written_at(name) >= self.since else Purpose.NONE

    @cached_property
    def needed(self) -> dict[str, tuple[Purpose, str]]:
        """The answers that the kept looks need, each with its purpose and a table."""
        kept = [name for name, purpose in self.looks.items() if purpose is not Purpose.NONE]
        needed: dict[str, tuple[Purpose, str]] = {}
        for name in sorted(kept, key=lambda name: (_STRENGTH[self.looks[name]], name)):
            for entry in self.archive.get_manifest(name).entries:
                needed.setdefault(payload_of(entry.sha256), (self.looks[name], name.split("/")[1]))
        return needed


def _moment(look: str) -> datetime:
    """The moment at which a look was complete, by its name."""
    return datetime.strptime(PurePosixPath(look).name.partition("Z-")[0], "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC)


_STRENGTH = {purpose: place for place, purpose in enumerate(Purpose)}

A_YEAR = 365


@dataclass(frozen=True)
class Tidied:
    """What lay in an archive for nothing, and whether it was removed."""

    archive: str
    older_than_days: int
    removed: bool
    files: tuple[File, ...]


def look_through(resources: Resources, *, older_than_days: int = A_YEAR) -> tuple[File, ...]:
    """Every file of the archive with its purpose; what is younger than so many days is recent.

    Raises QuestionError for days that are none, Refused where the warehouse holds less than the archive says was
    published, and ArchiveTrouble.
    """
    if older_than_days < 0:
        raise QuestionError(f"--older-than takes a number of days, and {older_than_days} is none")
    since = resources.clock() - timedelta(days=older_than_days)
    with resources.engine.connect() as connection:
        require_whole(connection, archive=resources.archive)
        rests = what_rests(connection, archive=resources.archive)
    return holding(resources.archive, rests=rests, since=since)


def for_nothing(resources: Resources, *, older_than_days: int = A_YEAR) -> Tidied:
    """What would be removed, as things stand; raises as `look_through` does."""
    found = look_through(resources, older_than_days=older_than_days)
    return Tidied(resources.archive.root, older_than_days, removed=False, files=_without_purpose(found))


def tidy(resources: Resources, *, older_than_days: int = A_YEAR) -> Tidied:
    """Remove what has no purpose. Raises Busy where a run is at work, and as `look_through` does."""
    with alone(resources.engine) as session:
        if session is None:
            raise Busy(
                "a night, a release, a backfill or a replay is at work: tidy when it has ended. Nothing was removed"
            )
        files = _without_purpose(look_through(resources, older_than_days=older_than_days))
        _remove(files, archive=resources.archive, session=session)
    return Tidied(resources.archive.root, older_than_days, removed=True, files=files)


def _without_purpose(found: Iterable[File]) -> tuple[File, ...]:
    """What nothing needs, the looks first."""
    return tuple(sorted((file for file in found if file.purpose is Purpose.NONE), key=lambda file: not file.is_look))


def _remove(files: tuple[File, ...], *, archive: Archive, session: Connection) -> None:
    """Remove files one by one; as soon as the session that keeps others away is lost, no more."""
    for file in files:
        session.execute(text("select 1"))
        archive.remove(file.name)
