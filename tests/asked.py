"""What a publisher was asked for: each thing once, and the first question of several again at the end of its fetch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence


def require_once(asked: Sequence[str], *, fetches: int) -> None:
    """Hold questions for figures against that; one is asked again to see whether a release came meanwhile."""
    again = {question: times for question, times in Counter(asked).items() if times > 1}
    assert set(again.values()) <= {2}, "something was asked for more than twice"
    assert len(again) <= fetches, "more was asked for twice than the first question of each fetch"
