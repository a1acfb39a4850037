"""Where a replay may rebuild, told before anything is begun."""

from __future__ import annotations

from pydantic import SecretStr
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from tasks.resources import require_warehouse
from warehouse.database.scratch import WrongTarget
from warehouse.settings import read_settings


def require_target(warehouse: SecretStr | None, *, verify: bool) -> None:
    """Raise where it can be said, before anything is opened, that there is nothing to rebuild in or to compare with.

    WrongTarget for an address that is no PostgreSQL's, QuestionError for a data folder without a warehouse.
    """
    if verify:
        require_warehouse(read_settings())
    if warehouse is None:
        return
    try:
        backend = make_url(warehouse.get_secret_value()).get_backend_name()
    except ArgumentError:
        backend = "none"
    if backend not in ("postgresql", "postgres"):
        raise WrongTarget("--warehouse takes an address like postgresql://user:password@host/database")
