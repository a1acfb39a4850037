"""The marts' contract: what was given out stays, what is added raises the version, and the database is what it says."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import Any

import pytest
from sqlalchemy import Engine, text

from tasks.exports.dictionary import Language, markdown
from tests import star_picture
from tests.contract import broken, declared, given_out, major_of, newest_since
from tests.conventions.sources import ROOT
from warehouse.marts.contract import MARTS, UNITS, VERSION, data_dictionary, entries, write_dictionary

NAMED_BY_THE_DESIGN = {
    "benefit_recipients", "benchmark_ranking", "savings", "unemployment_projection", "block_grant_share", "activation",
    "ordinary_hours", "exits", "target_followup", "investment_case", "claim_check", "revisions", "freshness",
    "series_breaks", "data_dictionary",
}  # fmt: skip


def test_what_was_given_out_stays_within_a_major_version() -> None:
    assert broken(given_out(), now=declared(since=given_out())) == []


def test_the_page_of_version_2_names_all_that_became_another() -> None:
    page = (ROOT / "docs" / "contract-2.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `marts.")]
    for said in broken(given_out("1.3"), now=declared(since=given_out())):
        mart, column = re.findall(r"^marts\.(\w+)\.(\w+)", said)[0]
        assert any(f"`marts.{mart}`" in row and f"`{column}`" in row for row in rows), said


def test_the_picture_of_the_star_is_fresh() -> None:
    assert star_picture.FILE.read_text(encoding="utf-8") == star_picture.picture(), "run python -m tests.star_picture"


def test_what_was_added_is_written_down_and_raised_the_version() -> None:
    written = given_out()
    assert declared(since=written) == written, "run python -m tests.contract"
    assert newest_since(written) == tuple(map(int, VERSION.split("."))), "raise VERSION in warehouse/marts/contract.py"
    assert major_of(VERSION) == newest_since(written)[0]


ADDED = {
    "benefit_totals", "revision_profile", "settled_values", "activation_mix", "ordinary_hours_gap", "vintages",
    "areas", "periods", "benefit_groups", "measures", "tables", "observations",
    "unemployment", "sanctions", "notices", "public_support",
}  # fmt: skip
KEPT_FOR_ONE_VERSION = {"known_moments"}


def test_all_marts_that_were_promised_are_in_the_contract() -> None:
    assert {table.name for table in MARTS} == NAMED_BY_THE_DESIGN | ADDED | KEPT_FOR_ONE_VERSION


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda columns: columns.pop("rank"), "marts.benchmark_ranking.rank is gone or has another name"),
        (lambda columns: columns.update(place=columns.pop("rank")), "rank is gone or has another name"),
        (lambda columns: columns["rank"].update(type="text"), "rank: type was integer and is text"),
        (lambda columns: columns["gap_pct_point"].update(unit="pct"), "gap_pct_point: unit was pct_point and is pct"),
        (lambda columns: columns["area_name"].update(nullable=True), "area_name was never null and may be now"),
        (lambda columns: columns["table_id"].update(in_key=False), "table_id: in_key was True and is False"),
    ],
)
def test_the_law_finds_what_a_reader_would_lose(change: Any, said: str) -> None:
    now = deepcopy(given_out())
    change(now["benchmark_ranking"])
    [found] = broken(given_out(), now=now)
    assert said in found


def test_the_law_lets_a_column_be_added_and_finds_a_mart_that_is_gone() -> None:
    now = deepcopy(given_out())
    now["savings"]["saving_per_inhabitant_dkk"] = dict(now["savings"]["saving_dkk"], since="2.1")
    assert broken(given_out(), now=now) == []
    assert newest_since(now) == (2, 1)
    del now["exits"]
    assert len(broken(given_out(), now=now)) == len(given_out()["exits"])


_COLUMNS = """
select c.relname as table_name, a.attname as column_name,
       row_number() over (partition by c.oid order by a.attnum) as position,
       format_type(a.atttypid, a.atttypmod) as type, c.relkind = 'v' or not a.attnotnull as nullable,
       col_description(c.oid, a.attnum) as description_en, obj_description(c.oid, 'pg_class') as grain_en,
       c.relkind = 'v' as view
from pg_class c join pg_attribute a on a.attrelid = c.oid
where c.relnamespace = 'marts'::regnamespace and c.relkind in ('r', 'v', 'm', 'p') and a.attnum > 0 and not a.attisdropped
order by c.relname, a.attnum
"""


def test_the_database_is_what_the_contract_says(module_engine: Engine) -> None:
    with module_engine.connect() as connection:
        found = [row._asdict() for row in connection.execute(text(_COLUMNS))]
    views = {row["table_name"] for row in found if row.pop("view")}
    for row in found:
        if row["table_name"] in views:  # PostgreSQL knows of no column of a view that it is never null
            del row["nullable"]
    wanted = [entry._asdict() for entry in sorted(entries(), key=lambda each: (each.table_name, each.position))]
    kept = [{name: want[name] for name in row} for want, row in zip(wanted, found, strict=True)]
    assert found == kept


def test_the_dictionary_can_be_read_in_the_database_and_is_brought_up_to_date(engine: Engine) -> None:
    def standing() -> list[dict[str, Any]]:
        query = "select * from marts.data_dictionary order by table_name, position"
        with engine.connect() as connection:
            return [dict(row) for row in connection.execute(text(query)).mappings()]

    wanted = [entry._asdict() for entry in sorted(entries(), key=lambda each: (each.table_name, each.position))]
    assert standing() == wanted
    with engine.begin() as connection:
        connection.execute(text("update marts.data_dictionary set unit = 'pct' where column_name = 'rank'"))
        write_dictionary(connection)
    assert standing() == wanted


def test_everything_is_described_in_both_languages() -> None:
    for entry in entries():
        for said in (entry.description_da, entry.description_en, entry.grain_da, entry.grain_en):
            assert said.endswith("."), entry
        assert entry.description_da != entry.description_en, entry
        assert entry.grain_da.startswith("Én række pr. "), entry
        assert entry.grain_en.startswith("One row per "), entry


def test_a_number_has_a_unit_and_its_name_ends_in_it() -> None:
    for entry in entries():
        if entry.type == "double precision":
            assert entry.unit in {*UNITS, "rank", "in column unit"}, entry
            assert entry.unit not in UNITS or entry.column_name.endswith(f"_{entry.unit}"), entry
        elif entry.unit is not None:
            assert entry.type == "integer", entry
            assert entry.unit == "rank" or entry.column_name.endswith(f"_{entry.unit}"), entry


def test_a_mart_with_a_unit_in_a_column_has_that_column() -> None:
    for table in MARTS:
        if any(column.info.get("unit") == "in column unit" for column in table.columns):
            assert "unit" in table.columns


@pytest.mark.parametrize(("page", "language"), [("data-dictionary.md", "en"), ("dataordbog.md", "da")])
def test_the_dictionary_among_the_papers_is_fresh(page: str, language: Language) -> None:
    written = (ROOT / "docs" / page).read_text(encoding="utf-8")
    assert written == markdown(language), f"jobindsats dictionary --language {language} --out docs/{page}"


def test_the_dictionary_describes_itself() -> None:
    assert {entry.column_name for entry in entries() if entry.table_name == "data_dictionary"} == {
        column.name for column in data_dictionary.columns
    }
