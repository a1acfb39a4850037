"""Small files with the faults of real reports: each is read as a person sees it, or refused with what to write.

The files lie beside the project and are not part of it; the siblings of each kind stand in test_as_seen.py.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from tasks.sources.local_files.contract import Contract, ContractError, read_contract
from tasks.sources.local_files.contract_checks import require_in_force
from tasks.sources.local_files.fetch import look_into
from tasks.sources.local_files.snapshot import read_file
from tasks.stoppages import FileRefused
from tests.local import read_local_file

Seen = dict[tuple[str, ...], float | None]


def declared(field_cases: Path, name: str, **changes: Any) -> Contract:
    """The case's own contract with some keys changed, or left out where None."""
    content = yaml.safe_load((field_cases / "local_files" / f"{name}.yml").read_text(encoding="utf-8")) | changes
    said = {key: value for key, value in content.items() if value is not None}
    return read_contract(yaml.safe_dump(said, allow_unicode=True), name=f"{name}.yml")


def seen(field_cases: Path, name: str, **changes: Any) -> Seen:
    """The values of a case by period, area, members and measure, each where there is more than one."""
    contract = declared(field_cases, name, **changes)
    content = (field_cases / "local_files" / contract.file).read_bytes()
    cells = read_file(content, contract=contract, name=contract.file).to_dicts()
    keys = [(c["period_id"], c["area_id"], *json.loads(c["members"]).values(), c["measure"]) for c in cells]
    told = [at for at in range(len(keys[0])) if len({key[at] for key in keys}) > 1]
    return {tuple(str(key[at]) for at in told): cell["value"] for key, cell in zip(keys, cells, strict=True)}


def columns(name: str, field_cases: Path, *changes: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The case's measures, each with its changes."""
    content = yaml.safe_load((field_cases / "local_files" / f"{name}.yml").read_text(encoding="utf-8"))
    return [column | change for column, change in zip(content["columns"], changes, strict=True)]


def test_a_literal_per_cent_sign_leaves_the_number_as_it_is(field_cases: Path) -> None:
    assert seen(field_cases, "l06_literal_percent") == {("Sygedagpenge",): 0.7, ("Kontanthjælp",): 0.9}


def test_thousands_that_the_format_shows_are_taken_times_the_factor(field_cases: Path) -> None:
    expected = {("Sygedagpenge",): 1_425_000, ("Kontanthjælp",): 2_882_500}
    assert seen(field_cases, "l06c_thousands_format") == expected


def test_a_second_table_below_is_refused_or_left_out_as_declared(field_cases: Path) -> None:
    with pytest.raises(FileRefused, match=r"row 5, column A.*expected nothing below the blank row 4.*after_blank_row"):
        seen(field_cases, "l04_two_tables")
    first = seen(field_cases, "l04_two_tables", after_blank_row="left_out")
    assert sorted(value for value in first.values() if value) == [200, 210, 350, 358]


def test_a_hidden_row_is_refused_or_treated_as_declared(field_cases: Path) -> None:
    with pytest.raises(FileRefused, match=r"row 3.*found a hidden row.*`hidden: left_out`.*`hidden: read`"):
        seen(field_cases, "l05_hidden_row")
    shown = {("Sygedagpenge",): 210, ("Kontanthjælp",): 150}
    assert seen(field_cases, "l05_hidden_row", hidden="left_out") == shown
    assert seen(field_cases, "l05_hidden_row", hidden="read") == shown | {("Sygedagpenge (gammel optælling)",): 999}


def test_an_older_file_that_was_touched_later_replaces_nothing_in_silence(field_cases: Path, tmp_path: Path) -> None:
    for at, name in enumerate(("kum.yml", "kum-2024-03.csv", "kum-2024-02.csv"), start=1_000):
        os.utime(shutil.copy(field_cases / "local_files" / name, tmp_path), (at, at))
    (found,) = look_into(tmp_path).files
    with pytest.raises(FileRefused, match=r"kum-2024-02\.csv was saved last.*kum-2024-03\.csv.*`newest: name`"):
        found.require_newest()
    by_name = replace(found, contract=declared(field_cases, "kum", newest="name"))
    by_name.require_newest()
    (tmp_path / "kum.yml").chmod(0o644)
    with (tmp_path / "kum.yml").open("a", encoding="utf-8") as contract:
        contract.write("newest: name\n")
    (again,) = look_into(tmp_path).files
    assert read_local_file(again)["value"].to_list() == [24, 26, 30]


def test_statbanks_own_download_is_read_by_a_contract(field_cases: Path) -> None:
    values = seen(
        field_cases,
        "l01_statbank_excel",
        area={"column": "(A)", "blank_repeats": True},
        keys=[{"column": "(B)", "name": "Ydelse"}],
        after_blank_row="left_out",
    )
    assert len(values) == 12
    assert sorted(value or 0 for value in values.values()) == [0, 149, 150, 151, 205, 210, 219, 220, 221, 308, 310, 312]


def test_weeks_are_refused_with_what_can_be_done(field_cases: Path) -> None:
    with pytest.raises(FileRefused, match=r"row 3, column C.*weeks.*Sum the rows.*`form: month`"):
        seen(field_cases, "l02_weekly")


def test_two_header_rows_are_read_as_one(field_cases: Path) -> None:
    with pytest.raises(FileRefused, match="header_rows"):
        seen(field_cases, "l03_two_headers")
    across = {
        unit: {f"{year} {label}": {"period": f"{year}Y01"} for year in (2022, 2023)}
        for unit, label in (("persons", "Antal"), ("pct", "Pct."))
    }
    measures = columns("l03_two_headers", field_cases, {"across": across["persons"]}, {"across": across["pct"]})
    values = seen(field_cases, "l03_two_headers", header_rows=2, period=None, columns=measures)
    assert sorted(value or 0 for value in values.values()) == [0.9, 1, 1.3, 1.4, 148, 150, 200, 210]


def test_two_columns_of_one_name_are_told_apart_by_their_letters(field_cases: Path) -> None:
    with pytest.raises(FileRefused, match=r"'Antal \(B\)'"):
        seen(field_cases, "l18_same_headers")
    across = {
        unit: {
            f"{label} ({letter})": {"period": f"{year}Y01"} for letter, year in zip(letters, (2022, 2023), strict=True)
        }
        for unit, label, letters in (("persons", "Antal", "BD"), ("pct", "Pct.", "CE"))
    }
    measures = columns("l18_same_headers", field_cases, {"across": across["persons"]}, {"across": across["pct"]})
    values = seen(field_cases, "l18_same_headers", period=None, columns=measures)
    assert sorted(value or 0 for value in values.values()) == [1.3, 1.4, 200, 210]


def test_dates_as_headers_are_read_as_they_are_shown_or_written(field_cases: Path) -> None:
    assert sorted(value or 0 for value in seen(field_cases, "l07c_date_headers").values()) == [208, 210]
    text = (field_cases / "local_files" / "l07c_date_headers.yml").read_text(encoding="utf-8")
    contract = read_contract(text.replace("nov-23", "2023-11-01").replace("dec-23", "2023-12-01"), name="c.yml")
    content = (field_cases / "local_files" / contract.file).read_bytes()
    assert sorted(read_file(content, contract=contract, name=contract.file)["value"]) == [208, 210]
    with pytest.raises(ContractError, match=r"c\.yml, line \d+: .*in quotes"):
        read_contract(text.replace("nov-23", "yes"), name="c.yml")


def test_utf_16_is_read_where_it_is_declared_and_named_where_it_is_not(field_cases: Path) -> None:
    with pytest.raises(FileRefused, match=r"found UTF-16.*`encoding: utf-16`"):
        seen(field_cases, "l11c_utf16")
    assert list(seen(field_cases, "l11c_utf16", encoding="utf-16").values()) == [950]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("l20b_strict", r"Strict Open XML.*Save it as 'Excel Workbook \(\*\.xlsx\)'"),
        ("l21_ods", r"OpenDocument spreadsheet \(\.ods\).*Save it as \.xlsx"),
        ("l22_xls", r"older \.xls kind.*Save it as \.xlsx"),
    ],
)
def test_other_kinds_of_workbooks_are_named(field_cases: Path, name: str, found: str) -> None:
    with pytest.raises(FileRefused, match=found):
        seen(field_cases, name)


