"""Tables of activation that are adopted come with the breaks that their publisher's notes tell of all of their kind."""

from __future__ import annotations

from pathlib import Path

import pytest

from tasks.upkeep.catalogue.adopting import adopt
from tests.unit.tasks.upkeep.test_adopting import COUNTRY, World, asked, edition
from warehouse.catalogue.additions import look_into


@pytest.mark.parametrize("table_id", ["y07c02", "y01c02", "y09c01", "ptvc02", "y60c03", "y11c07"])
def test_a_table_of_activation_comes_with_both_breaks(table_id: str, tmp_path: Path) -> None:
    with asked(World({table_id: edition(table_id, COUNTRY)}), tmp_path) as (access, _):
        told = adopt(table_id, access=access)
        table = look_into(access.settings.catalogue_folder).additions[table_id].table
    assert table is not None
    assert {each.id: each.first_period for each in table.series_breaks} == {
        "activation_too_low_from_2018": "2018M01",
        "activation_whole_again_2019": "2019M10",
    }
    assert sum("series break" in guess for guess in told.guessed) == 2


@pytest.mark.parametrize("table_id", ["y07c04", "y07b02", "y60g01"])
def test_another_table_has_none_of_them(table_id: str, tmp_path: Path) -> None:
    with asked(World({table_id: edition(table_id, COUNTRY)}), tmp_path) as (access, _):
        adopt(table_id, access=access)
        table = look_into(access.settings.catalogue_folder).additions[table_id].table
    assert table is not None
    assert table.series_breaks == ()
