"""Receipts of assumptions: what was taken for granted when is in the archive, and comes back from there alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, delete

from tasks.archive.receipts import (
    ASSUMPTIONS,
    get_assumed,
    require_whole,
    write_missing_assumptions,
    write_missing_receipts,
)
from tasks.archive.store import Archive, ArchiveTrouble
from tasks.replay.vintage import ReplayStopped, assume_again
from tasks.stoppages import Refused
from tests.properties.releases import PERSONS, Release, forget, night, publish_release, shown
from warehouse.assumptions.known import known
from warehouse.assumptions.model import Assumption, shipped
from warehouse.assumptions.record import moments, record
from warehouse.schema.core import assumptions

MOMENT = datetime(2024, 1, 31, 1, 30, tzinfo=UTC)

PRICE = Assumption(
    name="net_unit_cost_dkk",
    area_code="163",
    basis="accounts",
    valid_from=date(2022, 1, 1),
    value=Decimal("132350.10"),
    low=Decimal(132350),
    unit="dkk",
    source="Herlev's accounts, æøå",
    evidence="confirmed",
)

KEY = Assumption(name="block_grant_key_pct", value=Decimal("0.54"), unit="pct", source="a paper", evidence="likely")

declarations = st.lists(
    st.lists(
        st.builds(
            lambda each, value: each.model_copy(update={"value": value, "low": None}),
            st.sampled_from([PRICE, KEY]),
            st.decimals(0, 1000, places=3),
        ),
        max_size=2,
        unique_by=lambda each: each.name,
    ),
    min_size=1,
    max_size=4,
)


@pytest.fixture
def assumed(module_engine: Engine) -> Engine:
    """A warehouse in which nothing is assumed yet."""
    assumptions.create(module_engine, checkfirst=True)
    with module_engine.begin() as connection:
        connection.execute(delete(assumptions))
    return module_engine


def put(connection: Connection, *declared: Sequence[Assumption]) -> None:
    """One declaration after another, a day apart."""
    for at, each in enumerate(declared):
        record(connection, each, now=MOMENT + timedelta(days=at))


def everything(connection: Connection) -> list[pl.DataFrame]:
    """What was known at every moment that changed anything, but for our numbers."""
    return [known(connection, as_of=moment).drop("assumption_id") for moment in moments(connection)]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(declarations)
def test_what_was_assumed_when_comes_back_from_the_archive_alone(
    assumed: Engine, tmp_path_factory: pytest.TempPathFactory, declared: list[list[Assumption]]
) -> None:
    archive = Archive(tmp_path_factory.mktemp("archive").as_uri())
    with assumed.begin() as connection:
        connection.execute(delete(assumptions))
        put(connection, *declared)
        written = write_missing_assumptions(connection, archive=archive)
        assert write_missing_assumptions(connection, archive=archive) == []
        before, history = everything(connection), get_assumed(archive)
        assert [each.name for each in history] == written
        connection.execute(delete(assumptions))
        for told in (history[:1], history, history):  # from nothing, from a beginning, and once more
            assume_again(connection, told, now=MOMENT + timedelta(days=99))
        after = everything(connection) if history else []
    assert len(after) == len(before)
    assert all(one.equals(other) for one, other in zip(before, after, strict=True))


def test_an_archive_that_says_nothing_leaves_what_is_shipped(assumed: Engine, archive: Archive) -> None:
    with assumed.begin() as connection:
        assume_again(connection, get_assumed(archive), now=MOMENT)
        assert known(connection, as_of=MOMENT).height == len(shipped())
        assume_again(connection, [], now=MOMENT + timedelta(days=1))
        assert moments(connection) == [MOMENT]


def test_other_assumptions_than_the_archives_are_refused(assumed: Engine, archive: Archive) -> None:
    with assumed.begin() as connection:
        put(connection, [KEY])
        write_missing_assumptions(connection, archive=archive)
        history = get_assumed(archive)
        connection.execute(delete(assumptions))
        put(connection, [KEY.model_copy(update={"value": Decimal("0.46")})])
        with pytest.raises(ReplayStopped, match=r"do not follow the archive's history.*Nothing was written"):
            assume_again(connection, history, now=MOMENT)


@pytest.mark.parametrize("damage", ["", "[]", '{"recorded_at": "2024-01-31", "standing": []}', '{"standing": [{}]}'])
def test_a_damaged_receipt_is_named(assumed: Engine, archive: Archive, damage: str) -> None:
    with assumed.begin() as connection:
        put(connection, [PRICE])
        (name,) = write_missing_assumptions(connection, archive=archive)
    Path(archive.root.removeprefix("file://"), name).write_text(damage)
    with pytest.raises(ArchiveTrouble, match=f"{name}.*is damaged"):
        get_assumed(archive)


def test_a_warehouse_that_lost_assumptions_or_vintages_is_not_whole(assumed: Engine, archive: Archive) -> None:
    forget(assumed)
    with assumed.begin() as connection:
        put(connection, [PRICE])
        assert write_missing_receipts(connection, archive=archive) == [], "there is no history to keep yet"
    release: Release = {("2026M06", 163, PERSONS): shown(477)}
    publish_release(assumed, release, seen_at=night(0))
    archive.put_file("manifests/y25i01_run_1", b"")
    with assumed.begin() as connection:
        assert len(write_missing_receipts(connection, archive=archive)) == 2
        require_whole(connection, archive=archive)
        connection.execute(delete(assumptions))
        with pytest.raises(
            Refused, match=rf"1 changes of what is assumed .* {ASSUMPTIONS}/20240131T013000.*jobindsats replay"
        ):
            require_whole(connection, archive=archive)
