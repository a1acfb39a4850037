"""A warehouse is lost, and rebuilt from the archive alone: the same figures, known at the same moments.

That the two real editions can be replayed and are equal is among the quick tests too (test_real_editions.py).
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine

from tests.conftest import ROOT, Stage
from tests.content import checksum
from tests.own_tables import save
from tests.scene import Scene, everything_prefect_knows
from warehouse.database.scratch import PREFIX, scratch_beside
from warehouse.marts.contract import HASHED

pytestmark = pytest.mark.slow

FIRST_NIGHT, SECOND_NIGHT = "2026-08-01", "2026-08-20"
SYNTHETIC = ["y25i01", "y01a02", "y10a02", "y01h01"]


@pytest.fixture(scope="module")
def history(stage: Stage, real: Path) -> Iterator[Scene]:
    """Both real editions published; from then on the publisher is out of reach and there is no token."""
    with stage(today=FIRST_NIGHT, dataset=real) as scene:
        for day in (FIRST_NIGHT, SECOND_NIGHT):
            assert scene.night(day, tables=["y25i01"]).outcome == "completed"
        scene.patch.setenv("JOBINDSATS_API_URL", "http://127.0.0.1:9/v3")
        scene.patch.delenv("JOBINDSATS_API_TOKEN")
        yield scene


@contextmanager
def empty(scene: Scene) -> Iterator[Scene]:
    """The same scene after a disaster: the configured warehouse is an empty database."""
    configured = scene.database.render_as_string(hide_password=False)
    with scratch_beside(scene.database) as url:
        scene.patch.setenv("JOBINDSATS_WAREHOUSE_URL", url.render_as_string(hide_password=False))
        yield replace(scene, database=url)
        scene.patch.setenv("JOBINDSATS_WAREHOUSE_URL", configured)


def checksum_of(scene: Scene) -> str:
    engine = create_engine(scene.database)
    try:
        with engine.connect() as connection:
            return checksum(connection, marts=HASHED)
    finally:
        engine.dispose()


def archived(scene: Scene, kind: str) -> list[Path]:
    return sorted(path for path in (scene.folder / "data" / "archive" / kind).rglob("*") if path.is_file())


HERLEV = (
    *("show", "y25i01", "--area", "Herlev", "--period", "2026M06", "--measure", "unemployed_full_time_persons"),
    *("--where", "Ydelsesgrupper=Ydelsesgrupper i alt"),
)


def herlev(scene: Scene, *more: str) -> list[Any]:
    return [row["value"] for row in scene.answer(*HERLEV, *more)]


def failed(scene: Scene, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """Exit status and standard error of a command that is not to succeed."""
    from flows.command_line.main import run

    status = run(["replay", *arguments])
    return status, capsys.readouterr().err


def test_the_archive_alone_gives_the_same_warehouse(history: Scene) -> None:
    calls = len(history.publisher.calls())
    report = history.answer("replay", "--verify")
    assert report == {"vintages": 2, "observations": 37_165, "checksum": checksum_of(history), "equal": True}
    assert len(history.publisher.calls()) == calls
    left = history.query("select datname from pg_database where starts_with(datname, :prefix)", prefix=PREFIX)
    assert left == []


def test_a_lost_warehouse_knows_again_what_was_known_when(history: Scene) -> None:
    with empty(history) as rebuilt:
        report = rebuilt.answer("replay")
        assert report == {"vintages": 2, "observations": 37_165, "checksum": checksum_of(history), "equal": None}
        assert herlev(rebuilt) == [491]
        assert herlev(rebuilt, "--as-of", "2026-08-10") == [477]
        assert "was first seen" in rebuilt.why_nothing(*HERLEV, "--as-of", "2026-07-31")
        assert rebuilt.answer("revisions", "y25i01", "--area", "Herlev") == history.answer(
            "revisions", "y25i01", "--area", "Herlev"
        )
        assert rebuilt.answer("replay") == report, "replaying twice is not replaying once"
        runs = rebuilt.query("select kind, outcome, publisher_url from ops.runs order by run_id")
        assert runs == [{"kind": "replay", "outcome": "completed", "publisher_url": history.publisher.url}] * 2
        assert rebuilt.query("select count(*) as n from pg_tables where schemaname = 'staging'") == [{"n": 0}]


def test_a_replay_that_was_broken_off_goes_on_from_there(history: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    second = archived(history, "manifests/y25i01")[-1]
    with empty(history) as rebuilt:
        digest = second.read_text().splitlines()[-2].split('"sha256": "')[1][:64]
        payload = history.folder / "data" / "archive" / "payloads" / digest[:2] / f"{digest}.gz"
        whole = payload.read_bytes()
        for damage, says in ((whole[: len(whole) // 2], "damaged"), (None, "missing")):
            payload.unlink() if damage is None else payload.write_bytes(damage)
            status, message = failed(rebuilt, capsys)
            assert status == 1
            assert "Traceback" not in message
            assert "the replay stopped at y25i01 as seen at 2026-08-20" in message
            assert digest in message
            assert says in message
            assert rebuilt.query("select count(*) as n from core.vintages") == [{"n": 1}]
            assert rebuilt.query("select count(*) as n from core.observations") == [{"n": 35_046}]
            assert rebuilt.query("select count(*) as n from pg_tables where schemaname = 'staging'") == [{"n": 0}]
            assert rebuilt.query("select outcome from ops.runs order by run_id desc limit 1") == [{"outcome": "failed"}]
        payload.write_bytes(whole)
        assert rebuilt.answer("replay")["checksum"] == checksum_of(history)


def test_a_night_in_an_empty_warehouse_does_not_begin_a_second_history(history: Scene) -> None:
    with empty(history) as lost:
        report = lost.night(SECOND_NIGHT, tables=["y25i01"])
        assert report.outcome == "failed"
        assert "2 vintages that this warehouse does not hold" in report.tables[0]["message"]
        assert "jobindsats replay" in report.tables[0]["message"]
        assert lost.answer("replay")["checksum"] == checksum_of(history)
        assert "does not answer" not in str(report.tables)


def test_a_replay_that_was_killed_goes_on_from_there(history: Scene) -> None:
    with empty(history) as rebuilt:
        killed = subprocess.Popen(
            [sys.executable, "-m", "flows.command_line.main", "replay"], cwd=ROOT, env=dict(os.environ)
        )
        try:
            wait_until(lambda: bool(vintages(rebuilt)), unless=lambda: killed.poll() is not None)
        finally:
            killed.kill()
            killed.wait()
        left = vintages(rebuilt)
        assert left == vintages(history)[: len(left)]
        assert rebuilt.answer("replay")["checksum"] == checksum_of(history)
        assert vintages(rebuilt) == vintages(history)
        assert rebuilt.query("select outcome from ops.runs order by run_id")[-1] == {"outcome": "completed"}


def vintages(scene: Scene) -> list[dict[str, Any]]:
    if scene.query("select to_regclass('core.vintages') is null as missing") == [{"missing": True}]:
        return []
    return scene.query("select seen_at, content_hash, new, revised, withdrawn, unchanged from core.vintages order by 1")


def wait_until(condition: Callable[[], bool], *, unless: Callable[[], bool]) -> None:
    """Wait for a condition; an end that comes first is an error, and the test's timeout the last resort."""
    while not condition():
        if unless():
            raise LookupError("the process ended before the condition came")


