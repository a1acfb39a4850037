"""The key by population: of one day and one source, the loaded table before what is assumed."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from warehouse.assumptions.known import KNOWN
from warehouse.figures import population
from warehouse.figures.block_grant import with_keys

HERLEV, COUNTRY = "163", "000"

OWN, WHOLE = "population_persons", "country_population_persons"

NOBODY = pl.DataFrame(schema=KNOWN)


def people(*rows: tuple[str, int, float, int | None, int | None]) -> pl.DataFrame:
    """Populations by area, year, persons, and the vintage or the assumption that brought them."""
    found = [
        (area, date(year, 1, 1), persons, vintage is not None, vintage, number)
        for area, year, persons, vintage, number in rows
    ]
    return pl.DataFrame(found, schema=population.TYPES, orient="row")


def keyed(found: pl.DataFrame, *, day: date = date(2023, 10, 31)) -> list[dict[str, object]]:
    rows = pl.DataFrame({"area_code": [HERLEV], "day": [day], "basis": [""]}).with_columns(
        assumptions=pl.lit([], dtype=pl.List(pl.Int64)), caveats=pl.lit([], dtype=pl.List(pl.String))
    )
    return with_keys(rows, known=NOBODY, people=found).to_dicts()


LOADED = [(HERLEV, 2023, 29_215.0, 7, None), (COUNTRY, 2023, 5_932_654.0, 7, None)]

ASSUMED = [(HERLEV, 2023, 30_000.0, None, 1), (COUNTRY, 2023, 6_000_000.0, None, 2)]


def test_the_loaded_population_comes_before_the_assumed_one_and_names_its_vintage() -> None:
    (row,) = keyed(people(*ASSUMED, *LOADED))
    assert row["key_pct"] == pytest.approx(29_215 / 5_932_654 * 100)
    assert (row["basis"], row["assumptions"], row["caveats"]) == ("population", [], [])
    assert [row[f"{name}_vintage"] for name in (OWN, WHOLE)] == [7, 7]
    assert [row[f"{name}_period"] for name in (OWN, WHOLE)] == ["2023Q01", "2023Q01"]


def test_what_is_assumed_is_used_where_nothing_is_loaded_and_says_so() -> None:
    (row,) = keyed(people(*ASSUMED))
    assert (row["key_pct"], row["assumptions"], row[f"{OWN}_vintage"]) == (0.5, [1, 2], None)
    assert row["caveats"] == [population.AS_ASSUMED]


@pytest.mark.parametrize("loaded", [LOADED[:1], LOADED[1:]])
def test_a_municipality_of_one_source_is_never_held_against_the_country_of_another(
    loaded: list[tuple[str, int, float, int | None, int | None]],
) -> None:
    (row,) = keyed(people(*ASSUMED, *loaded))
    assert (row["key_pct"], row["assumptions"]) == (0.5, [1, 2])
    assert keyed(people(*ASSUMED[:1], *LOADED[1:])) == []


def test_nor_against_the_country_of_another_day() -> None:
    newer = [(HERLEV, 2024, 29_500.0, 8, None), (COUNTRY, 2022, 5_873_420.0, 8, None)]
    (row,) = keyed(people(*newer, *LOADED), day=date(2024, 2, 29))
    assert row["key_pct"] == pytest.approx(29_215 / 5_932_654 * 100)
    assert row["caveats"] == ["Befolkningen er pr. 01-01-2023, den nyeste, der kendes."]


def test_the_newest_first_of_january_comes_before_the_better_source() -> None:
    newer = [(HERLEV, 2024, 30_000.0, None, 3), (COUNTRY, 2024, 6_000_000.0, None, 4)]
    assert [row["assumptions"] for row in keyed(people(*newer, *LOADED), day=date(2024, 2, 29))] == [[3, 4]]
    assert [row["assumptions"] for row in keyed(people(*newer, *LOADED), day=date(2023, 12, 31))] == [[]]


def test_a_day_before_any_population_has_no_key() -> None:
    assert keyed(people(*ASSUMED, *LOADED), day=date(2022, 12, 31)) == []


def test_cases_are_held_against_the_same_population_as_the_key() -> None:
    rows = pl.DataFrame({"area_code": [HERLEV], "day": [date(2023, 12, 31)]}).with_columns(
        assumptions=pl.lit([9], dtype=pl.List(pl.Int64)), caveats=pl.lit([], dtype=pl.List(pl.String))
    )
    (loaded,) = population.with_population(rows, people=people(*ASSUMED, *LOADED)).to_dicts()
    assert (loaded[OWN], loaded[f"{OWN}_vintage"], loaded["assumptions"]) == (29_215, 7, [9])
    (assumed,) = population.with_population(rows, people=people(*ASSUMED)).to_dicts()
    assert (assumed[OWN], assumed["assumptions"], assumed["caveats"]) == (30_000, [9, 1], [population.AS_ASSUMED])
