"""`nightly --again`: a publisher mends a table at noon without a new date, and a person has it fetched."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import Engine, text

from tests.journey.test_every_table import Nights
from tests.standin.editions import Cube, Edition
from tests.standin.publisher import Publisher, Settings
from tests.standin.server import serving
from tests.unit.tasks.upkeep.test_adopting import TODAY, World

pytestmark = pytest.mark.slow

TABLE = "y07a02"
DAYS = "select count(*), count(distinct publisher_updated_on) from core.vintages"


def corrected(edition: Edition) -> Edition:
    """The same edition, with one person more in the first row of its newest month."""

    def read() -> tuple[Cube, ...]:
        first, *others = edition.read()
        label = edition.measures[0].label
        one_more = pl.when(pl.int_range(pl.len()) == 0).then(pl.col(label) + 1).otherwise(pl.col(label))
        return (Cube(first.hierarchies, first.frame.with_columns(one_more.alias(label))), *others)

    return replace(edition, read=read)


def test_a_correction_without_a_new_date_is_fetched_when_it_is_asked_for(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World()
    edition = world.edition(TABLE, TODAY)
    assert edition is not None
    world.own[TABLE] = edition
    with serving(Publisher(world, today=TODAY, settings=Settings())) as standin:
        monkeypatch.setenv("JOBINDSATS_DATA_DIR", str(tmp_path))
        nights = Nights(standin, engine, tmp_path)
        assert nights.of_all(TODAY, TABLE)[TABLE].outcome == "published"
        world.own[TABLE] = corrected(edition)
        assert nights.of_all(date(2023, 11, 6), TABLE)[TABLE].outcome == "not_due"
        fetched = nights.of_all(date(2023, 11, 7), TABLE, again=True)[TABLE]
        assert fetched.vintage is not None, fetched.message
        assert (fetched.outcome, fetched.vintage.revised, fetched.vintage.withdrawn) == ("published", 1, 0)
        assert nights.of_all(date(2023, 11, 8), TABLE, again=True)[TABLE].outcome == "unchanged"
    with engine.connect() as connection:
        assert tuple(connection.execute(text(DAYS)).one()) == (2, 1), "the publisher's date was the same"
