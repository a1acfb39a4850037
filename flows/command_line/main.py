"""The command line. Heavy libraries are imported inside commands, so that `--help` answers at once.

Exit status: 0 well, 1 failed, 2 wrong use, 3 something was quarantined or late.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, CycloptsError, Parameter

from flows.command_line.groups import Json, archive_app, quarantine_app, warehouse_app


def _version() -> str:
    from importlib.metadata import version

    return version("jobindsats-warehouse")


app = App(
    name="jobindsats",
    help="Danish municipal labour-market figures: fetched nightly, checked, every version kept.",
    version=_version,
    help_format="plaintext",  # its markdown costs a tenth of a second to import
    result_action="return_value",
    suppress_keyboard_interrupt=False,  # we say what stands, and end with a status of ours
)

for group in (warehouse_app, quarantine_app, archive_app):
    app.command(group)

WELL, FAILED, WRONG_USE, ATTENTION = 0, 1, 2, 3


@app.command
def nightly(
    *,
    table: Annotated[list[str] | None, Parameter(negative="", help="Only this table; may be given again.")] = None,
    json: Json = False,
) -> int:
    """Run one night now: fetch what is new, check it, publish it, derive the marts."""
    from flows.command_line.runs import run_nightly

    return run_nightly(table, as_json=json)


@app.command
def serve(
    *,
    port: Annotated[
        int, Parameter(help="Where the interface answers on this machine; 0: any port that is free.")
    ] = 4200,
) -> int:
    """Serve the deployments on this machine until Ctrl-C: Prefect's server with its interface, and a worker."""
    from flows.serving.serve import serve as serve_deployments

    return serve_deployments(port)


@app.command
def backfill(
    *,
    first: Annotated[
        str | None, Parameter(name="--from", help="The first period: 2019M01, 2019Q1 or 2019, whatever a table has.")
    ] = None,
    last: Annotated[str | None, Parameter(name="--to", help="The last period, itself included.")] = None,
    table: Annotated[list[str] | None, Parameter(negative="", help="Only this table; may be given again.")] = None,
    plan: Annotated[bool, Parameter(negative="", help="Show calls, cells and time; fetch nothing.")] = False,
    resume: Annotated[int | None, Parameter(help="Go on with this backfill.")] = None,
    workers: Annotated[int, Parameter(help="So many processes on this machine.")] = 1,
    dask: Annotated[
        str | None,
        Parameter(
            help="On the Dask cluster with this scheduler (tcp://host:8786); local: of --workers processes here."
        ),
    ] = None,
    json: Json = False,
) -> int:
    """Fill years backwards: partition by partition, beside the nights and giving way to them."""
    from flows.command_line.backfill import run_backfill, show_plan

    if plan:
        return show_plan(first, last, tables=table or [], as_json=json)
    return run_backfill(first, last, tables=table or [], resume=resume, workers=workers, dask=dask, as_json=json)


@app.command
def replay(
    *,
    warehouse: Annotated[
        str | None, Parameter(help="Rebuild in this database (empty, or a replay that was broken off).")
    ] = None,
    verify: Annotated[bool, Parameter(negative="", help="Hold the result against the configured warehouse.")] = False,
    json: Json = False,
) -> int:
    """Rebuild a warehouse from the archive alone, without the publisher; or prove that it could be."""
    from flows.command_line.runs import run_replay

    return run_replay(warehouse, verify=verify, as_json=json)


@app.command
def status(*, json: Json = False) -> int:
    """Say of each table what the warehouse holds and whether it is fresh."""
    from flows.command_line.show import show_status

    return show_status(as_json=json)


@app.command
def show(
    table: str,
    /,
    *,
    area: Annotated[str, Parameter(help="Name or code of a municipality, or 'Hele landet'.")],
    period: Annotated[str | None, Parameter(help="One period (2026M06) or a span (2026M01:2026M06).")] = None,
    measure: Annotated[str | None, Parameter(help="Only this measure, by our name or the publisher's label.")] = None,
    where: Annotated[
        list[str] | None, Parameter(negative="", help="Only this member: LABEL=VALUE; may be given again.")
    ] = None,
    as_of: Annotated[str | None, Parameter(help="As it was known then: a date (end of day) or a time.")] = None,
    json: Json = False,
) -> int:
    """Show observations of one table and area, as they stand or as they were known on a day."""
    from flows.command_line.show import show_observations

    return show_observations(
        table, area=area, period=period, measure=measure, where=where or [], as_of=as_of, as_json=json
    )


@app.command
def revisions(
    table: str,
    /,
    *,
    area: Annotated[str | None, Parameter(help="Only this area.")] = None,
    since: Annotated[str | None, Parameter(help="Only what was seen from this date or time on.")] = None,
    json: Json = False,
) -> int:
    """Show what the publisher changed after it was first published."""
    from flows.command_line.show import show_revisions

    return show_revisions(table, area=area, since=since, as_json=json)


@app.command
def figures(*, json: Json = False) -> int:
    """List the derived figures: formula, unit, and what each reads."""
    from flows.command_line.figures import list_figures

    return list_figures(as_json=json)


