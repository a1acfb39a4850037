"""Fourteen nights through a month's staggered releases: no reader is shown some benefits as if they were all of them.

On each night the figure, the mart, README's and the recipes' own queries, an export, the dashboard, the briefing and the
command line are held against the parts themselves, which are taken from the mart of benefits and the catalogue. One table lies
in quarantine for a week.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from sqlalchemy import Connection, create_engine, text

from dashboards import courses, shown
from dashboards.marts import reading
from flows.command_line.main import run
from tasks.briefing import assemble, inputs
from tasks.briefing.content import Neighbours
from tasks.briefing.grounds import Made
from tests.conftest import ROOT, Stage
from tests.scene import Scene
from tests.standin.release_calendar import current_release
from warehouse.areas import find
from warehouse.catalogue.model import jobindsats
from warehouse.figures import FIGURES
from warehouse.figures.compute import answer
from warehouse.figures.inputs import Scope
from warehouse.periods import Period

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
COUNTED = [group for group in jobindsats().benefit_groups if group.counted]
TABLES = sorted({group.table for group in COUNTED})
AREAS = {"163": "Herlev", "000": "Hele landet", "825": "Læsø"}
STOPPED, A_WEEK = "y08a02", 7
MADE = Made(date(2023, 12, 5))
BEGUN, NIGHTS = date(2023, 11, 7), 14
NEWEST = "2023M10"
Totals = dict[tuple[str, str], float | None]


@dataclass
class Night:
    """What each reader was told after a night, by area and month; the parts are what it is held against."""

    day: date
    outcomes: dict[str, str]
    parts: Totals
    told: dict[str, Totals]
    mart: list[dict[str, Any]]
    lacking: dict[str, str]


def parts(scene: Scene) -> Totals:
    """Every month's total by the parts themselves: a sum where each benefit that was in force was observed."""
    rows = scene.query(
        "select area_code, period, benefit_group as id, recipients_full_time_persons as value from marts.benefit_recipients "
        "where area_code = any(:areas)",
        areas=list(AREAS),
    )
    held = {(row["area_code"], row["period"], row["id"]): row["value"] for row in rows}
    found: Totals = {}
    for area, period in {(area, period) for area, period, _ in held}:
        month = Period.parse(period)
        wanted = [g.id for g in COUNTED if not (g.valid_from and g.valid_from > month.last_day)]
        wanted = [g.id for g in COUNTED if g.id in wanted and not (g.until and g.until < month.first_day)]
        values = [held.get((area, period, each)) for each in wanted]
        known = [value for value in values if value is not None]
        found[area, period] = sum(known) if len(known) == len(values) else None
    return found


def of_figure(connection: Connection) -> Totals:
    rows = answer(connection, FIGURES["total_recipients"], scope=Scope()).rows
    return {(a, period): value for a, period, value in rows.select("area_code", "period", "value").rows() if a in AREAS}


def of_readme(scene: Scene) -> Totals:
    """README's query as it stands, for each area and for the months about which it is asked."""
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    [statement] = [each for each in re.findall(r"```sql\n(.*?)```", page, re.DOTALL) if "in ('2022M10'" in each]
    asked = statement.replace("'2022M10'", "'2023M09'")
    return {
        (code, row["period"]): row["total_full_time_persons"]
        for code, name in AREAS.items()
        for row in scene.query(asked.replace("'Herlev'", f"'{name}'"))
    }


def of_recipe(scene: Scene) -> Totals:
    """The recipe for all benefits together as it stands, for each area."""
    page = (ROOT / "docs" / "recipes.md").read_text(encoding="utf-8")
    [statement] = [
        each for each in re.findall(r"```sql\n(.*?)```", page, re.DOTALL) if "from marts.benefit_totals" in each
    ]
    return {
        (code, str(Period.containing(row["period_first_day"]))): row["total_full_time_persons"]
        for code, name in AREAS.items()
        for row in scene.query(statement.replace("'Herlev'", f"'{name}'"))
    }


