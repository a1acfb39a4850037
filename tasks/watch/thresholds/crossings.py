"""A municipality's thresholds: each new crossing is put on record to be told once, and again when it was gone and came back.

A crossing is an alert whose trouble is `threshold`. One that cannot be judged tonight, since a count is hidden or has not
come, stays as it was. The file is the one that JOBINDSATS_THRESHOLDS names (docs/thresholds.md).
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from tasks.watch.thresholds.content import ThresholdsFile, thresholds_in
from tasks.watch.thresholds.judging import Judged, judged
from tasks.watch.thresholds.telling import told, vintages_of
from warehouse.danish.asked import moment
from warehouse.errors import QuestionError
from warehouse.settings import Settings

_LASTING = "select about, raised_at, told_at from ops.alerts where trouble = 'threshold' and mended_at is null"

_MEND = """
update ops.alerts set mended_at = :now
where trouble = 'threshold' and mended_at is null and about <> all(cast(:standing as text[]))
"""

_RAISE = """
insert into ops.alerts (table_id, trouble, about, run_id, message, raised_at)
values ('', 'threshold', :about, :run_id, :message, :now)
on conflict (table_id, trouble, about) where mended_at is null do nothing
"""


def own_thresholds(settings: Settings) -> ThresholdsFile | None:
    """Those of the file that JOBINDSATS_THRESHOLDS names, None where it names none; raises ThresholdsError."""
    return None if settings.thresholds is None else thresholds_in(settings.thresholds)


def note_crossings(connection: Connection, file: ThresholdsFile | None, *, run_id: int, now: datetime) -> list[str]:
    """Put on record what is crossed now and was not before, and what is crossed no longer; gives what is new, in words.

    Without a file no limit is left, so none is crossed.
    """
    found = judged(connection, file, now=now) if file else []
    before = set(connection.scalars(text(_LASTING)))
    standing = [each.about for each in found if each.crossed is not False]
    connection.execute(text(_MEND), {"now": now, "standing": standing})
    crossed = {each.about: each for each in found if each.crossed and each.about not in before}
    vintages = vintages_of(connection, list(crossed.values()))
    rows = [
        {"about": about, "message": told(each, vintages=vintages), "run_id": run_id, "now": now}
        for about, each in crossed.items()
    ]
    if rows:
        connection.execute(text(_RAISE), rows)
    return [str(row["message"]) for row in rows]


def tried(
    connection: Connection, *, file: Path | None, settings: Settings, now: datetime, as_of: str | None
) -> list[dict[str, Any]]:
    """How each limit of a file, or of the one in the settings, stands or stood at a moment; nothing is put on record.

    One row per threshold and what it is of. Raises ThresholdsError, and QuestionError where no file is named at all.
    """
    named = thresholds_in(file) if file else own_thresholds(settings)
    if named is None:
        raise QuestionError(
            "no thresholds are set: name a YAML file, or set JOBINDSATS_THRESHOLDS; docs/thresholds.md says how it is written"
        )
    found = judged(connection, named, now=now, as_of=moment(as_of) if as_of else None)
    vintages = vintages_of(connection, found)
    lasting = {row.about: row for row in connection.execute(text(_LASTING))} if as_of is None else {}
    return [
        _as_row(each)
        | {"message": told(each, vintages=vintages)}
        | {"crossed_since": lasting[each.about].raised_at if each.about in lasting else None}
        | {"vintages": [vintages[number]._asdict() for number in each.vintages if number in vintages]}
        for each in found
    ]


def _as_row(each: Judged) -> dict[str, Any]:
    return {
        "threshold": each.threshold,
        "kind": each.kind,
        "area": each.area,
        "of": each.of or None,
        "period": each.period,
        "value": None if each.value is None else round(each.value, 6),
        "limit": float(each.limit),
        "unit": each.unit,
        "crossed": each.crossed,
        "provisional": each.provisional,
    }
