"""Figures of a rehearsal are told from real ones by whoever may read the marts, by one rule in Python and in PostgreSQL."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from tests.properties.releases import PERSONS, REAL, RUN_AT, night, publish_release, published_by, shown
from warehouse.database.reader_limits import READER
from warehouse.database.reader_role import give
from warehouse.database.rehearsal import is_rehearsed
from warehouse.settings import is_on_this_machine

HERE = [
    "http://127.0.0.1:8123/v3", "http://localhost:1", "http://[::1]:9/v3", "https://127.1.2.3", "https://localhost/v3",
]  # fmt: skip
ELSEWHERE = [
    REAL, "http://localhost.evil.example/", "https://127.example.dk/v3", "https://127.0.0.1.example.dk/v3",
    "https://user@127.0.0.1/", "http://localhost@evil.example/", "http://localhost:1@evil.example/",
    "http://127.0.0.1:\N{ARABIC-INDIC DIGIT ONE}/", "http://localhost\n", "\nhttp://localhost", "ftp://localhost/", "",
]  # fmt: skip
PARTS = [
    "http", "https", "HTTP", "://", "127.0.0.1", "127.", "1", ".", "localhost", "[::1]", "::1", ":8123", ":", "/", "/v3",
    "@", "\n", " ", "api.jobindsats.dk", "\N{ARABIC-INDIC DIGIT ONE}",
]  # fmt: skip


@pytest.fixture(scope="module")
def filled(module_engine: Engine) -> Engine:
    """A warehouse with one vintage."""
    publish_release(module_engine, {("2026M05", 163, PERSONS): shown(40)}, seen_at=night(0))
    return module_engine


def told_by_the_mart(filled: Engine, url: str) -> bool:
    with published_by(filled, url), filled.connect() as connection:
        (row,) = connection.execute(text("select rehearsed from marts.vintages"))
        assert is_rehearsed(connection) is row.rehearsed
    return bool(row.rehearsed)


@pytest.mark.parametrize(("url", "here"), [*((url, True) for url in HERE), *((url, False) for url in ELSEWHERE)])
def test_a_stand_in_is_known_by_its_address(filled: Engine, url: str, here: bool) -> None:
    assert is_on_this_machine(url) is here
    assert told_by_the_mart(filled, url) is here


@given(
    st.lists(st.sampled_from(PARTS), max_size=7).map("".join)
    | st.from_regex(r"https?://[0-9a-z.:\[\]/@]{0,20}", fullmatch=True)
)
def test_python_and_postgresql_agree_on_any_address(filled: Engine, url: str) -> None:
    assert told_by_the_mart(filled, url) is is_on_this_machine(url)


def test_a_reader_of_the_marts_alone_can_ask(filled: Engine) -> None:
    with filled.begin() as connection:
        if not connection.scalar(text("select rolsuper from pg_roles where rolname = current_user")):
            pytest.skip("the user of the given server may not make roles and act as them")
        give(connection)
    for url, rehearsed in ((RUN_AT, True), (REAL, False)):
        with published_by(filled, url), filled.connect() as connection:
            connection.execute(text(f"set local role {READER}"))
            assert is_rehearsed(connection) is rehearsed


def test_an_empty_warehouse_is_no_rehearsal(engine: Engine) -> None:
    with engine.connect() as connection:
        assert not is_rehearsed(connection)
