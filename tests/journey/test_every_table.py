"""Every table of the publisher: adopted, its cost told, loaded, held against the stand-in's own numbers; one label is respelt.

A fixed sample of them, and all with EVERY_TABLE=1. Nights go without the orchestrator, through the plain
functions of the road.
"""

from __future__ import annotations

import json
import os
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from tasks.plan import due_of_source, known_tables
from tasks.runs.outcomes import TableOutcome, outcome_of, recorded_or_failed
from tasks.sources.registry import source_of
from tasks.upkeep.catalogue.adopting import Adopted, adopt_all, costs_of
from tasks.upkeep.catalogue.comparing import accept
from tasks.upkeep.catalogue.costs import next_night
from tests.faults.plain_nights import PlainNights
from tests.properties.releases import open_run
from tests.standin import wide
from tests.standin.editions import Cube, Edition
from tests.standin.publisher import Publisher, Settings
from tests.standin.server import StandIn, serving
from tests.standin.synthetic import SyntheticDenmark
from warehouse.catalogue.model import Hierarchy, Table
from warehouse.catalogue.named import table_named

pytestmark = pytest.mark.slow

ALL = bool(os.environ.get("EVERY_TABLE"))
FIRST, SECOND = date(2026, 8, 25), date(2026, 9, 28)
RESPELT = "y07a07"
# Rolling years, quarters, no country, two hierarchies of areas, no total, many members, and the country null.
SAMPLE = frozenset({
    "maal01", "otij01", "ptv_a02", "ptvc06", "rm01ak", "smt02", "snr_arbstatus", "y01a21", "y01a27", "y01c01", "y01dia02",
    "y01h01", "y07a07", "y07b15", "y07g01", "y09a24", "y25i03", "y25i05", "y25i06", "y25i08", "y25i13_esco", "y25i14",
    "y25l01", "y30r21", "y60c02",
})  # fmt: skip


@dataclass
class World:
    """The synthetic Denmark with the wide world, of all tables or the sample; from a day on one label is another."""

    tables: frozenset[str]
    synthetic: SyntheticDenmark = field(default_factory=lambda: SyntheticDenmark(1, "small", FIRST))

    def table_ids(self) -> tuple[str, ...]:
        return tuple(table_id for table_id in self.synthetic.table_ids() if table_id in self.tables)

    def edition(self, table_id: str, day: date) -> Edition | None:
        found = self.synthetic.edition(table_id, day)
        return respelt(found) if found and table_id == RESPELT and day >= SECOND else found


def respelt(edition: Edition) -> Edition:
    """The same edition with its first measure spelled otherwise."""
    first = edition.measures[0]
    other = replace(
        first, name=first.name.replace("Antal", "Antallet af"), label=first.label.replace("Antal", "Antallet af")
    )
    groups = tuple(
        replace(group, measures=tuple(other if each == first else each for each in group.measures))
        for group in edition.groups
    )

    def read() -> tuple[Cube, ...]:
        return tuple(Cube(cube.hierarchies, cube.frame.rename({first.label: other.label})) for cube in edition.read())

    return replace(edition, groups=groups, read=read)


@dataclass
class Nights(PlainNights):
    """Nights over all of the publisher's tables."""

    def of_all(self, day: date, *tables: str, again: bool = False) -> dict[str, TableOutcome]:
        """One night, over these tables or all; outcomes by table."""
        self.publisher.set_today(day.isoformat())
        resources = self.resources(day.isoformat())
        with self.engine.begin() as connection:
            run_id = open_run(connection, started_at=resources.clock())
        found = {}
        for due in due_of_source(
            source_of("jobindsats"),
            resources,
            run_id=run_id,
            wanted=frozenset(tables or ("jobindsats",)),
            again=again,
        ):
            with self._looked_at(keep=True) as connection:
                outcome = outcome_of(due, load=self._load(resources, run_id=run_id, connection=connection))
            found[due.table_id] = recorded_or_failed(run_id, due=due, outcome=outcome, resources=resources)
        self._tidy(run_id)
        return found


