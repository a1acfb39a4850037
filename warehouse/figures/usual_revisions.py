"""Compute which revisions of a new release are unusual, from every version of the table that the warehouse keeps.

These are no figures of an area. The formula and its source are in docs/revisions.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, text

from warehouse.figures.revision_profile import BREAKS_OF, VINTAGES, VINTAGES_OF, development, read_rows, size_classes
from warehouse.formulas import usual_revisions as formulas
from warehouse.formulas.development import releases
from warehouse.formulas.release_calendar import FEWEST_RELEASES


class Usual(NamedTuple):
    """Of a measure's total in areas of one size, and a period: the step in per cent beyond which a revision is unusual."""

    measure: str
    size_class: str
    period_id: int
    pct: float
    releases: int


class UsualRevisions(NamedTuple):
    """What is usual of a release, and the size class of each area by its number; empty where nothing was learnt."""

    usual: tuple[Usual, ...] = ()
    areas: tuple[tuple[int, str], ...] = ()


NOTHING_LEARNT = UsualRevisions()


def usual_revisions(connection: Connection, *, table_id: str, periods: Sequence[int]) -> UsualRevisions:
    """What is usual of a load with so many periods, by the releases before it.

    Nothing of a reissue (the load brings no newer period), of a period with a series break between it and the load, and
    of ages that fewer than twelve releases have reached.
    """
    vintages = read_rows(connection, VINTAGES_OF, schema=VINTAGES, table_id=table_id)
    held, newest_first = vintages["newest_period_id"].max(), sorted(periods, reverse=True)
    # Of so many releases one less were followed by another.
    seen = (releases(vintages)["kind"] == "release").sum()
    if seen <= FEWEST_RELEASES or not newest_first or not isinstance(held, int) or newest_first[0] <= held:
        return NOTHING_LEARNT
    found = development(connection, table_id=table_id)
    learnt = () if found is None else formulas.usual_revisions(found).iter_rows(named=True)
    apart = max(
        (each for each in connection.scalars(text(BREAKS_OF), {"table_id": table_id}) if each <= newest_first[0]),
        default=0,
    )
    usual = tuple(
        Usual(row["measure"], row["size_class"], newest_first[row["age"]], row["usual_pct"], row["releases"])
        for row in learnt
        if row["age"] < len(newest_first) and newest_first[row["age"]] >= apart
    )
    sized = size_classes(connection).iter_rows() if usual else ()
    return UsualRevisions(usual, tuple((int(code), size_class) for code, size_class in sized))
