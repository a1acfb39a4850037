"""Ten own tables of a municipality through a whole life: published, shown, revised, exported, explained, stopped, replayed."""

from __future__ import annotations

import csv
import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from sqlalchemy import URL, Engine, create_engine, text

from tasks.archive.receipts import get_publications, put_publication, refused_receipts, require_whole
from tasks.archive.store import Archive
from tasks.replay.left_out import publish_or_leave_out
from tasks.replay.vintage import FileRefusedNow, still_waiting
from tasks.runs.lifecycle import open_run
from tasks.stoppages import Refused
from tests.explained import without_origin
from tests.own_nights import OwnNights
from tests.own_tables import TABLES, ids, save, save_all
from tests.standin.ranking_files import as_xlsx, synthetic_rows, title
from warehouse.figures import inputs
from warehouse.figures.inputs import Scope
from warehouse.figures.model import Input
from warehouse.periods import Period

pytestmark = pytest.mark.slow

BUDGET = TABLES["budget"]["rows"]
DAYS = ("2023-11-05", "2023-11-06", "2023-11-07", "2023-11-08", "2023-11-09")


@contextmanager
def begun(database: URL, folder: Path) -> Iterator[OwnNights]:
    engine = create_engine(database)
    try:
        with pytest.MonkeyPatch.context() as patch:
            yield OwnNights.set_up(engine, folder=folder, patch=patch)
    finally:
        engine.dispose()


@pytest.fixture(scope="module")
def ten(module_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnNights]:
    """All ten, published in one night; these tests only read."""
    with begun(module_engine.url, tmp_path_factory.mktemp("ten")) as nights:
        save_all(nights.own)
        assert nights.outcomes(DAYS[0]) == dict.fromkeys(ids(), "published")
        yield nights


@pytest.fixture
def nights(database: URL, tmp_path: Path) -> Iterator[OwnNights]:
    with begun(database, tmp_path) as nights:
        yield nights


def values(rows: list[dict[str, Any]]) -> set[Any]:
    return {row["value"] for row in rows}


@pytest.mark.parametrize("table", ids())
def test_each_is_shown_by_its_id_and_by_its_title(ten: OwnNights, table: str) -> None:
    by_id = ten.answer("show", table.upper(), "--area", "Herlev")
    declared = TABLES[table.removeprefix("local_")]
    assert by_id == ten.answer("show", f" {declared['title'].lower()} ", "--area", "Herlev")
    assert {row["table"] for row in by_id} == {table}
    assert {row["measure"] for row in by_id} == {column["name"] for column in declared["columns"]}


def test_numbers_are_those_of_the_files(ten: OwnNights) -> None:
    assert values(ten.answer("show", "local_budget", "--area", "Herlev")) == {1_200_500, -800_000, 1_300_000, 900_000}
    assert values(ten.answer("show", "local_personnel", "--area", "Herlev")) == {12.4, 18.75}
    hidden = ten.answer("show", "local_sickness", "--area", "Herlev", "--period", "2023M09", "--measure", "absence_pct")
    assert {row["members"]["Afdeling"]: (row["value"], row["status"]) for row in hidden} == {
        "Jobcentret": (None, "suppressed"),
        "Hele kommunen": (5.1, "observed"),
    }


def test_a_member_that_the_file_names_itself_is_asked_for(ten: OwnNights) -> None:
    asked = ("show", "local_courses", "--area", "Herlev", "--where")
    assert values(ten.answer(*asked, "Tilbud=Løntilskud")) == {10}
    status, _, told = ten.command(*asked, "Tilbud=Lontilskud")
    assert (status, "there is Løntilskud" in told) == (2, True), told


@pytest.mark.parametrize(
    ("written", "offered"),
    [
        ("local_budgt", "local_budget (Budget for beskæftigelsesområdet)"),
        ("budgt for beskæftigelsesområdet", "local_budget (Budget for beskæftigelsesområdet)"),
        ("sygefravær", "local_sickness (Sygefravær blandt kommunens ansatte)"),
        ("sygedapenge", "y07a02 (Antal personer og fuldtidspersoner (sygedagpenge))"),
        ("y07a03", "y07a02"),
        ("noget helt andet", "jobindsats status --long"),
    ],
)
@pytest.mark.parametrize(
    "command", ["show {} --area Herlev", "revisions {}", "quarantine --table {}", "export --to x --table {}"]
)
def test_a_name_that_is_none_is_offered_what_it_may_mean(
    ten: OwnNights, command: str, written: str, offered: str
) -> None:
    status, printed, told = ten.command(*(written if each == "{}" else each for each in command.split()))
    assert (status, printed) == (2, "")
    assert f"no table is called '{written}'" in told
    assert offered in told
    assert not (ten.folder / "x").exists()


