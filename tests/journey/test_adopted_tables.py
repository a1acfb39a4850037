"""A table that nobody declared: found, adopted without code, published, shown; respelt, accepted, and published again."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from datetime import date
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from sqlalchemy import URL, Engine, text

from flows.command_line.main import run
from tasks.resources import Resources
from tests.faults.plain_nights import PlainNights
from tests.journey.test_again import corrected
from tests.journey.test_every_table import Nights, require_own_numbers
from tests.standin.editions import Cube, Edition
from tests.standin.publisher import Publisher, Settings
from tests.standin.server import StandIn, serving
from tests.standin.statbank.tables import tables as bank_tables
from tests.unit.tasks.upkeep.test_adopting import (
    BY_REGION,
    COUNTRY,
    PERIODS,
    REGIONS,
    TODAY,
    World,
    edition,
    hierarchy,
)
from warehouse.areas import find
from warehouse.catalogue.named import table_named
from warehouse.figures import inputs
from warehouse.figures.inputs import Scope
from warehouse.figures.model import Input
from warehouse.periods import Period

pytestmark = pytest.mark.slow

LABELS = ("Antal fuldtidspersoner", "Noget helt andet")


def by_sex(*labels: str, periods: tuple[str, ...] = PERIODS, updated_on: date = date(2023, 10, 20)) -> World:
    sex = hierarchy("_kon", labels, root="Køn i alt")
    found = edition("y87", BY_REGION, sex, labels=LABELS, periods=periods)
    return World({"y87": replace(found, updated_on=updated_on, next_on=date(2023, 12, 20))})


@pytest.fixture
def world() -> World:
    return by_sex("Kvinder", "Mænd")


@pytest.fixture
def publisher(world: World) -> Iterator[StandIn]:
    with serving(Publisher(world, today=TODAY, settings=Settings())) as standin:
        yield standin


@pytest.fixture
def settings(publisher: StandIn, database: URL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands' settings: those of the nights."""
    written = {
        "API_URL": publisher.url,
        "API_TOKEN": publisher.token,
        "WAREHOUSE_URL": database.render_as_string(hide_password=False),
        "DATA_DIR": str(tmp_path),
        "NOW": "2023-11-21T12:00:00+01:00",
    }
    for name, value in written.items():
        monkeypatch.setenv(f"JOBINDSATS_{name}", value)


def answer(*arguments: str) -> Any:
    with redirect_stdout(StringIO()) as printed:
        assert run([*arguments, "--json"]) in (0, 3)
    return json.loads(printed.getvalue())


@pytest.mark.usefixtures("settings")
def test_it_is_found_adopted_published_shown_and_goes_on_after_a_label_is_accepted(
    world: World, publisher: StandIn, engine: Engine, tmp_path: Path
) -> None:
    assert [row["declared"] for row in answer("tables", "prøvetabel")] == [False]
    assert [each["unit"] for each in answer("tables", "Y87")["measures"]] == ["full_time_persons", "unknown"]
    (adopted,) = answer("adopt", "y87", "--breakdown", "_kon")
    assert (adopted["cells"], adopted["breakdowns"]) == (5 * 3 * 3 * 2, ["_kon"])
    assert [(row["declared"], row["adopted"]) for row in answer("tables", "prøvetabel")] == [(True, True)]
    nights = PlainNights(publisher, engine, tmp_path, table=table_named(None, "y87"))
    first = nights.good("2023-11-05").outcome
    assert (first.outcome, first.vintage and first.vintage.new) == ("published", adopted["cells"]), first.message
    shown = answer("show", "y87", "--area", "Region Sjælland", "--period", "2023M09", "--where", "Kon=Mænd")
    assert {row["unit"] for row in shown} == {"full_time_persons", "unknown"}

    respelt = by_sex("Damer", "Mænd", periods=("2023M10", *PERIODS), updated_on=date(2023, 11, 20))
    world.own.update(respelt.own)
    stopped = nights.good("2023-11-21").outcome
    assert stopped.outcome == "quarantined"
    assert "jobindsats catalogue accept y87" in stopped.message
    (compared,) = answer("catalogue", "compare", "y87")
    assert compared["differences"][0]["sentence"] == "the member 'Kvinder' of _kon is now called 'Damer'"
    with redirect_stderr(StringIO()):
        assert run(["catalogue", "accept", "y87", "--reason", "STAR skriver nu Damer"]) == 0
    after = nights.good("2023-11-22").outcome
    assert after.vintage is not None, after.message
    assert (after.outcome, after.vintage.new, after.vintage.withdrawn) == ("published", 30, 0)
    assert after.vintage.revised == 0

    world.own["y87"] = replace(corrected(world.own["y87"]), updated_on=date(2023, 12, 20))
    mended = nights.good("2023-12-21").outcome
    assert mended.vintage is not None, mended.message
    assert (mended.outcome, mended.vintage.revised) == ("published", 1)
    require_used_as_any_other(engine, tmp_path, cells=adopted["cells"] + 30)


