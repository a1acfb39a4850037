"""The bodies that all contestants read: a table as the stand-in serves it, fetched into an archive, in three looks.

The table is the widest of the catalogue, all benefits under one (ptv_a02): 4 measures of 100 areas and 16 members. What
makes it larger is its history, which is what grows: 10 million observations are more than a century of months.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import polars as pl
from sqlalchemy import create_engine

from tasks.archive.store import Archive
from tasks.resources import Resources
from tasks.results import Listing
from tasks.sources.jobindsats.client import TABLES
from tasks.sources.jobindsats.client import Publisher as Client
from tasks.sources.jobindsats.fetch import fetch_from
from tasks.sources.jobindsats.listings import read_listings
from tasks.sources.jobindsats.response import read_body
from tests.standin import noise
from tests.standin.editions import Cube, Edition, World
from tests.standin.publisher import Publisher
from tests.standin.publisher import Settings as Behaviour
from tests.standin.server import StandIn, serving
from tests.standin.synthetic import SyntheticDenmark
from warehouse.catalogue.model import jobindsats
from warehouse.danish.clock import DENMARK, Clock
from warehouse.periods import Period
from warehouse.settings import Settings

TABLE = "ptv_a02"
_RELEASED_ON = date(2025, 5, 20)
_REVISED_ON = _RELEASED_ON + timedelta(days=1)
_MONTHS_BEFORE_IT_BEGINS = 15  # of the stand-in's smallest world


@dataclass(frozen=True)
class Bodies:
    """Looks at one table in one archive: the manifests' names by what each brings, and how many observations it holds."""

    archive: str
    observations: int
    looks: dict[str, str]


@dataclass(frozen=True)
class Revising:
    """A world in which the table is published again a day later, a share of its cells moved by the least step."""

    before: World
    share: float

    def table_ids(self) -> tuple[str, ...]:
        """Only the one table."""
        return (TABLE,)

    def edition(self, table_id: str, day: date) -> Edition | None:
        """As released, and as revised from the day after."""
        edition = self.before.edition(table_id, _RELEASED_ON)
        if edition is None or day < _REVISED_ON:
            return edition
        return replace(edition, updated_on=_REVISED_ON, read=partial(_revised, edition, self.share))


def made(folder: Path, *, months: int, share: float = 0.01) -> Bodies:
    """The bodies of so many months, fetched from the stand-in unless they lie in the folder."""
    return _kept(folder, lambda: _fetched(folder, months=months, share=share))


def released(folder: Path, *, months: int, releases: int) -> Bodies:
    """The bodies at so many monthly releases, the last of them of so many months; the stand-in revises as it does."""
    return _kept(folder, lambda: _fetched_monthly(folder, months=months, releases=releases))


def _kept(folder: Path, make: Callable[[], Bodies]) -> Bodies:
    told = folder / "bodies.json"
    if not told.exists():
        folder.mkdir(parents=True, exist_ok=True)
        told.write_text(json.dumps(asdict(make())))
    return Bodies(**json.loads(told.read_text()))


def answers(archive: Archive, *, manifest: str) -> list[str]:
    """The SHA-256 of each answer about figures, in the order they were asked for."""
    entries = archive.get_manifest(manifest).entries
    return [entry.sha256 for entry in entries if urlsplit(entry.asked).path.startswith("/data/")]


def _revised(edition: Edition, share: float) -> tuple[Cube, ...]:
    return tuple(replace(cube, frame=_moved(cube.frame, edition=edition, share=share)) for cube in edition.read())


def _moved(frame: pl.DataFrame, *, edition: Edition, share: float) -> pl.DataFrame:
    rows = np.arange(frame.height)
    columns = []
    for number, measure in enumerate(edition.measures):
        hit = pl.Series(noise.uniform(noise.key(number, "revised"), rows) < share)
        moved = pl.when(hit).then(pl.col(measure.label) + (0.1 if measure.decimals else 1)).otherwise(measure.label)
        columns.append(moved.round(measure.decimals) if measure.decimals else moved)
    return frame.with_columns(columns)


def _fetched(folder: Path, *, months: int, share: float) -> Bodies:
    begins = Period.containing(_RELEASED_ON).shifted(_MONTHS_BEFORE_IT_BEGINS - months - 1).first_day
    world = Revising(SyntheticDenmark(Behaviour.seed, "small", begins), share)
    archive = Archive((folder / "archive").absolute().as_uri())
    with serving(Publisher(world, today=_RELEASED_ON, settings=Behaviour())) as standin:
        first = _look(standin, archive, on=_RELEASED_ON, run_id=1)
        standin.set_today(_REVISED_ON)
        revised = _look(standin, archive, on=_REVISED_ON, run_id=2)
    again = replace(archive.get_manifest(first), seen_at=_moment(_RELEASED_ON) + timedelta(hours=1), run_id=3)
    looks = {"first": first, "same": archive.put_manifest(again), "revised": revised}
    return Bodies(archive.root, _counted(archive, first), looks)


def _fetched_monthly(folder: Path, *, months: int, releases: int) -> Bodies:
    begins = Period.containing(_RELEASED_ON).shifted(_MONTHS_BEFORE_IT_BEGINS - months - 1).first_day
    world = SyntheticDenmark(Behaviour.seed, "small", begins)
    archive = Archive((folder / "archive").absolute().as_uri())
    days = [_months_earlier(_RELEASED_ON, number) for number in reversed(range(releases))]
    looks = {}
    with serving(Publisher(world, today=days[0], settings=Behaviour())) as standin:
        for number, day in enumerate(days, start=1):
            standin.set_today(day)
            looks[day.isoformat()] = _look(standin, archive, on=day, run_id=number)
    return Bodies(archive.root, _counted(archive, looks[_RELEASED_ON.isoformat()]), looks)


def _months_earlier(day: date, number: int) -> date:
    month = day.year * 12 + day.month - 1 - number
    return date(month // 12, month % 12 + 1, day.day)


def _look(standin: StandIn, archive: Archive, *, on: date, run_id: int) -> str:
    """One look at the table through the product's own fetch; gives its manifest."""
    settings = Settings(api_url=standin.url, archive_url=archive.root)
    resources = Resources(settings, Clock(_moment(on)), create_engine("postgresql+psycopg://"))
    with Client(standin.url, token=standin.token, now=resources.clock) as client:
        listing = read_listings(client.ask(TABLES).body, today=on).line_of(TABLE) or Listing(TABLE)
        table = jobindsats().table(TABLE)
        return fetch_from(client, table, listing=listing, access=resources.access(run_id=run_id)).manifest


def _moment(day: date) -> datetime:
    return datetime.combine(day, time(5), DENMARK)


def _counted(archive: Archive, manifest: str) -> int:
    measures = len(jobindsats().table(TABLE).measures)
    return measures * sum(read_body(archive.get(digest)).height for digest in answers(archive, manifest=manifest))