def of_export(scene: Scene) -> Totals:
    """The totals of an export, read as the recipes say."""
    scene.answer("export", "--to", str(scene.folder / "export"), "--mart", "benefit_totals")
    rows = pl.scan_parquet(scene.folder / "export" / "benefit_totals" / "**" / "*.parquet")
    chosen = rows.filter(pl.col("area_code").is_in(list(AREAS))).select(
        "area_code", "period", "total_full_time_persons"
    )
    return {(area, period): value for area, period, value in chosen.collect().rows()}


def of_dashboard(scene: Scene, *, at: datetime) -> Totals:
    """The line that the dashboard draws over all benefits, and the number above its table."""
    found: Totals = {}
    with reading(scene.database.set(drivername="postgresql").render_as_string(hide_password=False)) as marts:
        for code in AREAS:
            totals, rows = marts.totals(code, as_of=at), marts.recipients(code, as_of=at)
            points = courses.course(rows, totals=totals, group=shown.ALL, revised=[], breaks=[], newest=[])
            drawn = {(code, str(Period.containing(date.fromisoformat(p["month"])))): p["value"] for p in points}
            metric = {(code, each["period"]): shown.total(totals, month=each["period_first_day"])[0] for each in totals}
            assert metric == {key: value for key, value in drawn.items() if key in metric}
            found |= drawn
    return found


def of_briefing(connection: Connection) -> Totals:
    gathered = assemble.gather(inputs.read(connection, as_of=None, since=None, made=MADE, areas=["163", "000", "825"]))
    found: Totals = {}
    for code, name in AREAS.items():
        if code != "000":
            made = assemble.briefing(gathered, area=find(name), neighbours=Neighbours((), ""))
            found |= {(code, str(point.period)): point.cell.shown for point in made.course}
            found[code, str(made.month)] = made.total.now.shown
    return found


def of_command(scene: Scene) -> Totals:
    rows = scene.answer("totals", *(part for name in AREAS.values() for part in ("--area", name)))
    codes = {name: code for code, name in AREAS.items()}
    return {(codes[row["area"]], row["period"]): row["value"] for row in rows}


MART = "select * from marts.benefit_totals where area_code = any(:areas) order by area_code, period"


def looked_at(scene: Scene, *, day: date, outcomes: dict[str, str]) -> Night:
    """Everything there is to read after a night."""
    mart = scene.query(MART, areas=list(AREAS))
    engine = create_engine(scene.database)
    with engine.connect() as connection:
        told = {"figure": of_figure(connection), "briefing": of_briefing(connection)}
    engine.dispose()
    at = scene.query("select max(seen_at) as at from core.vintages")[0]["at"]
    told |= {"export": of_export(scene), "recipe": of_recipe(scene)}
    told |= {"readme": of_readme(scene), "dashboard": of_dashboard(scene, at=at), "command": of_command(scene)}
    told["mart"] = {(row["area_code"], row["period"]): row["total_full_time_persons"] for row in mart}
    lacking = {row["area_code"]: row["missing"] for row in mart if row["period"] == NEWEST}
    return Night(day, outcomes, parts(scene), told, mart, lacking)


def due(day: date) -> set[str]:
    """The tables of which something came that day: a night finds nothing new in the others."""
    table = jobindsats().table
    return {t for t in TABLES if current_release(table(t), day) != current_release(table(t), day - timedelta(days=1))}


