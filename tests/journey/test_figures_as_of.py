"""The benchmark and its savings as of any moment: what a dashboard may ask is what the figures say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from sqlalchemy import create_engine, text

from tests.conftest import Stage
from tests.scene import Scene
from warehouse.assumptions import record as assumed
from warehouse.figures import FIGURES
from warehouse.figures.compute import answer
from warehouse.figures.inputs import Scope

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
OWN = """assumptions:
  - name: net_unit_cost_dkk
    area_code: "163"
    basis: {basis}
    valid_from: {valid_from}
    valid_to: 2024-12-31
    value: {value}
    unit: dkk
    source: A paper of this test
    evidence: inferred
"""
RANKING = {
    "benefit_area": "item",
    "rank": "rank",
    "rank_status": "rank_status",
    "rank_half_a_year_earlier": "rank_half_a_year_earlier",
    "rank_half_a_year_earlier_status": "rank_half_a_year_earlier_status",
    "gap_full_time_persons": "value",
    "gap_low_full_time_persons": "low",
    "gap_high_full_time_persons": "high",
    "expected_full_time_persons": "expected_persons",
    "actual_full_time_persons": "actual_persons",
}
SAVINGS = {
    "benefit_area": "item",
    "basis": "basis",
    "fewer_full_time_persons": "fewer_full_time_persons",
    "net_unit_cost_dkk": "net_unit_cost_dkk",
    "saving_dkk": "value",
    "saving_low_dkk": "low",
    "saving_high_dkk": "high",
}


@pytest.fixture(scope="module")
def lists(stage: Stage) -> Iterator[Scene]:
    """Three lists, a year of them, over which the price of Herlev's own paper changed twice."""
    with stage(today="2023-11-05", scale="small") as scene:
        file = scene.folder / "assumptions.yml"
        scene.patch.setenv("JOBINDSATS_ASSUMPTIONS", str(file))
        for day, own in (
            ("2023-11-05", OWN.format(basis="accounts_2022", valid_from="2023-01-01", value=140_000)),
            ("2024-05-05", OWN.format(basis="accounts_2022", valid_from="2023-01-01", value=145_000)),
            ("2024-11-05", OWN.format(basis="sygedagpenge_2024", valid_from="2024-01-01", value=99_000)),
        ):
            file.write_text(own, encoding="utf-8")
            assert scene.night(day, tables=["y30r21"]).outcome == "completed"
        yield scene


def moments(scene: Scene) -> list[datetime]:
    """Every moment at which anything became known, a moment before each, and one long after all."""
    engine = create_engine(scene.database)
    with engine.connect() as connection:
        seen = connection.scalars(text("select seen_at from marts.known_moments order by 1")).all()
        changed = [*seen, *assumed.moments(connection)]
    engine.dispose()
    step = timedelta(microseconds=1)
    return [*sorted({at for each in changed for at in (each, each - step)}), datetime(2030, 1, 1, tzinfo=UTC)]


def asked(scene: Scene, function: str, *, at: datetime | None, columns: list[str], area: str | None) -> list[Any]:
    rows = scene.query(
        f"select area_code, period, {', '.join(columns)} from marts.{function}(cast(:at as timestamptz), :area)",
        at="infinity" if at is None else at,
        area=area,
    )
    return sorted((tuple(row.values()) for row in rows), key=repr)


def said(scene: Scene, figure: str, *, at: datetime | None, columns: list[str], area: str | None) -> list[Any]:
    engine = create_engine(scene.database)
    with engine.connect() as connection:
        rows = answer(connection, FIGURES[figure], scope=Scope(area, at)).rows
    engine.dispose()
    return sorted(rows.select("area_code", "period", *map(pl.col, columns)).rows(), key=repr)


@pytest.mark.parametrize(
    ("function", "figure", "columns"),
    [("benchmark_ranking_as_of", "benchmark_gap", RANKING), ("savings_as_of", "savings", SAVINGS)],
)
def test_a_reader_is_told_what_the_figure_says_at_every_moment(
    lists: Scene, function: str, figure: str, columns: dict[str, str]
) -> None:
    answers = set()
    for at in [None, *moments(lists)]:
        area = None if at is None else "163"
        told = asked(lists, function, at=at, columns=list(columns), area=area)
        expected = said(lists, figure, at=at, columns=list(columns.values()), area=area)
        assert [row for row in told if row not in expected] == [row for row in expected if row not in told] == [], at
        assert len(told) == len(expected)
        answers.add(str(told))
    assert len(answers) >= 4, "nothing, and after each of three nights something else"


def test_the_moments_are_those_of_the_vintages(lists: Scene) -> None:
    assert lists.query("select vintage_id, seen_at from marts.known_moments order by 1") == lists.query(
        "select vintage_id, seen_at from core.vintages order by 1"
    )


@pytest.mark.parametrize("function", ["benchmark_ranking_as_of", "savings_as_of"])
def test_without_a_moment_there_is_no_answer_but_an_error(lists: Scene, function: str) -> None:
    with pytest.raises(Exception, match="as of when"):
        lists.query(f"select * from marts.{function}(null)")
