"""Breakdowns the product does not ask for but the publisher offers: the cells are divided over them when asked.

`_alder5i30` has two levels below its root, as the real one; its value ids and those of `_kon` are the public ones.
"""

from __future__ import annotations

from tests.standin.editions import ROOT, Hierarchy, Level, Node, Split

_AGES = (
    ("/2/4/", "16-19 år", 0.03),
    ("/2/5/", "20-24 år", 0.1),
    ("/2/6/", "25-29 år", 0.12),
    ("/6/7/", "30-34 år", 0.11),
    ("/6/8/", "35-39 år", 0.1),
    ("/6/9/", "40-44 år", 0.1),
    ("/6/10/", "45-49 år", 0.1),
    ("/6/11/", "50-54 år", 0.11),
    ("/6/12/", "55-59 år", 0.11),
    ("/6/13/", "60-64 år", 0.1),
    ("/6/14/", "65+ år", 0.02),
)


def _level(level_id: str, name: str, *nodes: tuple[str, str]) -> Level:
    return Level(level_id, name, tuple(Node(value_id, label) for value_id, label in nodes))


SEX = Split(
    Hierarchy(
        "_kon",
        "Køn",
        "_kon",
        "Køn",
        (
            _level("kon_i_alt", "Køn i alt", (ROOT, "Køn i alt")),
            _level("kon", "Køn", ("/1/", "Kvinder"), ("/2/", "Mænd")),
        ),
    ),
    (1.0, 0.52, 0.48),
)
AGE = Split(
    Hierarchy(
        "_alder5i30",
        "5-års aldersgrupper, delt ved 30 år",
        "_aldera",
        "Alder",
        (
            _level("alder_i_alt", "Alder i alt", (ROOT, "Alder i alt")),
            _level("alder30", "Under og over 30 år", ("/6/", "30 år og derover"), ("/2/", "Under 30 år")),
            _level("alder5i", "5-års aldersgrupper", *((value_id, name) for value_id, name, _ in _AGES)),
        ),
    ),
    (1.0, 0.75, 0.25, *(share for _, _, share in _AGES)),
)
STOCK_SPLITS = (SEX, AGE)