@pytest.fixture(scope="module")
def month(stage: Stage) -> Iterator[tuple[Scene, list[Night]]]:
    """The nights until the month is whole; a table's release is stopped for a week by a fault of the publisher's."""
    with stage(today=BEGUN.isoformat(), scale="small") as scene:
        assert scene.night(BEGUN.isoformat(), tables=TABLES).outcome == "completed"
        came = current_release(jobindsats().table(STOPPED), BEGUN + timedelta(days=NIGHTS))
        assert came is not None
        until = came.published_on + timedelta(days=A_WEEK)
        nights = []
        for day in (BEGUN + timedelta(days=after) for after in range(1, NIGHTS + A_WEEK + 1)):
            stopped = came.published_on <= day < until
            scene.publisher.set_faults({"missing-municipalities": float(stopped)}, only=STOPPED)
            # While it is stopped it is tried again on the nights on which another came, and on the last: it ends the same.
            again = {STOPPED} if (stopped and (due(day) or day == until - timedelta(days=1))) or day == until else set()
            if tables := sorted(due(day) | again):
                outcomes = scene.outcomes(scene.night(day.isoformat(), tables=tables))
                nights.append(looked_at(scene, day=day, outcomes=outcomes))
        yield scene, nights


def test_every_reader_is_told_what_the_parts_come_to(month: tuple[Scene, list[Night]]) -> None:
    for night in month[1]:
        assert (
            night.told["figure"].keys()
            == night.told["export"].keys()
            == night.told["recipe"].keys()
            == night.told["mart"].keys()
            == night.told["command"].keys()
            == night.parts.keys()
        )
        for reader, told in night.told.items():
            wrong = {key: (value, night.parts.get(key)) for key, value in told.items() if value != night.parts.get(key)}
            assert wrong == {}, f"{reader} on {night.day}"
            assert len(told) > 4, reader


def test_the_nights_are_those_that_the_law_is_about(month: tuple[Scene, list[Night]]) -> None:
    _, nights = month
    assert len(nights) == 6, "on the others nothing came, and what is read is what was read before"
    stopped = [night.day for night in nights if night.outcomes.get(STOPPED) == "quarantined"]
    assert (stopped[-1] - stopped[0]).days == A_WEEK - 1
    lacked = [len(night.lacking["163"].split(", ")) if night.lacking.get("163") else 0 for night in nights]
    herlev = [night.parts.get(("163", NEWEST)) for night in nights]
    assert len({*lacked}) > 4, "the tables came on different days"
    assert lacked == sorted(lacked, reverse=True)
    assert [value is not None for value in herlev] == [
        lack == 0 and NEWEST in str(night.parts) for lack, night in zip(lacked, nights, strict=True)
    ]
    assert herlev[-1] == 2_882
    assert "Fleksjob" in {night.lacking["163"] for night in nights[:-1] if night.lacking}, "the stopped one came last"
    assert None in {night.parts["825", "2023M09"] for night in nights}, "small counts of Læsø are hidden"


def test_as_of_each_night_totals_are_what_they_were_then(month: tuple[Scene, list[Night]]) -> None:
    scene, nights = month
    asked = "select * from marts.benefit_totals_as_of(cast(:at as timestamptz), :area) order by area_code, period"
    for night in nights[::4]:
        at = f"{night.day} 23:59:59+01"
        known = [row for area in sorted(AREAS) for row in scene.query(asked, at=at, area=area)]
        assert known == night.mart
    assert scene.query(asked, at="infinity", area=None) == scene.query(
        "select * from marts.benefit_totals order by 1, 4"
    )


AVERAGE = "select * from marts.benefit_average_as_of(:at, :areas, cast(:first as date), cast(:last as date))"


