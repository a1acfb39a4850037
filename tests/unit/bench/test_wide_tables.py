"""The many tables of the large warehouse are known to everything that looks a table up."""

from __future__ import annotations

from tasks.sources.registry import source_of
from tests.bench.wide_tables import larger_catalogue
from warehouse.catalogue.publishers import shipped_table, tables_here


def test_each_of_them_is_a_table_of_the_publishers() -> None:
    with larger_catalogue(2) as wide:
        for table in wide:
            assert source_of(table.id).name == "jobindsats"
            assert shipped_table(table.id) == tables_here()[table.id] == table
