"""Prefect's own command line with one correction to its server: `python -m flows.serving.prefect_patch server start`.

Prefect 3.8.8 inserts the runs of a schedule in bulk, with their state among the columns. SQLAlchemy 2.0 ignored what is
no column. SQLAlchemy 2.1 asks the attribute how it is written in bulk, and `FlowRun.state` does not say: the scheduler
fails each time, and no scheduled run is ever created (seen with 2.1.9 in November 2026; only the server's log tells). A
test fails when Prefect has corrected it; then this module can be deleted.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from sqlalchemy.ext.hybrid import hybrid_property


def main() -> None:
    """Correct the server, and go on as `prefect` does."""
    ignore_state_in_bulk_inserts()
    from prefect.cli import app

    app()


def ignore_state_in_bulk_inserts() -> None:
    """Let a run's state be ignored where runs are inserted in bulk, as it was with SQLAlchemy 2.0."""
    state_of_runs().inplace.bulk_dml(_ignore)


def state_of_runs() -> hybrid_property[Any]:
    """The attribute of Prefect's server that does not say how it is written in bulk."""
    from prefect.server.database.orm_models import FlowRun
    from sqlalchemy import inspect

    return cast("hybrid_property[Any]", inspect(FlowRun).all_orm_descriptors["state"])


def _ignore(cls: Any, mapping: MutableMapping[str, Any], value: Any) -> None:
    """States have a table of their own, which Prefect fills next."""


if __name__ == "__main__":
    main()
