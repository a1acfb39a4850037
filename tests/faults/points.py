"""The points at which a night is killed or its warehouse taken away, in the order of the road."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Point:
    """Where a night dies: before or after the n-th time that something happens."""

    name: str
    what: Literal["statement", "copy", "question", "file", "anything"]
    when: Literal["before", "after"]
    holding: str = ""
    nth: int = 1


POINTS = (
    Point("asking what is new", "question", "before", "/tables"),
    Point("in the middle of the fetch", "question", "after", "/data/", nth=2),
    Point("writing to the archive", "file", "before", "payloads"),
    Point("after the fetch, before staging", "statement", "before", "drop table if exists staging."),
    Point("inside COPY", "copy", "after"),
    Point("after staging, before the audit", "statement", "after", "_changes is 'One row"),
    Point("inside the audit", "statement", "before", "with batch as", nth=5),
    Point("after the audit, before publishing", "statement", "before", "pg_advisory_xact_lock(hashtext('publish')"),
    Point("inside publish, old rows closed", "statement", "after", "update core.observations"),
    Point("inside publish, new rows opened", "statement", "after", "insert into core.observations"),
    Point("after publishing, before the record", "statement", "before", "INSERT INTO ops.table_outcomes"),
    Point("inside the marts", "statement", "after", "delete from marts.benefit_recipients"),
    Point("before the night is closed", "statement", "before", "UPDATE ops.runs SET ended_at"),
)


def point(name: str) -> Point:
    """One point by its name."""
    return next(point for point in POINTS if point.name == name)
