"""The doctor of settings: the token, the files and folders that settings name, who is to be told, and room on the disk."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr

from tasks.findings import Finding, guarded
from tasks.load_assumptions import own_assumptions
from warehouse.assumptions.model import AssumptionError
from warehouse.settings import Settings

ENOUGH_BYTES = 2 * 1024**3
SHORTEST_TOKEN = 8
SECONDS_TO_CONNECT = 5


def examine_settings(settings: Settings) -> Iterator[Finding]:
    """What the settings alone can tell: nothing of it asks the publisher or the warehouse."""
    yield Finding("settings", "well", f"data in {settings.data_dir}, archive in {settings.archive}")
    yield token(settings)
    if settings.assumptions is not None:
        yield guarded("assumptions", lambda: _assumptions(settings))
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
            "assumptions", "failed", str(error), "correct it; until then figures take for granted what they did"
        )
    return Finding("assumptions", "well", f"{len(own)} of your own in {settings.assumptions}")


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
    there = [_existing(folder) for folder in folders]
    return list({folder.stat().st_dev: folder for folder in reversed(there)}.values())[::-1]


def _existing(folder: Path) -> Path:
    return next(place for place in (folder, *folder.parents) if place.exists())


def disk(folder: Path) -> Finding:
    """How much room there is where a folder lies."""
    free = shutil.disk_usage(folder).free
    says = f"{free / 1024**3:.1f} GiB free under {folder}"
    if free < ENOUGH_BYTES:
        return Finding("disk", "attention", says, "make room: a night needs up to 2 GiB")
    return Finding("disk", "well", says)
