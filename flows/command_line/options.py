"""TODO"""

from __future__ import annotations

WELL, FAILED, ATTENTION = 0, 1, 3
