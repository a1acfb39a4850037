"""A run's report as a page."""

from __future__ import annotations

from typing import Any

from tasks.report import markdown
from tasks.runs import RunReport


def table(name: str, outcome: str, **more: Any) -> dict[str, Any]:
    counts = dict.fromkeys(("new", "revised", "withdrawn", "unchanged"), 0)
    return {"table": name, "outcome": outcome, "message": "", "newest_period": None, **counts, **more}


def test_what_needs_a_look_comes_first_and_each_trouble_once() -> None:
    down = {"message": "the publisher is down"}
    found = RunReport(
        7,
        "failed",
        [
            table("y01a02", "published", new=1_200, revised=3, newest_period="2023M10"),
            table("y07a02", "failed", **down),
            table("y10a02", "failed", **down),
            table("y12a02", "not_due"),
        ],
        "own.yml cannot be read",
        ("y01a02: Herlev, 2023M09: 267 -> 282 full_time_persons",),
        ("savings: 3 moved",),
    )
    page = markdown(found)
    assert page.startswith("# Night 7: failed\n\nown.yml cannot be read\n\n## Needs a look\n\n")
    assert page.count("the publisher is down") == 1
    assert "**failed** `y07a02`, `y10a02`: the publisher is down" in page
    assert "| y01a02 | 1,200 | 3 | 0 | 0 | 2023M10 |" in page
    assert "- y01a02: Herlev, 2023M09: 267 -> 282 full_time_persons" in page
    assert "- savings: 3 moved" in page
    assert "y12a02" not in page


def test_a_night_in_which_nothing_is_new_says_so_in_two_lines() -> None:
    assert markdown(RunReport(8, "completed", [table("y01a02", "not_due")])) == (
        "# Night 8: completed\n\nNothing new was published.\n"
    )
