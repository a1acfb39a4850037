"""The commands that look after the product itself: doctor, replay, and the warehouse's address, start, stop, migrations."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rich.text import Text

from flows.printing import STYLES, console, grid, print_json
from flows.serving.local_server import prepare_orchestrator, silence_of

if TYPE_CHECKING:
    from tasks.doctor.finding import Finding

WELL, FAILED, WRONG_USE, ATTENTION = 0, 1, 2, 3


def examine(*, as_json: bool) -> int:
    """Every part in turn: what is wrong and the next step."""
    prepare_orchestrator()
    from tasks.doctor.examine import examine_all

    findings = [*examine_all(), _prefect()]
    if as_json:
        print_json([finding._asdict() for finding in findings])
    else:
        lines = grid("part", "finding", "says", "next step")
        for finding in findings:
            lines.add_row(finding.part, Text(finding.verdict, STYLES[finding.verdict]), finding.says, finding.next_step)
        console().print(lines)
    verdicts = {finding.verdict for finding in findings}
    return FAILED if "failed" in verdicts else ATTENTION if "attention" in verdicts else WELL


def _prefect() -> Finding:
    """The orchestrator: which, and whether it answers where it is a server that somebody else keeps."""
    import prefect
    from prefect.settings import get_current_settings

    from tasks.doctor.finding import Finding

    api = get_current_settings().api.url
    if not api:
        return Finding("prefect", "well", f"Prefect {prefect.__version__}, a server of its own for each run")
    trouble = silence_of(api)
    if trouble is None:
        return Finding("prefect", "well", f"Prefect {prefect.__version__}, {api}")
    step = "start that server (jobindsats serve, or its own service), or take PREFECT_API_URL away"
    return Finding("prefect", "failed", f"Prefect's server at {api} does not answer: {trouble}", step)


def warehouse_url() -> int:
    """The address, for a client on this machine."""
    from tasks.upkeep.administration import address

    sys.stdout.write(address() + "\n")
    return WELL


def warehouse_up() -> int:
    """Start and migrate."""
    from tasks.upkeep.administration import address, migrate

    revision = migrate()
    console().print(f"The warehouse is up, schema {revision}: {address()}")
    return WELL


def warehouse_down() -> int:
    """Stop the embedded server."""
    from tasks.upkeep.administration import stop

    console().print(stop())
    return WELL


def warehouse_migrate() -> int:
    """Bring the schema up to date."""
    from tasks.upkeep.administration import migrate

    console().print(f"The schema is at revision {migrate()}")
    return WELL


def warehouse_reader(login: str | None, *, as_json: bool) -> int:
    """Make the readers' role; what only somebody else can do is attention."""
    from tasks.upkeep.administration import give_readers

    given = give_readers(login)
    if as_json:
        print_json(given)
    else:
        for sentence in [*given["done"], *given["remarks"], *(f"Next: {step}" for step in given["next"])]:
            console().print(Text(sentence))
    return ATTENTION if given["remarks"] else WELL


def explain_trouble(error: Exception) -> int:
    """One sentence on standard error, and the exit status: wrong use is told apart from failure."""
    from tasks.upkeep.administration import in_a_sentence, is_wrong_use

    sys.stderr.write(f"jobindsats: {in_a_sentence(error)}\n")
    return WRONG_USE if is_wrong_use(error) else FAILED
