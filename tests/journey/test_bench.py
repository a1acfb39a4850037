"""What `make bench` compares is the same: each contestant ends with all that the bodies hold, and says what it took."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, create_engine, text

from tests.bench.bodies import Bodies, made
from tests.conftest import Database

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
MONTHS = 15


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Bodies as the bench makes them, of its smallest size."""
    path = tmp_path_factory.mktemp("bodies")
    made(path, months=MONTHS)
    return path


@pytest.fixture(scope="module")
def bodies(folder: Path) -> Bodies:
    """What they hold."""
    return made(folder, months=MONTHS)


def contestant(name: str, *, folder: Path, warehouse: URL) -> dict[str, Any]:
    """One contestant as the bench starts it."""
    where = ["--bodies", str(folder), "--months", str(MONTHS)]
    where += ["--warehouse", warehouse.render_as_string(hide_password=False)]
    command = [sys.executable, "-m", "tests.bench.contestants", name, *where]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True, timeout=300)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def counted(warehouse: URL, query: str) -> tuple[int, ...]:
    engine = create_engine(warehouse)
    with engine.connect() as connection:
        row = connection.execute(text(query)).one()
    engine.dispose()
    return tuple(int(cell) for cell in row)


def test_ours_publishes_a_vintage_for_each_look_that_brings_something(
    empty_database: Database, folder: Path, bodies: Bodies
) -> None:
    with empty_database() as warehouse:
        found = contestant("ours", folder=folder, warehouse=warehouse)
        number, revised = counted(warehouse, "select count(*), sum(revised) from core.vintages")
        rows, standing = counted(
            warehouse, "select count(*), count(*) filter (where superseded_by is null) from core.observations"
        )
        held, asked = counted(
            warehouse, "select count(*) filter (where passed), count(*) from ops.checks where blocking"
        )
    assert found["seconds"].keys() == {"first", "same", "revised"}
    assert min(found["seconds"].values()) > 0
    assert found["peak_mib"] > 50
    assert (number, standing, rows) == (2, bodies.observations, bodies.observations + revised)
    assert revised == pytest.approx(bodies.observations / 100, rel=0.2)
    assert held == asked > 0


@pytest.mark.parametrize("name", ["floor", "floor, rows sorted"])
def test_the_floor_holds_the_same_observations_under_the_same_key(
    empty_database: Database, folder: Path, bodies: Bodies, name: str
) -> None:
    with empty_database() as warehouse:
        found = contestant(name, folder=folder, warehouse=warehouse)
        assert counted(warehouse, "select count(*) from floor") == (bodies.observations,)
        key = "select count(*) from pg_index where indrelid = 'floor'::regclass and indisprimary"
        assert counted(warehouse, key) == (1,)
    assert found["seconds"].keys() == {"first"}
