"""Replay: a warehouse rebuilt from the archive alone, vintage by vintage with their original times.

Nothing is audited again: each vintage was audited, or released by a person, when it was published, and its receipt
says so. One vintage is staged and published in one transaction, so a replay that dies leaves whole vintages, and the
next one goes on from there. No publisher is asked anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE
from pydantic import SecretStr

from tasks.archive.receipts import (
    Assumed,
    Publication,
    get_assumed,
    get_publications,
    published,
    refused_receipts,
    write_missing_receipts,
)
from tasks.derive import bring_figures_up_to_date, bring_up_to_date
from tasks.replay.left_out import has_left_out, publish_or_leave_out
from tasks.replay.target import require_target
from tasks.replay.vintage import ReplayStopped, assume_again, publisher_of, still_waiting
from tasks.resources import Resources, open_resources
from tasks.runs.lifecycle import close_run, open_run
from tasks.runs.states import ended_as
from warehouse.database.locks import Lock, held
from warehouse.database.scratch import WrongTarget, same_database, scratch_beside
from warehouse.history.checksum import Part, combined, first_difference, parts
from warehouse.history.vintages import Vintage
from warehouse.marts.contract import HASHED


@dataclass(frozen=True)
class Target:
    """Where to rebuild (None: the configured warehouse), and whether to hold it against the configured one."""

    warehouse: SecretStr | None
    compared: bool


@dataclass(frozen=True)
class History:
    """What the archive says was published and assumed, each in its order, and the parts of the warehouse to compare with."""

    publications: tuple[Publication, ...]
    assumed: tuple[Assumed, ...]
    standing: tuple[Part, ...] = field(repr=False)


@dataclass(frozen=True)
class Replay:
    """A replay that has begun: its run, and the vintages that are not there yet."""

    run_id: int
    waiting: tuple[Publication, ...]


@dataclass(frozen=True)
class ReplayReport:
    """What was rebuilt: vintages, rows of observations with every version, and the checksum over facts and marts.

    `equal` is None where nothing was compared; `difference` says where two warehouses differ first, and `problem` what
    could not be derived. `left_out` has a sentence for each vintage of a file of people that is not read any more as it was.
    """

    vintages: int
    observations: int
    checksum: str
    equal: bool | None
    difference: str | None
    problem: str = ""
    left_out: tuple[str, ...] = ()


@contextmanager
def rebuilding(warehouse: SecretStr | None, *, verify: bool) -> Iterator[Target]:
    """Where to rebuild: the warehouse named; else, to compare, a scratch database; else the configured warehouse.

    Raises WrongTarget where that is no PostgreSQL, or a warehouse would be compared with itself; ReplayStopped where a
    night or another replay is at work in it.
    """
    require_target(warehouse, verify=verify)
    if warehouse is not None:
        if verify:
            _require_another(warehouse)
        with _alone(warehouse):
            yield Target(warehouse, compared=verify)
    elif verify:
        with open_resources() as resources, scratch_beside(resources.engine.url) as url:
            yield Target(SecretStr(url.render_as_string(hide_password=False)), compared=True)
    else:
        with _alone(None):
            yield Target(None, compared=False)


@contextmanager
def _alone(warehouse: SecretStr | None) -> Iterator[None]:
    with open_resources(warehouse) as resources, held(resources.engine, Lock.NIGHT) as mine:
        if not mine:
            raise ReplayStopped("a night or another replay is at work in that warehouse: replay when it has ended")
        yield


def _require_another(warehouse: SecretStr) -> None:
    with (
        open_resources() as configured,
        open_resources(warehouse) as named,
        configured.engine.connect() as one,
        named.engine.connect() as other,
    ):
        if same_database(one, other):
            raise WrongTarget("--warehouse names the configured warehouse: it cannot be compared with itself")


@task(name="read history", task_run_name="read history", cache_policy=NO_CACHE)
def read_history(target: Target) -> History:
    """What is to be replayed, and what to compare with; the configured warehouse's missing receipts are written first.

    A warehouse that is neither rebuilt nor compared with is left alone: it may be the lost one.
    """
    with open_resources(None if target.compared else target.warehouse) as resources:
        if target.compared or target.warehouse is None:
            resources.migrate()
            with resources.engine.connect() as connection:
                write_missing_receipts(connection, archive=resources.archive)
        # Before the parts: what a night publishes meanwhile is then in neither.
        publications = tuple(get_publications(resources.archive))
        assumed = tuple(get_assumed(resources.archive))
        standing = _parts(resources) if target.compared else ()
    get_run_logger().info("%d vintages are in the archive", len(publications))
    return History(publications, assumed, standing)


def _parts(resources: Resources) -> tuple[Part, ...]:
    """The parts of a warehouse at one moment, whoever is writing."""
    with resources.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        return tuple(parts(connection, marts=HASHED))


@task(name="begin replay", task_run_name="begin replay", cache_policy=NO_CACHE)
def begin_replay(history: History, *, target: Target) -> Replay:
    """Open the run in the warehouse to rebuild; raises ReplayStopped where it holds another history."""
    with open_resources(target.warehouse) as resources:
        publisher = publisher_of(history.publications, archive=resources.archive)
        resources.migrate()
        with resources.engine.begin() as connection:
            waiting = still_waiting(connection, history.publications)
            assume_again(connection, history.assumed, now=resources.clock())
            run_id = open_run(connection, kind="replay", publisher=publisher, started_at=resources.clock())
    get_run_logger().info("%d vintages to replay", len(waiting))
    return Replay(run_id, waiting)


@contextmanager
def on_record(replay: Replay, *, target: Target) -> Iterator[None]:
    """Close the run when the block ends: completed, attention where it left something out, failed where an error ends it."""
    outcome = "failed"
    try:
        with open_resources(target.warehouse) as resources, held(resources.engine, Lock.RUN, number=replay.run_id):
            yield
        outcome = "completed"
    finally:
        with open_resources(target.warehouse) as resources, resources.engine.begin() as connection:
            if outcome == "completed" and has_left_out(connection, replay.run_id):
                outcome = "attention"
            close_run(connection, run_id=replay.run_id, outcome=outcome, ended_at=resources.clock())


@task(name="replay vintage", task_run_name="{publication.in_words}", cache_policy=NO_CACHE)
def replay_vintage(publication: Publication, *, run_id: int, target: Target) -> None:
    """Publish one vintage again, or put on record why it is left out."""
    with open_resources(target.warehouse) as resources:
        done = publish_or_leave_out(
            resources.engine, publication, archive=resources.archive, run_id=run_id, now=resources.clock()
        )
    if isinstance(done, Vintage):
        get_run_logger().info("%s: %d new, %d revised", publication.in_words, done.new, done.revised)
    else:
        get_run_logger().warning("%s", done)


@task(name="end replay", task_run_name="end replay", cache_policy=NO_CACHE)
def end_replay(history: History, *, target: Target) -> ReplayReport:
    """Derive the marts, take the checksum, and compare where that was asked for."""
    problems: list[str] = []
    with open_resources(target.warehouse) as resources:
        bring_up_to_date(resources.engine, told=problems.append)
        bring_figures_up_to_date(resources.engine, told=problems.append)
        rebuilt = _parts(resources)
        with resources.engine.connect() as connection:
            held = {each.name for each in published(connection)}
            left_out = tuple(why for name, why in refused_receipts(connection).items() if name not in held)
    difference = first_difference(rebuilt, standing=history.standing) if target.compared else None
    return ReplayReport(
        vintages=sum(part.rows for part in rebuilt if part.relation == "core.vintages"),
        observations=sum(part.rows for part in rebuilt if part.relation == "core.observations"),
        checksum=combined(rebuilt),
        equal=difference is None if target.compared else None,
        difference=difference,
        problem="; ".join(problems),
        left_out=left_out,
    )


def as_shown(found: ReplayReport) -> ReplayReport:
    """A replay's report as its flow gives it: the run has failed where the two warehouses differ, or marts lack."""
    said = f"{found.vintages:,} vintages with {found.observations:,} observations, checksum {found.checksum}"
    if found.difference:
        said = (
            f"the rebuilt warehouse and the configured one differ, first in {found.difference}. Both stand as they were; "
            "`jobindsats replay --verify --warehouse URL` leaves the rebuilt one to look at"
        )
    wrong = found.difference or found.problem
    outcome = "failed" if wrong else "attention" if found.left_out else "completed"
    return ended_as(outcome, found, message=". ".join(filter(None, (said, found.problem, *found.left_out))))
