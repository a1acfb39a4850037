"""A series break hangs on members: that cash assistance had one is none of Seniorpension's, in rows, caveats and marts."""

from __future__ import annotations

import polars as pl
import pytest
from sqlalchemy import Engine, text

from tasks.sources.cells import SCHEMA
from tests.properties.releases import forget, load, night, open_run
from warehouse import reading
from warehouse.catalogue.model import jobindsats
from warehouse.database.series_breaks import SeriesBreak, concerning
from warehouse.history.dimensions import SeriesNumbers, canonical, write_periods
from warehouse.history.staging import copy_in, create_staging, finish_staging, table_number
from warehouse.history.vintages import publish
from warehouse.periods import Period

TABLE = jobindsats().table("ptv_a02")
REFORM, DAYS = "cash_benefit_reform_2025", "unemployment_insurance_days_2017"
NEWEST = {
    "Ydelsesgrupper i alt": (DAYS, REFORM),
    "Kontanthjælp": (None, REFORM),
    "A-dagpenge": (DAYS, DAYS),
    "Seniorpension": (None, None),
    "Forrevalidering": (None, None),
}
"""The newest break at or before June and July 2025, by member."""


@pytest.fixture(scope="module")
def engine(module_engine: Engine) -> Engine:
    """A warehouse that holds Herlev's June and July 2025 of five members."""
    forget(module_engine)
    periods = [Period.parse("2025M06"), Period.parse("2025M07")]
    rows = [
        (period.key, 163, canonical({"Ydelsesgrupper": member}), "full_time_persons", 100.0, "observed")
        for period in periods
        for member in NEWEST
    ]
    with module_engine.begin() as connection:
        run_id = open_run(connection)
        name = create_staging(connection, table_id=TABLE.id, run_id=run_id)
        table_no = table_number(connection, table_id=TABLE.id)
        write_periods(connection, periods=periods)
        numbered = SeriesNumbers(connection, table_no=table_no).numbered(
            pl.DataFrame(rows, schema=SCHEMA, orient="row")
        )
        copy_in(connection, numbered, name=name)
        finish_staging(connection, name=name, table_no=table_no, root_members=TABLE.root_members)
        publish(connection, load(name, run_id=run_id, seen_at=night(0), table_id=TABLE.id))
    return module_engine


@pytest.mark.parametrize("member", list(NEWEST))
def test_rows_and_caveats_tell_the_breaks_of_their_member_alone(engine: Engine, member: str) -> None:
    with engine.connect() as connection:
        asked = reading.question(connection, TABLE.id, area="Herlev", where=[f"Ydelsesgrupper={member}"])
        rows = reading.observations(connection, asked)
        said = " ".join(reading.caveats(connection, asked, rows=rows))
    assert tuple(row["series_break"] for row in rows) == NEWEST[member]
    assert ("1. juli 2025" in said) == (NEWEST[member][1] == REFORM)


def test_the_mart_of_recipients_has_no_break_of_another_benefit(engine: Engine) -> None:
    table = "(select table_no from core.tables where table_id = 'ptv_a02')"
    query = (
        f"select benefit_group_name, period, series_break from core.benefit_recipients_of(array[{table}], 'infinity')"
    )
    with engine.connect() as connection:
        rows = {tuple(row) for row in connection.execute(text(query))}
    assert rows == {
        (name, month, None) for name in ("Seniorpension", "Forrevalidering") for month in ("2025M06", "2025M07")
    }


@pytest.mark.parametrize(
    ("broken", "members", "told"),
    [
        (None, {}, True),
        (None, {"Ydelsesgrupper": "A"}, True),
        (["A"], {}, False),
        (["A", "B"], {"Køn": "Mænd", "Ydelsesgrupper": "B"}, True),
        (["A"], {"A": "B"}, False),
        ([], {"Ydelsesgrupper": "A"}, False),
    ],
)
def test_python_and_postgresql_agree_on_what_a_break_concerns(
    engine: Engine, broken: list[str] | None, members: dict[str, str], told: bool
) -> None:
    wanted = SeriesBreak("x", "x", 1, None if broken is None else frozenset(broken))
    assert bool(concerning([wanted], members=members)) is told
    query = text("select core.is_concerned(cast(:members as jsonb), to_jsonb(cast(:broken as text[])))")
    with engine.connect() as connection:
        assert connection.scalar(query, {"members": canonical(members), "broken": broken}) is told


_BREAK = """
insert into core.series_breaks (series_break, table_no, first_period_id, title, caveat, source, members)
select :name, table_no, :first, 'Databrud', 'Databrud ' || :name, 'test', to_jsonb(cast(:members as text[]))
from core.tables where table_id = :table
"""


@pytest.mark.parametrize(
    ("breaks", "june", "july"),
    [
        ({"a": "2025M06", "z": "2025M07"}, "a", "z"),
        ({"z": "2025M06", "a": "2025M07"}, "z", "a"),
        ({"a": "2025M07"}, None, "a"),
        ({"z": "2025M05", "a": "2025M05"}, "a", "a"),
        ({"a": "2025M08"}, None, None),
    ],
)
@pytest.mark.parametrize("members", [None, ["Seniorpension", "Forrevalidering"]])
def test_the_mart_of_recipients_tells_the_newest_break_of_each_month(
    engine: Engine, breaks: dict[str, str], june: str | None, july: str | None, members: list[str] | None
) -> None:
    table = "(select table_no from core.tables where table_id = 'ptv_a02')"
    mart = (
        f"select benefit_group_name, period, series_break from core.benefit_recipients_of(array[{table}], 'infinity')"
    )
    of_rows = "select member, period, series_break from core.observation_versions where member = any(:names)"
    names = ["Seniorpension", "Forrevalidering"]
    with engine.connect() as connection:
        write_periods(connection, periods=[Period.parse(month) for month in breaks.values()])
        for name, month in breaks.items():
            asked = {"name": name, "first": Period.parse(month).key, "members": members, "table": TABLE.id}
            connection.execute(text(_BREAK), asked)
        found = {tuple(row) for row in connection.execute(text(mart))}
        assert found == {tuple(row) for row in connection.execute(text(of_rows), {"names": names})}
    months = {"2025M06": june, "2025M07": july}
    assert found == {(name, month, told) for name in names for month, told in months.items()}
