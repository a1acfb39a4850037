"""Programs of readers at the embedded server's port, with the reader's own password: each reads the same cells."""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import duckdb
import duckdb_extension_postgres_scanner
import pandas as pd
import polars as pl
import pytest
from sqlalchemy import create_engine, make_url

from flows.command_line.main import run
from tests.given import free_port, postgresql_programs
from tests.properties.releases import HIDDEN, night, publish_release, shown
from warehouse import migrations
from warehouse.database import embedded

pytestmark = pytest.mark.slow

Cell = tuple[str, str, float | None, str]
COLUMNS = ("area_name", "period_last_day", "value", "status")
ASKED = (
    f"select {', '.join(COLUMNS)} from marts.observations "
    "where table_id = 'y07a02' and measure = 'full_time_persons' and is_total order by area_code"
)
CELLS: list[Cell] = [("Herlev", "2023-10-31", 491.0, "observed"), ("Læsø", "2023-10-31", None, "suppressed")]
JDBC = Path("/usr/share/java/postgresql.jar")
PROGRAM = """
import java.sql.*;

class Read {
    public static void main(String[] given) throws Exception {
        var out = new java.io.PrintStream(System.out, true, "UTF-8");
        try (var connection = DriverManager.getConnection(given[0], given[1], given[2]);
             var rows = connection.createStatement().executeQuery(given[3])) {
            while (rows.next()) {
                var value = rows.getBigDecimal(3);
                var shown = value == null ? "" : value.toString();
                out.println(String.join("|", rows.getString(1), rows.getDate(2).toString(), shown, rows.getString(4)));
            }
        }
    }
}
"""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The address that a reader is told, of a warehouse with one shown and one hidden count."""
    with tempfile.TemporaryDirectory(prefix="clients-") as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("JOBINDSATS_DATA_DIR", folder)
        engine = create_engine(embedded.start(Path(folder)))
        migrations.upgrade(engine)
        cells = {("2023M10", 163, "full_time_persons"): shown(491.0), ("2023M10", 825, "full_time_persons"): HIDDEN}
        publish_release(engine, cells, seen_at=night(0), table_id="y07a02")
        engine.dispose()
        said("up", "--port", str(free_port()))
        [told] = re.findall(r"postgresql://\S+", said("reader", "--login", "reader_of_all_kinds"))
        yield told
        embedded.stop(Path(folder))


def said(*words: str) -> str:
    """What a command of `warehouse` says."""
    with redirect_stdout(StringIO()) as printed:
        assert run(["warehouse", *words]) == 0
    return printed.getvalue()


def told(rows: Iterable[Iterable[Any]]) -> list[Cell]:
    """Rows of whatever types a client has, as cells: no number is none, whatever the client calls it."""
    return [
        (str(area), str(day)[:10], None if value == "" or pd.isna(value) else float(value), str(status))
        for area, day, value, status in rows
    ]


def by_psql(address: str) -> list[Cell]:
    psql = postgresql_programs() / "psql"
    ended = subprocess.run([psql, address, "--csv", "-t", "-c", ASKED], capture_output=True, text=True, check=True)
    return told(csv.reader(StringIO(ended.stdout)))


def by_jdbc(address: str) -> list[Cell]:
    if not (shutil.which("java") and JDBC.exists()):
        if os.environ.get("CI"):
            pytest.fail("a JDK and Debian's libpostgresql-jdbc-java must be there in CI")
        pytest.skip("a JDK and Debian's libpostgresql-jdbc-java are not installed")
    url = make_url(address)
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "Read.java"
        program.write_text(PROGRAM, encoding="utf-8")
        place = f"jdbc:postgresql://{url.host}:{url.port}/{url.database}"
        asked = ["java", "-cp", str(JDBC), str(program), place, str(url.username), str(url.password), ASKED]
        ended = subprocess.run(asked, capture_output=True, check=False)
    assert ended.returncode == 0, ended.stderr.decode(errors="replace")
    return told(line.split("|") for line in ended.stdout.decode().splitlines())


def by_duckdb(address: str) -> list[Cell]:
    [extension] = Path(duckdb_extension_postgres_scanner.__file__).parent.rglob("*.duckdb_extension")
    with duckdb.connect() as database:
        database.execute(f"load '{extension}'")
        database.execute(f"attach '{address}' as warehouse (type postgres, read_only)")
        return told(database.execute(ASKED.replace("marts.", "warehouse.marts.")).fetchall())


def by_pandas(address: str) -> list[Cell]:
    engine = create_engine(make_url(address).set(drivername="postgresql+psycopg"))
    frame = pd.read_sql(ASKED, engine)
    engine.dispose()
    return told(frame.itertuples(index=False))


def by_polars(address: str) -> list[Cell]:
    engine = create_engine(make_url(address).set(drivername="postgresql+psycopg"))
    with engine.connect() as connection:
        frame = pl.read_database(ASKED, connection)
    engine.dispose()
    return told(frame.rows())


@pytest.mark.parametrize("read", [by_psql, by_jdbc, by_duckdb, by_pandas, by_polars])
def test_a_readers_program_reads_the_same_cells(address: str, read: Callable[[str], list[Cell]]) -> None:
    assert read(address) == CELLS
