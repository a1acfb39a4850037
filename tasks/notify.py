"""Notify: whoever the settings name is told of a new trouble, through Prefect's notification blocks.

`JOBINDSATS_NOTIFY` names, with blanks between: web hooks (https://...), mailboxes (mailtos://..., as Apprise writes them)
and blocks that are saved in Prefect (slack-webhook/jobcentre). Nobody is told of a night in which nothing is wrong.
"""

from __future__ import annotations

import re
from typing import Any, cast

from prefect import get_run_logger, task
from prefect.blocks.abstract import NotificationBlock
from prefect.blocks.core import Block
from prefect.blocks.notifications import AppriseNotificationBlock, CustomWebhookNotificationBlock
from prefect.cache_policies import NO_CACHE
from pydantic import SecretStr

from tasks import alerts
from tasks.resources import AGAIN, crossing

_SAVED = re.compile(r"[a-z0-9-]+/[a-z0-9-]+")


class CannotTell(RuntimeError):
    """Somebody who is to be told cannot be reached; the message names which of them, never the address."""


class Mailbox(AppriseNotificationBlock):
    """A mailbox, by an address as Apprise writes it: mailtos://user:password@host?from=...&to=..."""


@task(name="notify", cache_policy=NO_CACHE, **AGAIN)
def notify() -> list[str]:
    """Tell whoever is named of what nobody was told of; gives the tables. Whoever cannot be reached is tried next time."""
    with crossing() as border:
        named = border.settings.told
        with border.engine.begin() as connection:
            new = alerts.untold(connection, now=border.clock()) if named else []
            if not new:
                return []
            try:
                missed = tell(named, subject=alerts.subject(new), body=alerts.in_words(new))
            except CannotTell as trouble:
                get_run_logger().error("nobody was told, and the next run tries again: %s", trouble)
                return []
            for place in missed:
                get_run_logger().error("not everybody was told: %s", place)
            alerts.note_told(connection, new, now=border.clock())
    return sorted({alert.table_id for alert in new})


def tell(named: tuple[SecretStr, ...], *, subject: str, body: str) -> list[str]:
    """Send a message to each; gives who could not be reached. Raises CannotTell where nobody was.

    What went wrong is told by its kind alone: libraries write addresses into their errors, and addresses hold passwords.
    """
    missed = []
    for place, address in enumerate(named, 1):
        try:
            with (block := _block(address)).raise_on_failure():
                cast(Any, block).notify(body, subject)  # in a task without a loop it is done when it returns
        except CannotTell as wrong:
            missed.append(f"number {place} of JOBINDSATS_NOTIFY: {wrong}")
        except Exception as error:  # noqa: BLE001  # one who cannot be reached never keeps the others from hearing
            status = getattr(getattr(error, "response", None), "status_code", None)
            answered = f", answered {status}" if status else ""
            missed.append(f"number {place} of JOBINDSATS_NOTIFY: {type(error).__name__}{answered}")
    if len(missed) == len(named):
        raise CannotTell("; ".join(missed))
    return missed


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
