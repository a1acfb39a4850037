"""Hierarchies, levels and columns that are elsewhere at the publisher; and that what is told of a night is what it does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.sources.access import Access
from tasks.sources.jobindsats import fetch as jobindsats
from tasks.sources.jobindsats.snapshot import snapshot
from tasks.sources.label_changes import Change, require_same_meaning
from tasks.stoppages import Stoppage
from tasks.upkeep.catalogue.adopting import adopt
from tasks.upkeep.catalogue.comparing import Compared, accept, compare
from tests.standin.editions import ROOT, Hierarchy, Level, Node
from tests.unit.tasks.upkeep.test_accepting import first_night, quiet, read_again
from tests.unit.tasks.upkeep.test_adopting import COUNTRY, World, asked, edition, hierarchy
from warehouse.catalogue.model import jobindsats as jobindsats_catalogue
from warehouse.danish.clock import Clock, danish_day
from warehouse.errors import QuestionError

SEXES = ("Kvinder", "Mænd")


def sex(
    members: Sequence[str] = SEXES,
    *,
    key: str = "_kon",
    level: str = "kon",
    dimension: str = "Køn",
    root: str = "Køn i alt",
    others: Sequence[Level] = (),
) -> Hierarchy:
    """A hierarchy of two sexes, with whatever is otherwise about it."""
    nodes = tuple(Node(f"/{number}/", label) for number, label in enumerate(members, 1))
    total = (Level("i_alt", root, (Node(ROOT, root),)),) if root else ()
    return Hierarchy(key, key, "_kon_dim", dimension, (*total, Level(level, "", nodes), *others))


def serve(world: World, changed: Hierarchy, labels: Sequence[str] = ("Antal personer",)) -> None:
    world.own["y87"] = edition("y87", COUNTRY, changed, labels=labels)


def compared(access: Access) -> Compared:
    (found,) = compare("y87", access=access, told=quiet)
    return found


AGES = Level("alder", "", (Node("/9/", "16-29 år"), Node("/10/", "30 år og derover")))
MOVED = {
    "level": (sex(level="kon2"), "the level kon of _kon is declared, and kon2 is what holds its members"),
    "level among others": (sex(level="kon2", others=[AGES]), "kon2 is what holds its members"),
    "hierarchy": (sex(key="_koen"), "the hierarchy _kon is declared, and _koen is what holds its members"),
    "column": (sex(dimension="Køn og alder"), "the column 'Køn' of _kon is declared, and called 'Køn og alder'"),
    "all at once": (sex(("Kvinder", "Mand"), key="_k", level="l", dimension="K"), "_k is what holds its members"),
}


@pytest.mark.parametrize("change", list(MOVED))
def test_a_place_that_moved_is_told_accepted_and_read_and_no_member_ends(change: str, tmp_path: Path) -> None:
    changed, says = MOVED[change]
    world = World()
    serve(world, sex())
    with asked(world, tmp_path) as (first, _):
        adopt("y87", access=first, breakdowns=["_kon"])
        access = first_night(first)
        before = read_again(access)
        serve(world, changed)
        with pytest.raises(Stoppage):
            read_again(access)
        found = compared(access)
        assert "ended" not in {each.kind for each in found.differences}
        assert any(says in each.sentence for each in found.differences), found
        accept("y87", reason="STAR har flyttet det", by="en prøve", access=access)
        assert compared(access).differences == ()
        assert read_again(access).equals(before), "the same members, as they have always been called"


def test_a_level_that_nothing_tells_is_no_end_of_its_members(tmp_path: Path) -> None:
    world = World()
    serve(world, sex())
    with asked(world, tmp_path) as (access, _):
        adopt("y87", access=access, breakdowns=["_kon"])
        for lost in (sex(("A", "B"), level="x", others=[AGES]), sex(("A", "B"), key="_andet", others=[AGES])):
            serve(world, lost)
            found = compared(access)
            assert found.differences == ()
            assert "adopt it anew" in found.trouble
            with pytest.raises(QuestionError, match="adopt it anew"):
                accept("y87", reason="derfor", by="en prøve", access=access)


def test_a_total_that_is_no_longer_listed_is_told_and_the_table_goes_on_without(tmp_path: Path) -> None:
    world = World()
    serve(world, sex())
    with asked(world, tmp_path) as (access, _):
        adopt("y87", access=access, breakdowns=["_kon"])
        serve(world, sex(root=""))
        found = compared(access)
        assert [each.sentence for each in found.differences] == [
            "the total 'Køn i alt' of _kon is declared, and no longer offered"
        ]
        assert found.loads == "in part"
        assert set(read_again(access)["members"]) == {f'{{"Køn": "{name}"}}' for name in SEXES}


def test_an_open_breakdown_of_several_levels_is_settled_by_one_acceptance(tmp_path: Path) -> None:
    statuses = hierarchy("_amstatusb15", ["Job", "Andet"], ["Løn", "Fleksjob", "Ydelse"], root="Status i alt")
    herlev = hierarchy("_nykom", ["Herlev"], root="Hele landet", area=True)
    labels = [measure.label for measure in jobindsats_catalogue().table("y07b15").measures]
    found = edition("y07b15", herlev, statuses, labels=labels, periods=("2023Q02", "2023Q01"))
    with asked(World({"y07b15": replace(found, kind="Q")}), tmp_path) as (access, _):
        (told,) = compare("y07b15", access=access, told=quiet)
        assert {each.sentence for each in told.differences} == {
            "of the levels of _amstatusb15 none is declared, and _amstatusb15_1 is the first below the total",
            "the column 'Arbejdsmarkedsstatus' of _amstatusb15 is declared, and called 'Amstatusb15'",
        }
        assert told.loads == "no"
        accept("y07b15", reason="statusser i den rækkefølge", by="en prøve", access=access)
        (later,) = compare("y07b15", access=access, told=quiet)
        assert later.loads == "whole"
        (due,) = jobindsats.due(access, wanted=frozenset({"y07b15"}))
        manifest = access.archive.get_manifest(jobindsats.fetch(due, access=access).manifest)
        cells = pl.concat(cells for _, cells in snapshot(manifest, archive=access.archive).answers())
    assert cells.height == 2 * 2 * 2 * len(labels)
    assert set(cells["members"]) == {f'{{"Arbejdsmarkedsstatus": "{status}"}}' for status in ("Job", "Andet")}


LABELS = st.sampled_from(["Kvinder", "Mænd", "Damer", "Kvinder ", "Uoplyst"])
CHANGED = st.builds(
    sex,
    st.lists(LABELS, min_size=1, max_size=3, unique_by=str.strip),
    key=st.sampled_from(["_kon", "_kon", "_koen"]),
    level=st.sampled_from(["kon", "kon", "kon2"]),
    dimension=st.sampled_from(["Køn", "Køn", "Sex"]),
    root=st.sampled_from(["Køn i alt", "I alt", ""]),
    others=st.sampled_from([(), (AGES,)]),
)
MEASURES = st.sampled_from([("Antal personer",), ("Antal personer", "Noget nyt"), ("Antal borgere",)])


@settings(max_examples=10, deadline=None)
@given(changed=CHANGED, labels=MEASURES, published=st.booleans())
def test_what_is_told_of_a_night_is_what_it_does(changed: Hierarchy, labels: tuple[str, ...], published: bool) -> None:
    world = World()
    serve(world, sex())
    with TemporaryDirectory() as folder, asked(world, Path(folder)) as (first, _):
        adopt("y87", access=first, breakdowns=["_kon"])
        later_on = Clock(first.clock() + timedelta(days=2))
        access = replace(first_night(first) if published else first, clock=later_on)
        serve(world, changed, labels)
        found = compared(access)
        assert (found.loads == "no") == (why_stopped(access) is not None), (found, why_stopped(access))
        if found.acceptable and not found.trouble:
            accept("y87", reason="derfor", by="en prøve", access=access)
            later = compared(access)
            assert not later.acceptable
            assert (later.loads == "no") == (why_stopped(access) is not None), (later, why_stopped(access))


def why_stopped(access: Access) -> str | None:
    """What the night over y87 stops at before its figures are audited; None where nothing stops it."""
    try:
        (due,) = jobindsats.due(access, wanted=frozenset({"y87"}))
        receipt = jobindsats.fetch(due, access=replace(access, known={}))
        now = snapshot(access.archive.get_manifest(receipt.manifest), archive=access.archive)
        for _ in now.answers():
            pass
        manifest = access.known_of("y87").manifest
        if manifest is not None:
            then = snapshot(access.archive.get_manifest(manifest), archive=access.archive)
            days = [danish_day(each.manifest.seen_at) for each in (then, now)]
            change = Change(now.table, now.declared_in, then.labels, days[0], now.labels, days[1])
            require_same_meaning(change)
    except Stoppage as stoppage:
        return str(stoppage)
    return None
