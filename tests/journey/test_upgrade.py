"""A warehouse of revision 0009 is carried over: nothing is lost, and it is then as one that was made today.

The dump says how it was made. It is of a release that stays as it was; do not make it anew.
"""

from __future__ import annotations

import lzma
import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import Any, cast

import psycopg
import pytest
from sqlalchemy import URL, Connection, Engine, create_engine, text
from sqlalchemy.pool import NullPool

from tasks.archive.receipts import BEGUN_ANEW
from tests.conftest import Database, Stage
from tests.content import checksum, content_parts
from warehouse import migrations
from warehouse.database import sessions
from warehouse.database.reader_limits import READER
from warehouse.history.checksum import Part
from warehouse.marts import star, subjects
from warehouse.marts.contract import FIGURE_MARTS, HASHED, MARTS
from warehouse.schema.core import metadata

DUMP = Path(__file__).with_name("revision_0009.sql.xz")
CHECKSUM = "6f233eba40ac067a2b93e383abff34adddf003af821e32986cd3e94b3901c9e9"
"""What the code of that time gave for the warehouse it dumped."""

NEW_FIGURE_MARTS = {"activation_mix", "ordinary_hours_gap", "budget_followup", "comparable_municipalities"}
ADDED = {
    "core.counted_benefits",
    "marts.benefit_totals",
    "marts.total_of",
    "marts.benefit_totals_as_of",
    "marts.benefit_average_as_of",
    "core.is_concerned",
    "marts.freshness_on",
    "marts.provisional_as_of",
    "marts.revision_profile",
    "marts.settled_values",
    "core.inhabitants",
    "core.observation_versions",
    "core.observations_told",
    *(f"marts.{table.name}" for table in star.MARTS),
    "marts.observations_as_of",
    *(f"marts.{table.name}" for table in subjects.MARTS if table.name not in ("activation", "ordinary_hours")),
    *(f"marts.{table.name}_as_of" for table in subjects.MARTS),
    "marts.activation_mix",
    "marts.ordinary_hours_gap",
    "marts.budget_followup",
    "marts.comparable_municipalities",
    "marts.areas_held",
    "marts.assumptions_on_record",
    "marts.breaks_of",
    "marts.declared_tables",
    "marts.figure_inputs_as_of",
    "marts.figure_lines_as_of",
    "marts.list_cells_as_of",
    "marts.manifests_of",
    "marts.members_held",
    "marts.series_of",
    "marts.versions_of",
}
"""What came since."""

CHANGED = {
    "marts.benefit_recipients",
    "marts.series_breaks",
    "core.benefit_recipients_of",
    "marts.savings_as_of",
    "marts.savings.saving_low_dkk",
    "marts.savings.saving_high_dkk",
    "marts.unemployment_projection.projected_low_persons",
    "marts.unemployment_projection.projected_high_persons",
    "marts.freshness",
    "marts.freshness.is_fresh",
    "ops.alerts.trouble",
    "ops.alerts.about",
    "marts.activation",
    "marts.ordinary_hours",
    "marts.pk_activation",
    "marts.pk_ordinary_hours",
    "marts.known_moments",
    "marts.revisions",
    "marts.benefit_revisions_as_of",
    "marts.benefit_recipients.recipients_persons",
    "marts.benefit_recipients.recipients_full_time_persons",
    "marts.benchmark_ranking.rank",
    "marts.benchmark_ranking.rank_half_a_year_earlier",
    "marts.block_grant_share.recipients_full_time_persons",
    "marts.block_grant_share.country_full_time_persons",
    *(
        f"marts.{table.name}.{numbers}"
        for table in FIGURE_MARTS
        if table.name not in NEW_FIGURE_MARTS
        for numbers in ("vintages", "assumptions")
    ),
}
"""What is defined or described otherwise since: a break hangs on members too, a nought has no sign, bounds hold the price's
and the forecast's own, freshness is told as of a moment, thresholds are alerts too; in version 2 of the contract counts are
whole numbers, numbers of vintages are text, and two marts are views."""

DECLARED = {"core.tables", "core.series_breaks", "core.periods", "core.measures", "marts.data_dictionary"}
"""What is written from declarations at each upgrade, and has grown with them."""

RENAMED = {"activation_mix": "activation", "ordinary_hours_gap": "ordinary_hours"}
"""Marts of figures by the names they had; no row of them is in the dump."""

TABLES, NEXT = ["y07a02", "y30r21"], "2024-02-05"

