"""The tables of the committee papers, as the examples have them: read to cells, and their sums are those printed."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import polars as pl
import pytest

from tasks.sources.local_files.contract import Contract, read_contract
from tasks.sources.local_files.fetch import LocalFile, look_into
from tasks.sources.local_files.snapshot import read_file
from tests.local import read_local_file, workbook
from warehouse.areas import all_areas
from warehouse.catalogue.feeds import FEEDS_READ
from warehouse.periods import Period

EXAMPLES = Path(__file__).parents[5] / "docs" / "examples" / "local_files"

FOUND = look_into(EXAMPLES)

FILES = {file.contract.id: file for file in FOUND.files}

INVENTED = look_into(EXAMPLES.parent / "budgets").files

Cells = dict[tuple[str, str, str, str], float]


def cells_of(frame: pl.DataFrame) -> Cells:
    """The values by period, area, member and measure."""
    areas = {area.key: area.name for area in all_areas()}
    return {
        (
            str(Period.from_key(row["period_id"])),
            areas[row["area_id"]],
            ", ".join(json.loads(row["members"]).values()),
            row["measure"],
        ): row["value"]
        for row in frame.to_dicts()
    }


def cells(table: str) -> Cells:
    return cells_of(read_local_file(FILES[table]))


def parts_and_total(values: dict[str, float], *, total: str) -> tuple[float, float]:
    return sum(value for member, value in values.items() if member != total), values[total]


def test_every_example_is_read_and_none_lacks_its_file_or_contract() -> None:
    assert FOUND.sentences == ()
    assert len(FILES) == 10
    for file in FILES.values():
        frame = read_local_file(file)
        assert frame["status"].to_list() == ["observed"] * frame.height
        assert set(frame["measure"]) == {measure.name for measure in file.contract.table.measures}


def test_ringsteds_activation_courses_sum_to_330() -> None:
    values = {member: value for (_, _, member, _), value in cells("ringsted_activation_2022").items()}
    assert values == {
        "Tilbud i alt": 330,
        "Løntilskud": 6,
        "Virksomhedspraktik": 82,
        "Nytteindsats": 12,
        "Ordinær uddannelse": 17,
        "Vejledning og opkvalificering": 213,
    }
    assert parts_and_total(values, total="Tilbud i alt") == (330, 330)


def test_ringsteds_ordinary_hours_beside_the_countrys() -> None:
    assert cells("ringsted_ordinary_hours") == {
        ("2022Q03", "Hele landet", "", "ordinary_hours_persons"): 3889,
        ("2022Q03", "Hele landet", "", "ordinary_hours_pct"): 11.6,
        ("2022Q03", "Ringsted", "", "ordinary_hours_persons"): 40,
        ("2022Q03", "Ringsted", "", "ordinary_hours_pct"): 15.7,
    }


def test_the_ages_of_ringsteds_cases_sum_to_230() -> None:
    values = {member: value for (_, _, member, _), value in cells("ringsted_case_ages").items()}
    assert parts_and_total(values, total="Hovedtotal") == (230, 230)
    assert (values["7"], values["16"], values["22"]) == (1, 65, 5)


def test_ringsteds_cases_have_their_decimal_comma() -> None:
    found = cells("ringsted_cases")
    years = ["2020Y01", "2021Y01", "2022Y01"]
    assert [found[year, "Ringsted", "", "placements_work_years"] for year in years] == [39, 37.5, 41.7]
    assert [found[year, "Ringsted", "", "youth_unit_cases"] for year in years] == [180, 197, 267]
    assert [found[year, "Ringsted", "", "notifications_cases"] for year in years] == [221, 180, 131]
    assert [found[year, "Ringsted", "", "decisions_cases"] for year in years] == [292, 332, 384]
    assert [found[year, "Ringsted", "", "aftercare_persons"] for year in years] == [35, 26, 39]


@pytest.mark.parametrize("area", ["Hele landet", "Landsdel Vestjylland", "Holstebro"])
def test_the_exits_of_each_area_sum_to_a_hundred_but_for_rounding(area: str) -> None:
    shares = [value for (_, of, _, _), value in cells("holstebro_exits").items() if of == area]
    assert len(shares) == 7
    assert sum(shares) == pytest.approx(100, abs=0.35)


def test_holstebros_exits_stand_in_the_four_quarters_that_end_in_september_2016() -> None:
    assert cells("holstebro_exits")["2016QMAT03", "Holstebro", "Førtidspension", "exits_pct"] == 32.8
    assert Period.parse("2016QMAT03").first_day.isoformat() == "2015-10-01"


def test_six_of_holstebros_seven_shares_come_out_of_61_courses_and_of_no_fewer() -> None:
    shares = [value for (_, area, _, _), value in cells("holstebro_exits").items() if area == "Holstebro"]
    (courses,) = cells("holstebro_completed_courses").values()

    def fitting(courses: int) -> int:
        return sum(any(abs(100 * n / courses - share) <= 0.05 for n in range(courses + 1)) for share in shares)

    assert courses == 61
    assert [count for count in range(1, 62) if fitting(count) >= 6] == [61]


def test_holstebros_targets_and_what_was_reached() -> None:
    found = {(member, measure): value for (_, _, member, measure), value in cells("holstebro_targets").items()}
    assert found == {
        ("minimum, Ordinært job eller uddannelse", "target_pct"): 12,
        ("minimum, Ordinært job eller uddannelse", "reached_pct"): 6.6,
        ("minimum, Ordinært job eller uddannelse", "finished_cases"): 61,
        ("minimum, Fleksjob", "target_pct"): 51,
        ("minimum, Fleksjob", "reached_pct"): 45.9,
        ("minimum, Fleksjob", "finished_cases"): 61,
        ("maksimum, Førtidspension", "target_pct"): 35,
        ("maksimum, Førtidspension", "reached_pct"): 32.8,
        ("maksimum, Førtidspension", "finished_cases"): 61,
    }


def test_herlevs_survey() -> None:
    assert cells("herlev_survey") == {
        ("2023M09", "Herlev", "", "sent_persons"): 250,
        ("2023M09", "Herlev", "", "answered_persons"): 80,
        ("2023M09", "Herlev", "", "willing_persons"): 40,
        ("2023M09", "Herlev", "", "interviewed_persons"): 21,
    }


@pytest.mark.parametrize(("year", "total"), [(2024, -428_000), (2025, 924_000), (2026, 790_000), (2027, -1_286_000)])
def test_herlevs_budget_is_in_kroner_and_sums_to_its_last_row_in_each_year(year: int, total: float) -> None:
    found = cells("herlev_ips_budget").items()
    values = {member: value for (period, _, member, _), value in found if period == f"{year}Y01"}
    assert parts_and_total(values, total="I alt") == (total, total)
    assert values["Indtægt, beskæftigelsesområdet"] <= 0


@pytest.mark.parametrize(("year", "total"), [(2025, 1_425_000), (2026, 1_650_000), (2027, 1_650_000)])
def test_faaborg_midtfyns_costs_sum_in_each_year(year: int, total: float) -> None:
    found = cells("faaborg_midtfyn_costs").items()
    values = {member: value for (period, _, member, _), value in found if period == f"{year}Y01"}
    assert parts_and_total(values, total="I alt") == (total, total)


def as_workbook(file: LocalFile) -> tuple[bytes, Contract]:
    """An example's table as a workbook of texts, with its contract changed to that."""
    rows = list(csv.reader(io.StringIO(file.path.read_text(encoding="utf-8")), delimiter=";"))
    text = file.contract_path.read_text(encoding="utf-8").replace(
        "format: csv\nencoding: utf-8\nseparator: semicolon", "format: xlsx"
    )
    return workbook(rows), read_contract(text.replace(".csv", ".xlsx"), name=file.contract_path.name)


def test_those_that_are_invented_are_read_too() -> None:
    cells = {file.contract.id: read_local_file(file) for file in INVENTED}
    assert sorted(cells["comparable"]["value"]) == [1, 2, 3, 4]
    assert cells["person_budget"].filter(measure="budget_full_time_persons")["value"].sum() == pytest.approx(2196.8)


@pytest.mark.parametrize("table", list(FILES))
def test_each_example_reads_the_same_from_a_workbook(table: str) -> None:
    content, told = as_workbook(FILES[table])
    assert told.format == "xlsx"
    assert read_file(content, contract=told, name=told.file).equals(read_local_file(FILES[table]))


def test_each_example_says_what_it_feeds_and_where_it_stands() -> None:
    assert {file.contract.feeds for file in (*FILES.values(), *INVENTED)} == {*FEEDS_READ, None}
    assert all("punkt" in file.contract.source.document for file in FILES.values())
