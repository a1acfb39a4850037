"""How many nights with something odd in them are tried: 200 as a rule, more where `NIGHT_EXAMPLES` says so."""

from __future__ import annotations

import os

from hypothesis import Phase

_ALL = int(os.environ.get("NIGHT_EXAMPLES", "200"))

# A night that fails is told as it is: to look for a simpler one would take a night for each try.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)


def share(pct: int) -> int:
    """The number of nights of one kind, so many in a hundred of all."""
    return max(1, _ALL * pct // 100)
