"""Migrations of the warehouse: `upgrade` brings an empty database, or any schema from the baseline on, to the newest.

An empty one is made whole from what the code declares (warehouse/schema, warehouse/marts, warehouse/sql); migrations that
follow the baseline are for warehouses that are older than they are.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, text

from warehouse.database.lock_waits import patiently
from warehouse.migrations import definitions

# What only a migration needs is loaded where it is used: every command asks first whether there is one to do.
if TYPE_CHECKING:
    from alembic.config import Config

BASELINE = "0009"
VERSION_TABLE: dict[str, Any] = {"version_table": "schema_version", "version_table_schema": "ops"}


class SchemaUnknown(RuntimeError):
    """A warehouse's schema is one that this version cannot carry on from; the message says what to do."""


_FOLDER = Path(__file__).parent


def _config(connection: Connection) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.attributes["connection"] = connection
    return config


def newest() -> str:
    """The revision this code expects."""
    return max(_known())


def _known() -> set[str]:
    """The revisions that there are: each file is named after its own."""
    return {file.name.partition("_")[0] for file in (_FOLDER / "versions").glob("[0-9]*.py")}


def current(connection: Connection) -> str | None:
    """The revision the warehouse has; None where it is empty."""
    if connection.scalar(text("select to_regclass('ops.schema_version')")) is None:
        return None
    revision: str | None = connection.scalar(text("select version_num from ops.schema_version"))
    return revision


def is_current(connection: Connection) -> bool:
    """Whether the warehouse has the newest schema with the views and functions that belong to it."""
    return current(connection) == newest() and definitions.are_current(connection)


def upgrade(engine: Engine, *, patience_seconds: float = 600) -> str:
    """Bring schema, views, functions, areas, catalogues and dictionary up to date in one transaction, two in turn.

    Gives the revision. Where others keep it from that, it is tried again as long as the patience lasts. Raises SchemaUnknown,
    and the database's error with who held it up.
    """
    return patiently(engine, _upgrade, patience_seconds=patience_seconds)


def _upgrade(connection: Connection) -> str:
    from warehouse.catalogue.publishers import catalogues
    from warehouse.database import reader_role
    from warehouse.history.dimensions import write_dimensions
    from warehouse.marts.contract import write_dictionary

    connection.execute(text("select pg_advisory_xact_lock(hashtext('jobindsats migrations'))"))
    if not is_current(connection):
        _bring_tables_up_to_date(connection)
        definitions.renew(connection)
    write_dimensions(connection, catalogues=catalogues())
    write_dictionary(connection)
    reader_role.renew(connection)
    return newest()


def _bring_tables_up_to_date(connection: Connection) -> None:
    from alembic import command

    from warehouse.history.staging import drop_leftovers

    revision, config = current(connection), _config(connection)
    if revision is None:
        command.upgrade(config, BASELINE)
        command.stamp(config, "head")
    elif revision != newest():
        _require_known(revision)
        drop_leftovers(connection)  # a view over the facts that a dead run left would keep them as they are
        command.upgrade(config, "head")


def _require_known(revision: str) -> None:
    if revision < BASELINE:
        raise SchemaUnknown(
            f"the warehouse has schema {revision}, and this version goes on from {BASELINE} or newer. Rebuild it from the "
            "archive: name an empty database in JOBINDSATS_WAREHOUSE_URL and run `jobindsats replay`"
        )
    if revision not in _known():
        raise SchemaUnknown(
            f"the warehouse has schema {revision}, and this version knows none newer than {newest()}. Install the version "
            "that made it, or a newer one"
        )
