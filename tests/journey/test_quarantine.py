"""A load that was stopped: listed, looked at, released with a reason; what was known before the release stays so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import create_engine

from flows.command_line.main import run
from tasks.sources import declarations
from tests.conftest import Stage
from tests.scene import Scene
from warehouse.catalogue.model import Catalogue, Measure, jobindsats
from warehouse.database.locks import Lock, held

pytestmark = pytest.mark.slow

TABLE = "y07a02"
FAILING = [
    "published_cells_return",
    "no_large_count_vanishes",
    "every_municipality_reports",
    "country_is_its_municipalities",
]
REASON = "STAR confirms by telephone that these municipalities report a month later"
GOOD_NIGHT, BAD_NIGHT = "2023-11-05", "2023-12-05"


@dataclass
class Answer:
    """How a command ended and what it printed."""

    status: int
    printed: str
    said: str


Ask = Callable[..., Answer]


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Ask:
    """Carry out a command line in this process."""

    def asked(*arguments: str) -> Answer:
        status = run(list(arguments))
        printed, said = capsys.readouterr()
        return Answer(status, printed, said)

    return asked


@pytest.fixture(scope="module")
def stopped(stage: Stage) -> Iterator[Scene]:
    """A good night, and one on which a third of the municipalities is missing."""
    with stage(today=GOOD_NIGHT, scale="small") as scene:
        assert scene.night(tables=[TABLE]).outcome == "completed"
        scene.publisher.set_faults({"missing-municipalities": 1.0})
        report = scene.night(BAD_NIGHT, tables=[TABLE])
        assert scene.outcomes(report) == {TABLE: "quarantined"}
        yield scene


@pytest.fixture(scope="module")
def released(stopped: Scene) -> dict[str, Any]:
    """The stopped load released, two hours after it was stopped."""
    (load,) = stopped.answer("quarantine")
    stopped.set_clock()
    before = stopped.content()
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("JOBINDSATS_API_URL")  # a release asks no publisher
        answer: dict[str, Any] = stopped.answer(
            "quarantine", "release", str(load["id"]), "--reason", REASON, "--by", "Kim"
        )
    return answer | {"before": before, "stopped_id": load["id"]}


def test_a_stopped_load_is_listed_with_what_stopped_it(stopped: Scene, ask: Ask) -> None:
    (load,) = stopped.answer("quarantine", "--table", "Y07A02")
    assert {name: load[name] for name in ("table", "rule", "state", "publisher_updated_on")} == {
        "table": TABLE,
        "rule": "published_cells_return",
        "state": "open",
        "publisher_updated_on": "2023-11-21",
    }
    assert (
        "Nor do no_large_count_vanishes, every_municipality_reports and country_is_its_municipalities hold."
        in load["message"]
    )
    assert load["rejected"] > 200
    shown = ask("quarantine")
    assert shown.status == 0
    assert f"jobindsats quarantine show {load['id']}" in shown.printed
    assert "published_cells_return" in shown.printed
    assert stopped.answer("quarantine", "--table", "y25i01") == []
    assert ask("quarantine", "--table", "y25i01").printed == "No load of y25i01 waits in quarantine.\n"


def test_its_rejected_rows_are_shown_as_they_were_read(stopped: Scene, ask: Ask) -> None:
    (load,) = stopped.answer("quarantine")
    document = stopped.answer("quarantine", "show", str(load["id"]))
    assert stopped.answer("quarantine", "show", load["table"]) == document, "a table's id names its newest"
    rules = {rule["rule"]: rule for rule in document["rules"]}
    assert list(rules) == FAILING
    returned = rules["published_cells_return"]
    assert returned["offenders"] > 1_000
    assert len(returned["rows"]) == 200
    assert set(returned["rows"][0]) == {"period", "area", "measure", "members", "published_value"}
    assert set(rules["every_municipality_reports"]["rows"][0]) == {"period", "area"}
    assert sum(len(rule["rows"]) for rule in document["rules"]) == load["rejected"]
    shown = ask("quarantine", "show", str(load["id"])).printed
    assert "20 of" in shown
    assert returned["rows"][0]["area"] in shown
    assert returned["rows"][-1] not in shown.splitlines()
    for python in ("None", "{'", ".0 ", "datetime"):
        assert python not in shown


@pytest.mark.parametrize("reason", ["", "   ", "fine", "short    so"])
def test_a_release_needs_a_reason(stopped: Scene, ask: Ask, reason: str) -> None:
    runs = stopped.query("select count(*) as n from ops.runs")
    ended = ask("quarantine", "release", "1", "--reason", reason)
    assert (ended.status, "at least 10 characters" in ended.said) == (2, True)
    assert ask("quarantine", "release", "1").status == 2
    assert stopped.query("select count(*) as n from ops.runs") == runs


def test_an_unknown_load_is_wrong_use(stopped: Scene, ask: Ask) -> None:
    for arguments in (("show", "4711"), ("release", "4711", "--reason", REASON)):
        ended = ask("quarantine", *arguments)
        assert ended.status == 2
        assert "no load in quarantine has the id 4711" in ended.said
    assert ask("quarantine", "show", "first").status == 2
    never = ask("quarantine", "show", "y25i01")
    assert (never.status, "no load of y25i01 was ever in quarantine" in never.said) == (2, True)


def test_a_warehouse_that_lacks_what_its_archive_has_releases_nothing(stopped: Scene, ask: Ask) -> None:
    receipts = stopped.folder / "data" / "archive" / "publications" / TABLE
    lost = receipts / "20240101T000000000000Z.json"
    lost.write_text("{}")
    ended = ask("quarantine", "release", "1", "--reason", REASON)
    lost.unlink()
    assert ended.status == 1
    assert "receipts of 1 vintages that this warehouse does not hold" in ended.said
    assert stopped.query("select count(*) as n from core.vintages") == [{"n": 1}]


def test_a_release_leaves_a_night_to_its_work(stopped: Scene, ask: Ask) -> None:
    engine = create_engine(stopped.database)
    with held(engine, Lock.NIGHT):
        ended = ask("quarantine", "release", "1", "--reason", REASON)
    engine.dispose()
    assert (ended.status, "a night or a replay is at work" in ended.said) == (1, True)
    assert stopped.query("select count(*) as n from ops.runs where kind = 'release'") == [{"n": 0}]


def test_a_release_publishes_the_load_with_its_reason(stopped: Scene, released: dict[str, Any]) -> None:
    assert released["failing"] == FAILING
    assert released["withdrawn"] > 1_000
    assert stopped.content() != released["before"]
    (vintage,) = stopped.query("select * from core.vintages order by vintage_id desc limit 1")
    assert (vintage["vintage_id"], vintage["release_reason"]) == (released["vintage"], REASON)
    assert str(vintage["publisher_updated_on"]) == "2023-11-21"
    (first,) = stopped.query("select release_reason from core.vintages where vintage_id = 1")
    assert first["release_reason"] is None


def test_the_release_is_a_run_of_its_own_with_its_checks_and_its_outcome(
    stopped: Scene, released: dict[str, Any]
) -> None:
    run_id = released["run"]
    (ran,) = stopped.query("select * from ops.runs where run_id = :run", run=run_id)
    assert ran["publisher_url"] == stopped.publisher.url, (
        "whose figures they are, whichever publisher is configured now"
    )
    assert (ran["kind"], ran["outcome"], ran["ended_at"] is not None) == ("release", "completed", True)
    (outcome,) = stopped.query("select * from ops.table_outcomes where run_id = :run", run=run_id)
    assert (outcome["outcome"], outcome["vintage_id"], outcome["fetched"]) == ("published", released["vintage"], False)
    assert outcome["message"] == f"load {released['stopped_id']} was released by Kim: {REASON}"
    checks = stopped.query("select rule from ops.checks where run_id = :run and not passed and blocking", run=run_id)
    assert {check["rule"] for check in checks} == set(released["failing"])
    (record,) = stopped.query("select * from ops.quarantine")
    assert (record["released_by"], record["release_reason"], record["release_run_id"]) == ("Kim", REASON, run_id)
    staged = stopped.query("select tablename as name from pg_tables where schemaname = 'staging'")
    assert [table for table in staged if f"_run_{run_id}" in table["name"]] == []


def test_before_the_release_the_warehouse_answers_as_it_did(stopped: Scene, released: dict[str, Any]) -> None:
    counted = (
        "select count(*) as n from core.observations_as_of(cast(:moment as timestamptz)) where status = 'withdrawn'"
    )
    (stood,) = stopped.query(
        "select seen_at - interval '1 microsecond' as just_before, seen_at from core.vintages "
        "where vintage_id = :vintage",
        vintage=released["vintage"],
    )
    (stopped_at,) = stopped.query("select stopped_at from ops.quarantine")
    assert stood["seen_at"] > stopped_at["stopped_at"]
    assert stopped.query(counted, moment=stood["just_before"]) == [{"n": 0}]
    assert stopped.query(counted, moment=stood["seen_at"]) == [{"n": released["withdrawn"]}]
    as_of = stopped.query(
        "select t.table_id, m.name, s.area_id, s.members::text, o.period_id, o.value, o.status::text "
        "from core.observations_as_of(cast(:moment as timestamptz)) o join core.series s using (series_id) "
        "join core.measures m using (measure_id) join core.tables t on t.table_no = o.table_no order by 1, 2, 3, 4, 5",
        moment=stood["just_before"],
    )
    assert as_of == released["before"]


def test_the_marts_follow(stopped: Scene, released: dict[str, Any]) -> None:
    assert released["marts"] == [TABLE]
    vintages = stopped.query("select distinct vintage_id from marts.benefit_recipients where table_id = :t", t=TABLE)
    assert vintages == [{"vintage_id": released["vintage"]}]


def test_what_is_released_is_listed_no_more_and_not_released_again(
    stopped: Scene, released: dict[str, Any], ask: Ask
) -> None:
    assert stopped.answer("quarantine") == []
    (load,) = stopped.answer("quarantine", "--all")
    assert (load["state"], load["released_by"], load["release_reason"]) == ("released", "Kim", REASON)
    assert f"by Kim: {REASON}" in ask("quarantine", "--all").printed
    again = ask("quarantine", "release", str(load["id"]), "--reason", "once more, to be sure")
    assert again.status == 1
    assert "was released by Kim on 2023-12-05" in again.said
    assert REASON in again.said


def test_the_next_night_finds_what_was_released(stopped: Scene, released: dict[str, Any]) -> None:
    report = stopped.night(tables=[TABLE])
    assert stopped.outcomes(report) == {TABLE: "unchanged"}
    stopped.publisher.clear_faults()
    report = stopped.night("2024-01-05", tables=[TABLE])
    assert stopped.outcomes(report) == {TABLE: "published"}
    assert report.tables[0]["new"] > released["withdrawn"]


# ---- loads that cannot be released as they are ------------------------------------------------------------------


@pytest.fixture(scope="module")
def undeclared(stage: Stage) -> Iterator[Scene]:
    """A good night, then one with a label nobody declared, and one with a third of the values null."""
    with stage(today=GOOD_NIGHT, scale="small") as scene:
        assert scene.night(tables=["y25i01"]).outcome == "completed"
        for fault in ("renamed-label", "null-storm"):
            scene.publisher.clear_faults()
            scene.publisher.set_faults({fault: 1.0})
            assert scene.night(BAD_NIGHT, tables=["y25i01"]).outcome == "attention"
        yield scene


@pytest.mark.slow
def test_a_label_nobody_declared_is_not_released_and_says_what_to_do(undeclared: Scene, ask: Ask) -> None:
    before = undeclared.content()
    label = undeclared.answer("quarantine")[1]
    assert label["rule"] == "Undeclared"
    ended = ask("quarantine", "release", str(label["id"]), "--reason", REASON)
    assert ended.status == 1
    assert "cannot be read as it is, so it is not released" in ended.said
    assert "jobindsats catalogue accept" in ended.said
    assert undeclared.content() == before
    (ran,) = undeclared.query("select kind, outcome, ended_at from ops.runs order by run_id desc limit 1")
    assert (ran["kind"], ran["outcome"]) == ("release", "attention")
    assert ran["ended_at"] is not None
    assert [load["state"] for load in undeclared.answer("quarantine")] == ["open", "open"]


@pytest.mark.slow
def test_once_the_catalogue_declares_it_the_load_is_released(
    undeclared: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = jobindsats().table("y25i01").measures[0]
    catalogue = mended("y25i01", first.model_copy(update={"also": (*first.also, f"{first.label} (ny opgørelse)")}))
    monkeypatch.setattr(declarations, "shipped_table", catalogue.table)
    label = undeclared.answer("quarantine")[1]
    undeclared.set_clock()
    answer = undeclared.answer("quarantine", "release", str(label["id"]), "--reason", REASON)
    assert (answer["failing"], answer["vintage"]) == ([], 2)
    assert answer["new"] > 0


def mended(table_id: str, measure: Measure) -> Catalogue:
    """The catalogue as a person has mended it: another declaration of a table's first measure."""
    table = jobindsats().table(table_id)
    table = table.model_copy(update={"measures": (measure, *table.measures[1:])})
    tables = tuple(table if each.id == table_id else each for each in jobindsats().tables)
    return jobindsats().model_copy(update={"tables": tables})


