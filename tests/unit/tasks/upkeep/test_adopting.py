"""Tables adopted from the stand-in over HTTP: what is written, what is fetched by it, and what is read from the archive."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest
from pydantic import SecretStr

from tasks.archive.store import Archive
from tasks.sources.access import Access
from tasks.sources.jobindsats import fetch as jobindsats
from tasks.sources.jobindsats.snapshot import snapshot
from tasks.stoppages import Undeclared
from tasks.upkeep.catalogue.adopting import Adopted, NotAdopted, adopt, adopt_all, adopt_each
from tasks.upkeep.catalogue.find import matching, offered
from tasks.upkeep.catalogue.table_in_full import look_at
from tests.standin.editions import ROOT, Cube, Edition, Hierarchy, Level, Node, grouped
from tests.standin.publisher import Publisher, Settings
from tests.standin.server import StandIn, serving
from tests.standin.synthetic import SyntheticDenmark
from warehouse.areas import all_areas
from warehouse.catalogue.additions import read_additions
from warehouse.catalogue.adopt import declaration
from warehouse.catalogue.model import CatalogueError
from warehouse.catalogue.offered import OfferedMeasure
from warehouse.danish.clock import Clock
from warehouse.errors import QuestionError
from warehouse.settings import Settings as Ours

TODAY = date(2023, 11, 5)
REGIONS = [area.name for area in all_areas() if area.kind == "region"]
PERIODS = ("2023M09", "2023M08", "2023M07")


def hierarchy(name: str, *levels: Sequence[str], root: str = "", area: bool = False) -> Hierarchy:
    """A hierarchy whose levels hold these labels, with its total where one is named."""
    above = [Level(f"{name}_i_alt", root, (Node(ROOT, root),))] if root else []
    below = [
        Level(f"{name}_{at}", "", tuple(Node(f"/{at}/{n}/", label) for n, label in enumerate(labels)))
        for at, labels in enumerate(levels, 1)
    ]
    dimension = ("_omrade", "Område") if area else (name, name.strip("_").capitalize())
    return Hierarchy(name, name, *dimension, (*above, *below))


def edition(
    table: str,
    *hierarchies: Hierarchy,
    labels: Sequence[str] = ("Antal personer",),
    periods: tuple[str, ...] = PERIODS,
) -> Edition:
    """A table that has a figure for each period and each combination of nodes, each another one; periods newest first."""
    frame = pl.DataFrame({"period": pl.Series(range(len(periods)), dtype=pl.UInt16)})
    for each in hierarchies:
        frame = frame.join(pl.DataFrame({each.id: pl.Series(range(len(each.nodes)), dtype=pl.UInt16)}), how="cross")
    nodes = pl.int_range(pl.len()).over("period") + 100
    age = len(periods) - pl.col("period").cast(pl.Int64)
    frame = frame.with_columns((nodes + age).alias(label) for label in labels)
    return Edition(
        table_id=table,
        title=f"Prøvetabel om {table}",
        subject="Prøve",
        kind="M",
        updated_on=date(2023, 10, 20),
        next_on=date(2023, 11, 20),
        periods=periods,
        own_hierarchies=hierarchies,
        groups=grouped(table, [(label, None) for label in labels]),
        read=lambda: (Cube(tuple(each.id for each in hierarchies), frame),),
    )


COUNTRY = hierarchy("_hele_landet", root="Hele landet", area=True)
BY_REGION = hierarchy("_region", REGIONS, area=True)
SEX = hierarchy("_kon", ["Kvinder", "Mænd"], root="Køn i alt")


@dataclass
class World:
    """The synthetic Denmark under ids that nobody declares, and tables made for one test."""

    own: dict[str, Edition] = field(default_factory=dict)
    synthetic: SyntheticDenmark = field(default_factory=lambda: SyntheticDenmark(1, "small", TODAY))
    renamed: bool = False

    def table_ids(self) -> tuple[str, ...]:
        found = [f"q{table_id}" for table_id in self.synthetic.table_ids()] if self.renamed else []
        return (*found, *self.own)

    def edition(self, table_id: str, day: date) -> Edition | None:
        if table_id in self.own:
            return self.own[table_id]
        found = self.synthetic.edition(table_id.removeprefix("q"), day)
        return replace(found, table_id=table_id) if found else None


@contextmanager
def asked(world: World, folder: Path) -> Iterator[tuple[Access, StandIn]]:
    """What a run may use, beside a stand-in that serves this world."""
    with serving(Publisher(world, today=TODAY, settings=Settings())) as standin:
        settings = Ours(
            api_url=standin.url, api_token=SecretStr(standin.token), data_dir=folder, retries=0, backoff_seconds=0
        )
        clock = Clock(datetime(2023, 11, 5, 12, tzinfo=UTC))
        yield Access(settings, clock, Archive((folder / "archive").as_uri()), 1), standin


def fetched(access: Access, table: str) -> pl.DataFrame:
    """The cells of a table's first night, read from the archive alone."""
    (found,) = jobindsats.due(access, wanted=frozenset({table}))
    assert found.declared is not None
    receipt = jobindsats.fetch(found, access=access)
    manifest = access.archive.get_manifest(receipt.manifest)
    for file in access.settings.catalogue_folder.iterdir():
        file.rename(file.with_suffix(".away"))
    cells = pl.concat(cells for _, cells in snapshot(manifest, archive=access.archive).answers())
    for file in access.settings.catalogue_folder.iterdir():
        file.rename(file.with_suffix(".yml"))
    return cells


