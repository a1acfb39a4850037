"""A contract says everything that is needed to read a file, and a wrong one is refused with file, line and key."""

from __future__ import annotations

from typing import Any

import pytest

from tasks.sources.local_files.contract import ContractError, read_contract
from tasks.sources.local_files.contract_checks import require_in_force
from tests.local import DECLARED, XLSX, column, contract, text_of
from warehouse.catalogue.model import Table
from warehouse.periods import PeriodKind


def test_a_contract_is_a_table_of_the_catalogue() -> None:
    told = contract(
        feeds="activation",
        keys=[{"column": "Tilbud", "name": "Offer", "members": ["A", {"name": "B", "also": ["Bb"]}], "total": "I alt"}],
        columns=column(adds_up=True, within=[0, 500]),
    ).table
    assert isinstance(told, Table)
    assert (told.id, told.title, told.feeds, told.coverage) == ("local_courses", "Forløb", "activation", "sparse")
    assert told.period is PeriodKind.YEAR
    assert told.dimensions == ("Periode", "Område", "Offer")
    assert told.root_members == {"Offer": "I alt"}
    assert told.breakdowns[0].canonical == {"I alt": "I alt", "A": "A", "B": "B", "Bb": "B"}
    assert [(measure.name, measure.unit, measure.adds_up, measure.bounds) for measure in told.measures] == [
        ("started_cases", "cases", True, (0, 500))
    ]


@pytest.mark.parametrize(("members", "is_open"), [([], True), (["A"], False)])
def test_a_key_without_members_is_an_open_breakdown(members: list[str], is_open: bool) -> None:
    told = contract(keys=[{"column": "Tilbud", "members": members}]).table.breakdowns[0]
    assert told.open is is_open
    assert told.root == "Tilbud i alt"


@pytest.mark.parametrize(
    ("form", "kind"),
    [("year", "Y"), ("quarter", "Q"), ("month", "M"), ("date", "M"), ("rolling_year", "QMAT")],
)
def test_the_form_of_the_period_gives_its_kind(form: str, kind: str) -> None:
    assert contract(period={"column": "År", "form": form}).table.period == kind


def test_the_thousands_separator_of_a_decimal_comma_is_a_point_unless_declared() -> None:
    assert str(contract().dialect) == "decimal comma and thousands point"
    assert str(contract(decimal="point").dialect) == "decimal point and no thousands separator"
    assert str(contract(thousands="none").dialect) == "decimal comma and no thousands separator"


def test_a_header_that_yaml_takes_for_a_number_is_its_digits() -> None:
    across = {2024: {"period": "2024Y01"}, 2025: {"period": "2025Y01"}}
    told = contract(period=None, columns=column(across=across))
    assert list(told.headers) == ["Tilbud", "2024", "2025"]


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown key": ({"colour": "red"}, "colour: no contract has this key"),
    "an unknown key deep down": ({"columns": column(colour="red")}, r"columns\.0\.colour: no contract"),
    "no title": ({"title": None}, "title: Field required"),
    "an empty title": ({"title": "  "}, "title: "),
    "an upper-case table": ({"table": "Courses"}, "table: "),
    "a long table": ({"table": "c" * 35}, "table: "),
    "an encoding to be guessed": ({"encoding": "auto"}, "encoding: Input should be 'utf-8'"),
    "no encoding": ({"encoding": None}, "encoding: a CSV file does not tell"),
    "no separator": ({"separator": None}, "separator: a CSV file does not tell"),
    "a sheet of a CSV file": ({"sheet": "Tal"}, "sheet: a csv file has none"),
    "the encoding of a workbook": (XLSX | {"encoding": "utf-8"}, "encoding: a xlsx file has none"),
    "no period": ({"period": None}, "period: under 'Antal' it is declared nowhere"),
    "a period twice": (
        {"columns": column(across={"A": {"period": "2022Y01"}})},
        "period: under 'A' it is declared twice",
    ),
    "no area": ({"area": None}, "area: under 'Antal' it is declared nowhere"),
    "a period that is none": ({"period": "2022M13"}, "period: '2022M13' is not a period"),
    "a year for a period": ({"period": 2022}, "2022 is not a period: write 2022Y01"),
    "two headers of one period": (
        {"period": None, "columns": column(across={"A": {"period": "2022Y01"}, "B": {"period": "2022Y01"}})},
        "across: two headers are of the same period and area",
    ),
    "periods of two kinds": (
        {"period": None, "columns": column(across={"A": {"period": "2022Y01"}, "B": {"period": "2022Q01"}})},
        r"several kinds \(Q, Y\)",
    ),
    "an unknown form": ({"period": {"column": "År", "form": "week"}}, r"period\.form: "),
    "an area that is none": ({"area": "Ringstad"}, "no area is called 'Ringstad'; did you mean Ringsted"),
    "a unit nobody has": ({"columns": column(unit="stk")}, r"columns\.0\.unit"),
    "a name without its unit": ({"columns": column(name="started")}, "call it 'started_cases'"),
    "per cent of persons": ({"columns": column(type="percent")}, "a column of type percent holds pct"),
    "bounds the wrong way": ({"columns": column(within=[5, 1])}, "within: 5.0 is more than 1.0"),
    "bounds without end": ({"columns": column(within=[0, float("inf")])}, r"within\.1: "),
    "no factor": ({"columns": column(factor=0)}, r"factor: "),
    "no columns": ({"columns": []}, "columns: "),
    "a measure twice": ({"columns": column() + column(label="B")}, "the measure 'started_cases' is declared twice"),
    "a header twice": ({"ignored": ["Antal"]}, "the header 'Antal' is declared twice"),
    "a key called as the area": (
        {"keys": [{"column": "A", "name": "Område"}]},
        "the key 'Område' is declared twice, or taken",
    ),
    "a thousands separator that is the decimal sign": ({"thousands": "comma"}, "comma is the decimal sign already"),
    "a file outside": ({"file": "../secret.csv"}, "must lie in the contract's own folder"),
    "a file at the root": ({"file": "/etc/passwd"}, "must lie in the contract's own folder"),
    "a file of another system": ({"file": "..\\secret.csv"}, "must lie in the contract's own folder"),
    "no rows allowed": ({"limits": {"most_rows": 0}}, r"limits\.most_rows"),
}