def test_the_signs_of_an_accounting_system_are_read_where_they_are_declared(field_cases: Path) -> None:
    with pytest.raises(FileRefused, match=r"row 3, column B.*`minus: after`"):
        seen(field_cases, "l12_opus")
    values = seen(field_cases, "l12_opus", minus="after", nought=["-"])
    assert values == {("Udgift",): 1_234_567, ("Refusion",): -345_678.5, ("Regulering",): 0}


def test_full_time_persons_have_decimals_where_the_contract_says_so(field_cases: Path) -> None:
    assert list(seen(field_cases, "l14_fuldtid", feeds=None).values()) == [282.4, 281.9]


@pytest.mark.parametrize(
    ("name", "values"), [("l14_fuldtid", [282.4, 281.9]), ("personbudget", [215, 280])], ids=["months", "a year"]
)
def test_a_budget_in_full_time_persons_feeds_its_follow_up(field_cases: Path, name: str, values: list[float]) -> None:
    text = (field_cases / "local_files" / f"{name}.yml").read_text(encoding="utf-8")
    require_in_force(declared(field_cases, name), text=text, name=f"{name}.yml")
    assert list(seen(field_cases, name).values()) == values


def test_a_table_that_feeds_figures_without_their_measure_is_refused_at_once(field_cases: Path) -> None:
    text = (field_cases / "local_files" / "personbudget.yml").read_text(encoding="utf-8")
    called = columns("personbudget", field_cases, {"name": "staff_full_time_persons"})
    with pytest.raises(ContractError, match=r"line \d+: feeds: .*feeds: budget.*budget_full_time_persons"):
        require_in_force(declared(field_cases, "personbudget", columns=called), text=text, name="personbudget.yml")


def test_a_budget_of_periods_that_overlap_is_refused(field_cases: Path) -> None:
    text = (field_cases / "local_files" / "personbudget.yml").read_text(encoding="utf-8")
    rolling = declared(field_cases, "personbudget", period="2024QMAT04")
    with pytest.raises(ContractError, match=r"line \d+: period: budget_full_time_persons.*months, quarters or years"):
        require_in_force(rolling, text=text, name="personbudget.yml")
