"""A table is found by its id or its title, wherever it is recorded; a name that is none is offered what it may mean."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from tests.local import contract
from warehouse.catalogue.adopt import written
from warehouse.catalogue.model import Table
from warehouse.catalogue.named import table_named, unknown
from warehouse.catalogue.publishers import catalogues
from warehouse.errors import QuestionError
from warehouse.history.dimensions import write_tables

SHIPPED = [table for catalogue in catalogues() for table in catalogue.tables]
tables = st.sampled_from(SHIPPED)


WRITTEN: list[Callable[[str], str]] = [str.upper, str.lower, "  {} ".format]


@settings(deadline=None)
@given(tables, st.sampled_from(WRITTEN))
def test_an_id_or_a_title_names_its_table_however_it_is_written(table: Table, as_typed: Callable[[str], str]) -> None:
    for name in (table.id, table.title, table.title_en):
        assert table_named(None, as_typed(name)) == table


@settings(deadline=None)
@given(tables, st.data())
def test_a_title_that_lacks_a_letter_is_offered_its_table_and_is_never_taken_for_it(
    table: Table, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(table.title) - 1).filter(lambda at: table.title[at].isalpha()))
    written = table.title[:at] + table.title[at + 1 :]
    with pytest.raises(QuestionError) as told:
        table_named(None, written)
    assert f"no table is called '{written}'" in str(told.value)
    assert f"{table.id} (" in str(told.value) or " more" in str(told.value)


def test_a_table_that_only_the_warehouse_has_is_found_as_it_was_declared(engine: Engine) -> None:
    own = contract(title="Sygefravær").table
    with engine.begin() as connection:
        with pytest.raises(QuestionError, match="status --long"):
            table_named(connection, own.id)
        write_tables(connection, [own], publisher="local_files")
        assert table_named(connection, own.id) == table_named(connection, "sygefravær") == own
        with pytest.raises(QuestionError, match=r"local_courses \(Sygefravær\)"):
            table_named(connection, "sygefravaer")


def test_an_adopted_table_is_found_by_its_folder_and_without_it_as_it_was_recorded(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JOBINDSATS_CATALOGUE", str(tmp_path))
    adopted = SHIPPED[0].model_copy(update={"id": "y87", "title": "Prøvetabel", "title_en": "Table on trial"})
    file = tmp_path / "y87.yml"
    file.write_text(written(adopted, publisher="jobindsats", heading=()), encoding="utf-8")
    with engine.begin() as connection:
        for asked in (None, connection):
            assert table_named(asked, "Y87") == table_named(asked, "prøvetabel") == adopted
            with pytest.raises(QuestionError, match=r"y87 \(Prøvetabel\)"):
                table_named(asked, "prøvetabl")
        write_tables(connection, [adopted], publisher="jobindsats")
        file.unlink()
        assert table_named(connection, "Prøvetabel") == adopted
    with pytest.raises(QuestionError, match="jobindsats tables"):
        table_named(None, "y87")


def test_one_title_of_two_tables_is_neither(engine: Engine) -> None:
    twins = [contract(table=name, title="Sager").table for name in ("north", "south")]
    with engine.begin() as connection:
        write_tables(connection, twins, publisher="local_files")
        with pytest.raises(QuestionError, match=r"there is local_north \(Sager\), local_south \(Sager\)$"):
            table_named(connection, "sager")


def test_a_name_is_offered_the_nearest_or_all_or_none() -> None:
    assert unknown("member", "Lontilskud", ["Praktik", "Løntilskud"]).endswith("there is Løntilskud")
    assert unknown("member", "x", ["Praktik", "Job"]).endswith("there is Praktik, Job")
    assert unknown("member", "x", []).endswith("there is none")
