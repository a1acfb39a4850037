"""Known errors of the publisher, as data: which offenders of which rule are known, why, since when and who says so.

An offender that an entry of `known_deviations.yml` names no longer fails its check. What that means in SQL, and the
guard that trips once the publisher has mended the error, is in `expectations/suite.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Annotated

from pydantic import Field, StringConstraints, ValidationError

from warehouse.areas import by_publisher_name
from warehouse.catalogue.model import Catalogue, CatalogueError, Table, jobindsats
from warehouse.formats.declared import Declared
from warehouse.formats.written_day import WrittenDay
from warehouse.formats.yaml_files import YamlFile, YamlMisread
from warehouse.periods import Period, PeriodError

FILE = "expectations/known_deviations.yml"
TEXTS = ("period", "area", "measure", "status", "unit")
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Wanted = Annotated[Mapping[str, str] | float | str, Field(union_mode="smart")]


class DeviationError(ValueError):
    """An entry of the known deviations cannot be held against anything; the message names the entry."""


class Deviation(Declared):
    """One known error: `where` says which offenders of the rule it is about, by the columns they are shown with."""

    id: Text
    table: Text
    rule: Text
    where: Annotated[dict[Text, Wanted], Field(min_length=1)]
    reason: Text
    since: WrittenDay
    source: Text

    @property
    def period(self) -> Period | None:
        """The period it is about; None where it is about every period."""
        return Period.parse(str(self.where["period"])) if "period" in self.where else None


def read_deviations(text: str, *, catalogue: Catalogue) -> tuple[Deviation, ...]:
    """The entries of a YAML file; raises DeviationError naming the entry and what is wrong with it."""
    try:
        entries = YamlFile(text).content
    except YamlMisread as error:
        raise DeviationError(f"{FILE}, line {error.line} cannot be read: {error}") from error
    if not isinstance(entries, list):
        raise DeviationError(f"{FILE} must hold a list of entries; it may be empty: []")
    read = tuple(_entry(entry, number=number, catalogue=catalogue) for number, entry in enumerate(entries, start=1))
    ids = [deviation.id for deviation in read]
    for twice in sorted({each for each in ids if ids.count(each) > 1}):
        raise wrong(twice, "there is another entry with this id")
    return read


def wrong(entry: str, what: str) -> DeviationError:
    """What is wrong with an entry, as an error to raise."""
    return DeviationError(f"{FILE}: the entry '{entry}': {what}")


def _entry(entry: object, *, number: int, catalogue: Catalogue) -> Deviation:
    name = str(entry.get("id", f"number {number}")) if isinstance(entry, dict) else f"number {number}"
    try:
        deviation = Deviation.model_validate(entry)
        table = catalogue.table(deviation.table)
        _require_names(deviation, table=table)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        raise wrong(name, f"{key}: {first['msg']}" if key else first["msg"]) from error
    except (CatalogueError, PeriodError) as error:
        raise wrong(name, str(error)) from error
    return deviation.model_copy(update={"table": table.id})


def _require_names(deviation: Deviation, *, table: Table) -> None:
    """A name nobody declared would match nothing for ever, and the guard would say that the error is mended."""
    period, where = deviation.period, deviation.where
    for column, value in where.items():
        fitting = Mapping if column == "members" else str if column in TEXTS else float | int
        if not isinstance(value, fitting):
            raise wrong(deviation.id, f"where.{column}: {value!r} cannot be compared with a {column}")
    if period is not None and str(period) != where["period"]:
        raise wrong(deviation.id, f"where.period: '{where['period']}' is written {period}")
    if period is not None and period.kind is not table.period:
        raise wrong(deviation.id, f"where.period: {table.id} has periods of kind {table.period}; {period} is not one")
    if "area" in where and where["area"] not in by_publisher_name():
        raise wrong(deviation.id, f"where.area: no area is called '{where['area']}' by the publisher")
    if "measure" in where and where["measure"] not in {measure.name for measure in table.measures}:
        raise wrong(deviation.id, f"where.measure: {table.id} has no measure called '{where['measure']}'")
    members = where.get("members", {})
    declared = {hierarchy.dimension: set(hierarchy.canonical.values()) for hierarchy in table.breakdowns}
    for dimension, member in members.items() if isinstance(members, Mapping) else ():
        if member not in declared.get(dimension, set()):
            raise wrong(deviation.id, f"where.members: {table.id} has no '{member}' in '{dimension}'")


@cache
def shipped() -> tuple[Deviation, ...]:
    """The deviations that are known now; raises DeviationError."""
    path = resources.files("expectations") / "known_deviations.yml"
    return read_deviations(path.read_text(encoding="utf-8"), catalogue=jobindsats())
