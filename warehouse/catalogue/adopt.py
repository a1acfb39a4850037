"""A declaration of a publisher's table, from what the publisher says of it, with every guess marked as one."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Sequence
from typing import Any

import yaml

from warehouse.areas import by_publisher_name
from warehouse.catalogue.fit_to_record import require_own_columns, require_recordable
from warehouse.catalogue.guesses import names_of, unit_of_measure
from warehouse.catalogue.model import CatalogueError, Hierarchy, Measure, Member, Table
from warehouse.catalogue.offered import OfferedHierarchy, OfferedLevel, OfferedTable
from warehouse.catalogue.publishers import catalogues
from warehouse.catalogue.series_breaks import OwnBreak
from warehouse.formats.clean_text import in_one_line
from warehouse.periods import PeriodKind

MOST_MEMBERS_NAMED = 60
"""A breakdown with more members is declared `open`: whatever the publisher writes is a member."""

MOST_TAKEN_ALONG = 20
"""The most members of a breakdown without a total that is taken along though nobody asked for it."""

_FINEST = (PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.YEAR, PeriodKind.ROLLING_YEAR, PeriodKind.YEAR_TO_DATE)


def declaration(offered: OfferedTable, *, breakdowns: Sequence[str] = (), area: str | None = None) -> Table:
    """The declaration of a table at its totals, or by the breakdowns named: `_kon`, or `_alder5i30:alder5i` for one level.

    Raises CatalogueError where it cannot be declared, with what there is to choose from. Title and subject are only shown, so
    they are washed; labels are what cells are known by, so one that no database holds is none.
    """
    chosen = [_breakdown(offered, named) for named in breakdowns]
    taken = {each.dimension_id for each, _ in chosen}
    if len(taken) < len(chosen):
        raise CatalogueError(f"{offered.id}: two breakdowns are of one dimension: name one of each")
    alone = [(each, _level(each)) for each in without_total(offered) if each.dimension_id not in taken]
    areas, period = _area(offered, named=area), _period(offered)
    found = Table(
        id=offered.id,
        title=in_one_line(offered.title),
        title_en=in_one_line(offered.title),
        evidence="confirmed",
        subject=in_one_line(offered.subject),
        period=period,
        area=areas,
        country=areas.root is not None,
        breakdowns=tuple(_declared(each, level=level) for each, level in (*chosen, *alone)),
        measures=_measures(offered),
        coverage="sparse",
        counted_in=offered.counted_in,
        series_breaks=_breaks(offered, kind=period),
    )
    require_recordable(found)
    require_own_columns(found)
    return found


def _breaks(offered: OfferedTable, *, kind: PeriodKind) -> tuple[OwnBreak, ...]:
    """The series breaks that its publisher's catalogue has for tables of its kind."""
    known = [each for one in catalogues() if one.publisher == offered.publisher for each in one.series_breaks]
    return tuple(found for each in known if (found := each.of_adopted(offered.id, kind=kind)))


def without_total(offered: OfferedTable) -> list[OfferedHierarchy]:
    """One hierarchy of each dimension that cannot be left out, or has no total and few members: its sum may mean nothing."""
    rooted = {each.dimension_id for each in offered.breakdowns if each.root and not each.needed}
    found = [each for each in offered.breakdowns if each.dimension_id not in rooted and each.levels]
    few = [each for each in found if each.needed or len(_level(each).members) <= MOST_TAKEN_ALONG]
    return list({each.dimension_id: each for each in reversed(few)}.values())


def _period(offered: OfferedTable) -> PeriodKind:
    found = [kind for kind in _FINEST if offered.periods.get(kind)]
    if not found:
        raise CatalogueError(f"{offered.id} has no periods of a kind that we know: it cannot be adopted")
    return found[0]


def _area(offered: OfferedTable, *, named: str | None) -> Hierarchy:
    """The hierarchy of areas that was named, or the one with the most municipalities, else the most areas we know."""
    level: str | None = None
    if named is not None:
        hierarchy, level = _named(named, among=offered.areas, of=offered.id, what="areas")
    elif offered.areas:
        hierarchy = max(offered.areas, key=lambda each: (_worth(_area_level(each)), not each.levels))
    else:
        raise CatalogueError(f"{offered.id} has no areas, and every figure here is of one: it cannot be adopted")
    found = _level_named(hierarchy, level, of=offered.id) if level else _area_level(hierarchy)
    if found is None and (not hierarchy.root or (hierarchy.levels and named is None)):
        raise CatalogueError(_without_areas(hierarchy, of=offered.id))
    _require_known(hierarchy, level=found, of=offered.id)
    return Hierarchy(
        id=hierarchy.id,
        dimension=hierarchy.dimension,
        kind="area",
        root=hierarchy.root,
        level=(found.id or None) if found else None,
        level_holds=found.holds if found else None,
        evidence="guessed" if named is None and len(offered.areas) > 1 else "confirmed",
    )


def _without_areas(hierarchy: OfferedHierarchy, *, of: str) -> str:
    """That no level of a hierarchy holds areas that we know, and that its total alone is a person's to choose."""
    such = next((f" (such as '{level.members[0]}')" for level in hierarchy.levels if level.members), "")
    says = f"{of}: no level of {hierarchy.id} holds an area that we know{such}; it cannot be adopted"
    return f"{says} but for '{hierarchy.root}' alone: --area {hierarchy.id}" if hierarchy.root else says


