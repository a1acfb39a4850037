"""docs/claims.md: its example is a claims file, comes to what the page says, and its tables name all there is."""

from __future__ import annotations

from decimal import Decimal

from tests.conventions.sources import ROOT
from warehouse.claims.arithmetic import FUNCTIONS
from warehouse.claims.checking import check
from warehouse.claims.content import Cell, Claim, Figure, Given, Reading
from warehouse.claims.file import read_claims
from warehouse.claims.values import FigureAnswer
from warehouse.claims.words import TOLERANCE, TOLERANCE_OF_ROUND, WORDS
from warehouse.danish.numbers import shown

PAGE = (ROOT / "docs" / "claims.md").read_text(encoding="utf-8")


def table(heading: str) -> list[list[str]]:
    """The rows of the table that begins with a heading, without the heading."""
    lines = PAGE.split(f"\n| {heading} |", maxsplit=1)[1].split("\n\n", maxsplit=1)[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_the_example_comes_to_what_the_page_says() -> None:
    example = PAGE.split("```yaml\n", maxsplit=1)[1].split("```", maxsplit=1)[0]
    rows = check(read_claims(example), figures=lambda _: FigureAnswer(Decimal(2882)), assumptions=lambda _: {})
    found = [
        [row.point, shown(row.claimed), "" if row.computed is None else shown(row.computed), row.verdict, row.reason]
        for row in rows
    ]
    assert found == table("point")


def test_the_second_example_asks_for_cells_and_figures_under_given() -> None:
    head = PAGE.split("```yaml\n", maxsplit=1)[1].split("claims:", maxsplit=1)[0]
    example = (
        PAGE.split("```yaml\n", maxsplit=2)[2].split("```", maxsplit=1)[0].replace("holstebro-2017", "herlev-2024")
    )
    counts = {"Ballerup": 4100, "Rødovre": 3900}
    rows = check(
        read_claims(f"{head}claims:\n{example}"),
        figures=lambda question: FigureAnswer(
            Decimal(280 if "y11a02" in str(question) else counts.get(question.area, 2882))
        ),
        assumptions=lambda _: {},
    )
    assert [(row.verdict, row.claimed) for row in rows] == [("holds", Decimal(280)), ("holds", Decimal(3))]


def test_the_table_of_keys_names_every_key() -> None:
    keys = {each.strip(" `") for row in table("key") for each in row[0].split(",")}
    assert keys == set(Claim.model_fields)
    described = {row[0].strip("`"): row[1] for row in table("key")}
    for key, parts in (("figure", Figure), ("cell", Cell), ("given", Given), ("readings", Reading)):
        names = [field.alias or name for name, field in parts.model_fields.items()]
        assert [name for name in names if f"`{name}`" not in described[key]] == []


def test_the_table_of_words_names_every_word_and_the_page_says_how_near() -> None:
    rows = table("about")
    assert {word.strip() for row in rows for word in row[0].split(",")} == set(WORDS)
    for words, meaning in rows:
        assert {WORDS[word.strip()].near for word in words.split(",")} == {"near" in meaning}
    near = PAGE.split("*Near* is", maxsplit=1)[1].split("\n\n", maxsplit=1)[0]
    assert f"less than {TOLERANCE * 100} per cent" in near
    assert f"less than {TOLERANCE_OF_ROUND * 100} per cent" in near


def test_the_page_names_every_function() -> None:
    assert [name for name in FUNCTIONS if f"`{name}(" not in PAGE] == []


def test_the_table_of_verdicts_names_every_verdict() -> None:
    assert [row[0] for row in table("verdict")] == ["holds", "holds within rounding", "differs", "cannot be checked"]