# Names that PostgreSQL gave of itself, of sequences and of constraints that are not null, are left out.
SCHEMA = """
with place as (select oid, nspname from pg_namespace where nspname in ('ops', 'staging', 'core', 'marts')),
relation as (select c.*, c.oid::regclass::text as name from pg_class c where c.relnamespace in (select oid from place)
             and not c.relispartition and c.relnamespace::regnamespace::text <> 'staging' and c.relkind in ('r', 'p', 'v'))
select 'schema' as what, nspname as name, concat_ws(' | ', n.nspacl, obj_description(n.oid, 'pg_namespace')) as definition
from place join pg_namespace n using (oid, nspname)
union all
select 'relation', name, concat_ws(' | ', relkind, relpersistence, relacl, reloptions, pg_get_partkeydef(oid),
       obj_description(oid, 'pg_class')) from relation
union all
select 'column', r.name || '.' || a.attname, concat_ws(' | ', row_number() over (partition by r.oid order by a.attnum),
       format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated, a.attacl,
       pg_get_expr(d.adbin, d.adrelid), col_description(r.oid, a.attnum))
from relation r join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
left join pg_attrdef d on d.adrelid = r.oid and d.adnum = a.attnum
union all
select 'constraint', r.name || '.' || c.conname, pg_get_constraintdef(c.oid)
from relation r join pg_constraint c on c.conrelid = r.oid and c.contype <> 'n'
union all
select 'index', indexrelid::regclass::text, pg_get_indexdef(indexrelid)
from relation r join pg_index i on i.indrelid = r.oid
union all
select 'view', name, pg_get_viewdef(oid) from relation where relkind = 'v'
union all
select 'function', oid::regprocedure::text,
       concat_ws(' | ', pg_get_functiondef(oid), proacl, obj_description(oid, 'pg_proc'))
from pg_proc where pronamespace in (select oid from place)
union all
select 'type', t.oid::regtype::text, concat_ws(' | ', obj_description(t.oid, 'pg_type'),
       string_agg(e.enumlabel, ', ' order by e.enumsortorder))
from pg_type t join pg_enum e on e.enumtypid = t.oid where t.typnamespace in (select oid from place) group by t.oid
union all
select 'trigger', tgrelid::regclass::text || '.' || tgname, pg_get_triggerdef(t.oid)
from pg_trigger t join relation r on r.oid = t.tgrelid where not tgisinternal
"""
OF_READERS = re.compile(rf",{READER}=[^,}}]*")
TABLES_THERE = """
select oid::regclass::text from pg_class
where relkind in ('r', 'p') and relnamespace::regnamespace::text in ('ops', 'staging', 'core', 'marts')
"""
GRANTS = (
    "grant usage on schema marts to public; grant select on all tables in schema marts to public; "
    "revoke execute on function core.known_moment(timestamptz) from public"
)


@cache
def dump() -> tuple[tuple[str, str, str], ...]:
    """The dump's statements in turn, each few followed by a COPY and its rows."""
    parts = re.split(
        r"^(COPY .+ FROM stdin);\n((?s:.*?))^\\\.$", lzma.decompress(DUMP.read_bytes()).decode(), flags=re.MULTILINE
    )
    return tuple(zip_longest(parts[::3], parts[1::3], parts[2::3], fillvalue=""))


def restore(connection: Connection) -> None:
    """Fill an empty database from the dump."""
    driver = cast("psycopg.Connection[tuple[object, ...]]", connection.connection.driver_connection)
    for statements, copy, rows in dump():
        driver.execute(statements.encode())
        if copy:
            with driver.cursor() as cursor, cursor.copy(copy.encode()) as target:
                target.write(rows)
    connection.execute(text("set search_path to default"))


@contextmanager
def connected(url: URL) -> Iterator[Connection]:
    engine = create_engine(url, connect_args=sessions.SESSION, poolclass=NullPool)
    with engine.begin() as connection:
        yield connection


@pytest.fixture
def old(empty_database: Database) -> Iterator[Engine]:
    """A warehouse of revision 0009, as it was left."""
    with empty_database() as url:
        with connected(url) as connection:
            restore(connection)
        yield create_engine(url, connect_args=sessions.SESSION, poolclass=NullPool)


def schema_of(engine: Engine) -> dict[tuple[str, str], str]:
    """What stands in a warehouse, whichever table it was filled with: kind and name, and how it is defined.

    The readers' role is the server's: whether another test has made it is not looked at.
    """
    with engine.connect() as connection:
        return {(row.what, row.name): OF_READERS.sub("", row.definition) for row in connection.execute(text(SCHEMA))}


def rows_of(engine: Engine) -> dict[str, int]:
    """How many rows each table has."""
    with engine.connect() as connection:
        names = connection.scalars(text(TABLES_THERE))
        return {name: connection.scalar(text(f"select count(*) from {name}")) or 0 for name in names.all()}


def checksum_of(engine: Engine) -> str:
    then = {
        RENAMED.get(name, name): parted
        for name, parted in HASHED.items()
        if name in RENAMED or f"marts.{name}" not in ADDED
    }
    with engine.connect() as connection:
        return checksum(connection, marts=then)


