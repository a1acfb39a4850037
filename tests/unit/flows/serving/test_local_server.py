"""Where a data folder is served, is known while it is served, and no longer."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.serving.local_server import api_of, free_port, served_here, serving
from flows.serving.prefect_patch import ignore_state_in_bulk_inserts, state_of_runs

ADDRESS = api_of(4200)


def test_a_folder_that_is_served_says_where(tmp_path: Path) -> None:
    home = tmp_path / "prefect"
    assert served_here(home) is None
    with serving(home, address=ADDRESS):
        assert served_here(home) == "http://127.0.0.1:4200/api"
    assert served_here(home) is None


def test_a_folder_is_served_once(tmp_path: Path) -> None:
    with serving(tmp_path, address=ADDRESS):
        with pytest.raises(RuntimeError, match="is served already") as refused, serving(tmp_path, address=api_of(4201)):
            pass
        assert ADDRESS in str(refused.value)
        assert served_here(tmp_path) == ADDRESS
    with serving(tmp_path, address=api_of(4201)):
        assert served_here(tmp_path) == api_of(4201)


def test_ports_are_found_and_differ() -> None:
    assert all(1024 < free_port() < 65536 for _ in range(5))


def test_the_mend_of_prefects_scheduler_is_still_needed() -> None:
    """When this fails, Prefect writes scheduled runs with SQLAlchemy 2.1 itself: flows/serving/prefect_patch.py can go."""
    state = state_of_runs()
    assert state.bulk_dml_setter is None
    ignore_state_in_bulk_inserts()
    assert state.bulk_dml_setter is not None
    state.bulk_dml_setter = None
