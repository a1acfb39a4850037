"""Tidy: what lies in the archive for nothing, and its removal. What anything rests on is never removed.

Looks go first and answers after, so that no look names what is gone; whoever is killed in between leaves answers that the
next one finds without a purpose. Whoever fetches may count on bytes that lie there already: nobody does meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, text

from tasks.archive.receipts import require_whole
from tasks.archive.store import Archive
from tasks.purposes import File, Purpose, holding, what_rests
from tasks.resources import Border
from tasks.stoppages import Busy
from warehouse.database.locks import alone
from warehouse.errors import QuestionError

A_YEAR = 365


@dataclass(frozen=True)
class Tidied:
    """What lay in an archive for nothing, and whether it was removed."""

    archive: str
    older_than_days: int
    removed: bool
    files: tuple[File, ...]


def look_through(border: Border, *, older_than_days: int = A_YEAR) -> tuple[File, ...]:
    """Every file of the archive with its purpose; what is younger than so many days is recent.

    Raises QuestionError for days that are none, Refused where the warehouse holds less than the archive says was
    published, and ArchiveTrouble.
    """
    if older_than_days < 0:
        raise QuestionError(f"--older-than takes a number of days, and {older_than_days} is none")
    since = border.clock() - timedelta(days=older_than_days)
    with border.engine.connect() as connection:
        require_whole(connection, archive=border.archive)
        rests = what_rests(connection, archive=border.archive)
    return holding(border.archive, rests=rests, since=since)


def for_nothing(border: Border, *, older_than_days: int = A_YEAR) -> Tidied:
    """What would be removed, as things stand; raises as `look_through` does."""
    found = look_through(border, older_than_days=older_than_days)
    return Tidied(border.archive.root, older_than_days, removed=False, files=_without_purpose(found))


def tidy(border: Border, *, older_than_days: int = A_YEAR) -> Tidied:
    """Remove what has no purpose. Raises Busy where a run is at work, and as `look_through` does."""
    with alone(border.engine) as session:
        if session is None:
            raise Busy(
                "a night, a release, a backfill or a replay is at work: tidy when it has ended. Nothing was removed"
            )
        files = _without_purpose(look_through(border, older_than_days=older_than_days))
        _remove(files, archive=border.archive, session=session)
    return Tidied(border.archive.root, older_than_days, removed=True, files=files)


def _without_purpose(found: Iterable[File]) -> tuple[File, ...]:
    """What nothing needs, the looks first."""
    return tuple(sorted((file for file in found if file.purpose is Purpose.NONE), key=lambda file: not file.is_look))


def _remove(files: tuple[File, ...], *, archive: Archive, session: Connection) -> None:
    """Remove files one by one; as soon as the session that keeps others away is lost, no more."""
    for file in files:
        session.execute(text("select 1"))
        archive.remove(file.name)
