"""What the dashboard makes of rows: nothing hidden is made up, nothing is compared across a break."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from dashboards import charts, courses, editions, shown
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


def whole(month: date, value: float | None, status: str = "observed", **also: Any) -> dict[str, Any]:
    """A month's total as the mart has it."""
    return {
        "period_first_day": month,
        "total_full_time_persons": value,
        "status": status,
        "parts": 12,
        "parts_expected": 12,
        "missing": "",
        "hidden": "",
        **also,
    }


BREAK = {
    "table_id": "t_all",
    "first_period_first_day": JULY,
    "title": "Reform",
    "caveat": "Kan ikke sammenlignes",
    "benefit_groups": "Cash; Education",
}


def test_a_total_is_what_the_mart_says_and_what_lacks_is_named() -> None:
    lacks = whole(JULY, None, "missing", parts=10, missing="Fleksjob, Sygedagpenge", hidden="Revalidering")
    totals = [whole(JUNE, 5.0), lacks]
    assert shown.total(totals, month=JUNE) == (5.0, "observed")
    assert shown.total(totals, month=JULY) == (None, "missing")
    assert shown.total(totals, month=YEAR_BEFORE) == (None, "missing")
    assert shown.lacking(totals, month=JULY) == "Mangler: Fleksjob, Sygedagpenge. Skjult: Revalidering."
    assert shown.lacking(totals, month=JUNE) == ""


def test_a_hidden_count_is_a_word_and_never_nought() -> None:
    (line, all_of_them) = shown.benefits(
        [row("sick", JULY, None, "suppressed"), row("sick", YEAR_BEFORE, 4.0)],
        totals=[whole(JULY, None, "suppressed"), whole(JUNE, None, "missing", missing="Sick")],
        month=JULY,
        breaks=[],
    )
    assert line["jul. 25"] == all_of_them["jul. 25"] == line["Ændring på et år"] == "skjult"
    assert line["jun. 25"] == all_of_them["jun. 25"] == "mangler"
    assert "0" not in "".join((line["jul. 25"], line["jun. 25"], line["Ændring på et år"]))


def test_a_benefit_that_has_not_come_stands_in_the_table_and_one_that_was_not_there_is_no_lack() -> None:
    rows = [row("cash", JULY, 5.0), row("cash", YEAR_BEFORE, 9.0, counted_in_total=False), row("old", YEAR_BEFORE, 4.0)]
    totals = [whole(JULY, None, "missing", missing="Sick"), whole(YEAR_BEFORE, None, "missing", missing="Sick")]
    lines = shown.benefits(rows, totals=totals, month=JULY, breaks=[BREAK])
    assert [(line["Ydelse"], line["jul. 25"], line["jul. 24"]) for line in lines] == [
        ("Cash", "5", "–"),
        ("Old", "–", "4"),
        ("Sick", "mangler", "mangler"),
        ("Alle ydelser", "mangler", "mangler"),
    ]


def test_nothing_is_compared_across_a_series_break() -> None:
    rows = [row("cash", month, 5.0) for month in (JULY, JUNE, YEAR_BEFORE)]
    months = ((JULY, 36.0), (JUNE, 36.0), (YEAR_BEFORE, 24.0))
    rows += [row("sick", month, value, table_id="t_all") for month, value in months]
    totals = [whole(JULY, 11.0), whole(JUNE, 11.0), whole(YEAR_BEFORE, 9.0)]
    changes = {
        line["Ydelse"]: line["Ændring på et år"]
        for line in shown.benefits(rows, totals=totals, month=JULY, breaks=[BREAK])
    }
    assert changes == {"Cash": "databrud", "Sick": f"+12 (+50,0{TIED}%)", "Alle ydelser": "databrud"}


def test_a_change_of_few_is_told_in_persons_and_a_share_of_few_not_at_all() -> None:
    assert shown.change((21.0, "observed"), (19.0, "observed"), broken=False) == "+2"
    assert shown.change((22.0, "observed"), (20.0, "observed"), broken=False) == f"+2 (+10,0{TIED}%)"
    share: dict[str, Any] = {
        "area_name": "Fanø",
        "share_of_workforce_pct": 0.5,
        "share_of_workforce_pct_status": "observed",
    }
    lines = shown.shares([row("sick", JULY, 9.0, **share), row("cash", JULY, 10.0, **share)])
    assert {line["Ydelse"]: line["Fanø"] for line in lines} == {"Sick": "for få", "Cash": f"0,5{TIED}%"}


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
    points = courses.course(rows, totals=[], group="Cash", revised=[], breaks=[BREAK], newest=[])
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
    (point,) = courses.course([row("cash", JUNE, 7.0)], totals=[], group="Cash", revised=revised, breaks=[], newest=[])
    assert (point["low"], point["value"], point["high"]) == (4.0, 7.0, 7.0)
    (hidden,) = courses.course(
        [row("cash", JUNE, None, "suppressed")], totals=[], group="Cash", revised=revised, breaks=[], newest=[]
    )
    assert (hidden["low"], hidden["high"]) == (None, None), "the band would say what is hidden now"


