"""Alerts: the troubles that a person should look at, each once, however many nights it lasts; again when it comes back.

Two alerts of one kind are the same if they have the same late release, the same stopped load, or the same first run that
failed. A municipality's threshold that is crossed is told in the same way (tasks/watch/thresholds/crossings.py).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from concurrent.futures import Future, wait
from contextvars import copy_context
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Thread
from typing import Any, cast

from prefect import get_run_logger, task
from prefect.blocks.abstract import NotificationBlock
from prefect.blocks.core import Block
from prefect.blocks.notifications import AppriseNotificationBlock, CustomWebhookNotificationBlock
from prefect.cache_policies import NO_CACHE
from pydantic import SecretStr
from sqlalchemy import Connection, text

from tasks.resources import RETRIES, open_resources
from tasks.runs.states import ended_as
from warehouse.database.sql_files import read_sql

# Somebody who begins to be told is not told of last year's troubles.
STALE = timedelta(days=7)
DELIVERY_SECONDS = 60.0
"""All who are to be told have this long together: a client's own time-outs begin anew with every byte that comes."""


@dataclass(frozen=True)
class Alert:
    """One trouble: of a table (empty: of the run itself), which, what tells it from the next, and what to know of it."""

    alert_id: int
    table_id: str
    trouble: str
    about: str
    run_id: int
    message: str


# A table that fails in a night is not for that on time again: only a night that found it well mends what was wrong.
_MEND = """
update ops.alerts a set mended_at = :now
where a.mended_at is null and a.trouble not in ('died', 'threshold')
  and (exists (select from ops.table_outcomes o where o.run_id = :run_id and o.table_id = a.table_id
               and o.outcome in ('published', 'unchanged', 'not_due'))
       or (a.table_id = '' and a.about <> cast(:trouble as text)))
"""


def raise_alerts(connection: Connection, *, run_id: int, trouble: str, now: datetime) -> None:
    """Put on record the troubles of a run that are not on record yet, and those that are gone as mended.

    `trouble` is one that is no table's.
    """
    values = {"run_id": run_id, "trouble": trouble, "now": now, "stale": STALE}
    connection.execute(text(_MEND), values)
    connection.execute(text(read_sql(__package__, "raise_alerts")), values)


def untold(connection: Connection, *, now: datetime) -> list[Alert]:
    """The alerts that were not delivered yet, in the order they were raised; one that is over and a week old is left."""
    query = text(
        "select alert_id, table_id, trouble, about, run_id, message from ops.alerts "
        "where told_at is null and (raised_at > :since or (mended_at is null and trouble <> 'died')) order by alert_id"
    )
    return [Alert(**row) for row in connection.execute(query, {"since": now - STALE}).mappings()]


def note_told(connection: Connection, alerts: Collection[Alert], *, now: datetime) -> None:
    """Put on record that these were sent."""
    query = text("update ops.alerts set told_at = :now where alert_id = any(:ids)")
    connection.execute(query, {"now": now, "ids": [alert.alert_id for alert in alerts]})


THRESHOLD = "threshold"


def subject(alerts: Sequence[Alert]) -> str:
    """A line for the top of a message."""
    crossed, troubles = _parted(alerts)
    said = []
    if crossed:
        said.append("en grænse er overskredet" if len(crossed) == 1 else f"{len(crossed)} grænser er overskredet")
    if troubles:
        tables = sorted({alert.table_id for alert in troubles if alert.table_id})
        named = ", ".join(tables) if len(tables) <= 3 else f"{len(tables)} tables"
        said.append(f"{named or 'a run'} needs a look" if len(tables) < 2 else f"{named} need a look")
    return f"jobindsats: {'; '.join(said)}"


def in_words(alerts: Sequence[Alert]) -> str:
    """Each threshold that is crossed; then each trouble, once, with the tables it stopped, and where to look."""
    crossed, troubles = _parted(alerts)
    paragraphs = [alert.message for alert in crossed]
    if crossed:
        paragraphs.append("jobindsats thresholds viser, hvordan alle grænser står nu.")
    by_message: dict[tuple[str, str], list[str]] = {}
    for alert in troubles:
        by_message.setdefault((alert.trouble, alert.message), []).append(alert.table_id or "the run")
    paragraphs += [f"{trouble}: {', '.join(tables)}\n{message}" for (trouble, message), tables in by_message.items()]
    if troubles:
        paragraphs.append("jobindsats status, and jobindsats quarantine, say how things stand now.")
    return "\n\n".join(paragraphs)


