"""What Jobindsats says of tables that nobody declared: the lines of `/tables` to search in, and `/table/<id>` in full."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tasks.sources.access import Access
from tasks.sources.jobindsats import client
from tasks.sources.jobindsats.client import Publisher, open_publisher
from tasks.sources.jobindsats.metadata import ROOT, SETTING
from tasks.sources.json_answers import json_of
from tasks.stoppages import BodyUnreadable
from warehouse.catalogue.offered import (
    ListedTable,
    OfferedHierarchy,
    OfferedLevel,
    OfferedMeasure,
    OfferedTable,
)
from warehouse.periods import Period, PeriodError, PeriodKind

PUBLISHER = "jobindsats"
AREAS = "_omrade"
_MISSHAPEN = (KeyError, TypeError, AttributeError, ValueError)


def session(access: Access) -> Publisher:
    """A session with the publisher; raises TokenMissing and TokenRefused."""
    return open_publisher(access.settings, now=access.clock, before_call=access.before_call, run_time=access.run_time)


def listed(publisher: Publisher) -> list[ListedTable]:
    """Every table that the publisher lists, by one call; raises PublisherTrouble."""
    return read_listed(publisher.ask(client.TABLES).body)


def read_listed(body: bytes) -> list[ListedTable]:
    """The tables of an answer of `/tables`; a line that cannot be read is passed over. Raises BodyUnreadable."""
    subjects = json_of(body, of="/tables", setting=SETTING)
    try:
        return list(_lines(subjects))
    except _MISSHAPEN as error:
        raise BodyUnreadable(f"/tables is not of the promised shape: {error!r}") from error


def _lines(subjects: Any) -> Iterator[ListedTable]:
    for subject in subjects:
        for group in subject["table_groups"]:
            for line in group["tables"]:
                if isinstance(line, dict) and isinstance(line.get("table_id"), str):
                    yield _line(line, subject=str(subject.get("subject_name") or ""))


def _line(line: dict[str, Any], *, subject: str) -> ListedTable:
    dimensions = [each for each in line.get("dimensions") or () if isinstance(each, dict)]
    words = [str(group.get("mgroup_name") or "") for group in line.get("mgroups") or () if isinstance(group, dict)]
    words += [str(each.get("dimension_name") or "") for each in dimensions]
    return ListedTable(PUBLISHER, line["table_id"].lower(), str(line.get("table_name") or ""), subject, tuple(words))


def describe(publisher: Publisher, table_id: str, *, subject: str) -> OfferedTable:
    """One table in full, by one call; raises PublisherTrouble."""
    return read_described(publisher.ask(f"/table/{table_id}?format=json").body, table_id=table_id, subject=subject)


def read_described(body: bytes, *, table_id: str, subject: str = "") -> OfferedTable:
    """The table of an answer of `/table/<id>`; raises BodyUnreadable."""
    document = json_of(body, of=f"/table/{table_id}", setting=SETTING)
    try:
        return OfferedTable(
            publisher=PUBLISHER,
            id=table_id,
            title=str(document.get("table_name") or table_id),
            subject=subject,
            periods=dict(_periods(document)),
            hierarchies=tuple(_hierarchies(document)),
            measures=tuple(_measures(document)),
        )
    except _MISSHAPEN as error:
        raise BodyUnreadable(f"/table/{table_id} is not of the promised shape: {error!r}") from error


def _periods(document: dict[str, Any]) -> Iterator[tuple[PeriodKind, tuple[Period, ...]]]:
    for kind in document["periods"]:
        if kind["periodtype_id"] in list(PeriodKind):
            read = [_period(each["period_id"]) for each in kind["values"]]
            yield PeriodKind(kind["periodtype_id"]), tuple(sorted((p for p in read if p), key=lambda each: each.key))


def _period(written: str) -> Period | None:
    try:
        return Period.parse(written)
    except PeriodError:
        return None


def _hierarchies(document: dict[str, Any]) -> Iterator[OfferedHierarchy]:
    for dimension in document["dimensions"]:
        for hierarchy in dimension["hierarchies"]:
            levels = [(str(level["level_id"]), _values(level)) for level in hierarchy.get("levels") or ()]
            roots = [values[ROOT] for _, values in levels if ROOT in values]
            below = [(name, tuple(label for key, label in values.items() if key != ROOT)) for name, values in levels]
            yield OfferedHierarchy(
                id=hierarchy["hierarchy_id"],
                dimension_id=dimension["dimension_id"],
                dimension=dimension["dimension_name"],
                root=roots[0] if roots else None,
                levels=tuple(OfferedLevel(name, members) for name, members in below if members),
                is_area=dimension["dimension_id"] == AREAS,
            )


def _values(level: dict[str, Any]) -> dict[str, str]:
    return {str(value["value_id"]): str(value["value_name"]) for value in level["values"]}


def _measures(document: dict[str, Any]) -> Iterator[OfferedMeasure]:
    """Each measure by the label that `/data` writes: its name, or `group: name` where the group has several."""
    groups = [
        (str(group["mgroup_name"]), [str(measure["measure_name"]) for measure in group["measures"]])
        for group in document["mgroups"]
    ]
    names = [name for _, own in groups for name in own]
    for group, own in groups:
        for name in own:
            alone, once, in_group = len(own) == 1, names.count(name) == 1, f"{group}: {name}"
            yield OfferedMeasure(name if alone and once else in_group, (in_group if alone else name,) if once else ())
