"""The checksum of a warehouse: what it covers, and that whatever is changed behind our back is named."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine, text

from tasks.derive import bring_up_to_date
from tests.content import checksum, content
from tests.properties.releases import HIDDEN, PERSONS, Release, forget, night, publish_release, shown
from warehouse.history.checksum import Part, combined, first_difference, parts
from warehouse.marts import star, subjects
from warehouse.marts.contract import HASHED

FIRST: Release = {
    ("2026M05", 163, PERSONS): shown(470),
    ("2026M06", 163, PERSONS): shown(477),
    ("2026M06", 741, PERSONS): HIDDEN,
}

SECOND: Release = {**FIRST, ("2026M06", 163, PERSONS): shown(491), ("2026M06", 741, PERSONS): shown(12)}


@pytest.fixture(scope="module")
def engine(module_engine: Engine) -> Engine:
    """A warehouse with two vintages and its marts."""
    forget(module_engine)
    for at, release in enumerate((FIRST, SECOND)):
        publish_release(module_engine, release, seen_at=night(at))
    with module_engine.begin() as connection:
        # A row of a mart, whichever table's: the benefits of the catalogue are in other tables than this one.
        connection.execute(
            text(
                "insert into marts.benefit_recipients (benefit_group, benefit_group_name, area_code, area_name, area_kind, "
                "period, period_first_day, period_last_day, recipients_persons, recipients_persons_status, counted_in_total, "
                "back_cast, table_id, vintage_id, seen_at) values ('b', 'B', '163', 'Herlev', 'municipality', '2026M06', "
                "'2026-06-01', '2026-06-30', 5, 'observed', true, false, 'y01a02', 1, '2026-08-01 04:00+00')"
            )
        )
    return module_engine


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """A connection whose changes are undone."""
    with engine.connect() as connection:
        yield connection
        connection.rollback()


TAMPERED = [
    ("update core.observations set value = 492 where value = 491", "core.observations of y25i01, seen at 2026-08-02"),
    (
        "update core.observations set value = 477.0000001 where value = 477",
        "core.observations of y25i01, seen at 2026-08-01",
    ),
    (
        "update core.observations set status = 'not_yet' where status = 'suppressed'",
        "core.observations of y25i01, seen at 2026-08-01",
    ),
    (
        "delete from core.observations where value = 470",
        "core.observations of y25i01, seen at 2026-08-01.*2 rows rebuilt",
    ),
    (
        "update core.observations set superseded_by = null where value = 477",
        "core.observations of y25i01, seen at 2026-08-01",
    ),
    (
        "update core.observations set superseded_by = 2000000 where value = 477",
        "core.observations of y25i01, seen at 2026-08-01",
    ),
    ("update core.observations set vintage_id = 2000000 where value = 470", "core.observations of y25i01, seen at"),
    (
        "update core.observations set series_id = 2000000 where value = 470",
        "core.observations of y25i01, seen at 2026-08-01",
    ),
    (
        "update core.vintages set seen_at = seen_at + interval '1 microsecond'",
        "core.vintages of y25i01, seen at 2026-08-01",
    ),
    ("update core.vintages set publisher_updated_on = null", "core.vintages of y25i01, seen at 2026-08-01"),
    (
        "update core.vintages set largest_revision = 15 where largest_revision = 14",
        "core.vintages of y25i01.*2026-08-02",
    ),
    (
        "update core.vintages set unchanged = unchanged + 1 where revised > 0",
        "core.vintages of y25i01, seen at 2026-08-02",
    ),
    ("update core.vintages set release_reason = 'because' where revised > 0", "core.vintages of y25i01.*2026-08-02"),
    ("update core.vintages set content_hash = 'c', manifest = 'm'", "core.vintages of y25i01, seen at 2026-08-01"),
    ("update core.series set members = '{}' where area_id = 741", "core.observations of y25i01, seen at 2026-08-01"),
    (
        "update marts.benefit_recipients set recipients_persons = 6",
        "marts.benefit_recipients of y01a02, period 2026M06",
    ),
    ("delete from marts.benefit_recipients", "in the warehouse that stands, but not rebuilt"),
    ("update core.series_breaks set caveat = caveat || '.'", "marts.series_breaks"),
]


@pytest.mark.parametrize(("change", "culprit"), TAMPERED, ids=[change for change, _ in TAMPERED])
def test_whatever_is_changed_is_found_and_named(connection: Connection, change: str, culprit: str) -> None:
    before = list(parts(connection, marts=HASHED))
    assert connection.execute(text(change)).rowcount > 0
    after = list(parts(connection, marts=HASHED))
    assert combined(before) != combined(after)
    found = first_difference(after, standing=before)
    assert found is not None
    with pytest.raises(LookupError, match=culprit):
        raise LookupError(found)


def test_our_own_numbers_are_not_in_it(connection: Connection) -> None:
    before = checksum(connection, marts=HASHED)
    for change in (
        "update marts.benefit_recipients set vintage_id = vintage_id + 1000",
        "update core.observations set superseded_by = superseded_by + 1000",
        "update core.observations set vintage_id = vintage_id + 1000",
        "update core.vintages set vintage_id = vintage_id + 1000",
    ):
        connection.execute(text(change))
    assert checksum(connection, marts=HASHED) == before


@pytest.mark.parametrize("setting", ["TimeZone = 'Asia/Tokyo'", "extra_float_digits = 0", "DateStyle = 'German'"])
def test_the_session_does_not_colour_it(connection: Connection, setting: str) -> None:
    before = checksum(connection, marts=HASHED)
    connection.rollback()
    connection.execute(text(f"set local {setting}"))
    assert checksum(connection, marts=HASHED) == before


def test_bringing_the_marts_up_again_changes_nothing(engine: Engine) -> None:
    with engine.connect() as connection:
        before = checksum(connection, marts=HASHED)
    bring_up_to_date(engine)
    with engine.connect() as connection:
        assert checksum(connection, marts=HASHED) == before


# The totals are sums over a mart that is covered; the star is the facts again; a budget's follow-up reads settled values.
LEFT_OUT = {"benefit_totals", "freshness", "claim_check", "data_dictionary", "known_moments"}
LEFT_OUT |= {"revision_profile", "settled_values", "budget_followup"}
LEFT_OUT |= {table.name for table in (*star.MARTS, *subjects.MARTS)}


def test_every_mart_is_covered_or_left_out_for_a_reason(engine: Engine) -> None:
    query = text(
        "select relname from pg_class c join pg_namespace n on n.oid = c.relnamespace "
        "where n.nspname = 'marts' and c.relkind in ('r', 'v', 'm', 'p')"
    )
    with engine.connect() as connection:
        assert set(connection.scalars(query)) == {*HASHED, *LEFT_OUT}


def test_facts_are_named_before_marts_and_the_earliest_first() -> None:
    mart = Part("marts.revisions", "y01a02", "2020M01", 1, "a")
    late, early = (Part("core.observations", "y01a02", f"2026-08-0{day}", 1, "a") for day in (2, 1))
    found = first_difference([mart, late, early], standing=[])
    assert found is not None
    assert found.startswith("core.observations of y01a02, seen at 2026-08-01: rebuilt, but not in")
    assert found.endswith("2 more parts differ")
    assert first_difference([mart, late], standing=[late, mart]) is None


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ("update core.vintages set seen_at = seen_at + interval '1 second'", True),
        ("update core.observations set value = 478 where superseded_by is not null and value = 477", False),
        ("update marts.benefit_recipients set seen_at = now()", True),
        ("update core.observations set value = 492 where value = 491", False),
        ("update core.observations set value = null, status = 'suppressed' where value = 12", False),
        ("update core.observations set superseded_by = 1 where value = 470", False),
        ("update marts.benefit_recipients set recipients_persons = 6", False),
    ],
)
def test_the_content_is_what_stands_and_what_was_revised_whenever_it_was_seen(
    connection: Connection, change: str, same: bool
) -> None:
    before, whole = content(connection, marts=HASHED), checksum(connection, marts=HASHED)
    connection.execute(text(change))
    assert (content(connection, marts=HASHED) == before) is same
    assert checksum(connection, marts=HASHED) != whole or "benefit_recipients set seen_at" in change
