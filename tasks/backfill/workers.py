"""Workers of a backfill: more processes of this machine, or a Dask cluster whose tasks are one partition each.

A task carries only the backfill's number and digests of the settings that must agree; everything else a worker reads from
its own settings, the token above all. The warehouse says who may take which partition, not Dask, so a task that Dask
carries out twice, or forgets, does no harm. It needs the extra `distributed`.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from threading import Event, Lock
from time import monotonic
from typing import TYPE_CHECKING

from tasks.backfill import ledger
from tasks.backfill.ledger import Progress
from tasks.backfill.work import LOOK_AGAIN_SECONDS, Told, progress, work_at_one, work_on
from tasks.child_processes import end, start_module, when_parent_ends
from tasks.resources import Resources, open_resources
from warehouse.errors import in_a_sentence

if TYPE_CHECKING:
    from distributed import Client, Future, LocalCluster


@contextmanager
def helped_by(workers: int, *, backfill_id: int, resources: Resources) -> Iterator[None]:
    """So many more processes at a backfill for the length of a block; when it ends, they stop after their partition."""
    with ExitStack() as stack:
        for _ in range(workers):
            rehearsed = map(str, rehearsal_of(resources) or ())
            stack.callback(end, start_module("tasks.backfill.workers", str(backfill_id), *rehearsed))
        yield


def rehearsal_of(resources: Resources) -> tuple[str, float] | None:
    """What a worker's clock goes by in a rehearsal: a moment, and this machine's ticks at it; else None."""
    return (resources.clock().isoformat(), monotonic()) if resources.settings.now is not None else None


def keep_time(moment: str, ticked: float) -> None:
    """Let this process's clock be that of the one that began the work, whenever that was.

    Vintages of a table are seen one after another, whichever process fetched them: the clocks must agree.
    """
    os.environ["JOBINDSATS_NOW"] = _now_by(moment, ticked)


@cache
def _now_by(moment: str, ticked: float) -> str:
    """The moment now; always the same for a rehearsal, since a process's clock runs on from the first it was told."""
    return (datetime.fromisoformat(moment) + timedelta(seconds=monotonic() - ticked)).isoformat()


def main(arguments: list[str]) -> int:
    """A worker process, given the backfill's number, and in a rehearsal the clock of the process that began it.

    A worker stops after the current partition when its stdin closes, which also happens when the parent process dies.
    """
    backfill_id, *rehearsed = arguments
    if rehearsed:
        keep_time(rehearsed[0], float(rehearsed[1]))
    stop = Event()
    when_parent_ends(stop.set)
    try:
        work_on(int(backfill_id), stop=stop)
    except Exception as error:  # noqa: BLE001  # the others go on; this one says what it was
        sys.stderr.write(f"a worker of backfill {backfill_id} ended: {error}\n")
        return 1
    return 0


LOCAL = "local"

PATIENCE_SECONDS = 60
"""How long a cluster may be without a worker, or take to answer."""

_IDLE_SECONDS = 2
_IN_THIS_PROCESS = Lock()


class ClusterTrouble(RuntimeError):
    """The cluster cannot be used, or a worker of it stopped; the message says which and what to do."""


@dataclass(frozen=True)
class Errand:
    """What travels: the backfill's number, digests of what a worker's settings must agree in, a rehearsal's time."""

    backfill_id: int
    meant: dict[str, str]
    rehearsal: tuple[str, float] | None


def work_on_cluster(backfill_id: int, *, address: str, workers: int, stop: Event, told: Told) -> Progress:
    """Have a cluster work until nothing is left to do, or until asked to stop; `told` of the progress on the way.

    The address is a scheduler's, or `local` for so many processes of this machine. Raises ClusterTrouble.
    """
    with (
        open_resources() as resources,
        _cluster(address, workers=workers, folder=resources.settings.data_dir) as client,
    ):
        errand = errand_for(resources, backfill_id)
        under_way: set[Future] = set()
        now = progress(resources, backfill_id)
        try:
            told(now)
            while not (now.ended or stop.is_set()):
                under_way |= _sent(client, errand, under_way=len(under_way))
                under_way = _those_left(under_way)
                before, now = now, progress(resources, backfill_id)
                if now != before:
                    told(now)
        finally:
            _let_end(client, under_way)
        return progress(resources, backfill_id)


def errand_for(resources: Resources, backfill_id: int) -> Errand:
    """What is sent with each task of a backfill. Raises QuestionError where there is no such backfill."""
    return Errand(backfill_id, _identity(resources, backfill_id), rehearsal_of(resources))