def test_areas_and_months_together_are_whole_or_not_there(month: tuple[Scene, list[Night]]) -> None:
    scene, nights = month
    asked = {"areas": ["163", "151"], "first": "2023-08-01", "last": "2023-10-01"}
    [whole] = scene.query(AVERAGE, at="infinity", **asked)
    months = scene.query(
        "select period, sum(total_full_time_persons) as persons from marts.benefit_totals "
        "where area_code in ('163', '151') and period between '2023M08' and '2023M10' group by period"
    )
    assert whole["average_full_time_persons"] == pytest.approx(sum(row["persons"] for row in months) / 3)
    assert (whole["status"], whole["parts"], whole["parts_expected"], whole["missing"]) == ("observed", 72, 72, "")
    lacking = next(night for night in nights if night.lacking.get("163"))
    [partial] = scene.query(AVERAGE, at=f"{lacking.day} 23:59:59+01", **asked)
    assert (partial["average_full_time_persons"], partial["average_high_full_time_persons"]) == (None, None)
    assert partial["status"] == "missing"
    assert "Herlev 2023M10 Fleksjob" in partial["missing"]
    assert "2023M09" not in partial["missing"]
    [place] = scene.query(
        "select area_code, min(hidden) as names from marts.benefit_totals where status = 'suppressed' "
        "and period between '2023M08' and '2023M10' group by area_code having count(*) = 3 order by 1 limit 1"
    )
    [hidden] = scene.query(AVERAGE, at="infinity", **asked | {"areas": ["163", place["area_code"]]})
    assert (hidden["average_full_time_persons"], hidden["status"], hidden["missing"]) == (None, "suppressed", "")
    assert place["names"] in hidden["hidden"]
    assert hidden["average_low_full_time_persons"] < hidden["average_high_full_time_persons"]
    [beyond] = scene.query(AVERAGE, at="infinity", **asked | {"last": "2026-01-01"})
    assert (beyond["average_full_time_persons"], beyond["months"]) == (None, 30)
    assert "Ballerup 2026M01 alle ydelser" in beyond["missing"], "of a month of which nothing was ever held"


def test_the_command_says_so_too(month: tuple[Scene, list[Night]], capsys: pytest.CaptureFixture[str]) -> None:
    scene, nights = month
    of = ("totals", "--area", "Herlev", "--area", "Ballerup", "--period", "2023M08:2023M10", "--together")
    [now] = scene.answer(*of)
    assert (now["area"], now["period"], now["status"], now["missing"]) == (
        "Herlev, Ballerup", "2023M08:2023M10", "observed", [],
    )  # fmt: skip
    [then] = scene.answer(*of, "--as-of", next(night for night in nights if night.lacking.get("163")).day.isoformat())
    assert (then["value"], then["status"]) == (None, "missing")
    assert run(["totals", "--area", "Læsø", "--period", NEWEST]) == 0
    assert "(hidden)" in capsys.readouterr().out
    assert run(["totals", "--area", "Herlev", "--area", "Hele landet", "--period", "2023", "--together"]) == 2
    assert "add up municipalities" in capsys.readouterr().err
    assert run(["totals", "--area", "Herlev", "--together"]) == 2


def test_a_warehouse_begun_after_the_reform_shows_no_jump(stage: Stage) -> None:
    with stage(today="2025-09-05", scale="small") as scene:
        assert scene.night("2025-09-05", tables=TABLES).outcome == "completed"
        night = looked_at(scene, day=date(2025, 9, 5), outcomes={})
        for reader, told in night.told.items():
            assert {key: value for key, value in told.items() if value != night.parts[key]} == {}, reader
        herlev = {row["period"]: row for row in night.mart if row["area_code"] == "163"}
        assert {row["total_full_time_persons"] for period, row in herlev.items() if period < "2025M07"} == {None}
        assert herlev["2025M07"]["total_full_time_persons"] is not None
        assert herlev["2025M06"]["missing"] == ", ".join(sorted(g.name for g in COUNTED if g.until))
        assert (herlev["2025M06"]["series_break"], herlev["2025M07"]["series_break"]) == (
            "unemployment_insurance_days_2017",
            "cash_benefit_reform_2025",
        )
        engine = create_engine(scene.database)
        with engine.connect() as connection:
            [row] = connection.execute(
                text(AVERAGE), {"at": "infinity", "areas": ["163"], "first": "2025-06-01", "last": "2025-07-01"}
            )
        engine.dispose()
        assert (row.average_full_time_persons, "Databrud 1. juli 2025" in row.series_break_caveat) == (None, True)
