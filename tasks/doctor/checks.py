"""Checks of settings, files, nights, backfills, alerts and clocks, for `jobindsats doctor`."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr
from sqlalchemy import Connection, text

from tasks.doctor.finding import Finding, guarded
from tasks.doctor.readers import limits, readers
from tasks.load_assumptions import own_assumptions
from tasks.resources import Resources
from tasks.runs import alerts
from tasks.runs.lifecycle import A_LITTLE_LONGER
from tasks.watch.calendars import awaited_releases
from tasks.watch.thresholds.content import ThresholdsError
from tasks.watch.thresholds.crossings import own_thresholds
from warehouse.assumptions.model import AssumptionError
from warehouse.danish.clock import danish_day, shown_time
from warehouse.database.locks import Lock, holders
from warehouse.formulas.release_calendar import PUBLISHER
from warehouse.settings import Settings

A_NIGHT_AT_LEAST_EVERY = timedelta(hours=26)

# Clocks of two machines differ, and the one of a rehearsal begins anew with each command.
CLOCKS_AGREE_TO = timedelta(hours=1)


def examine_runs(resources: Resources, *, connection: Connection) -> Iterator[Finding]:
    """What the records of a migrated warehouse tell."""
    yield guarded("clock", lambda: clock(resources, connection=connection))
    yield guarded("nights", lambda: nights(connection, now=resources.clock(), hours=resources.settings.night_hours))
    yield guarded("calendar", lambda: calendar(connection, today=danish_day(resources.clock())))
    yield from backfills(connection)
    if resources.settings.told:
        yield guarded("alerts", lambda: untold(connection, now=resources.clock()))
    yield guarded("readers", lambda: readers(connection))
    yield guarded("limits", lambda: limits(connection))


def clock(resources: Resources, *, connection: Connection) -> Finding:
    """Whether the clock of runs can be right: never behind what was seen, and never set by hand for the real publisher."""
    now, set_to = resources.clock(), resources.settings.now
    newest = connection.scalar(text("select max(seen_at) from core.vintages"))
    mend = "remove JOBINDSATS_NOW" if set_to else "correct the machine's clock"
    if newest is not None and newest > now + CLOCKS_AGREE_TO:
        says = f"it is {shown_time(now)} by the clock, and the newest vintage was seen at {shown_time(newest)}"
        step = f"{mend}; where it was wrong then, `jobindsats warehouse redate` takes that back"
        return Finding("clock", "failed", says, step)
    if set_to is not None and not resources.settings.rehearsed:
        says = f"JOBINDSATS_NOW sets the clock to {shown_time(set_to)}, and the publisher is the real one"
        return Finding("clock", "attention", says, f"{mend}: it is for rehearsals only")
    return Finding("clock", "well", f"{shown_time(now)} in Denmark{', set by JOBINDSATS_NOW' if set_to else ''}")


_LAST_NIGHT = text(
    "select run_id, started_at, ended_at, outcome from ops.runs where kind = 'nightly' "
    "and outcome is distinct from 'yielded' and outcome is distinct from 'superseded' "
    "order by run_id desc limit 1"
)


def nights(connection: Connection, *, now: datetime, hours: float) -> Finding:
    """Whether nights come, how the last one ended, and whether one that is at work takes longer than so many hours."""
    last = connection.execute(_LAST_NIGHT).one_or_none()
    if last is None:
        return Finding("nights", "well", "none has run yet", "jobindsats nightly, or jobindsats serve")
    named = f"night {last.run_id} of {shown_time(last.started_at)}"
    if last.ended_at is None and last.run_id in holders(connection, Lock.RUN):
        return _at_work(named, since=last.started_at, now=now, hours=hours)
    if last.ended_at is None or last.outcome == "died":
        return Finding(
            "nights", "attention", f"{named} died before its end", "jobindsats nightly goes on, and clears away"
        )
    if now - last.started_at > A_NIGHT_AT_LEAST_EVERY:
        says = f"the last was {named}: {_for_how_long(now - last.started_at)} ago"
        return Finding("nights", "attention", says, "see to what starts it: jobindsats serve, cron, or the worker")
    if last.outcome != "completed":
        return Finding(
            "nights", "attention", f"{named} ended with {last.outcome}", "jobindsats status says which tables"
        )
    return Finding("nights", "well", f"{named} completed")


def _at_work(named: str, *, since: datetime, now: datetime, hours: float) -> Finding:
    if now - since <= timedelta(hours=hours) + A_LITTLE_LONGER:
        return Finding("nights", "well", f"{named} is at work")
    says = f"{named} is still at work, and a night may take {hours:g} hours"
    return Finding("nights", "attention", says, "end its process; the next night clears away what it left")


def calendar(connection: Connection, *, today: date) -> Finding:
    """By what releases are expected: by how many tables' own, by how many announced; and which is the next."""
    awaited = awaited_releases(connection)
    learnt = sum(release.releases > 0 for release in awaited.values())
    says = f"releases expected by the tables' own: {learnt}, by {PUBLISHER}: {len(awaited) - learnt}"
    if not awaited:
        return Finding("calendar", "well", "no release is announced, and of no table twelve were seen")
    following = [(release.on, table_id) for table_id, release in awaited.items() if release.latest >= today]
    if following:
        says += f"; the next is {min(following)[1]} on {awaited[min(following)[1]].in_words}"
    return Finding("calendar", "well", says)


