"""Writes a receipt into the archive for each vintage that is published and each change of what is assumed.

A warehouse can be replayed from them; one that lacks what they tell of is refused, since it would begin a second history.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import Connection, text

from tasks.archive.store import Archive, ArchiveTrouble
from tasks.stoppages import Refused
from warehouse.assumptions.model import Assumption
from warehouse.assumptions.record import DECLARED, moments, standing_at
from warehouse.formats.strict_json import read_json
from warehouse.settings import is_on_this_machine


def write_missing_receipts(connection: Connection, *, archive: Archive) -> list[str]:
    """Write the receipts that the archive has not; gives their names. Raises ArchiveTrouble.

    A warehouse that never published anything has no history to keep, and writes none. None is written where its answers
    are not: that archive is another one, or is not there.
    """
    lacking = _lacking(connection, archive=archive)
    if lacking:
        raise ArchiveTrouble(lacking)
    written = write_missing(connection, archive=archive)
    if connection.scalar(text("select exists (select from core.vintages)")):
        written += write_missing_assumptions(connection, archive=archive)
    return written


def require_whole(connection: Connection, *, archive: Archive) -> None:
    """Refuse a warehouse and an archive that do not belong together; raises Refused and ArchiveTrouble.

    A run in a lost warehouse, or an older copy of it, would begin a second history beside the archive's; one beside an
    empty archive would begin a second archive.
    """
    # The archive before the warehouse: what is published meanwhile has its vintage first.
    vintages, assumed = archive.names(PUBLICATIONS), archive.names(ASSUMPTIONS)
    vintages -= {publication.name for publication in published(connection)} | refused_receipts(connection).keys()
    assumed -= receipts_on_record(connection)
    if vintages or assumed:
        what = f"{len(vintages)} vintages" if vintages else f"{len(assumed)} changes of what is assumed"
        raise Refused(
            f"the archive {archive.root} has receipts of {what} that this warehouse does not hold, the first "
            f"{min(vintages or assumed)}: it is empty, or an older copy. Run `jobindsats replay` to get them back, or set "
            "JOBINDSATS_ARCHIVE_URL to an archive of this warehouse's own"
        )
    lacking = _lacking(connection, archive=archive)
    if lacking:
        raise Refused(lacking)


_REFUSED = """
select r.cells ->> 'receipt' as receipt, r.cells ->> 'why' as why
from ops.rejected_rows r join ops.quarantine q using (quarantine_id) join ops.runs n using (run_id)
where n.kind = 'replay' order by r.rejected_row_id
"""


def refused_receipts(connection: Connection) -> dict[str, str]:
    """The receipts of vintages that replays left out, each with why: files of people that are not read as they were."""
    return {row.receipt: row.why for row in connection.execute(text(_REFUSED))}


# Put there by a person whose archive is lost for good.
BEGUN_ANEW = "begun-anew"


def _lacking(connection: Connection, *, archive: Archive) -> str | None:
    """Why an archive is not this warehouse's: a vintage has neither its receipt nor its answers there. None where it is."""
    receipts = archive.names(PUBLICATIONS)
    without = (publication for publication in published(connection) if publication.name not in receipts)
    lost = next((publication for publication in without if not archive.has(publication.manifest)), None)
    if lost is None or archive.has(BEGUN_ANEW):
        return None
    return (
        f"the archive {archive.root} holds nothing of {lost.in_words}, which this warehouse published: it is not mounted, is "
        f"another one, or an older copy. See to it; if it is lost for good, put an empty file named {BEGUN_ANEW} there: "
        "nights go on, and a replay gives back what came since"
    )


ASSUMPTIONS = "assumptions"

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
    return f"{ASSUMPTIONS}/{moment.astimezone(UTC):%Y%m%dT%H%M%S%fZ}.json"


def receipts_on_record(connection: Connection) -> set[str]:
    """The names of the receipts that the warehouse could write."""
    return {receipt_at(moment) for moment in moments(connection)}


def write_missing_assumptions(connection: Connection, *, archive: Archive) -> list[str]:
    """Write the receipts of what was assumed that have none; gives their names. Raises ArchiveTrouble."""
    there = archive.names(ASSUMPTIONS)
    changed = [moment for moment in moments(connection) if receipt_at(moment) not in there]
    return [_put(archive, Assumed(moment, standing_at(connection, moment))) for moment in changed]


def _put(archive: Archive, assumed: Assumed) -> str:
    return _write(
        archive,
        assumed.name,
        {
            "recorded_at": assumed.recorded_at.astimezone(UTC).isoformat(),
            "standing": [_without_floats(assumption) for assumption in assumed.standing],
        },
    )


def _without_floats(assumption: Assumption) -> dict[str, Any]:
    # Numbers as text: a decimal of PostgreSQL goes through no float on its way there and back.
    return {
        name: str(cell) if isinstance(cell, Decimal | date) else cell for name, cell in assumption.model_dump().items()
    }


def get_assumed(archive: Archive) -> list[Assumed]:
    """Every receipt, in the order of their moments; raises ArchiveTrouble where one is damaged."""
    return sorted(
        (_read(archive, name, parse=_assumed) for name in archive.names(ASSUMPTIONS)),
        key=lambda assumed: assumed.recorded_at,
    )


def _assumed(plain: dict[str, Any]) -> Assumed:
    standing = tuple(_assumption(each) for each in plain["standing"])
    return Assumed(datetime.fromisoformat(plain["recorded_at"]), standing)


