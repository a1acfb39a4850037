"""The catalogue: what is declared hangs together, and what is malformed is refused with the name of the key."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from warehouse.catalogue.model import CatalogueError, Measure, Table, jobindsats, read_catalogue, statbank
from warehouse.catalogue.units import BOUNDS
from warehouse.periods import PeriodKind

TABLES = jobindsats().tables

MEASURES = [(table, measure) for table in TABLES for measure in table.measures]

BY_SUFFIX = {  # the longest first
    "_full_time_persons": "full_time_persons",
    "_persons": "persons",
    "_cases": "cases",
    "_pct_point": "pct_point",
    "_pct": "pct",
    "_fraction": "fraction",
    "_ratio": "ratio",
    "rank": "rank",
}

WELL_FORMED = """
publisher: jobindsats
title: Jobindsats.dk
owner: STAR
credit: Jobindsats.dk / STAR
hierarchies:
  _nykom: {dimension: Område, kind: area, root: Hele landet, level_holds: municipality}
tables:
  - id: y01a02
    title: Antal personer
    title_en: Persons
    evidence: confirmed
    subject: A-dagpenge
    period: M
    area: _nykom
    measures:
      - {name: persons, label: Antal personer, unit: persons}
benefit_groups:
  - {id: unemployment_insurance, name: A-dagpenge, table: y01a02, counted: true}
