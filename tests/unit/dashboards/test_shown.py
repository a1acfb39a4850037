"""What the dashboard makes of rows: nothing hidden is made up, nothing is compared across a break."""

from __future__ import annotations

import doctest
from datetime import date
from typing import Any

import pytest

from dashboards import charts, marts, shown
from warehouse.danish.writing import TIED

JULY, JUNE, YEAR_BEFORE = date(2025, 7, 1), date(2025, 6, 1), date(2024, 7, 1)


def row(group: str, month: date, value: float | None, status: str = "observed", **also: Any) -> dict[str, Any]:
    return {
        "benefit_group": group,
        "benefit_group_name": group.capitalize(),
        "period_first_day": month,
        "period": f"{month:%YM%m}",
        "recipients_full_time_persons": value,
        "recipients_full_time_persons_status": status,
        "counted_in_total": True,
        "table_id": f"t_{group}",
        **also,
    }


BREAK = {"table_id": "t_cash", "first_period_first_day": JULY, "title": "Reform", "caveat": "Kan ikke sammenlignes"}


def test_a_total_is_withheld_where_a_part_is_hidden() -> None:
    rows = [
        row("cash", JULY, 5.0),
        row("sick", JULY, None, "suppressed"),
        row("old", JULY, 9.0, counted_in_total=False),
    ]
    assert shown.total(rows[:1], month=JULY) == (5.0, "observed")
    assert shown.total(rows, month=JULY) == (None, "suppressed")
    assert shown.total(rows, month=JUNE) == (None, "missing")


def test_a_hidden_count_is_a_word_and_never_nought() -> None:
    (line, whole) = shown.benefits(
        [row("sick", JULY, None, "suppressed"), row("sick", YEAR_BEFORE, 4.0)], month=JULY, breaks=[]
    )
    assert line["jul. 25"] == whole["jul. 25"] == line["Ændring på et år"] == "skjult"
    assert line["jun. 25"] == "mangler"
    assert "0" not in "".join((line["jul. 25"], line["jun. 25"], line["Ændring på et år"]))


def test_nothing_is_compared_across_a_series_break() -> None:
    rows = [row("cash", month, 5.0) for month in (JULY, JUNE, YEAR_BEFORE)]
    rows += [row("sick", month, value) for month, value in ((JULY, 6.0), (JUNE, 6.0), (YEAR_BEFORE, 4.0))]
    changes = {line["Ydelse"]: line["Ændring på et år"] for line in shown.benefits(rows, month=JULY, breaks=[BREAK])}
    assert changes == {"Cash": "databrud", "Sick": f"+2 (+50,0{TIED}%)", "Alle ydelser": "databrud"}


def test_a_line_ends_at_a_break_and_at_a_hidden_month() -> None:
    months = [date(2025, month, 1) for month in range(4, 10)]
    values = [
        (1.0, "observed"),
        (None, "suppressed"),
        (3.0, "observed"),
        (4.0, "observed"),
        (5.0, "observed"),
        (6.0, "observed"),
    ]
    rows = [row("cash", month, value, status) for month, (value, status) in zip(months, values, strict=True)]
    points = shown.course(rows, group="Cash", revised=[], breaks=[BREAK])
    drawn = charts.course(points, breaks=[JULY.isoformat()]).to_dict()
    assert (
        next(layer for layer in drawn["layer"] if layer["mark"]["type"] == "line")["encoding"]["detail"]["field"]
        == "stretch"
    )
    (rows_drawn,) = [rows for rows in drawn["datasets"].values() if "stretch" in rows[0]]
    stretches = [point["stretch"] for point in rows_drawn if point["value"] is not None]
    assert [stretches.count(each) for each in dict.fromkeys(stretches)] == [1, 1, 3]
    assert "skjult" in points[1]["text"]


def test_a_band_holds_the_value_it_belongs_to() -> None:
    revised = [{"benefit_group": "cash", "period": "2025M06", "low": 4.0, "high": 7.0, "times": 2}]
    (point,) = shown.course([row("cash", JUNE, 7.0)], group="Cash", revised=revised, breaks=[])
    assert (point["low"], point["value"], point["high"]) == (4.0, 7.0, 7.0)
    (hidden,) = shown.course([row("cash", JUNE, None, "suppressed")], group="Cash", revised=revised, breaks=[])
    assert (hidden["low"], hidden["high"]) == (None, None), "the band would say what is hidden now"


def test_the_newest_month_is_one_in_which_all_have_come() -> None:
    rows = [row(group, month, 1.0) for group in ("cash", "sick") for month in (JUNE, YEAR_BEFORE)]
    assert shown.newest_whole_month([*rows, row("cash", JULY, 1.0)]) == JUNE
    assert shown.newest_whole_month([*rows, row("cash", JULY, 1.0), row("sick", JULY, 1.0)]) == JULY
    assert shown.newest_whole_month([*rows, row("sick", JULY, 1.0), row("new", JULY, 1.0)]) == JULY, "a reform"
    assert shown.newest_whole_month([]) is None


def test_a_share_beside_a_hidden_count_is_hidden_with_it() -> None:
    base = {"benefit_group_name": "Sygedagpenge", "area_name": "Læsø", "share_of_workforce_pct_status": "observed"}
    hidden = base | {"share_of_workforce_pct": 0.0, "recipients_full_time_persons_status": "suppressed"}
    seen = base | {
        "share_of_workforce_pct": 0.3,
        "recipients_full_time_persons_status": "observed",
        "area_name": "Fanø",
    }
    assert shown.shares([hidden, seen]) == [{"Ydelse": "Sygedagpenge", "Læsø": "skjult", "Fanø": f"0,3{TIED}%"}]


def test_danish_letters_come_last() -> None:
    names = {"1": "Ærø", "2": "Aalborg", "3": "Ølby", "4": "Zealand", "5": "Ålum", "6": "ærlig"}
    assert list(shown.in_danish_order(names).values()) == ["Aalborg", "Zealand", "ærlig", "Ærø", "Ølby", "Ålum"]


@pytest.mark.parametrize("verdict", ["holds", "holds within rounding", "differs", "cannot be checked"])
def test_every_verdict_has_a_danish_word(verdict: str) -> None:
    from typing import get_args

    from warehouse.claims.checking import Verdict

    assert set(get_args(Verdict)) == shown.VERDICTS.keys()
    row = {"document": "d", "point": "p", "statement": "s", "claimed": 1.5, "computed": None, "verdict": verdict}
    assert shown.claims([row])[0]["Dom"] != verdict


def test_the_examples_in_the_text_hold() -> None:
    assert doctest.testmod(marts).failed == 0


def test_without_a_server_it_says_so_in_danish() -> None:
    with (
        pytest.raises(marts.Unreachable, match="Datavarehuset svarer ikke"),
        marts.reading("postgresql://127.0.0.1:1/x"),
    ):
        pass
