"""Nights over what a real publisher sends: no country, a country that is null, labels with blanks, two decimals.

The benchmark and the adjusted unemployment are the real ones; the other two tables are made up after what was seen.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from tests.conftest import Stage
from tests.scene import Scene
from warehouse.periods import Period, spanning

pytestmark = pytest.mark.slow

FIRST, SECOND = "2026-08-25", "2026-09-25"
MONTHS = [str(month) for month in spanning(Period.parse("2025M11"), Period.parse("2026M08"))]
NOTICES = ("y25i05", "Varslinger, antal personer", "Varslinger, antal virksomheder")
OFFERS = ("y60c02", "Antal aktiveringsforløb", "Antal aktiverede")
OLDER = "2026M02"
Cells = tuple[object, ...]


def notices(until: str) -> Iterator[Cells]:
    """Persons and companies: the country is null in the newest month, and in an older one between large ones."""
    for month in MONTHS[: MONTHS.index(until) + 1]:
        out = month not in (until, OLDER)
        yield month, "Hele landet", *((1250, 41) if out else ("", ""))
        yield month, "Herlev", *((12, 3) if out else ("", ""))


def offers(until: str, *, blank: str) -> Iterator[Cells]:
    """Courses and persons per offer: one offer is null for the country in two of three months, one has a blank behind it."""
    months = MONTHS[: MONTHS.index(until) + 1]
    labels: dict[str, int | None] = {
        "Tilbud i alt": 9_000,
        "Vejledning og opkvalificering i alt": 8_000,
        "Virksomhedspraktik i alt": 700,
        f"Ansættelse med løntilskud i alt{blank}": 200,
        "Nytteindsats i alt": None,
        "Særligt tilrettelagt nytteindsats i alt": 60,
    }
    for number, month in enumerate(months):
        for area, share in (("Hele landet", 1.0), ("Herlev", 0.01), ("Ballerup", 0.01)):
            for label, level in labels.items():
                sometimes = 60 if number % 3 == 0 and share == 1 else 0
                seen = round(level * share) if level else sometimes
                yield month, area, label, *((seen, seen) if seen >= 3 else ("", ""))


def write(folder: Path, table: str, measures: tuple[str, ...], *, edition: str, rows: Iterator[Cells]) -> None:
    keys = ("Periode", "Område", *(("Tilbud",) if table == OFFERS[0] else ()))
    path = folder / "editions" / table / f"{edition}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([(*keys, *measures), *rows])


@pytest.fixture(scope="module")
def dataset(field_real: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real folder with two tables more, of two editions each."""
    folder = tmp_path_factory.mktemp("publisher")
    (folder / "editions").mkdir()
    for table in ("y30r21", "y25i03"):
        (folder / "editions" / table).symlink_to(field_real / "editions" / table)
    listed = (field_real / "editions.csv").read_text(encoding="utf-8")
    for edition, day, blank in (("2026M07", "2026-08-18", " "), ("2026M08", "2026-09-18", "")):
        write(folder, NOTICES[0], NOTICES[1:], edition=edition, rows=notices(edition))
        write(folder, OFFERS[0], OFFERS[1:], edition=edition, rows=offers(edition, blank=blank))
        listed += "".join(f"{table},{edition},{day},assumed\n" for table in (NOTICES[0], OFFERS[0]))
    (folder / "editions.csv").write_text(listed, encoding="utf-8")
    return folder


TABLES = ["y30r21", "y25i03", NOTICES[0], OFFERS[0]]


@pytest.fixture(scope="module")
def two_nights(stage: Stage, dataset: Path) -> Iterator[Scene]:
    """Both nights, in which all that came was published."""
    with stage(today=FIRST, dataset=dataset) as scene:
        report = scene.night(FIRST, tables=TABLES)
        assert scene.outcomes(report) == dict.fromkeys(TABLES, "published"), report.tables
        new = {table["table"]: table["new"] for table in report.tables}
        assert (new["y30r21"], new["y25i03"]) == (10_976, 242)
        report = scene.night(SECOND, tables=list(TABLES[2:]))
        assert scene.outcomes(report) == dict.fromkeys(TABLES[2:], "published"), report.tables
        assert [table["withdrawn"] for table in report.tables] == [0, 0]
        yield scene