@pytest.fixture
def publisher() -> Iterator[StandIn]:
    tables = frozenset(wide.lines()) if ALL else SAMPLE
    with serving(Publisher(World(tables), today=FIRST, settings=Settings())) as standin:
        yield standin


@pytest.fixture
def nights(publisher: StandIn, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Nights:
    for name, value in {"API_URL": publisher.url, "DATA_DIR": str(tmp_path)}.items():
        monkeypatch.setenv(f"JOBINDSATS_{name}", value)
    return Nights(publisher, engine, tmp_path)


@pytest.mark.timeout(3600)
def test_every_table_is_adopted_loaded_as_it_is_and_goes_on_after_a_label_is_accepted(nights: Nights) -> None:
    adopted = {each.table: each for each in adopt_all(access=access(nights), told=lambda *_: None)}
    assert [each for each in adopted.values() if not isinstance(each, Adopted)] == []
    night = next_night(costs_of(list(adopted.values())), access=access(nights), told=lambda *_: None)
    listed = frozenset(wide.lines()) if ALL else SAMPLE
    asked_before = len(nights.publisher.calls())
    first = nights.of_all(FIRST)
    assert set(listed) <= set(first), "every table has an outcome"
    published = [table for table, outcome in first.items() if outcome.outcome == "published"]
    not_published = {table: first[table].message for table in listed if table not in published}
    assert len(not_published) <= len(listed) - (100 if ALL else len(SAMPLE)), not_published
    calls = calls_of_tables(nights.publisher, since=asked_before)
    asked_of_all, made_of_all = len(nights.publisher.calls()) - asked_before, 0
    for table_id in published:
        made = require_own_numbers(nights, table_named(None, table_id))
        made_of_all += made
        if table_id in adopted:
            told = adopted[table_id]
            assert isinstance(told, Adopted)
            assert abs(told.calls - calls[table_id]) <= 0.1 * calls[table_id], (table_id, told.calls, calls[table_id])
            assert abs(told.cells - made) <= 0.1 * made, (table_id, told.cells, made)
    assert night is not None
    assert night.calls == pytest.approx(asked_of_all, rel=0.1)
    assert night.cells == pytest.approx(made_of_all, rel=0.1)

    with nights.engine.connect() as connection:
        assert dict(tuple(row) for row in connection.execute(OPEN, {"table_id": "y07b15"})) == {
            "status_after_6_months_pct": 1,
            "status_after_12_months_pct": 3,
        }

    second = nights.of_all(SECOND, *(SAMPLE if not ALL else ("jobindsats",)))
    stopped = {table: outcome for table, outcome in second.items() if outcome.outcome in ("quarantined", "failed")}
    assert set(stopped) == {RESPELT}, {table: outcome.message for table, outcome in stopped.items()}
    assert f"jobindsats catalogue accept {RESPELT}" in stopped[RESPELT].message
    assert Counter(outcome.outcome for outcome in second.values())["published"] > len(published) / 2
    gone = [table for table, each in second.items() if each.vintage and each.vintage.withdrawn]
    kinds = {table_named(None, table).coverage for table in gone}
    assert kinds <= {"sparse"}, "only a sparse table may leave out what is nothing"
    accept(RESPELT, reason="STAR skriver nu Antallet af", by="en prøve", access=access(nights))
    (after,) = nights.of_all(SECOND, RESPELT).values()
    assert after.vintage is not None, after.message
    assert (after.outcome, after.vintage.withdrawn) == ("published", 0)
    assert after.vintage.new > 0


def access(nights: Nights) -> Any:
    """What a command may use."""
    resources = nights.resources(nights.publisher.today.isoformat())
    with nights.engine.connect() as connection:
        return resources.access(run_id=0, known=known_tables(connection))


def calls_of_tables(publisher: StandIn, *, since: int) -> Counter[str]:
    """How many calls each table's fetch took: those that name it, and one for the list of tables at its end."""
    paths = [str(call["path"]).partition("?")[0].split("/") for call in publisher.calls()[since:]]
    found = Counter(path[3] for path in paths if path[2] in ("table", "data"))
    return Counter({table: number + 1 for table, number in found.items()})


STANDS = text("""
select m.name as measure, a.name as area, p.code as period, s.members, o.value
from core.observations o join core.series s using (series_id) join core.measures m using (measure_id)
join core.areas a on a.area_id = s.area_id join core.periods p on p.period_id = o.period_id
join core.tables t on t.table_no = o.table_no
where t.table_id = :table_id and o.superseded_by is null
""")


OPEN = text("""
select m.name, count(distinct o.period_id)
from core.observations o join core.series s using (series_id) join core.measures m using (measure_id)
join core.tables t on t.table_no = o.table_no
where t.table_id = :table_id and o.superseded_by is null and o.status = 'not_yet' group by m.name
""")


def require_own_numbers(nights: Nights, table: Table) -> int:
    """Hold what stands of a table against what the stand-in answers to a question of this test's own; gives its cells."""
    with nights.engine.connect() as connection:
        rows = connection.execute(STANDS, {"table_id": table.id}).mappings().all()
    stands = {
        (r["measure"], r["area"], r["period"], json.dumps(r["members"], sort_keys=True)): r["value"] for r in rows
    }
    names = {table.area.dimension: {row["area"] for row in rows}}
    for each in table.breakdowns:
        names[each.dimension] = {row["members"][each.dimension] for row in rows}
    own = asked_of_the_standin(nights.publisher, table, names=names)
    assert len(stands) == len(rows) > 0
    wrong = {key: (value, own.get(key, "no row")) for key, value in stands.items() if own.get(key, "no row") != value}
    assert not wrong, (table.id, len(wrong), list(wrong.items())[:3])
    assert len(own) == len(stands), (table.id, len(own), len(stands))
    return len(rows)


def asked_of_the_standin(
    publisher: StandIn, table: Table, *, names: Mapping[str, set[str]]
) -> dict[tuple[str, str, str, str], float | None]:
    """The total and the level that hold these names, in every period, by one question, read as JSON and nothing else."""
    described = ask(publisher, f"/table/{table.id}?format=json")
    (periods,) = [kind["values"] for kind in described["periods"] if kind["periodtype_id"] == str(table.period)]
    nodes = "&".join(
        f"hierarchy.{each.id}={nodes_of(described, each, names=names[each.dimension])}"
        for each in (table.area, *table.breakdowns)
    )
    document = ask(publisher, f"/data/{table.id}?mgroup.*=*&period.{table.period}=latest:{len(periods)}&{nodes}")
    found: dict[tuple[str, str, str, str], float | None] = {}
    for row in document["rows"]:
        said = dict(zip(document["columns"], row, strict=True))
        members = json.dumps({each.dimension: said[each.dimension] for each in table.breakdowns}, sort_keys=True)
        for label, measure in table.measure_by_label.items():
            if label in said:
                found[measure.name, said[table.area.dimension], said["Periode"], members] = said[label]
    return found


def nodes_of(described: Any, hierarchy: Hierarchy, *, names: set[str]) -> str:
    """The ids of the total, where there is one and it is declared, and of the level that holds the most of these names."""
    every = [each for dimension in described["dimensions"] for each in dimension["hierarchies"]]
    (levels,) = [each["levels"] for each in every if each["hierarchy_id"] == hierarchy.id]
    values = [{value["value_id"]: value["value_name"] for value in level["values"]} for level in levels]
    root = ["/"] if hierarchy.root and any("/" in level for level in values) else []
    best = max(values, key=lambda level: len(names.intersection(level.values())))
    return ",".join(dict.fromkeys([*root, *(value for value in best if root or value != "/")]))


def ask(publisher: StandIn, path: str) -> Any:
    request = urllib.request.Request(publisher.url + path, headers={"Authorization": f"Bearer {publisher.token}"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)
