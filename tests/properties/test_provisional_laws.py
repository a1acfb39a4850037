"""Laws of the newest month: provisional by each benefit's own table, and in a total while one of its parts is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, text

from tests.properties.test_total_laws import ALL as WHOLE
from tests.properties.test_total_laws import fill
from warehouse.catalogue.model import jobindsats
from warehouse.history.dimensions import write_periods
from warehouse.periods import Period, spanning

GROUPS = jobindsats().benefit_groups
TABLES = sorted({group.table for group in GROUPS})
MONTHS = tuple(spanning(Period.parse("2025M04"), Period.parse("2025M08")))
APRIL, MAY, JUNE, JULY, AUGUST = MONTHS
SEEN = datetime(2025, 9, 20, tzinfo=UTC)
HELD = st.fixed_dictionaries({table: st.none() | st.sampled_from(MONTHS) for table in TABLES})
_RUN = """
insert into ops.runs (kind, started_at, publisher_url, code_version) values ('nightly', now(), '', '') returning run_id
"""
_VINTAGE = """
insert into core.vintages (table_no, seen_at, content_hash, manifest, run_id, new, revised, withdrawn, unchanged,
                           newest_period_id)
select table_no, :seen_at, '', '', :run_id, 0, 0, 0, 0, :period_id from core.tables where table_id = :table
"""
_ASKED = "select benefit_group_name, period from marts.provisional_as_of(:as_of)"


def hold(connection: Connection, held: Mapping[str, Period | None]) -> None:
    """The newest month of each table, within a transaction that is taken back."""
    write_periods(connection, periods=set(MONTHS))
    connection.execute(text("delete from core.vintages"))
    run_id = connection.scalar(text(_RUN))
    for table, month in held.items():
        if month is not None:
            about = {"table": table, "period_id": month.key, "seen_at": SEEN, "run_id": run_id}
            connection.execute(text(_VINTAGE), about)


def naive(held: Mapping[str, Period | None]) -> set[tuple[str, str]]:
    """By the words of docs/assumptions.md."""
    newest = max((month.key for month in held.values() if month is not None), default=0)
    found = set()
    for group in GROUPS:
        month = held[group.table]
        ended = month is not None and group.until is not None and group.until <= month.last_day
        if month is not None and (not ended or month.key == newest):
            found.add((group.name, str(month)))
    return found


@settings(max_examples=40)
@given(HELD)
@example(dict.fromkeys(TABLES, JUNE))
@example(dict.fromkeys(TABLES, JULY))
def test_each_benefits_newest_month_is_provisional_until_its_next_has_come(
    module_engine: Engine, held: dict[str, Period | None]
) -> None:
    with module_engine.connect() as connection:
        hold(connection, held)
        assert {tuple(row) for row in connection.execute(text(_ASKED), {"as_of": "infinity"})} == naive(held)
        assert connection.execute(text(_ASKED), {"as_of": "2025-09-19"}).all() == [], "nothing was known then"
        connection.rollback()


def test_a_total_is_provisional_while_one_of_its_parts_is(module_engine: Engine) -> None:
    fill(module_engine, WHOLE)
    both = "select period, provisional from marts.benefit_totals order by period"
    late = next(group.table for group in GROUPS if group.name == "Sygedagpenge")
    held: dict[str, Period | None] = dict.fromkeys(TABLES, JULY)
    cases: tuple[tuple[dict[str, Period | None], tuple[bool, bool]], ...] = (
        ({}, (False, True)),
        ({late: JUNE}, (True, True)),
        (dict.fromkeys(TABLES, AUGUST), (False, False)),
    )
    for changed, expected in cases:
        with module_engine.connect() as connection:
            hold(connection, held | changed)
            assert connection.execute(text(both)).all() == [("2025M06", expected[0]), ("2025M07", expected[1])]
            connection.rollback()