"""


def one_id(table: Table) -> str:
    return table.id


@pytest.mark.parametrize("table", TABLES, ids=one_id)
def test_a_table_is_declared_in_full(table: Table) -> None:
    assert table.title.strip()
    assert table.title_en.strip()
    assert table.period in PeriodKind
    assert table.area.kind == "area"
    assert table.measures
    assert all(each.kind == "breakdown" and (each.members or each.open) for each in table.breakdowns)
    assert len(set(table.dimensions)) == len(table.dimensions)
    assert not set(table.dimensions) & {label for measure in table.measures for label in measure.labels}


@pytest.mark.parametrize("table", TABLES, ids=one_id)
def test_the_labels_of_a_breakdown_mean_one_member_each(table: Table) -> None:
    for hierarchy in table.breakdowns:
        labels = [hierarchy.root, *hierarchy.also]
        labels += [label for member in hierarchy.members for label in (member.name, *member.also)]
        assert [label for label, times in Counter(labels).items() if times > 1] == []


def one_measure(value: object) -> str:
    return value.name if isinstance(value, Measure) else value.id if isinstance(value, Table) else str(value)


@pytest.mark.parametrize(("table", "measure"), MEASURES, ids=one_measure)
def test_a_measures_name_ends_in_its_unit(table: Table, measure: Measure) -> None:
    suffix = next(suffix for suffix in BY_SUFFIX if f"_{measure.name}".endswith(suffix))
    assert measure.unit == BY_SUFFIX[suffix]


@pytest.mark.parametrize(("table", "measure"), MEASURES, ids=one_measure)
def test_a_measures_unit_agrees_with_the_publishers_own_words(table: Table, measure: Measure) -> None:
    label = measure.label.lower()
    if "pct. point" in label:
        assert measure.unit == "pct_point"
    elif "pct." in label or label.startswith("andel "):
        assert measure.unit == "pct"
    elif label.startswith("antal "):
        assert measure.unit in ("persons", "full_time_persons", "cases")
        assert ("fuldtid" in label) == (measure.unit == "full_time_persons")


@pytest.mark.parametrize(("table", "measure"), MEASURES, ids=one_measure)
def test_a_measure_has_bounds_that_leave_room_and_adds_up_only_where_it_counts(table: Table, measure: Measure) -> None:
    least, greatest = measure.bounds
    assert least < greatest
    assert measure.is_count or not measure.adds_up
    assert BOUNDS[measure.unit]


def test_ids_are_lower_case_and_declared_once() -> None:
    ids = [table.id for table in TABLES]
    assert len(set(ids)) == len(ids)
    assert all(table_id == table_id.lower() for table_id in ids)


def test_a_table_is_found_whatever_the_case_of_its_id() -> None:
    assert jobindsats().table("Y25I01").id == "y25i01"
    with pytest.raises(CatalogueError, match="y99z99"):
        jobindsats().table("y99z99")


def test_what_replaced_a_retired_table_is_declared_and_in_force() -> None:
    retired = [table for table in TABLES if table.retired]
    assert {table.id for table in retired} == {"y36a02", "y38a02", "y35a02"}
    for table in retired:
        assert table.retired is not None
        assert table.retired.since == date(2025, 7, 1)
        assert table.retired.replaced_by is not None
        assert jobindsats().table(table.retired.replaced_by).retired is None


def test_a_table_is_expected_from_its_first_day_until_it_is_retired() -> None:
    old, new = jobindsats().table("y36a02"), jobindsats().table("y60a02")
    assert [table.expected_on(date(2025, 6, 30)) for table in (old, new)] == [True, False]
    assert [table.expected_on(date(2025, 7, 1)) for table in (old, new)] == [False, True]


def test_every_benefit_group_names_a_table_and_a_member_that_exist() -> None:
    for group in jobindsats().benefit_groups:
        table = jobindsats().table(group.table)
        assert {"persons", "full_time_persons"} <= {measure.name for measure in table.measures}
        if group.member is not None:
            (breakdown,) = table.breakdowns
            assert group.member in {member.name for member in breakdown.members}
        else:
            assert not table.breakdowns
        assert group.valid_from is None or group.until is None or group.valid_from < group.until


def test_the_benefits_that_the_papers_name_are_all_there() -> None:
    names = {group.name for group in jobindsats().benefit_groups}
    assert {
        "A-dagpenge",
        "Kontanthjælp",
        "Uddannelseshjælp",
        "Revalidering",
        "Forrevalidering",
        "Selvforsørgelses- og hjemrejseydelse samt overgangsydelse",
        "Sygedagpenge",
        "Jobafklaringsforløb",
        "Ressourceforløb",
        "Ledighedsydelse",
        "Fleksjob",
        "Førtidspension",
        "Seniorpension",
    } <= names


def test_a_benefit_that_ended_is_followed_without_a_gap_by_one_that_exists() -> None:
    groups = {group.id: group for group in jobindsats().benefit_groups}
    assert len(groups) == len(jobindsats().benefit_groups)
    ended = [group for group in groups.values() if group.until]
    assert len(ended) == 3
    for group in ended:
        assert group.until is not None
        following = groups[group.successor or ""].valid_from
        assert following is not None
        assert (following - group.until).days == 1


def test_a_benefits_benchmark_group_is_a_member_of_the_benchmark() -> None:
    (breakdown,) = jobindsats().table("y30r21").breakdowns
    assert {g.benchmark for g in jobindsats().benefit_groups if g.benchmark} <= {m.name for m in breakdown.members}


def test_the_benchmark_is_a_rolling_year_whose_rank_the_country_does_not_have() -> None:
    table = jobindsats().table("y30r21")
    assert table.period is PeriodKind.ROLLING_YEAR
    rank = table.measure_by_label["Placering på benchmarkranglisten"]
    assert (rank.unit, rank.bounds, rank.country) == ("rank", (1, 98), False)
    assert min(measure.bounds[0] for measure in table.measures if measure.name.startswith("gap_")) < 0


def test_the_well_formed_text_is_read() -> None:
    catalogue = read_catalogue(WELL_FORMED)
    assert catalogue.table("y01a02").area.id == "_nykom"
    assert catalogue.table("y01a02").root_members == {}


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("unit: persons", "unit: heads", "unit"),
        ("period: M", "period: W", "period"),
        ("period: M", "perriod: M", "perriod"),
        ("evidence: confirmed", "evidence: rumour", "evidence"),
        ("area: _nykom", "area: _nowhere", "_nowhere"),
        ("area: _nykom", "area: _nykom\n    breakdowns: [_nothing]", "_nothing"),
        ("root: Hele landet", "rod: Hele landet", "_nykom"),
        ("root: Hele landet", "rod: Hele landet", "rod"),
        ("counted: true", "counted: perhaps", "counted"),
        ("tables:", "tabels:", "tables"),
        ("hierarchies:", "hierarkier:", "hierarchies"),
        ("measures:", "measurements:", "measures"),
        ("  - id: y01a02", "  - id: Y01-A02", "id"),
        ("name: persons, label", "label", "name"),
        ("table: y01a02", "table: y99z99", "y99z99"),
        ("title: Antal personer", "title: [", "line"),
        ("{dimension: Område, kind: area, root: Hele landet, level_holds: municipality}", "", "_nykom"),
    ],
)
def test_a_malformed_catalogue_is_refused_and_the_key_is_named(old: str, new: str, named: str) -> None:
    assert old in WELL_FORMED
    with pytest.raises(CatalogueError) as stopped:
        read_catalogue(WELL_FORMED.replace(old, new, 1))
    assert named in str(stopped.value)


@pytest.mark.parametrize("text", ["", "just words", "- a\n- list\n", "hierarchies: 5\ntables: []\n"])
def test_what_is_no_catalogue_at_all_is_refused(text: str) -> None:
    with pytest.raises(CatalogueError):
        read_catalogue(text)


def test_a_table_declared_twice_is_refused() -> None:
    head, _, rest = WELL_FORMED.partition("tables:\n")
    table, _, groups = rest.partition("benefit_groups:")
    with pytest.raises(CatalogueError, match="y01a02"):
        read_catalogue(f"{head}tables:\n{table}{table}benefit_groups:{groups}")


def test_two_measures_with_one_label_are_refused() -> None:
    line = "      - {name: persons, label: Antal personer, unit: persons}\n"
    with pytest.raises(CatalogueError, match="y01a02"):
        read_catalogue(WELL_FORMED.replace(line, line + line.replace("name: persons", "name: again_persons")))


def test_a_hierarchy_without_root_members_or_areas_is_refused() -> None:
    with pytest.raises(CatalogueError, match="_nykom has neither a root nor members"):
        read_catalogue(WELL_FORMED.replace("root: Hele landet, level_holds: municipality", ""))


BROKEN = """
series_breaks:
  - {id: reform, title: Reform, caveat: Nej, source: Lov, first_periods: {y01a02: 2025M07}, members: MEMBERS}
