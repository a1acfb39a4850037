"""StatBank, printed lists and own files call things otherwise: the table stops, nothing is withdrawn, a person goes on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Stage
from tests.local import text_of
from tests.scene import Scene
from tests.standin.ranking_files import Layout, as_pdf, synthetic_rows, title
from warehouse.catalogue import model, publishers
from warehouse.catalogue.model import Catalogue, Member, Table
from warehouse.periods import Period

pytestmark = pytest.mark.slow

AUK01, OWN, LIST = "auk01", "local_courses", "ranking_all"
PERIOD = Period.parse("2023QMAT02")
RULE = "select rule from ops.quarantine order by quarantine_id desc limit 1"
WITHDRAWN = "select count(*) as n from core.observations where superseded_by is null and status = 'withdrawn'"


def require_stopped(scene: Scene, day: str, table: str, *, rule: str, says: str, before: list[dict[str, Any]]) -> None:
    """A night ends with the table in quarantine, and everything stands as it stood."""
    (ended,) = [each for each in scene.night(day, tables=[table]).tables if each["outcome"] != "not_due"]
    assert ended["outcome"] == "quarantined", ended["message"]
    assert says in ended["message"]
    assert scene.query(RULE) == [{"rule": rule}]
    assert scene.query(WITHDRAWN) == [{"n": 0}]
    assert scene.content() == before


# ---- StatBank -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def statbank(stage: Stage) -> Iterator[Scene]:
    """A night on which StatBank's table was published."""
    with stage(today="2023-11-05", scale="small") as scene:
        scene.patch.setenv("JOBINDSATS_STATBANK_URL", scene.publisher.statbank_url)
        assert scene.outcomes(scene.night("2023-11-05", tables=[AUK01])) == {AUK01: "published"}
        yield scene


def accepted(patch: pytest.MonkeyPatch, change: Any) -> None:
    """Let a person have written a change of the table into StatBank's catalogue."""
    declared = model.statbank()
    tables = tuple(change(table) if table.id == AUK01 else table for table in declared.tables)
    changed = declared.model_copy(update={"tables": tables})
    catalogues = (publishers.catalogues()[0], changed, publishers.catalogues()[2])

    def statbank() -> Catalogue:
        return changed

    for place in ("tasks.sources.statbank.fetch.statbank", "warehouse.catalogue.model.statbank"):
        patch.setattr(place, statbank)
    for place in ("warehouse.catalogue.publishers.catalogues", "tasks.sources.registry.catalogues"):
        patch.setattr(place, lambda: catalogues)


def with_member(table: Table, name: str, **changes: Any) -> Table:
    (types,) = table.breakdowns
    members = tuple(Member(name=each.name, **changes) if each.name == name else each for each in types.members)
    return table.model_copy(update={"breakdowns": (types.model_copy(update={"members": members}),)})


LAST = "Efterløn"


@pytest.mark.parametrize(
    ("fault", "stopped", "change"),
    [
        (
            "renamed-member",
            ("Vanished", f"the member '{LAST}' stood published"),
            lambda table: with_member(table, LAST, also=(f"{LAST} (ny opgørelse)",)),
        ),
        (
            "vanished-member",
            ("Vanished", f"the member '{LAST}' stood published"),
            lambda table: with_member(table, LAST, until="2023-11-10"),
        ),
        (
            "swapped-labels",
            ("LabelsMoved", "today, which is declared as another member"),
            lambda table: table.model_copy(update={"renumbered": date(2023, 11, 12)}),
        ),
    ],
)
def test_statbank(stage: Stage, statbank: Scene, fault: str, stopped: tuple[str, str], change: Any) -> None:
    rule, says = stopped
    with stage(after=statbank, today="2023-11-13", scale="small") as scene, pytest.MonkeyPatch.context() as patch:
        scene.patch.setenv("JOBINDSATS_STATBANK_URL", scene.publisher.statbank_url)
        before = scene.content()
        scene.publisher.set_faults({fault: 1.0})
        require_stopped(scene, "2023-11-13", AUK01, rule=rule, says=says, before=before)
        require_stopped(scene, "2023-11-14", AUK01, rule=rule, says=says, before=before)
        assert "jobindsats catalogue accept auk01" in scene.answer("quarantine")[0]["message"]
        accepted(patch, change)
        ended = scene.night("2023-11-15", tables=[AUK01])
        assert ended.tables[0]["outcome"] in ("published", "unchanged"), ended.tables
        scene.publisher.clear_faults()


