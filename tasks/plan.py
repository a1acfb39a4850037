"""Decide: one cheap question for all tables, and what it means for each.

Fetched is what is new: a table never fetched, another update date than the one we hold, a newer period, or a week since
the last full look (a release can revise without a new date). Everything else waits for its calendar.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE
from sqlalchemy import Connection, text

from tasks.archive.receipts import require_whole
from tasks.archive.store import ArchiveTrouble, Entry
from tasks.resources import Border, crossing
from tasks.results import Decision, Found, LastLook, Listing
from tasks.sources.jobindsats import request as questions
from tasks.sources.jobindsats.fetch import _keep, decide
from tasks.sources.jobindsats.metadata import read_listings
from tasks.sources.local_files.fetch import look_at_own_tables
from tasks.sources.ranking_lists.fetch import LISTS, look_at_lists
from tasks.sources.statbank.fetch import look_at_statbank
from tasks.stoppages import Refused
from warehouse.catalogue.model import Table
from warehouse.catalogue.publishers import LOCAL, chosen_tables
from warehouse.danish.clock import danish_day
from warehouse.history.vintages import newest_vintage


@task(name="ask the publisher", cache_policy=NO_CACHE)
def ask_publisher(run_id: int, *, tables: list[str] | None) -> list[Decision]:
    """Put the cheap question, and decide for each table; where it cannot be put, every table has failed."""
    chosen = chosen_tables(tables)
    if not chosen:
        return []
    with crossing() as border:
        try:
            decisions = decide_all(chosen, run_id=run_id, border=border)
        except Exception as error:  # noqa: BLE001  # whatever it is, the run ends with an outcome for every table
            get_run_logger().error("run %d: %s", run_id, error)
            decisions = [Decision(table.id, "failed", str(error), Listing(table.id)) for table in chosen]
    return decisions


def decide_all(tables: list[Table], *, run_id: int, border: Border) -> list[Decision]:
    """The decision for each table.

    Raises PublisherTrouble, or Refused where the warehouse is another publisher's or holds less than was published.
    """
    with border.engine.connect() as connection:
        require_fit(connection, border=border)
        last = {table.id: last_look(connection, table_id=table.id) for table in tables}
    with border.publisher() as publisher:
        answer = publisher.ask(questions.TABLES)
    _keep(answer, run_id=run_id, border=border)
    listings = read_listings(answer.body)
    today = danish_day(border.clock())
    return [decide(table, listing=listings.get(table.id), last=last[table.id], today=today) for table in tables]


def last_look(connection: Connection, *, table_id: str) -> LastLook | None:
    """The last time a table's figures were fetched and read to the end."""
    query = text(
        "select publisher_updated_on, newest_period, seen_at from ops.table_outcomes "
        "where table_id = :table_id and fetched order by run_id desc limit 1"
    )
    row = connection.execute(query, {"table_id": table_id}).one_or_none()
    return LastLook(row.publisher_updated_on, row.newest_period, row.seen_at) if row else None


def require_fit(connection: Connection, *, border: Border) -> None:
    """Raises Refused where the warehouse is another publisher's, or holds less than its archive says was published."""
    _require_same_publisher(connection, url=border.settings.api_url)
    require_whole(connection, archive=border.archive)


def _require_same_publisher(connection: Connection, *, url: str) -> None:
    """Rehearsal figures and real ones never share a warehouse: a rehearsal's publisher is on this machine."""
    query = text(
        "select distinct r.publisher_url from core.vintages v join ops.runs r using (run_id) "
        "where (r.publisher_url ~ '^https?://(127[.]|localhost|[[]::1])') "
        "<> (:url ~ '^https?://(127[.]|localhost|[[]::1])') limit 1"
    )
    other = connection.scalar(query, {"url": url})
    if other is not None:
        raise Refused(
            f"this warehouse holds figures from {other}, and the publisher is now {url}: rehearsed and real figures never "
            "share a warehouse. Use another one (JOBINDSATS_DATA_DIR or JOBINDSATS_WAREHOUSE_URL), or remove the folder "
            "of the rehearsal"
        )


@task(name="look around", cache_policy=NO_CACHE)
def look_around(run_id: int, *, tables: list[str] | None) -> list[Found]:
    """What each source beside Jobindsats has; of the named tables only, where some are named."""
    found: list[Found] = []
    wanted = frozenset(table.lower() for table in tables or ())
    with crossing() as border:
        for name, look in _SOURCES.items():
            if not getattr(border.settings, _SETTING[name]):
                continue
            try:
                with border.engine.connect() as connection:
                    require_fit(connection, border=border)
                found += look(border, run_id=run_id, wanted=wanted)
            except Exception as error:  # noqa: BLE001  # one source's trouble never stops another
                get_run_logger().error("%s: %s", name, error)
                found.append(Found(Decision(name, "failed", str(error), Listing(name))))
    return found


def _mended(name: str, *, border: Border) -> list[Found]:
    """Where a source stopped when it was last looked at, and every file can be read now, that is said once."""
    with border.engine.connect() as connection:
        last = connection.scalar(_LAST_OUTCOME, {"name": name})
    stopped = last in ("quarantined", "failed")
    return [Found(Decision(name, "not_due", "every file can be read again", Listing(name)))] if stopped else []


_LAST_OUTCOME = text("select outcome from ops.table_outcomes where table_id = :name order by run_id desc limit 1")


def _stands(connection: Connection, table_id: str, *, entries: Iterable[Entry], border: Border) -> bool:
    """Whether the newest vintage was read from these very bytes."""
    newest = newest_vintage(connection, table_id=table_id)
    if newest is None:
        return False
    try:
        before = border.archive.get_manifest(newest.manifest).entries
    except ArchiveTrouble:
        return False
    return {entry.sha256 for entry in before} == {entry.sha256 for entry in entries}


_SETTING = {"statbank": "statbank_url", LISTS: "ranking_lists", LOCAL: "local_files"}

_SOURCES: dict[str, Callable[..., list[Found]]] = {
    "statbank": look_at_statbank,
    LISTS: look_at_lists,
    LOCAL: look_at_own_tables,
}
