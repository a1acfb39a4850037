"""Which tables of which sources a backfill is for."""

from __future__ import annotations

import pytest

from tasks.backfill.plan import sources_named
from warehouse.catalogue.model import CatalogueError


def test_a_source_stands_for_all_of_its_tables_whatever_else_is_named() -> None:
    assert sources_named([]) == {"jobindsats": []}
    assert sources_named(["Y01A02", "y07a02"]) == {"jobindsats": ["y01a02", "y07a02"]}
    assert sources_named(["jobindsats", "y01a02"]) == sources_named(["y01a02", "jobindsats"]) == {"jobindsats": []}


@pytest.mark.parametrize("name", ["folk1a", "ranking_lists", "local_courses"])
def test_what_a_night_reads_whole_is_not_filled_backwards(name: str) -> None:
    with pytest.raises(CatalogueError, match="a night reads all of it"):
        sources_named([name])
