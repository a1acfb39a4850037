"""Whatever lies in the folder for local files: the night ends with an outcome for each table, and nothing is lost or made up.

A good table stands beside the one that is tried. What is published of that one is held against Python's own reading of the
file: a number that stands in no row of it, or a cell that is gone, fails.
"""

from __future__ import annotations

import csv
import json
import os
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, text

from tasks.plan import due_of_source
from tasks.resources import Resources
from tasks.results import Due
from tasks.runs.outcomes import TableOutcome, outcome_of
from tasks.sources.registry import SOURCES
from tests.faults.examples import PHASES, share
from tests.faults.plain_nights import PlainNights
from tests.local import XLSX, text_of, workbook
from tests.properties.releases import open_run
from tests.standin.server import running

pytestmark = pytest.mark.slow

DAY = "2023-11-05"
LONGEST_SECONDS = 30
SAVED = datetime(2023, 11, 1, tzinfo=UTC).timestamp()
[LOCAL_FILES] = [source for source in SOURCES if source.name == "local_files"]

ROWS = [("Løntilskud", "6"), ("Praktik", "1.282"), ("Mentor", "17,5"), ("Voksenlærling", "0")]
PLAIN = "Tilbud;Antal\n" + "".join(f"{name};{count}\n" for name, count in ROWS)
SHEET = workbook([("Tilbud", "Antal"), ("Løntilskud", 6), ("Praktik", 1282), ("Mentor", 17.5), ("Voksenlærling", 0)])
COLUMN = {"name": "cost_dkk", "label": "Antal", "unit": "dkk"}
CONTRACTS = {
    "csv": text_of(table="courses", file="courses*.csv", columns=[COLUMN], newest="saved"),
    "xlsx": text_of(table="courses", columns=[COLUMN], newest="saved", **XLSX | {"file": "courses*.xlsx"}),
}
CONTENT = {"csv": PLAIN.encode(), "xlsx": SHEET}

CELLS = text("""
select s.members::text, o.value, o.status
from core.observations o join core.series s on s.series_id = o.series_id join core.tables t on t.table_no = o.table_no
where t.table_id = :table_id and o.superseded_by is null
""")


@dataclass(frozen=True)
class Ended:
    """The outcome of each table of a night, and the cells of the table that is tried."""

    outcomes: dict[str, TableOutcome]
    cells: dict[str, float | None]
    steady: dict[str, float | None]
    statuses: frozenset[str]


class Folders(PlainNights):
    """Nights over a folder, of which all is taken back that is not to be kept."""

    def over(self, folder: Path, *, keep: bool = False) -> Ended:
        """A night over one folder."""
        resources = self.resources(DAY, local_files=folder)
        with self.engine.begin() as connection:
            run_id = open_run(connection, started_at=resources.clock())
        with self._looked_at(keep=keep) as connection:
            found = due_of_source(LOCAL_FILES, resources, run_id=run_id, wanted=frozenset())
            outcomes = {due.table_id: self._outcome(due, resources, run_id, connection) for due in found}
            courses, steady = _cells(connection, "courses"), _cells(connection, "steady")
            ended = Ended(outcomes, courses, steady, _statuses(connection))
        self._tidy(run_id)
        return ended

    def _outcome(self, due: Due, resources: Resources, run_id: int, connection: Connection) -> TableOutcome:
        with connection.begin_nested() as apart:
            outcome = outcome_of(due, load=self._load(resources, run_id=run_id, connection=connection))
            if outcome.outcome in ("quarantined", "failed"):
                apart.rollback()
            return outcome


def _cells(connection: Connection, table: str) -> dict[str, float | None]:
    rows = connection.execute(CELLS, {"table_id": f"local_{table}"})
    return {json.loads(members)["Tilbud"]: value for members, value, _ in rows}


def _statuses(connection: Connection) -> frozenset[str]:
    return frozenset(status for *_, status in connection.execute(CELLS, {"table_id": "local_courses"}))


