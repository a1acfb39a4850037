"""Nights over the files of people without the orchestrator: the plain functions of the road, and the command line beside."""

from __future__ import annotations

import json
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import date, datetime, time
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from tasks.archive.receipts import published, put_publication
from tasks.audit import audit_table
from tasks.derive import bring_figures_up_to_date
from tasks.plan import due_of_source
from tasks.publish import publish_table
from tasks.resources import Resources
from tasks.results import Due
from tasks.runs.outcomes import TableOutcome, outcome_of, recorded_or_failed
from tasks.sources.registry import source_of
from tasks.stage import stage_table
from tasks.stoppages import with_manifest
from tests.properties.releases import RUN_AT, open_run
from warehouse.danish.clock import DENMARK, Clock
from warehouse.history.vintages import Vintage
from warehouse.settings import read_settings


@dataclass
class OwnNights:
    """A folder of files, the warehouse they go into, and its archive."""

    engine: Engine
    folder: Path
    patch: pytest.MonkeyPatch

    @classmethod
    def set_up(cls, engine: Engine, *, folder: Path, patch: pytest.MonkeyPatch) -> OwnNights:
        """Let the settings name this warehouse, a data folder, and the two folders of files, which are made."""
        patch.chdir(folder)
        named = {"WAREHOUSE_URL": engine.url.render_as_string(hide_password=False), "DATA_DIR": str(folder / "data")}
        named |= {"API_URL": RUN_AT, "LOCAL_FILES": str(folder / "own"), "RANKING_LISTS": str(folder / "lists")}
        for name in ("own", "lists"):
            (folder / name).mkdir()
        for name, value in named.items():
            patch.setenv(f"JOBINDSATS_{name}", value)
        return cls(engine, folder, patch)

    @property
    def own(self) -> Path:
        """The folder of the municipality's own tables."""
        return self.folder / "own"

    @property
    def lists(self) -> Path:
        """The folder of ranking lists."""
        return self.folder / "lists"

    def night(self, day: str, *tables: str) -> dict[str, TableOutcome]:
        """One night over tables or sources, all of the municipality's own where none is named; outcomes by table."""
        moment = datetime.combine(date.fromisoformat(day), time(4), DENMARK)
        resources = Resources(read_settings(), Clock(moment), self.engine)
        with self.engine.begin() as connection:
            run_id = open_run(connection, started_at=resources.clock())
        wanted = frozenset(tables or ("local_files",))
        dues = [
            due
            for source in {source_of(name).name: source_of(name) for name in sorted(wanted)}.values()
            for due in due_of_source(source, resources, run_id=run_id, wanted=wanted)
        ]
        ended = {due.table_id: self._settled(due, resources=resources, run_id=run_id) for due in dues}
        bring_figures_up_to_date(self.engine, told=pytest.fail)
        with self.engine.begin() as connection:
            connection.execute(text("update ops.runs set ended_at = started_at where run_id = :id"), {"id": run_id})
        return ended

    def outcomes(self, day: str, *tables: str) -> dict[str, str]:
        """How each table of a night ended."""
        return {table: ended.outcome for table, ended in self.night(day, *tables).items()}

    def _settled(self, due: Due, *, resources: Resources, run_id: int) -> TableOutcome:
        def load(due: Due) -> Vintage:
            fetched = source_of(due.table_id).fetching.fetch(due, access=resources.access(run_id=run_id))
            return self._loaded(fetched.manifest, resources=resources, run_id=run_id)

        ended = outcome_of(due, load=load)
        recorded_or_failed(run_id, due=due, outcome=ended, resources=resources)
        return ended

    def _loaded(self, manifest: str, *, resources: Resources, run_id: int) -> Vintage:
        with with_manifest(manifest):
            with self.engine.begin() as connection:
                staged = stage_table(connection, manifest=manifest, archive=resources.archive, run_id=run_id)
            audit_table(self.engine, staged=staged, archive=resources.archive)
        with self.engine.begin() as connection:
            vintage = publish_table(connection, staged=staged, archive=resources.archive)
        with self.engine.connect() as connection:
            for receipt in published(connection, vintage_id=vintage.vintage_id) if vintage.vintage_id else ():
                put_publication(resources.archive, receipt)
        return vintage

    def command(self, *arguments: str) -> tuple[int, str, str]:
        """What a command line comes to, in this process: status, what it printed, what it told on standard error."""
        from flows.command_line.main import run

        with redirect_stdout(StringIO()) as printed, redirect_stderr(StringIO()) as told:
            status = run(list(arguments))
        return status, printed.getvalue(), " ".join(told.getvalue().split())

    def answer(self, *arguments: str) -> Any:
        """What a command that goes well prints as JSON, read."""
        status, printed, told = self.command(*arguments, "--json")
        assert status == 0, told
        return json.loads(printed)

    def query(self, statement: str, **values: object) -> list[dict[str, Any]]:
        """Rows of the warehouse."""
        with self.engine.connect() as connection:
            return [dict(row) for row in connection.execute(text(statement), values).mappings()]
