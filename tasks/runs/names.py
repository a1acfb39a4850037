"""Names: what a run is called in Prefect, from what it was asked to do: `night 2026-08-20`, `backfill 2019M01-2023M12`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from prefect.runtime import flow_run

from tasks.resources import clock_from
from warehouse.danish.clock import Clock, danish_day
from warehouse.settings import SettingsError, read_settings

NAMED_AT_MOST = 3


def of_night() -> str:
    """A night by its day in Denmark, and what of all it looks at."""
    return _with(f"night {_today()}{' again' if _asked('again') else ''}", _asked("tables"))


def of_lists() -> str:
    """A look at the ranking lists, by its day."""
    return f"ranking lists {_today()}"


def of_backfill() -> str:
    """A backfill by its span, or by the number of the one that is gone on with."""
    if (resume := _asked("resume")) is not None:
        return f"backfill {resume} resumed"
    kind = "plan of backfill" if _asked("plan") else "backfill"
    return _with(f"{kind} {_asked('first')}-{_asked('last')}", _asked("tables"))


def of_replay() -> str:
    """A replay by what it is for; where it rebuilds stands in no name, since addresses hold passwords."""
    where = "another warehouse" if _asked("warehouse") else "the configured warehouse"
    return f"replay to verify {_today()}" if _asked("verify") else f"replay into {where} {_today()}"


def of_briefings() -> str:
    """The briefings by whose they are, and by their day."""
    return _with(f"briefings {_today()}", _asked("areas"))


def _asked(name: str) -> Any:
    return flow_run.parameters.get(name)


def _with(name: str, chosen: Sequence[str] | None) -> str:
    """A name with what was chosen, where not everything was."""
    if not chosen:
        return name
    return f"{name}: {', '.join(chosen[:NAMED_AT_MOST])}{' ...' if len(chosen) > NAMED_AT_MOST else ''}"


def _today() -> str:
    """The day on the run's clock; the machine's where the settings cannot be read, which the run itself then tells."""
    try:
        now = clock_from(read_settings().now)()
    except SettingsError:
        now = Clock()()
    return danish_day(now).isoformat()
