"""Plan: what is due in a run, asked of one source after the other; what is not due says why.

The warehouse is asked what it knows of each table, and the source gets that as plain values. A source is asked when the
tables of the one before it are loaded: one that is slow or hangs never holds up another's figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from email.utils import format_datetime

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE
from sqlalchemy import Connection, text

from tasks.archive.receipts import require_whole
from tasks.resources import Resources, declare, open_resources
from tasks.results import Due, Known, LastFetch, Listing
from tasks.runs.states import ended_as
from tasks.sources.publisher_clock import require_no_doubt, require_same_time
from tasks.sources.registry import SOURCES, Source, listed_tables, source_of
from tasks.stoppages import Refused
from tasks.watch.calendars import calendars
from warehouse.catalogue.model import CatalogueError
from warehouse.catalogue.named import table_named
from warehouse.errors import QuestionError
from warehouse.formats.clean_text import washed
from warehouse.settings import is_on_this_machine, read_settings


def sources_asked(tables: list[str] | None) -> list[str]:
    """The names of the sources that the settings name and that have the tables asked for, or all; raises CatalogueError."""
    wanted = names_wanted(tables)
    with open_resources() as resources:
        configured = [source for source in SOURCES if source.fetching.is_configured(resources.settings)]
    return [each.name for each in configured if not wanted or any(source_of(name) is each for name in wanted)]


def names_wanted(tables: Sequence[str] | None) -> frozenset[str]:
    """The named tables and sources in lower case, empty for all; raises CatalogueError for a name that no source has."""
    wanted = frozenset(table.lower() for table in tables or ())
    for name in sorted(wanted):
        source_of(name)
    return wanted


def named(name: str) -> str:
    """The id of a table or the name of a source that a person named.

    Raises QuestionError with the tables it may mean, or where no setting says where its source is.
    """
    try:
        source, found = source_of(name), name.lower()
    except CatalogueError:
        found = table_named(None, name).id
        source = source_of(found)
    if not source.fetching.is_configured(read_settings()):
        raise QuestionError(f"no setting says where {found} is to be had: docs/sources/{source.name}.md says which")
    return found


@task(name="plan", task_run_name="plan {source}", cache_policy=NO_CACHE)
def plan(source: str, *, run_id: int, tables: list[str] | None, again: bool = False) -> list[Due]:
    """What to do with each table of a source, or with those named, by their ids or by the source's name.

    `again`: they are fetched though nothing says that they are new. Where the source cannot be asked, its tables have failed.
    """
    asked, wanted = source_of(source), names_wanted(tables)
    with open_resources() as resources:
        try:
            return due_of_source(asked, resources, run_id=run_id, wanted=wanted, again=again)
        except Exception as error:  # noqa: BLE001  # whatever it is, the run ends with an outcome for every table
            said = washed(str(error))
            get_run_logger().error("run %d: %s: %s", run_id, source, said)
            named = [table_id for table_id in listed_tables(wanted) if asked.has(table_id)]
            lost = [Due(name, "failed", said, Listing(name)) for name in named or [source]]
            return ended_as("failed", lost, message=said)


def due_of_source(
    source: Source, resources: Resources, *, run_id: int, wanted: frozenset[str], again: bool = False
) -> list[Due]:
    """What to do with each table of one source; a table that no catalogue declares is written into the warehouse.

    Raises PublisherTrouble, or Refused where the warehouse is another publisher's or holds less than was published.
    """
    require_no_doubt(resources.clock)
    with resources.engine.connect() as connection:
        require_fit(connection, resources=resources)
        known = known_tables(connection)
    found = source.fetching.due(resources.access(run_id=run_id, known=known, again=again), wanted=wanted)
    with resources.engine.begin() as connection:
        declare(connection, (due.declared for due in found if due.declared is not None), source=source)
    return found


_KNOWN = """
select named.table_id, fetched.publisher_updated_on, fetched.newest_period, fetched.seen_at,
       newest.manifest, latest.outcome
from (select table_id from core.tables union select unnest(cast(:sources as text[]))) named
left join lateral (select publisher_updated_on, newest_period, seen_at from ops.table_outcomes
                   where table_id = named.table_id and fetched order by run_id desc limit 1) fetched on true
left join lateral (select outcome from ops.table_outcomes
                   where table_id = named.table_id order by run_id desc limit 1) latest on true
left join lateral (select v.manifest from core.vintages v join core.tables t using (table_no)
                   where t.table_id = named.table_id order by v.vintage_id desc limit 1) newest on true
"""


def known_tables(connection: Connection) -> dict[str, Known]:
    """What the warehouse knows of each table, and of each source by its name."""
    sources, learnt = [source.name for source in SOURCES], calendars(connection)
    return {
        row.table_id: Known(
            LastFetch(row.publisher_updated_on, row.newest_period, row.seen_at) if row.seen_at else None,
            row.manifest,
            row.outcome,
            learnt.get(row.table_id),
        )
        for row in connection.execute(text(_KNOWN), {"sources": sources})
    }


def require_fit(connection: Connection, *, resources: Resources) -> None:
    """Raises Refused where the warehouse is another publisher's, or holds less than its archive says was published."""
    require_servers_time(connection, resources=resources)
    _require_same_publisher(connection, url=resources.settings.api_url)
    require_whole(connection, archive=resources.archive)


def require_servers_time(connection: Connection, *, resources: Resources) -> None:
    """Raise Refused where the warehouse's server has another time than this machine; a rehearsal's clock is nobody's."""
    if resources.clock.starts_at is None:
        server = connection.scalar(text("select clock_timestamp()"))
        require_same_time({"Date": format_datetime(server)}, now=resources.clock, url="//the warehouse's server")


_PUBLISHERS = "select distinct r.publisher_url from core.vintages v join ops.runs r using (run_id)"


def _require_same_publisher(connection: Connection, *, url: str) -> None:
    """Rehearsal figures and real ones never share a warehouse: a rehearsal's publisher is on this machine."""
    known = connection.scalars(text(_PUBLISHERS))
    other = next((each for each in known if is_on_this_machine(each) != is_on_this_machine(url)), None)
    if other is not None:
        raise Refused(
            f"this warehouse holds figures from {other}, and the publisher is now {url}: rehearsed and real figures never "
            "share a warehouse. Use another one (JOBINDSATS_DATA_DIR or JOBINDSATS_WAREHOUSE_URL), or remove the folder "
            "of the rehearsal"
        )
