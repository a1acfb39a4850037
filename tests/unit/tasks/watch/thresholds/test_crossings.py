"""Thresholds over nights: each crossing is told once, and again when it was gone and came back. Real PostgreSQL throughout."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import Connection, Engine, text

from flows.command_line.main import run as command
from tasks.derive import bring_up_to_date
from tasks.runs.alerts import in_words, note_told, raise_alerts, subject, tell, untold
from tasks.runs.report import thresholds_crossed
from tasks.watch.thresholds.content import ThresholdsFile, read_thresholds
from tasks.watch.thresholds.crossings import note_crossings, own_thresholds, tried
from tests.properties.releases import HIDDEN, forget, open_run, publish_release, shown
from tests.web_hook import web_hook
from warehouse.danish.writing import TIED
from warehouse.database.rehearsal import REHEARSED
from warehouse.settings import Settings

FIRST = datetime(2023, 11, 21, 4, 15, tzinfo=UTC)
HERLEV = 163
BENEFIT, BENCHMARK = "y01a02", "y30r21"
JULY, OCTOBER, NOVEMBER = "2023M07", "2023M10", "2023M11"
LIMITS = """
area: Herlev
thresholds:
  - name: A-dagpenge vokser
    growth: {benefits: [A-dagpenge], months: 3, more_than_pct: 5}
"""
RANK = """
  - name: Ranglisten
    rank: {worse_than_rank: 15}
"""
LATE = """
  - name: Sene tal
    lateness: {more_than_days: 3}
"""


@dataclass
class Nights:
    """A warehouse over some nights, and what a person is told after each."""

    engine: Engine
    after: int = 0
    messages: list[str] = field(default_factory=list)

    def publish(self, cells: dict[str, Any], *, table_id: str = BENEFIT, measure: str = "full_time_persons") -> None:
        """A release of a table: a cell of Herlev's in each period."""
        seen_at = FIRST + timedelta(days=self.after, minutes=-5)
        publish_release(
            self.engine,
            {(period, HERLEV, measure): cell for period, cell in cells.items()},
            seen_at=seen_at,
            table_id=table_id,
        )
        bring_up_to_date(self.engine)

    def night(self, limits: str | None = LIMITS) -> list[str]:
        """The end of a night: what it is told of new, and whether that stands in its report too."""
        self.after += 1
        now = FIRST + timedelta(days=self.after)
        with self.engine.begin() as connection:
            run_id = open_run(connection, started_at=now)
            new = note_crossings(connection, read(limits), run_id=run_id, now=now)
            raise_alerts(connection, run_id=run_id, trouble="", now=now)
            told = untold(connection, now=now)
            note_told(connection, told, now=now)
            assert [alert.message for alert in told] == new == list(thresholds_crossed(connection, run_id=run_id))
        return [message.replace(TIED, " ") for message in new]


def read(limits: str | None) -> ThresholdsFile | None:
    return read_thresholds(limits, name="limits.yml") if limits else None


@pytest.fixture
def nights(module_engine: Engine) -> Iterator[Nights]:
    """The module's warehouse, emptied before and after."""
    empty(module_engine)
    yield Nights(module_engine)
    empty(module_engine)


def empty(engine: Engine) -> None:
    with engine.begin() as connection:
        for name in ("ops.alerts", "marts.benefit_recipients", "ops.mart_builds"):
            connection.execute(text(f"delete from {name}"))
    forget(engine)


def test_a_crossing_is_told_once_and_again_when_it_was_gone_and_came_back(nights: Nights) -> None:
    nights.publish({JULY: shown(332), OCTOBER: shown(340)})
    assert nights.night() == []
    nights.publish({JULY: shown(332), OCTOBER: shown(353)})
    (told,) = nights.night()
    assert "vokset med 6,3 % på 3 måneder, fra 332 fuldtidspersoner i juli 2023 til 353" in told
    assert "Oktober 2023 er foreløbig." in told
    assert "y01a02 udgave" in told
    assert nights.night() == []
    nights.publish({JULY: shown(332), OCTOBER: shown(360)})
    assert nights.night() == [], "more of the same is not new"
    nights.publish({JULY: shown(332), OCTOBER: shown(340)})
    assert nights.night() == []
    nights.publish({JULY: shown(332), OCTOBER: shown(354)})
    assert len(nights.night()) == 1
    assert nights.night() == []