def _filled(folder: Path, *, kind: str, files: dict[str, bytes], contract: str | None = None) -> None:
    """A folder with the two contracts, the good table's file, and other files."""
    (folder / "steady.yml").write_text(text_of(table="steady", file="steady.csv", columns=[COLUMN]), encoding="utf-8")
    (folder / "steady.csv").write_text(PLAIN, encoding="utf-8")
    (folder / "courses.yml").write_text(contract or CONTRACTS[kind], encoding="utf-8", newline="")
    for name, content in files.items():
        (folder / name).write_bytes(content)
    for path in folder.iterdir():
        _saved(path, SAVED)


def _saved(path: Path, moment: float) -> None:
    """Let a file be one that was saved then: one that was written just now is looked at twice, two seconds apart."""
    os.utime(path, (moment, moment))


@pytest.fixture(scope="module")
def nights(module_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Folders]:
    with running(today=DAY, scale="small") as publisher, TemporaryDirectory() as folder:
        found = Folders(publisher, module_engine, tmp_path_factory.mktemp("archive"))
        _filled(Path(folder), kind="csv", files={"courses.csv": CONTENT["csv"]})
        first = found.over(Path(folder), keep=True)
        assert {outcome.outcome for outcome in first.outcomes.values()} == {"published"}, first
        assert first.cells == first.steady == {"Løntilskud": 6, "Praktik": 1282, "Mentor": 17.5, "Voksenlærling": 0}
        yield found


# ---- what may lie there ------------------------------------------------------------------------------------------------
ODD = st.sampled_from([
    "courses 2.csv", "courses.CSV", "courses.csv.part", "courses~.csv", "~$courses.xlsx", ".courses.csv", "courses\n.csv",
    "courses\u202e.csv", "coursesæ.csv", "coursesa\u030a.csv", "courses" + "x" * 200 + ".csv", "courses%s{0}.csv", "-rf.csv",
    "steady.csv", "steady.yaml", "CON.csv", "courses.tar.gz", "courses'; drop table x.csv", "courses[1].csv", "[.csv", "*.csv",
])  # fmt: skip
NAMES = ODD | st.text(min_size=1, max_size=40).filter(
    lambda name: "/" not in name and "\x00" not in name and name[:1] != "."
)
Spoil = Callable[[bytes], bytes]
SEEDS = st.integers(0, 2**32)


def bytes_changed(seed: int, many: int) -> Spoil:
    def spoil(content: bytes) -> bytes:
        chance, changed = random.Random(seed), bytearray(content)
        for _ in range(many):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
        return bytes(changed)

    return spoil


def cut(share: float, more: bytes) -> Spoil:
    return lambda content: content[: int(len(content) * share)] + more


def signs_put_in(seed: int, signs: str) -> Spoil:
    def spoil(content: bytes) -> bytes:
        at = random.Random(seed).randrange(len(content) + 1)
        return content[:at] + signs.encode("utf-8", "surrogatepass") + content[at:]

    return spoil


def written_otherwise(encoding: str) -> Spoil:
    return lambda content: content.decode("utf-8", "replace").encode(encoding, "replace")


SIGNS = st.text(max_size=5) | st.sampled_from([
    ";", "\n", '"', ";;", "\r", "\x00", "\ufeff", "'", "=1+1", "\u2212", "-", "%", " kr.", "1e5", "\u0661", "nan", "inf", ",,",
    "\n\n", "I alt;30\n", "Løntilskud;7\n", "x" * 70_000, "\x1b[2J", "\u2028",
])  # fmt: skip
SPOILT = st.one_of(
    st.binary(max_size=300).map(lambda content: lambda _: content),
    st.builds(bytes_changed, SEEDS, st.integers(1, 8)),
    st.builds(cut, st.floats(0, 1), st.binary(max_size=20)),
    st.builds(signs_put_in, SEEDS, SIGNS),
    st.builds(signs_put_in, SEEDS, SIGNS),
    st.builds(written_otherwise, st.sampled_from(["utf-16", "utf-32", "cp1252", "cp037", "utf-7", "latin-1"])),
)


