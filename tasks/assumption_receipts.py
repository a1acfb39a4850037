"""Receipts in the archive of what was taken for granted, so that the archive alone can give figures of the past again.

    assumptions/<moment>.json    everything that stood from that moment until the next receipt's

A receipt says nothing that `core.assumptions` does not: one that is missing is written again from there.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from tasks.archive import Archive, ArchiveTrouble
from warehouse.assumptions.model import Assumption
from warehouse.assumptions.record import DECLARED, moments, standing_at

FOLDER = "assumptions"
_NUMBERS, _DAYS = ("value", "low", "high"), ("valid_from", "valid_to")


@dataclass(frozen=True)
class Assumed:
    """What was taken for granted from a moment on: all of it, sorted by name, area, basis and first day."""

    recorded_at: datetime
    standing: tuple[Assumption, ...]

    @property
    def name(self) -> str:
        """Its place in the archive."""
        return receipt_at(self.recorded_at)


def receipt_at(moment: datetime) -> str:
    """The place in the archive of the receipt of a moment at which something changed."""
    return f"{FOLDER}/{moment.astimezone(UTC):%Y%m%dT%H%M%S%fZ}.json"


def receipts_on_record(connection: Connection) -> set[str]:
    """The names of the receipts that the warehouse could write."""
    return {receipt_at(moment) for moment in moments(connection)}


def write_missing_assumptions(connection: Connection, *, archive: Archive) -> list[str]:
    """Write the receipts of what was assumed that have none; gives their names. Raises ArchiveTrouble."""
    there = archive.names(FOLDER)
    changed = [moment for moment in moments(connection) if receipt_at(moment) not in there]
    return [_put(archive, Assumed(moment, standing_at(connection, moment))) for moment in changed]


def _put(archive: Archive, assumed: Assumed) -> str:
    plain = {
        "recorded_at": assumed.recorded_at.astimezone(UTC).isoformat(),
        "standing": [_plain(assumption) for assumption in assumed.standing],
    }
    archive.put_file(assumed.name, (json.dumps(plain, ensure_ascii=False, indent=1) + "\n").encode())
    return assumed.name


def _plain(assumption: Assumption) -> dict[str, Any]:
    # Numbers as text: a decimal of PostgreSQL goes through no float on its way there and back.
    return {
        name: str(cell) if isinstance(cell, Decimal | date) else cell for name, cell in assumption.model_dump().items()
    }


def get_assumed(archive: Archive) -> list[Assumed]:
    """Every receipt, in the order of their moments; raises ArchiveTrouble where one is damaged."""
    return sorted((_get(archive, name) for name in archive.names(FOLDER)), key=lambda assumed: assumed.recorded_at)


def _get(archive: Archive, name: str) -> Assumed:
    written = archive.get_file(name)
    try:
        plain = json.loads(written)
        standing = tuple(_assumption(each) for each in plain["standing"])
        found = Assumed(datetime.fromisoformat(plain["recorded_at"]), standing)
    except (ValueError, KeyError, TypeError, ArithmeticError) as error:
        raise ArchiveTrouble(_damaged(name, archive=archive)) from error
    if found.name != name:
        raise ArchiveTrouble(_damaged(name, archive=archive))
    return found


def _assumption(plain: dict[str, Any]) -> Assumption:
    cells = {name: plain[name] for name in DECLARED}
    numbers = {name: Decimal(cells[name]) for name in _NUMBERS if cells[name] is not None}
    days = {name: date.fromisoformat(cells[name]) for name in _DAYS if cells[name] is not None}
    # Not validated: it was when it was declared, and a rule that is added later does not change what was assumed then.
    return Assumption.model_construct(**cells | numbers | days)


def _damaged(name: str, *, archive: Archive) -> str:
    return (
        f"the receipt {name} in the archive {archive.root} is damaged: restore it from a copy, or remove it where the "
        "warehouse it tells of still stands: the next run writes it again"
    )
