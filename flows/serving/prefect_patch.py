"""Prefect's own command line, with one mend to its server: `python -m flows.serving.prefect_patch server start`.

Prefect 3.8.8 puts the runs of a schedule on record with their state beside the columns. SQLAlchemy 2.0 passes over what
is no column. SQLAlchemy 2.1 asks the attribute how it is written in bulk, and `FlowRun.state` does not say: each time the
scheduler fails, and no schedule ever comes to a run (seen with 2.1.9 in November 2026; only the server's log tells). A
test says when Prefect has mended it, and this module can go.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from sqlalchemy.ext.hybrid import hybrid_property


def main() -> None:
    """Mend, and go on as `prefect` does."""
    let_schedules_come_to_runs()
    from prefect.cli import app

    app()


def let_schedules_come_to_runs() -> None:
    """Let a run's state be passed over where runs are put on record in bulk, as it was with SQLAlchemy 2.0."""
    state_of_runs().inplace.bulk_dml(_pass_over)


def state_of_runs() -> hybrid_property[Any]:
    """The attribute of Prefect's server that does not say how it is written in bulk."""
    from prefect.server.database.orm_models import FlowRun
    from sqlalchemy import inspect

    return cast("hybrid_property[Any]", inspect(FlowRun).all_orm_descriptors["state"])


def _pass_over(cls: Any, mapping: MutableMapping[str, Any], value: Any) -> None:
    """The state has a table of its own, which Prefect fills next."""


if __name__ == "__main__":
    main()
