"""The catalogue: what each publisher table is, declared once in the YAML files beside this module.

Schema comments, audit suites, the data dictionary and the documentation are made from it. Hierarchy levels and value
ids are not declared: they are read from the publisher's own metadata at run time and held against the names here.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cache
from importlib import resources
from typing import Any, Literal

import yaml
from pydantic import Field, ValidationError, model_validator

from warehouse.catalogue.series_breaks import OwnBreak, SeriesBreak, require_fitting
from warehouse.catalogue.units import BOUNDS, COUNTS, Evidence, Unit
from warehouse.formats.declared import Declared
from warehouse.formats.written_day import WrittenDay
from warehouse.periods import PeriodKind

AreaKind = Literal["municipality", "region", "landsdel"]


class CatalogueError(ValueError):
    """The catalogue, or a question put to it, names something that is not declared."""


class Member(Declared):
    """One member of a breakdown, by the name we keep; `also` are other spellings the publisher uses."""

    name: str
    also: tuple[str, ...] = ()
    valid_from: WrittenDay | None = Field(default=None, alias="from")
    until: WrittenDay | None = None


class Hierarchy(Declared):
    """One way the publisher breaks a dimension down; members are those of the one level we ask for.

    `open` is a breakdown whose members are whatever the publisher writes. `root` is the label of the total, None where there
    is none; `level` the id of the level that is asked for, where its members do not tell; `columns` other names of `dimension`.
    """

    id: str
    dimension: str
    kind: Literal["area", "breakdown"] = "breakdown"
    root: str | None = None
    also: tuple[str, ...] = ()
    level: str | None = None
    level_holds: AreaKind | None = None
    members: tuple[Member, ...] = ()
    open: bool = False
    columns: tuple[str, ...] = ()
    evidence: Evidence = "confirmed"

    @model_validator(mode="after")
    def _has_something(self) -> Hierarchy:
        level = self.level_holds or (self.kind == "area" and self.level)
        if self.root is None and not (self.members or self.open or level):
            raise ValueError(
                f"{self.id} has neither a root nor members: declare `root`, `members`, `open` or `level_holds`"
            )
        return self

    @property
    def canonical(self) -> dict[str, str]:
        """Every accepted label of this breakdown, root included, to the name we keep."""
        labels: dict[str, str] = {} if self.root is None else dict.fromkeys((self.root, *self.also), self.root)
        for member in self.members:
            labels |= dict.fromkeys((member.name, *member.also), member.name)
        return labels

    def names_of(self, labels: Iterable[str]) -> dict[str, str]:
        """The name we keep of each accepted label, those among `labels` that an open breakdown takes as they are too."""
        return {label: label for label in labels if self.open} | self.canonical


class Measure(Declared):
    """One measure of a table: our name, the publisher's label, its unit and whether parts add up to the total.

    `decimals` says that a count is not whole: a municipality's own full-time persons.
    """

    name: str
    label: str
    also: tuple[str, ...] = ()
    unit: Unit
    adds_up: bool = False
    decimals: bool = False
    not_yet: bool = False
    country: bool = True
    within: tuple[float, float] | None = None
    until: WrittenDay | None = None
    evidence: Evidence = "confirmed"

    @property
    def bounds(self) -> tuple[float, float]:
        """The least and the greatest value that can be true, in the measure's unit."""
        return self.within or BOUNDS[self.unit]

    @property
    def is_count(self) -> bool:
        """Whether values are whole numbers."""
        return self.unit in COUNTS

    @property
    def labels(self) -> tuple[str, ...]:
        """Every label the publisher has used for it."""
        return (self.label, *self.also)


class Retirement(Declared):
    """When the publisher stopped a table, and what replaced it."""

    since: WrittenDay
    replaced_by: str | None = None


class Table(Declared):
    """One publisher table as we use it.

    `filled` is the share of its possible cells that the publisher usually has rows for: plans count with it. `country` is
    false where the area hierarchy has no node for the whole country. `counted_in` is the publisher's own word for its
    unit, where the publisher has one. `series_breaks` are those of a table that ships in no catalogue, `least_count` the
    smallest count that an own table shows.
    """

    id: str = Field(pattern=r"^[a-z0-9_]+$", max_length=40)
    title: str
    title_en: str
    evidence: Evidence
    subject: str
    period: PeriodKind
    area: Hierarchy
    country: bool = True
    breakdowns: tuple[Hierarchy, ...] = ()
    measures: tuple[Measure, ...]
    coverage: Literal["every", "sparse"] = "every"
    filled: float = Field(default=1, gt=0, le=1)
    first_listed: WrittenDay | None = None
    retired: Retirement | None = None
    renumbered: WrittenDay | None = None
    keeps_periods: int | None = None
    largest_revision_pct: float = 25
    feeds: str | None = None
    counted_in: str | None = None
    series_breaks: tuple[OwnBreak, ...] = ()
    least_count: int | None = None

    @model_validator(mode="after")
    def _names_are_unique(self) -> Table:
        labels = [label for measure in self.measures for label in measure.labels]
        names = [measure.name for measure in self.measures]
        if len(set(labels)) < len(labels) or len(set(names)) < len(names):
            raise ValueError(f"{self.id}: two measures share a name or a label")
        members = None if any(each.open for each in self.breakdowns) else self.member_names
        require_fitting(self.series_breaks, of=self.id, kind=self.period, members=members)
        return self

    @property
    def dimensions(self) -> tuple[str, ...]:
        """The publisher's column names before the measures, in its order."""
        return ("Periode", self.area.dimension, *(hierarchy.dimension for hierarchy in self.breakdowns))

    @property
    def measure_by_label(self) -> dict[str, Measure]:
        """Every label the publisher has used, to its measure."""
        return {label: measure for measure in self.measures for label in measure.labels}

    @property
    def member_names(self) -> set[str]:
        """The names that we keep of the members of its breakdowns, the totals among them."""
        return {name for each in self.breakdowns for name in each.canonical.values()}

    @property
    def root_members(self) -> dict[str, str]:
        """The members of the total: every breakdown at its root. A breakdown without one lacks here, and there is no total."""
        return {hierarchy.dimension: hierarchy.root for hierarchy in self.breakdowns if hierarchy.root is not None}

    def expected_on(self, day: date) -> bool:
        """Whether the publisher should list this table on `day`."""
        begun = self.first_listed is None or self.first_listed <= day
        return begun and (self.retired is None or day < self.retired.since)


