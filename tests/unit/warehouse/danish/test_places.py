"""How a municipality is called: its official name and its name alone lead back to it."""

from __future__ import annotations

import doctest

import pytest

from warehouse.areas import Area, find, municipalities
from warehouse.danish import places


@pytest.mark.parametrize("area", municipalities(), ids=lambda area: area.name)
def test_every_way_of_calling_it_finds_it_again(area: Area) -> None:
    assert find(places.official(area.name)) == find(places.alone(area.name)) == area


def test_those_whose_official_name_is_another_than_the_publishers() -> None:
    names = {area.name: places.official(area.name) for area in municipalities()}
    assert names["København"] == "Københavns Kommune"
    assert names["Bornholm"] == "Bornholms Regionskommune"
    assert names["Aarhus"] == "Aarhus Kommune"
    assert [places.alone(name) for name in ("Vesthimmerlands", "Nordfyns", "Assens")] == [
        "Vesthimmerland",
        "Nordfyn",
        "Assens",
    ]


def test_the_examples_hold() -> None:
    assert doctest.testmod(places).failed == 0
