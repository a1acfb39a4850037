"""What a person's folder adds to the shipped catalogues: tables that were adopted, and what was accepted of a publisher since.

One file per table, `<table>.yml`, in the form of the shipped catalogues and read after them. Where it holds `tables`,
the one table of its name is declared there; `accepted` says, in order, what the publisher calls otherwise by now, has
besides or has no more. Nothing but these files is ever written for it, and a file that cannot be read stops its own
table and no other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import Field, ValidationError

from warehouse.catalogue.model import (
    Catalogue,
    CatalogueError,
    Hierarchy,
    Measure,
    Member,
    Retirement,
    Table,
    with_hierarchies,
)
from warehouse.catalogue.units import Unit
from warehouse.formats.declared import Declared
from warehouse.formats.plain_file import FileUnfit, read_in_folder
from warehouse.formats.written_day import WrittenDay
from warehouse.formats.yaml_files import LARGEST_FILE, YamlFile, YamlMisread

MEASURES = "measures"
IDS = "ids"
TABLE = "table"
SUFFIX = ".yml"
Thing = TypeVar("Thing", Measure, Member)
_KEYS = {"publisher", "hierarchies", "tables", "accepted"}


class Accepted(Declared):
    """One thing that a person accepted of a publisher: a spelling, something new, or the end of something.

    `where` is a hierarchy's id, `measures`, `ids` for other ids under the same labels, or `table` for its end. A `label`
    of a `name` that is declared is another spelling of it, of any other name something new; `until` is its last day.
    `hierarchy`, `level` and `column` are what the publisher calls that place now.
    """

    where: str
    name: str
    label: str | None = None
    unit: Unit | None = None
    until: WrittenDay | None = None
    hierarchy: str | None = None
    level: str | None = None
    column: str | None = None
    reason: str = Field(min_length=1)
    by: str
    accepted_on: WrittenDay


class Additions(Declared):
    """One file of the folder: a table's whole declaration where it was adopted, and what was accepted since."""

    publisher: str
    table: Table | None = None
    accepted: tuple[Accepted, ...] = ()


@dataclass(frozen=True)
class Folder:
    """What a folder holds: additions by their table, and why the file of a table cannot be read."""

    additions: Mapping[str, Additions] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)

    def of(self, publisher: str) -> dict[str, Additions]:
        """The additions to one publisher's catalogue."""
        return {table_id: each for table_id, each in self.additions.items() if each.publisher == publisher}


def file_of(table_id: str, *, folder: Path) -> Path:
    """Where a table's additions stand, whether there are any or not."""
    return folder / f"{table_id}{SUFFIX}"


def look_into(folder: Path) -> Folder:
    """All additions of a folder; none where it is not there."""
    found: dict[str, Additions] = {}
    wrong: dict[str, str] = {}
    for path in sorted(folder.glob(f"[!.]*{SUFFIX}")):
        table_id = path.stem.lower()
        try:
            stat = path.stat()
            found[table_id] = _read(path, stat.st_mtime_ns, stat.st_size)
        except (CatalogueError, OSError, UnicodeDecodeError) as error:
            wrong[table_id] = str(error) if isinstance(error, CatalogueError) else f"{path} cannot be read: {error}"
    return Folder(found, wrong)


@lru_cache(maxsize=1000)
def _read(path: Path, _changed: int, _size: int) -> Additions:
    return read_additions(content_of(path).decode("utf-8-sig"), name=str(path))


def content_of(path: Path) -> bytes:
    """What stands in a file of the folder; raises CatalogueError for what is no file of it, or too large, and OSError."""
    try:
        return read_in_folder(path, most_characters=LARGEST_FILE)
    except FileUnfit as reason:
        raise CatalogueError(f"{path} {reason}") from reason


def read_additions(text: str, *, name: str) -> Additions:
    """The additions that a file holds; raises CatalogueError with the file, the line and what is wrong."""
    try:
        file = YamlFile(text)
    except YamlMisread as error:
        raise CatalogueError(f"{name}, line {error.line}: {error}") from error
    content = file.content
    if not isinstance(content, dict) or not content.keys() <= _KEYS or "publisher" not in content:
        raise CatalogueError(f"{name}: the keys are {', '.join(sorted(_KEYS))}, and `publisher` must be there")
    try:
        return Additions(
            publisher=content["publisher"],
            table=_table(content, of=Path(name).stem.lower()),
            accepted=tuple(Accepted.model_validate(each) for each in content.get("accepted") or ()),
        )
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise CatalogueError(f"{name}: {where}: {first['msg']}") from error
    except CatalogueError as error:
        raise CatalogueError(f"{name}: {error}") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise CatalogueError(f"{name}: {error!r} is not as a catalogue has it") from error


