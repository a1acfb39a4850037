"""Exports: read back by other programs they are the marts cell by cell; none is half there, and none computes."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import polars as pl
import pytest
from sqlalchemy import Engine, Table, insert, text
from sqlalchemy.exc import DBAPIError

from flows.command_line.main import run
from tasks.exports import files as export_files
from tasks.exports.export import FORMATS, export, marts_named
from tasks.exports.files import ExportRefused
from tests.properties.releases import PERSONS, REAL, night, publish_release, published_by, shown
from warehouse.danish.clock import DENMARK
from warehouse.danish.reservations import REHEARSED as DANISH
from warehouse.database.rehearsal import REHEARSED
from warehouse.marts import benchmark as figure_marts
from warehouse.marts import benefits as marts
from warehouse.marts import claims as claim_marts
from warehouse.marts.contract import MARTS, VERSION, entries, type_of
from warehouse.marts.declaration import years_by
from warehouse.marts.rows import one_state, state_of

NOW = datetime(2026, 8, 11, 4, 30, tzinfo=UTC)

SEEN = datetime(2026, 7, 1, 2, 3, 4, 567000, tzinfo=UTC)

DANGEROUS = [
    "=1+1",
    "+45 4452 5000",
    "-2",
    "@SUM(A1)",
    "\t=1",
    "'quoted",
    "a;=1",
    'say "=1"',
    "=cmd|' /C calc'!A0",
    "",
    "æøå",
]


@pytest.fixture
def full_disk() -> Iterator[Path]:
    """A file system that has no room left but for a manifest."""
    with tempfile.TemporaryDirectory(prefix="small-disk-of-the-tests-") as folder:
        try:
            subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k,mode=755", "tmpfs", folder], check=True)
        except (OSError, subprocess.CalledProcessError):
            if os.environ.get("CI"):
                raise
            pytest.skip("a small file system cannot be mounted here: it needs root; in CI it must")
        yield Path(folder)
        subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture(scope="module")
def filled(module_engine: Engine) -> Engine:
    """A warehouse whose marts hold every kind of cell: hidden, negative, long, empty, and texts that look like formulas."""
    recipients = [
        {
            "benefit_group": f"group {number}",
            "benefit_group_name": "A-dagpenge; ydelse",
            "area_code": f"{101 + number % len(DANGEROUS)}",  # one name for each area
            "area_name": DANGEROUS[number % len(DANGEROUS)],
            "area_kind": "municipality",
            "period": f"{year}M0{month}",
            "period_first_day": date(year, month, 1),
            "period_last_day": date(year, month, 28),
            "recipients_persons": None if number == 3 else 1234 + number,
            "recipients_persons_status": "suppressed" if number == 3 else "observed",
            "recipients_full_time_persons": 12 + number,
            "recipients_full_time_persons_status": "observed",
            "share_of_population_pct": -0.1 - number / 3,
            "share_of_population_pct_status": "observed",
            "counted_in_total": number % 2 == 0,
            "back_cast": False,
            "table_id": "y01a02",
            "vintage_id": 7,
            "publisher_updated_on": date(2026, 6, 30),
            "seen_at": SEEN,
        }
        for number in range(12)
        for year in (2022, 2023)
        for month in (1, 2)
    ]
    claims = [
        {"document": "Sag", "claim_no": number, "point": "1", "statement": said, "claimed": 1e-7 * number, "unit": "dkk",
         "verdict": "differs", "reason": said}
        for number, said in enumerate(DANGEROUS)
    ]  # fmt: skip
    saving = {
        "area_code": "163", "area_name": "Herlev", "period": "2023QMAT02", "period_last_day": date(2023, 6, 30),
        "period_first_day": date(2022, 7, 1),
        "benefit_area": "I alt", "basis": "", "table_id": "y30r21", "saving_dkk": 6_617_500.0, "saving_low_dkk": 1 / 3,
        "caveats": "", "vintages": "1, 2", "assumptions": "",
    }  # fmt: skip
    with module_engine.begin() as connection:
        connection.execute(insert(marts.benefit_recipients), recipients)
        connection.execute(insert(claim_marts.claim_check), claims)
        connection.execute(insert(figure_marts.savings), [saving])
    return module_engine


def stands(engine: Engine, table: Table) -> list[tuple[Any, ...]]:
    """A mart's rows by its key, JSON as text."""
    columns = ", ".join(f"{each.name}::text" if type_of(each) == "jsonb" else each.name for each in table.columns)
    keys = ", ".join(column.name for column in table.primary_key)
    with engine.connect() as connection:
        return [
            tuple(row) for row in connection.execute(text(f"select {columns} from {table.fullname} order by {keys}"))
        ]


