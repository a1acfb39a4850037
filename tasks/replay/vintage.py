"""Publish one archived vintage again as it was, and check that the warehouse holds a beginning of the archive's history.

Used by the replay (tasks/replay/steps.py); knows neither Prefect nor settings. Labels are not held to those of the vintage
before: what was published then was accepted then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib.metadata import version

from sqlalchemy import Connection, text

from tasks.archive.receipts import PUBLICATIONS, Assumed, Publication, refused_receipts
from tasks.archive.store import Archive, ArchiveTrouble
from tasks.publish import publish_table
from tasks.results import Staged
from tasks.sources.registry import source_of
from tasks.stage import stage_table
from tasks.stoppages import Quarantined, Stoppage
from warehouse.assumptions.model import shipped
from warehouse.assumptions.record import moments, record, standing_at
from warehouse.catalogue.model import CatalogueError
from warehouse.history.ended import write_ended
from warehouse.history.staging import find_changes, table_number
from warehouse.history.vintages import Vintage

_LAST_PERIOD = 2**31 - 1


class ReplayStopped(RuntimeError):
    """The archive cannot become a warehouse, or not this one; the message names table and vintage, and what to do."""


class FileRefusedNow(Exception):
    """A file of people that was published once is refused, or read otherwise, by the rules of today.

    The vintage is left out; the message says which, why, and what to do.
    """

    def __init__(self, publication: Publication, *, why: str, rule: str) -> None:
        super().__init__(
            f"{publication.in_words} was left out: {why}. It was published by version {publication.code_version}, which "
            "can replay it; to have it here, mend the file or its contract in its folder, and the next night reads it"
        )
        self.publication, self.rule = publication, rule


def publisher_of(publications: Sequence[Publication], *, archive: Archive) -> str:
    """Whose figures they are; raises ReplayStopped where rehearsed and real ones are mixed, or there are none."""
    if not publications:
        raise ReplayStopped(
            f"the archive {archive.root} has no receipt of anything published: there is nothing to replay. Look at "
            "JOBINDSATS_ARCHIVE_URL and JOBINDSATS_DATA_DIR"
        )
    if len({publication.rehearsed for publication in publications}) > 1:
        publishers = ", ".join(sorted({publication.publisher for publication in publications}))
        raise ReplayStopped(
            f"the archive {archive.root} holds rehearsed and real figures ({publishers}), which never share a "
            "warehouse: move the receipts and manifests of the rehearsal elsewhere"
        )
    return publications[-1].publisher


_HELD = """
select t.table_id, v.seen_at, v.content_hash from core.vintages v join core.tables t using (table_no) order by v.vintage_id
"""


def still_waiting(connection: Connection, publications: Sequence[Publication]) -> tuple[Publication, ...]:
    """The vintages that a warehouse has still to get; raises ReplayStopped where it holds another history."""
    held: dict[str, list[tuple[datetime, str]]] = {}
    for row in connection.execute(text(_HELD)):
        held.setdefault(row.table_id, []).append((row.seen_at, row.content_hash))
    there = _passed_over(connection, publications, held=held)
    for table_id, vintages in held.items():
        told = [each for each in publications if each.table_id == table_id and each.name not in there]
        for at, vintage in enumerate(vintages):
            if at >= len(told) or (told[at].seen_at, told[at].content_hash) != vintage:
                raise ReplayStopped(_another_history(table_id, seen_at=vintage[0]))
        there |= {publication.name for publication in told[: len(vintages)]}
    return tuple(publication for publication in publications if publication.name not in there)


def _passed_over(
    connection: Connection, publications: Sequence[Publication], *, held: Mapping[str, Sequence[tuple[datetime, str]]]
) -> set[str]:
    """The receipts that were refused and come before a vintage that is held: those after the newest are tried again."""
    refused = refused_receipts(connection)
    return {
        each.name
        for each in publications
        if each.name in refused and each.table_id in held and each.seen_at < held[each.table_id][-1][0]
        if all(seen_at != each.seen_at for seen_at, _ in held[each.table_id])
    }


def _another_history(table_id: str, *, seen_at: object) -> str:
    return (
        f"the warehouse holds a vintage of {table_id} (seen at {seen_at:%Y-%m-%d %H:%M:%S} UTC) that does not follow the "
        "archive's history. A replay begins with an empty warehouse, or goes on from a beginning of the same history: "
        "name an empty database in --warehouse, or look at JOBINDSATS_ARCHIVE_URL. Nothing was written"
    )


def assume_again(connection: Connection, history: Sequence[Assumed], *, now: datetime) -> None:
    """Make what was assumed, and when, what the archive says, within the caller's transaction.

    An archive from before such receipts says nothing: then it is what is shipped, from now on. Raises ReplayStopped where
    the warehouse assumed otherwise.
    """
    held = moments(connection)
    if not history and not held:
        record(connection, shipped(), now=now)
    if history:
        _require_beginning(connection, history, held=held)
    for assumed in history[len(held) :]:
        record(connection, assumed.standing, now=assumed.recorded_at)


def _require_beginning(connection: Connection, history: Sequence[Assumed], *, held: list[datetime]) -> None:
    told = [(assumed.recorded_at, assumed.standing) for assumed in history[: len(held)]]
    if [(moment, standing_at(connection, moment)) for moment in held] != told:
        raise ReplayStopped(
            f"the warehouse's assumptions (the newest recorded at {held[-1]:%Y-%m-%d %H:%M:%S} UTC) do not follow the "
            "archive's history: name an empty database in --warehouse, or look at JOBINDSATS_ARCHIVE_URL. Nothing was "
            "written"
        )


def publish_again(connection: Connection, publication: Publication, *, archive: Archive, run_id: int) -> Vintage:
    """Stage a publication's look and publish it as it was, within the caller's transaction.

    Raises FileRefusedNow where a file of people is not read as it was then, and ReplayStopped where the archive is damaged
    or gives another vintage than the one that was published.
    """
    try:
        staged = stage_table(connection, manifest=publication.manifest, archive=archive, run_id=run_id, guarded=False)
        if staged.content_hash != publication.content_hash:
            raise _read_otherwise(publication)
        _end_what_had_ended(connection, staged, publication=publication)
        vintage = publish_table(
            connection,
            staged=staged,
            archive=archive,
            seen_at=publication.seen_at,
            release_reason=publication.release_reason,
        )
    except (ArchiveTrouble, CatalogueError, Stoppage) as error:
        if isinstance(error, Quarantined) and source_of(publication.table_id).of_files:
            raise FileRefusedNow(publication, why=str(error), rule=error.rule) from error
        raise ReplayStopped(
            f"the replay stopped at {publication.in_words}: {error}. The vintages before it are replayed, nothing of this "
            "one; the next replay goes on from here"
        ) from error
    if not any(name.startswith(f"{PUBLICATIONS}/{publication.table_id}/") for name in refused_receipts(connection)):
        _require_same_counts(publication, vintage=vintage)
    return vintage


_WITHDRAWN = "select count(*) from staging.{name}_changes where change = 'withdrawn'"
_ABSENT = """
select distinct d.series_id from staging.{name}_changes d
where d.change = 'withdrawn' and d.series_id not in (select series_id from staging.{name}_series)
"""


def _end_what_had_ended(connection: Connection, staged: Staged, *, publication: Publication) -> None:
    """Withdraw what was withdrawn then, and no more, whatever the catalogue says of ended series by now.

    A receipt without withdrawn cells says that series of which nothing came had ended; one with more than there would be
    now, that nothing was kept, as before 2026-12.
    """
    name = staged.staging
    if staged.stands_already or connection.scalar(text(_WITHDRAWN.format(name=name))) == publication.withdrawn:
        return
    absent = [] if publication.withdrawn else connection.scalars(text(_ABSENT.format(name=name))).all()
    write_ended(connection, dict.fromkeys(absent, _LAST_PERIOD), name=name)
    table_no = table_number(connection, table_id=staged.table_id)
    find_changes(connection, name=name, table_no=table_no, partial_periods=staged.partial_periods)


def _read_otherwise(publication: Publication) -> ReplayStopped | FileRefusedNow:
    if source_of(publication.table_id).of_files:
        why = f"read today it is not what version {publication.code_version} published of it"
        return FileRefusedNow(publication, why=why, rule="ReadOtherwise")
    return ReplayStopped(
        f"the replay stopped at {publication.in_words}: its archived answers, read today, are not the cells that were "
        f"published then. The catalogue or the code has changed since: it was published by version "
        f"{publication.code_version}, and this is {version('jobindsats-warehouse')}. Replay with that version and then "
        "upgrade, or undo the change. The vintages before it are replayed, nothing of this one"
    )


def _require_same_counts(publication: Publication, *, vintage: Vintage) -> None:
    names = ("new", "revised", "withdrawn", "unchanged")
    found, told = ([getattr(thing, name) for name in names] for thing in (vintage, publication))
    if found != told:
        raise ReplayStopped(
            f"the replay stopped at {publication.in_words}: it brings {found} cells ({', '.join(names)}) and brought "
            f"{told} when it was published. A receipt before it is missing, or two warehouses wrote to this archive. "
            "Nothing of this vintage was written"
        )
