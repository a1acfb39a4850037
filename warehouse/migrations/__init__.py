"""Migrations of the warehouse: `upgrade` brings any earlier schema, or none, to the newest."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect, text

from warehouse.catalogue.publishers import catalogues
from warehouse.database import reader_role as readers
from warehouse.history.dimensions import write_dimensions
from warehouse.marts.contract import write_dictionary

VERSION_TABLE = {"version_table": "schema_version", "version_table_schema": "ops"}


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    return config


def newest() -> str:
    """The revision this code expects."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def current(connection: Connection) -> str | None:
    """The revision the warehouse has; None where it is empty."""
    if not inspect(connection).has_schema("ops"):
        return None
    return MigrationContext.configure(connection, opts=VERSION_TABLE).get_current_revision()


def upgrade(engine: Engine) -> str:
    """Bring schema, areas, catalogues and dictionary up to date in one transaction, two in turn; gives the revision."""
    with engine.begin() as connection:
        connection.execute(text("select pg_advisory_xact_lock(hashtext('jobindsats migrations'))"))
        if current(connection) != newest():
            command.upgrade(_config(connection), "head")
        write_dimensions(connection, catalogues=catalogues())
        write_dictionary(connection)
        readers.renew(connection)
    return newest()
