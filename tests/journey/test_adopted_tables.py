"""A table that nobody declared: found, adopted without code, published, shown; respelt, accepted, and published again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, Engine

from flows.command_line.main import run
from tests.faults.plain_nights import PlainNights
from tests.standin.publisher import Publisher, Settings
from tests.standin.server import StandIn, serving
from tests.unit.tasks.upkeep.test_adopting import BY_REGION, PERIODS, TODAY, World, edition, hierarchy
from warehouse.catalogue.named import table_named

pytestmark = pytest.mark.slow

LABELS = ("Antal fuldtidspersoner", "Noget helt andet")


def by_sex(*labels: str, periods: tuple[str, ...] = PERIODS, updated_on: date = date(2023, 10, 20)) -> World:
    sex = hierarchy("_kon", labels, root="Køn i alt")
    found = edition("y87", BY_REGION, sex, labels=LABELS, periods=periods)
    return World({"y87": replace(found, updated_on=updated_on, next_on=date(2023, 12, 20))})


@pytest.fixture
def world() -> World:
    return by_sex("Kvinder", "Mænd")


@pytest.fixture
def publisher(world: World) -> Iterator[StandIn]:
    with serving(Publisher(world, today=TODAY, settings=Settings())) as standin:
        yield standin


@pytest.fixture
def settings(publisher: StandIn, database: URL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands' settings: those of the nights."""
    written = {
        "API_URL": publisher.url,
        "API_TOKEN": publisher.token,
        "WAREHOUSE_URL": database.render_as_string(hide_password=False),
        "DATA_DIR": str(tmp_path),
        "NOW": "2023-11-21T12:00:00+01:00",
    }
    for name, value in written.items():
        monkeypatch.setenv(f"JOBINDSATS_{name}", value)


def answer(*arguments: str) -> Any:
    with redirect_stdout(StringIO()) as printed:
        assert run([*arguments, "--json"]) in (0, 3)
    return json.loads(printed.getvalue())


@pytest.mark.usefixtures("settings")
def test_it_is_found_adopted_published_shown_and_goes_on_after_a_label_is_accepted(
    world: World, publisher: StandIn, engine: Engine, tmp_path: Path
) -> None:
    assert [row["declared"] for row in answer("tables", "prøvetabel")] == [False]
    assert [each["unit"] for each in answer("tables", "Y87")["measures"]] == ["full_time_persons", "unknown"]
    (adopted,) = answer("adopt", "y87", "--breakdown", "_kon")
    assert (adopted["cells"], adopted["breakdowns"]) == (5 * 3 * 3 * 2, ["_kon"])
    nights = PlainNights(publisher, engine, tmp_path, table=table_named(None, "y87"))
    first = nights.good("2023-11-05").outcome
    assert (first.outcome, first.vintage and first.vintage.new) == ("published", adopted["cells"]), first.message
    shown = answer("show", "y87", "--area", "Region Sjælland", "--period", "2023M09", "--where", "Kon=Mænd")
    assert {row["unit"] for row in shown} == {"full_time_persons", "unknown"}

    respelt = by_sex("Damer", "Mænd", periods=("2023M10", *PERIODS), updated_on=date(2023, 11, 20))
    world.own.update(respelt.own)
    stopped = nights.good("2023-11-21").outcome
    assert stopped.outcome == "quarantined"
    assert "jobindsats catalogue accept y87" in stopped.message
    (compared,) = answer("catalogue", "compare", "y87")
    assert compared["differences"][0]["sentence"] == "the member 'Kvinder' of _kon is now called 'Damer'"
    with redirect_stderr(StringIO()):
        assert run(["catalogue", "accept", "y87", "--reason", "STAR skriver nu Damer"]) == 0
    after = nights.good("2023-11-22").outcome
    assert after.vintage is not None, after.message
    assert (after.outcome, after.vintage.new, after.vintage.withdrawn) == ("published", 30, 0)
    assert after.vintage.revised == 0