def _require_known(hierarchy: OfferedHierarchy, *, level: OfferedLevel | None, of: str) -> None:
    names = {label for label in (hierarchy.root, *(level.members if level else ())) if label}
    unknown = sorted(names - by_publisher_name().keys())
    if unknown:
        raise CatalogueError(
            f"{of}: {hierarchy.id} holds '{unknown[0]}'{' and others' if unknown[1:] else ''}, which is no area that we know. "
            "Choose other areas with --area, where the table has them (`jobindsats tables " + of + "`)"
        )


def _area_level(hierarchy: OfferedHierarchy) -> OfferedLevel | None:
    known = [level for level in hierarchy.levels if level.known_areas]
    return max(known, key=_worth, default=None)


def _worth(level: OfferedLevel | None) -> tuple[int, int]:
    return (level.number_of("municipality"), level.known_areas) if level is not None else (0, 0)


def _breakdown(offered: OfferedTable, named: str) -> tuple[OfferedHierarchy, OfferedLevel]:
    hierarchy, level = _named(named, among=offered.breakdowns, of=offered.id, what="breakdowns")
    return hierarchy, _level_named(hierarchy, level, of=offered.id) if level else _level(hierarchy)


def _named(named: str, *, among: Sequence[OfferedHierarchy], of: str, what: str) -> tuple[OfferedHierarchy, str | None]:
    """A hierarchy by its id or the name of its dimension, and the level after a colon."""
    wanted, _, level = named.partition(":")
    for each in among:
        if wanted.casefold() in (each.id.casefold(), each.dimension.casefold()):
            return each, level or None
    ids = [each.id for each in among]
    close = difflib.get_close_matches(wanted, ids, n=3, cutoff=0.5) or ids
    raise CatalogueError(f"{of} has no {what} '{wanted}'; it has {', '.join(close) or 'none'}")


def _level_named(hierarchy: OfferedHierarchy, level_id: str, *, of: str) -> OfferedLevel:
    for level in hierarchy.levels:
        if level.id == level_id:
            return level
    found = ", ".join(level.id for level in hierarchy.levels) or "none"
    raise CatalogueError(f"{of}: {hierarchy.id} has no level '{level_id}'; it has {found}")


def _level(hierarchy: OfferedHierarchy) -> OfferedLevel:
    """The level to ask for where nobody named one: the first below the total."""
    if not hierarchy.levels:
        raise CatalogueError(f"{hierarchy.id} has a total and nothing below it: leave it away")
    return hierarchy.levels[0]


def _declared(hierarchy: OfferedHierarchy, *, level: OfferedLevel) -> Hierarchy:
    twice = [name for name, count in Counter(level.members).items() if count > 1 or name == hierarchy.root]
    if twice and twice != [hierarchy.root]:
        raise CatalogueError(
            f"the level {level.id} of {hierarchy.id} has '{twice[0]}' twice, and cells are known by their labels: choose "
            f"another level ({', '.join(each.id for each in hierarchy.levels)})"
        )
    is_open = len(level.members) > MOST_MEMBERS_NAMED
    members = () if is_open else tuple(Member(name=label) for label in level.members if label != hierarchy.root)
    return Hierarchy(
        id=hierarchy.id,
        dimension=hierarchy.dimension,
        root=hierarchy.root,
        level=level.id or None,
        members=members,
        open=is_open,
        evidence="guessed" if len(hierarchy.levels) > 1 else "confirmed",
    )


def _measures(offered: OfferedTable) -> tuple[Measure, ...]:
    labels = [measure.label for measure in offered.measures]
    units = [unit_of_measure(measure, of=offered) for measure in offered.measures]
    names = names_of([label.rpartition(": ")[2] if len(label) > 90 else label for label in labels], units=units)
    return tuple(
        Measure(name=name, label=each.label, also=each.also, unit=unit, evidence="guessed")
        for name, each, unit in zip(names, offered.measures, units, strict=True)
    )


def written(table: Table, *, publisher: str, heading: Sequence[str]) -> str:
    """A declaration as the text of its file, below a heading of comments; `read_additions` reads it back."""
    hierarchies = {each.id: _plain(each, leave={"id"}) for each in (table.area, *table.breakdowns)}
    own = _plain(table, leave={"area", "breakdowns"}) | {
        "area": table.area.id,
        "breakdowns": [each.id for each in table.breakdowns],
    }
    return as_yaml({"publisher": publisher, "hierarchies": hierarchies, "tables": [own]}, heading=heading)


def as_yaml(content: dict[str, Any], *, heading: Sequence[str]) -> str:
    """A document as YAML without anchors, below a heading of comments."""
    lines = "".join(f"# {in_one_line(line)}\n" for line in heading)
    return lines + yaml.dump(content, Dumper=_WithoutAnchors, allow_unicode=True, sort_keys=False, width=110)


def _plain(declared: Hierarchy | Table, *, leave: set[str]) -> dict[str, Any]:
    return declared.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude=leave)


class _WithoutAnchors(yaml.SafeDumper):
    """What is written twice is written out twice: our files are read without anchors."""

    def ignore_aliases(self, _data: Any) -> bool:
        """Whether a value is written out: always."""
        return True
