"""What a section makes of rows that are not all there: one list of the ministry's is not taken for another."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import polars as pl

from tasks.briefing import sections, wording
from tasks.briefing.content import MISSING, Briefing
from tasks.briefing.inputs import Readings
from tests.unit.tasks.briefing.test_page import briefing  # noqa: F401  # a fixture
from warehouse.areas import find

SEEN = datetime(2023, 11, 5, tzinfo=UTC)


def listed(item: str, *, rank: float) -> dict[str, Any]:
    """A row of one list, as the figure of the benchmark has it."""
    return {
        "area_code": "563",
        "period": "2023QMAT02",
        "day": date(2023, 6, 30),
        "item": item,
        "stands_beside": False,
        "rank": rank,
        "rank_half_a_year_earlier": 12.0,
        "value": -10.0,
        "status": "observed",
        "low": -20.0,
        "high": 0.0,
        "gap_pct_point": -0.2,
    }


def readings(*rows: dict[str, Any]) -> Readings:
    statuses = (f"{name}_status" for name in ("rank", "rank_half_a_year_earlier", "gap_pct_point"))
    figures = {"benchmark_gap": pl.DataFrame(rows).with_columns(pl.lit("observed").alias(name) for name in statuses)}
    return Readings(None, SEEN, SEEN, figures, {}, pl.DataFrame(), pl.DataFrame(), (), {}, {})


def test_where_only_one_list_has_come_it_is_not_said_to_be_the_one_over_all_benefits(briefing: Briefing) -> None:  # noqa: F811
    found = sections.ranking(readings(listed("Sygedagpenge mv.", rank=84.0)), area=find("Fanø"))
    assert found is not None
    assert [(line.name, line.rank.shown) for line in found.lines] == [
        ("Samlet, alle ydelser", None),
        ("Dagpenge", None),
        ("Kontanthjælp", None),
        ("Sygedagpenge", 84.0),
    ]
    assert (
        {line.rank.status for line in found.lines[:3]} == {line.gained.status for line in found.lines[:3]} == {MISSING}
    )
    said = " ".join(wording.in_short(replace(briefing, ranking=found)))
    assert "samlede rangliste" not in said
    assert "84" not in said


def test_where_all_have_come_the_place_is_that_on_the_list_over_all_benefits(briefing: Briefing) -> None:  # noqa: F811
    rows = [listed("Sygedagpenge mv.", rank=84.0), listed("Ydelsesgrupper i alt", rank=17.0)]
    found = sections.ranking(readings(*rows), area=find("Fanø"))
    said = " ".join(wording.in_short(replace(briefing, ranking=found))).replace("\N{NO-BREAK SPACE}", " ")
    assert "nr. 17 af 98 på ministeriets samlede rangliste" in said
