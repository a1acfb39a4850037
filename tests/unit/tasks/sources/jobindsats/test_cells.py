"""Rows become cells: labels mapped, statuses read off, one cell once; nothing undeclared passes."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tasks.sources.cells import KEY, SCHEMA
from tasks.sources.jobindsats.cells import Asked, to_cells
from tasks.sources.jobindsats.response import read_body
from tasks.stoppages import CellsDisagree, NotAsAsked, Undeclared
from warehouse.areas import municipalities
from warehouse.catalogue.model import Hierarchy, Measure, Member, Table, jobindsats
from warehouse.periods import PeriodKind

ROOT = {"_nykom": "/", "_ygrpi09": "/"}

LEVELS = {"_nykom": "level:kommune", "_ygrpi09": "level:ygrpi09"}

Cell = tuple[Any, ...]


def table(**changes: Any) -> Table:
    declared = {
        "id": "y99x01",
        "title": "Prøve",
        "title_en": "Trial",
        "evidence": "confirmed",
        "subject": "Prøve",
        "period": PeriodKind.MONTH,
        "area": jobindsats().table("y25i01").area,
        "measures": (
            Measure(name="persons", label="Antal personer", unit="persons"),
            Measure(name="share_pct", label="Andel", also=("Andel i pct.",), unit="pct"),
        ),
    }
    return Table.model_validate(declared | changes)


WITH_BREAKDOWN = table(breakdowns=jobindsats().table("y25i01").breakdowns)

RANKED = table(
    measures=(
        Measure(name="gap_pct_point", label="Forskel", unit="pct_point"),
        Measure(name="rank", label="Placering", unit="rank", country=False),
    )
)


def frame(columns: list[str], *rows: list[Any]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=columns, orient="row")


def stock(*rows: list[Any]) -> pl.DataFrame:
    return frame(["Periode", "Område", "Antal personer", "Andel"], *rows)


def cells(*rows: list[Any]) -> list[Cell]:
    return list(to_cells(stock(*rows), table=table(), nodes=ROOT).rows())


def test_a_row_becomes_a_cell_per_measure_in_the_order_of_the_key() -> None:
    found = to_cells(
        stock(["2026M07", "Herlev", 12, 3.5], ["2026M06", "Hele landet", 900, 2.0]), table=table(), nodes=ROOT
    )
    assert found.schema == SCHEMA
    assert found.rows() == [
        (1202606, 0, "{}", "persons", 900.0, "observed"),
        (1202606, 0, "{}", "share_pct", 2.0, "observed"),
        (1202607, 163, "{}", "persons", 12.0, "observed"),
        (1202607, 163, "{}", "share_pct", 3.5, "observed"),
    ]
    assert found.equals(found.sort(KEY))


def test_a_hidden_count_is_suppressed_and_the_percentage_beside_it_is_kept() -> None:
    assert cells(["2026M07", "Samsø", None, 0.0]) == [
        (1202607, 741, "{}", "persons", None, "suppressed"),
        (1202607, 741, "{}", "share_pct", 0.0, "observed"),
    ]


def test_a_true_zero_is_observed() -> None:
    assert cells(["2026M07", "Samsø", 0, 0.0])[0] == (1202607, 741, "{}", "persons", 0.0, "observed")


def test_a_value_is_there_if_and_only_if_it_is_observed() -> None:
    found = to_cells(stock(["2026M07", "Samsø", None, None], ["2026M07", "Herlev", 3, None]), table=table(), nodes=ROOT)
    assert found.filter(pl.col("value").is_not_null() != (pl.col("status") == "observed")).height == 0


def test_a_null_is_hidden_until_every_answer_is_in() -> None:
    assert {status for *_, status in cells(["2026M07", "Hele landet", None, None])} == {"suppressed"}


def test_the_country_has_no_rank_and_no_cell_for_it() -> None:
    columns = ["Periode", "Område", "Forskel", "Placering"]
    found = to_cells(
        frame(columns, ["2026M07", "Hele landet", -0.3, None], ["2026M07", "Herlev", 0.2, 17]), table=RANKED, nodes=ROOT
    )
    assert [(row[1], row[3], row[4]) for row in found.rows()] == [
        (0, "gap_pct_point", -0.3),
        (163, "gap_pct_point", 0.2),
        (163, "rank", 17.0),
    ]


def test_a_measure_is_known_by_every_label_the_publisher_has_used() -> None:
    renamed = stock(["2026M07", "Herlev", 12, 3.5]).rename({"Andel": "Andel i pct."})
    assert set(to_cells(renamed, table=table(), nodes=ROOT)["measure"]) == {"persons", "share_pct"}


def broken_down(*rows: list[Any], nodes: dict[str, str] = ROOT) -> pl.DataFrame:
    columns = ["Periode", "Område", "Ydelsesgrupper", "Antal personer", "Andel"]
    return to_cells(frame(columns, *rows), table=WITH_BREAKDOWN, nodes=nodes)


def test_the_members_are_kept_by_name() -> None:
    found = broken_down(
        ["2026M07", "Herlev", "A-dagpenge", 9, 1.0], nodes={"_nykom": "level:kommune", "_ygrpi09": "level:a"}
    )
    assert set(found["members"]) == {'{"Ydelsesgrupper": "A-dagpenge"}'}


def test_an_answer_about_a_level_drops_the_roots_rows() -> None:
    found = broken_down(
        ["2026M07", "Hele landet", "A-dagpenge", 900, 1.0],
        ["2026M07", "Herlev", "Ydelsesgrupper i alt", 10, 1.0],
        ["2026M07", "Herlev", "A-dagpenge", 9, 1.0],
        nodes=LEVELS,
    )
    assert found.select("area_id", "members").unique().rows() == [(163, '{"Ydelsesgrupper": "A-dagpenge"}')]


def test_an_answer_about_the_root_keeps_them() -> None:
    found = broken_down(["2026M07", "Hele landet", "Ydelsesgrupper i alt", 900, 1.0])
    assert found.select("area_id", "members").unique().rows() == [(0, '{"Ydelsesgrupper": "Ydelsesgrupper i alt"}')]


def test_a_root_written_otherwise_is_the_root() -> None:
    declared = jobindsats().table("ptv_a02")
    columns = ["Periode", "Område", "Ydelsesgrupper", "Antal personer"]
    rows = frame(columns, ["2026M07", "Herlev", "Personer i alt", 5])
    kept = to_cells(rows, table=declared, nodes={"_nykom": "level:k", "_ygrpa02": "/"})
    assert set(kept["members"]) == {'{"Ydelsesgrupper": "Ydelsesgrupper i alt"}'}
    assert to_cells(rows, table=declared, nodes={"_nykom": "level:k", "_ygrpa02": "level:y"}).height == 0


def activation_table(real: Path) -> Table:
    rows = read_body((real / "bodies" / "activation.json").read_bytes())
    offers = [offer for offer in rows["Tilbud"].unique(maintain_order=True) if offer != "Tilbud i alt"]
    return table(
        breakdowns=(
            Hierarchy(id="_akassedp", dimension="A-kasse", root="A-kasse i alt"),
            Hierarchy(
                id="_tilb_2ptv",
                dimension="Tilbud",
                root="Tilbud i alt",
                members=tuple(Member(name=offer) for offer in offers),
            ),
        ),
        measures=jobindsats().table("y01c01").measures,
    )


def test_one_label_on_two_levels_is_one_cell_in_the_real_activation_answer(real: Path) -> None:
    rows = read_body((real / "bodies" / "activation.json").read_bytes())
    found = to_cells(rows, table=activation_table(real), nodes={"_nykom": "/", "_akassedp": "/", "_tilb_2ptv": "*"})
    different = rows.select("Periode", "Tilbud").unique().height
    assert rows.height > different
    assert found.height == 3 * different
    assert found.select(KEY).is_duplicated().sum() == 0
    counted = found.filter(pl.col("measure") == "activated_persons")["value"].sum()
    assert counted == rows.unique()["Antal aktiverede"].sum()


def test_hidden_cells_of_the_real_activation_answer_are_hidden_and_nothing_else_is(real: Path) -> None:
    rows = read_body((real / "bodies" / "activation.json").read_bytes()).unique()
    found = to_cells(rows, table=activation_table(real), nodes={"_nykom": "/", "_akassedp": "/", "_tilb_2ptv": "*"})
    assert dict(found["status"].value_counts().rows()) == {
        "observed": 3 * rows.height - sum(rows.null_count().row(0)),
        "suppressed": sum(rows.null_count().row(0)),
    }


def test_the_real_answer_about_work_sharing_is_read_as_it_is_declared(field_real: Path) -> None:
    rows = read_body((field_real / "bodies" / "work_sharing.json").read_bytes())
    found = to_cells(rows, table=jobindsats().table("y25i06"), nodes={"_nykom": "/", "_var13uger": "*"})
    assert (rows.height, found.height, set(found["status"])) == (28, 56, {"observed"})
    smallest = found.group_by("measure").agg(pl.col("value").min())
    assert dict(smallest.iter_rows()) == {"work_sharing_persons": 25, "work_sharing_cases": 2}


def test_one_cell_with_two_values_is_refused_with_the_cell() -> None:
    with pytest.raises(CellsDisagree) as stopped:
        cells(["2026M07", "Herlev", 12, 3.5], ["2026M07", "Herlev", 13, 3.5])
    assert "y99x01" in str(stopped.value)
    assert "persons of Herlev in 2026M07" in str(stopped.value)
    assert [cell["value"] for cell in stopped.value.cells] == [12.0, 13.0]


def test_one_cell_hidden_and_shown_is_refused() -> None:
    with pytest.raises(CellsDisagree):
        cells(["2026M07", "Herlev", 12, 3.5], ["2026M07", "Herlev", None, 3.5])


def test_the_same_row_twice_is_that_row() -> None:
    row = ["2026M07", "Herlev", 12, 3.5]
    assert cells(row, row) == cells(row)


@pytest.mark.parametrize(
    ("row", "named", "nearest"),
    [
        (["2026M07", "Herlevv", 1, 1.0], "Herlevv", "Herlev"),
        (["2026M07", "Århus", 1, 1.0], "Århus", None),
        (["2026M07", "163", 1, 1.0], "163", None),
        (["2026M07", "", 1, 1.0], "''", None),
        (["2026M13", "Herlev", 1, 1.0], "2026M13", None),
        (["2026Q03", "Herlev", 1, 1.0], "2026Q03", None),
        (["juli 2026", "Herlev", 1, 1.0], "juli 2026", "2026M07"),
    ],
)
def test_an_area_or_a_period_nobody_declared_is_named(row: list[Any], named: str, nearest: str | None) -> None:
    with pytest.raises(Undeclared) as stopped:
        cells(["2026M07", "Herlev", 2, 2.0], row)
    assert "y99x01" in str(stopped.value)
    assert named in str(stopped.value)
    assert nearest is None or nearest in str(stopped.value)


def test_a_member_nobody_declared_is_named_with_the_nearest_and_its_rows() -> None:
    with pytest.raises(Undeclared, match=r"Ydelsesgrupper label 'A-dagpenge mv\.'.*'A-dagpenge'") as stopped:
        broken_down(
            ["2026M07", "Herlev", "A-dagpenge mv.", 9, 1.0], ["2026M07", "Herlev", "Kontanthjælp", 9, 1.0], nodes=LEVELS
        )
    assert [cell["Ydelsesgrupper"] for cell in stopped.value.cells] == ["A-dagpenge mv."]


def test_a_column_nobody_declared_is_named_with_the_nearest() -> None:
    renamed = stock(["2026M07", "Herlev", 12, 3.5]).rename({"Antal personer": "Antal personer (ny opgørelse)"})
    with pytest.raises(Undeclared, match=r"'Antal personer \(ny opgørelse\)'.*'Antal personer'"):
        to_cells(renamed, table=table(), nodes=ROOT)


@pytest.mark.parametrize("missing", ["Periode", "Område"])
def test_a_dimension_that_is_missing_is_named(missing: str) -> None:
    with pytest.raises(Undeclared, match=f"y99x01.*'{missing}' is missing"):
        to_cells(stock(["2026M07", "Herlev", 12, 3.5]).drop(missing), table=table(), nodes=ROOT)


def test_a_breakdown_nobody_declared_is_a_column_nobody_declared() -> None:
    broken = stock(["2026M07", "Herlev", 12, 3.5]).with_columns(Køn=pl.lit("Kvinder"))
    with pytest.raises(Undeclared, match="'Køn'"):
        to_cells(broken, table=table(), nodes=ROOT)


def test_texts_where_numbers_were_declared_are_refused_with_the_tables_name() -> None:
    texts = stock(["2026M07", "Herlev", 12, 3.5]).with_columns(pl.lit("12 personer").alias("Antal personer"))
    with pytest.raises(Undeclared, match=r"y99x01.*Antal personer"):
        to_cells(texts, table=table(), nodes=ROOT)


def test_a_declared_measure_that_did_not_come_has_no_cells() -> None:
    found = to_cells(stock(["2026M07", "Herlev", 12, 3.5]).drop("Andel"), table=table(), nodes=ROOT)
    assert found["measure"].to_list() == ["persons"]


def test_a_measure_that_the_publisher_offers_and_does_not_send_is_missed() -> None:
    without = stock(["2026M07", "Herlev", 12, 3.5]).drop("Andel")
    with pytest.raises(Undeclared, match=r"y99x01.*'Andel' is missing"):
        to_cells(without, table=table(), nodes=ROOT, offered=table().measures)
    renamed = stock(["2026M07", "Herlev", 12, 3.5]).rename({"Andel": "Andel i pct."})
    assert to_cells(renamed, table=table(), nodes=ROOT, offered=table().measures).height == 2


def test_an_answer_without_rows_has_no_cells() -> None:
    body = b'{"columns":["Periode","Omr\xc3\xa5de","Antal personer","Andel"],"rows":[]}'
    assert to_cells(read_body(body), table=table(), nodes=ROOT).height == 0


def test_all_municipalities_the_country_and_the_unknown_are_taken() -> None:
    names = ["Hele landet", "Uoplyst område", *(area.name for area in municipalities())]
    found = to_cells(stock(*(["2026M07", name, 5, 1.0] for name in names)), table=table(), nodes=ROOT)
    assert found["area_id"].n_unique() == 100


# ---- what was asked for: no more and no less ---------------------------------------------------------------
JUNE, JULY, COUNTRY, HERLEV = 1202606, 1202607, 0, 163
HERLEVS = [["2026M06", "Herlev", "A-dagpenge", 9, 1.0], ["2026M07", "Herlev", "A-dagpenge", 9, 1.0]]


def asked(
    *rows: list[Any],
    periods: tuple[int, ...] = (JUNE, JULY),
    areas: tuple[int, ...] = (HERLEV,),
    members: tuple[str, ...] = ("A-dagpenge",),
    declared: Table = WITH_BREAKDOWN,
    nodes: dict[str, str] = LEVELS,
) -> pl.DataFrame:
    columns = ["Periode", "Område", "Ydelsesgrupper", "Antal personer", "Andel"]
    about: Asked = {"Periode": periods, "Område": areas, "Ydelsesgrupper": members}
    return to_cells(frame(columns, *rows), table=declared, nodes=nodes, asked=about)


def test_what_was_asked_for_is_taken() -> None:
    assert asked(*HERLEVS).height == 4


@pytest.mark.parametrize("coverage", ["every", "sparse"])
@pytest.mark.parametrize(
    ("row", "label", "column"),
    [
        (["2031M01", "Herlev", "A-dagpenge", 9, 1.0], "2031M01", "Periode"),
        (["2026M05", "Herlev", "A-dagpenge", 9, 1.0], "2026M05", "Periode"),
        (["2026M07", "Ishøj", "A-dagpenge", 9, 1.0], "Ishøj", "Område"),
        (["2026M07", "Herlev", "Kontanthjælp", 9, 1.0], "Kontanthjælp", "Ydelsesgrupper"),
    ],
)
def test_one_row_that_was_not_asked_for_stops_the_table_with_the_row(
    row: list[Any], label: str, column: str, coverage: str
) -> None:
    declared = WITH_BREAKDOWN.model_copy(update={"coverage": coverage})
    with pytest.raises(
        NotAsAsked, match=rf"y99x01.*1 rows of '{label}' in the column {column}.*not asked for"
    ) as stopped:
        asked(*HERLEVS, row, declared=declared)
    assert [kept[column] for kept in stopped.value.cells] == [label]


def test_a_level_among_the_roots_rows_was_not_asked_for() -> None:
    total = ["2026M07", "Hele landet", "Ydelsesgrupper i alt", 900, 2.0]
    roots: dict[str, Any] = {
        "areas": (COUNTRY,),
        "members": ("Ydelsesgrupper i alt",),
        "nodes": ROOT,
        "periods": (JULY,),
    }
    assert asked(total, **roots).height == 2
    with pytest.raises(NotAsAsked, match="'Herlev'"):
        asked(total, ["2026M07", "Herlev", "Ydelsesgrupper i alt", 9, 1.0], **roots)
    with pytest.raises(NotAsAsked, match="'A-dagpenge'"):
        asked(total, ["2026M07", "Hele landet", "A-dagpenge", 9, 1.0], **roots)


def test_a_period_that_lacks_in_a_total_is_missed_where_each_municipality_reports() -> None:
    total = ["2026M07", "Hele landet", "Ydelsesgrupper i alt", 900, 2.0]
    roots: dict[str, Any] = {"areas": (COUNTRY,), "members": ("Ydelsesgrupper i alt",), "nodes": ROOT}
    with pytest.raises(NotAsAsked, match="2026M06 was asked for and did not come"):
        asked(total, **roots)
    sparse = WITH_BREAKDOWN.model_copy(update={"coverage": "sparse"})
    assert asked(total, declared=sparse, **roots).height == 2
    assert asked(HERLEVS[1]).height == 2, "members may begin later than their total"


def decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def test_labels_that_differ_in_unicode_form_only_are_the_same_labels() -> None:
    declared = table(measures=(Measure(name="persons", label="Antal på ydelse", unit="persons"),))
    names = ["Rødovre", "Brøndby", "Høje-Taastrup", "Hele landet"]
    written = pl.DataFrame({"Periode": ["2026M07"] * 4, "Område": names, "Antal på ydelse": [1, 2, 3, 6]})
    other = written.rename(decomposed).with_columns(pl.col(pl.String).map_elements(decomposed, return_dtype=pl.String))
    assert other.columns != written.columns
    assert to_cells(other, table=declared, nodes=ROOT).equals(to_cells(written, table=declared, nodes=ROOT))


SPACED = "Antal personer "


def test_blanks_around_and_within_a_label_are_no_part_of_it() -> None:
    columns = ["Periode", "Område", "Ydelsesgrupper ", SPACED, "Andel"]
    rows = frame(
        columns, ["2026M07", "Herlev ", "A-dagpenge\u00a0", 12, 3.5], ["2026M07", "Herlev", "  Kontanthjælp", 5, 1.0]
    )
    found = to_cells(rows, table=WITH_BREAKDOWN, nodes=LEVELS)
    assert [json.loads(members)["Ydelsesgrupper"] for members in found["members"].unique().sort()] == [
        "A-dagpenge",
        "Kontanthjælp",
    ]


def test_a_breakdown_without_a_root_has_its_members_and_no_total() -> None:
    weeks = Hierarchy(id="_uger", dimension="Uger", members=(Member(name="Kort"), Member(name="Lang")))
    rows = frame(["Periode", "Område", "Uger", "Antal personer", "Andel"], ["2026M07", "Hele landet", "Kort", 12, 3.5])
    rootless = table(breakdowns=(weeks,))
    found = to_cells(rows, table=rootless, nodes={"_nykom": "/", "_uger": "level:uger"})
    assert found["members"].to_list() == ['{"Uger": "Kort"}'] * 2
    assert rootless.root_members == {}


def test_an_open_breakdown_takes_whatever_members_come() -> None:
    jobs = Hierarchy(id="_esco", dimension="Stilling", root="Stillinger i alt", open=True)
    rows = [["2026M07", "Hele landet", f"Stilling {number} ", number, 1.0] for number in range(500)]
    columns = ["Periode", "Område", "Stilling", "Antal personer", "Andel"]
    found = to_cells(
        frame(columns, *rows), table=table(breakdowns=(jobs,)), nodes={"_nykom": "/", "_esco": "level:fin"}
    )
    assert found.height == 1000
    assert json.loads(found["members"][0]) == {"Stilling": "Stilling 0"}


def test_a_label_of_a_megabyte_is_told_shortened() -> None:
    frame = pl.DataFrame({"Periode": ["2026M07"], "Område": ["Ø" * 1_000_000], "Antal personer": [1], "Andel": [1.0]})
    with pytest.raises(Undeclared) as stopped:
        to_cells(frame, table=table(), nodes=ROOT)
    assert len(str(stopped.value)) < 5_000
    assert str(stopped.value).startswith("y99x01: the Område label 'ØØØ")
    assert "`jobindsats catalogue accept" in str(stopped.value)
    assert len(json.dumps(stopped.value.cells)) < 10_000
