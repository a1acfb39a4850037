"""What the publisher says of its tables, read and held against the catalogue, and what is asked for on that ground."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

import pytest

from tasks.sources.jobindsats import client as questions
from tasks.sources.jobindsats.metadata import (
    Level,
    TableMetadata,
    differences,
    level_to_ask,
    read_metadata,
)
from tasks.stoppages import BodyUnreadable, Undeclared
from warehouse.areas import municipalities, of_kind
from warehouse.catalogue.model import Hierarchy, Table, jobindsats
from warehouse.periods import Period, spanning

Y25I01 = jobindsats().table("y25i01")

Y01A02 = jobindsats().table("y01a02")

Y25I03 = jobindsats().table("y25i03")

MONTHS = tuple(spanning(Period.parse("2026M01"), Period.parse("2026M07")))


def values(*names: str) -> list[dict[str, str]]:
    return [{"value_id": f"/{at}/", "value_name": name} for at, name in enumerate(names, start=1)]


def nykom() -> dict[str, Any]:
    return {
        "hierarchy_id": "_nykom",
        "levels": [
            {"level_id": "land", "values": [{"value_id": "/", "value_name": "Hele landet"}]},
            {"level_id": "kommune", "values": values(*(area.name for area in municipalities()), "Uoplyst område")},
        ],
    }


def ygrpi09(*names: str, level: str = "grp") -> dict[str, Any]:
    return {
        "hierarchy_id": "_ygrpi09",
        "levels": [
            {"level_id": "alle", "values": [{"value_id": "/", "value_name": "Ydelsesgrupper i alt"}]},
            {"level_id": level, "values": values(*names)},
        ],
    }


def document(*hierarchies: dict[str, Any], **changes: Any) -> dict[str, Any]:
    said = {
        "table_id": "y25i01",
        "periods": [
            {"periodtype_id": "M", "values": [{"period_id": str(period)} for period in reversed(MONTHS)]},
            {"periodtype_id": "Y", "values": [{"period_id": "2025Y01"}]},
        ],
        "dimensions": [{"dimension_id": f"d{h['hierarchy_id']}", "hierarchies": [h]} for h in hierarchies],
        "mgroups": [
            {"mgroup_name": "Ledige", "measures": [{"measure_name": measure.label} for measure in Y25I01.measures]}
        ],
    }
    return said | changes


def metadata(*hierarchies: dict[str, Any], table: Table = Y25I01, **changes: Any) -> TableMetadata:
    said = document(*hierarchies, **{"table_id": table.id} | changes)
    return read_metadata(json.dumps(said).encode(), table=table)


AGREEING = metadata(nykom(), ygrpi09("A-dagpenge", "Kontanthjælp"))


def test_periods_are_those_of_the_declared_kind_oldest_first() -> None:
    assert AGREEING.periods == MONTHS


def test_a_hierarchy_keeps_its_levels_and_ids() -> None:
    assert AGREEING.hierarchies["_ygrpi09"][1] == Level("grp", {"/1/": "A-dagpenge", "/2/": "Kontanthjælp"})


def test_names_that_differ_in_unicode_form_only_are_read_as_the_catalogue_writes_them() -> None:
    written = json.dumps(document(nykom(), ygrpi09("Uddannelseshjælp", "Sygedagpenge på ydelse")), ensure_ascii=False)
    other = unicodedata.normalize("NFD", written)
    assert other != written
    read = read_metadata(written.encode(), table=Y25I01)
    assert read_metadata(other.encode(), table=Y25I01) == read
    assert read_metadata(json.dumps(json.loads(other)).encode(), table=Y25I01) == read


def test_periods_of_another_kind_only_are_named() -> None:
    with pytest.raises(Undeclared, match=r"y25i01 .*Q.*declares M"):
        metadata(periods=[{"periodtype_id": "Q", "values": [{"period_id": "2026Q01"}]}])


def test_a_period_nobody_can_read_is_named() -> None:
    with pytest.raises(Undeclared, match=r"y25i01.*2026M13"):
        metadata(periods=[{"periodtype_id": "M", "values": [{"period_id": "2026M13"}]}])


NO_METADATA = [
    b"<html>vedligehold</html>",
    b"",
    b"[]",
    b"{}",
    b"null",
    b'{"periods": 5, "dimensions": [], "mgroups": []}',
    b'{"periods": {"M": []}, "dimensions": [], "mgroups": []}',
    b'{"periods": [{"periodtype_id": "M", "values": [{}]}], "dimensions": [], "mgroups": []}',
    b'{"periods": [{"periodtype_id": "M", "values": []}], "dimensions": [{"hierarchies": ["x"]}], "mgroups": []}',
    b'{"periods": [{"periodtype_id": "M", "values": []}], "dimensions": [{"hierarchies": [{"levels": []}]}], "mgroups": []}',
    b'{"periods": [{"periodtype_id": "M", "values": []}], "dimensions": [], "mgroups": ["x"]}',
]


@pytest.mark.parametrize("body", NO_METADATA)
def test_what_is_no_metadata_is_refused_with_the_question(body: bytes) -> None:
    with pytest.raises(BodyUnreadable, match="/table/y25i01"):
        read_metadata(body, table=Y25I01)


# ---- levels -------------------------------------------------------------------------------------------------
def test_the_level_of_municipalities_is_found_by_its_names_whatever_its_id() -> None:
    level = level_to_ask(AGREEING, hierarchy=Y25I01.area)
    assert level is not None
    assert level.level_id == "kommune"


def test_the_level_that_holds_most_of_the_declared_members_is_asked_for() -> None:
    said = ygrpi09("A-dagpenge", "Kontanthjælp", level="fin")
    said["levels"].insert(1, {"level_id": "grov", "values": values("A-dagpenge", "Øvrige")})
    level = level_to_ask(metadata(nykom(), said), hierarchy=Y25I01.breakdowns[0])
    assert level is not None
    assert level.level_id == "fin"


def test_a_country_only_table_has_no_level_to_ask_for() -> None:
    said = {
        "hierarchy_id": "_hele_landet",
        "levels": [{"level_id": "land", "values": [{"value_id": "/", "value_name": "x"}]}],
    }
    assert level_to_ask(metadata(said), hierarchy=Y25I03.area) is None


def test_a_hierarchy_the_publisher_does_not_have_is_named_with_those_it_has() -> None:
    with pytest.raises(Undeclared, match=r"y25i01.*no hierarchy _ygrpi09.*_nykom"):
        level_to_ask(metadata(nykom()), hierarchy=Y25I01.breakdowns[0])


@pytest.mark.parametrize("names", [["Jobparat", "Aktivitetsparat"], []])
def test_a_hierarchy_of_strangers_is_named_with_what_was_found(names: list[str]) -> None:
    with pytest.raises(Undeclared, match=r"y25i01: no level of _ygrpi09 holds A-dagpenge, Kontanthjælp") as stopped:
        level_to_ask(metadata(nykom(), ygrpi09(*names)), hierarchy=Y25I01.breakdowns[0])
    assert all(name in str(stopped.value) for name in names)


# ---- hierarchies of other kinds -----------------------------------------------------------------------------
Y30R21 = jobindsats().table("y30r21")


def hierarchy(name: str, *levels: tuple[str, list[str]], root: str | None = None) -> dict[str, Any]:
    above = [] if root is None else [{"level_id": "alle", "values": [{"value_id": "/", "value_name": root}]}]
    below = [{"level_id": level_id, "values": values(*names)} for level_id, names in levels]
    return {"hierarchy_id": name, "levels": above + below}


def declared(table: Table, **changes: Any) -> Table:
    return Table.model_validate(table.model_dump(by_alias=True) | changes)


def breakdown(**said: Any) -> Hierarchy:
    return Hierarchy.model_validate({"id": "_ygrpi09", "dimension": "Ydelsesgrupper"} | said)


def asked(said: TableMetadata, table: Table) -> list[dict[str, str]]:
    return [dict(cut.nodes) for cut in questions.cuts(table, metadata=said)]


def test_a_country_that_the_publisher_does_not_have_is_not_asked_for() -> None:
    names = [area.name for area in municipalities()]
    groups = hierarchy("_ygrp_y30r21", ("grp", ["A-dagpenge mv."]), root="Ydelsesgrupper i alt")
    periods = [{"periodtype_id": "QMAT", "values": [{"period_id": "2022QMAT04"}]}]
    said = metadata(hierarchy("_nykom", ("kommune", names)), groups, periods=periods, table=Y30R21)
    assert {nodes["_nykom"] for nodes in asked(said, Y30R21)} == {"level:kommune"}
    assert not [text for text in differences(said, table=Y30R21) if "Hele landet" in text]
    unlisted = metadata(hierarchy("_nykom", ("kommune", names)), hierarchy("_ygrp_y30r21", ("grp", ["A-dagpenge mv."])),
                        periods=periods, table=Y30R21)  # fmt: skip
    assert {(nodes["_nykom"], nodes["_ygrp_y30r21"]) for nodes in asked(unlisted, Y30R21)} == {
        ("level:kommune", "/"),
        ("level:kommune", "level:grp"),
    }


def test_a_declared_total_that_the_publisher_lists_no_more_is_told_and_not_asked_for() -> None:
    said = metadata(nykom(), hierarchy("_ygrpi09", ("grp", ["A-dagpenge", "Kontanthjælp"])))
    assert {nodes["_ygrpi09"] for nodes in asked(said, Y25I01)} == {"level:grp"}
    assert differences(said, table=Y25I01) == [
        "the total 'Ydelsesgrupper i alt' of _ygrpi09 is declared but not offered"
    ]


def test_a_hierarchy_without_a_root_is_asked_for_by_its_level_alone() -> None:
    rootless = declared(Y25I01, breakdowns=(breakdown(members=({"name": "Kort"}, {"name": "Lang"})),))
    said = metadata(nykom(), hierarchy("_ygrpi09", ("uger", ["Kort", "Lang"])))
    assert asked(said, rootless) == [
        {"_nykom": "/", "_ygrpi09": "level:uger"},
        {"_nykom": "level:kommune", "_ygrpi09": "level:uger"},
    ]
    assert differences(said, table=rootless) == []


def test_an_open_breakdown_is_asked_for_by_its_only_level_or_the_one_that_is_named() -> None:
    of_one, of_two = breakdown(open=True, root="I alt"), breakdown(open=True, root="I alt", level="fin")
    one = metadata(nykom(), hierarchy("_ygrpi09", ("alt", ["a", "b"]), root="I alt"))
    two = metadata(nykom(), hierarchy("_ygrpi09", ("grov", ["a"]), ("fin", ["a", "b"]), root="I alt"))
    assert (level_to_ask(one, hierarchy=of_one), level_to_ask(two, hierarchy=of_two)) == (
        Level("alt", {"/1/": "a", "/2/": "b"}),
        Level("fin", {"/1/": "a", "/2/": "b"}),
    )
    for said, wanted in ((two, of_one), (one, of_two)):
        with pytest.raises(Undeclared, match=r"y25i01: _ygrpi09 has no level.*catalogue accept y25i01"):
            level_to_ask(said, hierarchy=wanted)


def test_regions_are_found_by_their_names() -> None:
    area = {"id": "_region", "dimension": "Område", "kind": "area", "level_holds": "region", "root": "Hele landet"}
    regional = declared(Y25I03, area=area)
    said = metadata(hierarchy("_region", ("region", ["Region Hovedstaden", "Region Sjælland"]), root="Hele landet"))
    assert asked(said, regional) == [{"_region": "/"}, {"_region": "level:region"}]


def test_a_blank_at_the_end_of_a_label_is_no_part_of_it() -> None:
    spaced = metadata(nykom(), hierarchy("_ygrpi09", ("grp", ["A-dagpenge ", " Kontanthjælp\u00a0"]),
                                         root="Ydelsesgrupper  i alt"))  # fmt: skip
    assert differences(spaced, table=Y25I01) == []
    assert len(asked(spaced, Y25I01)) == 4


# ---- differences --------------------------------------------------------------------------------------------
def test_where_publisher_and_catalogue_agree_there_is_nothing_to_say() -> None:
    assert differences(AGREEING, table=Y25I01) == []


def test_a_measure_and_a_member_that_are_not_offered_are_named() -> None:
    said = metadata(
        nykom(),
        ygrpi09("A-dagpenge"),
        mgroups=[{"mgroup_name": "g", "measures": [{"measure_name": "Antal ledige personer"}]}],
    )
    found = differences(said, table=Y25I01)
    assert [text for text in found if "member" in text] == [
        "member 'Kontanthjælp' of _ygrpi09 is declared but not offered"
    ]
    assert sum("measure" in text for text in found) == 3
    assert not any("'Antal ledige personer'" in text for text in found)


def test_a_measure_is_offered_under_its_groups_name_or_an_earlier_label_too() -> None:
    labels = [
        "Fuldtidspersoner i pct. af arbejdsstyrken 16-66 år",
        *(m.label for m in Y01A02.measures if "arbejds" not in m.label),
    ]
    said = metadata(nykom(), mgroups=[{"mgroup_name": "g", "measures": [{"measure_name": label} for label in labels]}])
    assert differences(said, table=Y01A02) == []
    benchmark = jobindsats().table("y30r21")
    grouped = [measure.label.rpartition(": ") for measure in benchmark.measures]
    groups = [{"mgroup_name": group or name, "measures": [{"measure_name": name}]} for group, _, name in grouped]
    periods = [{"periodtype_id": "QMAT", "values": [{"period_id": "2023QMAT02"}]}]
    assert not [
        text
        for text in differences(metadata(mgroups=groups, periods=periods, table=benchmark), table=benchmark)
        if text.startswith("measure")
    ]


TWICE: dict[str, dict[str, Any]] = {
    "hierarchy": {"hierarchies": [ygrpi09("A-dagpenge"), ygrpi09("Kontanthjælp")]},
    "member": {
        "hierarchies": [
            {"hierarchy_id": "_x", "levels": [{"level_id": "x", "values": values("A")[:1] + values("B")[:1]}]}
        ]
    },
    "period type": {
        "periods": [{"periodtype_id": "M", "values": [{"period_id": month}]} for month in ("2026M01", "2026M02")]
    },
    "measure": {
        "mgroups": [{"mgroup_name": "g", "measures": [{"measure_id": "m", "measure_name": name} for name in "AB"]}]
    },
}


@pytest.mark.parametrize("what", list(TWICE))
def test_what_stands_twice_for_different_things_is_refused_and_alike_is_once(what: str) -> None:
    changes = dict(TWICE[what])
    with pytest.raises(BodyUnreadable, match=f"/table/y25i01.*the {what} '.*' stands twice"):
        metadata(*changes.pop("hierarchies", ()), **changes)
    assert metadata(nykom(), nykom()).hierarchies == metadata(nykom()).hierarchies


def test_a_key_twice_in_the_metadata_is_refused() -> None:
    body = json.dumps(document(nykom())).encode().replace(b'"table_id"', b'"periods": [], "table_id"', 1)
    with pytest.raises(BodyUnreadable, match="the key 'periods' stands twice"):
        read_metadata(body, table=Y25I01)


def test_the_metadata_of_another_table_are_refused() -> None:
    with pytest.raises(BodyUnreadable, match="/table/y25i01 describes another table, y01a02"):
        read_metadata(json.dumps(document(nykom(), table_id="y01a02")).encode(), table=Y25I01)
    assert read_metadata(json.dumps(document(nykom(), table_id="Y25I01")).encode(), table=Y25I01).table_id == "y25i01"


# ---- questions ----------------------------------------------------------------------------------------------
def test_root_and_level_are_asked_for_apart_in_every_combination() -> None:
    cuts = questions.cuts(Y25I01, metadata=AGREEING)
    assert [dict(cut.nodes) for cut in cuts] == [
        {"_nykom": "/", "_ygrpi09": "/"},
        {"_nykom": "/", "_ygrpi09": "level:grp"},
        {"_nykom": "level:kommune", "_ygrpi09": "/"},
        {"_nykom": "level:kommune", "_ygrpi09": "level:grp"},
    ]
    assert [cut.members for cut in cuts] == [1, 2, 99, 198]


def test_a_question_names_its_periods_and_asks_for_all_measures() -> None:
    cut = questions.cuts(Y25I01, metadata=AGREEING)[2]
    assert questions.figures(Y25I01, cut=cut, periods=MONTHS[:2]) == (
        "/data/y25i01?mgroup.*=*&period.M=2026M01,2026M02&hierarchy._nykom=level:kommune&hierarchy._ygrpi09=/&format=json"
    )


@pytest.mark.parametrize("table", jobindsats().tables, ids=lambda table: str(table.id))
def test_no_table_is_ever_asked_for_the_latest_or_for_every_node(table: Table) -> None:
    names = tuple(area.name for area in of_kind(table.area.level_holds or "municipality"))
    hierarchies: dict[str, tuple[Level, ...]] = {
        hierarchy.id: (
            Level("alle", {"/": hierarchy.root or ""}),
            Level("fin", dict(enumerate_ids(names if hierarchy.kind == "area" else tuple(hierarchy.canonical)))),
        )
        for hierarchy in (table.area, *table.breakdowns)
    }
    periods = (Period(table.period, 2023, 1), Period(table.period, 2024, 1))
    said = TableMetadata(table.id, periods, hierarchies, frozenset())
    asked = [questions.figures(table, cut=cut, periods=periods) for cut in questions.cuts(table, metadata=said)]
    with_both = [h for h in (table.area, *table.breakdowns) if h.root and (h.members or h.level_holds)]
    assert len(asked) == len(set(asked)) == 2 ** len(with_both)
    for question in asked:
        assert "latest:" not in question
        assert "=*" not in question.replace("mgroup.*=*", "")
        assert f"period.{table.period}={periods[0]},{periods[1]}" in question
        assert question.startswith(f"/data/{table.id}?")


def enumerate_ids(names: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(f"/{at}/", name) for at, name in enumerate(names, start=1)]


@pytest.mark.parametrize("cells_per_call", [1, 7, 396, 800, 1200, 70_000])
def test_chunks_hold_every_period_once_in_order_and_fit_a_call(cells_per_call: int) -> None:
    cut = questions.cuts(Y25I01, metadata=AGREEING)[2]
    chunks = questions.in_chunks(MONTHS, table=Y25I01, cut=cut, cells_per_call=cells_per_call)
    assert [period for chunk in chunks for period in chunk] == list(MONTHS)
    for chunk in chunks:
        assert len(chunk) == 1 or len(chunk) * cut.members * len(Y25I01.measures) <= cells_per_call


def test_chunks_are_as_large_as_a_call_allows() -> None:
    cut = questions.cuts(Y25I01, metadata=AGREEING)[2]
    chunks = questions.in_chunks(MONTHS, table=Y25I01, cut=cut, cells_per_call=3 * 99 * 4)
    assert [len(chunk) for chunk in chunks] == [3, 3, 1]
    assert questions.in_chunks((), table=Y25I01, cut=cut, cells_per_call=1) == []