def members(cells: pl.DataFrame) -> set[str]:
    return set(cells["members"].unique())


def test_every_table_the_publisher_lists_is_adopted_and_its_totals_are_its_own(tmp_path: Path) -> None:
    world = World(renamed=True)
    with asked(world, tmp_path) as (access, standin):
        adopted = adopt_all(access=access, told=lambda *_: None)
        assert [each for each in adopted if not isinstance(each, Adopted)] == []
        assert len(adopted) > 20
        for each in adopted:
            assert isinstance(each, Adopted)
            assert each.breakdowns in ((), ("_var13uger",))  # which has no total
        before = len(standin.calls())
        table = world.edition("qy07a02", TODAY)
        cells = fetched(access, "qy07a02")
    assert table is not None
    told = next(each for each in adopted if each.table == "qy07a02")
    assert isinstance(told, Adopted)
    assert len(standin.calls()) - before - 1 == told.calls  # one more: what is due
    assert told.cells * 0.9 <= cells.height <= told.cells
    (cube,) = table.read()
    theirs = sorted(float(cube.frame[measure.label].sum()) for measure in table.measures)
    ours = sorted(cells.group_by("measure").agg(pl.col("value").sum())["value"])
    assert ours == pytest.approx(theirs)


def test_regions_without_a_country_are_asked_without_one(tmp_path: Path) -> None:
    world = World({"rm99": edition("rm99", BY_REGION)})
    with asked(world, tmp_path) as (access, standin):
        told = adopt("RM99", access=access)
        cells = fetched(access, "rm99")
        assert not [call for call in standin.calls() if "_region=/&" in call["path"]]
    assert (told.cells, cells.height) == (15, 15)
    assert cells["area_id"].n_unique() == 5
    table = read_additions(Path(told.file).read_text(encoding="utf-8"), name=told.file).table
    assert table is not None
    assert (table.country, table.area.root, table.area.level_holds) == (False, None, "region")


