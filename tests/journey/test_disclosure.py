"""The audit of hidden counts over a national Denmark of three nights: as it stands, and as of two earlier moments.

The nights go by the plain functions of the road, and their checks are left out: what is loaded is the publisher's own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from datetime import date, datetime, time
from io import StringIO
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, text

from flows.command_line.main import run
from tasks.derive import bring_figures_up_to_date, bring_up_to_date
from tasks.plan import due_of_source
from tasks.publish import publish_table
from tasks.resources import Resources
from tasks.sources.registry import source_of
from tasks.stage import stage_table
from tasks.watch.disclosure import told_too_much
from tests.properties.releases import open_run
from tests.standin.server import StandIn, running
from warehouse.assumptions.model import shipped
from warehouse.assumptions.record import record
from warehouse.catalogue.model import jobindsats
from warehouse.danish.clock import DENMARK, Clock
from warehouse.settings import Settings

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
DAYS = ("2023-10-20", "2023-11-20", "2023-12-20")
TABLES = frozenset({group.table for group in jobindsats().benefit_groups if group.counted} | {"y25i09"})
SECONDS_OF_A_NIGHT = 30.0
"""Far more than a night takes by itself: the processes of the suite share the cores."""


@dataclass(frozen=True)
class National:
    """A publisher of the whole country, and the warehouse it is loaded into."""

    publisher: StandIn
    engine: Engine
    folder: Path

    def night(self, day: str) -> int:
        """All that is new on a day, published and derived; gives the run."""
        self.publisher.set_today(day)
        of = {"api_url": self.publisher.url, "api_token": SecretStr(self.publisher.token), "data_dir": self.folder}
        clock = Clock(datetime.combine(date.fromisoformat(day), time(4), DENMARK))
        resources = Resources(Settings.model_validate(of), clock, self.engine)
        with self.engine.begin() as connection:
            run_id = open_run(connection, started_at=resources.clock())
        source = source_of("y01a02")
        for due in due_of_source(source, resources, run_id=run_id, wanted=TABLES):
            if due.fetch:
                fetched = source.fetching.fetch(due, access=resources.access(run_id=run_id))
                with self.engine.begin() as connection:
                    staged = stage_table(
                        connection, manifest=fetched.manifest, archive=resources.archive, run_id=run_id
                    )
                    publish_table(connection, staged=staged, archive=resources.archive)
        bring_up_to_date(self.engine)
        return run_id


@pytest.fixture(scope="module")
def national(module_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[National]:
    """Three nights a month apart; the figures are derived after the last."""
    with running(today=DAYS[0], scale="national") as publisher, pytest.MonkeyPatch.context() as patch:
        of = National(publisher, module_engine, tmp_path_factory.mktemp("national"))
        patch.setenv("JOBINDSATS_WAREHOUSE_URL", module_engine.url.render_as_string(hide_password=False))
        patch.setenv("JOBINDSATS_DATA_DIR", str(of.folder))
        patch.chdir(of.folder)
        for day in DAYS:
            of.night(day)
        with module_engine.begin() as connection:
            record(connection, shipped(), now=datetime(2023, 12, 20, 3, tzinfo=DENMARK))
        bring_figures_up_to_date(module_engine, told=pytest.fail)
        yield of


def disclosure(*arguments: str) -> tuple[int, dict[str, Any]]:
    """What the command comes to: its exit status, and what it prints."""
    with redirect_stdout(StringIO()) as printed:
        status = run(["disclosure", *arguments, "--json"])
    return status, json.loads(printed.getvalue())


@pytest.mark.parametrize("moment", [None, *DAYS[:2]])
def test_nothing_of_ours_narrows_what_the_publisher_hides_at_any_moment(national: National, moment: str | None) -> None:
    status, found = disclosure(*(["--as-of", moment] if moment else []))
    assert (status, found["leaks"], found["narrowed"], found["own"]) == (0, [], 0, [])
    assert found["hidden"] > 1_000
    assert 0 < found["pinned"] < found["hidden"] / 2
    assert found["told"] > 100


def test_of_one_area_it_tells_that_areas_only(national: National) -> None:
    status, found = disclosure("--area", "Læsø")
    assert (status, found["leaks"]) == (0, [])
    assert 0 < found["hidden"] < 2_000


def test_a_night_is_audited_in_no_time_and_by_what_it_changed(national: National) -> None:
    with national.engine.connect() as connection:
        newest = int(connection.scalar(text("select max(run_id) from core.vintages")) or 0)
    began = perf_counter()
    assert told_too_much(national.engine, run_id=newest) == ""
    assert perf_counter() - began < SECONDS_OF_A_NIGHT


def test_a_leak_over_the_country_is_found_with_its_place(national: National) -> None:
    """The bound of every total is one too low where a part is hidden: a digit in one definition."""
    from sqlalchemy import create_engine

    from tasks.watch.disclosure import audited
    from tests.conventions.sources import ROOT

    definition = (ROOT / "warehouse" / "sql" / "marts.total_of.sql").read_text(encoding="utf-8")
    engine = create_engine(national.engine.url)
    with engine.connect() as connection:
        connection.exec_driver_sql(definition.replace("t.shown + 2 * t.hidden", "t.shown + t.hidden"))
        found = audited(connection, area="Læsø", as_of=None)
    engine.dispose()
    places = {leak["place"] for leak in found["leaks"]}
    assert places >= {"marts.benefit_totals.total_high_full_time_persons"}
    assert {leak["area"] for leak in found["leaks"]} <= {"Læsø", None}
