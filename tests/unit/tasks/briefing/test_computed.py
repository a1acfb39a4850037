"""What a section makes of rows that are not all there: one list of the ministry's is not taken for another."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pytest

from tasks.briefing import computed, summary
from tasks.briefing.cells import MISSING
from tasks.briefing.content import Briefing
from tasks.briefing.grounds import Made
from tasks.briefing.inputs import Readings
from tests.unit.tasks.briefing.test_page import briefing  # noqa: F401  # a fixture
from warehouse.areas import find
from warehouse.assumptions.model import leads_until

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
    return Readings(None, SEEN, SEEN, figures, {}, pl.DataFrame(), pl.DataFrame(), (), {}, {}, Made(SEEN.date()), {})


def test_where_only_one_list_has_come_it_is_not_said_to_be_the_one_over_all_benefits(briefing: Briefing) -> None:  # noqa: F811
    found = computed.ranking(readings(listed("Sygedagpenge mv.", rank=84.0)), area=find("Fanø"))
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
    said = " ".join(summary.in_short(replace(briefing, ranking=found)))
    assert "samlede rangliste" not in said
    assert "84" not in said


def test_where_all_have_come_the_place_is_that_on_the_list_over_all_benefits(briefing: Briefing) -> None:  # noqa: F811
    rows = [listed("Sygedagpenge mv.", rank=84.0), listed("Ydelsesgrupper i alt", rank=17.0)]
    found = computed.ranking(readings(*rows), area=find("Fanø"))
    said = " ".join(summary.in_short(replace(briefing, ranking=found))).replace("\N{NO-BREAK SPACE}", " ")
    assert "nr. 17 af 98 på ministeriets samlede rangliste" in said


def priced(valid_to: date, *, name: str = "net_unit_cost_dkk") -> dict[int, dict[str, Any]]:
    return {7: {"name": name, "valid_from": valid_to.replace(month=1, day=1), "valid_to": valid_to}}


SAVED = {
    "area_code": "563", "period": "2023QMAT02", "day": date(2023, 6, 30), "item": "Ydelsesgrupper i alt",
    "basis": "accounts_2022", "fewer_full_time_persons": 50.0, "fewer_full_time_persons_status": "observed",
    "value": 6_617_500.0, "status": "observed", "low": 5_294_000.0, "high": 7_941_000.0, "net_unit_cost_dkk": 132_350.0,
    "assumptions": [7], "caveats": list[str](),
}  # fmt: skip


@pytest.mark.parametrize(
    ("made", "current"),
    [(date(2023, 12, 5), True), (date(2024, 6, 30), True), (date(2024, 7, 1), False), (date(2026, 11, 29), False)],
)
def test_a_price_of_a_years_accounts_leads_until_the_next_years_are_out(made: date, current: bool) -> None:
    found = Readings(
        None, SEEN, SEEN, {"savings": pl.DataFrame([SAVED])}, {}, pl.DataFrame(), pl.DataFrame(), (), {},
        priced(date(2022, 12, 31)), Made(made), {},
    )  # fmt: skip
    (saving,) = computed.savings(found, area=find("Fanø"))
    assert (saving.years, saving.current, saving.amount.low) == ("2022", current, 5_294_000.0)
    as_of = replace(found, as_of=datetime(2023, 12, 5, 12, tzinfo=UTC))
    assert computed.savings(as_of, area=find("Fanø"))[0].current, "a page of an earlier day is judged as of then"


def test_a_forecast_leads_until_its_horizon_and_what_has_no_end_always() -> None:
    assert leads_until("national_unemployment_change_persons", valid_to=date(2025, 12, 31)) == date(2025, 12, 31)
    assert leads_until("net_unit_cost_dkk", valid_to=None) == date.max