def test_a_lost_receipt_is_written_again_from_the_warehouse(history: Scene) -> None:
    receipt = archived(history, "publications/y25i01")[0]
    before = receipt.read_bytes()
    receipt.unlink()
    assert history.answer("replay", "--verify")["equal"] is True
    assert receipt.read_bytes() == before
    receipt.unlink()
    history.night(SECOND_NIGHT, tables=["y25i01"])
    assert receipt.read_bytes() == before


def test_without_its_first_receipt_another_history_is_refused(
    history: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    receipt = archived(history, "publications/y25i01")[0]
    before = receipt.read_bytes()
    receipt.unlink()
    with empty(history) as rebuilt:
        status, message = failed(rebuilt, capsys)
        receipt.write_bytes(before)
        assert status == 1
        assert "the replay stopped at y25i01 as seen at 2026-08-20" in message
        assert "A receipt before it is missing" in message
        assert rebuilt.query("select count(*) as n from core.vintages") == [{"n": 0}]


def test_a_receipt_that_the_archive_does_not_bear_out_is_refused(
    history: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    receipt = archived(history, "publications/y25i01")[-1]
    before = receipt.read_text()
    receipt.write_text(before.replace('"content_hash": "', '"content_hash": "0'))
    with empty(history) as rebuilt:
        status, message = failed(rebuilt, capsys)
        receipt.write_text(before)
        assert status == 1
        assert "The catalogue or the code has changed since" in message
        assert "y25i01 as seen at 2026-08-20" in message
        assert rebuilt.query("select count(*) as n from core.vintages") == [{"n": 1}]


def test_a_changed_value_is_found_and_named(history: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    with scratch_beside(history.database) as url:
        named = ("--warehouse", url.render_as_string(hide_password=False))
        assert history.answer("replay", *named, "--verify")["equal"] is True
        rebuilt = replace(history, database=url)
        rebuilt.change("update core.observations set value = 490 where value = 491 and vintage_id = 2")
        status, message = failed(history, capsys, *named, "--verify", "--json")
        assert status == 1
        assert "first in core.observations of y25i01, seen at 2026-08-20" in message
        known = everything_prefect_knows()
        assert '"warehouse": "**********"' in known
        assert str(url.database) not in known
        rebuilt.change("update core.vintages set content_hash = 'another' where vintage_id = 1")
        status, message = failed(history, capsys, *named)
        assert status == 1
        assert "holds a vintage of y25i01 (seen at 2026-08-01" in message


def test_what_makes_no_sense_is_wrong_use(history: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    configured = history.database.render_as_string(hide_password=False)
    for address, says in ((configured, "cannot be compared with itself"), ("sqlite://", "postgresql://"), ("?", "//")):
        status, message = failed(history, capsys, "--verify", "--warehouse", address)
        assert status == 2
        assert says in message


def test_an_archive_without_receipts_says_where_it_looked(history: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    with empty(history) as rebuilt:
        rebuilt.patch.setenv("JOBINDSATS_ARCHIVE_URL", (history.folder / "nothing").as_uri())
        status, message = failed(rebuilt, capsys)
        rebuilt.patch.delenv("JOBINDSATS_ARCHIVE_URL")
        assert status == 1
        assert "nothing has no receipt of anything published" in message


def test_doctor_names_answers_that_are_gone(history: Scene) -> None:
    from tasks.doctor.examine import examine_all

    payload = archived(history, "payloads")[0]
    before = payload.read_bytes()
    payload.unlink()
    found = {finding.part: finding for finding in examine_all()}["archive"]
    payload.write_bytes(before)
    assert found.verdict == "failed"
    assert payload.stem in found.says
    assert "y25i01 as seen at 2026-08" in found.says
    assert {finding.part: finding for finding in examine_all()}["archive"].verdict == "well"


def test_several_tables_over_nights_one_of_them_disturbed(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    scene.publisher.set_faults({"units-times-100": 1.0})
    assert set(scene.outcomes(scene.night("2023-11-05", tables=SYNTHETIC)).values()) == {"quarantined"}
    scene.publisher.clear_faults()
    for day in ("2023-11-05", "2023-12-05"):
        assert scene.night(day, tables=SYNTHETIC).outcome == "completed"
    assert scene.query("select count(*) as n from marts.benefit_recipients")[0]["n"] > 0
    report = scene.answer("replay", "--verify")
    assert report["equal"] is True
    assert report["vintages"] == len(archived(scene, "publications")) == 2 * len(SYNTHETIC)
    scene.change("update marts.benefit_recipients set recipients_persons = recipients_persons + 1")
    status, message = failed(scene, capsys, "--verify")
    assert status == 1
    assert "first in marts.benefit_recipients of y01a02, period 20" in message


PRICE = """assumptions:
  - name: net_unit_cost_dkk
    area_code: "163"
    basis: accounts_2022
    valid_from: 2022-01-01
    valid_to: 2022-12-31
    value: {price}
    unit: dkk
    source: the accounts of 2022
    evidence: confirmed
"""


def test_what_was_assumed_when_outlives_the_warehouse(scene: Scene) -> None:
    own = scene.folder / "own.yml"
    scene.patch.setenv("JOBINDSATS_ASSUMPTIONS", str(own))
    for day, price in (("2023-11-05", 100_000), ("2023-12-05", 200_000)):
        own.write_text(PRICE.format(price=price))
        night = scene.night(day, tables=["y30r21"])
        assert (night.outcome, night.message) == ("completed", "")
    own.write_text("assumptions: [")
    unread = scene.night("2023-12-06", tables=["y30r21"])
    assert unread.outcome == "failed"
    assert "the assumptions file was not loaded; figures still use the previous assumptions: own.yml" in unread.message
    assert set(scene.outcomes(unread).values()) == {"not_due"}, "a bad file costs no table its night"
    scene.patch.delenv("JOBINDSATS_ASSUMPTIONS")
    asked = ("figure", "savings", "--area", "Herlev", "--period", "2023QMAT02")
    moments = ((), ("--as-of", "2023-11-30"))

    def by_the_accounts(where: Scene) -> list[float]:
        answers = [where.answer(*asked, *moment) for moment in moments]
        return [row["value"] for rows in answers for row in rows if row["basis"] == "accounts_2022"]

    assert by_the_accounts(scene) == [10_000_000, 5_000_000]
    with empty(scene) as rebuilt:
        assert rebuilt.answer("replay")["checksum"] == checksum_of(scene)
        assert by_the_accounts(rebuilt) == [10_000_000, 5_000_000]
    assert scene.answer("replay", "--verify")["equal"] is True


def test_an_own_file_that_is_read_otherwise_now_is_left_out_and_told(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = scene.folder / "own"
    scene.patch.setenv("JOBINDSATS_LOCAL_FILES", str(folder))
    for day, answered in (("2023-11-05", "80"), ("2023-11-06", "81")):
        save(folder, "survey", rows=f"År;Sendt;Besvaret\n2023;250;{answered}\n")
        assert scene.outcomes(scene.night(day, tables=["local_files"])) == {"local_survey": "published"}
    receipt = archived(scene, "publications/local_survey")[0]
    receipt.write_text(receipt.read_text().replace('"content_hash": "', '"content_hash": "0'))
    with empty(scene) as rebuilt:
        for _ in range(2):
            status, told = failed(rebuilt, capsys)
            assert status == 3
            assert "1 vintages of people's files were left out" in told
            assert "local_survey as seen at 2023-11-05" in told
        assert rebuilt.query("select outcome from ops.runs order by run_id") == [
            {"outcome": "attention"},
            {"outcome": "completed"},
        ]
        shown = rebuilt.answer("show", "local_survey", "--area", "Herlev", "--measure", "answered_persons")
        assert [row["value"] for row in shown] == [81]
        night = rebuilt.night("2023-11-07", tables=["local_files"])
        assert scene.outcomes(night) == {"local_survey": "not_due"}
