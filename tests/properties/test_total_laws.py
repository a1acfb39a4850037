"""Laws of totals: whole or none, whatever came, and what lacks by its name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, insert, text
from sqlalchemy.exc import DBAPIError

from warehouse.catalogue.model import BenefitGroup, jobindsats
from warehouse.history.dimensions import write_periods
from warehouse.marts.benefits import benefit_recipients
from warehouse.periods import Period

BEFORE, AFTER = Period.parse("2025M06"), Period.parse("2025M07")
COUNTED = {group.name: group for group in jobindsats().benefit_groups if group.counted}
HIDDEN, NOT_YET, WITHDRAWN = (None, "suppressed"), (None, "not_yet"), (None, "withdrawn")
ABSENT = None
Came = tuple[float | None, str] | None
CELL = st.sampled_from([(3.0, "observed"), (40.0, "observed"), HIDDEN, NOT_YET, WITHDRAWN, ABSENT])
MONTHS = st.fixed_dictionaries(
    {(name, str(month)): CELL for name in COUNTED for month in (BEFORE, AFTER)},
)
RANKS = ["observed", "suppressed", "not_yet", "withdrawn", "missing"]


def in_force(group: BenefitGroup, month: Period) -> bool:
    begun = group.valid_from is None or group.valid_from <= month.last_day
    return begun and (group.until is None or group.until >= month.first_day)


def fill(engine: Engine, came: Mapping[tuple[str, str], Came]) -> None:
    """The mart of benefits as if nights had brought these cells; a back-cast does not count."""
    rows: list[dict[str, Any]] = [
        {
            "benefit_group": COUNTED[name].id,
            "benefit_group_name": name,
            "area_code": "163",
            "area_name": "Herlev",
            "area_kind": "municipality",
            "period": month,
            "period_first_day": Period.parse(month).first_day,
            "period_last_day": Period.parse(month).last_day,
            "recipients_full_time_persons": cell[0],
            "recipients_full_time_persons_status": cell[1],
            "counted_in_total": in_force(COUNTED[name], Period.parse(month)),
            "back_cast": False,
            "table_id": COUNTED[name].table,
            "vintage_id": 1,
            "seen_at": date(2025, 9, 1),
        }
        for (name, month), cell in came.items()
        if cell is not None
    ]
    with engine.begin() as connection:
        write_periods(connection, periods={BEFORE, AFTER})
        connection.execute(benefit_recipients.delete())
        if rows:
            connection.execute(insert(benefit_recipients), rows)


def naive(came: Mapping[tuple[str, str], Came], month: Period) -> dict[str, Any]:
    """A total by the words of docs/assumptions.md, part by part."""
    expected = sorted(name for name, group in COUNTED.items() if in_force(group, month))
    parts = {name: came.get((name, str(month))) or (None, "missing") for name in expected}
    values = [value for value, _ in parts.values() if value is not None]
    hidden = [name for name, cell in parts.items() if cell == HIDDEN]
    missing = [name for name, (_, status) in parts.items() if RANKS.index(status) > 1]
    there = len(values) + len(hidden)
    return {
        "period": str(month),
        "value": sum(values) if len(values) == len(expected) else None,
        "low": sum(values) if there else None,
        "high": None if missing else sum(values) + 2 * len(hidden),
        "status": max((status for _, status in parts.values()), key=RANKS.index),
        "parts": there,
        "parts_expected": len(expected),
        "missing": ", ".join(missing),
        "hidden": ", ".join(hidden),
    }


TOTALS = """
select period, total_full_time_persons as value, total_low_full_time_persons as low,
       total_high_full_time_persons as high, status, parts, parts_expected, missing, hidden
