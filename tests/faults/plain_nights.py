"""Nights without the orchestrator: the plain functions of the road, and a publication that is looked at and taken back.

How each ended is put on record, as a night does, and taken off again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from sqlalchemy import Connection, Engine, text

from tasks.audit import audit_table
from tasks.plan import due_of_source
from tasks.publish import publish_table
from tasks.resources import Resources
from tasks.results import Due, Listing
from tasks.runs.outcomes import TableOutcome, outcome_of, recorded_or_failed
from tasks.sources.registry import source_of
from tasks.stage import stage_table
from tests.properties.releases import open_run
from tests.standin.server import StandIn
from warehouse.catalogue.model import Table, jobindsats
from warehouse.danish.clock import DENMARK, Clock
from warehouse.history.staging import drop_leftovers
from warehouse.history.vintages import Vintage
from warehouse.settings import Settings

_CONTENT = text("""
select count(*), md5(string_agg(concat_ws('|', m.name, s.area_id, s.members, o.period_id, o.value, o.status), ';'
       order by m.name, s.area_id, s.members::text, o.period_id))
from core.observations o join core.series s on s.series_id = o.series_id join core.measures m on m.measure_id = s.measure_id
join core.tables t on t.table_no = o.table_no
where t.table_id = :table_id and o.superseded_by is null and o.status <> 'withdrawn'
""")
_WITHDRAWN = text("select count(*) from core.observations where superseded_by is null and status = 'withdrawn'")
_RECORDS = (
    text(
        "delete from ops.rejected_rows where quarantine_id in (select quarantine_id from ops.quarantine where run_id = :id)"
    ),
    text("delete from ops.quarantine where run_id = :id"),
    text("delete from ops.table_outcomes where run_id = :id"),
)
Content = tuple[Any, ...]


@dataclass(frozen=True)
class Ended:
    """How a night ended for its table, what stood then, and how many cells were withdrawn on record."""

    outcome: TableOutcome
    content: Content
    withdrawn: int


@dataclass
class PlainNights:
    """One table's nights against one publisher and one warehouse."""

    publisher: StandIn
    engine: Engine
    folder: Path
    table: Table = field(default_factory=lambda: jobindsats().table("y25i01"))
    number: int = 0

    def good(self, day: str) -> Ended:
        """A night that stays."""
        return self._night(day, faults={}, only="", late=False, keep=True)

    def tried(self, day: str, faults: Mapping[str, float], *, only: str = "", late: bool = False, **more: Any) -> Ended:
        """A night with faults on calls that hold `only`, from after the first question on where `late`; then taken back."""
        return self._night(day, faults=faults, only=only, late=late, keep=False, **more)

    def resources(self, day: str, **settings: Any) -> Resources:
        """What a task of that day may use; no pauses, few retries."""
        chosen = {
            "api_url": self.publisher.url,
            "api_token": SecretStr(self.publisher.token),
            "data_dir": self.folder,
            "timeout_seconds": 20,
            "retries": 1,
            "backoff_seconds": 0,
        } | settings
        self.number += 1
        moment = datetime.combine(date.fromisoformat(day), time(4), DENMARK)
        return Resources(Settings.model_validate(chosen), Clock(moment), self.engine)

    def _night(
        self, day: str, *, faults: Mapping[str, float], only: str, late: bool, keep: bool, **settings: Any
    ) -> Ended:
        self.publisher.clear_faults()
        self.publisher.set_today(day)
        resources = self.resources(day, **settings)
        with self.engine.begin() as connection:
            run_id = open_run(connection, started_at=resources.clock())
        if not late:
            self.publisher.set_faults(faults, only=only)
        due = self._due(resources, run_id=run_id)
        self.publisher.set_faults(faults, only=only)
        with self._looked_at(keep=keep) as connection:
            outcome = outcome_of(due, load=self._load(resources, run_id=run_id, connection=connection))
            ended = Ended(outcome, self._content(connection), int(connection.scalar(_WITHDRAWN) or 0))
        recorded = recorded_or_failed(run_id, due=due, outcome=outcome, resources=resources)
        self._tidy(run_id)
        return replace(ended, outcome=recorded)

    def _due(self, resources: Resources, *, run_id: int) -> Due:
        source, wanted = source_of(self.table.id), frozenset({self.table.id})
        try:
            (due,) = due_of_source(source, resources, run_id=run_id, wanted=wanted)
        except Exception as error:  # noqa: BLE001  # as the task does
            return Due(self.table.id, "failed", str(error), Listing(self.table.id))
        return due

    def _load(self, resources: Resources, *, run_id: int, connection: Connection) -> Callable[[Due], Vintage]:
        def load(due: Due) -> Vintage:
            fetched = source_of(due.table_id).fetching.fetch(due, access=resources.access(run_id=run_id))
            with self.engine.begin() as staging:
                staged = stage_table(staging, manifest=fetched.manifest, archive=resources.archive, run_id=run_id)
            audit_table(self.engine, staged=staged, archive=resources.archive)
            return publish_table(connection, staged=staged, archive=resources.archive)

        return load

    @contextmanager
    def _looked_at(self, *, keep: bool) -> Iterator[Connection]:
        with self.engine.connect() as connection:
            yield connection
            if keep:
                connection.commit()

    def _content(self, connection: Connection) -> Content:
        return tuple(connection.execute(_CONTENT, {"table_id": self.table.id}).one())

    def _tidy(self, run_id: int) -> None:
        """End a run, and take off the record how it ended: each night knows no more of earlier looks than the first."""
        with self.engine.begin() as connection:
            for record in _RECORDS:
                connection.execute(record, {"id": run_id})
            connection.execute(text("update ops.runs set ended_at = started_at where run_id = :id"), {"id": run_id})
            drop_leftovers(connection)
