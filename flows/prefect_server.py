"""Prefect's own command line, with one mend to its server: `python -m flows.prefect_server server start`.

Prefect 3.8.8 puts the runs of a schedule on record with their state beside the columns. SQLAlchemy 2.0 passes over what
is no column. SQLAlchemy 2.1 asks the attribute how it is written in bulk, and `FlowRun.state` does not say: each time the
scheduler fails, and no schedule ever comes to a run (seen with 2.1.9 in November 2026; only the server's log tells). A
test says when Prefect has mended it, and this module can go.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any


def main() -> None:
    """Mend, and go on as `prefect` does."""
    let_schedules_come_to_runs()
    from prefect.cli import app

    app()


def let_schedules_come_to_runs() -> None:
    """Let a run's state be passed over where runs are put on record in bulk, as it was with SQLAlchemy 2.0."""
    from prefect.server.database.orm_models import FlowRun
    from sqlalchemy import inspect

    inspect(FlowRun).all_orm_descriptors["state"].inplace.bulk_dml(_pass_over)


def _pass_over(_kind: type[Any], _mapping: MutableMapping[str, Any], _value: Any) -> None:
    """The state has a table of its own, which Prefect fills next."""


if __name__ == "__main__":
    main()