def _table(content: dict[str, Any], *, of: str) -> Table | None:
    tables = with_hierarchies(content.get("tables") or (), hierarchies=content.get("hierarchies") or {})
    if not tables:
        return None
    (table, *others) = [Table.model_validate(each) for each in tables]
    if others or table.id != of:
        raise KeyError(f"tables: one table, with the id {of} as the file is called")
    return table


def tables_in_force(catalogue: Catalogue, *, folder: Folder) -> tuple[Table, ...]:
    """A publisher's tables: the shipped ones with what was accepted of them, then those that were adopted, by id."""
    added = folder.of(catalogue.publisher)
    shipped = {table.id: table for table in catalogue.tables}
    own = {table_id: each.table for table_id, each in sorted(added.items()) if each.table is not None}
    found = {**shipped, **own}
    accepted = {table_id: each.accepted for table_id, each in added.items()}
    return tuple(with_accepted(table, accepted=accepted.get(table_id, ())) for table_id, table in found.items())


def appended(text: str, *, accepted: Sequence[Accepted], publisher: str, name: str) -> str:
    """A file's text with more accepted at its end, everything else as it was written; raises CatalogueError."""
    before = read_additions(text, name=name) if text.strip() else Additions(publisher=publisher)
    items = [each.model_dump(mode="json", exclude_defaults=True) for each in accepted]
    begun = text if text.strip() else f"publisher: {publisher}\n"
    heading = "" if before.accepted else "accepted:\n"
    more = f"{begun.rstrip()}\n{heading}{yaml.safe_dump(items, allow_unicode=True, sort_keys=False, width=110)}"
    try:
        after = read_additions(more, name=name)
    except CatalogueError:
        after = before
    if after != before.model_copy(update={"accepted": (*before.accepted, *accepted)}):
        raise CatalogueError(
            f"{name}: put `accepted:` at the end of the file, an item to each line that begins with `- `"
        )
    return more


def with_accepted(table: Table, *, accepted: Sequence[Accepted]) -> Table:
    """A table as declared, with what a person accepted of its publisher since, one after the other."""
    for each in accepted:
        table = _with(table, each)
    return table


def _with(table: Table, accepted: Accepted) -> Table:
    if accepted.where == IDS:
        return table.model_copy(update={"renumbered": accepted.accepted_on})
    if accepted.where == TABLE:
        return table.model_copy(update={"retired": Retirement(since=accepted.accepted_on)})
    if accepted.where == MEASURES:
        return table.model_copy(update={"measures": _measures(table.measures, accepted)})
    own = [_hierarchy(each, accepted) for each in (table.area, *table.breakdowns)]
    return table.model_copy(update={"area": own[0], "breakdowns": tuple(own[1:])})


def _measures(measures: tuple[Measure, ...], accepted: Accepted) -> tuple[Measure, ...]:
    if accepted.name not in {measure.name for measure in measures} and accepted.label and accepted.unit:
        new = Measure(name=accepted.name, label=accepted.label, unit=accepted.unit, evidence="guessed")
        return (*measures, new)
    return tuple(_same(each, accepted) if each.name == accepted.name else each for each in measures)


def _same(thing: Thing, accepted: Accepted) -> Thing:
    """A measure or member with one more spelling, or with its last day."""
    if accepted.until is not None:
        return thing.model_copy(update={"until": accepted.until})
    known = (thing.label if isinstance(thing, Measure) else thing.name, *thing.also)
    if accepted.label is None or accepted.label in known:
        return thing
    return thing.model_copy(update={"also": (*thing.also, accepted.label)})


def _hierarchy(hierarchy: Hierarchy, accepted: Accepted) -> Hierarchy:
    if hierarchy.id != accepted.where:
        return hierarchy
    if place := _place(hierarchy, accepted):
        return hierarchy.model_copy(update=place)
    label = accepted.label
    if accepted.name == hierarchy.root and label is not None:
        return hierarchy.model_copy(update={"also": (*hierarchy.also, label)})
    if accepted.name in {member.name for member in hierarchy.members}:
        same = tuple(_same(each, accepted) if each.name == accepted.name else each for each in hierarchy.members)
        return hierarchy.model_copy(update={"members": same})
    also = () if label is None or label == accepted.name else (label,)
    return hierarchy.model_copy(update={"members": (*hierarchy.members, Member(name=accepted.name, also=also))})


def _place(hierarchy: Hierarchy, accepted: Accepted) -> dict[str, Any]:
    """What was accepted of where the hierarchy is: its id, its level, one more name of its column."""
    columns = (*hierarchy.columns, accepted.column)
    named = {"id": accepted.hierarchy, "level": accepted.level, "columns": columns if accepted.column else None}
    return {key: value for key, value in named.items() if value is not None}
