"""Every fault of the publisher at every call of a night after a good one: never a wrong publication, the culprit named.

What stands afterwards is what stood, or the right new release; nothing else, and no cell withdrawn.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

import pytest
from sqlalchemy import Engine

from tests.faults.plain_nights import Content, Ended, PlainNights
from tests.standin import faults
from tests.standin.server import running

pytestmark = pytest.mark.slow

FIRST, SECOND, THIRD = "2023-11-05", "2023-12-05", "2023-12-20"

# The calls of a night: what the path holds, and whether only calls after the first question are meant.
CALLS = {
    "the first /tables": ("/tables", False),
    "/table": ("/table/y25i01", False),
    "/data, the country's totals": ("_nykom=/&hierarchy._ygrpi09=/&", False),
    "/data, the country's parts": ("_nykom=/&hierarchy._ygrpi09=level", False),
    "/data, the municipalities' totals": ("level:nykom&hierarchy._ygrpi09=/&", False),
    "/data, the municipalities' parts": ("level:nykom&hierarchy._ygrpi09=level", False),
    "the last /tables": ("/tables", True),
    "every call": ("", False),
}
STOPPED = {
    "timeout": ("failed", "no answer in"),
    **{f"http-{status}": ("failed", f"refuses the token .status {status}") for status in (401, 403)},
    "http-404": ("failed", "status 404"),
    **{f"http-{status}": ("failed", f"answers with status {status}") for status in (429, 500, 503)},
    "html-200": ("failed", "not JSON .*DOCTYPE|not a table of figures .*DOCTYPE"),
    "truncated": ("failed", "broke off"),
    "redirect": ("failed", "points to another address"),
    "renamed-member": ("quarantined", "'Kontanthjælp .ny opgørelse.'"),
    "swapped-labels": ("quarantined", "was 'A-dagpenge' until now|country_is_its_municipalities|still_the_same_table"),
    "swapped-measures": ("quarantined", "was 'Antal ledige personer' until now|parts_match_total"),
    "vanished-measure": ("quarantined", "'Ledige fuldtidspersoner i pct. af befolkningen 16-66 år' (stood|is missing)"),
    "vanished-member": ("quarantined", "'Kontanthjælp' stood|no_large_count_vanishes"),
    "wrong-columns": ("quarantined", "column 'Ledige fuldtidspersoner i pct. af befolkningen 16-66 år' is missing"),
    "renamed-label": ("quarantined", "column 'Antal ledige personer .ny opgørelse.' is not declared"),
    "units-times-100": ("quarantined", "within_bounds"),
    "missing-municipalities": ("quarantined", "every_municipality_reports|no_large_count_vanishes"),
    "half-the-rows": (
        "quarantined",
        "published_cells_return|no_large_count_vanishes|every_municipality_reports|was asked for and did not come",
    ),
    "other-period": ("quarantined", "'20..M..' in the column Periode, which was not asked for"),
    "other-area": ("quarantined", "'Herlev' in the column Område, which was not asked for"),
    "null-storm": ("quarantined", "large_counts_are_shown|country_totals_are_shown"),
}
HARMLESS = ("slow", "renamed-id", "respelled-label", "duplicated-rows", "vanished-table", "release-mid-fetch")
# What such an answer does not hold in any case: members in a total, municipalities in the country.
_TOTALS = {call for call in CALLS if call.endswith("totals")}
_COUNTRY = {call for call in CALLS if "country" in call}
WITHOUT_EFFECT = {
    **dict.fromkeys(("renamed-member", "swapped-labels", "vanished-member"), _TOTALS),
    "missing-municipalities": _COUNTRY,
    "other-area": {call for call in CALLS if "municipalities" in call},
}


def reaches(fault: str, call: str) -> bool:
    """Whether a fault can strike at a call."""
    kinds = faults.ONLY_ON.get(fault)
    return (
        kinds is None
        or call == "every call"
        or any(kind in call.split(",", maxsplit=1)[0].split("/") for kind in kinds)
    )


CASES = [(fault, call) for fault in faults.NAMES for call in CALLS if reaches(fault, call)]


@dataclass(frozen=True)
class World:
    """One table after a good night, and what should stand after the next: as released, or as released in the middle."""

    nights: PlainNights
    good: Content
    right: Content
    following: Content


@pytest.fixture(scope="module")
def world(module_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The night of 5 November, published."""
    with running(today=FIRST, scale="small", slow_seconds=0.05) as publisher:
        nights = PlainNights(publisher, module_engine, tmp_path_factory.mktemp("archive"))
        good = nights.good(FIRST)
        right, following = nights.tried(SECOND, {}), nights.tried(THIRD, {})
        assert {ended.outcome.outcome for ended in (good, right, following)} == {"published"}
        assert len({good.content, right.content, following.content}) == 3
        yield World(nights, good.content, right.content, following.content)


