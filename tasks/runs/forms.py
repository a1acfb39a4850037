"""Forms: what Prefect's interface offers where a deployment's run is started by hand, from the shipped declarations.

The offers stand in the schema of a deployment's parameters and bind who starts a run there. Tables that were adopted since
and a municipality's own are not known where a deployment is made: they are written by their ids, and the flow says of one
that nobody declared. The command line writes periods in more ways; what it hands to a flow is read by the flow.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from tasks.sources.registry import SOURCES
from warehouse.areas import municipalities
from warehouse.catalogue.publishers import LOCAL_PREFIX


def _one_of(offered: list[Any], **more: str) -> Any:
    return Field(json_schema_extra={"enum": offered, **more})


def _written(pattern: str, *examples: Any) -> Any:
    return Field(json_schema_extra={"pattern": pattern, "examples": list(examples)})


_SHIPPED = {source.name: [table.id for table in source.declared_tables] for source in SOURCES}
_FILLED = [table for source in SOURCES if source.offers is not None for table in _SHIPPED[source.name]]
_TABLES = [table for tables in _SHIPPED.values() for table in tables]
_NOT_FILLED = "|".join([*(table for table in _TABLES if table not in _FILLED), f"{LOCAL_PREFIX}.*"])
_ANY_TABLE = _one_of([*_SHIPPED, *_TABLES], title="A source or a shipped table")
_FILLED_TABLE = _one_of(_FILLED, title="A shipped table")
_OF_FOLDERS = Field(
    title="An adopted table or one of your own, by its id",
    json_schema_extra={"pattern": r"^[a-z0-9_]+$", "examples": ["y07b15", f"{LOCAL_PREFIX}budget"]},
)
_ADOPTED = Field(
    title="An adopted table, by its id",
    json_schema_extra={"pattern": rf"^(?!({_NOT_FILLED})$)[a-z0-9_]+$", "examples": ["y07b15"]},
)
_MUNICIPALITY = _one_of([area.name for area in municipalities()])
_PERIOD = _written(r"^\d{4}((M|Q|Y|QMAT|MYTD|-)\d{1,2})?$", "2019M01", "2019Q01", "2019")
_MOMENT = _written(
    r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2})?([+-]\d{2}:\d{2})?)?$", "2026-08-10", "2026-08-10T09:30"
)
_CLUSTER = _written(r"^(local|[a-z]+://\S+)$", "local", "tcp://host:8786")

AnyTables = list[Annotated[str, _ANY_TABLE] | Annotated[str, _OF_FOLDERS]] | None
FilledTables = list[Annotated[str, _FILLED_TABLE] | Annotated[str, _ADOPTED]] | None
Municipalities = list[Annotated[str, _MUNICIPALITY]] | None
AsPeriod = Annotated[str, _PERIOD]
AsMoment = Annotated[str, _MOMENT]
DaskCluster = Annotated[str, _CLUSTER]
Number = Annotated[int, Field(ge=1)]
Reason = Annotated[str, Field(json_schema_extra={"minLength": 10})]
Person = Annotated[str, Field(json_schema_extra={"minLength": 1})]
