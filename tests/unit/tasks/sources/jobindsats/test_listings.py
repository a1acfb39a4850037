"""Each line of `/tables` is read for itself: dates, periods, lines that stand twice, and lines that cannot be read."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from tasks.results import Listing
from tasks.sources.jobindsats.listings import Listings, read_listings
from tasks.stoppages import BodyUnreadable

TODAY = date(2026, 8, 20)


def subjects(*tables: Any) -> bytes:
    return json.dumps([{"table_groups": [{"tables": list(tables)}]}]).encode()


def read(body: bytes) -> Listings:
    return read_listings(body, today=TODAY)


def one(**table: Any) -> Listing:
    found = read(subjects({"table_id": "Y25I01"} | table)).line_of("y25i01")
    assert found is not None
    return found


def why_not(body: bytes) -> str:
    with pytest.raises(BodyUnreadable, match="y25i01") as stopped:
        read(body).line_of("y25i01")
    return str(stopped.value)


def test_a_listing_holds_update_date_next_release_and_newest_period_under_the_lower_case_id() -> None:
    kinds = {"periodtypes": [{"periodtype_id": "M", "period_last": "2026M07"}]}
    listing = one(update_latest="2026-08-19", update_next="2026-09-22", periods=kinds)
    assert listing == Listing("y25i01", date(2026, 8, 19), date(2026, 9, 22), {"M": "2026M07"})


@pytest.mark.parametrize("fields", [{}, {"update_latest": None, "update_next": "", "periods": None}, {"periods": {}}])
def test_what_a_listing_does_not_say_is_none(fields: dict[str, Any]) -> None:
    assert one(**fields) == Listing("y25i01")


def test_a_date_with_a_time_is_that_day() -> None:
    assert one(update_latest="2026-08-19T09:54:00").updated_on == date(2026, 8, 19)


@pytest.mark.parametrize("words", ["ikke fastlagt", "19.9.2026", 5, [1]])
def test_a_next_release_in_words_is_none_that_is_announced(words: Any) -> None:
    assert one(update_latest="2026-08-19", update_next=words) == Listing("y25i01", date(2026, 8, 19))


def test_a_publisher_without_tables_lists_none() -> None:
    assert read(b"[]") == Listings({})


@pytest.mark.parametrize(
    "body", [b"<html>", b"", b"{}x", b'{"code": 500}', b"5", b'["x"]', b'[{"table_groups": 1}]', b"[" * 9999]
)
def test_what_is_no_listing_is_refused(body: bytes) -> None:
    with pytest.raises(BodyUnreadable, match="/tables"):
        read(body)


ODD: dict[str, tuple[bytes, str]] = {
    "a date in words": (b'{"table_id": "y25i01", "update_latest": "i august"}', "'i august', which is no date"),
    "a date as a number": (b'{"table_id": "y25i01", "update_latest": 20260819}', "20260819"),
    "a list for an object": (b'{"table_id": "y25i01", "periods": [{"periodtype_id": "M"}]}', "cannot be read"),
    "a text for a kind": (b'{"table_id": "y25i01", "periods": {"periodtypes": ["M"]}}', "cannot be read"),
    "a number for a period": (
        b'{"table_id": "y25i01", "periods": {"periodtypes": [{"periodtype_id": "M", "period_last": 5}]}}',
        "no printable text",
    ),
    "a NUL in a period": (
        b'{"table_id": "y25i01", "periods": {"periodtypes": [{"periodtype_id": "M", "period_last": "2026\\u0000"}]}}',
        "no printable text",
    ),
    "a key twice": (
        b'{"table_id": "y25i01", "update_latest": "2026-08-01", "update_latest": "2026-08-19"}',
        "the key 'update_latest' stands twice",
    ),
    "a key twice within": (b'{"table_id": "y25i01", "mgroups": [{"a": 1, "a": 1}]}', "the key 'a' stands twice"),
    "half a sign": (b'{"table_id": "y25i01", "table_name": "\\ud800"}', "half a sign"),
    "no number": (b'{"table_id": "y25i01", "rows": NaN}', "NaN, Infinity or"),
    "a day that has not come": (b'{"table_id": "y25i01", "update_latest": "2099-01-01"}', "2099-01-01, and today is"),
}


@pytest.mark.parametrize("what", list(ODD))
def test_an_odd_line_stops_its_own_table_and_no_other(what: str) -> None:
    line, said = ODD[what]
    sound = b'{"table_id": "y01a02", "update_latest": "2026-08-19"}'
    body = b'[{"table_groups": [{"tables": [%b, %b]}, {"tables": [%b]}]}]' % (
        line,
        sound,
        line.replace(b"y25i01", b"x1"),
    )
    assert said in why_not(body)
    assert read(body).line_of("y01a02") == Listing("y01a02", date(2026, 8, 19))


@pytest.mark.parametrize("foreign", [b'"\xff\xfe"', b'"a\x00b"', b'"a\tb"', b'"\\u0000"', b'{"a": 1, "a": 2}'])
def test_bytes_that_are_no_text_in_a_foreign_line_stop_no_table(foreign: bytes) -> None:
    body = b'[{"table_groups": [{"tables": [{"table_id": "x1", "table_name": %b}, {"table_id": "y01a02"}]}]}]' % foreign
    assert read(body).line_of("y01a02") == Listing("y01a02")


@pytest.mark.parametrize("part", [None, 5, [], {}, {"tables": None}, {"tables": [None]}, {"tables": [{"table_id": 5}]}])
def test_a_part_without_its_list_hides_no_other_and_is_told_where_a_table_is_missed(part: Any) -> None:
    body = json.dumps([{"table_groups": [part, {"tables": [{"table_id": "y01a02"}]}]}, {"subject_id": 1}]).encode()
    found = read(body)
    assert found.line_of("y01a02") == Listing("y01a02")
    assert found.line_of("y25i01") is None
    assert "2 parts of /tables cannot be read, the first: a " in found.remark


def test_a_table_under_two_subjects_is_one_table() -> None:
    line = {"table_id": "y25i01", "update_latest": "2026-08-19"}
    assert read(subjects(line, line)).line_of("y25i01") == Listing("y25i01", date(2026, 8, 19))


def test_a_table_that_stands_twice_with_different_dates_is_not_read() -> None:
    lines = [{"table_id": "y25i01", "update_latest": f"2026-08-{day}"} for day in (18, 19, 19)]
    assert "stands twice in /tables" in why_not(subjects(*lines))
    assert "stands twice in /tables" in why_not(subjects(*reversed(lines), {"table_id": "Y25I01"}))


def test_clocks_may_differ_by_a_day() -> None:
    assert one(update_latest="2026-08-21").updated_on == date(2026, 8, 21)
    assert "2026-08-22, and today is 2026-08-20" in why_not(
        subjects({"table_id": "y25i01", "update_latest": "2026-08-22"})
    )