def test_what_cannot_be_judged_tonight_stays_as_it_was(nights: Nights) -> None:
    nights.publish({JULY: shown(332), OCTOBER: shown(353)})
    assert len(nights.night()) == 1
    nights.publish({JULY: shown(332), OCTOBER: HIDDEN})
    assert nights.night() == []
    nights.publish({JULY: shown(332), OCTOBER: shown(354)})
    assert nights.night() == [], "it was never seen to be gone"


def test_a_limit_that_was_changed_or_taken_away_is_another_one(nights: Nights) -> None:
    nights.publish({JULY: shown(332), OCTOBER: shown(353)})
    assert len(nights.night()) == 1
    assert len(nights.night(LIMITS.replace("more_than_pct: 5", "more_than_pct: 4"))) == 1
    assert nights.night(None) == []
    assert len(nights.night()) == 1, "without a file none is crossed, and with one again it is"


def test_a_night_that_looks_at_the_table_mends_troubles_and_not_crossings(nights: Nights) -> None:
    nights.publish({JULY: shown(332), OCTOBER: shown(353)})
    assert len(nights.night()) == 1
    lasting = "select count(*) from ops.alerts where mended_at is null"
    with nights.engine.connect() as connection:
        assert connection.scalar(text(lasting)) == 1


def test_a_place_lost_on_the_ministrys_list_is_told_with_its_vintage(nights: Nights) -> None:
    nights.publish({"2023QMAT02": shown(17)}, table_id=BENCHMARK, measure="rank")
    (told,) = nights.night(LIMITS + RANK)
    assert told.startswith("Ranglisten: Herlev Kommune er nr. 17 på ministeriets rangliste")
    assert "Kilde: y30r21 udgave" in told
    nights.publish({"2023QMAT04": shown(12), "2023QMAT02": shown(17)}, table_id=BENCHMARK, measure="rank")
    assert nights.night(LIMITS + RANK) == []


def look(connection: Connection, *, on: date, newest: str, release: date) -> None:
    """Put on record that a night looked at the table: what the publisher's newest period was, and its next release."""
    seen_at = datetime(on.year, on.month, on.day, 4, tzinfo=UTC)
    row = {"run": open_run(connection, started_at=seen_at), "at": seen_at, "newest": newest, "release": release}
    connection.execute(
        text(
            "insert into ops.table_outcomes (run_id, table_id, outcome, seen_at, fetched, newest_period, next_release_on) "
            "values (:run, 'y01a02', 'unchanged', :at, true, :newest, :release)"
        ),
        row,
    )


def test_a_table_is_late_by_the_calendar_or_since_its_newer_period_was_first_seen(nights: Nights) -> None:
    nights.publish({JULY: shown(332), OCTOBER: shown(340)})
    with nights.engine.begin() as connection:
        look(connection, on=date(2023, 11, 20), newest=OCTOBER, release=date(2023, 11, 22))
    assert [night_of(nights, day) for day in (22, 25)] == [0, 3]
    assert nights.night(LIMITS + LATE) == []
    nights.after = 5
    (told,) = nights.night(LIMITS + LATE)
    assert "y01a02 er 5 dage forsinket; næste udgave var ventet 22. november 2023." in told
    assert "De nyeste tal er for oktober 2023. Grænsen er 3 dage." in told
    with nights.engine.begin() as connection:
        look(connection, on=date(2023, 11, 27), newest=NOVEMBER, release=date(2023, 12, 20))
    assert night_of(nights, 30) == 3, "a newer period is out since the 27th, and is not here"


def night_of(nights: Nights, day: int) -> float | None:
    """How many days late the one table is on a day of November."""
    now = datetime(2023, 11, day, 4, 15, tzinfo=UTC)
    with nights.engine.connect() as connection:
        rows = try_out(connection, LIMITS + LATE.replace("{more", "{tables: [y01a02], more"), now=now)
    value: float | None = rows[-1]["value"]
    return value