def test_what_a_person_accepted_is_replayed_whatever_the_catalogue_says_later(stage: Stage, statbank: Scene) -> None:
    with stage(after=statbank, today="2023-11-13", scale="small") as scene:
        scene.patch.setenv("JOBINDSATS_STATBANK_URL", scene.publisher.statbank_url)
        scene.publisher.set_faults({"vanished-member": 1.0})
        with pytest.MonkeyPatch.context() as patch:
            accepted(patch, lambda table: with_member(table, LAST, until="2023-11-10"))
            ended = scene.night("2023-12-20", tables=[AUK01])
        assert scene.outcomes(ended) == {AUK01: "published"}, ended.tables
        found = scene.answer("replay", "--verify")
        assert (found["equal"], found["vintages"]) == (True, 2)


def test_statbank_may_give_other_codes_to_the_same_texts(stage: Stage, statbank: Scene) -> None:
    with stage(after=statbank, today="2023-11-13", scale="small") as scene:
        scene.patch.setenv("JOBINDSATS_STATBANK_URL", scene.publisher.statbank_url)
        scene.publisher.set_faults({"renamed-id": 1.0})
        report = scene.night("2023-11-13", tables=[AUK01])
        assert report.tables[0]["outcome"] == "unchanged", report.tables
        assert "catalogue_agrees_with_publisher" in report.tables[0]["message"]


# ---- a municipality's own file --------------------------------------------------------------------------------


ROWS = "Tilbud;Antal\nVejledning;1200\nVirksomhedspraktik;40\nLøntilskud;12\n"


@pytest.fixture
def folder(scene: Scene) -> Path:
    """A folder with one contract and one file, published."""
    folder = scene.folder / "own"
    folder.mkdir()
    scene.patch.setenv("JOBINDSATS_LOCAL_FILES", str(folder))
    (folder / "courses.yml").write_text(text_of(), encoding="utf-8")
    (folder / "courses.csv").write_text(ROWS, encoding="utf-8")
    assert scene.outcomes(scene.night("2023-11-05", tables=[OWN])) == {OWN: "published"}
    return folder


@pytest.mark.parametrize(
    "written",
    [
        ROWS.replace("Løntilskud", "Løntilskud i alt mv."),
        ROWS.replace("Løntilskud;12\n", ""),
    ],
    ids=["a member respelt", "a member gone"],
)
def test_an_own_file(scene: Scene, folder: Path, written: str) -> None:
    before = scene.content()
    (folder / "courses.csv").write_text(written, encoding="utf-8")
    for day in ("2023-11-06", "2023-11-07"):
        rule = "published_cells_return"
        require_stopped(scene, day, OWN, rule=rule, says="Løntilskud", before=before)
    load, _ = scene.answer("quarantine")
    assert load["table"] == OWN
    released = scene.answer(
        "quarantine", "release", str(load["id"]), "--reason", "Tilbuddet er lukket, siger jobcentret"
    )
    assert released["withdrawn"] == 1
    assert "published_labels_return" in released["failing"]
    assert scene.outcomes(scene.night("2023-11-08", tables=[OWN])) == {OWN: "not_due"}


def stands_for(**names: str) -> list[dict[str, Any]]:
    """A key of two members, each written as one text of the file."""
    return [{"column": "Tilbud", "members": [{"name": name, "also": [text]} for name, text in names.items()]}]


def write(folder: Path, *, rows: str, **contract: Any) -> None:
    (folder / "courses.yml").write_text(text_of(table="named", **contract), encoding="utf-8")
    (folder / "courses.csv").write_text(rows, encoding="utf-8")


OF_MEMBERS = (
    "Tilbud;Antal\nVejledning;100\nPraktik;110\n",
    {"keys": stands_for(Raad="Vejledning", Proeve="Praktik")},
    {"keys": stands_for(Raad="Praktik", Proeve="Vejledning")},
    "the text 'Vejledning' of Tilbud stood for the member 'Raad' until now and stands for 'Proeve' in courses.yml",
)
OF_AREAS = (
    "Tilbud;Center;Antal\nPraktik;Øst;100\nPraktik;Vest;110\n",
    {"area": {"column": "Center", "names": {"Øst": "Ringsted", "Vest": "Sorø"}}},
    {"area": {"column": "Center", "names": {"Øst": "Sorø", "Vest": "Ringsted"}}},
    "the text 'Øst' of Område stood for the area 'Ringsted' until now and stands for 'Sorø' in courses.yml",
)


