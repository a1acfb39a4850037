"""What is due of StatBank's tables: a description whose update date has not come is not believed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tasks.archive.store import Archive
from tasks.sources.access import Access
from tasks.sources.statbank.fetch import due
from tests.scripted import scripted, send
from tests.statbank_answers import description
from warehouse.danish.clock import Clock
from warehouse.settings import Settings

NOW = datetime(2026, 8, 20, 4, 15, tzinfo=UTC)


@pytest.mark.parametrize(("updated", "stopped"), [("2026-08-21T08:00:00", False), ("2099-01-01T08:00:00", True)])
def test_an_update_date_that_has_not_come_stops_the_table(
    archive: Archive, tmp_path: Path, updated: str, stopped: bool
) -> None:
    with scripted(lambda to, call: send(to, body=description(updated=updated))) as server:
        settings = Settings(statbank_url=server.url, data_dir=tmp_path)
        (found,) = due(Access(settings, clock=Clock(NOW), archive=archive, run_id=1), wanted=frozenset({"folk1a"}))
    assert ("updated on 2099-01-01, and today is 2026-08-20" in str(found.stoppage)) is stopped
