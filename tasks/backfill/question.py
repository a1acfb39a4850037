"""What may be asked of a backfill, told before anything is begun."""

from __future__ import annotations

from collections.abc import Sequence

from tasks.backfill import ledger
from tasks.backfill.plan import sources_named
from tasks.resources import ready, require_warehouse
from warehouse.danish.asked import read_span
from warehouse.errors import QuestionError
from warehouse.settings import read_settings

NO_SPAN = "a backfill needs --from and --to, or the number of one to --resume"


def require_question(first: str | None, last: str | None, *, tables: Sequence[str], resume: int | None) -> None:
    """Raise what `begin` would for a wrong question, before anything is begun."""
    if resume is not None:
        with ready() as resources, resources.engine.connect() as connection:
            ledger.begun_at(connection, resume)
        return
    if first is None or last is None:
        raise QuestionError(NO_SPAN)
    read_span(first, last)
    sources_named(tables)


def require_plannable(first: str, last: str, *, tables: Sequence[str]) -> None:
    """Raise QuestionError where a plan cannot be made: the question is wrong, or there is no warehouse to plan for."""
    require_question(first, last, tables=tables, resume=None)
    require_warehouse(read_settings())
