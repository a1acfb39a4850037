"""Publications: receipts in the archive of what was published, so that the archive alone can rebuild a warehouse.

A receipt says nothing that `core.vintages` does not: one that is missing (a crash between commit and receipt, a full
disk) is written again from there when the next run begins, and writing it twice is writing it once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, text

from tasks.archive import Archive, ArchiveTrouble

FOLDER = "publications"
_ON_THIS_MACHINE = re.compile(r"https?://(127\.|localhost|\[::1\])")


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
        return f"{FOLDER}/{self.table_id}/{self.seen_at.astimezone(UTC):%Y%m%dT%H%M%S%fZ}.json"

    @property
    def rehearsed(self) -> bool:
        """Whether its publisher was a stand-in on the machine it was fetched from."""
        return _ON_THIS_MACHINE.match(self.publisher) is not None

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
    plain = asdict(publication) | {
        "seen_at": publication.seen_at.astimezone(UTC).isoformat(),
        "publisher_updated_on": publication.publisher_updated_on and publication.publisher_updated_on.isoformat(),
    }
    archive.put_file(publication.name, (json.dumps(plain, ensure_ascii=False, indent=1) + "\n").encode())
    return publication.name


def get_publication(archive: Archive, name: str) -> Publication:
    """A receipt by its name; raises ArchiveTrouble where it is missing, damaged or under a wrong name."""
    written = archive.get_file(name)
    try:
        found = _publication(json.loads(written))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ArchiveTrouble(_damaged(name, archive=archive)) from error
    if found.name != name:
        raise ArchiveTrouble(_damaged(name, archive=archive))
    return found


def _damaged(name: str, *, archive: Archive) -> str:
    return (
        f"the receipt {name} in the archive {archive.root} is damaged: restore it from a copy, or remove it where the "
        "warehouse it tells of still stands: the next run writes it again"
    )


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
    found = [get_publication(archive, name) for name in archive.names(FOLDER)]
    return sorted(found, key=lambda publication: (publication.seen_at, publication.table_id))


def write_missing(connection: Connection, *, archive: Archive) -> list[str]:
    """Write the receipts of vintages that have none; gives their names. Raises ArchiveTrouble."""
    there = archive.names(FOLDER)
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