_UNFINISHED = text("""
select backfill_id, count(*) filter (where state = 'done') as done, count(*) as partitions,
       bool_or(state in ('waiting', 'fetched') and run_id = any(:alive)) as at_work
from ops.backfill_partitions group by backfill_id having bool_or(state in ('waiting', 'fetched')) order by backfill_id
""")


def backfills(connection: Connection) -> Iterator[Finding]:
    """The backfills that are not done, and whether somebody is at them."""
    # Beside a night its workers wait, and hold nothing that would tell of them.
    waits = bool(holders(connection, Lock.NIGHT))
    alive = sorted(holders(connection, Lock.RUN))
    for row in connection.execute(_UNFINISHED, {"alive": alive}):
        says = f"{row.done} of {row.partitions} partitions of backfill {row.backfill_id} are done"
        if row.at_work or waits:
            yield Finding("backfill", "well", f"{says}, and {'it waits for the night' if waits else 'it goes on'}")
        else:
            step = f"jobindsats backfill --resume {row.backfill_id}"
            yield Finding("backfill", "attention", f"{says}, and no process is working on it", step)


def untold(connection: Connection, *, now: datetime) -> Finding:
    """Whether alerts wait that could not be delivered."""
    waiting = alerts.untold(connection, now=now)
    if waiting:
        says = f"alerts that could not be delivered: {len(waiting)}, the first of run {waiting[0].run_id}"
        return Finding("alerts", "attention", says, "see to JOBINDSATS_NOTIFY; the next night tries again")
    return Finding("alerts", "well", "every alert was delivered")


