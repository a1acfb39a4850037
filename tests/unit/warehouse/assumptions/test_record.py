"""Assumptions in the warehouse: recorded once, never overwritten, and chosen by area and day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import polars as pl
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, delete, text

from warehouse.assumptions.apply import RowsUnfit, applicable
from warehouse.assumptions.known import known
from warehouse.assumptions.model import Assumption, shipped
from warehouse.assumptions.record import record
from warehouse.errors import ClockRunsBackwards
from warehouse.schema.core import assumptions

NIGHT = datetime(2024, 1, 31, 1, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def with_table(module_engine: Engine) -> Engine:
    """A warehouse of this module's own, with its table of assumptions."""
    assumptions.create(module_engine, checkfirst=True)
    return module_engine


@pytest.fixture
def assumed(with_table: Engine) -> Engine:
    """The same, with nothing assumed yet."""
    with with_table.begin() as connection:
        connection.execute(delete(assumptions))
    return with_table


@pytest.fixture(scope="module")
def papers() -> pl.DataFrame:
    """What is shipped, as the warehouse would answer."""
    rows = [
        each.model_dump() | {"assumption_id": at, "value": float(each.value), "low": None, "high": None}
        for at, each in enumerate(shipped())
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def asked(*rows: tuple[str, date | None]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={"area_code": pl.String, "day": pl.Date}, orient="row")


def test_the_shipped_are_recorded_once_and_read_back(assumed: Engine) -> None:
    with assumed.begin() as connection:
        assert record(connection, shipped(), now=NIGHT) == (len(shipped()), 0)
        assert record(connection, shipped(), now=NIGHT) == (0, 0)
        frame = known(connection, as_of=None)
    assert frame.height == len(shipped())
    herlev = frame.filter(name="net_unit_cost_dkk", area_code="163").row(0, named=True)
    assert (herlev["value"], herlev["unit"], herlev["evidence"]) == (132350.0, "dkk", "confirmed")
    assert herlev["valid_to"] == date(2022, 12, 31)
    assert herlev["recorded_at"] == NIGHT
    assert (herlev["low"], herlev["high"]) == (None, None)


def test_a_changed_note_or_source_is_another_assumption(assumed: Engine) -> None:
    [first, *rest] = shipped()
    with assumed.begin() as connection:
        record(connection, [first, *rest], now=NIGHT)
        changed = first.model_copy(update={"source": "another paper"})
        assert record(connection, [changed, *rest], now=NIGHT + timedelta(days=1)) == (1, 1)
        before = known(connection, as_of=NIGHT).filter(name=first.name, basis=first.basis)
        after = known(connection, as_of=None).filter(name=first.name, basis=first.basis)
    assert (before["source"].to_list(), after["source"].to_list()) == ([first.source], ["another paper"])


def test_a_clock_that_runs_backwards_is_refused_and_nothing_is_written(assumed: Engine) -> None:
    with assumed.begin() as connection:
        record(connection, shipped(), now=NIGHT)
        for now in (NIGHT, NIGHT - timedelta(seconds=1)):
            with pytest.raises(ClockRunsBackwards, match=r"2024-01-31 01:30:00.*JOBINDSATS_NOW"):
                record(connection, [], now=now)
        assert known(connection, as_of=None).height == len(shipped())


def test_nothing_known_is_an_empty_frame_of_the_same_columns(assumed: Engine) -> None:
    with assumed.begin() as connection:
        empty = known(connection, as_of=None)
        record(connection, shipped(), now=NIGHT)
        assert known(connection, as_of=NIGHT - timedelta(days=1)).equals(empty)
        assert known(connection, as_of=None).schema == empty.schema


def test_the_database_has_what_the_code_declares_with_a_comment_on_everything(assumed: Engine) -> None:
    options = {
        "include_schemas": True,
        "include_name": lambda name, kind, parents: name in ("core", "assumptions") or kind not in ("schema", "table"),
        "include_object": lambda thing, name, kind, reflected, compared: (
            (name if kind == "table" else thing.table.name) == "assumptions"
        ),
        "compare_type": True,
    }
    with assumed.connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, assumptions.metadata) == []
        query = "select count(*) from pg_description where objoid = 'core.assumptions'::regclass"
        assert connection.scalar(text(query)) == len(assumptions.columns) + 1
    assert (assumptions.comment or "").startswith("One row per")


def test_herlevs_price_of_2022_applies_to_2023_with_a_caveat(papers: pl.DataFrame) -> None:
    rows = asked(("163", date(2022, 12, 31)), ("163", date(2023, 6, 30)))
    found = applicable(papers, name="net_unit_cost_dkk", rows=rows).filter(basis="accounts_2022")
    assert found["assumed"].to_list() == [132350.0, 132350.0]
    assert found["caveat"].to_list() == [
        None,
        "net_unit_cost_dkk er endnu ikke opgjort for perioden til 30-06-2023; den seneste kendte, som gælder til 31-12-2022, "
        "er brugt",
    ]


def test_each_basis_is_a_row_of_its_own_and_the_areas_own_comes_first(papers: pl.DataFrame) -> None:
    rows = asked(("530", date(2020, 1, 1)), ("163", date(2020, 1, 1)))
    found = applicable(papers, name="net_unit_cost_dkk", rows=rows)
    assert found.select("area_code", "basis", "assumed", "assumed_area_code").rows() == [
        ("530", "ministry_potential_2018", 67143.0, "530"),
        ("530", "sygedagpenge_2019", 129712.0, None),
        ("163", "ministry_potential_2018", 73500.0, None),
        ("163", "sygedagpenge_2019", 129712.0, None),
    ]


def test_a_row_without_an_assumption_is_kept_and_says_so(papers: pl.DataFrame) -> None:
    rows = asked(("741", date(2023, 1, 1)), ("163", date(2022, 12, 31)), ("163", None))
    found = applicable(papers, name="block_grant_key_pct", rows=rows)
    assert found.select("area_code", "day", "assumed", "caveat").rows() == [
        ("741", date(2023, 1, 1), None, "block_grant_key_pct findes ikke"),
        ("163", date(2022, 12, 31), None, "block_grant_key_pct findes ikke"),
        ("163", None, None, "block_grant_key_pct findes ikke"),
    ]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (pl.DataFrame({"area_code": ["163"]}), r"lack \['day'\]"),
        (pl.DataFrame({"area_code": ["163"], "day": ["2023-06-30"]}), "their day is no date"),
        (asked(("163", None)).with_columns(caveat=pl.lit("")), r"already have \['caveat'\]"),
    ],
)
def test_rows_that_cannot_be_given_assumptions_are_refused(papers: pl.DataFrame, rows: pl.DataFrame, said: str) -> None:
    with pytest.raises(RowsUnfit, match=said):
        applicable(papers, name="block_grant_key_pct", rows=rows)


def test_two_that_stand_for_the_same_are_refused_by_the_warehouse_itself(assumed: Engine) -> None:
    one = Assumption(name="x_pct", value=Decimal(1), unit="pct", source="a paper", evidence="likely")
    with assumed.connect() as connection:
        record(connection, [one], now=NIGHT)
        values = one.model_dump() | {"recorded_at": NIGHT}
        with pytest.raises(Exception, match="ix_assumptions_standing"):
            connection.execute(assumptions.insert(), [values])