def exported(engine: Engine, folder: Path, form: str) -> dict[str, Any]:
    return export(engine, to=folder, form=form, marts=MARTS, now=NOW)


def asked_of_duckdb(query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as database:
        database.execute("set timezone = 'UTC'")
        rows: list[tuple[Any, ...]] = database.execute(query).fetchall()
        return rows


def keyed(table: Table, rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    places = [place for place, column in enumerate(table.columns) if column.primary_key]
    return sorted(rows, key=lambda row: tuple(str(row[place]) for place in places))


def test_a_workbook_leaves_out_the_shares_of_few_persons_and_of_hidden_counts() -> None:
    rows: dict[str, list[Any]] = {
        "recipients_full_time_persons": [9.0, 10.0, None],
        "recipients_full_time_persons_status": ["observed", "observed", "suppressed"],
    }
    for name in ("share_of_workforce_pct", "share_of_population_pct"):
        rows |= {name: [0.5, 0.6, 0.0], f"{name}_status": ["observed"] * 3}
    found = export_files._of_enough(pl.DataFrame(rows), table=marts.benefit_recipients)
    for name in ("share_of_workforce_pct", "share_of_population_pct"):
        assert found[name].to_list() == [None, 0.6, None]
        assert found[f"{name}_status"].to_list() == ["too_few", "observed", "suppressed"]


def test_parquet_read_by_duckdb_is_the_marts_cell_by_cell(filled: Engine, tmp_path: Path) -> None:
    manifest = exported(filled, tmp_path, "parquet")
    for table in MARTS:
        place = tmp_path / table.name / "**" / "*.parquet" if years_by(table) else tmp_path / f"{table.name}.parquet"
        columns = ", ".join(column.name for column in table.columns)
        read = asked_of_duckdb(f"select {columns} from read_parquet('{place}', hive_partitioning = false)")
        assert keyed(table, read) == keyed(table, stands(filled, table)), table.name
        assert manifest["marts"][table.name] == len(read)
    assert manifest["marts"]["benefit_recipients"] == 48
    years = {path.parent.name for path in (tmp_path / "benefit_recipients").rglob("*.parquet")}
    assert years == {"year=2022", "year=2023"}


def test_parquet_is_typed_also_where_a_mart_is_empty_and_says_what_it_is(filled: Engine, tmp_path: Path) -> None:
    exported(filled, tmp_path, "parquet")
    empty = pl.read_parquet(tmp_path / "exits.parquet")
    assert empty.height == 0
    assert empty.schema["share_pct"] == pl.Float64
    assert empty.schema["vintages"] == pl.String
    about = pl.read_parquet_metadata(tmp_path / "savings.parquet")
    assert about["contract_version"] == VERSION
    assert about["mart"] == "marts.savings"
    assert about["exported_at"] == NOW.isoformat()
    assert "newest_vintage" in about


CSV = {
    "csv": "delim = ';', decimal_separator = ','",
    "csv international": "delim = ',', decimal_separator = '.'",
}

_KINDS = {
    "text": "varchar", "jsonb": "varchar", "integer": "integer", "smallint": "smallint",
    "double precision": "double", "boolean": "boolean", "date": "date", "timestamp with time zone": "timestamptz",
}  # fmt: skip


@pytest.mark.parametrize("form", CSV)
def test_csv_read_by_duckdb_is_the_marts_cell_by_cell(filled: Engine, tmp_path: Path, form: str) -> None:
    exported(filled, tmp_path, form)
    for table in MARTS:
        kinds = ", ".join(f"'{column.name}': '{_KINDS[type_of(column)]}'" for column in table.columns)
        how = f"header = true, quote = '\"', escape = '\"', allow_quoted_nulls = false, columns = {{{kinds}}}, {CSV[form]}"
        read = asked_of_duckdb(f"from read_csv('{tmp_path / table.name}.csv', {how})")
        assert keyed(table, [tuple(map(without_mark, row)) for row in read]) == keyed(
            table, [tuple(map(as_text, row)) for row in stands(filled, table)]
        ), table.name


def without_mark(cell: Any) -> Any:
    return cell[1:] if isinstance(cell, str) and cell.startswith("'") else cell


def as_text(cell: Any) -> Any:
    return "[" + ",".join(map(str, cell)) + "]" if isinstance(cell, list) else cell


def test_danish_csv_is_as_danish_excel_reads_it_and_the_other_is_not(filled: Engine, tmp_path: Path) -> None:
    exported(filled, tmp_path / "da", "csv")
    exported(filled, tmp_path / "int", "csv international")
    danish = (tmp_path / "da" / "savings.csv").read_bytes()
    assert danish.startswith(b"\xef\xbb\xbf")
    assert b";6617500,0;" in danish
    other = (tmp_path / "int" / "savings.csv").read_bytes()
    assert other.startswith(b'"area_code","area_name"')
    assert b",6617500.0," in other


@pytest.mark.parametrize("form", CSV)
def test_no_text_in_csv_can_be_taken_for_a_formula(filled: Engine, tmp_path: Path, form: str) -> None:
    exported(filled, tmp_path, form)
    separator = ";" if form == "csv" else ","
    read = pl.read_csv(tmp_path / "claim_check.csv", separator=separator, infer_schema=False, encoding="utf8-lossy")
    cells = [cell for cell in read["statement"].to_list() if cell]
    assert len(cells) == len(DANGEROUS) - 1
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))]
    assert "'=1+1" in cells
    assert "''quoted" in cells