"""


@pytest.mark.parametrize(
    ("members", "named"),
    [("{y01a02: [Kontanthjælp]}", "y01a02 has no members Kontanthjælp"), ("{y02a02: [x]}", "`members` names y02a02")],
)
def test_a_break_of_members_that_do_not_exist_is_refused(members: str, named: str) -> None:
    with pytest.raises(CatalogueError, match=named):
        read_catalogue(WELL_FORMED + BROKEN.replace("MEMBERS", members))


@pytest.mark.parametrize("half", ["kinds: [a21]", "since: 2019-08-09"])
def test_a_break_of_kinds_of_tables_has_a_day(half: str) -> None:
    broken = BROKEN.replace("first_periods: {y01a02: 2025M07}, members: MEMBERS", half)
    with pytest.raises(CatalogueError, match="`kinds` and `since` go together"):
        read_catalogue(WELL_FORMED + broken)


@pytest.mark.parametrize(
    ("table_id", "kind", "first"),
    [
        ("y09a24", PeriodKind.MONTH, "2019M08"),
        ("y01a27", PeriodKind.QUARTER, "2019Q03"),
        ("y07b15", PeriodKind.MONTH, None),
    ],
)
def test_tables_of_courses_have_their_break_once_they_are_adopted(
    table_id: str, kind: PeriodKind, first: str | None
) -> None:
    found = [own for each in jobindsats().series_breaks if (own := each.of_adopted(table_id, kind=kind))]
    assert [own.first_period for own in found] == ([first] if first else [])
    assert all("9. august 2019" in own.caveat for own in found)


OWN = {"id": "x", "title": "Nyt", "caveat": "Nej.", "source": "Noten", "first_period": "2019M08"}


@pytest.mark.parametrize(
    ("changed", "named"),
    [({"first_period": "2019Q03"}, "2019Q03 is no period of y01a02"), ({"members": ["Mænd"]}, "has no members Mænd")],
)
def test_a_tables_own_break_is_of_its_periods_and_members(changed: dict[str, object], named: str) -> None:
    declared = jobindsats().table("y01a02").model_dump(by_alias=True)
    assert Table.model_validate(declared | {"series_breaks": [OWN]}).series_breaks[0].first_period == "2019M08"
    with pytest.raises(ValueError, match=named):
        Table.model_validate(declared | {"series_breaks": [OWN | changed]})


def test_a_break_hangs_on_the_members_it_concerns() -> None:
    reform = next(each for each in jobindsats().series_breaks if each.id == "cash_benefit_reform_2025")
    assert "Kontanthjælp" in reform.members["ptv_a02"]
    assert not {"Seniorpension", "Forrevalidering"} & set(reform.members["ptv_a02"])


def test_a_tables_own_note_stands_on_no_other() -> None:
    (noted,) = [each for each in jobindsats().series_breaks if "y01h01" in each.first_periods]
    assert set(noted.first_periods) == {"y01h01"}
    assert "ordinære timer" not in f"{noted.title} {noted.caveat}".lower()


# ---- StatBank -----------------------------------------------------------------------------------------------
def test_statbank_has_population_and_recipients_by_quarter_and_shares_no_id_with_jobindsats() -> None:
    assert statbank().publisher == "statbank"
    assert [(table.id, table.period) for table in statbank().tables] == [
        ("folk1a", PeriodKind.QUARTER),
        ("auk01", PeriodKind.QUARTER),
    ]
    assert not {table.id for table in statbank().tables} & {table.id for table in TABLES}
    assert statbank() is statbank()


def test_statbanks_measures_are_named_by_their_unit_and_each_table_has_one() -> None:
    for table in statbank().tables:
        (measure,) = table.measures
        assert measure.label == "INDHOLD"
        assert measure.name.endswith(measure.unit)
        assert not measure.adds_up


def test_no_subtotal_of_statbanks_benefits_is_declared_beside_its_parts() -> None:
    (benefits,) = statbank().table("auk01").breakdowns
    assert benefits.root == "I alt"
    assert benefits.members
    assert [member.name for member in benefits.members if "i alt" in member.name.lower()] == []