def _numbers_in(content: bytes, *, kind: str) -> set[Decimal]:
    """Every number that stands in a field of a file, as Python reads it; a workbook's are those it was made with."""
    if kind == "xlsx":
        return {Decimal(str(value)) for value in (6, 1282, 17.5, 0)}
    lines = content.decode("utf-8-sig", "replace").replace("\x00", "").replace("\r", "\n").split("\n")
    fields = csv.reader(lines, delimiter=";")
    return {number for row in fields for field in row for number in _read(field)}


def _read(field: str) -> Iterator[Decimal]:
    try:
        yield Decimal(field.strip().replace(".", "").replace(",", ".").replace("\u2212", "-"))
    except InvalidOperation:
        return


def _holds(nights: Folders, folder: Path, *, kind: str, content: bytes) -> Ended:
    begun = monotonic()
    ended = nights.over(folder)
    assert monotonic() - begun < LONGEST_SECONDS
    assert all(outcome.message or outcome.outcome in ("published", "unchanged") for outcome in ended.outcomes.values())
    assert ended.statuses <= {"observed", "suppressed", "missing"}, "nothing is withdrawn"
    assert {"Løntilskud", "Praktik", "Mentor", "Voksenlærling"} <= set(ended.cells)
    there = {Decimal(str(value)) for value in ended.cells.values() if value is not None}
    standing = {Decimal(str(value)) for value in (6, 1282, 17.5, 0)}
    assert there <= standing | _numbers_in(content, kind=kind)
    return ended


@settings(
    max_examples=share(20), deadline=None, phases=PHASES, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(spoil=SPOILT, kind=st.sampled_from(["csv", "csv", "xlsx"]))
def test_whatever_a_file_holds(nights: Folders, spoil: Spoil, kind: str) -> None:
    content = spoil(CONTENT[kind])
    with TemporaryDirectory() as folder:
        _filled(Path(folder), kind=kind, files={f"courses.{kind}": content})
        ended = _holds(nights, Path(folder), kind=kind, content=content)
    assert "local_courses" in ended.outcomes
    assert ended.outcomes["local_steady"].outcome == "not_due"
    assert len(ended.steady) == len(ROWS)


@settings(max_examples=share(10), deadline=None, phases=PHASES)
@given(name=NAMES, spoil=SPOILT)
@example(name="courses\udcff.csv", spoil=lambda content: content)
def test_whatever_a_file_is_called(nights: Folders, name: str, spoil: Spoil) -> None:
    content = spoil(CONTENT["csv"])
    with TemporaryDirectory() as folder:
        files: dict[str, bytes] = {"courses.csv": CONTENT["csv"]}
        _filled(Path(folder), kind="csv", files=files)
        try:
            (Path(folder) / name).write_bytes(content)
            _saved(Path(folder) / name, SAVED + 60)
        except (OSError, UnicodeEncodeError):
            return  # no name of a file
        ended = _holds(nights, Path(folder), kind="csv", content=content)
    assert ended.outcomes, "every table or the folder has an outcome"


@settings(max_examples=share(10), deadline=None, phases=PHASES)
@given(spoil=SPOILT)
def test_whatever_a_contract_says(nights: Folders, spoil: Spoil) -> None:
    said: Any = spoil(CONTRACTS["csv"].encode()).decode("utf-8", "replace")
    with TemporaryDirectory() as folder:
        _filled(Path(folder), kind="csv", files={"courses.csv": CONTENT["csv"]}, contract=said)
        ended = _holds(nights, Path(folder), kind="csv", content=CONTENT["csv"])
    assert ended.outcomes["local_steady"].outcome == "not_due"
    assert set(ended.outcomes) - {"local_steady"}, "the contract's own table, whatever it is called now, or the folder"
