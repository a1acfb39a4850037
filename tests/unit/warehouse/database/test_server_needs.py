"""What a server, a database or an account lacks is said before a night, with what mends it; and that mends it."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from tasks.doctor.server import server
from tests.given import Given, pooled
from warehouse import migrations
from warehouse.database import server_needs, sessions
from warehouse.database.server_needs import ServerUnfit
from warehouse.history.redating import redate
from warehouse.marts.benchmark import savings
from warehouse.marts.fill import fill

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

OURS = "owner jobindsats"
LACKS = {
    "encoding": ("owner jobindsats encoding 'LATIN1' locale 'C' template template0", "", "encoded in LATIN1"),
    "rights": ("", "", "may not make the schemas core, marts, ops, staging in the database warehouse"),
    "one schema": (OURS, "create schema ops", "the schema ops belongs to postgres"),
    "read only": (OURS, "alter role jobindsats set default_transaction_read_only = on", "may only read"),
    "isolation": (OURS, "alter role jobindsats set default_transaction_isolation = serializable", "is serializable"),
    "connections": (OURS, "alter role jobindsats connection limit 5", "can open 5 connections at once"),
}
MENDED_BY_IT = {"rights", "one schema", "read only", "isolation"}
STOPS = {"encoding", "rights", "one schema", "read only"}


@pytest.mark.parametrize("lack", LACKS)
def test_what_is_lacking_is_said_with_what_mends_it(given: Given, lack: str) -> None:
    made, then, said = LACKS[lack]
    given.anew(made)
    if then:
        given.administer(then)
    with sessions.engine_for(given.settings()) as engine:
        with engine.connect() as connection:
            (need,) = server_needs.unmet(connection)
            assert server(connection).verdict == ("failed" if lack in STOPS else "attention")
            if need.stops:
                with pytest.raises(ServerUnfit, match=said):
                    server_needs.require(connection)
        assert said in need.says
        assert need.stops == (lack in STOPS)
    if lack in MENDED_BY_IT:
        given.administer(need.step)
        with sessions.engine_for(given.settings()) as engine, engine.connect() as connection:
            assert server_needs.unmet(connection) == []


def test_a_pool_that_is_too_small_is_said(given: Given) -> None:
    given.anew()
    with (
        pooled(given, size=4) as url,
        sessions.engine_for(given.settings(url)) as engine,
        engine.connect() as connection,
    ):
        found = server(connection)
    assert found.verdict == "attention"
    assert "can open 4 connections at once" in found.says
    assert "a larger pool in the pooler" in found.next_step


def test_nothing_is_lacking_and_the_way_is_told(given: Given) -> None:
    given.anew()
    with pooled(given) as url, sessions.engine_for(given.settings(url)) as engine, engine.connect() as connection:
        assert server(connection).says.endswith("for a night, through a pooler")
    with sessions.engine_for(given.settings()) as engine, engine.connect() as connection:
        assert server(connection).says.endswith(
            "over TLS, without looking at its certificate (sslmode=verify-full does)"
        )


def test_four_schemas_are_enough_and_no_temporary_table_is_made(given: Given) -> None:
    given.anew("")
    given.administer(
        "revoke all on database warehouse from public", "grant connect on database warehouse to jobindsats",
        *(f"create schema {name} authorization jobindsats" for name in ("core", "marts", "ops", "staging")),
    )  # fmt: skip
    with sessions.engine_for(given.settings()) as engine:
        with engine.connect() as connection:
            assert server_needs.unmet(connection) == []
        assert migrations.upgrade(engine) == migrations.newest()
        with engine.begin() as connection:
            assert fill(connection, savings).rows == 0
            now = connection.execute(text("select now()")).scalar_one()
            assert redate(connection, now=now) == []
            left = connection.scalars(text("select tablename from pg_tables where schemaname = 'staging'")).all()
        assert left == []
