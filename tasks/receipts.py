"""Receipts: the archive tells what the warehouse has published and assumed, and neither begins a second history."""

from __future__ import annotations

from sqlalchemy import Connection, text

from tasks import assumption_receipts, publications
from tasks.archive import Archive
from tasks.stoppages import Refused


def write_missing_receipts(connection: Connection, *, archive: Archive) -> list[str]:
    """Write the receipts that the archive has not; gives their names. Raises ArchiveTrouble.

    A warehouse that never published anything has no history to keep, and writes none.
    """
    written = publications.write_missing(connection, archive=archive)
    if connection.scalar(text("select exists (select from core.vintages)")):
        written += assumption_receipts.write_missing_assumptions(connection, archive=archive)
    return written


def require_whole(connection: Connection, *, archive: Archive) -> None:
    """A run in a lost warehouse, or an older copy of it, would begin a second history beside the archive's: raises Refused."""
    # The archive before the warehouse: what is published meanwhile has its vintage first.
    vintages, assumed = archive.names(publications.FOLDER), archive.names(assumption_receipts.FOLDER)
    vintages -= {publication.name for publication in publications.published(connection)}
    assumed -= assumption_receipts.receipts_on_record(connection)
    if vintages or assumed:
        what = f"{len(vintages)} vintages" if vintages else f"{len(assumed)} changes of what is assumed"
        raise Refused(
            f"the archive {archive.root} has receipts of {what} that this warehouse does not hold, the first "
            f"{min(vintages or assumed)}: it is empty, or an older copy. Run `jobindsats replay` to get them back, or set "
            "JOBINDSATS_ARCHIVE_URL to an archive of this warehouse's own"
        )
