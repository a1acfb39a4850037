"""Doctor: each part in turn, what is wrong with it and the next step."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from typing import NamedTuple

from sqlalchemy import text

from tasks.archive import Archive
from tasks.border import Border, crossing
from tasks.publications import missing_answers
from tasks.sources.http import at_once
from tasks.sources.jobindsats import questions
from tasks.sources.jobindsats.metadata import read_listings
from tasks.stoppages import Stoppage
from warehouse import migrations
from warehouse.catalogue import jobindsats
from warehouse.settings import Settings, danish_day, read_settings

ENOUGH_BYTES = 2 * 1024**3


class Finding(NamedTuple):
    """What was found of one part: well, attention or failed."""

    part: str
    verdict: str
    says: str
    next_step: str = ""


def examine_all() -> list[Finding]:
    """Every part in order; one that cannot be examined is a finding, and the next is examined all the same."""
    try:
        settings = read_settings()
    except ValueError as error:
        return [Finding("settings", "failed", str(error), "correct the environment or .env")]
    found = [Finding("settings", "well", f"data in {settings.data_dir}, archive in {settings.archive}")]
    found.append(_token(settings))
    found.append(_guarded("disk", lambda: _disk(settings)))
    found.append(_guarded("archive", lambda: _archive(settings)))
    found.append(_guarded("warehouse", _warehouse))
    found.append(_guarded("publisher", _publisher))
    return found


def _guarded(part: str, examine: Callable[[], Finding]) -> Finding:
    try:
        return examine()
    except Stoppage as stoppage:
        return Finding(part, "failed", str(stoppage))
    except Exception as error:  # noqa: BLE001  # a doctor reports what is wrong, whatever it is
        return Finding(part, "failed", f"{type(error).__name__}: {error}")


def _token(settings: Settings) -> Finding:
    if settings.token is None:
        return Finding("token", "failed", "no token is set", "set JOBINDSATS_API_TOKEN; the README says how to get one")
    return Finding("token", "well", f"a token of {len(settings.token)} characters is set")


def _disk(settings: Settings) -> Finding:
    existing = next(
        folder for folder in (settings.data_dir.absolute(), *settings.data_dir.absolute().parents) if folder.exists()
    )
    free = shutil.disk_usage(existing).free
    says = f"{free / 1024**3:.1f} GiB free under {existing}"
    if free < ENOUGH_BYTES:
        return Finding("disk", "attention", says, "make room: a night needs up to 2 GiB")
    return Finding("disk", "well", says)


def _archive(settings: Settings) -> Finding:
    archive = Archive(settings.archive)
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


def _warehouse() -> Finding:
    with crossing() as border:
        with border.engine.connect() as connection:
            server = connection.scalar(text("show server_version"))
            revision = migrations.current(connection)
        if revision is None:
            return Finding("warehouse", "well", f"PostgreSQL {server}, empty", "the first night fills it")
        if revision != migrations.newest():
            return Finding(
                "warehouse",
                "attention",
                f"schema {revision}, this version needs {migrations.newest()}",
                "jobindsats warehouse migrate",
            )
        return Finding("warehouse", "well", f"PostgreSQL {server}, schema {revision}")


def _publisher() -> Finding:
    # One call by hand needs no budget, which a warehouse never migrated does not have.
    with crossing() as border, border.publisher(before_call=at_once) as publisher:
        listings = read_listings(publisher.ask(questions.TABLES).body)
        return _listed(border, listed=set(listings))


def _listed(border: Border, *, listed: set[str]) -> Finding:
    today = danish_day(border.clock())
    missing = [table.id for table in jobindsats().tables if table.expected_on(today) and table.id not in listed]
    says = f"{border.settings.api_url} answers and lists {len(listed)} tables"
    if missing:
        return Finding(
            "publisher",
            "attention",
            f"{says}, but not {', '.join(missing)}",
            "hold their ids in the catalogue against the publisher's",
        )
    return Finding("publisher", "well", says)