def _parted(alerts: Sequence[Alert]) -> tuple[list[Alert], list[Alert]]:
    """The thresholds that are crossed, which readers of figures are told of, and the troubles of the pipeline."""
    crossed = [alert for alert in alerts if alert.trouble == THRESHOLD]
    return crossed, [alert for alert in alerts if alert.trouble != THRESHOLD]


_SAVED = re.compile(r"[a-z0-9-]+/[a-z0-9-]+")


class CannotTell(RuntimeError):
    """Somebody who is to be told cannot be reached; the message names which of them, never the address."""


class Mailbox(AppriseNotificationBlock):
    """A mailbox, by an address as Apprise writes it: mailtos://user:password@host?from=...&to=..."""


@task(name="notify", task_run_name="notify", cache_policy=NO_CACHE, **RETRIES)
def notify() -> list[str]:
    """Deliver the alerts that wait to those the settings name; gives the tables. Who cannot be reached is tried next time."""
    with open_resources() as resources:
        named = resources.settings.told
        if not named:
            return []
        with resources.engine.begin() as connection:
            new = untold(connection, now=resources.clock())
        if not new:
            return []
        try:
            missed = tell(named, subject=subject(new), body=in_words(new))
        except CannotTell as trouble:
            undelivered = f"alerts could not be delivered, and the next run tries again: {trouble}"
            get_run_logger().error(undelivered)
            return ended_as("failed", [], message=undelivered)
        with resources.engine.begin() as connection:
            note_told(connection, new, now=resources.clock())
    tables = sorted({alert.table_id for alert in new})
    if not missed:
        return tables
    unreached = f"not everybody was told: {'; '.join(missed)}"
    get_run_logger().error(unreached)
    return ended_as("attention", tables, message=unreached)


def tell(named: tuple[SecretStr, ...], *, subject: str, body: str, seconds: float = DELIVERY_SECONDS) -> list[str]:
    """Send a message to each at once; gives who could not be reached in time. Raises CannotTell where nobody was.

    What went wrong is told by its kind alone: libraries write addresses into their errors, and addresses hold passwords.
    """
    sent = [_sending(address, subject=subject, body=body) for address in named]
    ended, _ = wait(sent, timeout=seconds)
    troubles = [_trouble(each) if each in ended else f"no answer in {seconds:g} seconds" for each in sent]
    missed = [f"number {place} of JOBINDSATS_NOTIFY: {trouble}" for place, trouble in enumerate(troubles, 1) if trouble]
    if len(missed) == len(named):
        raise CannotTell("; ".join(missed))
    return missed


def _sending(address: SecretStr, *, subject: str, body: str) -> Future[None]:
    """Begin to send in a thread of its own: whoever never ends an answer is left to it, and it ends with the process."""
    sent: Future[None] = Future()

    def send() -> None:
        try:
            with (block := _block(address)).raise_on_failure():
                cast(Any, block).notify(body, subject)  # in a task without a loop it is done when it returns
        except Exception as error:  # noqa: BLE001  # one who cannot be reached never keeps the others from hearing
            sent.set_exception(error)
        else:
            sent.set_result(None)

    Thread(target=copy_context().run, args=(send,), daemon=True).start()
    return sent


def _trouble(sent: Future[None]) -> str:
    error = sent.exception()
    if error is None or isinstance(error, CannotTell):
        return str(error or "")
    status = getattr(getattr(error, "response", None), "status_code", None)
    return type(error).__name__ + (f", answered {status}" if status else "")


def _block(address: SecretStr) -> NotificationBlock:
    plain = address.get_secret_value()
    if plain.startswith(("https://", "http://")):
        said = {"title": "{{subject}}", "text": "{{subject}}\n\n{{body}}"}
        return CustomWebhookNotificationBlock(name="jobindsats", url=plain, json_data=said)
    if plain.startswith(("mailto://", "mailtos://")):
        return Mailbox(url=address)
    if _SAVED.fullmatch(plain):
        saved = Block.load(plain)
        if isinstance(saved, NotificationBlock):
            return saved
    raise CannotTell("it is neither an https:// nor a mailtos:// address, nor a notification block saved in Prefect")
