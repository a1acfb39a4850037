"""What a claims file may call `assumptions.<name>`: what applies to the paper's area on its day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from tasks.answers.claims import assumptions_of
from warehouse.assumptions.known import KNOWN
from warehouse.claims.content import Document, last_day


def paper(day: str = "2024-01-31", *, area: str = "Herlev") -> Document:
    return Document(id="a", title="A", area=area, date=day, source="the paper")


def known(*rows: dict[str, object]) -> pl.DataFrame:
    some = {"basis": "", "unit": "dkk", "source": "s", "evidence": "likely", "note": ""}
    return pl.DataFrame([{**some, "assumption_id": at, **row} for at, row in enumerate(rows)], schema=KNOWN)


@pytest.mark.parametrize(
    ("written", "day"),
    [("2024-02-10", date(2024, 2, 10)), ("2024-02", date(2024, 2, 29)), ("2023", date(2023, 12, 31))],
)
def test_a_paper_is_of_the_last_day_it_may_be_of(written: str, day: date) -> None:
    assert last_day(paper(written)) == day


def test_an_areas_own_number_comes_before_one_that_holds_anywhere() -> None:
    price = known({"name": "price_dkk", "value": 1}, {"name": "price_dkk", "value": 2, "area_code": "163"})
    assert assumptions_of(paper(), known=price) == {"price_dkk": Decimal("2.0")}
    assert assumptions_of(paper(area="Ballerup"), known=price) == {"price_dkk": Decimal("1.0")}


def test_the_number_of_the_papers_day_is_meant() -> None:
    then = {"valid_from": date(2023, 1, 1), "valid_to": date(2023, 12, 31)}
    keys = known(
        {"name": "key_pct", "value": 1, **then}, {"name": "key_pct", "value": 2, "valid_from": date(2024, 1, 1)}
    )
    assert assumptions_of(paper("2023-06"), known=keys) == {"key_pct": Decimal("1.0")}
    assert assumptions_of(paper("2024-06"), known=keys) == {"key_pct": Decimal("2.0")}
    assert assumptions_of(paper("2022"), known=keys) == {}


def test_several_bases_are_told_apart_and_none_is_taken_for_the_name() -> None:
    prices = known({"name": "p", "value": 1, "basis": "budget"}, {"name": "p", "value": 2, "basis": "accounts"})
    assert assumptions_of(paper(), known=prices) == {"p.budget": Decimal("1.0"), "p.accounts": Decimal("2.0")}
    assert assumptions_of(paper(), known=prices[:1]) == {"p.budget": Decimal("1.0"), "p": Decimal("1.0")}
