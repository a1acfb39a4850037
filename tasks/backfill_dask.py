"""A Dask cluster at a backfill: each of its tasks is one partition, whichever is next that nobody keeps.

What travels is the backfill's number, and by what a worker knows that it is meant: everything else a worker reads from
its own settings, the token above all. Who may take which partition is the warehouse's to say, not Dask's, so a task that
Dask carries out twice, or forgets, does no harm. It needs the extra `distributed`.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from threading import Event, Lock
from typing import TYPE_CHECKING

from tasks import backfill_ledger as ledger
from tasks.backfill_ledger import Progress
from tasks.backfill_work import LOOK_AGAIN_SECONDS, work_at_one
from tasks.backfill_workers import keep_time, rehearsal_of
from tasks.resources import Border, crossing
from warehouse.errors import TROUBLE, in_words

if TYPE_CHECKING:
    from distributed import Client, Future, LocalCluster

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


def work_on_cluster(
    backfill_id: int, *, address: str, workers: int, stop: Event, told: Callable[[Progress], None]
) -> Progress:
    """Have a cluster work until nothing is left to do, or until asked to stop; `told` of the progress on the way.

    The address is a scheduler's, or `local` for so many processes of this machine. Raises ClusterTrouble.
    """
    with crossing() as border, _cluster(address, workers=workers, folder=border.settings.data_dir) as client:
        errand = errand_for(border, backfill_id)
        under_way: set[Future] = set()
        now = _progress(border, backfill_id)
        try:
            told(now)
            while not (now.ended or stop.is_set()):
                under_way |= _sent(client, errand, under_way=len(under_way))
                under_way = _those_left(under_way)
                before, now = now, _progress(border, backfill_id)
                if now != before:
                    told(now)
        finally:
            _let_end(client, under_way)
        return _progress(border, backfill_id)


def errand_for(border: Border, backfill_id: int) -> Errand:
    """What is sent with each task of a backfill. Raises QuestionError where there is no such backfill."""
    return Errand(backfill_id, _identity(border, backfill_id), rehearsal_of(border))


def _progress(border: Border, backfill_id: int) -> Progress:
    with border.engine.connect() as connection:
        return ledger.progress(connection, backfill_id)


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
            with crossing() as border:
                _require_the_same(border, errand)
                return work_at_one(border, errand.backfill_id, patience_seconds=_IDLE_SECONDS)
        except Exception as error:  # noqa: BLE001  # it is told to a process that may not know its class
            said = in_words(error) if isinstance(error, TROUBLE) else error
            where = f"the Dask worker on {socket.gethostname()}, process {os.getpid()}"
            raise ClusterTrouble(f"{where}, stopped: {said}") from None


def _identity(border: Border, backfill_id: int) -> dict[str, str]:
    """Digests of what all who work at a backfill must agree in, by the setting it comes from."""
    with border.engine.connect() as connection:
        begun_at = ledger.begun_at(connection, backfill_id)
    settings = border.settings
    meant = {
        "JOBINDSATS_WAREHOUSE_URL": begun_at.isoformat(),
        "JOBINDSATS_ARCHIVE_URL": settings.archive,
        "JOBINDSATS_API_URL": settings.api_url,
        "JOBINDSATS_CALLS_PER_MINUTE": settings.call_limit,
    }
    return {name: sha256(str(value).encode()).hexdigest() for name, value in meant.items()}


def _require_the_same(border: Border, errand: Errand) -> None:
    ours = _identity(border, errand.backfill_id)
    others = [name for name, meant in errand.meant.items() if ours[name] != meant]
    if others:
        raise ClusterTrouble(
            f"it has another {others[0]} than the command. Start it with the command's settings and in its folder: "
            "otherwise answers would come to lie in several archives, or one backfill's number mean another"
        )