def require_used_as_any_other(engine: Engine, folder: Path, *, cells: int) -> None:
    """Its revisions, an export of it, a claim of one of its cells, and a figure's input by its id."""
    (change,) = answer("revisions", "y87", "--area", REGIONS[0])
    assert (change["period"], change["after"] - change["before"]) == ("2023M10", 1)
    assert answer("export", "--to", str(folder / "export"), "--table", "y87")["marts"] == {"y87": cells}
    exported = pl.read_parquet(folder / "export" / "y87.parquet")
    assert (exported.height, exported["value"].null_count()) == (cells, 0)
    shown = answer("show", "y87", "--area", "Region Sjælland", "--period", "2023M10", "--measure", change["measure"])
    values = {row["members"]["Kon"]: row["value"] for row in shown}
    file = folder / "claims.yml"
    file.write_text(
        "documents:\n  - {id: a, title: A, area: Region Sjælland, date: 2024-01-31, source: b}\nclaims:\n"
        f"  - {{document: a, point: 1, statement: b, claimed: {values['Mænd']}, "
        f"cell: {{table: y87, period: 2023M10, measure: {change['measure']}, where: {{Kon: Mænd}}}}}}\n",
        encoding="utf-8",
    )
    assert [claim["verdict"] for claim in answer("claims", str(file))] == ["holds"]
    wanted = Input("persons", "y87", change["measure"], item="Kon")
    with engine.connect() as connection:
        rows = inputs.read(connection, wanted, scope=Scope(find("Region Sjælland").code))
    now = rows.filter(pl.col("period_id") == Period.parse("2023M10").key)
    assert dict(now.select("item", "value").rows()) == values


JOBS = [f"Stilling {n}" for n in range(500)]
HIDDEN = {
    "y25i97": (hierarchy("_esco", JOBS, root="Stillinger i alt"), 501),
    "y25i96": (hierarchy("_var13uger", ["Under 13 uger ", "Over 13 uger"]), 2),
}


def with_nulls(whole: Edition) -> Edition:
    """The same edition with nothing shown of its newest period, and the last member in the last area hidden before."""

    def read() -> tuple[Cube, ...]:
        (cube,) = whole.read()
        last = pl.all_horizontal(pl.col(name) == pl.col(name).max() for name in cube.hierarchies)
        shown = pl.when((pl.col("period") > 1) | ((pl.col("period") == 1) & ~last))
        labels = [measure.label for measure in whole.measures]
        return (Cube(cube.hierarchies, cube.frame.with_columns(shown.then(label).alias(label) for label in labels)),)

    return replace(whole, read=read)


STATUSES = text("""
select p.code as period, o.status::text as status, count(*) as cells from core.observations o
join core.periods p using (period_id) join core.tables t using (table_no)
where t.table_id = :table_id and o.superseded_by is null group by 1, 2 order by 1, 2
""")


@pytest.mark.usefixtures("settings")
@pytest.mark.parametrize("table", HIDDEN)
def test_hundreds_of_open_members_and_members_without_a_total_are_published_with_their_statuses(
    table: str, world: World, publisher: StandIn, engine: Engine, tmp_path: Path
) -> None:
    breakdown, members = HIDDEN[table]
    world.own[table] = with_nulls(edition(table, COUNTRY, breakdown))
    (adopted,) = answer("adopt", table, "--breakdown", breakdown.id)
    assert (adopted["cells"], adopted["breakdowns"]) == (members * 3, [breakdown.id])
    nights = PlainNights(publisher, engine, tmp_path, table=table_named(None, table))
    ended = nights.good("2023-11-05").outcome
    assert ended.outcome == "published", ended.message
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(STATUSES, {"table_id": table})]
    assert found == [
        ("2023M07", "observed", members),
        ("2023M08", "observed", members - 1),
        ("2023M08", "suppressed", 1),
        ("2023M09", "not_yet", members),
    ]
    assert table in {row["table"] for row in answer("tables", breakdown.levels[-1].nodes[-1].name)}