def test_status_counts_them_and_calls_none_of_them_late(ten: OwnNights) -> None:
    held = {row["table"]: (row["fresh"], row["vintages"]) for row in ten.answer("status")}
    assert {table: held[table] for table in ids()} == dict.fromkeys(ids(), (None, 1))
    _, short, _ = ten.command("status")
    assert "Late" not in short
    assert "10 without a calendar" in " ".join(short.split())
    assert ten.query("select count(*) as n from marts.freshness where is_fresh is null and table_id like 'local%'") == [
        {"n": 10}
    ]


FIGURES = [
    ("multi_year_budget", "2023Y01", "I alt", 400_500),
    ("activation_mix", "2023M09", "Praktik", 75),
    ("ordinary_hours", "2023M09", None, 15.7),
    ("exits", "2023Q03", "Job", 25),
    ("target_followup", "2023Y01", "I job, minimum", 40),
    ("response_rate", "2023Y01", None, 32),
]


@pytest.mark.parametrize(("figure", "period", "item", "value"), FIGURES)
def test_a_figure_is_explained_down_to_the_file(
    ten: OwnNights, figure: str, period: str, item: str | None, value: float
) -> None:
    asked = (figure, "--area", "Herlev", "--period", period, *(("--item", item) if item else ()))
    (row,) = ten.answer("figure", *asked)
    assert row["value"] == value
    (tree,) = ten.answer("explain", *asked)
    assert tree["inputs"]
    assert not without_origin([tree])
    for vintage in (leaf["vintage"] for leaf in tree["inputs"]):
        file = ten.own / f"{vintage['table'].removeprefix('local_')}.csv"
        assert hashlib.sha256(file.read_bytes()).hexdigest() in {each["sha256"] for each in vintage["archived"]}


@pytest.mark.parametrize(
    ("item", "read"),
    [
        (None, {"": 40}),
        ("Tilbud", {"Tilbud i alt": 40, "Løntilskud": 10, "Praktik": 30}),
        ("*", {"Løntilskud": 10, "Praktik": 30}),
    ],
)
def test_a_figures_input_may_be_an_own_table_by_its_id(
    ten: OwnNights, item: str | None, read: dict[str, float]
) -> None:
    wanted = Input("courses", "local_courses", "started_cases", item=item)
    with ten.engine.connect() as connection:
        rows = inputs.read(connection, wanted, scope=Scope("163"))
    assert dict(rows.select("item", "value").rows()) == read


def test_a_figure_of_anothers_table_says_whose_it_is(ten: OwnNights) -> None:
    status, _, told = ten.command("figure", "exits", "--area", "Ballerup")
    assert (status, "the tables that feed it are of Herlev" in told) == (2, True), told


def test_a_figure_without_a_table_says_how_one_comes(nights: OwnNights) -> None:
    save(nights.own, "vacancies")
    nights.night(DAYS[0])
    status, _, told = nights.command("figure", "exits", "--area", "Herlev")
    assert (status, "`feeds: exits`" in told, "--table feeds:" in told) == (2, True, False), told


def test_a_claim_names_a_member_of_an_own_table_and_a_title(ten: OwnNights) -> None:
    claim = "  - {document: a, point: 1, statement: b, claimed: %s, cell: {table: %s, period: 2023M09%s}}\n"
    file = ten.folder / "claims.yml"
    file.write_text(
        "documents:\n  - {id: a, title: A, area: Herlev, date: 2024-01-31, source: b}\nclaims:\n"
        + claim % (10, "local_courses", ", where: {Tilbud: Løntilskud}")
        + claim % (40, "påbegyndte forløb efter tilbud", "")
        + claim % (1, "local_coursses", ""),
        encoding="utf-8",
    )
    member, total, unknown = ten.answer("claims", str(file))
    assert [claim["verdict"] for claim in (member, total)] == ["holds", "holds"], (member, total)
    assert "local_courses (" in unknown["reason"]


@pytest.mark.parametrize("form", ["csv", "parquet", "xlsx"])
def test_tables_are_exported_as_marts_are(ten: OwnNights, form: str) -> None:
    to = ten.folder / f"export-{form}"
    chosen = ("--table", "local_sickness", "--table", TABLES["budget"]["title"])
    manifest = ten.answer("export", "--to", str(to), "--format", form, *chosen)
    assert manifest["marts"] == {"local_sickness": 8, "local_budget": 4}
    assert sorted(file["file"] for file in manifest["files"]) == [f"local_budget.{form}", f"local_sickness.{form}"]
    if form == "parquet":
        rows = pl.read_parquet(to / "local_budget.parquet")
        assert sorted(rows["value"]) == [-800_000, 900_000, 1_200_500, 1_300_000]
        assert pl.read_parquet_metadata(to / "local_budget.parquet")["source"] == "Kommunens fagsystem"
    if form == "csv":
        with (to / "local_sickness.csv").open(encoding="utf-8-sig") as file:
            cells = list(csv.DictReader(file, delimiter=";"))
        assert {(row["value"], row["status"]) for row in cells} >= {("", "suppressed"), ("5,4", "observed")}


