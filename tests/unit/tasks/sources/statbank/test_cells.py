"""StatBank's figures as cells: areas, quarters, members and signs, and what stops a table."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from tasks.sources.cells import SCHEMA, in_names
from tasks.sources.statbank.cells import to_cells
from tasks.stoppages import BodyUnreadable, CellsDisagree, NotAsAsked, Undeclared
from tests.statbank_answers import AREAS, AUK01, FOLK1A, Row, csv_of, metadata
from warehouse.catalogue.model import Table
from warehouse.periods import Period

FIRST, SECOND = Period.parse("2023Q01"), Period.parse("2023Q02")

POPULATION = (
    ("000 Hele landet", "2023K1", "5932654"),
    ("084 Region Hovedstaden", "2023K1", "1911067"),
    ("163 Herlev", "2023K1", "29215"),
    ("411 Christiansø", "2023K1", "91"),
)

ONE_AREA = {"163": "Herlev"}

OF_BENEFITS = ("OMRÅDE", "YDELSESTYPE", "TID", "INDHOLD")

BENEFITS = (
    ("163 Herlev", "TOT I alt", "2023K1", "4321"),
    ("163 Herlev", "SU SU-modtagere", "2023K1", "1201"),
    ("163 Herlev", "LY Ledighedsydelse", "2023K1", ".."),
)


def cells(*rows: Row, periods: tuple[Period, ...] = (), **described: Any) -> pl.DataFrame:
    return to_cells(csv_of(*rows), table=FOLK1A, metadata=metadata(**described), periods=periods)


def named(found: pl.DataFrame) -> dict[str, Any]:
    return {row["area"]: row["value"] for row in map(in_names, found.to_dicts())}


def one(figure: str, *, hidden_as: str | int | None = "0", table: Table = FOLK1A) -> tuple[Any, Any]:
    """Value and status of one figure of Herlev; (None, None) where it gives no cell."""
    described = metadata(table, areas=ONE_AREA, suppressedDataValue=hidden_as)
    found = to_cells(csv_of(("163 Herlev", "2023K1", figure)), table=table, metadata=described)
    return found.select("value", "status").rows()[0] if found.height else (None, None)


def test_a_body_becomes_cells_of_the_shape_that_all_sources_share() -> None:
    found = cells(*POPULATION, periods=(FIRST,))
    assert found.schema == SCHEMA
    assert named(found) == {"Hele landet": 5932654.0, "Region Hovedstaden": 1911067.0, "Herlev": 29215.0}
    assert set(found["measure"]) == {"population_persons"}
    assert set(found["members"]) == {"{}"}
    assert {Period.from_key(key) for key in found["period_id"]} == {FIRST}


def test_regions_get_the_codes_they_have_elsewhere_and_christianso_is_kept_out() -> None:
    assert cells(*POPULATION)["area_id"].to_list() == [0, 163, 1084]


@pytest.mark.parametrize("spelling", [{}, {"mark": False}, {"end": "\n"}])
def test_a_byte_order_mark_and_the_line_ends_make_no_difference(spelling: dict[str, Any]) -> None:
    found = to_cells(csv_of(*POPULATION, **spelling), table=FOLK1A, metadata=metadata())
    assert found.equals(cells(*POPULATION))


def test_the_order_of_columns_and_rows_makes_no_difference() -> None:
    turned = csv_of(*[row[::-1] for row in reversed(POPULATION)], header=("INDHOLD", "Tid", "OMRÅDE"))
    assert to_cells(turned, table=FOLK1A, metadata=metadata()).equals(cells(*POPULATION))


def test_a_quarter_may_stand_with_its_text_as_other_values_do() -> None:
    twice = [(area, f"{quarter} {quarter}", figure) for area, quarter, figure in POPULATION]
    assert cells(*twice).equals(cells(*POPULATION))


def test_members_are_named_by_their_texts() -> None:
    body = csv_of(*BENEFITS, header=OF_BENEFITS)
    found = to_cells(body, table=AUK01, metadata=metadata(AUK01, areas=ONE_AREA))
    assert found.select("members", "value", "status").rows() == [
        ('{"Ydelsestype": "I alt"}', 4321.0, "observed"),
        ('{"Ydelsestype": "Ledighedsydelse"}', None, "suppressed"),
        ('{"Ydelsestype": "SU-modtagere"}', 1201.0, "observed"),
    ]


# ---- signs and figures --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("figure", "expected"),
    [
        ("29215", (29215.0, "observed")),
        ("3", (3.0, "observed")),
        ("-12", (-12.0, "observed")),
        ("..", (None, "suppressed")),
        ("-", (0.0, "observed")),
        (".", (None, None)),
    ],
)
def test_a_figure_and_each_sign_in_its_place(figure: str, expected: tuple[Any, Any]) -> None:
    assert one(figure) == expected


def test_a_zero_is_hidden_where_hidden_values_are_written_as_zero_and_only_there() -> None:
    assert one("0", hidden_as="0") == (None, "suppressed")
    assert one("0", hidden_as=0) == (None, "suppressed")
    assert one("0", hidden_as=None) == (0.0, "observed")
    assert one("0", hidden_as="..") == (0.0, "observed")
    assert one("10", hidden_as="0") == (10.0, "observed")


@pytest.mark.parametrize(
    "figure",
    [
        "29.215",
        "29,215",
        "1.234,5",
        "1 234",
        "29215.0",
        "1e5",
        "+3",
        "--",
        "...",
        "",
        " ",
        " 3",
        "٣",
        "nan",
        "x",
        "1" * 16,
    ],
)
def test_whatever_could_be_read_in_two_ways_is_refused_with_its_place(figure: str) -> None:
    rows = [*POPULATION[:2], ("163 Herlev", "2023K1", figure), POPULATION[3]]
    with pytest.raises(BodyUnreadable) as stopped:
        cells(*rows)
    for part in ("/data/FOLK1A", f"'{figure}'", "INDHOLD", "line 4", "population_persons", ".. - ."):
        assert part in str(stopped.value)


def test_a_share_has_a_danish_comma() -> None:
    shares = FOLK1A.model_copy(
        update={"measures": (FOLK1A.measures[0].model_copy(update={"name": "x_pct", "unit": "pct"}),)}
    )
    assert one("12,5", table=shares) == (12.5, "observed")
    assert one("-0,5", table=shares) == (-0.5, "observed")
    with pytest.raises(BodyUnreadable, match="1234,5"):
        one("12.5", table=shares)


# ---- what nobody declared -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("areas", "label"),
    [
        ({"412": "Ny Ø"}, "412 Ny Ø"),
        ({"163": "Ishøj"}, "163 Ishøj"),
        ({"411": "Ertholmene"}, "411 Ertholmene"),
        ({"997": "Udlandet"}, "997 Udlandet"),
    ],
)
def test_an_area_nobody_declared_is_named_with_its_rows(areas: dict[str, str], label: str) -> None:
    with pytest.raises(
        Undeclared, match=rf"folk1a: '{label}' in the column OMRÅDE.*Accepting does not help here"
    ) as stopped:
        cells((label, "2023K1", "12"), areas=areas)
    assert stopped.value.label == label
    assert stopped.value.cells == [{"OMRÅDE": label, "Tid": "2023K1", "INDHOLD": "12"}]


@pytest.mark.parametrize(
    ("row", "label"),
    [
        (("163 Ishøj", "2023K1", "1"), "163 Ishøj"),
        (("163", "2023K1", "1"), "163"),
        (("Herlev", "2023K1", "1"), "Herlev"),
        (("163 Herlev", "2024K1", "1"), "2024K1"),
        (("163 Herlev", "2023Q1", "1"), "2023Q1"),
        (("163 Herlev", "", "1"), "''"),
    ],
)
def test_a_label_that_the_description_does_not_have_is_named(row: Row, label: str) -> None:
    with pytest.raises(Undeclared, match=label):
        cells(row, areas=ONE_AREA)


def test_a_subtotal_that_was_not_asked_for_is_named() -> None:
    body = csv_of(*BENEFITS, ("163 Herlev", "TOTUSU I alt uden SU-modtagere", "2023K1", "3120"), header=OF_BENEFITS)
    with pytest.raises(Undeclared, match=r"TOTUSU I alt uden.*YDELSESTYPE.*jobindsats catalogue accept auk01"):
        to_cells(body, table=AUK01, metadata=metadata(AUK01, areas=ONE_AREA))


def test_one_cell_with_two_figures_is_a_disagreement_and_with_one_is_that_cell() -> None:
    with pytest.raises(CellsDisagree, match=r"folk1a.*Herlev in 2023Q01"):
        cells(*POPULATION, ("163 Herlev", "2023K1", "29216"))
    assert cells(*POPULATION, POPULATION[2]).equals(cells(*POPULATION))


# ---- what is no table of the asked-for cells ----------------------------------------------------------------
REFUSED = {
    "a web page": b"<!DOCTYPE html><html><body>Vi opdaterer; kom igen</body></html>",
    "a web page of lines": b"<!DOCTYPE html>\n<html>;;\n</html>",
    "nothing": b"",
    "blanks": b" \r\n",
    "a mark alone": b"\xef\xbb\xbf",
    "an error": b'{"errorTypeCode":"EXTRACT-NOTFOUND","message":"Tabel findes ikke: X"}',
    "a header alone": csv_of(),
    "commas": csv_of(*POPULATION).replace(b";", b","),
    "no column of figures": csv_of(*[row[:-1] for row in POPULATION], header=("OMRÅDE", "TID")),
    "another column of figures": csv_of(*POPULATION, header=("OMRÅDE", "TID", "ANTAL")),
    "a column more": csv_of(*[(*row, "1") for row in POPULATION], header=("OMRÅDE", "TID", "INDHOLD", "KØN")),
    "a column twice": csv_of(*POPULATION, header=("OMRÅDE", "TID", "TID")),
    "a field too many": csv_of(*POPULATION[:3], (*POPULATION[3], "1")),
    "a field too few": csv_of(*POPULATION[:3], POPULATION[3][:2]),
    "an area too few": csv_of(*POPULATION[:3]),
    "half of it": csv_of(*POPULATION[::2]),
    "not UTF-8": csv_of(*POPULATION).decode().encode("latin-1", "replace"),
    "a quote that never ends": csv_of(*POPULATION[:3], ('"411 Christiansø', "2023K1", "91")),
}


@pytest.mark.parametrize("what", list(REFUSED))
def test_what_is_no_table_of_the_cells_that_were_asked_for_is_refused(what: str) -> None:
    with pytest.raises(BodyUnreadable, match="/data/FOLK1A"):
        to_cells(REFUSED[what], table=FOLK1A, metadata=metadata())


def test_every_way_of_tearing_an_answer_before_its_last_figure_is_noticed() -> None:
    body = csv_of(*POPULATION)
    for length in range(body.rindex(b";") + 1):
        with pytest.raises((BodyUnreadable, Undeclared)):
            to_cells(body[:length], table=FOLK1A, metadata=metadata())


def test_a_quarter_that_was_asked_for_and_did_not_come_is_named() -> None:
    with pytest.raises(NotAsAsked, match="2023Q02 was asked for and did not come"):
        cells(*POPULATION, periods=(FIRST, SECOND))


@pytest.mark.parametrize("label", ["2023K2", "2023K2 2023K2"])
def test_a_quarter_that_was_not_asked_for_is_named_with_its_rows(label: str) -> None:
    others = [(area, label, figure) for area, _, figure in POPULATION]
    for rows in ([*POPULATION, *others], [*POPULATION, others[2]], others):
        with pytest.raises(NotAsAsked, match=f"'{label}' in the column Tid, which was not asked for") as stopped:
            cells(*rows, periods=(FIRST,))
        assert {row["Tid"] for row in stopped.value.cells} == {label}


def test_an_area_that_lacks_in_one_quarter_only_is_missed() -> None:
    later = [(area, "2023K2", figure) for area, _, figure in POPULATION]
    assert cells(*POPULATION, *later, periods=(FIRST, SECOND)).height == 6
    with pytest.raises(BodyUnreadable, match="7 cells, and 8"):
        cells(*POPULATION, *later[:-1])


def test_a_member_that_lacks_is_missed() -> None:
    with pytest.raises(BodyUnreadable, match="2 cells, and 3"):
        to_cells(csv_of(*BENEFITS[:2], header=OF_BENEFITS), table=AUK01, metadata=metadata(AUK01, areas=ONE_AREA))


def test_all_areas_of_the_test_are_taken_or_left_out() -> None:
    assert len(AREAS) == cells(*POPULATION).height + 1