@pytest.mark.usefixtures("settings")
def test_a_table_is_found_by_a_word_adopted_brought_in_and_shown_by_commands(
    world: World, publisher: StandIn, engine: Engine, tmp_path: Path
) -> None:
    for table_id in ("y07a02", "y07a07"):
        found = world.edition(table_id, TODAY)
        assert found is not None
        world.own[table_id] = found
    listed = {row["table"]: row for row in answer("tables", "sygedagpenge")}
    assert (listed["y07a02"]["declared"], listed["y07a07"]["declared"]) == (True, False)
    assert not listed["y07a02"]["adopted"]
    assert "sygedagpenge" in listed["y07a07"]["title"]
    (adopted,) = answer("adopt", "y07a07")
    assert adopted["table"] == "y07a07"
    nights = Nights(publisher, engine, tmp_path, table=table_named(None, "y07a07"))
    ended = nights.good(TODAY.isoformat()).outcome
    assert ended.outcome == "published", ended.message
    require_own_numbers(nights, nights.table)
    shown = answer("show", "y07a07", "--area", "Herlev")
    assert {(row["table"], row["area"]) for row in shown} == {("y07a07", "Herlev")}
    assert any(row["value"] is not None for row in shown)
    with redirect_stderr(StringIO()) as told:
        assert run(["show", "varighed sygedagpenge", "--area", "Herlev"]) == 2
    assert f"y07a07 ({listed['y07a07']['title']})" in " ".join(told.getvalue().split())


@pytest.mark.usefixtures("settings")
@pytest.mark.parametrize("table", ["y87", "rm01ak", "y25i14"])
def test_by_region_what_is_not_yet_out_and_what_is_hidden_are_told_apart(
    table: str, world: World, publisher: StandIn, engine: Engine, tmp_path: Path
) -> None:
    whole = world.edition(table, TODAY)
    assert whole is not None
    world.own[table] = with_nulls(whole)
    if table == "y87":
        answer("adopt", table, "--breakdown", "_kon")
    members = 3 if table == "y87" else 1
    ended = PlainNights(publisher, engine, tmp_path, table=table_named(None, table)).good(TODAY.isoformat()).outcome
    assert ended.outcome == "published", ended.message
    newest, before, *older = whole.periods
    measures, regions = len(whole.measures), [node.name for node in whole.own_hierarchies[0].nodes]
    assert sorted(regions) == sorted(REGIONS)
    for region in regions:
        rows = answer("show", table, "--area", region)
        hidden = measures if region == regions[-1] else 0
        expected = {(period, "observed"): members * measures for period in older}
        expected |= {(newest, "not_yet"): members * measures, (before, "observed"): members * measures - hidden}
        expected |= {(before, "suppressed"): hidden}
        assert Counter((row["period"], row["status"]) for row in rows) == Counter(expected)
        assert {row["value"] is None for row in rows if row["status"] != "observed"} == {True}


TOLD = re.compile(r"([\d,]+) cells, in ([\d,]+) calls: (jobindsats nightly.*)$")


def cost(*arguments: str) -> tuple[int, int, list[str]]:
    """The cells and calls that adopting tells of, and the tables and sources that its command names."""
    with redirect_stdout(StringIO()) as printed:
        assert run(["adopt", *arguments]) == 0
    found = TOLD.search(" ".join(printed.getvalue().split()))
    assert found is not None, printed.getvalue()
    cells, calls = (int(number.replace(",", "")) for number in found.groups()[:2])
    return cells, calls, found[3].removeprefix("jobindsats nightly").replace("--table", "").split()


HELD = text("select count(*) from core.observations where superseded_by is null")


@pytest.mark.usefixtures("settings")
@pytest.mark.parametrize("named", [["--all"], [f"y80a0{n}" for n in range(6)]])
def test_the_command_that_is_named_asks_for_what_was_told_of_it(
    named: list[str], world: World, publisher: StandIn, engine: Engine, tmp_path: Path
) -> None:
    world.own |= {f"y80a0{n}": edition(f"y80a0{n}", BY_REGION) for n in range(6)}
    for table_id in ("y07a02", "y25i05", "y10a02"):
        found = world.edition(table_id, TODAY)
        assert found is not None
        world.own[table_id] = found
    cells, calls, tables = cost(*named)
    assert tables == (["jobindsats"] if named == ["--all"] else named)
    before = len(publisher.calls())
    ended = Nights(publisher, engine, tmp_path).of_all(TODAY, *tables)
    assert {each.outcome for each in ended.values()} <= {"published", "not_due"}
    with engine.connect() as connection:
        assert cells == pytest.approx(connection.scalar(HELD), rel=0.1)
    assert (
        calls + (named != ["--all"]) == len(publisher.calls()) - before
    )  # the list of tables, which is asked for once