def parts_of(engine: Engine) -> list[Part]:
    """The hashes of all facts that are held."""
    with engine.connect() as connection:
        return list(content_parts(connection, marts={}))


def marts_of(
    engine: Engine, *, names: Iterable[str], columns: Mapping[str, set[str]] | None = None
) -> dict[str, list[Any]]:
    """The rows of marts that are filled, of the columns that are named, by names that version 1 had; arrays as text."""
    found = {}
    with engine.connect() as connection:
        for name in names:
            rows = [dict(row) for row in connection.execute(text(f"select * from marts.{name}")).mappings()]
            was = RENAMED.get(name, name)
            told = [
                {key: as_text(cell) for key, cell in row.items() if not columns or key in columns[was]} for row in rows
            ]
            found[was] = sorted(told, key=repr)
    return found


def as_text(cell: object) -> object:
    return ", ".join(map(str, cell)) if isinstance(cell, list) else cell


def test_what_a_dead_run_left_in_staging_keeps_no_table_as_it_is(old: Engine) -> None:
    with old.begin() as connection:
        connection.execute(text("create view staging.y01a02_run_1 as select * from core.observations"))
        connection.execute(text("create unlogged table staging.y01a02_run_1_cells (series_id integer)"))
    migrations.upgrade(old)
    with old.connect() as connection:
        left = "select relname from pg_class where relnamespace = cast('staging' as regnamespace)"
        assert connection.scalars(text(left)).all() == []


def test_nothing_is_lost(old: Engine) -> None:
    before = rows_of(old)
    assert (checksum_of(old), min(before[f"core.{name}"] for name in ("observations", "assumptions"))) == (
        CHECKSUM,
        379,
    )
    names = {table.name for table in MARTS if table.metadata is metadata and f"marts.{table.name}" not in ADDED}
    parts, marts = parts_of(old), marts_of(old, names=names - {"data_dictionary"})
    columns = {name: set(rows[0]) for name, rows in marts.items() if rows}
    assert {"benefit_recipients", "benchmark_ranking", "savings"} <= columns.keys()
    assert migrations.upgrade(old) == migrations.newest()
    assert parts_of(old) == parts
    carried = names - {"data_dictionary"} | RENAMED.keys()
    assert marts_of(old, names=carried, columns=defaultdict(set, columns)) == marts | {
        was: [] for was in RENAMED.values()
    }
    after = rows_of(old)
    assert all(after.pop(name) > before.pop(name) for name in DECLARED)
    gone = {f"marts.{was}" for was in RENAMED.values()} | {name for name in before if name.startswith("staging.")}
    assert {name: rows for name, rows in after.items() if name not in ADDED} == {
        name: rows for name, rows in before.items() if name not in gone
    }


def test_its_schema_is_that_of_a_warehouse_made_today(old: Engine, engine: Engine) -> None:
    for each in (old, engine):
        with each.begin() as connection:
            connection.execute(text(GRANTS))
    before = schema_of(old)
    migrations.upgrade(old)
    with old.begin() as connection:
        connection.execute(text(GRANTS))  # what is new has none yet
    after = schema_of(old)
    assert after == schema_of(engine)
    found = {name.split("(")[0] for (what, name), said in before.items() if after.get((what, name)) != said}
    of_renamed = {name for name in found if name.startswith(tuple(f"marts.{was}." for was in RENAMED.values()))}
    assert found - of_renamed == CHANGED
    assert {
        name.split("(")[0] for what, name in after.keys() - before.keys() if what in ("relation", "function")
    } == ADDED
    assert {"schema": 4, "view": 5, "function": 8, "type": 1}.items() <= kinds(before).items()
    assert kinds(before)["column"] > 300


def kinds(schema: dict[tuple[str, str], str]) -> dict[str, int]:
    return {kind: sum(what == kind for what, _ in schema) for kind, _ in schema}


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_next_night_leaves_it_with_what_one_made_today_has(stage: Stage) -> None:
    with stage(today="2023-11-05", scale="small") as made:
        for day in ("2023-11-05", "2023-12-05", NEXT):
            made.night(day, tables=TABLES)
        expected = made.mart()
    with stage(today="2023-11-05", scale="small") as carried:
        carried.change("drop schema ops, staging, core, marts cascade")
        with connected(carried.database) as connection:
            restore(connection)
        carried.change(f"update ops.runs set publisher_url = '{os.environ['JOBINDSATS_API_URL']}'")
        archive = carried.folder / "data" / "archive"
        archive.mkdir(parents=True)
        (archive / BEGUN_ANEW).touch()  # the dump came without its archive
        report = carried.night(NEXT, tables=TABLES)
        # The publisher of the dump had a country in y30r21, which none has today: what stood is not withdrawn for that.
        assert carried.outcomes(report) == {"y07a02": "published", "y30r21": "quarantined"}
        assert "no_large_count_vanishes" in str(report.tables)
        assert carried.mart() == expected
