"""Commands that look after the installation: its doctor, and the warehouse's address, start, stop, migrations, readers."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter
from rich.text import Text

from flows.command_line.options import ATTENTION, FAILED, WELL, Json, answered
from flows.command_line.progress import bar
from flows.printing import STYLES, console, danish_time, grid, print_json, tell
from flows.serving.local_server import prepare_orchestrator, why_silent

if TYPE_CHECKING:
    from tasks.doctor.finding import Finding
    from tasks.upkeep.wrong_clock import TakenBack

warehouse = App(name="warehouse", help="The warehouse itself: address, start, stop, migrations, readers.")


def doctor(*, as_json: Json = False) -> int:
    """Look at settings, warehouse, archive, publisher and Prefect, and at each declared table beside its publisher."""
    prepare_orchestrator(only_to_look=True)
    from tasks.doctor.examine import examine_all
    from tasks.upkeep.catalogue.examine import examine_declarations

    findings = examine_all()
    with bar(shown=not as_json) as moved:
        findings += examine_declarations(findings, told=moved)
    findings.append(_prefect())
    answered([each._asdict() for each in findings], as_json=as_json, shown=lambda: _print_findings(findings))
    verdicts = {finding.verdict for finding in findings}
    return FAILED if "failed" in verdicts else ATTENTION if "attention" in verdicts else WELL


def _print_findings(findings: Sequence[Finding]) -> None:
    lines = grid("part", "finding", "says", "next step")
    for finding in findings:
        lines.add_row(finding.part, Text(finding.verdict, STYLES[finding.verdict]), finding.says, finding.next_step)
    console().print(lines)


def _prefect() -> Finding:
    """Prefect: its version, and whether the server answers where one is configured."""
    import prefect
    from prefect.settings import get_current_settings

    from tasks.doctor.finding import Finding

    api = get_current_settings().api.url
    if not api:
        return Finding("prefect", "well", f"Prefect {prefect.__version__}, a server of its own for each run")
    trouble = why_silent(api)
    if trouble is None:
        return Finding("prefect", "well", f"Prefect {prefect.__version__}, {api}")
    step = "start that server (jobindsats serve, or its own service), or take PREFECT_API_URL away"
    return Finding("prefect", "failed", f"Prefect's server at {api} does not answer: {trouble}", step)


@warehouse.command
def url() -> int:
    """Print the warehouse's address; the embedded server is started if need be."""
    from tasks.upkeep.administration import address

    sys.stdout.write(address() + "\n")
    return WELL


@warehouse.command
def up(
    *,
    port: Annotated[
        int | None, Parameter(help="Listen at this port of 127.0.0.1 too, with a password, from now on; 0: no longer.")
    ] = None,
) -> int:
    """Start the embedded server, and bring the schema up to date."""
    from tasks.upkeep import administration

    if port is not None:
        administration.listen(port)
    revision = administration.migrate()
    console().print(f"The warehouse is up, schema {revision}: {administration.address_without_password()}")
    if why := administration.unheard():
        tell(why)
        return ATTENTION
    return WELL


@warehouse.command
def down() -> int:
    """Stop the embedded server; nothing is lost."""
    from tasks.upkeep.administration import stop

    console().print(stop())
    return WELL


@warehouse.command
def migrate() -> int:
    """Bring the schema, the areas and the catalogue up to date, and say what the server lacks for a night."""
    from tasks.upkeep import administration

    console().print(f"The schema is at revision {administration.migrate()}")
    lacking = administration.lacking()
    for sentence in lacking:
        console().print(Text(sentence))
    return ATTENTION if lacking else WELL


@warehouse.command
def reader(
    *,
    login: Annotated[str | None, Parameter(help="Make this account too, or take it, for a dashboard.")] = None,
    new_password: Annotated[bool, Parameter(negative="", help="Give that account another password.")] = False,
    as_json: Json = False,
) -> int:
    """Make the role dashboard_reader, which may read the marts and nothing else, or renew what it may."""
    from tasks.upkeep.administration import give_readers

    given = give_readers(login, renew_password=new_password)
    if as_json:
        print_json(given)
    else:
        for sentence in [*given["done"], *given["remarks"], *(f"Next: {step}" for step in given["next"])]:
            console().print(Text(sentence))
    return ATTENTION if given["remarks"] else WELL  # a remark is what only somebody else can do


@warehouse.command
def redate(
    *,
    reason: Annotated[str, Parameter(help="What was wrong with the clock; it stays on record.")],
    by: Annotated[str | None, Parameter(help="Who says so; the system's user where nobody is named.")] = None,
    as_json: Json = False,
) -> int:
    """Take back what a wrong clock did: what it dated after now counts from now on, and stands on record with the reason."""
    from tasks.resources import ready

    with ready() as resources:
        prepare_orchestrator()
        from tasks.upkeep.wrong_clock import take_back

        done = take_back(resources, reason=reason, by=by or getpass.getuser())
    return answered(asdict(done), as_json=as_json, shown=lambda: _print_taken_back(done))


def _print_taken_back(done: TakenBack) -> None:
    for each in done.vintages:
        said = f"{each.table_id}: the vintage seen at {danish_time(each.before)} by the wrong clock counts from now on"
        console().print(Text(said))
    if not done.vintages:
        said = f"No vintage is dated after {danish_time(done.now)}: if that is not the time, correct the machine's clock first"
        console().print(Text(said))


@warehouse.command
def limits(*, as_json: Json = False) -> int:
    """Put back what readers' accounts may take of the server, and end what one began more than five minutes ago."""
    from tasks.upkeep.administration import limit_readers

    found = limit_readers()
    if as_json:
        print_json(found)
    else:
        ended = [f"Ended: {who}" for who in found["ended"]]
        for sentence in [*ended, *found["lacking"]]:
            console().print(Text(sentence))
        console().print("What a reader began may last 5 minutes; the rest of the limits is in docs/operations.md")
    return ATTENTION if found["lacking"] else WELL
