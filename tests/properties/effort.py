"""How hard the laws are tried: quickly by default; `LAW_EXAMPLES=2000` looks further."""

from __future__ import annotations

import os

EXAMPLES = int(os.environ.get("LAW_EXAMPLES", "60"))
