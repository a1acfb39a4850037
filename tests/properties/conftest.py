"""The profile of the laws, read before any of them is."""

from __future__ import annotations

from hypothesis import settings

from tests.properties.effort import EXAMPLES

settings.register_profile("laws", deadline=None, max_examples=EXAMPLES)
settings.load_profile("laws")
