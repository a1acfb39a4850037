"""How hard the laws are tried: quickly by default; `HYPOTHESIS_PROFILE=thorough` looks further."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# A database of the whole module is handed to examples that clean up themselves.
settings.register_profile(
    "quick", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
settings.register_profile("thorough", settings.get_profile("quick"), max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))
