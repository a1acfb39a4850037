"""Two nights a month apart in the synthetic Denmark, over the benefits of the papers and a table of each other kind.

Every table of the catalogue is brought in by `make demo`, which runs where changes are checked.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from tests.conftest import Stage
from tests.explained import OF_THE_REST, taken_apart, without_origin
from tests.own_tables import PERSON_BUDGET, save
from tests.scene import Scene
from tests.star import compared, lost_or_doubled, moments, repeated
from warehouse.catalogue.model import jobindsats

pytestmark = pytest.mark.slow
BUDGETED = {"Sygedagpenge": "282,4;150.000", "A-dagpenge": "405,5;100.000", "Fleksjob": "105,5;.."}
BUDGET = [f"2023M{month:02};{benefit};{budget}" for month in range(1, 13) for benefit, budget in BUDGETED.items()]
TABLES = [
    *sorted({group.table for group in jobindsats().benefit_groups}),
    "y25i01",
    "y25i03",
    "y30r21",
    "y01h01",
    "local_files",
]


@pytest.fixture(scope="module")
def two_nights(stage: Stage) -> Iterator[Scene]:
    """The nights of 5 November and 5 December 2023, over the publisher's tables and Herlev's budget."""
    with stage(today="2023-11-05", scale="small") as scene:
        own = scene.folder / "own"
        scene.patch.setenv("JOBINDSATS_LOCAL_FILES", str(own))
        save(own, "persons", rows="\n".join(["Måned;Ydelse;Helårspersoner;Pris", *BUDGET, ""]), **PERSON_BUDGET)
        for day in ("2023-11-05", "2023-12-05"):
            report = scene.night(day, tables=TABLES)
            assert report.outcome == "completed", [t for t in report.tables if t["outcome"] == "quarantined"]
            keep_the_mart(scene, name=f"mart_of_{day[5:7]}")
        yield scene


def keep_the_mart(scene: Scene, *, name: str) -> None:
    """A copy of the mart as it is now, to hold later answers against."""
    engine = create_engine(scene.database)
    with engine.begin() as connection:
        connection.execute(text(f"create table public.{name} as select * from marts.benefit_recipients"))
    engine.dispose()


def test_herlevs_totals_are_those_of_its_paper(two_nights: Scene) -> None:
    sums = two_nights.query(
        "select period, sum(recipients_full_time_persons) as persons from marts.benefit_recipients "
        "where area_name = 'Herlev' and counted_in_total and period in ('2022M10', '2023M10') group by period order by period"
    )
    assert sums == [{"period": "2022M10", "persons": 2_844}, {"period": "2023M10", "persons": 2_882}]


def test_the_star_holds_all_that_is_loaded_and_its_joins_lose_and_double_nothing(two_nights: Scene) -> None:
    engine = create_engine(two_nights.database)
    with engine.connect() as connection:
        found = list(compared(connection, at=moments(connection)))
        assert [when for when, facts, star in found if facts != star or not facts[0]] == []
        assert len(found) == 4
        assert lost_or_doubled(connection) == []
        assert repeated(connection) == []
    engine.dispose()


def test_unemployment_and_sanctions_can_be_read_beside_one_another(two_nights: Scene) -> None:
    asked = (
        "select u.unemployed_full_time_persons, u.seasonally_adjusted_full_time_persons, s.sanctions_cases "
        "from marts.unemployment u left join marts.sanctions s using (area_code, period_last_day) "
        "where area_code = '000' and u.member = '' and u.period = '2023M09'"
    )
    [row] = two_nights.query(asked)
    assert all(isinstance(cell, int) and cell > 0 for cell in row.values()), row


def test_the_total_of_every_benefit_is_a_figure(two_nights: Scene) -> None:
    rows = two_nights.answer("figure", "total_recipients", "--area", "Herlev", "--period", "2023M10")
    assert [(row["value"], row["status"]) for row in rows] == [(2_882, "observed")]
    assert rows[0]["parts"] == rows[0]["parts_expected"]


def test_the_total_is_taken_apart_part_by_part_down_to_archived_bytes(two_nights: Scene) -> None:
    (tree,) = two_nights.answer("explain", "total_recipients", "--area", "Herlev", "--period", "2023M10")
    parts = two_nights.answer("figure", "total_recipients", "--area", "Herlev", "--period", "2023M10")[0]["parts"]
    assert len(tree["inputs"]) == parts == len({leaf["item"] for leaf in tree["inputs"]})
    assert sum(leaf["value"] for leaf in tree["inputs"]) == tree["value"] == 2_882
    (older,) = two_nights.answer(
        "explain", "total_recipients", "--area", "Herlev", "--period", "2023M09", "--as-of", "2023-11-05"
    )
    assert {leaf["vintage"]["seen_at"][:10] for leaf in older["inputs"]} == {"2023-11-05"}
    assert sum(leaf["value"] for leaf in older["inputs"]) == older["value"]


@pytest.mark.parametrize("figure", OF_THE_REST)
def test_no_figure_has_an_input_that_nothing_is_behind(two_nights: Scene, figure: str) -> None:
    trees = taken_apart(two_nights.answer, figure, area=OF_THE_REST[figure])
    assert not without_origin(trees)
    assert any(tree["value"] is not None for tree in trees)


def test_each_month_is_there_once_and_the_newest_was_revised(two_nights: Scene) -> None:
    grain = two_nights.query(
        "select count(*) as rows, count(distinct (benefit_group, area_code, period)) as cells from marts.benefit_recipients"
    )
    assert grain[0]["rows"] == grain[0]["cells"] > 10_000
    newest = two_nights.query(
        "select count(*) filter (where period = '2023M09') as of_september, count(*) as all_months "
        "from marts.revisions where table_id = 'y07a02'"
    )[0]
    assert newest["of_september"] > 250
    assert newest["all_months"] > newest["of_september"]


def test_the_mart_is_the_facts(two_nights: Scene) -> None:
    differing = two_nights.query(
        "select count(*) as rows from marts.benefit_recipients b join core.areas a on a.code = b.area_code "
        "join core.periods p on p.code = b.period join core.tables t using (table_id) "
        "join core.measures m on m.table_no = t.table_no and m.name = 'full_time_persons' "
        "join core.series s on s.measure_id = m.measure_id and s.area_id = a.area_id and s.members = '{}' "
        "join core.observations o on o.series_id = s.series_id and o.period_id = p.period_id and o.superseded_by is null "
        "where b.recipients_full_time_persons is distinct from o.value "
        "or b.recipients_full_time_persons_status <> o.status::text or b.table_id <> t.table_id"
    )
    assert differing == [{"rows": 0}]


def test_tables_that_do_not_exist_yet_wait(two_nights: Scene) -> None:
    status = {row["table"]: row for row in two_nights.answer("status")}
    assert status["y60a02"]["outcome"] == "not_due"
    assert status["y60a02"]["vintages"] == 0
    assert status["y36a02"]["outcome"] == "published"


def test_hidden_counts_of_small_islands_are_hidden(two_nights: Scene) -> None:
    islands = two_nights.query(
        "select recipients_persons, recipients_persons_status from marts.benefit_recipients "
        "where area_name in ('Læsø', 'Fanø', 'Samsø', 'Ærø') and recipients_persons_status = 'suppressed'"
    )
    assert len(islands) > 20
    assert all(row["recipients_persons"] is None for row in islands)


def test_each_table_has_its_checks_on_record(two_nights: Scene) -> None:
    checks = two_nights.query(
        "select table_id, count(*) as n, bool_and(passed or not blocking) as held from ops.checks group by 1"
    )
    assert len(checks) >= 14
    assert all(row["n"] >= 8 and row["held"] for row in checks)


def test_marts_derived_twice_are_derived_once(two_nights: Scene) -> None:
    before = two_nights.query("select * from marts.benefit_recipients order by benefit_group, area_code, period")
    report = two_nights.night("2023-12-05", tables=["y07a02"])
    assert report.tables[0]["outcome"] == "not_due"
    after = two_nights.query("select * from marts.benefit_recipients order by benefit_group, area_code, period")
    assert before == after


def test_what_is_not_due_is_fetched_again_where_that_is_asked_for(two_nights: Scene) -> None:
    for more, outcome in (((), "not_due"), (("--again",), "unchanged")):
        two_nights.set_clock()
        (table,) = two_nights.answer("nightly", "--table", "y10a02", *more)["tables"]
        assert (table["table"], table["outcome"]) == ("y10a02", outcome), table["message"]


def test_a_reform_retires_three_tables_and_brings_one(stage: Stage) -> None:
    tables = ["y36a02", "y38a02", "y35a02", "y60a02"]
    with stage(today="2025-06-25", scale="small") as scene:
        before = scene.night(tables=tables)
        after = scene.night("2025-08-30", tables=tables)
        assert scene.outcomes(before) == {
            "y36a02": "published",
            "y38a02": "published",
            "y35a02": "published",
            "y60a02": "not_due",
        }
        assert scene.outcomes(after) == {
            "y36a02": "not_due",
            "y38a02": "not_due",
            "y35a02": "not_due",
            "y60a02": "published",
        }
        assert "replaced by y60a02" in next(t["message"] for t in after.tables if t["table"] == "y36a02")
        counted = scene.query(
            "select benefit_group, period, counted_in_total, back_cast from marts.benefit_recipients "
            "where area_name = 'Herlev' and period in ('2025M05', '2025M07') order by period, benefit_group"
        )
        assert [(row["benefit_group"], row["period"]) for row in counted if row["counted_in_total"]] == [
            ("cash_assistance_until_2025", "2025M05"),
            ("education_assistance", "2025M05"),
            ("self_support_benefit", "2025M05"),
            ("cash_assistance", "2025M07"),
        ]
        assert [row["period"] for row in counted if row["back_cast"]] == ["2025M05"]
        for table, after_break in (("y60a02", {"cash_benefit_reform_2025"}), ("y36a02", set())):
            shown = scene.command("show", table, "--area", "Herlev", "--period", "2025M05:2025M08", "--json")
            assert "Databrud 1. juli 2025" in shown.stderr
            rows = json.loads(shown.stdout)
            assert {row["series_break"] for row in rows if row["period"] <= "2025M06"} == {None}
            assert {row["series_break"] for row in rows if row["period"] > "2025M06"} == after_break
        one_side = scene.command("show", "y60a02", "--area", "Herlev", "--period", "2025M01:2025M06")
        assert "Databrud" not in one_side.stdout + one_side.stderr
        across = scene.command("show", "y60a02", "--area", "Herlev", "--period", "2025M01:2025M08")
        assert across.stdout.count("series break") == 1
        marked = scene.query(
            "select period, series_break, series_break_caveat from marts.benefit_recipients where area_name = 'Herlev' "
            "and benefit_group = 'cash_assistance' and period in ('2025M06', '2025M07') order by period"
        )
        assert [row["series_break"] for row in marked] == [None, "cash_benefit_reform_2025"]
        assert "uden forbehold" in marked[1]["series_break_caveat"]


def test_the_mart_of_any_moment_is_what_the_mart_was(two_nights: Scene) -> None:
    night = "(select max(seen_at) from core.vintages where seen_at < '2023-12-01')"
    for kept, moment in (("mart_of_11", night), ("mart_of_12", "'infinity'")):
        differing = two_nights.query(
            f"select count(*) as n, count(*) filter (where k.benefit_group is null or k.* is distinct from m.*) as other "
            f"from public.{kept} k full join marts.benefit_recipients_as_of({moment}) m "
            "using (benefit_group, area_code, period)"
        )[0]
        assert differing["n"] > 10_000
        assert differing["other"] == 0, kept
    herlev = two_nights.query("select distinct area_name from marts.benefit_recipients_as_of('infinity', '163')")
    assert herlev == [{"area_name": "Herlev"}]


def test_a_question_without_a_moment_is_an_error(two_nights: Scene) -> None:
    for function in ("core.observations_as_of", "marts.benefit_recipients_as_of"):
        with pytest.raises(DBAPIError, match="as of when"):
            two_nights.query(f"select count(*) from {function}(null)")


def test_a_reform_takes_two_members_away_whose_past_stays_and_the_rest_comes_back(stage: Stage) -> None:
    with stage(today="2025-06-25", scale="small") as scene:
        assert scene.outcomes(scene.night(tables=["ptv_a02"])) == {"ptv_a02": "published"}
        after = scene.night("2025-08-30", tables=["ptv_a02"])
        assert scene.outcomes(after) == {"ptv_a02": "published"}, after.tables[0]["message"]
        gone = scene.query(
            "select s.members ->> 'Ydelsesgrupper' as member, avg((o.status = 'withdrawn')::int) as share, "
            "bool_and(o.vintage_id = (select min(vintage_id) from core.vintages)) as as_before "
            "from core.observations o join core.series s using (series_id) "
            "where o.superseded_by is null and o.period_id <= 1202505 group by 1 order by 1"
        )
    assert {row["member"] for row in gone if row["as_before"]} == {
        "Selvforsørgelses- og hjemrejseydelse samt overgangsydelse",
        "Uddannelseshjælp",
    }
    assert all(row["share"] < 0.01 for row in gone), gone
