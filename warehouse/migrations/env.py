"""Alembic's entry: runs on the connection that `warehouse.migrations.upgrade` hands over."""

from __future__ import annotations

from alembic import context
from sqlalchemy import inspect, text

from warehouse.migrations import VERSION_TABLE
from warehouse.schema.core import metadata

connection = context.config.attributes["connection"]
if not inspect(connection).has_schema("ops"):  # `if not exists` asks for the right to make schemas all the same
    connection.execute(text("create schema ops"))
context.configure(connection=connection, target_metadata=metadata, include_schemas=True, **VERSION_TABLE)
with context.begin_transaction():
    context.run_migrations()