def of_workbook(file: Path) -> Iterator[list[tuple[Any, ...]]]:
    book = openpyxl.load_workbook(file)
    assert book.sheetnames[0] == "Om data"
    for sheet in book.worksheets[1:]:
        assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
        yield list(sheet.iter_rows(values_only=True))


def in_a_sheet(cell: Any) -> Any:
    """A cell as a spreadsheet keeps it: Danish time, days at midnight, sixteen digits."""
    if isinstance(cell, datetime):
        return cell.astimezone(DENMARK).replace(tzinfo=None)
    if isinstance(cell, date):
        return datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001
    if isinstance(cell, float):
        return pytest.approx(cell, rel=1e-15, abs=0)
    return as_text(cell)


def test_a_workbook_read_back_is_the_mart_cell_by_cell(filled: Engine, tmp_path: Path) -> None:
    exported(filled, tmp_path, "xlsx")
    for table in MARTS:
        [sheet] = of_workbook(tmp_path / f"{table.name}.xlsx")
        assert sheet[0] == tuple(column.name for column in table.columns)
        assert sheet[1:] == [tuple(map(in_a_sheet, row)) for row in stands(filled, table)], table.name
    about = openpyxl.load_workbook(tmp_path / "savings.xlsx")["Om data"]
    said = {row[0]: row[1] for row in about.iter_rows(values_only=True) if row[0]}
    assert said["contract_version"] == VERSION
    assert str(said["saving_dkk"]).endswith("Enhed: dkk.")


def test_a_mart_longer_than_a_sheet_goes_on_in_the_next(
    filled: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_files, "ROWS_OF_A_SHEET", 21)
    exported(filled, tmp_path, "xlsx")
    sheets = list(of_workbook(tmp_path / "benefit_recipients.xlsx"))
    assert [len(sheet) for sheet in sheets] == [21, 21, 9]
    assert {sheet[0] for sheet in sheets} == {tuple(column.name for column in marts.benefit_recipients.columns)}
    rows = [row for sheet in sheets for row in sheet[1:]]
    assert rows == [tuple(map(in_a_sheet, row)) for row in stands(filled, marts.benefit_recipients)]


