"""Sessions with a given server: TLS, settings, time-outs, locks and who holds them, also where a pooler lends them out."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import URL, Engine, text
from sqlalchemy.exc import DBAPIError

from tests.given import Given, libpq, pooled
from warehouse.database import sessions
from warehouse.database.locks import Lock, held
from warehouse.errors import in_words, went_away

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

SHOWN = text(
    "select current_setting('TimeZone'), current_setting('lock_timeout'), current_setting('statement_timeout')"
)


@pytest.fixture(scope="module")
def pooler(given: Given) -> Iterator[URL]:
    """The given server through a pooler of transactions."""
    with pooled(given) as url:
        yield url


@pytest.fixture(params=["the server", "a pooler"])
def url(given: Given, pooler: URL, request: pytest.FixtureRequest) -> URL:
    """An address of the server, its own or a pooler's."""
    return given.url() if request.param == "the server" else pooler


@pytest.fixture
def engine(given: Given, url: URL) -> Iterator[Engine]:
    """An engine as tasks have it, with a patience of two seconds."""
    with sessions.engine_for(given.settings(url, patience_seconds=2)) as engine:
        yield engine


def test_a_pooler_is_told_from_the_server(given: Given, pooler: URL) -> None:
    assert sessions.is_pooled(pooler)
    assert not sessions.is_pooled(given.url())


def test_each_transaction_has_its_settings_and_nobody_else_gets_them(engine: Engine, url: URL) -> None:
    with engine.connect() as connection:
        for _ in range(3):
            assert tuple(connection.execute(SHOWN).one()) == ("UTC", "2s", "6h")
            connection.commit()
            with psycopg.connect(libpq(url)) as stranger:
                assert stranger.execute("select current_setting('lock_timeout')").fetchone() == ("0",)


def test_a_lock_has_one_holder_and_goes_with_its_block(engine: Engine) -> None:
    with held(engine, Lock.NIGHT) as first, held(engine, Lock.NIGHT) as second:
        assert (first, second) == (True, False)
    with held(engine, Lock.NIGHT) as third, held(engine, Lock.NIGHT, patience_seconds=0.1) as fourth:
        assert (third, fourth) == (True, False)


def test_a_statement_may_be_repeated_on_any_connection(engine: Engine) -> None:
    with engine.connect() as one, engine.connect() as other:
        for number in range(20):
            for connection in (one, other):
                assert connection.scalar(text("select cast(:number as int)"), {"number": number}) == number
                connection.commit()


def test_who_holds_a_table_is_told(given: Given, url: URL) -> None:
    given.administer("create table if not exists kept (a int)", "grant all on kept to jobindsats")
    patient = given.settings(url, patience_seconds=10)  # longer than a look at who holds it takes on a busy machine
    with sessions.engine_for(patient) as engine, engine.connect() as keeper, engine.connect() as waiting:
        keeper.execute(text("lock table kept"))
        with pytest.raises(DBAPIError) as refused:
            waiting.execute(text("select from kept"))
    assert "kept locked for too long by jobindsats (jobindsats) since 20" in in_words(refused.value)


def test_no_statement_lasts_longer_than_a_night_may(given: Given, url: URL) -> None:
    with (
        sessions.engine_for(given.settings(url, night_hours=0.0005)) as engine,
        engine.connect() as connection,
        pytest.raises(DBAPIError) as ended,
    ):
        connection.execute(text("select pg_sleep(60)"))
    assert "longer than JOBINDSATS_NIGHT_HOURS allows" in in_words(ended.value)
    assert not went_away(ended.value)


def test_a_server_that_vanishes_is_noticed_after_a_minute(engine: Engine) -> None:
    with engine.connect() as connection:
        wire = socket.socket(fileno=os.dup(connection.connection.driver_connection.fileno()))  # type: ignore[union-attr]
        with wire:
            assert wire.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            assert wire.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 30
            assert wire.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 60_000


def test_what_the_address_says_of_time_outs_stands(given: Given) -> None:
    assert sessions.connect_args(given.url(connect_timeout="7")).keys() >= {"keepalives_idle", "options"}
    assert "connect_timeout" not in sessions.connect_args(given.url(connect_timeout="7"))


def test_tls_with_a_certificate_that_is_looked_at(given: Given, tmp_path: Path) -> None:
    right = given.url(sslmode="verify-full", sslrootcert=str(given.certificate(tmp_path)))
    with sessions.engine_for(given.settings(right)) as engine, engine.connect() as connection:
        assert connection.connection.driver_connection.pgconn.ssl_in_use  # type: ignore[union-attr]
    wrong = given.url(sslmode="verify-full", sslrootcert="system")
    with pytest.raises(psycopg.OperationalError) as refused, sessions.engine_for(given.settings(wrong)):
        pytest.fail("a certificate that nobody vouches for was accepted")
    assert "certificate verify failed" in in_words(refused.value)


def test_a_server_that_may_only_be_read_is_told_and_worth_another_try(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.execute(text("set transaction read only"))
        with pytest.raises(DBAPIError) as refused:
            connection.execute(text("create table mine (a int)"))
    assert "may only be read" in in_words(refused.value)
    assert went_away(refused.value)
