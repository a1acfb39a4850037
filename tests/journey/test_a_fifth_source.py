"""A fifth source, made here: a folder with `fetch` and `snapshot` and one line in the registry, and nothing else.

It is taken through a night, a quarantine with its release, a backfill and a replay. No other module is told of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import polars as pl
import pytest

from tasks.archive.store import Archive, Entry, Manifest
from tasks.results import DUE, Due, Fetched, Listing, Offer
from tasks.sources import registry
from tasks.sources.access import Access
from tasks.sources.cells import KEY, SCHEMA, Cut
from tasks.sources.label_changes import Labels
from tasks.stoppages import Stoppage
from tests.conftest import Stage
from tests.scene import Scene
from warehouse.areas import find
from warehouse.catalogue.model import Hierarchy, Measure, Table
from warehouse.periods import Period
from warehouse.settings import Settings

pytestmark = pytest.mark.slow

NAME, TABLE_ID = "weather", "weather_rain"
TABLE = Table(
    id=TABLE_ID,
    title="Regndage",
    title_en="Days of rain",
    evidence="confirmed",
    subject="Vejr",
    period="M",
    area=Hierarchy(id="station", dimension="Område", kind="area", root="Hele landet", open=True),
    measures=(Measure(name="rain_cases", label="Regndage", unit="cases"),),
    coverage="sparse",
)
Rain = dict[str, dict[str, int]]
"""Days of rain by month and municipality."""


def weather(file: Path) -> tuple[Any, Any]:
    """The two doors of a source that reads a JSON file: `fetch` and `snapshot`, as modules have them."""

    def is_configured(settings: Settings) -> bool:
        return True

    def due(access: Access, *, wanted: frozenset[str]) -> list[Due]:
        content = file.read_bytes()
        entry = Entry("/rain", access.clock().isoformat(), 200, len(content), access.archive.put(content))
        return [Due(TABLE_ID, DUE, "asked", Listing(TABLE_ID), answers=(entry,), declared=TABLE)]

    def fetch(due: Due, *, access: Access, only: frozenset[Period] | None = None) -> Fetched:
        access.before_call()
        months = None if only is None else {str(period) for period in only}
        found: Rain = {
            month: rain for month, rain in read(file.read_bytes()).items() if months is None or month in months
        }
        content = json.dumps(found).encode()
        entry = Entry("/rain", access.clock().isoformat(), 200, len(content), access.archive.put(content))
        manifest = Manifest(
            TABLE_ID, access.settings.api_url, None, access.clock(), access.run_id, (entry,), backfill=only is not None
        )
        name = access.archive.put_manifest(manifest)
        return Fetched(due.table_id, access.run_id, name, due.listing, calls=1, size=len(content))

    def offers(named: Sequence[str], access: Access) -> Iterator[tuple[Table, Offer | Stoppage | None]]:
        periods = tuple(Period.parse(month) for month in sorted(read(file.read_bytes())))
        yield TABLE, Offer(None, periods, periods_per_partition=2, calls=1, cells=98)

    def snapshot(manifest: Manifest, *, archive: Archive) -> RainSnapshot:
        return RainSnapshot(manifest, archive)

    door = SimpleNamespace(is_configured=is_configured, due=due, fetch=fetch, offers=offers)
    return door, SimpleNamespace(snapshot=snapshot)


def read(content: bytes) -> Rain:
    return cast(Rain, json.loads(content))


@dataclass(frozen=True)
class RainSnapshot:
    """Days of rain as one answer has them."""

    manifest: Manifest
    archive: Archive
    table: Table = TABLE
    declared_in: str = "the folder of this source"
    labels: tuple[Labels, ...] = ()
    differences: tuple[str, ...] = ()
    partial_periods: frozenset[int] = frozenset()
    newest_period: Period | None = None

    @property
    def asked_periods(self) -> tuple[Period, ...]:
        return tuple(Period.parse(month) for month in sorted(self._rain))

    @property
    def _rain(self) -> Rain:
        (entry,) = self.manifest.entries
        return read(self.archive.get(entry.sha256))

    def answers(self) -> Iterator[Cut]:
        rows = [
            (Period.parse(month).key, find(place).key, "{}", "rain_cases", float(days), "observed")
            for month, rain in self._rain.items()
            for place, days in rain.items()
        ]
        yield "", pl.DataFrame(rows, schema=SCHEMA, orient="row").sort(KEY)


@contextmanager
def registered(file: Path) -> Iterator[None]:
    """The line in the registry."""
    fetching, reading = weather(file)
    line = registry.Source(NAME, fetching, reading, offers=fetching.offers, prefix="weather_")
    registry.SOURCES.append(line)
    try:
        yield
    finally:
        registry.SOURCES.remove(line)


PLACES = ("Herlev", "Ballerup", "Gladsaxe", "Læsø")
RAIN: Rain = {f"2023M{month:02}": dict.fromkeys(PLACES, 10 + month) for month in range(1, 10)}


def test_a_fifth_source_takes_the_road_of_every_other(stage: Stage) -> None:
    with stage(today="2023-11-05", scale="small") as scene:
        file = scene.folder / "rain.json"
        file.write_text(json.dumps(dict(list(RAIN.items())[-3:])), encoding="utf-8")
        with registered(file):
            for step in (_night, _quarantine_and_release, _backfill, _replay):
                step(scene, file)


def _night(scene: Scene, file: Path) -> None:
    report = scene.night("2023-11-05", tables=[NAME])
    assert scene.outcomes(report) == {TABLE_ID: "published"}, report.tables
    assert report.tables[0]["new"] == 3 * len(PLACES)
    assert scene.outcomes(scene.night("2023-11-06", tables=[TABLE_ID])) == {TABLE_ID: "unchanged"}


def _quarantine_and_release(scene: Scene, file: Path) -> None:
    before = scene.content()
    rain = read(file.read_bytes())
    rain["2023M09"].pop("Herlev")
    file.write_text(json.dumps(rain), encoding="utf-8")
    report = scene.night("2023-11-07", tables=[NAME])
    assert scene.outcomes(report) == {TABLE_ID: "quarantined"}, report.tables
    assert "Herlev" in report.tables[0]["message"]
    assert scene.content() == before
    (load,) = scene.answer("quarantine")
    released = scene.answer("quarantine", "release", str(load["id"]), "--reason", "Måleren i Herlev er taget ned")
    assert (released["withdrawn"], released["table"]) == (1, TABLE_ID)


def _backfill(scene: Scene, file: Path) -> None:
    file.write_text(json.dumps(RAIN | read(file.read_bytes())), encoding="utf-8")
    planned = scene.answer("backfill", "--from", "2023M01", "--to", "2023M06", "--table", TABLE_ID, "--plan")
    assert (planned["partitions"], planned["calls"]) == (3, 3)
    scene.set_clock("2023-11-08")
    done = scene.answer("backfill", "--from", "2023M01", "--to", "2023M06", "--table", TABLE_ID)
    assert (done["done"], done["partitions"], done["cells"]) == (3, 3, 6 * len(PLACES))
    months = scene.query(
        "select count(distinct o.period_id) as n from core.observations o join core.tables t using (table_no) "
        "where t.table_id = :table and o.superseded_by is null",
        table=TABLE_ID,
    )
    assert months == [{"n": 9}]


def _replay(scene: Scene, file: Path) -> None:
    file.unlink()  # the archive alone is enough
    found = scene.answer("replay", "--verify")
    assert (found["equal"], found["vintages"]) == (True, 5)