def test_a_table_of_courses_comes_with_the_series_break_of_its_kind(tmp_path: Path) -> None:
    world = World({table: edition(table, COUNTRY) for table in ("y09a24", "y09b24")})
    with asked(world, tmp_path) as (access, _):
        courses, other = adopt("y09a24", access=access), adopt("y09b24", access=access)
    assert courses.guessed[-1] == "it has the series break courses_end_after_a_month_2019 from 2019M08 on"
    assert not any("series break" in guess for guess in other.guessed)
    table = read_additions(Path(courses.file).read_text(encoding="utf-8"), name=courses.file).table
    assert table is not None
    assert [(each.first_period, each.source) for each in table.series_breaks] == [
        ("2019M08", "Jobindsats.dk, note til tabellerne")
    ]


def test_a_hierarchy_without_a_total_is_kept_by_its_members(tmp_path: Path) -> None:
    rootless = hierarchy("_var13uger", ["Under 13 uger ", "Over 13 uger"])
    world = World({"y25i96": edition("y25i96", COUNTRY, rootless)})
    with asked(world, tmp_path) as (access, _):
        told = adopt("y25i96", access=access)
        cells = fetched(access, "y25i96")
    assert told.breakdowns == ("_var13uger",)
    assert any("taken along" in guess for guess in told.guessed)
    assert cells.height == told.cells == 6
    assert members(cells) == {'{"Var13uger": "Over 13 uger"}', '{"Var13uger": "Under 13 uger"}'}


def test_hundreds_of_members_are_open_and_one_more_needs_nobody(tmp_path: Path) -> None:
    jobs = [f"Stilling {n}" for n in range(500)]
    world = World({"y25i97": edition("y25i97", COUNTRY, hierarchy("_esco", jobs, root="Stillinger i alt"))})
    with asked(world, tmp_path) as (access, _):
        told = adopt("y25i97", access=access, breakdowns=["_esco"])
        assert "Stilling 7" not in Path(told.file).read_text(encoding="utf-8")
        assert fetched(access, "y25i97").height == told.cells == 501 * 3
        more = hierarchy("_esco", [*jobs, "En ny stilling"], root="Stillinger i alt")
        world.own["y25i97"] = edition("y25i97", COUNTRY, more)
        assert '{"Esco": "En ny stilling"}' in members(fetched(access, "y25i97"))


def test_breakdowns_areas_and_levels_are_the_persons_to_choose(tmp_path: Path) -> None:
    age = hierarchy("_alder", ["Unge", "Gamle"], ["16-19 år", "20-29 år", "30 år og derover"], root="Alder i alt")
    world = World(
        {"y98": edition("y98", hierarchy("_nykom", ["Herlev", "Aarhus"], root="Hele landet", area=True), SEX, age)}
    )
    world.own["y97"] = edition(
        "y97", BY_REGION, hierarchy("_reko", ["Herlev", "Aarhus"], root="Hele landet", area=True)
    )
    with asked(world, tmp_path) as (access, _):
        told = adopt("y98", access=access, breakdowns=["Kon", "_alder:_alder_2"])
        cells = fetched(access, "y98")
        assert (told.breakdowns, told.cells, cells.height) == (("_kon", "_alder"), 3 * 3 * 3 * 4, 3 * 3 * 3 * 4)
        assert adopt("y97", access=access, area="_region").area == "_region"
        (tmp_path / "catalogue" / "y97.yml").unlink()
        assert adopt("y97", access=access).area == "_reko"


