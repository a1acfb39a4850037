"""Figures taken apart: of which scene and area each is told in the tests, and what of it nothing is behind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from warehouse.figures import FIGURES

OF_LOCAL_FILES = {
    "activation_mix": "Ringsted",
    "ordinary_hours": "Ringsted",
    "exits": "Holstebro",
    "target_followup": "Holstebro",
    "response_rate": "Herlev",
    "cases_per_1000": "Ringsted",
    "multi_year_budget": "Herlev",
}
"""The area that a figure of own tables is of in docs/examples/local_files."""
OF_STATBANK = dict.fromkeys(("public_support_share", "public_support_share_of_working_age"), "Herlev")
_OF_ANOTHER = {"investment_case": "Faaborg-Midtfyn", "net_present_value": "Ringsted", "grant_share": "Holstebro"}
OF_THE_REST = {name: _OF_ANOTHER.get(name, "Herlev") for name in FIGURES if name not in OF_LOCAL_FILES | OF_STATBANK}

Answer = Callable[..., Any]


def taken_apart(answer: Answer, figure: str, *, area: str) -> list[dict[str, Any]]:
    """A figure's newest rows, or those of all periods where they belong together, each item and basis taken apart."""
    asked = (figure, "--area", area, "--item", "all")
    rows = answer("figure", *asked)
    periods = sorted({row["period"] for row in rows})
    trees = [tree for period in periods for tree in answer("explain", *asked, "--period", period)]
    assert len(trees) == len(rows) > 0
    return trees


def without_origin(trees: list[dict[str, Any]]) -> list[Any]:
    """The leaves of trees behind which there is neither a vintage with archived bytes nor a source.

    Where a figure has no value, the input that it lacks is told as missing, and rests on nothing.
    """
    bare = [tree for tree in trees if not tree["inputs"] and not tree["assumptions"] and tree["value"] is not None]
    inputs = [(tree, leaf) for tree in trees for leaf in tree["inputs"]]
    lacking = [leaf for tree, leaf in inputs if not _is_archived(leaf) and not _is_told_missing(leaf, of=tree)]
    return bare + lacking + [each for tree in trees for each in tree["assumptions"] if not each["source"]]


def _is_archived(leaf: Mapping[str, Any]) -> bool:
    answers = leaf["vintage"]["archived"] if leaf["vintage"] else []
    return bool(answers) and all(each["held"] and each["sha256"] for each in answers)


def _is_told_missing(leaf: Mapping[str, Any], *, of: Mapping[str, Any]) -> bool:
    return of["value"] is None and leaf["value"] is None and leaf["status"] == "missing"
