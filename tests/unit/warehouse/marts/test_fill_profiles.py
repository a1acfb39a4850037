"""The marts of revisions, filled from vintages in PostgreSQL: how a table is revised, and that what is behind is found."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text

from tasks.answers import figures as answers
from tasks.derive import bring_figures_up_to_date
from tests.properties.releases import FIRST_NIGHT, FULL_TIME, HIDDEN, TABLE, publish_release, shown
from warehouse.assumptions.model import shipped
from warehouse.assumptions.record import record
from warehouse.catalogue.publishers import shipped_table
from warehouse.errors import QuestionError
from warehouse.marts import fill_profiles
from warehouse.periods import Period

AREAS = {0: 1_000.0, 163: 100.0, 751: 500.0}
"""The country, Herlev (medium) and Aarhus (large), each with what a month has at first."""
ADDED = 1.1
"""The second release of a month is so much higher."""


def month(number: int) -> str:
    return str(Period.parse("2024M01").shifted(number))


def release(engine: Engine, number: int, *, hidden: bool = False) -> None:
    """The release of a month, which revises the month before; it comes a month after the last."""
    cells = {(month(number), area, FULL_TIME): shown(value) for area, value in AREAS.items()}
    cells |= {(month(number - 1), area, FULL_TIME): shown(round(value * ADDED)) for area, value in AREAS.items()}
    if hidden:
        cells[(month(number), 163, FULL_TIME)] = HIDDEN
    publish_release(engine, cells, seen_at=FIRST_NIGHT + timedelta(days=30 * number))


def rows(engine: Engine) -> list[dict[str, Any]]:
    with engine.connect() as connection:
        return [
            dict(row)
            for row in connection.execute(
                text("select * from marts.revision_profile where age_releases = 1 order by size_class")
            ).mappings()
        ]


def settled(engine: Engine, *, period: str | None = None) -> list[dict[str, Any]]:
    with engine.connect() as connection:
        return answers.settled(connection, table=shipped_table(TABLE), area="Aarhus", period=period)


def behind(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return fill_profiles.tables_behind(connection)


def test_a_table_is_profiled_as_soon_as_twelve_releases_were_followed(engine: Engine) -> None:
    with engine.begin() as connection:
        record(connection, shipped(), now=FIRST_NIGHT)  # the population, by which municipalities are classed
    for number in range(13):
        release(engine, number, hidden=number == 5)
    told: list[str] = []
    bring_figures_up_to_date(engine, told=told.append)
    assert (told, behind(engine)) == ([], [])
    assert [
        (row["period"], row["status"], row["published_value"], row["settled_value"]) for row in settled(engine)
    ] == [("2025M01", "too few releases", 500, None)]
    assert {(row["size_class"], row["status"], row["mean_revision"]) for row in rows(engine)} == {
        (size_class, "too few releases", None) for size_class in ("country", "medium", "large")
    }
    release(engine, 13)
    release(engine, 14)
    assert behind(engine) == [TABLE]
    bring_figures_up_to_date(engine, told=told.append)
    found = rows(engine)
    assert [(row["size_class"], row["releases"], row["cells"], row["hidden_cells"]) for row in found] == [
        ("country", 13, 13, 0), ("large", 13, 13, 0), ("medium", 12, 12, 1)
    ]  # fmt: skip
    assert [row["mean_revision"] for row in found] == pytest.approx([100, 50, 10])
    assert [row["changed_pct"] for row in found] == [100, 100, 100]
    assert [row["unit"] for row in found] == ["full_time_persons"] * 3
    with pytest.raises(QuestionError, match="2025M03"):
        settled(engine, period="2024M01")
    with engine.connect() as connection:
        kept = connection.scalar(text("select count(*) from marts.settled_values where settled_value is not null"))
        answered = answers.profile(connection, table=shipped_table(TABLE))
    # Of 15 releases the horizon is two on (12 were followed that far), and Aarhus always goes from 500 to 550 at once.
    values = settled(engine)
    assert kept == 3 * len(values)
    young = [(row["period"], row["published_value"], row["settled_value"], row["further_releases"]) for row in values]
    assert young == [("2025M02", 550, 550, 1), ("2025M03", 500, 550, 2)]
    assert all(row["settled_low_value"] == row["settled_high_value"] == 550 for row in values)
    assert (answered["status"], answered["releases"], answered["revised"]) == ("enough releases", 13, [])
    assert [row for row in answered["profile"] if row["age_releases"] == 1] == [
        {name: row[name] for name in answered["profile"][0]} for row in found
    ]


def test_what_cannot_be_computed_leaves_the_rows_as_they_were_and_is_told(engine: Engine) -> None:
    for number in range(3):
        release(engine, number)
    bring_figures_up_to_date(engine, told=pytest.fail)
    before = rows(engine)
    release(engine, 3)
    with engine.begin() as connection:
        connection.execute(
            text("alter table marts.revision_profile add constraint no_more check (releases < 2) not valid")
        )
    told: list[str] = []
    bring_figures_up_to_date(engine, told=told.append)
    [said] = told
    assert said.startswith(f"{TABLE} stays as it was in the marts of revisions: ")
    assert "no_more" in said
    assert (rows(engine), behind(engine)) == (before, [TABLE])
