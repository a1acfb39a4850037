"""Prefect's own command line, its server corrected and guarded: `python -m flows.serving.prefect_patch server start`.

The server answers this machine's own names and those in SERVED_AS (`prefect,figures.example`), and pages of its own origin: a
page of the web whose name leads to it, or that is open in a browser beside it, could ask it otherwise.

Prefect 3.8.8 inserts the runs of a schedule in bulk, with their state among the columns. SQLAlchemy 2.0 ignored what is
no column. SQLAlchemy 2.1 asks the attribute how it is written in bulk, and `FlowRun.state` does not say: the scheduler
fails each time, and no scheduled run is ever created (seen with 2.1.9 in November 2026; only the server's log tells). A
test fails when Prefect has corrected it; then this module can be deleted.
"""

from __future__ import annotations

import os
import sys
from collections.abc import MutableMapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from fastapi import FastAPI
    from sqlalchemy.ext.hybrid import hybrid_property


OWN_NAMES = ("127.0.0.1", "localhost")
PORT = "4200"


def main() -> None:
    """Correct and guard the server, and go on as `prefect` does."""
    port = dict(pairwise(sys.argv)).get("--port", PORT)
    origins = ",".join(f"http://{name}:{port}" for name in _names())
    os.environ.setdefault("PREFECT_SERVER_CORS_ALLOWED_ORIGINS", origins)
    ignore_state_in_bulk_inserts()
    from prefect.server.api import server

    made = server.create_app
    server.create_app = lambda *given, **named: guarded(made(*given, **named))
    from prefect.cli import app

    app()


def _names() -> tuple[str, ...]:
    """The names that the server answers to."""
    others = (name.strip() for name in os.environ.get("SERVED_AS", "").split(","))
    return (*OWN_NAMES, *filter(None, others))


def create_guarded_app() -> FastAPI:
    """Prefect's server for this machine's own names, as uvicorn starts it."""
    from prefect.server.api.server import create_app

    return guarded(create_app())


def guarded(app: FastAPI) -> FastAPI:
    """A server that answers its own names and those in SERVED_AS, and no other."""
    from starlette.middleware.trustedhost import TrustedHostMiddleware

    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(_names()), www_redirect=False)
    return app


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