from marts.benefit_totals order by period
"""


def totals(engine: Engine) -> list[dict[str, Any]]:
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(text(TOTALS)).mappings()]


ALL = dict.fromkeys(((name, str(month)) for name in COUNTED for month in (BEFORE, AFTER)), (40.0, "observed"))
OLD = [name for name, group in COUNTED.items() if group.until is not None]


@settings(max_examples=60)
@given(MONTHS)
@example(ALL)
@example({**ALL, ("Sygedagpenge", "2025M07"): HIDDEN})
@example({**ALL, ("Sygedagpenge", "2025M07"): ABSENT})
@example({key: None if key[0] in OLD else cell for key, cell in ALL.items()})
def test_a_total_is_whole_or_says_what_lacks(module_engine: Engine, came: dict[tuple[str, str], Came]) -> None:
    fill(module_engine, came)
    held = [month for month in (BEFORE, AFTER) if any(cell and key[1] == str(month) for key, cell in came.items())]
    assert totals(module_engine) == [naive(came, month) for month in held]


def test_a_warehouse_begun_after_the_reform_shows_no_jump_but_what_it_never_saw(module_engine: Engine) -> None:
    fill(module_engine, {key: None if key[0] in OLD else cell for key, cell in ALL.items()})
    june, july = totals(module_engine)
    assert (june["value"], june["status"], june["missing"]) == (None, "missing", ", ".join(sorted(OLD)))
    assert (july["value"], july["parts"], july["missing"]) == (400.0, 10, "")


def test_rows_on_either_side_of_the_reform_say_so(module_engine: Engine) -> None:
    fill(module_engine, ALL)
    with module_engine.connect() as connection:
        rows = connection.execute(text("select period, series_break from marts.benefit_totals order by 1")).all()
    assert [tuple(row) for row in rows] == [
        ("2025M06", "unemployment_insurance_days_2017"),
        ("2025M07", "cash_benefit_reform_2025"),
    ]


TOTAL_OF = "select t.* from marts.total_of(:expected, :names, :counts, :statuses) t"


@pytest.mark.parametrize(
    ("names", "counts", "statuses", "said"),
    [
        (["a", "b"], [2880.0, 2.0], ["observed"] * 2, (2882, 2882, 2882, "observed", 2, 2, "", "")),
        (["a", "b"], [2880.0, None], ["observed", "suppressed"], (None, 2880, 2882, "suppressed", 2, 2, "", "b")),
        (["a"], [2880.0], ["observed"], (None, 2880, None, "missing", 1, 2, "b", "")),
        (["a", "b"], [2880.0, None], ["observed", "not_yet"], (None, 2880, None, "not_yet", 1, 2, "b", "")),
        (["a", "b"], [2880.0, None], ["observed", None], (None, 2880, None, "missing", 1, 2, "b", "")),
        (["a", "b", "c"], [1.0, 2.0, 4.0], ["observed"] * 3, (3, 3, 3, "observed", 2, 2, "", "")),
        (None, None, None, (None, None, None, "missing", 0, 2, "a, b", "")),
    ],
)
def test_the_one_definition(module_engine: Engine, names: Any, counts: Any, statuses: Any, said: tuple[Any]) -> None:
    asked = {"expected": ["a", "b"], "names": names, "counts": counts, "statuses": statuses}
    with module_engine.connect() as connection:
        assert tuple(connection.execute(text(TOTAL_OF), asked).one()) == said


AVERAGE = "select * from marts.benefit_average_as_of(:at, :areas, cast(:first as date), cast(:last as date))"
ASKED = {"at": "infinity", "areas": ["163", "151"], "first": "2031-01-01", "last": "2031-02-01"}


def test_an_average_of_months_of_which_nothing_is_held_is_none(module_engine: Engine) -> None:
    with module_engine.connect() as connection:
        found = connection.execute(text(AVERAGE), ASKED).mappings().one()
    assert (found["average_full_time_persons"], found["status"], found["parts"]) == (None, "missing", 0)
    assert (found["areas"], found["months"], found["vintages"]) == (2, 2, "")
    assert found["missing"].startswith("Ballerup 2031M01 alle ydelser, Ballerup 2031M02")


@pytest.mark.parametrize(
    "wrong",
    [
        {"areas": ["000", "163"]},
        {"areas": ["000", "000"]},
        {"areas": ["163", "999"]},
        {"areas": []},
        {"areas": None},
        {"first": "2031-01-02"},
        {"last": "2030-12-01"},
        {"last": None},
    ],
)
def test_an_average_of_what_cannot_be_added_is_refused(module_engine: Engine, wrong: dict[str, Any]) -> None:
    with module_engine.connect() as connection, pytest.raises(DBAPIError, match="is not so"):
        connection.execute(text(AVERAGE), ASKED | wrong)


def test_no_question_without_a_moment_is_answered(module_engine: Engine) -> None:
    for asked in (AVERAGE, "select * from marts.benefit_totals_as_of(cast(:at as timestamptz))"):
        with module_engine.connect() as connection, pytest.raises(DBAPIError, match="as of when"):
            connection.execute(text(asked), ASKED | {"at": None})