@pytest.mark.parametrize(
    ("table", "options", "says"),
    [
        ("y96", {}, "has no areas"),
        ("y95", {}, "'RAR Fyn'"),
        ("y94", {"breakdowns": ["_kn"]}, "it has _kon"),
        ("y94", {"breakdowns": ["_kon", "_kon"]}, "two breakdowns are of one dimension"),
        ("y94", {"breakdowns": ["_kon:x"]}, "no level 'x'; it has _kon_1"),
        ("y94", {"area": "_nykom"}, "it has _hele_landet"),
        ("y93", {"breakdowns": ["_tilbud"]}, "has 'Løntilskud' twice"),
        ("y36a02", {}, "in the catalogue as it is shipped, and no publisher that is asked lists it today"),
        ("y07a02", {"breakdowns": ["_kon"]}, "in the catalogue as it is shipped, by its totals and _nykom"),
        ("y25i14", {"area": "_region", "breakdowns": ["_escostar_rs"]}, "cannot be adopted otherwise"),
    ],
)
def test_what_cannot_be_declared_is_refused_with_what_there_is(
    table: str, options: dict[str, object], says: str, tmp_path: Path
) -> None:
    rar = hierarchy("_rar", ["RAR Fyn", "Herlev"], root="Hele landet", area=True)
    twice = hierarchy("_tilbud", ["Løntilskud", "Løntilskud"], root="Tilbud i alt")
    world = World({"y96": edition("y96", SEX), "y95": edition("y95", rar), "y94": edition("y94", COUNTRY, SEX)})
    world.own["y93"] = edition("y93", COUNTRY, twice)
    with asked(world, tmp_path) as (access, _), pytest.raises(CatalogueError, match=says):
        adopt(table, access=access, **options)  # type: ignore[arg-type]
    assert list((tmp_path / "catalogue").glob("*")) == []


@pytest.mark.parametrize(
    ("table", "options"), [("y07a02", {}), ("y07b15", {}), ("Y25I06", {}), ("rm01ak", {"area": "_region"})]
)
def test_a_table_that_ships_as_it_is_asked_for_is_there_already_and_nothing_is_written(
    table: str, options: dict[str, str], tmp_path: Path
) -> None:
    table_id = table.lower()
    found = World().synthetic.edition(table_id, TODAY)
    assert found is not None
    with asked(World({table_id: found}), tmp_path) as (access, standin):
        told = adopt(table, access=access, **options)
        before = len(standin.calls())
        (due,) = jobindsats.due(access, wanted=frozenset({table_id}))
        assert due.declared is None
        manifest = access.archive.get_manifest(jobindsats.fetch(due, access=access).manifest)
        cells = pl.concat(cells for _, cells in snapshot(manifest, archive=access.archive).answers())
        assert len(standin.calls()) - before - 1 == told.calls  # one more: what is due
    assert (told.file, told.guessed) == ("", ())
    assert told.cells * 0.9 <= cells.height <= told.cells
    assert list((tmp_path / "catalogue").glob("*")) == []


# How full y25i05 is was inferred from all municipalities; of the few here fewer have a notice.
@pytest.mark.parametrize(("table", "tolerance"), [("y25i05", 0.25), ("y25i09", 0.1), ("ptv_a02", 0.1)])
def test_the_cost_of_a_table_that_ships_is_that_of_its_first_night(
    table: str, tolerance: float, tmp_path: Path
) -> None:
    found = World().synthetic.edition(table, TODAY)
    assert found is not None
    with asked(World({table: found}), tmp_path) as (access, standin):
        told = adopt(table, access=access)
        before = len(standin.calls())
        (due,) = jobindsats.due(access, wanted=frozenset({table}))
        manifest = access.archive.get_manifest(jobindsats.fetch(due, access=access).manifest)
        made = sum(cells.height for _, cells in snapshot(manifest, archive=access.archive).answers())
        assert len(standin.calls()) - before - 1 == told.calls  # one more: what is due
    assert told.cells == pytest.approx(made, rel=tolerance)


def test_of_several_tables_ones_trouble_stops_no_other(tmp_path: Path) -> None:
    world = World({"y92": edition("y92", COUNTRY), "y96": edition("y96", SEX), "y91": edition("y91", COUNTRY)})
    with asked(world, tmp_path) as (access, _):
        found = adopt_each(["y92", "y96", "y99x99", "y91"], access=access)
        with pytest.raises(CatalogueError, match="has no areas"):
            adopt_each(["y96"], access=access)
        with pytest.raises(QuestionError, match=r"lists a table 'y911'; there is y91 \(Prøvetabel om y91\)"):
            adopt("y911", access=access)
    assert [isinstance(each, Adopted) for each in found] == [True, False, False, True]
    reasons = [each.reason for each in found if isinstance(each, NotAdopted)]
    assert "has no areas" in reasons[0]
    assert "no publisher lists a table 'y99x99'" in reasons[1]


