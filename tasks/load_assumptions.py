"""Load the assumptions that are shipped, and a municipality's own, before a night's work."""

from __future__ import annotations

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE
from sqlalchemy.exc import DBAPIError

from tasks.archive.receipts import require_whole
from tasks.archive.store import ArchiveTrouble
from tasks.resources import RETRIES, Resources, open_resources
from tasks.runs.states import problem
from tasks.stoppages import Refused
from warehouse.assumptions.model import Assumption, AssumptionError, merged, read_assumptions, shipped
from warehouse.assumptions.record import record
from warehouse.errors import ClockRunsBackwards, went_away
from warehouse.formats.plain_file import FileUnfit, read_named
from warehouse.formats.yaml_files import LARGEST_FILE
from warehouse.settings import Settings


@task(name="load assumptions", task_run_name="load assumptions", cache_policy=NO_CACHE, **RETRIES)
def load_assumptions() -> str:
    """Put on record what is declared now; gives why that failed, in which case figures use what was on record before.

    A file that cannot be read never costs a night: the publisher keeps its newest version only.
    """
    with open_resources() as resources:
        try:
            put_assumptions_on_record(resources)
        except (AssumptionError, ClockRunsBackwards) as error:
            return problem(f"the assumptions file was not loaded; figures still use the previous assumptions: {error}")
        except DBAPIError as error:
            if went_away(error):
                raise
            return problem(
                "the assumptions file was not loaded; figures still use the previous assumptions: "
                f"the warehouse refused an assumption: {error.orig}"
            )
        except (Refused, ArchiveTrouble) as lost:
            get_run_logger().warning("assumptions were not put on record: %s", lost)  # each table's outcome says so too
    return ""


def put_assumptions_on_record(resources: Resources) -> None:
    """Make what is declared now what stands; the same declaration twice writes nothing.

    Raises AssumptionError, ClockRunsBackwards, ArchiveTrouble, and Refused where warehouse and archive do not belong together.
    """
    declared = merged(shipped(), own_assumptions(resources.settings))
    with resources.archive.one_writer(), resources.engine.begin() as connection:
        require_whole(connection, archive=resources.archive)
        record(connection, declared, now=resources.clock())


def own_assumptions(settings: Settings) -> tuple[Assumption, ...]:
    """Those of the file that JOBINDSATS_ASSUMPTIONS names; raises AssumptionError."""
    path = settings.assumptions
    if path is None:
        return ()
    try:
        written = read_named(path, most_characters=LARGEST_FILE).decode()
    except (FileUnfit, OSError, UnicodeDecodeError) as error:
        raise AssumptionError(f"JOBINDSATS_ASSUMPTIONS names {path}, which cannot be read: {error}") from error
    return read_assumptions(written, name=path.name)