def _assumption(plain: dict[str, Any]) -> Assumption:
    cells = {name: plain[name] for name in DECLARED}
    numbers = {name: Decimal(cells[name]) for name in _NUMBERS if cells[name] is not None}
    days = {name: date.fromisoformat(cells[name]) for name in _DAYS if cells[name] is not None}
    # Not validated: it was when it was declared, and a rule that is added later does not change what was assumed then.
    return Assumption.model_construct(**cells | numbers | days)


PUBLICATIONS = "publications"


@dataclass(frozen=True)
class Publication:
    """One vintage as it was published: from which look, when seen, the hash of its cells, and how many of them changed.

    Counts are cells. `release_reason` is a person's, where a check had stopped the load.
    """

    table_id: str
    seen_at: datetime
    publisher: str
    publisher_updated_on: date | None
    manifest: str
    content_hash: str
    new: int
    revised: int
    withdrawn: int
    unchanged: int
    code_version: str
    release_reason: str | None = None

    @property
    def name(self) -> str:
        """Its place in the archive."""
        return f"{PUBLICATIONS}/{self.table_id}/{self.seen_at.astimezone(UTC):%Y%m%dT%H%M%S%fZ}.json"

    @property
    def rehearsed(self) -> bool:
        """Whether its publisher was a stand-in on the machine it was fetched from."""
        return is_on_this_machine(self.publisher)

    @property
    def in_words(self) -> str:
        """Which table and vintage it is, for a message."""
        return f"{self.table_id} as seen at {self.seen_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


_PUBLISHED = """
select t.table_id, v.seen_at, r.publisher_url as publisher, v.publisher_updated_on, v.manifest, v.content_hash,
       v.new, v.revised, v.withdrawn, v.unchanged, r.code_version, v.release_reason
from core.vintages v join core.tables t using (table_no) join ops.runs r using (run_id)
where cast(:vintage_id as integer) is null or v.vintage_id = :vintage_id
order by v.seen_at, t.table_id
"""


def published(connection: Connection, *, vintage_id: int | None = None) -> Iterator[Publication]:
    """What the warehouse has published, or one vintage of it, in the order it was seen."""
    for row in connection.execute(text(_PUBLISHED), {"vintage_id": vintage_id}).mappings():
        yield Publication(**row)


def put_publication(archive: Archive, publication: Publication) -> str:
    """Write a receipt; gives its name. Raises ArchiveTrouble."""
    dates = {
        "seen_at": publication.seen_at.astimezone(UTC).isoformat(),
        "publisher_updated_on": publication.publisher_updated_on and publication.publisher_updated_on.isoformat(),
    }
    return _write(archive, publication.name, asdict(publication) | dates)


def get_publication(archive: Archive, name: str) -> Publication:
    """A receipt by its name; raises ArchiveTrouble where it is missing, damaged or under a wrong name."""
    return _read(archive, name, parse=_publication)


def _publication(plain: dict[str, Any]) -> Publication:
    updated_on = plain["publisher_updated_on"]
    return Publication(
        **plain
        | {
            "seen_at": datetime.fromisoformat(plain["seen_at"]),
            "publisher_updated_on": date.fromisoformat(updated_on) if updated_on else None,
        }
    )


def get_publications(archive: Archive) -> list[Publication]:
    """Every receipt, in the order the vintages were seen; raises ArchiveTrouble."""
    found = [get_publication(archive, name) for name in archive.names(PUBLICATIONS)]
    return sorted(found, key=lambda publication: (publication.seen_at, publication.table_id))


def write_missing(connection: Connection, *, archive: Archive) -> list[str]:
    """Write the receipts of vintages that have none; gives their names. Raises ArchiveTrouble."""
    there = archive.names(PUBLICATIONS)
    missing = [publication for publication in published(connection) if publication.name not in there]
    return [put_publication(archive, publication) for publication in missing]


def missing_answers(archive: Archive) -> dict[str, list[str]]:
    """What published vintages rest on and the archive has not, or has empty: vintage in words to names or hashes."""
    rests_on = {publication.in_words: _answers(archive, publication) for publication in get_publications(archive)}
    there = archive.holds({digest for digests in rests_on.values() for digest in digests})
    lost = {vintage: sorted(digests - there) for vintage, digests in rests_on.items()}
    return {vintage: digests for vintage, digests in lost.items() if digests}


def _answers(archive: Archive, publication: Publication) -> set[str]:
    try:
        return {entry.sha256 for entry in archive.get_manifest(publication.manifest).entries}
    except ArchiveTrouble:
        return {publication.manifest}


_Receipt = TypeVar("_Receipt", Assumed, Publication)


def _write(archive: Archive, name: str, plain: dict[str, Any]) -> str:
    archive.put_file(name, (json.dumps(plain, ensure_ascii=False, indent=1) + "\n").encode())
    return name


def _read(archive: Archive, name: str, *, parse: Callable[[dict[str, Any]], _Receipt]) -> _Receipt:
    """A receipt by its name; raises ArchiveTrouble where it is missing, damaged or under a wrong name."""
    written = archive.get_file(name)
    try:
        found = parse(read_json(written))
    except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError) as error:
        raise ArchiveTrouble(_damaged(name, archive=archive)) from error
    if found.name != name:
        raise ArchiveTrouble(_damaged(name, archive=archive))
    return found


def _damaged(name: str, *, archive: Archive) -> str:
    return (
        f"the receipt {name} in the archive {archive.root} is damaged: restore it from a copy, or remove it where the "
        "warehouse it tells of still stands: the next run writes it again"
    )
