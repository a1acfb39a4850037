"""The three descriptions v3 gives: /subjects, /tables and /table/<id>, key for key in the order that was seen."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tests.standin import noise
from tests.standin.editions import Edition, Hierarchy
from warehouse.periods import Period

Json = dict[str, Any]
_PERIOD_NAMES = {"M": "Måned", "Q": "Kvartal", "Y": "År", "QMAT": "Rullende år", "MYTD": "År til dato"}
_FREQUENCIES = {"QMAT": "Q", "MYTD": "M"}
_SITE = "https://standin.invalid"


def subject_id(subject: str) -> int:
    """A number for a subject, the same in every answer."""
    return 1000 + noise.key("subject", subject) % 9000


def _by_subject(editions: Iterable[Edition]) -> dict[str, list[Edition]]:
    subjects: dict[str, list[Edition]] = {}
    for edition in editions:
        subjects.setdefault(edition.subject, []).append(edition)
    return subjects


def subjects(editions: Iterable[Edition]) -> list[Json]:
    """/subjects: one group, for which groups there really are is not public."""
    listed = [{"subject_id": subject_id(subject), "subject_name": subject} for subject in _by_subject(editions)]
    return [{"subject_group_id": "1", "subject_group_name": "Ydelser og arbejdsmarked", "subjects": listed}]


def tables(editions: Iterable[Edition], *, wanted: frozenset[str] | None = None) -> list[Json]:
    """/tables: subjects with their tables; `wanted` keeps those subject ids only."""
    return [
        {
            "subject_id": str(subject_id(subject)),
            "subject_name": subject,
            "table_groups": [
                {
                    "table_group_id": f"{subject_id(subject)}_1",
                    "table_group_name": subject,
                    "tables": [_listed(edition) for edition in found],
                }
            ],
        }
        for subject, found in _by_subject(editions).items()
        if wanted is None or str(subject_id(subject)) in wanted
    ]


def _listed(edition: Edition) -> Json:
    return {
        "table_id": edition.table_id,
        "table_name": edition.title,
        "link_infopage": f"{_SITE}/om/{edition.table_id}",
        "link_tablepage": f"{_SITE}/tabel/{edition.table_id}",
        "update_freq": _FREQUENCIES.get(edition.kind, edition.kind),
        "update_latest": edition.updated_on.isoformat(),
        "update_next": edition.next_on.isoformat(),
        "mgroups": [{"mgroup_id": group.id, "mgroup_name": group.name} for group in edition.groups],
        "periods": _span(edition),
        "dimensions": [
            {
                "dimension_id": dimension[0].dimension_id,
                "dimension_name": dimension[0].dimension,
                "hierarchies": [{"hierarchy_id": h.id, "hierarchy_name": h.name} for h in dimension],
            }
            for dimension in _dimensions(edition)
        ],
    }


def _span(edition: Edition) -> Json:
    first, last = Period.parse(edition.periods[-1]), Period.parse(edition.periods[0])
    return {
        "period_first_date": first.first_day.isoformat(),
        "period_last_date": last.last_day.isoformat(),
        "periodtypes": [
            {
                "periodtype_id": edition.kind,
                "periodtype_name": _PERIOD_NAMES[edition.kind],
                "period_first": str(first),
                "period_last": str(last),
            }
        ],
    }


def _dimensions(edition: Edition) -> list[list[Hierarchy]]:
    dimensions: dict[str, list[Hierarchy]] = {}
    for hierarchy in edition.hierarchies:
        dimensions.setdefault(hierarchy.dimension_id, []).append(hierarchy)
    return list(dimensions.values())


def table(edition: Edition) -> Json:
    """/table/<id>: periods newest first, every hierarchy with its levels and values, measures."""
    periods = [{"period_id": period, "period_name": period} for period in edition.periods]
    return {
        "table_id": edition.table_id,
        "table_name": edition.title,
        "periods": [{"periodtype_id": edition.kind, "periodtype_name": _PERIOD_NAMES[edition.kind], "values": periods}],
        "dimensions": [
            {
                "dimension_id": dimension[0].dimension_id,
                "dimension_name": dimension[0].dimension,
                "hierarchies": [_hierarchy(hierarchy) for hierarchy in dimension],
            }
            for dimension in _dimensions(edition)
        ],
        "mgroups": [
            {
                "mgroup_id": group.id,
                "mgroup_name": group.name,
                "measures": [{"measure_id": measure.id, "measure_name": measure.name} for measure in group.measures],
            }
            for group in edition.groups
        ],
    }


def _hierarchy(hierarchy: Hierarchy) -> Json:
    return {
        "hierarchy_id": hierarchy.id,
        "hierarchy_name": hierarchy.name,
        "levels": [
            {
                "level_id": level.id,
                "level_name": level.name,
                "values": [{"value_id": node.value_id, "value_name": node.name} for node in level.nodes],
            }
            for level in hierarchy.levels
        ],
    }
