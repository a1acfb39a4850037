"""Assume: the assumptions that are shipped, and a municipality's own, are put on record before a night's work."""

from __future__ import annotations

from tasks.border import Border
from warehouse.assumed import record
from warehouse.assumptions import Assumption, AssumptionError, merged, read_assumptions, shipped


def put_assumptions_on_record(border: Border) -> None:
    """Make what is declared now what stands; the same declaration twice writes nothing. Raises AssumptionError."""
    declared = merged(shipped(), own_assumptions(border))
    with border.engine.begin() as connection:
        record(connection, declared, now=border.clock())


def own_assumptions(border: Border) -> tuple[Assumption, ...]:
    """Those of the file that JOBINDSATS_ASSUMPTIONS names; raises AssumptionError."""
    path = border.settings.assumptions
    if path is None:
        return ()
    try:
        written = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise AssumptionError(f"JOBINDSATS_ASSUMPTIONS names {path}, which cannot be read: {error}") from error
    return read_assumptions(written, name=path.name)