HOSTILE = "Prøve\x00tabel\x1b[31m\nmed\u2028flere linjer\r: x"


def test_the_country_alone_is_taken_where_a_person_says_so_and_no_area_below_it_is_known(tmp_path: Path) -> None:
    rar = hierarchy("_rar", ["RAR Fyn", "RAR Bornholm"], root="Hele landet", area=True)
    world = World({"y92": edition("y92", rar, SEX), "y91": edition("y91", rar, COUNTRY)})
    with asked(world, tmp_path) as (access, _):
        with pytest.raises(CatalogueError, match=r"\(such as 'RAR Fyn'\); .* but for 'Hele landet' alone: --area _rar"):
            adopt("y92", access=access)
        assert not (tmp_path / "catalogue").exists()
        told = adopt("y92", access=access, area="_rar")
        cells = fetched(access, "y92")
        beside = adopt("y91", access=access)
    assert (told.cells, cells.height, cells["area_id"].unique().to_list()) == (3, 3, [0])
    assert beside.area == "_hele_landet", "a hierarchy of the country alone is no silence about areas"
    assert "areas by _hele_landet; there is also _rar (--area)" in beside.guessed


def test_a_title_that_cannot_be_recorded_is_washed_and_its_table_is_read_back(tmp_path: Path) -> None:
    odd = replace(edition("y92", COUNTRY, SEX), title=HOSTILE, subject=HOSTILE)
    with asked(World({"y92": odd}), tmp_path) as (access, _):
        told = adopt("y92", access=access)
        table = read_additions(Path(told.file).read_text(encoding="utf-8"), name=told.file).table
        assert table is not None
        shown = "Prøve\ufffdtabel\ufffd[31m med flere linjer : x"
        assert {table.title, table.subject, told.title} == {shown}
        assert fetched(access, "y92").height == told.cells


@pytest.mark.parametrize(
    ("labels", "sexes", "breakdowns", "says"),
    [
        (["Antal\x00personer"], ["Kvinder"], [], "'Antal\ufffdpersoner' with a control character"),
        (["Antal personer"], ["Kvinder", "M\x1bnd"], ["_kon"], "'M\ufffdnd' with a control character"),
        (["Antal personer", "Periode"], ["Kvinder"], [], "two columns of its answers would be called 'Periode'"),
        (["Område"], ["Kvinder"], [], "two columns of its answers would be called 'Område'"),
        (["Kon"], ["Kvinder"], ["_kon"], "two columns of its answers would be called 'Kon'"),
    ],
)
def test_what_could_not_be_read_back_or_read_at_night_is_refused_and_nothing_is_written(
    labels: list[str], sexes: list[str], breakdowns: list[str], says: str, tmp_path: Path
) -> None:
    odd = edition("y92", COUNTRY, hierarchy("_kon", sexes, root="Køn i alt"), labels=labels)
    with asked(World({"y92": odd, "y91": edition("y91", COUNTRY)}), tmp_path) as (access, _):
        with pytest.raises(CatalogueError, match=re.escape(says)):
            adopt("y92", access=access, breakdowns=breakdowns)
        refused, other = adopt_each(["y92", "y91"], access=access, breakdowns=[])
    assert isinstance(other, Adopted)
    assert isinstance(refused, NotAdopted if not breakdowns else Adopted)
    written = {file.name for file in (tmp_path / "catalogue").iterdir()}
    assert written == ({"y91.yml"} if not breakdowns else {"y91.yml", "y92.yml"})