@pytest.mark.slow
def test_a_check_that_fails_now_and_did_not_then_is_refused_by_name(
    undeclared: Scene, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    narrower = jobindsats().table("y25i01").measures[0].model_copy(update={"within": (0.0, 10.0)})
    catalogue = mended("y25i01", narrower)
    monkeypatch.setattr(declarations, "shipped_table", catalogue.table)
    (storm,) = undeclared.answer("quarantine")
    assert storm["rule"] == "large_counts_are_shown"
    ended = ask("quarantine", "release", str(storm["id"]), "--reason", REASON)
    assert ended.status == 1
    assert "is not released: within_bounds (" in ended.said
    assert (
        "not what it was stopped for (country_is_its_municipalities, country_totals_are_shown, large_counts"
        in ended.said
    )
    assert undeclared.query("select count(*) as n from core.vintages") == [{"n": 2}]


@pytest.mark.slow
def test_a_load_that_a_newer_vintage_has_overtaken_is_refused(undeclared: Scene, ask: Ask) -> None:
    undeclared.publisher.clear_faults()
    assert undeclared.outcomes(undeclared.night(BAD_NIGHT, tables=["y25i01"])) == {"y25i01": "unchanged"}
    storm = undeclared.answer("quarantine", "--all")[0]
    assert (storm["state"], storm["overtaken_by"]) == ("overtaken", 2), "the publisher mended it, and vintage 2 stands"
    assert undeclared.outcomes(undeclared.night("2024-01-05", tables=["y25i01"])) == {"y25i01": "published"}
    assert undeclared.answer("quarantine") == []
    assert undeclared.answer("quarantine", "--all")[0]["overtaken_by"] == 3
    ended = ask("quarantine", "release", str(storm["id"]), "--reason", REASON)
    assert ended.status == 1
    assert "has been overtaken: vintage 3 stands, seen on 2024-01-05" in ended.said
