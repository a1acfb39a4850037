"""Series breaks that a table declares itself stand beside the shipped ones, and go with its declaration."""

from __future__ import annotations

from sqlalchemy import Engine, text

from warehouse.catalogue.model import Table, jobindsats
from warehouse.catalogue.publishers import catalogues
from warehouse.catalogue.series_breaks import OwnBreak
from warehouse.database.series_breaks import breaks_of
from warehouse.history.dimensions import write_dimensions, write_own_breaks, write_tables

OWN = OwnBreak(id="own", title="Nyt", caveat="Nej.", source="Noten", first_period="2019M08")
COURSES = jobindsats().table("y01a02").model_copy(update={"id": "y01a24", "series_breaks": (OWN,)})


def test_a_tables_own_breaks_stand_until_it_declares_others(engine: Engine) -> None:
    def found(table: Table) -> list[tuple[str, int]]:
        with engine.begin() as connection:
            write_tables(connection, [table], publisher="jobindsats")
            write_own_breaks(connection, table)
            write_dimensions(connection, catalogues=catalogues())
            return [(each.id, each.first_period_id) for each in breaks_of(connection, table_id="y01a24")]

    with engine.connect() as connection:
        shipped = connection.scalar(text("select count(*) from core.series_breaks"))
    assert found(COURSES) == found(COURSES) == [("own", 1_201_908)]
    moved = OWN.model_copy(update={"id": "other", "first_period": "2020M01"})
    assert found(COURSES.model_copy(update={"series_breaks": (moved,)})) == [("other", 1_202_001)]
    assert found(COURSES.model_copy(update={"series_breaks": ()})) == []
    with engine.connect() as connection:
        assert connection.scalar(text("select count(*) from core.series_breaks")) == shipped