def test_a_text_that_no_cell_holds_is_told_and_not_cut(engine: Engine, tmp_path: Path) -> None:
    long = {
        "document": "Sag",
        "claim_no": 4,
        "point": "",
        "statement": "x" * 32_768,
        "unit": "",
        "verdict": "",
        "reason": "",
    }
    with engine.begin() as connection:
        connection.execute(insert(claim_marts.claim_check), [long])
    claims = marts_named(["claim_check"])
    with pytest.raises(ExportRefused, match=r"claim_check, row 2, column statement: .* 32,768 .* csv or parquet"):
        export(engine, to=tmp_path, form="xlsx", marts=claims, now=NOW)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("form", FORMATS)
def test_the_manifest_names_every_file_and_what_is_in_it(filled: Engine, tmp_path: Path, form: str) -> None:
    manifest = exported(filled, tmp_path, form)
    assert json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8")) == manifest
    assert manifest["complete"] is True
    lying = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert lying == {file["file"] for file in manifest["files"]} | {"manifest.json", "datapackage.json"}
    for file in manifest["files"]:
        content = (tmp_path / file["file"]).read_bytes()
        assert (file["bytes"], file["sha256"]) == (len(content), sha256(content).hexdigest())


def test_an_export_of_invented_figures_says_so_in_each_of_its_papers(engine: Engine, tmp_path: Path) -> None:
    publish_release(engine, {("2026M05", 163, PERSONS): shown(40)}, seen_at=night(0))
    [mart] = marts_named(["vintages"])

    def papers(form: str) -> tuple[dict[str, Any], dict[str, Any]]:
        manifest = export(engine, to=tmp_path / form, form=form, marts=[mart], now=NOW)
        assert json.loads((tmp_path / form / "manifest.json").read_text()) == manifest
        return manifest, json.loads((tmp_path / form / "datapackage.json").read_text())

    def on_top(form: str) -> str:
        first = next(openpyxl.load_workbook(tmp_path / form / "vintages.xlsx")["Om data"].iter_rows(values_only=True))
        return " ".join(map(str, first))

    manifest, package = papers("parquet")
    assert manifest["rehearsal"] is True
    assert (package["description"], package["description_da"]) == (f"{REHEARSED}.", DANISH)
    assert pl.read_parquet_metadata(tmp_path / "parquet" / "vintages.parquet")["rehearsal"] == DANISH
    papers("xlsx")
    assert DANISH in on_top("xlsx")
    with published_by(engine, REAL):
        manifest, package = papers("parquet")
        assert manifest["rehearsal"] is False
        assert not {"description", "description_da"} & package.keys()
        assert "rehearsal" not in pl.read_parquet_metadata(tmp_path / "parquet" / "vintages.parquet")
        papers("xlsx")
        assert DANISH not in on_top("xlsx")


def test_an_export_replaces_the_one_before_and_nothing_else(filled: Engine, tmp_path: Path) -> None:
    exported(filled, tmp_path, "parquet")
    (tmp_path / "noter.txt").write_text("mine", encoding="utf-8")
    manifest = export(filled, to=tmp_path, form="csv", marts=marts_named(["savings", "marts.exits"]), now=NOW)
    assert "savings.parquet" in manifest["removed"]
    lying = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")}
    assert lying == {"savings.csv", "exits.csv", "manifest.json", "datapackage.json", "noter.txt"}


def test_a_folder_with_something_else_in_it_is_refused_and_left_alone(filled: Engine, tmp_path: Path) -> None:
    (tmp_path / "savings.csv").write_text("mine", encoding="utf-8")
    with pytest.raises(ExportRefused, match="no export of ours"):
        exported(filled, tmp_path, "csv")
    (tmp_path / "manifest.json").write_text('{"product": "another"}', encoding="utf-8")
    with pytest.raises(ExportRefused, match="no export of ours"):
        exported(filled, tmp_path, "csv")
    assert (tmp_path / "savings.csv").read_text(encoding="utf-8") == "mine"
    assert len(list(tmp_path.iterdir())) == 2


def test_a_file_that_came_in_between_is_not_overwritten(filled: Engine, tmp_path: Path) -> None:
    exported(filled, tmp_path, "parquet")
    (tmp_path / "savings.csv").write_text("mine", encoding="utf-8")
    with pytest.raises(ExportRefused, match=r"savings\.csv is no file of the export"):
        exported(filled, tmp_path, "csv")
    assert (tmp_path / "savings.csv").read_text(encoding="utf-8") == "mine"
    assert json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))["format"] == "parquet"