def require_nothing_wrong(ended: Ended, *, world: World, right: Content) -> None:
    published = ended.outcome.outcome == "published"
    assert ended.content == (right if published else world.good), ended.outcome.message
    assert ended.withdrawn == 0
    assert ended.outcome.outcome in ("published", "quarantined", "failed")


def test_every_fault_is_either_stopped_or_harmless() -> None:
    assert sorted(faults.NAMES) == sorted([*STOPPED, *HARMLESS])


@pytest.mark.parametrize(("fault", "call"), [case for case in CASES if case[0] in STOPPED])
def test_a_fault_stops_the_table_and_is_named(world: World, fault: str, call: str) -> None:
    only, late = CALLS[call]
    patience = {"timeout_seconds": 1} if fault == "timeout" else {}
    ended = world.nights.tried(SECOND, {fault: 1.0}, only=only, late=late, **patience)
    require_nothing_wrong(ended, world=world, right=world.right)
    if call in WITHOUT_EFFECT.get(fault, ()):
        assert ended.outcome.outcome == "published", ended.outcome.message
        return
    outcome, culprit = STOPPED[fault]
    assert ended.outcome.outcome == outcome, ended.outcome.message
    assert re.search(culprit, ended.outcome.message), ended.outcome.message


@pytest.mark.parametrize(("fault", "call"), [case for case in CASES if case[0] in HARMLESS])
def test_what_harms_nothing_is_published_rightly(world: World, fault: str, call: str) -> None:
    only, late = CALLS[call]
    if fault == "release-mid-fetch":
        with running(today=FIRST, scale="small") as publisher:
            nights = PlainNights(publisher, world.nights.engine, world.nights.folder)
            ended = nights.tried(SECOND, {fault: 1.0}, only=only, late=late)
        right = world.following
    else:
        ended = world.nights.tried(SECOND, {fault: 1.0}, only=only, late=late)
        right = world.right
    require_nothing_wrong(ended, world=world, right=right)
    assert ended.outcome.outcome == "published", ended.outcome.message


MIXED = [name for name in faults.NAMES if name not in ("timeout", "slow", "http-429", "release-mid-fetch")]


def mix(number: int) -> dict[str, float]:
    """Two to four faults at rates of their own, the same for the same number."""
    random = Random(number)
    return {name: random.choice((0.1, 0.3, 0.6)) for name in random.sample(MIXED, random.randint(2, 4))}


def test_mixed_faults_publish_nothing_wrong_and_the_next_night_makes_up_for_them(world: World) -> None:
    outcomes = []
    for number in range(30):
        ended = world.nights.tried(SECOND, mix(number))
        require_nothing_wrong(ended, world=world, right=world.right)
        assert ended.outcome.outcome == "published" or ended.outcome.message, mix(number)
        outcomes.append(ended.outcome.outcome)
    assert {"published", "quarantined", "failed"} == set(outcomes)
    assert world.nights.tried(SECOND, {}).content == world.right
