"""Make the view and the function as of a moment of each mart of one subject, as warehouse/marts/subject_mart.py declares it.

What they give is in the units of its columns: persons, cases, per cent, as published.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Column, Table

from warehouse.database.sql_files import read_sql
from warehouse.marts.subject_mart import quoted

_OWN = "array(select t.table_id from core.tables t where t.feeds = {feeds})"
_NUMBER = "(select t.table_no from core.tables t where t.table_id = {table})"
_BESIDE = """
    left join {country} and country.area_code = '000' and country.measure = {measure} and country.measure = o.measure
        and country.period = o.period and country.members = o.members"""
_STANDS = "core.observation_versions country on country.superseded_by is null and country.table_no = t.table_no"
_KNOWN = "core.observations_told(as_of, {tables}, '000') country on country.table_id = o.table_id"


def definitions(marts: Iterable[Table]) -> dict[str, str]:
    """The statements that make each view and its function as of a moment, by their names."""
    made = {}
    for each in marts:
        view = "subject_by_table_view" if "table_id" in each.primary_key.columns else "subject_view"
        for name, file, country in (("", view, _STANDS), ("_as_of", "subject_as_of", _KNOWN)):
            of = "told" if name else "expression"
            made[f"{each.fullname}{name}"] = read_sql(__package__, file).format_map(
                _named(each, country=country, of=of)
            )
    return made


def _named(table: Table, *, country: str, of: str) -> dict[str, str]:
    """What the files of the statements leave open; `of` is what columns are computed by: of versions, or of what is told."""
    names = {"tables": _tables_of(table), "measure": quoted(table.info["against_country"])}
    beside = _BESIDE.format(country=country.format_map(names), **names) if table.info["against_country"] else ""
    return names | {
        "mart": table.fullname,
        "numbers": ", ".join(_NUMBER.format(table=quoted(each)) for each in table.info["tables"]),
        "keys": _keys_of(table),
        "computed": _computed_of(table, of=of),
        "columns": _columns_of(table),
        "measures": _measures_of(table),
        "beside": beside,
    }


def _tables_of(table: Table) -> str:
    listed = _array(table.info["tables"])
    return f"{listed} || {_OWN.format(feeds=quoted(table.info['feeds']))}" if table.info["feeds"] else listed


def _measures_of(table: Table) -> str:
    return _array(name for column in table.columns for name in column.info.get("measures", ()))


def _array(names: Iterable[str]) -> str:
    return f"array[{', '.join(map(quoted, names))}]"


def _keys_of(table: Table) -> str:
    plain = [f"o.{column.name}" for column in table.columns if "expression" not in column.info]
    others = [column.info["expression"] for column in table.primary_key if "expression" in column.info]
    # Of a municipality's own table two members of two breakdowns may have one name.
    members = ["o.members"] if table.info["feeds"] else []
    return ", ".join([*plain, *others, *members])


def _computed_of(table: Table, *, of: str) -> str:
    """What is computed of observations: the columns, and the list of which some columns are elements once, as `elements`."""
    lists = dict.fromkeys(_expression(column, of=of) for column in table.columns if _is_element(column))
    plain = [(_expression(column, of=of), column.name) for column in table.columns if not _is_element(column)]
    return _listed([*plain, *((each, "elements") for each in lists)])


def _columns_of(table: Table) -> str:
    """The columns in their order, of rows that were computed as `_computed_of` has it."""
    return _listed(
        (f"r.elements[{column.info['place']}]" if _is_element(column) else f"r.{column.name}", column.name)
        for column in table.columns
    )


def _is_element(column: Column[Any]) -> bool:
    return column.info.get("place") is not None


def _expression(column: Column[Any], *, of: str) -> str:
    expression: str = column.info.get(of, f"o.{column.name}")
    return expression


def _listed(columns: Iterable[tuple[str, str]]) -> str:
    return ",\n       ".join(f"{expression} as {name}" for expression, name in columns)
