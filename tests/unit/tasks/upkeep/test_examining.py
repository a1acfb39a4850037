"""The doctor beside a publisher: which tables load, which do not, and the command for each; figures are not asked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tasks.doctor.finding import Finding
from tasks.upkeep.catalogue.examine import examine_declarations
from tests.standin.publisher import Publisher, Settings
from tests.standin.server import StandIn, serving
from tests.unit.tasks.upkeep.test_adopting import COUNTRY, TODAY, World, edition, hierarchy

MUNICIPALITIES = hierarchy("_nykom", ["Herlev", "Læsø"], root="Hele landet", area=True)
STOCK = [
    "Antal personer",
    "Antal fuldtidspersoner",
    "Fuldtidspersoner i pct. af arbejdsstyrken 16-66 år",
    "Fuldtidspersoner i pct. af befolkningen 16-66 år",
]
WELL = [Finding(part, "well", "") for part in ("token", "warehouse", "archive", "publisher")]


@pytest.fixture
def world() -> World:
    own = {table: edition(table, MUNICIPALITIES, labels=STOCK) for table in ("y07a02", "y10a02", "y12a02", "y11a02")}
    own["y10a02"] = edition(
        "y10a02", MUNICIPALITIES, labels=["Antal fuldtids personer" if "fuldtidsp" in each else each for each in STOCK]
    )
    own["y12a02"] = edition("y12a02", MUNICIPALITIES, labels=STOCK[:2])
    own["y11a02"] = edition("y11a02", COUNTRY, labels=STOCK)
    return World(own)


@pytest.fixture
def publisher(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    with serving(Publisher(world, today=TODAY, settings=Settings())) as standin:
        said = {
            "API_URL": standin.url,
            "API_TOKEN": standin.token,
            "DATA_DIR": str(tmp_path),
            "NOW": f"{TODAY}T12:00:00+01:00",
        }
        for name, value in said.items():
            monkeypatch.setenv(f"JOBINDSATS_{name}", value)
        yield standin


def quiet(*_: object) -> None:
    return None


def test_each_table_is_told_by_what_its_night_would_load(publisher: StandIn) -> None:
    together, *of_tables = examine_declarations(WELL, told=quiet)
    assert together.verdict == "attention"
    assert "1 of 4 declared tables that are listed load whole; 1 in part; 2 not at all" in together.says
    found = {each.part: each for each in of_tables}
    assert found.keys() == {"table y10a02", "table y12a02", "table y11a02"}
    respelt = found["table y10a02"]
    assert respelt.says.startswith("does not load: the measure 'Antal fuldtidspersoner' is now called")
    assert 'jobindsats catalogue accept y10a02 --reason "..."' in respelt.next_step
    fewer = found["table y12a02"]
    assert fewer.says.startswith("loads without what is not offered: ")
    assert "catalogue accept y12a02" in fewer.next_step
    lost = found["table y11a02"]
    assert "the publisher has no hierarchy _nykom" in lost.says
    assert "jobindsats tables y11a02" in lost.next_step
    paths = [str(call["path"]) for call in publisher.calls()]
    assert len(paths) == 5, "the list of tables, and a description of each that is listed"
    assert not [path for path in paths if "/data/" in path]


def test_a_file_of_the_folder_that_cannot_be_read_is_told(publisher: StandIn, world: World, tmp_path: Path) -> None:
    world.own = {"y07a02": world.own["y07a02"]}
    (tmp_path / "catalogue").mkdir()
    assert [each.verdict for each in examine_declarations(WELL, told=quiet)] == ["well"]
    (tmp_path / "catalogue" / "y07a02.yml").write_text("publisher: jobindsats\naccepted: 7\n", encoding="utf-8")
    together, wrong = examine_declarations(WELL, told=quiet)
    assert (together.verdict, wrong.part) == ("attention", "table y07a02")
    assert "y07a02.yml" in wrong.says


@pytest.mark.parametrize(
    ("part", "verdict"), [("token", "failed"), ("publisher", "failed"), ("warehouse", "attention")]
)
def test_nothing_is_asked_where_something_else_is_to_be_mended_first(
    publisher: StandIn, part: str, verdict: str
) -> None:
    found = [each._replace(verdict=verdict) if each.part == part else each for each in WELL]
    assert examine_declarations(found, told=quiet) == []
    assert publisher.calls() == []
