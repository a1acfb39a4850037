"""Decide: one cheap question for all tables, and what it means for each.

Fetched is what is new: a table never fetched, another update date than the one we hold, a newer period, or a week since
the last full look (a release can revise without a new date). Everything else waits for its calendar.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE
from sqlalchemy import Connection, text

from tasks.archive.receipts import require_whole
from tasks.archive.store import ArchiveTrouble, Entry, Manifest
from tasks.ask_statbank import look_at_statbank
from tasks.resources import Border, crossing
from tasks.results import DUE, FULL_LOOK_EVERY, Decision, Found, LastLook, Listing, late_message
from tasks.sources.http import Answer
from tasks.sources.jobindsats import questions
from tasks.sources.jobindsats.metadata import read_listings
from tasks.stoppages import Refused
from tasks.watch import LISTS, look_at_lists, look_at_own_tables
from warehouse.catalogue.model import Table
from warehouse.catalogue.publishers import LOCAL, chosen_tables
from warehouse.danish.clock import danish_day
from warehouse.history.vintages import newest_vintage


def decide(table: Table, *, listing: Listing | None, last: LastLook | None, today: date) -> Decision:
    """What tonight means for one table."""
    if listing is None:
        return _not_listed(table, last=last, today=today)
    late = listing.next_release_on is not None and listing.next_release_on < today
    newest = listing.newest_periods.get(table.period)
    news = _news(listing, newest=newest, last=last, today=today)
    if news:
        return Decision(table.id, DUE, news, listing, newest, late=late)
    if late:
        return Decision(table.id, "source_late", late_message(listing), listing, newest, late=late)
    return Decision(table.id, "not_due", _not_due_message(listing), listing, newest)


def _news(listing: Listing, *, newest: str | None, last: LastLook | None, today: date) -> str | None:
    """Why a listed table is due to be fetched; None where nothing says so."""
    if last is None:
        return "never fetched before"
    if listing.updated_on != last.updated_on:
        return f"the publisher updated it on {listing.updated_on}"
    if newest != last.newest_period:
        return f"the publisher has {newest}"
    if today - danish_day(last.seen_at) >= FULL_LOOK_EVERY:
        return "a week since the last full look"
    return None


def _not_due_message(listing: Listing) -> str:
    following = f"; the next release is on {listing.next_release_on}" if listing.next_release_on else ""
    return f"nothing new since {listing.updated_on}{following}"


def _not_listed(table: Table, *, last: LastLook | None, today: date) -> Decision:
    nowhere = Listing(table.id)
    if table.retired and today >= table.retired.since:
        successor = f", replaced by {table.retired.replaced_by}" if table.retired.replaced_by else ""
        return Decision(table.id, "not_due", f"retired on {table.retired.since}{successor}", nowhere)
    if last is None:
        return Decision(table.id, "not_due", "the publisher does not list it yet", nowhere)
    message = (
        f"{table.id} is no longer listed by the publisher, and the catalogue does not say that it was retired. What was "
        "published stands; look at the publisher's news and add `retired` in warehouse/catalogues/jobindsats.yml"
    )
    return Decision(table.id, "failed", message, nowhere)


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


def _keep(answer: Answer, *, run_id: int, border: Border) -> None:
    digest = border.archive.put(answer.body)
    entry = Entry(answer.asked, answer.received_at.isoformat(), answer.status, len(answer.body), digest)
    url = border.settings.api_url
    border.archive.put_manifest(Manifest("tables", url, None, answer.received_at, run_id, (entry,)))


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
