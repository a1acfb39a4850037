"""A member or measure that the publisher has stopped, and a person has accepted as ended: what stands of it stays."""

from __future__ import annotations

import pytest

from tests.conftest import Stage
from tests.scene import Scene

pytestmark = pytest.mark.slow

STANDS = (
    "select count(*) as n from core.observations o join core.tables t on t.table_no = o.table_no "
    "where t.table_id = :table and o.superseded_by is null and o.status <> 'withdrawn'"
)


@pytest.mark.parametrize(
    ("table", "fault", "days"),
    [
        ("y60c02", "vanished-member", ("2026-05-25", "2026-06-25", "2026-07-25")),
        ("y25i01", "vanished-measure", ("2023-11-05", "2023-12-05", "2024-01-05")),
        ("auk01", "vanished-member", ("2023-11-05", "2023-11-13", "2023-12-20")),
    ],
)
def test_what_stands_of_what_a_person_accepted_as_ended_stays(
    stage: Stage, table: str, fault: str, days: tuple[str, str, str]
) -> None:
    with stage(today=days[0], scale="small") as scene:
        scene.patch.setenv("JOBINDSATS_STATBANK_URL", scene.publisher.statbank_url)
        assert scene.outcomes(scene.night(days[0], tables=[table])) == {table: "published"}
        stood = scene.query(STANDS, table=table)[0]["n"]
        scene.publisher.set_faults({fault: 1.0})
        assert scene.outcomes(scene.night(days[1], tables=[table])) == {table: "quarantined"}
        (ended,) = scene.answer("catalogue", "accept", table, "--reason", "udgiveren har lukket den")["differences"]
        assert ended["accepting"].endswith("ended; what stands of it stays")
        new = 0
        for day in days[1:]:
            (found,) = scene.night(day, tables=[table]).tables
            assert (found["outcome"], found["withdrawn"]) in {("published", 0), ("unchanged", 0)}, found["message"]
            new += found["new"]
            require_stands(scene, table=table, cells=stood + new)
        assert new > 0, "the others go on"
        replayed = scene.answer("replay", "--verify")
        assert replayed["equal"], replayed


def require_stands(scene: Scene, *, table: str, cells: int) -> None:
    """So many cells have a value or a status of the publisher's."""
    assert scene.query(STANDS, table=table)[0]["n"] == cells