class OfStatBank(PlainNights):
    """Nights over a table of StatBank."""

    def resources(self, day: str, **settings: Any) -> Resources:
        return super().resources(day, statbank_url=self.publisher.statbank_url, **settings)


@pytest.mark.usefixtures("settings")
def test_a_table_of_statbank_is_adopted_brought_in_and_shown_the_same_way(
    publisher: StandIn, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JOBINDSATS_STATBANK_URL", publisher.statbank_url)
    assert "aus08" in {row["table"] for row in answer("tables", "ledige", "område")}
    (adopted,) = answer("adopt", "aus08")
    assert (adopted["publisher"], adopted["breakdowns"]) == ("statbank", ["SAESONFAK"])
    nights = OfStatBank(publisher, engine, tmp_path, table=table_named(None, "aus08"))
    ended = nights.good(TODAY.isoformat()).outcome
    assert (ended.outcome, ended.vintage and ended.vintage.new) == ("published", adopted["cells"]), ended.message
    theirs = bank_tables(TODAY, seed=Settings().seed)["AUS08"]
    for code, label in theirs.variables[2].values.items():
        asked = ("--period", "2023M09", "--where", f"Sæsonkorrigering={label}")
        (row,) = answer("show", "aus08", "--area", "Herlev", *asked)
        written = theirs.figure({"OMRÅDE": "163", "SAESONFAK": code, "Tid": "2023M09"})
        assert (row["value"], row["unit"]) == (float(written.replace(",", ".")), "pct")
    require_drawn_by_the_page(tmp_path, monkeypatch, table="aus08", members=row["members"], unit="Ledighed, pct.")


PAGE = Path(__file__).parents[2] / "docs" / "adding-a-table.md"


def require_drawn_by_the_page(
    folder: Path, monkeypatch: pytest.MonkeyPatch, *, table: str, members: dict[str, str], unit: str
) -> None:
    """The page's own lines draw another table where its first lines say so; what they cannot draw they say."""
    (shown,) = answer("export", "--to", str(folder / "eksport"), "--table", table)["marts"].items()
    (measure,) = pl.read_parquet(folder / "eksport" / f"{table}.parquet")["measure"].unique()
    given = {"table, measure": (table, measure), "members": json.dumps(members, ensure_ascii=False)}
    changed = recipe(given | {"title, unit": ("Ledige", unit)})
    monkeypatch.chdir(folder)
    with redirect_stdout(StringIO()) as names:
        exec(compile(changed, str(PAGE), "exec"), {})  # what the page tells a person to run
    assert "Region Sjælland" in names.getvalue()
    assert (folder / f"{table}.png").read_bytes().startswith(b"\x89PNG")
    assert shown[0] == table
    with redirect_stdout(StringIO()), pytest.raises(AssertionError, match="no row has this measure"):
        exec(compile(recipe(given | {"members": "{}"}), str(PAGE), "exec"), {})


def recipe(given: dict[str, Any]) -> str:
    """The lines of Python of the page, with other values on its first lines."""
    (lines,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    for names, values in given.items():
        said = ", ".join(map(repr, values)) if isinstance(values, tuple) else repr(values)
        lines, changed = re.subn(rf"(?m)^{names} = .*$", partial(_line, names, said), lines)
        assert changed == 1, names
    return str(lines)


def _line(names: str, said: str, _: re.Match[str]) -> str:
    return f"{names} = {said}"


@pytest.mark.usefixtures("settings")
def test_the_page_draws_its_own_table_as_it_is_written(
    world: World, publisher: StandIn, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = world.edition("rm01ak", TODAY)
    assert found is not None
    world.own["rm01ak"] = found
    ended = Nights(publisher, engine, tmp_path, table=table_named(None, "rm01ak")).good(TODAY.isoformat()).outcome
    assert ended.outcome == "published", ended.message
    answer("export", "--to", str(tmp_path / "eksport"), "--table", "rm01ak")
    monkeypatch.chdir(tmp_path)
    with redirect_stdout(StringIO()) as names:
        exec(compile(recipe({}), str(PAGE), "exec"), {})
    assert "in_work_or_education_after_3_months_pct" in names.getvalue()
    assert (tmp_path / "rm01ak.png").read_bytes().startswith(b"\x89PNG")