def statuses(scene: Scene, table: str, *, vintage: str) -> dict[tuple[str, str], str]:
    """Status of the first measure for the country, by period and member, as the first or the last vintage has it."""
    rows = scene.query(
        "with ours as (select table_no, min(vintage_id) as first from core.vintages join core.tables using (table_no) "
        "where table_id = :table group by table_no) "
        "select p.code, coalesce(s.members ->> 'Tilbud', '') as member, o.status::text from core.observations o "
        "join ours on ours.table_no = o.table_no join core.series s using (series_id) "
        "join core.periods p using (period_id) join core.measures m using (measure_id) "
        "where s.area_id = 0 and m.name in ('notified_persons', 'activation_cases') "
        "and (o.vintage_id = ours.first) = :first",
        table=table,
        first=vintage == "first",
    )
    return {(row["code"], row["member"]): row["status"] for row in rows}


def test_a_country_that_is_null_in_its_newest_month_is_not_yet_out_and_comes_later(two_nights: Scene) -> None:
    first, later = (statuses(two_nights, "y25i05", vintage=each) for each in ("first", "last"))
    assert [first[month, ""] for month in (OLDER, "2026M06", "2026M07")] == ["suppressed", "observed", "not_yet"]
    assert later == {("2026M07", ""): "observed", ("2026M08", ""): "not_yet"}
    told = two_nights.query(
        "select distinct c.rule, c.blocking from ops.checks c where not c.passed and c.table_id = 'y25i05' order by 1"
    )
    assert told == [
        {"rule": rule, "blocking": False}
        for rule in ("country_totals_are_shown", "large_counts_are_shown", "newest_figures_have_come")
    ]


def test_a_member_that_is_null_for_the_country_in_most_months_is_hidden(two_nights: Scene) -> None:
    first = statuses(two_nights, "y60c02", vintage="first")
    seen = [first[month, "Nytteindsats"] for month in MONTHS[:-1]]
    assert (seen.count("suppressed"), seen.count("observed")) == (6, 3)
    assert {first[month, "Løntilskud"] for month in MONTHS[:-1]} == {"observed"}


def test_a_blank_that_went_changed_nothing(two_nights: Scene) -> None:
    members = two_nights.query(
        "select distinct s.members ->> 'Tilbud' as member from core.series s join core.tables t using (table_no) "
        "where t.table_id = 'y60c02' order by 1"
    )
    assert [row["member"] for row in members] == [
        "Løntilskud",
        "Nytteindsats",
        "Særligt tilrettelagt nytteindsats",
        "Tilbud i alt",
        "Vejledning og opkvalificering",
        "Virksomhedspraktik",
    ]


def test_the_benchmark_has_no_country_was_asked_for_without_one_and_has_its_sign(two_nights: Scene) -> None:
    asked = [call["path"] for call in two_nights.publisher.calls() if "/data/y30r21" in call["path"]]
    assert asked
    assert not [path for path in asked if "hierarchy._nykom=/&" in path]
    signs = two_nights.query("select published_gap_is, count(*) as rows from marts.benchmark_ranking group by 1")
    assert signs == [{"published_gap_is": "actual - expected", "rows": 98 * 4 * 4}]
    saved = two_nights.answer("figure", "savings", "--area", "Herlev", "--period", "2022QMAT04")
    whole = {row["basis"]: row for row in saved if row["item"] == "Ydelsesgrupper i alt"}
    assert (whole["accounts_2022"]["value"], whole["accounts_2022"]["fewer_full_time_persons"]) == (6_617_500, 50)


def test_two_decimals_are_kept_and_a_nought_has_no_sign(two_nights: Scene) -> None:
    from flows.command_line.main import run

    asked = ["show", "y30r21", "--area", "Vordingborg", "--period", "2021QMAT04", "--measure", "expected_pct"]
    with redirect_stdout(StringIO()) as printed:
        assert run(asked) == 0
    assert " 9.48 " in printed.getvalue()
    signed = two_nights.query("select count(*) as cells from core.observations where value::text = '-0'")
    savings = two_nights.query(
        "select count(*) as rows, count(*) filter (where saving_dkk::text = '-0' or fewer_full_time_persons::text = '-0') "
        "as signed from marts.savings"
    )
    assert (signed[0]["cells"], savings[0]["signed"]) == (0, 0)
    assert savings[0]["rows"] > 0


def test_a_break_of_one_member_is_not_anothers(two_nights: Scene) -> None:
    breaks = two_nights.query(
        "select series_break, table_id, benefit_groups from marts.series_breaks where table_id in ('ptv_a02', 'y01h01')"
    )
    groups = {(row["series_break"], row["table_id"]): row["benefit_groups"] for row in breaks}
    assert groups == {
        ("cash_benefit_reform_2025", "ptv_a02"): None,
        ("unemployment_insurance_sickness_2015", "ptv_a02"): None,
        ("unemployment_insurance_days_2017", "ptv_a02"): None,
        ("sanctions_unemployment_funds_2021", "y01h01"): None,
    }
