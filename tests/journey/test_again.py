"""`nightly --again`: a publisher mends a table at noon without a new date, and a person has it fetched."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import URL

from flows.command_line.main import run
from tests.scene import Scene
from tests.standin.editions import Cube, Edition
from tests.standin.publisher import Publisher, Settings
from tests.standin.server import serving
from tests.unit.tasks.upkeep.test_adopting import TODAY, World

pytestmark = pytest.mark.slow

TABLE = "y07a02"


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def mended_at_noon(
    world: World, orchestrator: str, database: URL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Scene]:
    """A scene whose publisher serves this world."""
    with serving(Publisher(world, today=TODAY, settings=Settings())) as standin:
        yield Scene.set_up(standin, orchestrator=orchestrator, database=database, folder=tmp_path, patch=monkeypatch)


def corrected(edition: Edition) -> Edition:
    """The same edition, with one person more in the first row of its newest month."""

    def read() -> tuple[Cube, ...]:
        first, *others = edition.read()
        label = edition.measures[0].label
        one_more = pl.when(pl.int_range(pl.len()) == 0).then(pl.col(label) + 1).otherwise(pl.col(label))
        return (Cube(first.hierarchies, first.frame.with_columns(one_more.alias(label))), *others)

    return replace(edition, read=read)


def test_a_correction_of_the_same_day_is_fetched_when_it_is_asked_for(
    mended_at_noon: Scene, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    scene = mended_at_noon
    assert scene.outcomes(scene.night(tables=[TABLE])) == {TABLE: "published"}
    edition = world.edition(TABLE, TODAY)
    assert edition is not None
    world.own[TABLE] = corrected(edition)

    assert scene.outcomes(scene.night(tables=[TABLE])) == {TABLE: "not_due"}
    scene.set_clock()
    capsys.readouterr()
    assert run(["nightly", "--table", TABLE, "--again", "--json"]) == 0
    (table,) = json.loads(capsys.readouterr().out)["tables"]
    assert (table["outcome"], table["revised"], table["withdrawn"]) == ("published", 1, 0), table
    days = scene.query("select distinct publisher_updated_on from core.vintages")
    assert len(days) == 1, "the publisher's date was the same"