@contextmanager
def _cluster(address: str, *, workers: int, folder: Path) -> Iterator[Client]:
    """A client of a cluster, for the length of a block; what goes wrong with either is a ClusterTrouble."""
    with ExitStack() as stack:
        try:
            from distributed import Client

            at = stack.enter_context(_begun_here(workers, folder=folder)) if address == LOCAL else address
            client = stack.enter_context(Client(at, timeout=PATIENCE_SECONDS))
        except ImportError as error:
            raise ClusterTrouble(f"{error}: `make setup-distributed` installs what a Dask cluster needs") from error
        except (OSError, ValueError) as error:
            raise ClusterTrouble(f"no Dask scheduler answers at {address}: {error}") from error
        try:
            yield client
        except OSError as error:
            raise ClusterTrouble(f"the Dask scheduler at {address} went away: {error}") from error


def _begun_here(workers: int, *, folder: Path) -> LocalCluster:
    """So many processes of this machine, which end with this one, however it ends.

    One thread each: Great Expectations is not made for several. Nobody else on this machine may hand in work.
    """
    from distributed import LocalCluster

    return LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        processes=True,
        security=True,
        dashboard_address=None,
        memory_limit=0,
        local_directory=str(folder.absolute() / "dask"),
    )


def _sent(client: Client, errand: Errand, *, under_way: int) -> set[Future]:
    """A task for each worker that has none, of those that are there at this moment."""
    if not client.nthreads():
        try:
            client.wait_for_workers(1, timeout=PATIENCE_SECONDS)
        except TimeoutError as error:
            raise ClusterTrouble(f"the Dask cluster has had no worker for {PATIENCE_SECONDS} seconds") from error
    return {client.submit(work_at_next, errand, pure=False, key=None) for _ in range(under_way, len(client.nthreads()))}


def _those_left(under_way: set[Future]) -> set[Future]:
    """The tasks that are still under way when one has ended, or after a while; raises ClusterTrouble for one that stopped."""
    from distributed import wait

    try:
        ended, left = wait(under_way, timeout=LOOK_AGAIN_SECONDS, return_when="FIRST_COMPLETED")
    except TimeoutError:
        return under_way
    for task in ended:
        if task.status == "error":
            raise ClusterTrouble(str(task.exception()))
    return set(left)


def _let_end(client: Client, under_way: set[Future]) -> None:
    """Wait until the partitions that are worked at have ended, as long as there is a worker."""
    from distributed import wait

    while under_way and client.nthreads():
        try:
            under_way = set(wait(under_way, timeout=LOOK_AGAIN_SECONDS).not_done)
        except TimeoutError:
            continue


def work_at_next(errand: Errand) -> bool:
    """What a Dask worker does: the next partition; whether there was one. Raises ClusterTrouble.

    One at a time in a process, however many threads Dask gives it.
    """
    with _IN_THIS_PROCESS:
        try:
            if errand.rehearsal is not None:
                keep_time(*errand.rehearsal)
            with open_resources() as resources:
                _require_the_same(resources, errand)
                return work_at_one(resources, errand.backfill_id, patience_seconds=_IDLE_SECONDS)
        except Exception as error:  # noqa: BLE001  # it is told to a process that may not know its class
            where = f"the Dask worker on {socket.gethostname()}, process {os.getpid()}"
            raise ClusterTrouble(f"{where}, stopped: {in_a_sentence(error)}") from None


def _identity(resources: Resources, backfill_id: int) -> dict[str, str]:
    """Digests of what all who work at a backfill must agree in, by the setting it comes from."""
    with resources.engine.connect() as connection:
        begun_at = ledger.begun_at(connection, backfill_id)
    settings = resources.settings
    meant = {
        "JOBINDSATS_WAREHOUSE_URL": begun_at.isoformat(),
        "JOBINDSATS_ARCHIVE_URL": settings.archive,
        "JOBINDSATS_API_URL": settings.api_url,
        "JOBINDSATS_CALLS_PER_MINUTE": settings.call_limit,
    }
    return {name: sha256(str(value).encode()).hexdigest() for name, value in meant.items()}


def _require_the_same(resources: Resources, errand: Errand) -> None:
    ours = _identity(resources, errand.backfill_id)
    others = [name for name, meant in errand.meant.items() if ours[name] != meant]
    if others:
        raise ClusterTrouble(
            f"it has another {others[0]} than the command. Start it with the command's settings and in its folder: "
            "otherwise answers would come to lie in several archives, or one backfill's number mean another"
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
