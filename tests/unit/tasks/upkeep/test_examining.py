"""The doctor beside a publisher: which tables load, which do not, and the command for each; figures are not asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.command_line.main import run
from tasks.doctor.finding import Finding
from tasks.upkeep.catalogue.examine import examine_declarations
from tests.standin.editions import Edition
from tests.standin.publisher import Publisher, Settings
from tests.standin.server import StandIn, serving
from tests.unit.tasks.upkeep.test_adopting import COUNTRY, TODAY, World, edition, hierarchy
from warehouse.catalogue.model import jobindsats

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


def as_expected(world: World) -> dict[str, Edition]:
    """Every table that the publisher should list on the day."""
    named = [table.id for table in jobindsats().tables if table.expected_on(TODAY)]
    found = {table_id: world.synthetic.edition(table_id, TODAY) for table_id in named}
    return {table_id: edition for table_id, edition in found.items() if edition is not None}


def test_a_table_that_should_be_listed_and_never_was_is_not_called_well(
    publisher: StandIn, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.own = as_expected(world)
    (well,) = examine_declarations(WELL, told=quiet)
    assert (well.verdict, well.next_step) == ("well", "")
    assert "y60j01" in well.says.partition("nothing of them is held or expected: ")[2], "before its time"
    listed = len(world.own)
    del world.own["y12a02"]
    (together,) = examine_declarations(WELL, told=quiet)
    assert together.verdict == "attention"
    assert f"{listed - 1} of {listed - 1} declared tables that are listed load whole" in together.says
    assert "; declared, not retired, and not listed: y12a02; not listed, and nothing" in together.says
    assert together.next_step.startswith("look for those that are not listed on the publisher's web site")
    assert run(["catalogue", "compare"]) == 3
    printed = " ".join(capsys.readouterr().out.split())
    assert "y12a02: declared, not retired, and the publisher does not list it" in printed
    declared = len(jobindsats().tables)
    assert f"{declared - 1} of {declared} tables are as their publishers have them" in printed
    assert run(["catalogue", "compare", "y12a02", "--json"]) == 3
    assert "web site" in json.loads(capsys.readouterr().out)[0]["trouble"]


def test_a_file_of_the_folder_that_cannot_be_read_is_told(publisher: StandIn, world: World, tmp_path: Path) -> None:
    world.own = as_expected(world) | {"y07a02": world.own["y07a02"]}
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
