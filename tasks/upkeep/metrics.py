"""Metrics of a warehouse as Prometheus reads them: tables that are late or stopped, how old they are, the last night.

Moments are in seconds since 1970, as Prometheus has them: `time() - jobindsats_last_night_ended_timestamp_seconds` is how long
ago the last night ended, also where the file has not been written anew since. Source: `jobindsats status` and `ops.runs`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry, Gauge, generate_latest, write_to_textfile
from sqlalchemy import Connection, RowMapping, text

from warehouse import reading
from warehouse.errors import QuestionError
from warehouse.periods import Period
from warehouse.schema.ops import OUTCOMES

Row = Mapping[str, Any]
ENDINGS = ("completed", "attention", "failed", "died")

# A night that yielded to another, or came too late, did no work: the other's outcome is the night's.
_LAST_NIGHT = """
select outcome, started_at, ended_at from ops.runs where kind = 'nightly' and outcome = any(:endings)
order by run_id desc limit 1
"""


def metrics(connection: Connection, *, today: date) -> CollectorRegistry:
    """What a warehouse is like now; of one in which nothing was published yet, too."""
    registry = CollectorRegistry()
    rows = reading.status(connection, today=today)
    _count_tables(registry, rows)
    for name, (said, value) in _OF_A_TABLE.items():
        _gauge(registry, f"table_{name}", said, {row["table"]: value(row) for row in rows}, by="table")
    said = "Days since its newest period ended, when this was written."
    ages = {row["table"]: _age(row, today=today) for row in rows}
    _gauge(registry, "table_newest_period_age_days", said, ages, by="table")
    night = connection.execute(text(_LAST_NIGHT), {"endings": list(ENDINGS)}).mappings().one_or_none()
    if night is not None:
        _tell_night(registry, night)
    return registry


def as_text(found: CollectorRegistry) -> str:
    """Metrics in Prometheus' text format."""
    return generate_latest(found).decode()


def write(found: CollectorRegistry, *, file: Path) -> None:
    """Metrics in a file, whole or not at all, where node exporter's textfile collector finds them; raises QuestionError."""
    try:
        write_to_textfile(str(file), found)
    except OSError as error:
        raise QuestionError(
            f"{file} cannot be written ({error.strerror}): name a file ending in .prom in the folder that node exporter's "
            "textfile collector reads, and see to the folder's rights"
        ) from error


def _count_tables(registry: CollectorRegistry, rows: Sequence[Row]) -> None:
    outcomes = {outcome: sum(row["outcome"] == outcome for row in rows) for outcome in OUTCOMES}
    said = "Tables by the outcome of the last run that looked at them."
    _gauge(registry, "tables", said, outcomes, by="outcome")
    late = "Tables of which the publisher has newer figures than are held, or was to have them."
    _gauge(registry, "tables_late", late, {"": sum(map(_is_late, rows))})


def _tell_night(registry: CollectorRegistry, night: RowMapping) -> None:
    outcomes = {each: float(each == night["outcome"]) for each in ENDINGS}
    _gauge(registry, "last_night_outcome", "1 for the outcome of the last night.", outcomes, by="outcome")
    for name in ("started", "ended"):
        said = f"When the last night {name}, by its own clock."
        _gauge(registry, f"last_night_{name}_timestamp_seconds", said, {"": night[f"{name}_at"].timestamp()})


def _is_late(row: Row) -> bool:
    return bool(row["fresh"] is False and row["vintages"])


def _last_day(row: Row) -> date | None:
    return Period.parse(row["newest_period"]).last_day if row["newest_period"] else None


def _age(row: Row, *, today: date) -> int | None:
    last_day = _last_day(row)
    return None if last_day is None else (today - last_day).days


def _moment_of_newest(row: Row) -> float | None:
    last_day = _last_day(row)
    return None if last_day is None else datetime.combine(last_day, time(), UTC).timestamp()


_OF_A_TABLE: Mapping[str, tuple[str, Callable[[Row], float | None]]] = {
    "late": (
        "1 where the publisher has newer figures than are held, or was to have them.",
        lambda row: _is_late(row) if row["vintages"] and row["fresh"] is not None else None,
    ),
    "newest_period_timestamp_seconds": ("The last day of its newest period.", _moment_of_newest),
    "seen_timestamp_seconds": (
        "When its newest vintage was seen.",
        lambda row: row["seen_at"].timestamp() if row["seen_at"] else None,
    ),
    "observations": ("Cells that stand now, hidden ones included.", lambda row: row["observations"]),
    "vintages": ("Versions that are held.", lambda row: row["vintages"]),
}


def _gauge(
    registry: CollectorRegistry, name: str, said: str, found: Mapping[str, float | None], *, by: str = ""
) -> None:
    """A gauge, with a value for each label where it has one; None: no value."""
    gauge = Gauge(f"jobindsats_{name}", said, [by] if by else [], registry=registry)
    for label, value in found.items():
        if value is not None:
            (gauge.labels(label) if by else gauge).set(value)