class BenefitGroup(Declared):
    """A benefit as a committee paper names it, and the one table and member that counts it."""

    id: str
    name: str
    table: str
    member: str | None = None
    counted: bool
    benchmark: str | None = None
    valid_from: WrittenDay | None = Field(default=None, alias="from")
    until: WrittenDay | None = None
    successor: str | None = None


class Catalogue(Declared):
    """Everything declared of one publisher."""

    publisher: str
    title: str
    owner: str
    credit: str
    tables: tuple[Table, ...]
    benefit_groups: tuple[BenefitGroup, ...]
    series_breaks: tuple[SeriesBreak, ...] = ()

    @model_validator(mode="after")
    def _ids_refer(self) -> Catalogue:
        ids = [table.id for table in self.tables]
        twice = sorted({table_id for table_id in ids if ids.count(table_id) > 1})
        referred = {group.table for group in self.benefit_groups}
        referred.update(table_id for series_break in self.series_breaks for table_id in series_break.first_periods)
        nowhere = sorted(referred - set(ids))
        if twice or nowhere:
            raise ValueError(
                f"declared twice: {twice}" if twice else f"benefit groups or series breaks refer to no table: {nowhere}"
            )
        for series_break in self.series_breaks:
            series_break.require_members({each: self.table(each).member_names for each in series_break.members})
        return self

    def members_of(self, group: BenefitGroup) -> dict[str, str]:
        """The members that are a benefit in its table: the one named, or the total."""
        table = self.table(group.table)
        if group.member is None:
            return table.root_members
        return {hierarchy.dimension: group.member for hierarchy in table.breakdowns}

    def table(self, table_id: str) -> Table:
        """One table by its id, upper case accepted; raises CatalogueError."""
        found = [table for table in self.tables if table.id == table_id.lower()]
        if not found:
            raise CatalogueError(f"table '{table_id}' is not in the catalogue; `jobindsats status --long` lists them")
        return found[0]


def _hierarchy(key: str, body: object) -> Hierarchy:
    if not isinstance(body, dict):
        raise CatalogueError(f"the hierarchy {key} is declared without a body")
    try:
        return Hierarchy(id=key, **body)
    except ValidationError as error:
        raise CatalogueError(f"the hierarchy {key} cannot be read: {error}") from error


def with_hierarchies(tables: Iterable[dict[str, Any]], *, hierarchies: dict[str, Any]) -> list[dict[str, Any]]:
    """Tables as they are written, each with the hierarchies it names; raises KeyError for one that is not declared."""
    declared = {key: _hierarchy(key, body) for key, body in hierarchies.items()}
    return [
        table
        | {"area": declared[table["area"]], "breakdowns": tuple(declared[key] for key in table.get("breakdowns") or ())}
        for table in tables
    ]


# The same loader in C, where the package was built with it: the catalogue takes a tenth of the time.
_QUICKEST: type[yaml.SafeLoader | yaml.CSafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_catalogue(text: str) -> Catalogue:
    """A catalogue from the text of its YAML file; raises CatalogueError naming the key that is wrong."""
    try:
        document = yaml.load(text, Loader=_QUICKEST)  # noqa: S506 - a SafeLoader either way
        document["tables"] = with_hierarchies(document["tables"], hierarchies=document.pop("hierarchies"))
        document.pop("measure_sets", None)
        return Catalogue.model_validate(document)
    except KeyError as error:
        raise CatalogueError(f"the catalogue refers to {error}, which it does not declare") from error
    except (ValidationError, yaml.YAMLError, TypeError, AttributeError) as error:
        raise CatalogueError(f"the catalogue cannot be read: {error}") from error


@cache
def jobindsats() -> Catalogue:
    """The catalogue of Jobindsats.dk."""
    return _declared_in("jobindsats.yml")


@cache
def ranking_lists() -> Catalogue:
    """The catalogue of the Employment Ministry's printed ranking lists."""
    return _declared_in("ranking_lists.yml")


@cache
def statbank() -> Catalogue:
    """The catalogue of Statistics Denmark's StatBank."""
    return _declared_in("statbank.yml")


def _declared_in(filename: str) -> Catalogue:
    path = resources.files("warehouse") / "catalogue" / filename
    return read_catalogue(path.read_text(encoding="utf-8"))