@pytest.mark.parametrize("case", [OF_MEMBERS, OF_AREAS], ids=["members", "areas"])
def test_an_own_file_whose_texts_stand_for_others_than_before(
    scene: Scene, folder: Path, case: tuple[str, dict[str, Any], dict[str, Any], str]
) -> None:
    rows, first, swapped, says = case
    write(folder, rows=rows, **first)
    assert scene.outcomes(scene.night("2023-11-06", tables=["local_named"])) == {"local_named": "published"}
    before = scene.content()
    write(folder, rows=rows, **swapped)
    for day in ("2023-11-07", "2023-11-08"):
        require_stopped(scene, day, "local_named", rule="LabelsMoved", says=says, before=before)
    write(folder, rows=rows, **swapped, renumbered="2023-11-09")
    ended = scene.night("2023-11-09", tables=["local_named"])
    assert scene.outcomes(ended) == {"local_named": "published"}, ended.tables
    assert ended.tables[0]["revised"] == 2


# ---- a printed list -------------------------------------------------------------------------------------------


LEVELS = ("actual_full_time_persons", "expected_full_time_persons")
COLUMNS = ("rank", "municipality", *LEVELS, "gap_full_time_persons", "gap_pct_point")


@pytest.fixture
def lists(scene: Scene) -> Path:
    """A watched folder with one list, published."""
    folder = scene.folder / "lists"
    folder.mkdir()
    scene.patch.setenv("JOBINDSATS_RANKING_LISTS", str(folder))
    whole = as_pdf(synthetic_rows(LIST, PERIOD), heading=title(LIST, PERIOD), layout=Layout(columns=COLUMNS))
    (folder / "alle.pdf").write_bytes(whole)
    assert scene.outcomes(scene.night("2023-11-05", tables=[LIST])) == {LIST: "published"}
    return folder


def test_a_printed_list_with_a_municipality_respelt_or_gone(scene: Scene, lists: Path) -> None:
    before, rows = scene.content(), synthetic_rows(LIST, PERIOD)
    respelt = [replace(row, municipality="Herløv") if row.municipality == "Herlev" else row for row in rows]
    for day, written, says in (
        ("06", respelt, "Herløv"),
        ("07", respelt, "Herløv"),
        ("08", rows[:-1], rows[-1].municipality),
    ):
        (lists / "alle.pdf").write_bytes(as_pdf(written, heading=title(LIST, PERIOD), layout=Layout(columns=COLUMNS)))
        require_stopped(scene, f"2023-11-{day}", "ranking_lists", rule="ListUnreadable", says=says, before=before)
    (lists / "alle.pdf").write_bytes(as_pdf(rows, heading=title(LIST, PERIOD), layout=Layout(columns=COLUMNS)))
    ended = scene.outcomes(scene.night("2023-11-09", tables=["ranking_lists"]))
    assert ended == {LIST: "not_due", "ranking_lists": "not_due"}


def test_a_printed_list_with_a_column_gone(scene: Scene, lists: Path) -> None:
    before, rows = scene.content(), synthetic_rows(LIST, PERIOD)
    fewer = tuple(name for name in COLUMNS if name not in LEVELS)
    (lists / "alle.pdf").write_bytes(as_pdf(rows, heading=title(LIST, PERIOD), layout=Layout(columns=fewer)))
    for day in ("2023-11-06", "2023-11-07"):
        rule, says = "published_cells_return", "measure expected_full_time_persons"
        require_stopped(scene, day, LIST, rule=rule, says=says, before=before)
    load, _ = scene.answer("quarantine")
    released = scene.answer(
        "quarantine", "release", str(load["id"]), "--reason", "Ministeriet trykker ikke niveauerne mere"
    )
    assert released["withdrawn"] == 2 * 98


def test_a_printed_list_whose_columns_have_each_others_heads(scene: Scene, lists: Path) -> None:
    """A printed list has no ids: what can move is what a column is said to hold."""
    before, rows = scene.content(), synthetic_rows(LIST, PERIOD)
    swapped = ("rank", "municipality", *reversed(LEVELS), "gap_full_time_persons", "gap_pct_point")
    honest = as_pdf(rows, heading=title(LIST, PERIOD), layout=Layout(columns=swapped))
    moved = [
        replace(row, values={**row.values, LEVELS[0]: row.values[LEVELS[1]], LEVELS[1]: row.values[LEVELS[0]]})
        for row in rows
    ]
    (lists / "alle.pdf").write_bytes(as_pdf(moved, heading=title(LIST, PERIOD), layout=Layout(columns=COLUMNS)))
    for day in ("2023-11-06", "2023-11-07"):
        require_stopped(scene, day, "ranking_lists", rule="ListUnreadable", says="contradict", before=before)
    (lists / "alle.pdf").write_bytes(honest)
    ended = scene.outcomes(scene.night("2023-11-08", tables=["ranking_lists"]))
    assert ended == {LIST: "unchanged", "ranking_lists": "not_due"}
