"""The warehouse after its migrations: everything in it says what it is, and it is what the code declares."""

from __future__ import annotations

from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, inspect, text

from tests.conventions.sources import ROOT
from warehouse import migrations
from warehouse.marts import benefits as marts
from warehouse.schema import core as schema
from warehouse.schema import ops as records

SCHEMAS = ("ops", "staging", "core", "marts")
_RELATIONS = """
select n.nspname || '.' || c.relname as name, c.relkind::text as kind, c.relispartition as partition,
       obj_description(c.oid, 'pg_class') as comment
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = any(:schemas) and c.relkind in ('r', 'v', 'm', 'p', 'f')
"""
_COLUMNS = """
select n.nspname || '.' || c.relname || '.' || a.attname as name, col_description(c.oid, a.attnum) as comment
from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
where n.nspname = any(:schemas) and c.relkind in ('r', 'v', 'm', 'p', 'f') and a.attnum > 0 and not a.attisdropped
"""


def ask(engine: Engine, query: str) -> list[dict[str, Any]]:
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(text(query), {"schemas": list(SCHEMAS)}).mappings()]


def test_every_schema_has_a_comment(module_engine: Engine) -> None:
    rows = ask(
        module_engine,
        "select nspname as name, obj_description(oid, 'pg_namespace') as comment from pg_namespace "
        "where nspname = any(:schemas)",
    )
    assert {row["name"]: row["comment"] for row in rows} == schema.SCHEMAS


def test_every_table_and_view_begins_its_comment_with_its_grain(module_engine: Engine) -> None:
    rows = ask(module_engine, _RELATIONS)
    assert len(rows) >= 40
    for row in rows:
        beginnings = ["One row per"] + ["Partition for"] * row["partition"]
        if row["name"] == "ops.schema_version":  # Alembic's own, and it has but one row
            beginnings = ["One row:"]
        assert (row["comment"] or "").startswith(tuple(beginnings)), row["name"]


def test_every_column_has_a_comment(module_engine: Engine) -> None:
    rows = ask(module_engine, _COLUMNS)
    assert len(rows) > 100
    assert [row["name"] for row in rows if not (row["comment"] or "").strip()] == []


def test_the_migrated_database_is_what_the_schema_declares(module_engine: Engine) -> None:
    partitions = {row["name"].split(".")[1] for row in ask(module_engine, _RELATIONS) if row["partition"]}

    def ours(thing: Any, name: str | None, kind: str, reflected: bool, compared: Any) -> bool:
        table = name if kind == "table" else getattr(getattr(thing, "table", None), "name", None)
        return table not in partitions and table != "schema_version"

    options = {
        "include_schemas": True,
        "include_name": lambda name, kind, parents: kind != "schema" or name in SCHEMAS,
        "include_object": ours,
        "compare_type": True,
        "compare_server_default": True,
        **migrations.VERSION_TABLE,
    }
    with module_engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        assert marts.benefit_recipients.metadata is records.runs.metadata is schema.metadata
        assert compare_metadata(context, schema.metadata) == []


def test_checks_and_identities_are_those_of_the_schema(module_engine: Engine) -> None:
    found = {
        check["name"]
        for name in SCHEMAS
        for table in schema.metadata.tables.values()
        if table.schema == name
        for check in inspect(module_engine).get_check_constraints(table.name, schema=name)
    }
    assert {"ck_observations_only_observed_has_a_value", "ck_table_outcomes_outcome_is_known"} <= found


def test_migrating_again_changes_nothing(module_engine: Engine) -> None:
    counted = (
        "select (select count(*) from core.areas), (select count(*) from core.measures), max(table_no) from core.tables"
    )
    with module_engine.connect() as connection:
        before = tuple(connection.execute(text(counted)).one())
    assert migrations.upgrade(module_engine) == migrations.newest()
    with module_engine.connect() as connection:
        assert tuple(connection.execute(text(counted)).one()) == before
        assert migrations.current(connection) == migrations.newest()


def test_staging_is_empty_when_nothing_is_on_its_way(module_engine: Engine) -> None:
    assert [row for row in ask(module_engine, _RELATIONS) if row["name"].startswith("staging.")] == []


def test_a_column_of_a_mart_ends_in_its_unit_or_counts_nothing(module_engine: Engine) -> None:
    units = ("_persons", "_full_time_persons", "_pct", "_pct_point", "_dkk", "_cases")
    for column in marts.benefit_recipients.columns:
        if str(column.type).startswith("DOUBLE"):
            assert column.name.endswith(units), column.name


@pytest.mark.parametrize("name", [path.name for path in (ROOT / "warehouse" / "migrations" / "versions").glob("0*.py")])
def test_a_migration_does_not_lean_on_code_that_will_change(name: str) -> None:
    source = (ROOT / "warehouse" / "migrations" / "versions" / name).read_text(encoding="utf-8")
    assert "from warehouse" not in source
    assert "import warehouse" not in source
