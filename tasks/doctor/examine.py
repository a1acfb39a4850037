"""Doctor: each part in turn, what is wrong with it and the next step."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, text

from tasks.archive.receipts import missing_answers
from tasks.archive.store import Archive
from tasks.doctor.checks import examine_runs, examine_settings
from tasks.doctor.finding import Finding, guarded
from tasks.doctor.server import server
from tasks.resources import clock_from, open_resources, require_warehouse
from tasks.sources.jobindsats.client import TABLES, open_publisher
from tasks.sources.jobindsats.listings import Listings, read_listings
from tasks.stoppages import BodyUnreadable
from warehouse import migrations
from warehouse.catalogue.model import jobindsats
from warehouse.danish.clock import danish_day
from warehouse.errors import QuestionError
from warehouse.settings import Settings, read_settings

OLDEST_SERVER = 15


def examine_all() -> list[Finding]:
    """Every part in order; one that cannot be examined is a finding, and the next is examined all the same."""
    try:
        settings = read_settings()
    except (ValueError, OSError) as error:
        return [Finding("settings", "failed", str(error), "correct the environment, .env or the settings file")]
    found = list(examine_settings(settings))
    found.append(guarded("archive", lambda: _archive(settings)))
    found += _warehouse(settings)
    found.append(guarded("publisher", lambda: _publisher(settings)))
    return found


def _archive(settings: Settings) -> Finding:
    if settings.archive_url is None and not settings.data_dir.exists():
        return Finding("archive", "well", f"none yet in {settings.data_dir.absolute()}", "the first night makes it")
    archive = Archive(settings.archive, seconds=settings.timeout_seconds)
    archive.probe()
    lost = missing_answers(archive)
    if lost:
        vintage, names = next(iter(lost.items()))
        rest = f", and of {len(lost) - 1} more vintages" if len(lost) > 1 else ""
        return Finding(
            "archive",
            "failed",
            f"answers that published figures rest on are missing: of {vintage} {', '.join(names)}{rest}",
            "restore them from a copy; without them the warehouse cannot be rebuilt",
        )
    return Finding("archive", "well", "can be written and read, and holds what was published")


def _warehouse(settings: Settings) -> list[Finding]:
    """The warehouse, and what its records tell where its schema is the one this code knows; none is made to look at."""
    try:
        require_warehouse(settings)
    except QuestionError:
        says = f"none yet in {settings.data_dir.absolute()}"
        return [
            Finding(
                "warehouse",
                "well",
                says,
                "the first night makes it; if there should be one, correct JOBINDSATS_DATA_DIR",
            )
        ]
    found: list[Finding] = []

    def examine() -> Finding:
        with open_resources() as resources, resources.engine.connect() as connection:
            schema = _schema(connection)
            if schema.verdict != "failed":
                found.append(guarded("server", lambda: server(connection)))
            if schema.verdict == "well" and migrations.is_current(connection):
                found.extend(examine_runs(resources, connection=connection))
            return schema

    return [guarded("warehouse", examine), *found]


def _schema(connection: Connection) -> Finding:
    version = connection.scalar(text("show server_version"))
    number = int(connection.scalar(text("show server_version_num")) or 0)
    if number < OLDEST_SERVER * 10_000:
        says = f"PostgreSQL {version} is too old"
        return Finding("warehouse", "failed", says, f"use PostgreSQL {OLDEST_SERVER} or newer")
    revision = migrations.current(connection)
    if revision is None:
        return Finding("warehouse", "well", f"PostgreSQL {version}, empty", "the first night fills it")
    if revision != migrations.newest():
        says = f"schema {revision}, this version needs {migrations.newest()}"
        return Finding("warehouse", "attention", says, "jobindsats warehouse migrate")
    if not migrations.is_current(connection):
        says = f"the views and functions of schema {revision} are not those of this version"
        return Finding("warehouse", "attention", says, "jobindsats warehouse migrate")
    return Finding("warehouse", "well", f"PostgreSQL {version}, schema {revision}")


def _publisher(settings: Settings) -> Finding:
    # One call by hand needs neither the warehouse nor its budget of calls.
    clock = clock_from(settings.now)
    with open_publisher(settings, now=clock) as publisher:
        today = danish_day(clock())
        listings = read_listings(publisher.ask(TABLES).body, today=today)
        return _listed(listings, url=settings.api_url, today=today)


def _listed(listings: Listings, *, url: str, today: date) -> Finding:
    tables, lines = jobindsats().tables, listings.lines
    missing = [table.id for table in tables if table.expected_on(today) and table.id not in lines]
    unreadable = [str(line) for table in tables if isinstance(line := lines.get(table.id), BodyUnreadable)]
    says = f"{url} answers and lists {len(lines)} tables"
    if unreadable:
        return Finding("publisher", "attention", f"{says}, but {unreadable[0]}", "ask the publisher")
    if missing:
        return Finding(
            "publisher",
            "attention",
            f"{says}, but not {', '.join(missing)}{listings.remark}",
            "hold their ids in the catalogue against the publisher's",
        )
    return Finding("publisher", "well", says)