def test_half_a_sign_is_washed_from_a_title_and_refused_in_a_label(tmp_path: Path) -> None:
    with asked(World({"y92": edition("y92", COUNTRY)}), tmp_path) as (access, _):
        found = offered("y92", access=access)
    assert declaration(replace(found, title="Prøve\ud800")).title == "Prøve\ufffd"
    with pytest.raises(CatalogueError, match="'Antal \ufffd' with a control character"):
        declaration(replace(found, measures=(OfferedMeasure("Antal \ud800"),)))


def test_a_table_is_not_adopted_twice_and_a_wrong_file_stops_its_own_table_only(tmp_path: Path) -> None:
    world = World({"y92": edition("y92", COUNTRY), "y91": edition("y91", COUNTRY)})
    with asked(world, tmp_path) as (access, _):
        adopt("y92", access=access)
        adopt("y91", access=access)
        with pytest.raises(CatalogueError, match="adopted already, by its totals, in "):
            adopt("y92", access=access, breakdowns=["_kon"])
        file = tmp_path / "catalogue" / "y92.yml"
        file.write_text(file.read_text(encoding="utf-8").replace("unit: persons", "unit: people"), encoding="utf-8")
        found = {each.table_id: each for each in jobindsats.due(access, wanted=frozenset({"y91", "y92"}))}
    assert found["y91"].fetch
    assert found["y91"].stoppage is None
    assert isinstance(found["y92"].stoppage, Undeclared)
    assert "y92.yml" in str(found["y92"].stoppage)


def test_what_is_written_is_read_back_and_says_what_was_guessed(tmp_path: Path) -> None:
    labels = ["Antal fuldtidspersoner", "Andel i job, pct.", "Noget helt andet"]
    world = World({"y90": edition("y90", COUNTRY, SEX, labels=labels)})
    with asked(world, tmp_path) as (access, _):
        told = adopt("y90", access=access, breakdowns=["_kon"])
    text = Path(told.file).read_text(encoding="utf-8")
    table = read_additions(text, name=told.file).table
    assert table is not None
    assert [(each.label, each.unit, each.evidence) for each in table.measures] == [
        (label, unit, "guessed") for label, unit in zip(labels, ["full_time_persons", "pct", "unknown"], strict=True)
    ]
    assert [member.name for member in table.breakdowns[0].members] == ["Kvinder", "Mænd"]
    assert "guess by" in text


@pytest.mark.parametrize("words", ["y89", "prøvetabel y89", "Prøve y89", "kon y89", "prøvtabel y89"])
def test_a_table_is_found_by_what_a_person_remembers(words: str, tmp_path: Path) -> None:
    world = World({"y89": edition("y89", COUNTRY, SEX), "y88": edition("y88", COUNTRY)})
    with asked(world, tmp_path) as (access, _):
        found, troubles = matching(words, access=access)
    assert [row["table"] for row in found] == ["y89"]
    assert troubles == []


def test_a_table_without_a_publisher_to_ask_is_looked_at_as_it_is_declared(tmp_path: Path) -> None:
    with asked(World({"y89": edition("y89", COUNTRY)}), tmp_path) as (access, standin):
        told = look_at("ranking_all", access=access, loaded={}, engine=None)
        assert (told["publisher"], told["declared"], told["periods"]) == ("ranking_lists", True, [])
        assert standin.calls() == []
        assert look_at("y89", access=access, loaded={}, engine=None)["publisher"] == "jobindsats"
        with pytest.raises(QuestionError, match="no publisher lists a table 'y60j01'") as refused:
            look_at("y60j01", access=access, loaded={}, engine=None)
    assert "y60j01 (" not in str(refused.value), "a table is not offered in its own place"


def test_what_is_declared_is_found_though_the_publisher_cannot_be_asked(tmp_path: Path) -> None:
    access = Access(Ours(data_dir=tmp_path), Clock(), Archive((tmp_path / "archive").as_uri()), 1)
    found, troubles = matching("sygedagpenge", access=access)
    assert "y07a02" in {row["table"] for row in found}
    assert "only what is declared" in troubles[0]