def _for_how_long(time: timedelta) -> str:
    hours = int(time.total_seconds() // 3600)
    return f"{hours} hours" if hours < 72 else f"{time.days} days"


ENOUGH_BYTES = 2 * 1024**3
SHORTEST_TOKEN = 8
SECONDS_TO_CONNECT = 5


def examine_settings(settings: Settings) -> Iterator[Finding]:
    """What the settings alone can tell: nothing of it asks the publisher or the warehouse."""
    yield Finding("settings", "well", f"data in {settings.data_dir}, archive in {settings.archive}")
    yield token(settings)
    if settings.assumptions is not None:
        yield guarded("assumptions", lambda: _assumptions(settings))
    if settings.thresholds is not None:
        yield guarded("thresholds", lambda: _thresholds(settings))
    yield from _places(settings)
    if settings.told:
        yield guarded("notify", lambda: _told(settings.told))
    yield from (guarded("disk", lambda: disk(folder)) for folder in _disks(settings))  # noqa: B023  # examined at once


def token(settings: Settings) -> Finding:
    """Whether there is a token; never what it is."""
    if settings.token is None:
        return Finding("token", "failed", "no token is set", "set JOBINDSATS_API_TOKEN; the README says how to get one")
    length = len(settings.token)
    if length < SHORTEST_TOKEN:
        says = f"a token of {length} character{'s' * (length > 1)} is set, which is hardly a whole one"
        return Finding("token", "attention", says, "copy the whole token into JOBINDSATS_API_TOKEN")
    return Finding("token", "well", f"a token of {length} characters is set")


def _assumptions(settings: Settings) -> Finding:
    try:
        own = own_assumptions(settings)
    except AssumptionError as error:
        return Finding(
            "assumptions", "failed", str(error), "correct it; until then figures use the previous assumptions"
        )
    return Finding("assumptions", "well", f"{len(own)} of your own in {settings.assumptions}")


def _thresholds(settings: Settings) -> Finding:
    """Whether the file of thresholds can be read; where nobody is named to be told, they stand in the night's report only."""
    try:
        file = own_thresholds(settings)
    except ThresholdsError as error:
        return Finding("thresholds", "failed", str(error), "correct it; until then no threshold is judged")
    says = f"{len(file.thresholds) if file else 0} in {settings.thresholds}"
    if not settings.told:
        step = "set JOBINDSATS_NOTIFY; until then they stand in the night's report only"
        return Finding("thresholds", "attention", f"{says}, and nobody is named to be told", step)
    return Finding("thresholds", "well", says)


def _places(settings: Settings) -> Iterator[Finding]:
    """The folders and files that settings name and that are not there."""
    lists = settings.ranking_lists
    named = {
        "JOBINDSATS_CLAIMS": settings.claims,
        "JOBINDSATS_LOCAL_FILES": settings.local_files,
        "JOBINDSATS_RANKING_LISTS": Path(lists) if lists and "://" not in lists else None,
    }
    for setting, place in named.items():
        if place is not None and not place.exists():
            yield Finding(
                "files", "attention", f"{setting} names {place}, which is not there", "make it, or correct it"
            )


def _told(named: tuple[SecretStr, ...]) -> Finding:
    """Whether those who are to be told can be: their form, and of web hooks whether somebody listens. Nothing is sent."""
    for place, address in enumerate(named, 1):
        trouble = _unreachable(address.get_secret_value())
        if trouble:
            says = f"number {place} of JOBINDSATS_NOTIFY {trouble}"
            return Finding("notify", "attention", says, "correct it, or see to the network; nothing was sent now")
    return Finding("notify", "well", f"{len(named)} to be told of new troubles; nothing was sent now")


def _unreachable(address: str) -> str | None:
    split = urlsplit(address)
    if split.scheme not in ("http", "https"):
        saved = "/" in address and "://" not in address
        known = saved or split.scheme in ("mailto", "mailtos")
        return None if known else "is neither an https:// nor a mailtos:// address, nor a notification block of Prefect"
    try:
        port = split.port or {"http": 80, "https": 443}[split.scheme]
        with socket.create_connection((split.hostname or "", port), timeout=SECONDS_TO_CONNECT):
            return None
    except (OSError, ValueError) as error:
        return f"is a web hook at {split.hostname} where nobody answers ({getattr(error, 'strerror', None) or error})"


def _disks(settings: Settings) -> list[Path]:
    """The folders that are written to, one per file system."""
    folders = [settings.data_dir.absolute()]
    if settings.archive.startswith("file:"):
        folders.append(Path(settings.archive.removeprefix("file://")))
    there = [next(place for place in (folder, *folder.parents) if place.exists()) for folder in folders]
    return list({folder.stat().st_dev: folder for folder in reversed(there)}.values())[::-1]


def disk(folder: Path) -> Finding:
    """How much room there is where a folder lies."""
    free = shutil.disk_usage(folder).free
    says = f"{free / 1024**3:.1f} GiB free under {folder}"
    if free < ENOUGH_BYTES:
        return Finding("disk", "attention", says, "make room: a night needs up to 2 GiB")
    return Finding("disk", "well", says)