def try_out(connection: Connection, limits: str, *, now: datetime, as_of: str | None = None) -> list[dict[str, Any]]:
    path = Path("limits.yml")
    path.write_text(limits, encoding="utf-8")
    return tried(connection, file=path, settings=Settings(), now=now, as_of=as_of)


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_trying_says_how_each_stands_and_stood_and_puts_nothing_on_record(nights: Nights) -> None:
    nights.publish({JULY: shown(332), OCTOBER: shown(340)})
    nights.after = 2
    nights.publish({JULY: shown(332), OCTOBER: shown(353)})
    now = FIRST + timedelta(days=3)
    with nights.engine.connect() as connection:
        (row,) = try_out(connection, LIMITS, now=now)
        (before,) = try_out(connection, LIMITS, now=now, as_of="2023-11-22")
        assert connection.scalar(text("select count(*) from ops.alerts")) == 0
    assert (row["crossed"], row["provisional"], row["period"], row["crossed_since"]) == (True, True, OCTOBER, None)
    assert (before["crossed"], before["value"]) == (False, 2.409639)
    assert [vintage["table"] for vintage in row["vintages"]] == [BENEFIT]
    assert json.dumps(row, default=str)
    nights.night()
    with nights.engine.connect() as connection:
        (row,) = try_out(connection, LIMITS, now=now)
    assert row["crossed_since"] is not None


def test_a_table_that_nobody_knows_is_told_with_those_there_are(nights: Nights) -> None:
    with nights.engine.connect() as connection:
        row = try_out(connection, LIMITS + LATE.replace("{more", "{tables: [y01a2], more"), now=FIRST)[-1]
    assert row["crossed"] is None
    assert "there is y01a02" in row["message"]


def test_readers_of_figures_are_told_in_danish_and_of_troubles_beside_it(nights: Nights) -> None:
    nights.publish({JULY: shown(332), OCTOBER: shown(353)})
    now = FIRST + timedelta(days=1)
    with nights.engine.begin() as connection, web_hook() as (address, came):
        run_id = open_run(connection, started_at=now)
        note_crossings(connection, read(LIMITS), run_id=run_id, now=now)
        alerts = untold(connection, now=now)
        assert subject(alerts) == "jobindsats: en grænse er overskredet"
        raise_alerts(connection, run_id=run_id, trouble="own.yml cannot be read", now=now)
        alerts = untold(connection, now=now)
        tell((SecretStr(address),), subject=subject(alerts), body=in_words(alerts))
    (message,) = came
    assert message["title"] == "jobindsats: en grænse er overskredet; a run needs a look"
    assert message["text"].index("A-dagpenge vokser: ") < message["text"].index("own.yml cannot be read")
    assert "jobindsats thresholds viser" in message["text"]


def test_the_command_prints_how_each_stands_and_names_what_is_wrong_with_a_file(
    nights: Nights, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    nights.publish({JULY: shown(332), OCTOBER: shown(353)})
    monkeypatch.setenv("JOBINDSATS_WAREHOUSE_URL", nights.engine.url.render_as_string(hide_password=False))
    assert command(["thresholds"]) == 2
    assert "no thresholds are set" in capsys.readouterr().err
    Path("limits.yml").write_text(LIMITS + RANK, encoding="utf-8")
    assert command(["thresholds", "limits.yml"]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert "crossed A-dagpenge vokser: A-dagpenge i Herlev er vokset med" in printed
    assert printed.endswith(f"1 crossed, 0 within, 1 cannot be judged {REHEARSED}")
    monkeypatch.setenv("JOBINDSATS_THRESHOLDS", "limits.yml")
    assert command(["thresholds", "--json"]) == 0
    assert [row["crossed"] for row in json.loads(capsys.readouterr().out)] == [True, None]
    Path("limits.yml").write_text("area: Herlevv\n", encoding="utf-8")
    assert command(["thresholds"]) == 2
    assert "limits.yml, line 1, area: no area is called 'Herlevv'" in capsys.readouterr().err


def test_the_settings_name_the_file(tmp_path: Path) -> None:
    assert own_thresholds(Settings()) is None
    (tmp_path / "limits.yml").write_text(LIMITS, encoding="utf-8")
    file = own_thresholds(Settings(thresholds=tmp_path / "limits.yml"))
    assert file is not None
    assert [each.name for each in file.thresholds] == ["A-dagpenge vokser"]