class Killed(BaseException):
    """Stands for the end of the process."""


@pytest.mark.parametrize("moved", [0, 1, 8, len(MARTS), len(MARTS) + 1])
def test_an_export_that_was_broken_off_leaves_no_half_file_and_is_put_right_by_the_next(
    filled: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moved: int
) -> None:
    place = tmp_path / "place"
    hashes = {file["sha256"] for file in exported(filled, place, "xlsx")["files"]}
    hashes |= {file["sha256"] for file in exported(filled, tmp_path / "elsewhere", "csv")["files"]}
    moves, replace = iter(range(1000)), Path.replace

    def dying(self: Path, target: Path) -> Path:
        if next(moves) >= moved:
            raise Killed
        return replace(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", dying)
        with pytest.raises(Killed):
            exported(filled, place, "csv")
    left = [path for path in place.iterdir() if path.suffix in (".csv", ".xlsx")]
    assert {sha256(path.read_bytes()).hexdigest() for path in left} <= hashes
    manifest = json.loads((place / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["complete"], manifest["format"]) == ((True, "xlsx") if moved == 0 else (False, "csv"))
    assert {path.name for path in left} <= {file["file"] for file in manifest["files"]}
    exported(filled, place, "csv")
    about = {"manifest.json", "datapackage.json"}
    assert {path.name for path in place.iterdir()} == {f"{table.name}.csv" for table in MARTS} | about


def test_two_exports_into_one_folder_are_not_mixed(filled: Engine, tmp_path: Path) -> None:
    handle = os.open(tmp_path, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        with pytest.raises(ExportRefused, match="another export"):
            exported(filled, tmp_path, "csv")
    finally:
        os.close(handle)


def test_all_files_are_of_one_state_whatever_is_published_meanwhile(engine: Engine, tmp_path: Path) -> None:
    with one_state(engine) as connection:
        before = state_of(connection)
        with engine.begin() as other:
            other.execute(insert(claim_marts.claim_check), [{"document": "Sag", "claim_no": 1, "point": "", "statement": "",
                                                             "unit": "", "verdict": "", "reason": ""}])  # fmt: skip
        assert connection.scalar(text("select count(*) from marts.claim_check")) == 0
        assert state_of(connection) == before
        with pytest.raises(DBAPIError, match="read-only"):
            connection.execute(text("delete from marts.claim_check"))
    assert export(engine, to=tmp_path, form="csv", marts=marts_named(["claim_check"]), now=NOW)["marts"] == {
        "claim_check": 1
    }


def test_the_command_writes_them_and_a_mart_that_is_not_there_is_wrong_use(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    publish_release(engine, {("2026M06", 163, PERSONS): shown(477)}, seen_at=night(0))
    monkeypatch.setenv("JOBINDSATS_WAREHOUSE_URL", engine.url.render_as_string(hide_password=False))
    asked = ["export", "--to", str(tmp_path / "out"), "--format", "csv", "--mart", "marts.data_dictionary"]
    assert run([*asked, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["marts"] == {"data_dictionary": len(entries())}
    assert run([*asked, "--international"]) == 0
    assert (tmp_path / "out" / "data_dictionary.csv").read_text(encoding="utf-8").startswith('"table_name",')
    assert "is gone" not in capsys.readouterr().out
    assert run([*asked[:-1], "savings"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "is gone: data_dictionary.csv. Name another folder to keep both" in told
    assert run([*asked, "--mart", "saving"]) == 2
    assert "there is no mart 'saving'" in capsys.readouterr().err


@pytest.mark.parametrize("form", list(FORMATS))
def test_an_export_without_room_names_the_place_and_leaves_nothing_half_there(
    filled: Engine, full_disk: Path, form: str
) -> None:
    to = full_disk / "out"
    with pytest.raises(ExportRefused, match=rf"^the export cannot be written to {to} \(.*[Nn]o space left"):
        export(filled, to=to, form=form, marts=MARTS, now=NOW)
    assert list(to.iterdir()) == []
