"""Nights without the orchestrator: the plain functions of the road, and a publication that is looked at and taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from sqlalchemy import Connection, Engine, text

from tasks.audit import audit_table
from tasks.plan import decide_all
from tasks.publish import publish_table
from tasks.resources import Border
from tasks.results import Decision, Listing
from tasks.runs.outcomes import TableOutcome, settle
from tasks.sources.jobindsats.fetch import fetch_table
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

    def border(self, day: str, **settings: Any) -> Border:
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
        return Border(Settings.model_validate(chosen), Clock(moment), self.engine)

    def _night(
        self, day: str, *, faults: Mapping[str, float], only: str, late: bool, keep: bool, **settings: Any
    ) -> Ended:
        self.publisher.clear_faults()
        self.publisher.set_today(day)
        border = self.border(day, **settings)
        with self.engine.begin() as connection:
            run_id = open_run(connection, started_at=border.clock())
        if not late:
            self.publisher.set_faults(faults, only=only)
        decision = self._decided(border, run_id=run_id)
        self.publisher.set_faults(faults, only=only)
        with self._looked_at(keep=keep) as connection:
            walk = self._road(border, run_id=run_id, connection=connection)
            outcome = settle(decision, walk=walk)
            ended = Ended(outcome, self._content(connection), int(connection.scalar(_WITHDRAWN) or 0))
        self._tidy(run_id)
        return ended

    def _decided(self, border: Border, *, run_id: int) -> Decision:
        try:
            (decision,) = decide_all([self.table], run_id=run_id, border=border)
        except Exception as error:  # noqa: BLE001  # as the task does
            return Decision(self.table.id, "failed", str(error), Listing(self.table.id))
        return decision

    def _road(self, border: Border, *, run_id: int, connection: Connection) -> Callable[[Decision], Vintage]:
        def walk(decision: Decision) -> Vintage:
            with border.publisher() as publisher:
                fetched = fetch_table(
                    self.table, listing=decision.listing, run_id=run_id, publisher=publisher, border=border
                )
            with self.engine.begin() as staging:
                staged = stage_table(staging, manifest=fetched.manifest, archive=border.archive, run_id=run_id)
            audit_table(self.engine, table=self.table, staged=staged, archive=border.archive)
            return publish_table(connection, staged=staged, archive=border.archive)

        return walk

    @contextmanager
    def _looked_at(self, *, keep: bool) -> Iterator[Connection]:
        with self.engine.connect() as connection:
            yield connection
            if keep:
                connection.commit()

    def _content(self, connection: Connection) -> Content:
        return tuple(connection.execute(_CONTENT, {"table_id": self.table.id}).one())

    def _tidy(self, run_id: int) -> None:
        with self.engine.begin() as connection:
            connection.execute(text("update ops.runs set ended_at = started_at where run_id = :id"), {"id": run_id})
            drop_leftovers(connection)
