"""What changed in the publisher's metadata: which changes stop a table, which are only told, and in which words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tasks.sources.jobindsats.metadata import Level, TableMetadata
from tasks.sources.jobindsats.snapshot import labels_of
from tasks.sources.label_changes import Change, advisories, remembering, require_same_meaning
from tasks.stoppages import LabelsMoved, Undeclared, Vanished
from warehouse.areas import municipalities
from warehouse.catalogue.model import Retirement, Table, jobindsats

Y25I01 = jobindsats().table("y25i01")

PTV = jobindsats().table("ptv_a02")

A, K = "A-dagpenge", "Kontanthjælp"

MUNICIPALITIES = {f"/{at}/": area.name for at, area in enumerate(municipalities(), start=1)}


def metadata(members: dict[str, str], *, table: Table = Y25I01, **changes: Any) -> TableMetadata:
    (hierarchy,) = table.breakdowns
    assert hierarchy.root
    said = TableMetadata(
        table_id=table.id,
        periods=(),
        hierarchies={
            "_nykom": (Level("land", {"/": "Hele landet"}), Level("kommune", MUNICIPALITIES)),
            hierarchy.id: (Level("alle", {"/": hierarchy.root}), Level("grp", members)),
        },
        measure_labels=frozenset(label for measure in table.measures for label in measure.labels),
        measure_ids={f"meas_{m.name}": (m.label, f"Gruppe: {m.label}") for m in table.measures},
    )
    return replace(said, **changes)


THEN = metadata({"/2/": A, "/3/": K})


def change(now: TableMetadata, *, then: TableMetadata = THEN, table: Table = Y25I01, on: str = "2026-08-20") -> Change:
    then_on, now_on = date(2025, 6, 20), date.fromisoformat(on)
    before, after = labels_of(then, table=table, on=then_on), labels_of(now, table=table, on=now_on)
    return Change(table, "warehouse/catalogue/jobindsats.yml", before, then_on, after, now_on)


def measures(**named: str) -> dict[str, tuple[str, ...]]:
    """The measures with some called otherwise."""
    return {key: (named.get(key.removeprefix("meas_"), label), "") for key, (label, _) in THEN.measure_ids.items()}


def test_where_nothing_changed_there_is_nothing_to_say() -> None:
    require_same_meaning(change(THEN))
    assert advisories(change(THEN)) == []


def test_another_id_under_the_same_label_is_told_and_stops_nothing() -> None:
    found = change(metadata({"/7/": A, "/3/": K}))
    require_same_meaning(found)
    assert advisories(found) == ["id of 'A-dagpenge' in _ygrpi09 changed from /2/ to /7/"]


def test_another_declared_spelling_is_told_and_stops_nothing() -> None:
    measure = next(m for m in Y25I01.measures if m.also)
    found = change(replace(THEN, measure_ids=measures(**{measure.name: measure.also[0]})))
    require_same_meaning(found)
    assert advisories(found) == [
        f"'{measure.label}' in the measures is now called '{measure.also[0]}', which is declared as the same"
    ]


def test_labels_that_changed_places_stop_the_table_with_both_names() -> None:
    with pytest.raises(LabelsMoved, match=r"y25i01: .*id /2/ of _ygrpi09 was 'A-dagpenge' .*'Kontanthjælp' today"):
        require_same_meaning(change(metadata({"/2/": K, "/3/": A})))


def test_measures_that_changed_places_stop_the_table() -> None:
    first, second = Y25I01.measures[:2]
    swapped = measures(**{first.name: second.label, second.name: first.label})
    with pytest.raises(LabelsMoved, match=f"was '{first.label}' until now and is '{second.label}' today"):
        require_same_meaning(change(replace(THEN, measure_ids=swapped)))


def test_municipalities_that_changed_places_stop_the_table() -> None:
    one, two = "/1/", "/2/"
    swapped = MUNICIPALITIES | {one: MUNICIPALITIES[two], two: MUNICIPALITIES[one]}
    moved = replace(THEN, hierarchies=THEN.hierarchies | {"_nykom": (Level("kommune", swapped),)})
    with pytest.raises(LabelsMoved, match="_nykom was 'København'"):
        require_same_meaning(change(moved))


@pytest.mark.parametrize(("declared", "stops"), [("2026-08-20", False), ("2025-06-20", True), ("2026-08-21", True)])
def test_ids_that_a_person_knows_to_be_others_stop_nothing_once(declared: str, stops: bool) -> None:
    table = Y25I01.model_copy(update={"renumbered": date.fromisoformat(declared)})
    found = change(metadata({"/2/": K, "/3/": A}), table=table)
    if stops:
        with pytest.raises(LabelsMoved, match="jobindsats catalogue accept"):
            require_same_meaning(found)
    else:
        require_same_meaning(found)
        assert len(advisories(found)) == 2


def test_a_member_that_is_gone_stops_the_table_with_its_name() -> None:
    with pytest.raises(Vanished, match=r"y25i01: the member 'Kontanthjælp' stood published"):
        require_same_meaning(change(metadata({"/2/": A})))


def test_a_member_under_a_name_nobody_declared_is_gone_too_and_the_new_name_is_told() -> None:
    with pytest.raises(Vanished, match=r"'Kontanthjælp' .*its id /3/ is now called 'Kontanthjælp mv\.'"):
        require_same_meaning(change(metadata({"/2/": A, "/3/": "Kontanthjælp mv."})))


def test_a_measure_that_is_gone_is_named_before_those_that_moved_up() -> None:
    labels = [spellings for _, spellings in sorted(THEN.measure_ids.items())]
    moved_up = dict(zip(sorted(THEN.measure_ids), labels[1:], strict=False))
    with pytest.raises(Vanished, match=f"the measure '{labels[0][0]}' stood published"):
        require_same_meaning(change(replace(THEN, measure_ids=moved_up)))


def test_a_measure_is_known_by_its_labels_where_the_publisher_gives_no_ids() -> None:
    then = replace(THEN, measure_ids={})
    fewer = replace(then, measure_labels=then.measure_labels - set(Y25I01.measures[0].labels))
    require_same_meaning(change(then, then=then))
    with pytest.raises(Vanished, match="Antal ledige personer"):
        require_same_meaning(change(fewer, then=then))


def test_a_municipality_that_is_gone_stops_the_table() -> None:
    fewer = {value_id: name for value_id, name in MUNICIPALITIES.items() if name != "Herlev"}
    said = replace(THEN, hierarchies=THEN.hierarchies | {"_nykom": (Level("kommune", fewer),)})
    with pytest.raises(Vanished, match="the area 'Herlev'"):
        require_same_meaning(change(said))


@pytest.mark.parametrize(("on", "stops"), [("2025-06-30", True), ("2025-07-01", False)])
def test_a_member_that_ended_may_go_from_the_day_after_its_last(on: str, stops: bool) -> None:
    all_members = {f"/{at}/": member.name for at, member in enumerate(PTV.breakdowns[0].members, start=2)}
    lasting = {value_id: name for value_id, name in all_members.items() if name != "Uddannelseshjælp"}
    found = change(metadata(lasting, table=PTV), then=metadata(all_members, table=PTV), table=PTV, on=on)
    if stops:
        with pytest.raises(Vanished, match="'Uddannelseshjælp'"):
            require_same_meaning(found)
    else:
        require_same_meaning(found)


def test_a_measure_that_ended_may_go() -> None:
    first, *others = Y25I01.measures
    ended = first.model_copy(update={"until": date(2026, 8, 19)})
    table = Y25I01.model_copy(update={"measures": (ended, *others)})
    left = {key: labels for key, labels in THEN.measure_ids.items() if key != f"meas_{first.name}"}
    require_same_meaning(change(replace(THEN, measure_ids=left), table=table))


def test_of_a_retired_table_anything_may_go() -> None:
    table = Y25I01.model_copy(update={"retired": Retirement(since=date(2026, 8, 1))})
    require_same_meaning(change(metadata({"/2/": A}), table=table))


def test_what_was_not_there_then_may_come() -> None:
    require_same_meaning(change(THEN, then=metadata({"/2/": A})))


def test_an_unknown_label_is_told_with_what_it_was_called() -> None:
    found = change(metadata({"/2/": A, "/3/": "Kontanthjælp mv."}))
    stopped = remembering(Undeclared("who is this", label="Kontanthjælp mv.", cells=[{"a": 1}]), change=found)
    assert str(stopped) == "who is this; the publisher's id /3/ of _ygrpi09 was called 'Kontanthjælp' until now"
    assert (stopped.rule, stopped.cells) == ("Undeclared", [{"a": 1}])


@pytest.mark.parametrize("label", [None, "Helt ny", A])
def test_a_label_that_was_nothing_else_is_told_as_it_is(label: str | None) -> None:
    found = change(metadata({"/2/": A, "/3/": K, "/4/": "Helt ny"}))
    assert str(remembering(Undeclared("who is this", label=label), change=found)) == "who is this"