def test_an_export_shows_in_a_terminal_which_table_it_is_at(ten: OwnNights, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    to = ten.folder / "export-with-a-bar"
    status, _, told = ten.command("export", "--to", str(to), "--table", "local_budget", "--table", "local_survey")
    assert status == 0, told
    shown = re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", told)
    assert re.search(r"local_survey .* 1/2 ", shown), shown


def test_a_table_that_no_contract_declares_has_failed_and_says_what_there_is(nights: OwnNights) -> None:
    save(nights.own, "survey")
    (ended,) = nights.night(DAYS[0], "local_survye").values()
    assert (ended.outcome, "there is local_survey" in ended.message) == ("failed", True)
    (nights.own / "survey.yml").write_text("table: [", encoding="utf-8")
    (ended,) = nights.night(DAYS[1], "local_survey").values()
    assert (ended.outcome, "survey.yml, line 1" in ended.message) == ("failed", True)


def test_a_list_that_is_asked_for_and_does_not_lie_there_has_failed(nights: OwnNights) -> None:
    ended = nights.night(DAYS[0], "ranking_all")
    assert {table: (each.outcome, "put one there" in each.message) for table, each in ended.items()} == {
        "ranking_all": ("failed", True)
    }


def test_a_night_of_a_table_whose_source_no_setting_names_is_wrong_use(nights: OwnNights) -> None:
    nights.patch.delenv("JOBINDSATS_LOCAL_FILES")
    for name in ("local_survey", "folk1a", "local_files"):
        status, _, told = nights.command("nightly", "--table", name)
        assert (status, "docs/sources/" in told) == (2, True), told


def test_weeks_are_refused_with_what_to_do_and_read_once_they_are_months(nights: OwnNights) -> None:
    weeks = "Måned;Afdeling;Fravær i pct.;Sygemeldte\nuge 36 2023;Hele kommunen;4,9 %;112\n"
    save(nights.own, "sickness", rows=weeks)
    (ended,) = nights.night(DAYS[0]).values()
    assert (ended.outcome, "one for each month" in ended.message) == ("quarantined", True), ended
    (load,) = nights.answer("quarantine", "--table", "local_sickness")
    assert load["table"] == "local_sickness"
    save(nights.own, "sickness")
    assert nights.outcomes(DAYS[1]) == {"local_sickness": "published"}
    assert nights.answer("quarantine", "--table", "local_sickness") == []


def test_an_older_file_that_comes_back_is_told_and_read_only_once_it_is_released(nights: OwnNights) -> None:
    save(nights.own, "budget")
    assert nights.outcomes(DAYS[0]) == {"local_budget": "published"}
    newer = BUDGET.replace("1.300", "1.350")
    save(nights.own, "budget", rows=newer)
    assert nights.outcomes(DAYS[1]) == {"local_budget": "published"}
    (revised,) = nights.answer("revisions", "local_budget", "--area", "Herlev")
    assert (revised["before"], revised["after"]) == (1_300_000, 1_350_000)
    file = save(nights.own, "budget")
    os.utime(file, (2_000_000_000, 2_000_000_000))
    (ended,) = nights.night(DAYS[2]).values()
    assert (ended.outcome, ended.rule) == ("quarantined", "content_is_no_older_one")
    assert re.search(r"seen 2023-11-05 04:\d\d, replaced 2023-11-06 04:\d\d", ended.message), ended.message
    assert 1_350_000 in values(nights.answer("show", "local_budget", "--area", "Herlev"))
    (load,) = nights.answer("quarantine")
    nights.patch.setenv("JOBINDSATS_NOW", f"{DAYS[3]}T04:00:00+01:00")
    released = nights.answer("quarantine", "release", str(load["id"]), "--reason", "Den nye var en kladde")
    assert (released["table"], released["revised"]) == ("local_budget", 1)
    assert nights.outcomes(DAYS[4]) == {"local_budget": "not_due"}


def test_an_older_ranking_list_that_comes_back_is_told(nights: OwnNights) -> None:
    period = Period.parse("2023QMAT02")
    rows, heading = synthetic_rows("ranking_all", period), title("ranking_all", period)
    persons = rows[0].values["gap_full_time_persons"] - 10
    mended = [replace(rows[0], values={**rows[0].values, "gap_full_time_persons": persons}), *rows[1:]]
    ended = []
    for day, printed in zip(DAYS, (rows, mended, rows), strict=False):
        (nights.lists / "alle.xlsx").write_bytes(as_xlsx(printed, heading=heading))
        (outcome,) = nights.night(day, "ranking_all").values()
        ended.append((outcome.outcome, outcome.rule))
    assert ended == [("published", None), ("published", None), ("quarantined", "content_is_no_older_one")]
    assert nights.answer("quarantine", "--table", "ranking_lists") == []
    shown = nights.answer("show", "ranking_all", "--area", rows[0].municipality)
    assert persons in values(shown)


def replayed(database: URL, *, archive: Archive) -> tuple[int, int]:
    """What a replay does vintage by vintage: how many were published, and how many left out."""
    engine = create_engine(database)
    publications = get_publications(archive)
    now = publications[-1].seen_at
    with engine.begin() as connection:
        waiting = still_waiting(connection, publications)
        run_id = open_run(connection, kind="replay", publisher=publications[-1].publisher, started_at=now)
    done = [publish_or_leave_out(engine, each, archive=archive, run_id=run_id, now=now) for each in waiting]
    engine.dispose()
    left_out = sum(isinstance(each, FileRefusedNow) for each in done)
    return len(done) - left_out, left_out


def test_a_file_that_todays_rules_refuse_is_left_out_of_a_replay_and_the_rest_is_there(
    nights: OwnNights, template: URL
) -> None:
    for table in ("budget", "survey", "caseload"):
        save(nights.own, table)
    nights.night(DAYS[0])
    for table, before, after in (("budget", "1.300", "1.350"), ("caseload", "310", "311")):
        save(nights.own, table, rows=TABLES[table]["rows"].replace(before, after))
    nights.night(DAYS[1])
    save(nights.own, "budget", rows=BUDGET.replace("1.300", "1.300 stk"))
    (refused,) = (each for each in nights.night(DAYS[2]).values() if each.outcome == "quarantined")
    archive = Archive((nights.folder / "data" / "archive").as_uri())
    first = {each.table_id: each for each in reversed(get_publications(archive))}
    # As if an earlier version had read that file, and read another number of cases.
    put_publication(archive, replace(first["local_budget"], manifest=str(refused.manifest)))
    put_publication(archive, replace(first["local_caseload"], content_hash="0" * 64))
    lost = lost_warehouse(nights.engine, template)
    try:
        assert replayed(lost, archive=archive) == (3, 2)
        assert replayed(lost, archive=archive) == (0, 0), "what is left out is not tried in vain"
        nights.patch.setenv("JOBINDSATS_WAREHOUSE_URL", lost.render_as_string(hide_password=False))
        again = replace(nights, engine=create_engine(lost))
        with again.engine.connect() as connection:
            require_whole(connection, archive=archive)
            assert set(refused_receipts(connection)) == {first[f"local_{name}"].name for name in ("budget", "caseload")}
        assert 1_350_000 in values(again.answer("show", "local_budget", "--area", "Herlev"))
        assert values(again.answer("show", "local_survey", "--area", "Herlev")) == {250, 80}
        assert again.query("select count(*) as n from core.observations where status = 'withdrawn'") == [{"n": 0}]
        loads = again.answer("quarantine", "--all")
        # The file that stands for the old budget was seen after the newer one.
        states = {"local_budget": "open", "local_caseload": "overtaken"}
        assert {load["table"]: load["state"] for load in loads} == states
        assert all("was left out" in load["message"] for load in loads)
        again.engine.dispose()
    finally:
        drop(nights.engine, lost)


def test_a_replay_in_another_history_is_still_refused(nights: OwnNights) -> None:
    save(nights.own, "survey")
    nights.night(DAYS[0])
    archive = Archive((nights.folder / "data" / "archive").as_uri())
    (receipt,) = get_publications(archive)
    put_publication(archive, replace(receipt, seen_at=receipt.seen_at.replace(year=2022)))
    with nights.engine.connect() as connection, pytest.raises(Refused, match="1 vintages"):
        require_whole(connection, archive=archive)


def lost_warehouse(engine: Engine, template: URL) -> URL:
    """An empty warehouse beside another."""
    name = f"{engine.url.database}_lost"
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text(f"create database {name} template {template.database}"))
    return engine.url.set(database=name)


def drop(engine: Engine, database: URL) -> None:
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text(f"drop database {database.database} with (force)"))
