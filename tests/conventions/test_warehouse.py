"""The warehouse after its migrations: everything in it says what it is, and it is what the code declares."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, inspect, text

from tests.conventions.sources import ROOT
from warehouse import migrations
from warehouse.marts import benefits as marts
from warehouse.marts.views import views
from warehouse.migrations import definitions
from warehouse.schema import core as schema
from warehouse.schema import ops

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
        assert marts.benefit_recipients.metadata is ops.runs.metadata is schema.metadata
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


def test_the_baseline_alone_leans_on_code_that_will_change() -> None:
    versions = (ROOT / "warehouse" / "migrations" / "versions").glob("*.py")
    leaning = [path.name for path in versions if re.search("(from|import) warehouse", path.read_text(encoding="utf-8"))]
    assert leaning == [f"{migrations.BASELINE}_baseline.py"]


# ---- views and functions ------------------------------------------------------------------------------------


def test_each_file_of_sql_defines_what_its_name_says_and_says_what_it_is() -> None:
    for name, said in definitions.in_order().items():
        assert re.findall(r"^create or replace (?:view|function) (\w+\.\w+)", said, flags=re.MULTILINE) == [name]
        assert (f"comment on view {name} is" in said or f"comment on function {name}(" in said) != (
            name in views.tables
        )


def test_the_files_of_sql_are_all_the_views_and_functions_there_are(module_engine: Engine) -> None:
    found = ask(
        module_engine,
        "select n.nspname || '.' || made.name as name from pg_namespace n join "
        "(select relname as name, relnamespace as place from pg_class where relkind in ('v', 'm') union all "
        "select proname, pronamespace from pg_proc) made on made.place = n.oid where n.nspname = any(:schemas)",
    )
    assert sorted(row["name"] for row in found) == sorted(definitions.in_order())


def test_a_file_of_sql_that_changed_is_noticed_and_put_in_force(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def standing() -> tuple[bool, str]:
        with engine.connect() as connection:
            said = connection.scalar(text("select pg_get_viewdef('marts.known_moments'::regclass)"))
            return migrations.is_current(connection), str(said)

    shipped = standing()
    assert shipped[0]
    shutil.copytree(ROOT / "warehouse" / "sql", tmp_path / "sql")
    file = tmp_path / "sql" / "marts.known_moments.sql"
    file.write_text(file.read_text(encoding="utf-8").replace("v.seen_at from", "v.seen_at + '1 day' as seen_at from"))
    monkeypatch.setattr(definitions, "FOLDER", tmp_path / "sql")
    monkeypatch.setattr(definitions, "_code", definitions._code.__wrapped__)
    assert standing() == (False, shipped[1])
    migrations.upgrade(engine)
    assert "1 day" in standing()[1]
    assert standing()[0]
    monkeypatch.undo()
    assert not standing()[0]
    migrations.upgrade(engine)
    assert standing() == shipped


def test_what_is_granted_on_a_view_stays_when_it_is_replaced(engine: Engine) -> None:
    granted = "select relname, relacl::text from pg_class where relname in ('revisions', 'freshness') order by 1"
    with engine.begin() as connection:
        connection.execute(text("grant select on marts.revisions to public"))
        connection.execute(text("update ops.schema_version set definitions = 'of another version'"))
    before = ask(engine, granted)
    migrations.upgrade(engine)
    assert ask(engine, granted) == before
    assert "=r/" in str(before)


@pytest.mark.parametrize(("revision", "said"), [("0008", "run `jobindsats replay`"), ("9999", "Install the version")])
def test_a_schema_that_cannot_be_carried_on_is_refused_with_what_to_do(
    engine: Engine, revision: str, said: str
) -> None:
    with engine.begin() as connection:
        connection.execute(text(f"update ops.schema_version set version_num = '{revision}'"))
    with pytest.raises(migrations.SchemaUnknown, match=f"has schema {revision}.*{said}"):
        migrations.upgrade(engine)
