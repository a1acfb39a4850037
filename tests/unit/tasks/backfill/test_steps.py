"""What a backfill has come to, in a word and in a line."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tasks.backfill.ledger import Progress
from tasks.backfill.steps import BackfillReport

SOME = st.integers(0, 5)


@given(
    done=SOME,
    quarantined=SOME,
    failed=SOME,
    waiting=SOME,
    problems=st.lists(st.just("marts.savings stays"), max_size=1),
)
def test_it_is_well_only_where_every_partition_and_the_marts_are(
    done: int, quarantined: int, failed: int, waiting: int, problems: list[str]
) -> None:
    rows: list[dict[str, Any]] = [
        {"table": "y10a02", "periods": f"2022M{at:02}", "outcome": "failed"} for at in range(1, failed + 1)
    ]
    rows += [{"table": "y12a02", "periods": None, "outcome": "quarantined"}] * quarantined
    progress = Progress(7, done + quarantined + failed + waiting, done, quarantined, failed, 0, 0)
    report = BackfillReport(progress, tuple(rows), tuple(problems))
    assert (report.outcome == "completed") == (not quarantined and not failed and not waiting and not problems)
    assert (report.outcome == "stopped") == bool(waiting)
    if not waiting:
        assert (report.outcome == "failed") == bool(failed or problems)
    said = report.in_words
    assert said.startswith(f"Backfill 7: {report.outcome}. {done} of {progress.partitions} partitions are done")
    assert ("--resume 7" in said) == bool(waiting)
    assert all(problem in said for problem in problems)
    assert (f"{failed} failed" in said) == bool(failed)
    assert said.count("y1") <= 3, "the artifact lists them all"
