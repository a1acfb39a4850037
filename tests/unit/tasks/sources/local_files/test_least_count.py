"""Counts of few people in a municipality's own file are hidden from the first step on, by the threshold of its contract."""

from __future__ import annotations

from typing import Any

import pytest

from tasks.sources.local_files.contract import ContractError
from tasks.sources.local_files.snapshot import read_file
from tests.local import column, contract

FILE = "Tilbud;Antal\nA;0\nB;1\nC;2\nD;3\nE;40\n"


def values(content: str = FILE, **changes: Any) -> list[float | None]:
    declared = contract(**changes)
    cells = read_file(content.encode(), contract=declared, name=declared.file)
    assert cells.filter(cells["value"].is_null())["status"].unique().to_list() in ([], ["suppressed"])
    return cells["value"].to_list()


def test_below_three_they_are_hidden_where_the_contract_says_nothing_and_none_is_not() -> None:
    assert values(least_count=None) == [0, None, None, 3, 40]


@pytest.mark.parametrize(("least", "shown"), [(1, [0, 1, 2, 3, 40]), (5, [0, None, None, None, 40])])
def test_a_contract_has_a_threshold_of_its_own(least: int, shown: list[float | None]) -> None:
    assert values(least_count=least) == shown


def test_part_of_a_full_time_person_is_few_too() -> None:
    decimals = column(name="full_time_persons", unit="full_time_persons", type="decimal")
    assert values("Tilbud;Antal\nA;0,4\nB;12,5\n", columns=decimals, least_count=None) == [None, 12.5]


@pytest.mark.parametrize(("name", "unit"), [("share_pct", "pct"), ("cost_dkk", "dkk")])
def test_what_counts_nobody_has_no_threshold(name: str, unit: str) -> None:
    assert values(columns=column(name=name, unit=unit), least_count=None) == [0, 1, 2, 3, 40]


def test_a_budget_counts_nobody() -> None:
    assert values(feeds="budget", columns=column(name="budget_dkk", unit="dkk"), least_count=None) == [0, 1, 2, 3, 40]


def test_the_table_says_from_which_count_it_shows() -> None:
    assert contract(least_count=5).table.least_count == 5
    with pytest.raises(ContractError, match="least_count"):
        contract(least_count=0)
