"""Forms: what Prefect's interface offers where a deployment's run is started by hand, from the shipped declarations.

The offers stand in the schema of a deployment's parameters and bind who starts a run there. The command line writes
periods in more ways, and knows adopted tables and a municipality's own by their ids; what it hands to a flow is read by
the flow.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from tasks.sources.registry import SOURCES
from warehouse.areas import municipalities


def _one_of(offered: list[Any]) -> Any:
    return Field(json_schema_extra={"enum": offered})


def _written(pattern: str, *examples: Any) -> Any:
    return Field(json_schema_extra={"pattern": pattern, "examples": list(examples)})


_TABLES = [table.id for source in SOURCES for table in source.declared_tables]
_ANY_TABLE = _one_of([source.name for source in SOURCES] + _TABLES)
_FILLED_TABLE = _one_of(
    [table.id for source in SOURCES if source.offers is not None for table in source.declared_tables]
)
_MUNICIPALITY = _one_of([area.name for area in municipalities()])
_PERIOD = _written(r"^\d{4}((M|Q|Y|QMAT|MYTD|-)\d{1,2})?$", "2019M01", "2019Q01", "2019")
_MOMENT = _written(
    r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2})?([+-]\d{2}:\d{2})?)?$", "2026-08-10", "2026-08-10T09:30"
)
_CLUSTER = _written(r"^(local|[a-z]+://\S+)$", "local", "tcp://host:8786")

AnyTables = list[Annotated[str, _ANY_TABLE]] | None
FilledTables = list[Annotated[str, _FILLED_TABLE]] | None
Municipalities = list[Annotated[str, _MUNICIPALITY]] | None
AsPeriod = Annotated[str, _PERIOD]
AsMoment = Annotated[str, _MOMENT]
DaskCluster = Annotated[str, _CLUSTER]
Number = Annotated[int, Field(ge=1)]
Reason = Annotated[str, Field(json_schema_extra={"minLength": 10})]
Person = Annotated[str, Field(json_schema_extra={"minLength": 1})]
