"""What moved in a mart of figures when it was filled anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, insert

from tasks.runs.report import moves_in_words
from warehouse.marts.benchmark import savings
from warehouse.marts.fill import Moves, moves, remember

ROW: dict[str, Any] = {
    "area_code": "163",
    "area_name": "Herlev",
    "period": "2023QMAT02",
    "period_first_day": date(2022, 7, 1),
    "period_last_day": date(2023, 6, 30),
    "benefit_area": "Ydelsesgrupper i alt",
    "basis": "accounts",
    "table_id": "y30r21",
    "saving_dkk": 5_294_000.0,
    "caveats": "",
    "vintages": "1",
    "assumptions": "",
}

NOTHING = Moves("savings", rows=1, new=0, moved=0, gone=0)

HERLEV = "Herlev, 2023QMAT02, Ydelsesgrupper i alt, accounts"


def between(engine: Engine, before: list[dict[str, Any]], after: list[dict[str, Any]]) -> Moves:
    with engine.connect() as connection:
        for rows in (before, after):
            if rows is after:
                remember(connection, savings)
            connection.execute(savings.delete())
            if rows:
                connection.execute(insert(savings), rows)
        return moves(connection, savings)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([ROW], [ROW], NOTHING),
        ([ROW], [ROW | {"vintages": "2"}], NOTHING),
        ([ROW], [ROW | {"saving_dkk": 5_294_000.0 * (1 + 1e-15)}], NOTHING),
        ([], [ROW], replace(NOTHING, new=1)),
        ([ROW], [], replace(NOTHING, rows=0, gone=1)),
        ([ROW], [ROW | {"basis": "ministry"}], replace(NOTHING, new=1, gone=1)),
        ([ROW], [ROW | {"saving_dkk": None}], replace(NOTHING, moved=1)),
        (
            [ROW, ROW | {"basis": "ministry"}],
            [ROW | {"saving_dkk": 6_617_500.0}, ROW | {"basis": "ministry", "saving_dkk": 5_300_000.0}],
            Moves("savings", 2, 0, 2, 0, HERLEV, 5_294_000.0, 6_617_500.0),
        ),
    ],
)
def test_what_is_new_moved_or_gone_is_counted(
    engine: Engine, before: list[dict[str, Any]], after: list[dict[str, Any]], expected: Moves
) -> None:
    assert between(engine, before, after) == expected


def test_moves_are_told_in_a_sentence() -> None:
    told = Moves("savings", 98, 2, 1_200, 0, HERLEV, 5_294_000.0, 6_617_500.5)
    assert moves_in_words(told) == f"savings: 2 new, 1,200 moved; the most: {HERLEV}: 5,294,000 -> 6,617,500.5"
