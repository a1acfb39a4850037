"""Replay: a warehouse rebuilt from the archive alone, vintage by vintage with their original times.

Nothing is audited again: each vintage was audited, or released by a person, when it was published, and its receipt
says so. One vintage is staged and published in one transaction, so a replay that dies leaves whole vintages, and the
next one goes on from there. No publisher is asked anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE
from pydantic import SecretStr
from sqlalchemy import Connection, make_url, text
from sqlalchemy.exc import ArgumentError

from tasks.archive import Archive, ArchiveTrouble
from tasks.border import Border, crossing
from tasks.derive import bring_up_to_date
from tasks.publications import Publication, get_publications, write_missing
from tasks.runs import close_run, open_run
from tasks.stage import stage_table
from tasks.stoppages import Stoppage
from warehouse import migrations
from warehouse.catalogue import CatalogueError, jobindsats
from warehouse.checksum import Part, combined, first_difference, parts
from warehouse.locks import Lock, held
from warehouse.scratch import WrongTarget, same_database, scratch_beside
from warehouse.vintages import ClockRunsBackwards, Load, Vintage, publish


class ReplayStopped(RuntimeError):
    """The archive cannot become a warehouse, or not this one; the message names table and vintage, and what to do."""


@dataclass(frozen=True)
class Target:
    """Where to rebuild (None: the configured warehouse), and whether to hold it against the configured one."""

    warehouse: SecretStr | None
    compared: bool


@dataclass(frozen=True)
class History:
    """What the archive says was published, in the order it was seen, and the parts of the warehouse to compare with."""

    publications: tuple[Publication, ...]
    standing: tuple[Part, ...] = field(repr=False)


@dataclass(frozen=True)
class Replay:
    """A replay that has begun: its run, and the vintages that are not there yet."""

    run_id: int
    waiting: tuple[Publication, ...]


@dataclass(frozen=True)
class ReplayReport:
    """What was rebuilt: vintages, rows of observations with every version, and the checksum over facts and marts.

    `equal` is None where nothing was compared; `difference` says where two warehouses differ first.
    """

    vintages: int
    observations: int
    checksum: str
    equal: bool | None
    difference: str | None


@contextmanager
def rebuilding(warehouse: SecretStr | None, *, verify: bool) -> Iterator[Target]:
    """Where to rebuild: the warehouse named; else, to compare, a scratch database; else the configured warehouse.

    Raises WrongTarget where that is no PostgreSQL, or a warehouse would be compared with itself.
    """
    if warehouse is not None:
        _require_postgresql(warehouse)
        if verify:
            _require_another(warehouse)
        yield Target(warehouse, compared=verify)
    elif verify:
        with crossing() as border, scratch_beside(border.engine.url) as url:
            yield Target(SecretStr(url.render_as_string(hide_password=False)), compared=True)
    else:
        yield Target(None, compared=False)


def _require_postgresql(warehouse: SecretStr) -> None:
    try:
        backend = make_url(warehouse.get_secret_value()).get_backend_name()
    except ArgumentError:
        backend = "none"
    if backend not in ("postgresql", "postgres"):
        raise WrongTarget("--warehouse takes an address like postgresql://user:password@host/database")


def _require_another(warehouse: SecretStr) -> None:
    with (
        crossing() as configured,
        crossing(warehouse) as named,
        configured.engine.connect() as one,
        named.engine.connect() as other,
    ):
        if same_database(one, other):
            raise WrongTarget("--warehouse names the configured warehouse: it cannot be compared with itself")


@task(name="read history", cache_policy=NO_CACHE)
def read_history(target: Target) -> History:
    """What is to be replayed, and what to compare with; the configured warehouse's missing receipts are written first.

    A warehouse that is neither rebuilt nor compared with is left alone: it may be the lost one.
    """
    with crossing(None if target.compared else target.warehouse) as border:
        if target.compared or target.warehouse is None:
            migrations.upgrade(border.engine, catalogue=jobindsats())
            with border.engine.connect() as connection:
                write_missing(connection, archive=border.archive)
        # Before the parts: what a night publishes meanwhile is then in neither.
        publications = tuple(get_publications(border.archive))
        standing = _parts(border) if target.compared else ()
    get_run_logger().info("%d vintages are in the archive", len(publications))
    return History(publications, standing)


def _parts(border: Border) -> tuple[Part, ...]:
    """The parts of a warehouse at one moment, whoever is writing."""
    with border.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        return tuple(parts(connection))


@task(name="begin replay", cache_policy=NO_CACHE)
def begin_replay(history: History, *, target: Target) -> Replay:
    """Open the run in the warehouse to rebuild; raises ReplayStopped where it holds another history."""
    with crossing(target.warehouse) as border:
        publisher = _publisher(history.publications, archive=border.archive)
        migrations.upgrade(border.engine, catalogue=jobindsats())
        with border.engine.begin() as connection:
            waiting = still_waiting(connection, history.publications)
            run_id = open_run(connection, kind="replay", publisher=publisher, started_at=border.clock())
    get_run_logger().info("%d vintages to replay", len(waiting))
    return Replay(run_id, waiting)


def _publisher(publications: Sequence[Publication], *, archive: Archive) -> str:
    """Whose figures they are: rehearsed and real ones never share a warehouse."""
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
    held: dict[str, list[tuple[object, str]]] = {}
    for row in connection.execute(text(_HELD)):
        held.setdefault(row.table_id, []).append((row.seen_at, row.content_hash))
    there: set[str] = set()
    for table_id, vintages in held.items():
        told = [publication for publication in publications if publication.table_id == table_id]
        for at, vintage in enumerate(vintages):
            if at >= len(told) or (told[at].seen_at, told[at].content_hash) != vintage:
                raise ReplayStopped(_another_history(table_id, seen_at=vintage[0]))
        there |= {publication.name for publication in told[: len(vintages)]}
    return tuple(publication for publication in publications if publication.name not in there)


def _another_history(table_id: str, *, seen_at: object) -> str:
    return (
        f"the warehouse holds a vintage of {table_id} (seen at {seen_at:%Y-%m-%d %H:%M:%S} UTC) that does not follow the "
        "archive's history. A replay begins with an empty warehouse, or goes on from a beginning of the same history: "
        "name an empty database in --warehouse, or look at JOBINDSATS_ARCHIVE_URL. Nothing was written"
    )


@contextmanager
def on_record(replay: Replay, *, target: Target) -> Iterator[None]:
    """Close the run when the block ends: completed, or failed where it is left by an error."""
    try:
        with crossing(target.warehouse) as border, held(border.engine, Lock.RUN, number=replay.run_id):
            yield
    except BaseException:
        _close(replay, target=target, outcome="failed")
        raise
    _close(replay, target=target, outcome="completed")


def _close(replay: Replay, *, target: Target, outcome: str) -> None:
    with crossing(target.warehouse) as border, border.engine.begin() as connection:
        close_run(connection, run_id=replay.run_id, outcome=outcome, ended_at=border.clock())


@task(name="replay vintage", task_run_name="replay {publication.table_id}", cache_policy=NO_CACHE)
def replay_vintage(publication: Publication, *, run_id: int, target: Target) -> None:
    """Publish one vintage again."""
    with crossing(target.warehouse) as border, border.engine.begin() as connection:
        vintage = publish_again(connection, publication, archive=border.archive, run_id=run_id)
    get_run_logger().info("%s: %d new, %d revised", publication.in_words, vintage.new, vintage.revised)


def publish_again(connection: Connection, publication: Publication, *, archive: Archive, run_id: int) -> Vintage:
    """Stage a publication's look and publish it as it was, within the caller's transaction.

    Raises ReplayStopped where the archive is damaged, or gives another vintage than the one that was published.
    """
    try:
        table = jobindsats().table(publication.table_id)
        staged = stage_table(connection, table=table, manifest=publication.manifest, archive=archive, run_id=run_id)
        if staged.content_hash != publication.content_hash:
            raise ReplayStopped(_read_otherwise(publication))
        vintage = publish(connection, _load(publication, staging=staged.staging, run_id=run_id))
    except (ArchiveTrouble, CatalogueError, ClockRunsBackwards, Stoppage) as error:
        raise ReplayStopped(
            f"the replay stopped at {publication.in_words}: {error}. The vintages before it are replayed, nothing of this "
            "one; the next replay goes on from here"
        ) from error
    _require_same_counts(publication, vintage=vintage)
    return vintage


def _load(publication: Publication, *, staging: str, run_id: int) -> Load:
    return Load(
        table_id=publication.table_id,
        staging=staging,
        run_id=run_id,
        seen_at=publication.seen_at,
        publisher_updated_on=publication.publisher_updated_on,
        content_hash=publication.content_hash,
        manifest=publication.manifest,
        release_reason=publication.release_reason,
    )


def _read_otherwise(publication: Publication) -> str:
    return (
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


@task(name="end replay", cache_policy=NO_CACHE)
def end_replay(history: History, *, target: Target) -> ReplayReport:
    """Derive the marts, take the checksum, and compare where that was asked for."""
    with crossing(target.warehouse) as border:
        bring_up_to_date(border.engine)
        rebuilt = _parts(border)
    difference = first_difference(rebuilt, standing=history.standing) if target.compared else None
    return ReplayReport(
        vintages=sum(part.rows for part in rebuilt if part.relation == "core.vintages"),
        observations=sum(part.rows for part in rebuilt if part.relation == "core.observations"),
        checksum=combined(rebuilt),
        equal=difference is None if target.compared else None,
        difference=difference,
    )
