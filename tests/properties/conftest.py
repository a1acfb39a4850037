"""The profiles of the laws, read before any of them is.

`laws` holds unless another is named: `pytest tests/properties --hypothesis-profile=long` looks for minutes.
"""

from __future__ import annotations

import pytest
from hypothesis import settings

from tests.properties.effort import EXAMPLES

settings.register_profile("laws", deadline=None, max_examples=EXAMPLES, stateful_step_count=10)
settings.register_profile("long", deadline=None, max_examples=2_000, stateful_step_count=30, print_blob=True)


def pytest_configure(config: pytest.Config) -> None:
    """Read the laws' own profile where the command line names none."""
    if not config.getoption("hypothesis_profile", None):
        settings.load_profile("laws")