def test_a_month_without_its_parts_is_a_gap_and_no_cliff() -> None:
    first, last = date(2025, 3, 1), date(2025, 7, 1)
    lacks = whole(last, None, "missing", parts=3, total_low_full_time_persons=1470.0, missing="Sygedagpenge")
    totals = [whole(first, 2500.0), whole(date(2025, 4, 1), 2510.0), whole(JUNE, 2520.0), lacks]
    points = courses.course([], totals=totals, group=shown.ALL, revised=[], breaks=[], newest=[])
    assert [(point["month"][:7], point["value"]) for point in points] == [
        ("2025-03", 2500.0),
        ("2025-04", 2510.0),
        ("2025-05", None),
        ("2025-06", 2520.0),
        ("2025-07", None),
    ], "a month of which nothing is held is a gap too"
    assert points[-1]["text"] == "07-2025: mangler"
    assert (points[-1]["low"], points[-1]["high"]) == (None, None)


def test_the_newest_month_is_provisional_in_the_total_and_in_each_benefit() -> None:
    totals = [whole(JUNE, 2520.0, provisional=False), whole(JULY, 2500.0, provisional=True)]
    assert shown.provisional(totals, month=JUNE) == ""
    assert "foreløbig" in shown.provisional(totals, month=JULY)
    rows = [row("sick", JUNE, 5.0), row("sick", JULY, 6.0)]
    newest = [{"benefit_group_name": "Sick", "period_first_day": JULY}]
    for group in (shown.ALL, "Sick", "Cash"):
        points = courses.course(
            [*rows, row("cash", JULY, 3.0)], totals=totals, group=group, revised=[], breaks=[], newest=newest
        )
        assert [point["provisional"] for point in points] == ([False] if group == "Cash" else [False, True])
        assert all(point["text"].endswith("(foreløbigt)") is point["provisional"] for point in points)


def test_a_page_of_old_figures_says_so_with_the_day_and_whom_to_ask() -> None:
    late = {"title": "Sygedagpenge", "is_fresh": False, "next_release_on": JUNE}
    fresh = {"title": "Fleksjob", "is_fresh": True, "next_release_on": JULY}
    ended = {"title": "Uddannelseshjælp", "is_fresh": None, "next_release_on": None}
    assert editions.out_of_date_of([fresh, ended]) == ""
    said = editions.out_of_date_of([late, fresh, ended]).replace(TIED, " ")
    assert said == "Tallene er ikke de nyeste. Der mangler nyere tal for: Sygedagpenge (ventet 1. juni 2025)."
    told = editions.imprint_of([late, fresh, ended], today=date(2025, 6, 20), contact="analyse@example.org").replace(
        TIED, " "
    )
    assert told == (
        "Udarbejdet 20. juni 2025. Næste opdatering af tallene ventes 1. juli 2025. Kontakt: analyse@example.org"
    )


def test_the_newest_month_is_one_in_which_all_have_come() -> None:
    totals = [whole(YEAR_BEFORE, 1.0), whole(JUNE, 1.0), whole(JULY, None, "missing", parts=3)]
    assert shown.newest_whole_month(totals) == JUNE
    assert shown.newest_whole_month([*totals[:2], whole(JULY, None, "suppressed")]) == JULY, "what is hidden has come"
    assert shown.newest_whole_month([whole(JULY, 1.0, parts=10, parts_expected=10), *totals[:2]]) == JULY, "a reform"
    assert shown.newest_whole_month([whole(JUNE, None, parts=3), whole(JULY, None, parts=2)]) == JUNE
    assert shown.newest_whole_month([]) is None


def test_a_share_beside_a_hidden_count_is_hidden_with_it() -> None:
    base = {"benefit_group_name": "Sygedagpenge", "area_name": "Læsø", "share_of_workforce_pct_status": "observed"}
    hidden = base | {
        "share_of_workforce_pct": 0.0,
        "recipients_full_time_persons": None,
        "recipients_full_time_persons_status": "suppressed",
    }
    seen = base | {
        "share_of_workforce_pct": 0.3,
        "recipients_full_time_persons": 10.0,
        "recipients_full_time_persons_status": "observed",
        "area_name": "Fanø",
    }
    assert shown.shares([hidden, seen]) == [{"Ydelse": "Sygedagpenge", "Læsø": "skjult", "Fanø": f"0,3{TIED}%"}]


@pytest.mark.parametrize("verdict", ["holds", "holds within rounding", "differs", "cannot be checked"])
def test_every_verdict_has_a_danish_word(verdict: str) -> None:
    from typing import get_args

    from warehouse.claims.checking import Verdict

    assert set(get_args(Verdict)) == shown.VERDICTS.keys()
    row = {"document": "d", "point": "p", "statement": "s", "claimed": 1.5, "computed": None, "verdict": verdict}
    assert shown.claims([row])[0]["Vurdering"] != verdict
