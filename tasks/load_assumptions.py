"""Assume: the assumptions that are shipped, and a municipality's own, are put on record before a night's work."""

from __future__ import annotations

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE
from sqlalchemy.exc import DBAPIError

from tasks.archive.receipts import require_whole
from tasks.resources import AGAIN, Border, crossing
from tasks.stoppages import Refused
from warehouse.assumptions.model import Assumption, AssumptionError, merged, read_assumptions, shipped
from warehouse.assumptions.record import record
from warehouse.errors import went_away
from warehouse.history.vintages import ClockRunsBackwards
from warehouse.settings import Settings


@task(name="assume", cache_policy=NO_CACHE, **AGAIN)
def assume() -> str:
    """Put on record what is declared now; gives what hindered it, and then what stood before stands on.

    A file that cannot be read never costs a night: the publisher keeps its newest version only.
    """
    with crossing() as border:
        try:
            put_assumptions_on_record(border)
        except (AssumptionError, ClockRunsBackwards) as error:
            return f"figures take for granted what they did before, since {error}"
        except DBAPIError as error:
            if went_away(error):
                raise
            return f"figures take for granted what they did before, since the warehouse refused an assumption: {error.orig}"
        except Refused as lost:
            get_run_logger().warning("assumptions were not put on record: %s", lost)  # each table's outcome says so too
    return ""


def put_assumptions_on_record(border: Border) -> None:
    """Make what is declared now what stands; the same declaration twice writes nothing.

    Raises AssumptionError, ClockRunsBackwards, and Refused where the warehouse holds less than its archive.
    """
    declared = merged(shipped(), own_assumptions(border.settings))
    with border.engine.begin() as connection:
        require_whole(connection, archive=border.archive)
        record(connection, declared, now=border.clock())


def own_assumptions(settings: Settings) -> tuple[Assumption, ...]:
    """Those of the file that JOBINDSATS_ASSUMPTIONS names; raises AssumptionError."""
    path = settings.assumptions
    if path is None:
        return ()
    try:
        written = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise AssumptionError(f"JOBINDSATS_ASSUMPTIONS names {path}, which cannot be read: {error}") from error
    return read_assumptions(written, name=path.name)
