"""What a publisher calls otherwise: compared label by label, accepted with a reason, and the next fetch is read."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from tasks.results import Known, LastFetch
from tasks.sources.access import Access
from tasks.sources.differences import differences
from tasks.sources.jobindsats import fetch as jobindsats
from tasks.sources.jobindsats.snapshot import snapshot
from tasks.sources.label_changes import Change, Labels, renumbered_by, require_same_meaning
from tasks.stoppages import LabelsMoved, PublisherTrouble, Stoppage, Undeclared
from tasks.upkeep.catalogue.adopting import adopt
from tasks.upkeep.catalogue.comparing import accept, compare
from tests.unit.tasks.upkeep.test_adopting import COUNTRY, World, asked, edition, hierarchy
from warehouse.catalogue.additions import Accepted, appended, read_additions, with_accepted
from warehouse.catalogue.model import CatalogueError
from warehouse.catalogue.model import jobindsats as shipped_jobindsats
from warehouse.danish.clock import danish_day
from warehouse.errors import QuestionError


def sexes(*labels: str) -> World:
    return World({"y87": edition("y87", COUNTRY, hierarchy("_kon", labels, root="Køn i alt"))})


def first_night(access: Access) -> Access:
    """What is known after y87 was published once: the manifest that its newest vintage was read from."""
    (due,) = jobindsats.due(access, wanted=frozenset({"y87"}))
    receipt = jobindsats.fetch(due, access=access)
    return replace(access, known={"y87": Known(manifest=receipt.manifest)})


def read_again(access: Access, *, table: str = "y87") -> pl.DataFrame:
    (due,) = jobindsats.due(access, wanted=frozenset({table}))
    manifest = access.archive.get_manifest(jobindsats.fetch(due, access=access).manifest)
    return pl.concat(cells for _, cells in snapshot(manifest, archive=access.archive).answers())


def quiet(*_: object) -> None:
    return None


@pytest.mark.parametrize(
    ("now", "kind", "name", "label"),
    [
        (("Kvinder mv.", "Mænd"), "spelling", "Kvinder", "Kvinder mv."),
        (("Damer", "Mænd"), "spelling", "Kvinder", "Damer"),
        (("Kvinder", "Mænd", "Uoplyst"), "new", "", "Uoplyst"),
        (("Kvinder",), "ended", "Mænd", ""),
    ],
)
def test_what_a_publisher_changed_is_told_accepted_and_read(
    now: tuple[str, ...], kind: str, name: str, label: str, tmp_path: Path
) -> None:
    world = sexes("Kvinder", "Mænd")
    with asked(world, tmp_path) as (first, _):
        adopt("y87", access=first, breakdowns=["_kon"])
        access = first_night(first)
        assert compare("y87", access=access, told=quiet)[0].differences == ()
        world.own["y87"] = edition("y87", COUNTRY, hierarchy("_kon", ("Kvinder ", " Mænd"), root="Køn i alt"))
        assert compare("y87", access=access, told=quiet)[0].differences == ()
        world.own["y87"] = edition("y87", COUNTRY, hierarchy("_kon", now, root="Køn i alt"))
        (compared,) = compare("Y87", access=access, told=quiet)
        found = compared.differences[0]
        assert (found.kind, found.name, found.label) == (kind, name, label)
        if kind in ("new", "spelling"):
            with pytest.raises(Undeclared, match="jobindsats catalogue accept y87 --reason"):
                read_again(access)
        _, file = accept("y87", reason="STAR skriver det nu sådan", by="en prøve", access=access)
        assert "STAR skriver det nu sådan" in Path(file).read_text(encoding="utf-8")
        assert compare("y87", access=access, told=quiet)[0].differences == ()
        members = set(read_again(access)["members"].unique())
    kept = {"Kvinder", "Mænd"} - ({name} if kind == "ended" else set()) | ({label} if kind == "new" else set())
    assert members == {f'{{"Kon": "{member}"}}' for member in {*kept, "Køn i alt"}}


def test_a_shipped_table_keeps_its_declaration_and_gets_the_spelling(tmp_path: Path) -> None:
    label = "Antal fuldtids personer"
    area = hierarchy("_nykom", ["Herlev"], root="Hele landet", area=True)
    world = World({"y07a02": edition("y07a02", area, labels=["Antal personer", label])})
    with asked(world, tmp_path) as (access, _):
        (compared,) = compare("y07a02", access=access, told=quiet)
        assert ("spelling", "full_time_persons", label) in {(d.kind, d.name, d.label) for d in compared.differences}
        _, file = accept("y07a02", reason="nyt ordvalg", by="en prøve", access=access)
        assert "tables:" not in Path(file).read_text(encoding="utf-8")
        (due,) = jobindsats.due(access, wanted=frozenset({"y07a02"}))
        assert due.declared is not None
        assert label in due.declared.measure_by_label
        assert due.declared.title == "Antal personer og fuldtidspersoner (sygedagpenge)"
        with pytest.raises(QuestionError, match="nothing to accept"):
            accept("y07a02", reason="igen", by="en prøve", access=access)


def test_an_area_that_is_respelt_on_the_first_night_is_told_accepted_and_read(tmp_path: Path) -> None:
    def area(*labels: str) -> World:
        places = hierarchy("_nykom", labels, root="Hele landet", area=True)
        return World({"y07a02": edition("y07a02", places, labels=["Antal personer", "Antal fuldtidspersoner"])})

    with asked(area("Ballerup", "Herlev (ny opgørelse)", "Byen Xanadu"), tmp_path) as (access, _):
        (compared,) = compare("y07a02", access=access, told=quiet)
        told = {each.sentence: each.acceptable for each in compared.differences if each.what == "area"}
        assert told == {
            "the area 'Herlev' of _nykom is now called 'Herlev (ny opgørelse)'": True,
            "the area 'Byen Xanadu' of _nykom is new, and not declared": False,
        }
    with asked(area("Ballerup", "Herlev (ny opgørelse)"), tmp_path) as (access, _):
        with pytest.raises(Undeclared, match="Herlev"):
            read_again(access, table="y07a02")
        accept("y07a02", reason="STAR skriver det nu sådan", by="en prøve", access=access)
        assert compare("y07a02", access=access, told=quiet)[0].differences == ()
        assert {151, 163} <= set(read_again(access, table="y07a02")["area_id"])


def test_what_was_not_offered_on_the_first_night_is_settled_after_it(tmp_path: Path) -> None:
    labels = ["Antal personer", "Antal forløb"]
    sex = hierarchy("_kon", ("Kvinder", "Mænd"), root="Køn i alt")
    world = World({"y87": edition("y87", COUNTRY, sex, labels=labels)})
    with asked(world, tmp_path) as (first, _):
        adopt("y87", access=first, breakdowns=["_kon"])
        fewer = hierarchy("_kon", ("Kvinder",), root="Køn i alt")
        world.own["y87"] = edition("y87", COUNTRY, fewer, labels=labels[:1])
        access = first_night(first)
        (compared,) = compare("y87", access=access, told=quiet)
        assert compared.loads == "in part"
        assert {(each.kind, each.name) for each in compared.differences} == {
            ("ended", "Mænd"),
            ("ended", "antal_forloeb_cases"),
        }
        assert len(advisories_of(access)) == 2
        accept("y87", reason="STAR har det ikke", by="en prøve", access=access)
        assert compare("y87", access=access, told=quiet)[0].differences == ()
        assert advisories_of(first_night(access)) == ()


def advisories_of(access: Access) -> tuple[str, ...]:
    """What the newest vintage of y87 differs in from its declaration."""
    manifest = access.known_of("y87").manifest
    assert manifest is not None
    return snapshot(access.archive.get_manifest(manifest), archive=access.archive).differences


def test_each_publisher_is_compared_for_itself(tmp_path: Path) -> None:
    with asked(sexes("Kvinder", "Mænd"), tmp_path) as (access, standin):
        adopt("y87", access=access)
        banked = access.settings.model_copy(update={"statbank_url": standin.statbank_url})
        for changed in (
            {"api_token": None},
            {"api_token": SecretStr("et andet")},
            {"api_url": "http://127.0.0.1:9/v3"},
        ):
            asking = replace(access, settings=banked.model_copy(update=changed))
            first, *others = compare(None, access=asking, told=quiet)
            assert (first.table, first.loads, first.listed) == ("jobindsats", "no", False)
            assert {each.publisher for each in others} == {"statbank"}
            assert not any(each.trouble for each in others)
            with pytest.raises(PublisherTrouble):
                compare("y87", access=asking, told=quiet)


def test_nothing_is_accepted_without_a_reason_or_of_a_table_nobody_declared(tmp_path: Path) -> None:
    with asked(sexes("Kvinder", "Mænd"), tmp_path) as (access, _):
        with pytest.raises(QuestionError, match="--reason"):
            accept("y87", reason=" ", by="en prøve", access=access)
        with pytest.raises(CatalogueError, match="jobindsats tables y87"):
            accept("y87", reason="derfor", by="en prøve", access=access)


def test_a_table_that_is_gone_is_retired_by_a_persons_word(tmp_path: Path) -> None:
    world = sexes("Kvinder", "Mænd")
    world.own["y86"] = edition("y86", COUNTRY)
    with asked(world, tmp_path) as (access, _):
        adopt("y87", access=access)
        (due,) = jobindsats.due(access, wanted=frozenset({"y87"}))
        del world.own["y87"]
        fetched = replace(
            access, known={"y87": Known(last_fetch=LastFetch(due.listing.updated_on, "2023M09", access.clock()))}
        )
        (before,) = jobindsats.due(fetched, wanted=frozenset({"y87"}))
        assert before.outcome == "failed"
        assert "jobindsats catalogue accept y87" in before.reason
        accept("y87", reason="nedlagt", by="en prøve", access=fetched)
        (after,) = jobindsats.due(fetched, wanted=frozenset({"y87"}))
    assert (after.outcome, "retired" in after.reason) == ("not_due", True)


def test_other_ids_under_the_same_labels_are_told_until_a_person_has_said_that_they_mean_the_same() -> None:
    (table,) = [table for table in shipped_jobindsats().tables if table.id == "y25i01"]
    names = {"A-dagpenge": "A-dagpenge", "Kontanthjælp": "Kontanthjælp"}
    then = Labels("member", "_ygrpi09", {"/2/": ("A-dagpenge",), "/3/": ("Kontanthjælp",)}, names)
    now = replace(then, spellings={"/3/": ("A-dagpenge",), "/2/": ("Kontanthjælp",)})
    told = differences(table, now=[now], then=[then])
    assert told[0].sentence == "'Kontanthjælp' of _ygrpi09 has the id that 'A-dagpenge' had"
    assert {(each.kind, each.label, each.name) for each in told} == {
        ("ids", "Kontanthjælp", "A-dagpenge"),
        ("ids", "A-dagpenge", "Kontanthjælp"),
    }
    day, before = date(2026, 8, 2), date(2026, 8, 1)
    accepted = [each.accepted(reason="kun id'er", by="en prøve", today=day) for each in told]
    after = with_accepted(table, accepted=accepted)
    assert differences(after, now=[now], then=[then], renumbered=True) == []
    for then_on, then_table, on, said in (
        (before, table, day, True),
        (before, table, before, False),
        (day, table, day, True),
        (day, after, day, False),
        (date(2026, 8, 3), table, date(2026, 8, 4), False),
    ):
        assert renumbered_by(after, on=on, then=then_table, then_on=then_on) is said


def test_moved_ids_are_accepted_on_the_day_of_the_newest_vintage(tmp_path: Path) -> None:
    world = sexes("Kvinder", "Mænd")
    with asked(world, tmp_path) as (first, _):
        adopt("y87", access=first, breakdowns=["_kon"])
        access = first_night(first)
        world.own["y87"] = edition("y87", COUNTRY, hierarchy("_kon", ("Mænd", "Kvinder"), root="Køn i alt"))
        (compared,) = compare("y87", access=access, told=quiet)
        assert {each.kind for each in compared.differences} == {"ids"}
        accept("y87", reason="kun id'er er andre", by="en prøve", access=access)
        assert compare("y87", access=access, told=quiet)[0].differences == ()
        require_same_meaning(changed_since(access))
        second = first_night(access)
        world.own["y87"] = sexes("Kvinder", "Mænd").own["y87"]
        with pytest.raises(LabelsMoved):
            require_same_meaning(changed_since(second))


def changed_since(access: Access) -> Change:
    """The labels of y87 beside those of its newest vintage, as a load finds them."""
    known = access.known_of("y87").manifest
    assert known is not None
    (due,) = jobindsats.due(replace(access, known={}), wanted=frozenset({"y87"}))
    manifests = (known, jobindsats.fetch(due, access=access).manifest)
    then, now = (snapshot(access.archive.get_manifest(each), archive=access.archive) for each in manifests)
    days = [danish_day(each.manifest.seen_at) for each in (then, now)]
    return Change(now.table, now.declared_in, then.labels, days[0], now.labels, days[1], then.table)


TEXTS = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=20)
ACCEPTED = st.builds(
    Accepted,
    where=st.sampled_from(["_kon", "measures", "ids"]),
    name=TEXTS,
    label=st.none() | TEXTS,
    until=st.none() | st.dates(),
    reason=TEXTS,
    by=TEXTS,
    accepted_on=st.dates(),
)


@settings(max_examples=40, deadline=None)
@given(first=st.lists(ACCEPTED, min_size=1, max_size=3), more=st.lists(ACCEPTED, min_size=1, max_size=3))
def test_whatever_is_accepted_is_read_back_after_what_stood_before(first: list[Accepted], more: list[Accepted]) -> None:
    text = "# en bemærkning\npublisher: jobindsats\n"
    for each in (first, more):
        text = appended(text, accepted=each, publisher="jobindsats", name="y87.yml")
    assert read_additions(text, name="y87.yml").accepted == (*first, *more)
    assert text.startswith("# en bemærkning\n")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("publisher: jobindsats\naccepted: [{where: a}]\n", "y87.yml"),
        ("- en liste\n", "publisher"),
        ("publisher: jobindsats\ntabels: []\n", "tables"),
        ("publisher: jobindsats\nhierarchies: {_n: {dimension: A}}\ntables: [{id: y86, area: _n}]\n", "y87"),
        ("publisher: jobindsats\n\taccepted: 1\n", "line 2"),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_its_name(text: str, says: str) -> None:
    with pytest.raises(CatalogueError, match=says) as refused:
        read_additions(text, name="y87.yml")
    assert not isinstance(refused.value, Stoppage)
