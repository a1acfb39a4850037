"""A finding of `jobindsats doctor`: what was found of one part, and the next step; an examination that fails is one too."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tasks.stoppages import Stoppage
from warehouse.errors import DATABASE_ERRORS, in_words


class Finding(NamedTuple):
    """What was found of one part: well, attention or failed; and the next step, where there is one to take."""

    part: str
    verdict: str
    says: str
    next_step: str = ""


def guarded(part: str, examine: Callable[[], Finding]) -> Finding:
    """The finding of an examination; one that cannot be carried out is a finding too."""
    try:
        return examine()
    except Stoppage as stoppage:
        return Finding(part, "failed", str(stoppage))
    except DATABASE_ERRORS as error:
        return Finding(part, "failed", in_words(error))
    except Exception as error:  # noqa: BLE001  # a doctor reports what is wrong, whatever it is
        return Finding(part, "failed", f"{type(error).__name__}: {error}")