@pytest.mark.parametrize("what", list(WRONG))
def test_a_contract_that_is_wrong_is_refused_with_its_line_and_key(what: str) -> None:
    changes, message = WRONG[what]
    with pytest.raises(ContractError, match=rf"(?s)courses\.yml, line \d+: .*{message}"):
        contract(**changes)


def test_the_line_is_that_of_the_key() -> None:
    text = text_of(columns=column(unit="stk"))
    line = next(at for at, line in enumerate(text.splitlines(), start=1) if "unit: stk" in line)
    with pytest.raises(ContractError, match=rf"line {line}: columns\.0\.unit"):
        read_contract(text, name="courses.yml")


def test_a_code_that_yaml_takes_for_an_octal_number_is_never_taken_for_another_area() -> None:
    with pytest.raises(ContractError, match="115 is not an area: write its name, or its code in quotes"):
        read_contract(text_of(area=None) + "area: 0163\n", name="courses.yml")


def test_a_code_in_quotes_is_its_area() -> None:
    assert contract(area="0163").area == contract(area="Herlev").area == contract(area="Herlev Kommune").area


NO_YAML = {
    "nothing": "",
    "a list": "- a\n- b\n",
    "a text": "hello",
    "half a list": "table: [a",
    "a tab": "table:\n\t- a",
    "a key twice": text_of() + "table: courses\n",
    "a deep key twice": text_of(source=None) + "source: {owner: a, owner: b, document: c}\n",
    "a python object": "table: !!python/object/apply:os.system ['true']\n",
    "a day that never was": "table: 2022-02-30\n",
    "anchors": "a: &a [x, x]\nb: &b [*a, *a]\n",
    "nothing but brackets": "[" * 50_000,
    "nothing but braces": "{a: " * 20_000,
    "a novel": "# " + "x" * 100_001,
    "a control character": "table: \x07\n",
}


@pytest.mark.parametrize("what", list(NO_YAML))
def test_what_is_no_yaml_of_a_contract_is_refused_by_name(what: str) -> None:
    with pytest.raises(ContractError, match=r"^courses\.yml"):
        read_contract(NO_YAML[what], name="courses.yml")


def test_the_small_contract_itself_is_right() -> None:
    assert contract().id == DECLARED["table"]


SURVEY: dict[str, Any] = {
    "feeds": "survey",
    "columns": [{"name": "sent_persons", "label": "Sendt", "unit": "persons"}],
    "keys": [{"column": "Tilbud", "total": "I alt"}, {"column": "Alder"}],
}


def test_what_feeds_a_figure_that_reads_totals_only_has_them() -> None:
    with pytest.raises(
        ContractError, match=r"line \d+: keys.1: .*read the total of sent_persons only.*'Alder' is the `total`"
    ):
        require_in_force(contract(**SURVEY), text=text_of(**SURVEY), name="courses.yml")
    for whole in ({"keys": SURVEY["keys"][:1]}, {"keys": None}, {"feeds": None}):
        changed = SURVEY | whole
        require_in_force(contract(**changed), text=text_of(**changed), name="courses.yml")
