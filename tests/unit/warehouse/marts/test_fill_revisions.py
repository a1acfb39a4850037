"""The marts of revisions, filled from vintages in PostgreSQL: how a table is revised, and that what is behind is found."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text

from tasks import answers
from tasks.derive import bring_figures_up_to_date
from tests.properties.releases import FIRST_NIGHT, FULL_TIME, HIDDEN, TABLE, publish_release, shown
from warehouse.catalogue.publishers import shipped_table
from warehouse.marts import fill_revisions
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


def behind(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return fill_revisions.tables_behind(connection)


def test_a_table_is_profiled_as_soon_as_twelve_releases_were_followed(engine: Engine) -> None:
    for number in range(13):
        release(engine, number, hidden=number == 5)
    told: list[str] = []
    bring_figures_up_to_date(engine, told=told.append)
    assert (told, behind(engine)) == ([], [])
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
    with engine.connect() as connection:
        answered = answers.profile(connection, table=shipped_table(TABLE))
    assert (answered["status"], answered["releases"], answered["revised"]) == ("enough releases", 13, [])
    assert [row for row in answered["profile"] if row["age_releases"] == 1] == [
        {name: row[name] for name in answered["profile"][0]} for row in found
    ]
