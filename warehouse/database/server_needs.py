"""What a warehouse needs of a server: the database's encoding, the account's rights, enough connections, an encrypted way.

Looked at before a schema is made or a night begins, so that what is lacking is said at once and with what mends it.
"""

from __future__ import annotations

from typing import NamedTuple, cast

import psycopg
from sqlalchemy import Connection, text

from warehouse.database.reader_limits import CONNECTIONS
from warehouse.database.sessions import is_pooled, openable
from warehouse.database.sql_files import read_sql


class Need(NamedTuple):
    """Something that is lacking, in words; what mends it; and whether nothing can be done without it."""

    says: str
    step: str
    stops: bool

    def __str__(self) -> str:
        return f"{self.says}. What mends it: {self.step}"


class ServerUnfit(RuntimeError):
    """A server, a database or an account is no place for a warehouse; the message says what is lacking and what mends it."""


def require(connection: Connection) -> None:
    """Raise ServerUnfit where a warehouse could be neither made nor brought up to date here."""
    stops = [str(need) for need in _told(connection) if need.stops]
    if stops:
        raise ServerUnfit(f"the server of JOBINDSATS_WAREHOUSE_URL is not fit for a warehouse: {'; '.join(stops)}")


def unmet(connection: Connection) -> list[Need]:
    """Everything that is lacking, by what the server tells and by trying."""
    found = [*_told(connection), _connections(connection), _encryption(connection)]
    return [need for need in found if need is not None]


def _told(connection: Connection) -> list[Need]:
    return [Need(*row) for row in connection.execute(text(read_sql(__package__, "server_needs")))]


def _connections(connection: Connection) -> Need | None:
    more = openable(connection.engine.url, wanted=CONNECTIONS - 1)
    if more == CONNECTIONS - 1:
        return None
    where = "a larger pool in the pooler" if is_pooled(connection.engine.url) else "a higher connection limit"
    return Need(
        f"this account can open {more + 1} connections at once just now, and a night may want {CONNECTIONS}",
        f"{where} for it, or fewer sessions of others (pg_stat_activity tells whose)",
        stops=False,
    )


def _encryption(connection: Connection) -> Need | None:
    driver = cast("psycopg.Connection[object]", connection.connection.driver_connection)
    host = driver.info.hostaddr or driver.info.host
    if driver.pgconn.ssl_in_use or host.startswith(("/", "127.")) or host == "::1":
        return None
    return Need(
        f"what is asked and answered goes to {driver.info.host} unencrypted",
        "turn on TLS there (ssl = on), and add sslmode=verify-full and sslrootcert=FILE to JOBINDSATS_WAREHOUSE_URL",
        stops=False,
    )


def way(connection: Connection) -> str:
    """How the server is reached, in words: encrypted or not, through a pooler or not."""
    driver = cast("psycopg.Connection[object]", connection.connection.driver_connection)
    said = ["through a pooler"] if is_pooled(connection.engine.url) else []
    if driver.pgconn.ssl_in_use:
        checked = {option.keyword: option.val for option in driver.pgconn.info}.get(b"sslmode") == b"verify-full"
        said.append("over TLS" + ("" if checked else ", without looking at its certificate (sslmode=verify-full does)"))
    return ", ".join(["", *said])
