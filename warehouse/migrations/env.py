"""Alembic's entry: runs on the connection that `warehouse.migrations.upgrade` hands over."""

from __future__ import annotations

from alembic import context
from sqlalchemy import text

from warehouse.marts import benefits as marts

connection = context.config.attributes["connection"]
connection.execute(text("create schema if not exists ops"))
context.configure(
    connection=connection,
    target_metadata=marts.benefit_recipients.metadata,
    include_schemas=True,
    version_table="schema_version",
    version_table_schema="ops",
)
with context.begin_transaction():
    context.run_migrations()
