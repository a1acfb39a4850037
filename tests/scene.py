"""A scene for journeys: a publisher, a warehouse and an archive, and nights run through the real flow."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from io import StringIO
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, create_engine, text

from tasks.runs.report import RunReport
from tasks.runs.states import value_of
from tests.standin.server import StandIn
from warehouse.danish.clock import DENMARK

JOBINDSATS = str(Path(sys.executable).with_name("jobindsats"))


@dataclass
class Scene:
    """What a journey sees: the publisher to set faults and move the clock, the warehouse to look into."""

    publisher: StandIn
    database: URL
    folder: Path
    patch: pytest.MonkeyPatch
    nights: int = 0

    @classmethod
    def set_up(
        cls, publisher: StandIn, *, orchestrator: str, database: URL, folder: Path, patch: pytest.MonkeyPatch
    ) -> Scene:
        """The environment a run reads its settings from; retries are quick, so that faults do not take minutes."""
        patch.chdir(folder)
        settings = {
            "PREFECT_API_URL": orchestrator,
            "JOBINDSATS_API_URL": publisher.url,
            "JOBINDSATS_API_TOKEN": publisher.token,
            "JOBINDSATS_WAREHOUSE_URL": database.render_as_string(hide_password=False),
            "JOBINDSATS_DATA_DIR": str(folder / "data"),
            "JOBINDSATS_BACKOFF_SECONDS": "0.01",
            "JOBINDSATS_RETRIES": "6",
        }
        for name, value in settings.items():
            patch.setenv(name, value)
        return cls(publisher, database, folder, patch)

    def night(self, today: str | None = None, *, tables: list[str] | None = None) -> RunReport:
        """One night through the real flow, on the publisher's day."""
        from flows.nightly import nightly

        self.set_clock(today)
        return value_of(nightly, tables)

    def set_clock(self, today: str | None = None) -> None:
        """Move the publisher's clock and the run's; runs of one day follow one another by an hour."""
        if today is not None:
            self.publisher.set_today(today)
        day = date.fromisoformat(str(self.publisher.today))
        self.nights += 1
        moment = datetime.combine(day, time(1), DENMARK) + timedelta(hours=self.nights)
        self.patch.setenv("JOBINDSATS_NOW", moment.isoformat())

    def query(self, statement: str, **values: object) -> list[dict[str, Any]]:
        """Rows of the warehouse."""
        engine = create_engine(self.database)
        try:
            with engine.connect() as connection:
                return [dict(row) for row in connection.execute(text(statement), values).mappings()]
        finally:
            engine.dispose()

    def change(self, statement: str) -> None:
        """Change the warehouse behind the product's back."""
        engine = create_engine(self.database)
        try:
            with engine.begin() as connection:
                connection.execute(text(statement))
        finally:
            engine.dispose()

    @contextmanager
    def published_by(self, url: str) -> Iterator[None]:
        """The warehouse as if every run had asked the publisher at this address; within the block."""
        asked = "update ops.runs set publisher_url = '{}'"
        self.change(asked.format(url))
        yield
        self.change(asked.format(self.publisher.url))

    def content(self) -> list[dict[str, Any]]:
        """Every current observation, by names and in order: what a warehouse knows, whichever numbers it gave."""
        return self.query(
            "select t.table_id, m.name, s.area_id, s.members::text, o.period_id, o.value, o.status::text "
            "from core.observations o join core.series s using (series_id) join core.measures m using (measure_id) "
            "join core.tables t on t.table_no = o.table_no where o.superseded_by is null order by 1, 2, 3, 4, 5"
        )

    def history(self) -> list[dict[str, Any]]:
        """Every version of every observation, by names and in order, with the how-many-th vintage brought and closed it."""
        return self.query(
            "with numbered as (select vintage_id, rank() over (partition by table_no order by vintage_id) as nth "
            "from core.vintages) "
            "select t.table_id, m.name, s.area_id, s.members::text, o.period_id, v.nth, f.nth as closed_by, o.value, "
            "o.status::text from core.observations o join core.series s using (series_id) "
            "join core.measures m using (measure_id) join core.tables t on t.table_no = o.table_no "
            "join numbered v on v.vintage_id = o.vintage_id left join numbered f on f.vintage_id = o.superseded_by "
            "order by 1, 2, 3, 4, 5, 6"
        )

    def mart(self) -> list[dict[str, Any]]:
        """The mart of benefit recipients, without what numbers and clocks gave it."""
        rows = self.query("select * from marts.benefit_recipients order by benefit_group, area_code, period")
        return [{name: cell for name, cell in row.items() if name not in ("vintage_id", "seen_at")} for row in rows]

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """`jobindsats` as a process of its own."""
        return subprocess.run(
            [JOBINDSATS, *arguments], capture_output=True, text=True, check=False, timeout=120, env=dict(os.environ)
        )

    def answer(self, *arguments: str) -> Any:
        """What `jobindsats ... --json` prints, read; carried out in this process, which has imported what it needs."""
        from flows.command_line.main import run

        with redirect_stdout(StringIO()) as printed:
            assert run([*arguments, "--json"]) == 0
        return json.loads(printed.getvalue())

    def answer_or_none(self, *arguments: str) -> Any:
        """What such a command prints, or no rows where it ends with status 2, since nothing is held."""
        from flows.command_line.main import run

        with redirect_stdout(StringIO()) as printed:
            status = run([*arguments, "--json"])
        assert status == (0 if printed.getvalue() else 2)
        return json.loads(printed.getvalue() or "[]")

    def why_nothing(self, *arguments: str) -> str:
        """What a command says that has nothing to tell, and so ends with status 2."""
        said = self.command(*arguments, "--json")
        assert (said.returncode, said.stdout) == (2, "")
        return said.stderr

    def outcomes(self, report: RunReport) -> dict[str, str]:
        """Outcome by table."""
        return {table["table"]: table["outcome"] for table in report.tables}


def everything_prefect_knows() -> str:
    """What the orchestrator has on record of all runs so far, as text, page for page until none is left."""
    kinds = ("flow_runs", "task_runs", "logs", "artifacts", "variables", "block_documents")
    return "\n".join(json.dumps(known) for kind in kinds for known in known_of(kind))


def known_of(kind: str, asked: dict[str, Any] | None = None, page: int = 200) -> Iterator[Any]:
    """What Prefect has on record of one kind, or what a filter leaves of it: all of it, since one answer ends at 200."""
    for offset in count(0, page):
        request = urllib.request.Request(
            f"{os.environ['PREFECT_API_URL']}/{kind}/filter",
            data=json.dumps({**(asked or {}), "limit": page, "offset": offset}).encode(),
            headers={"Content-Type": "application/json"},
            method="POST",
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            found = json.load(answer)
        yield from found
        if len(found) < page:
            return