@app.command
def figure(
    name: str,
    /,
    *,
    area: Annotated[str, Parameter(help="Name or code of a municipality, or 'Hele landet'.")],
    period: Annotated[str | None, Parameter(help="One period; the newest where none is named.")] = None,
    item: Annotated[str | None, Parameter(help="Only this benefit, offer, outcome or line; 'all' for each.")] = None,
    as_of: Annotated[str | None, Parameter(help="As it was known then: a date (end of day) or a time.")] = None,
    json: Json = False,
) -> int:
    """Show a derived figure for an area, with its bounds, assumptions and vintages."""
    from flows.command_line.figures import show_figure

    return show_figure(name, area=area, period=period, item=item, as_of=as_of, as_json=json)


@app.command
def explain(
    name: Annotated[str, Parameter(name="FIGURE")],
    /,
    *,
    area: Annotated[str, Parameter(help="Name or code of a municipality, or 'Hele landet'.")],
    period: Annotated[str, Parameter(help="One period.")],
    item: Annotated[str | None, Parameter(help="Only this benefit, offer, outcome or line; 'all' for each.")] = None,
    as_of: Annotated[str | None, Parameter(help="As it was known then: a date (end of day) or a time.")] = None,
    json: Json = False,
) -> int:
    """Take a figure apart: formula, inputs with their vintages, assumptions, down to the archived bytes' hashes."""
    from flows.command_line.figures import explain_figure

    return explain_figure(name, area=area, period=period, item=item, as_of=as_of, as_json=json)


@app.command
def briefing(
    *,
    out: Annotated[Path, Parameter(help="The file to write; with --all, the folder.")],
    area: Annotated[str | None, Parameter(help="Name or code of a municipality.")] = None,
    everything: Annotated[bool, Parameter(name="--all", negative="", help="All 98, a file each.")] = False,
    neighbours: Annotated[
        list[str] | None, Parameter(negative="", help="A municipality to hold it against; may be given again.")
    ] = None,
    as_of: Annotated[str | None, Parameter(help="As it was known then: a date (end of day) or a time.")] = None,
    since: Annotated[
        str | None,
        Parameter(help="When the briefing before was made; a month before the newest counts where not said."),
    ] = None,
    json: Json = False,
) -> int:
    """Write the committee's appendix of a municipality, or of all: one HTML file, charts inside."""
    from flows.command_line.briefing import write_briefings

    return write_briefings(
        area,
        everywhere=everything,
        out=out,
        neighbours=neighbours or [],
        as_of=as_of,
        since=since,
        as_json=json,
    )


@app.command
def claims(file: Annotated[Path, Parameter(name="FILE")], /, *, json: Json = False) -> int:
    """Hold the numbers of a paper, written down in a YAML file, against the warehouse."""
    from flows.command_line.claims import check_claims

    return check_claims(file, as_json=json)


@app.command
def doctor(*, json: Json = False) -> int:
    """Look at token, publisher, warehouse, archive, Prefect and disk: what is wrong, and the next step."""
    from flows.command_line.administration import examine

    return examine(as_json=json)


@app.command
def export(
    *,
    to: Annotated[Path, Parameter(help="The folder: new, empty, or of an earlier export, which is replaced.")],
    form: Annotated[
        Literal["parquet", "csv", "xlsx"], Parameter(name="--format", help="For programs, for exchange, for people.")
    ] = "parquet",
    international: Annotated[
        bool, Parameter(negative="--danish", help="CSV with commas and decimal points, or as Danish Excel reads it.")
    ] = False,
    mart: Annotated[list[str] | None, Parameter(negative="", help="Only this mart; may be given again.")] = None,
    json: Json = False,
) -> int:
    """Write the marts as files, all of one state of the warehouse, with a manifest of what they are."""
    from flows.command_line.outputs import run_export

    chosen = "csv international" if form == "csv" and international else form
    return run_export(to, form=chosen, marts=mart or [], as_json=json)


@app.command
def dictionary(
    *,
    form: Annotated[
        Literal["md", "xlsx"], Parameter(name="--format", help="A page of Markdown, or a workbook to print.")
    ] = "md",
    language: Annotated[Literal["da", "en"], Parameter(help="Danish or English.")] = "da",
    out: Annotated[Path | None, Parameter(help="The file to write; standard output where none is named.")] = None,
) -> int:
    """Print the data dictionary: every mart and column with its meaning, type and unit."""
    from flows.command_line.outputs import show_dictionary

    return show_dictionary(form=form, language=language, out=out)


def main() -> None:
    """The entry of `jobindsats`."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Carry out one command line and give its exit status; what went wrong is one sentence on standard error."""
    try:
        status = app(arguments, exit_on_error=False)
    except CycloptsError:
        return WRONG_USE  # cyclopts has printed what is wrong
    except KeyboardInterrupt:
        print("stopped; what was published stands, and the next run goes on from there", file=sys.stderr)  # noqa: T201
        return FAILED
    except Exception as error:  # noqa: BLE001  # whatever it is, a person gets one sentence
        from flows.command_line.administration import explain_trouble

        return explain_trouble(error)
    return status if isinstance(status, int) else WELL


if __name__ == "__main__":
    main()
