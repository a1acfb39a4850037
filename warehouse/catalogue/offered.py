"""What a publisher says of one of its tables, whichever publisher it is: periods, hierarchies with their levels, measures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from warehouse.areas import by_publisher_name
from warehouse.catalogue.model import AreaKind
from warehouse.periods import Period, PeriodKind

_FINEST: tuple[AreaKind, ...] = ("municipality", "landsdel", "region")


@dataclass(frozen=True)
class OfferedLevel:
    """One level of a hierarchy, without its root: its id, and the labels of its members as they are written."""

    id: str
    members: tuple[str, ...]

    @property
    def known_areas(self) -> int:
        """How many of its members are areas that we know."""
        return sum(name in by_publisher_name() for name in self.members)

    @property
    def holds(self) -> AreaKind | None:
        """Which areas it holds, the finest where several; None where it holds none of these."""
        return next((kind for kind in _FINEST if self.number_of(kind)), None)

    def number_of(self, kind: AreaKind) -> int:
        """How many of its members are areas of a kind."""
        areas = (by_publisher_name().get(name) for name in self.members)
        return sum(area is not None and area.kind == kind for area in areas)


@dataclass(frozen=True)
class OfferedHierarchy:
    """One way to break a dimension down; `root` is the label of its total, None where there is none.

    One that is `needed` cannot be left out of a question.
    """

    id: str
    dimension_id: str
    dimension: str
    root: str | None
    levels: tuple[OfferedLevel, ...]
    is_area: bool = False
    needed: bool = False


@dataclass(frozen=True)
class OfferedMeasure:
    """One measure: the label that its figures stand under, and others that they may stand under."""

    label: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class OfferedTable:
    """One table as its publisher describes it; `counted_in` is the publisher's word for its unit, where there is one."""

    publisher: str
    id: str
    title: str
    subject: str
    periods: Mapping[PeriodKind, tuple[Period, ...]]
    hierarchies: tuple[OfferedHierarchy, ...]
    measures: tuple[OfferedMeasure, ...]
    counted_in: str | None = None

    @property
    def areas(self) -> list[OfferedHierarchy]:
        """The hierarchies of areas."""
        return [each for each in self.hierarchies if each.is_area]

    @property
    def breakdowns(self) -> list[OfferedHierarchy]:
        """The hierarchies of anything but areas."""
        return [each for each in self.hierarchies if not each.is_area]


@dataclass(frozen=True)
class ListedTable:
    """One line of a publisher's list of tables; `words` are other texts to find it by."""

    publisher: str
    id: str
    title: str
    subject: str
    words: tuple[str, ...] = ()
