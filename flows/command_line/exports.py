"""The command that writes files for one's own desk: marts and tables, workbooks and charts of municipalities."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter

from flows.command_line.options import OWN, Json, answered, wrong_use
from flows.command_line.progress import bar
from flows.printing import console, grid, number

FORMS = ("parquet", "csv", "xlsx")
_REMOVED_SHOWN = 4


def export(
    *,
    to: Annotated[Path, Parameter(help="The folder: new, empty, or of an earlier export, which is replaced.")],
    form: Annotated[
        Literal["parquet", "csv", "xlsx"] | None,
        Parameter(name="--format", help="For programs (parquet, the default), for exchange, for people."),
    ] = None,
    international: Annotated[
        bool, Parameter(negative="--danish", help="CSV with commas and decimal points, or as Danish Excel reads it.")
    ] = False,
    areas: Annotated[
        list[str] | None, Parameter(name="--area", negative="", help="Only rows of this area; may be given again.")
    ] = None,
    period: Annotated[
        str | None, Parameter(help="Only rows of one period (2026M06), a span (2026M01:2026M06) or years (2025:2026).")
    ] = None,
    benefits: Annotated[
        list[str] | None,
        Parameter(name="--benefit", negative="", help="Only rows of this benefit, by id or name; may be given again."),
    ] = None,
    marts: Annotated[
        list[str] | None, Parameter(name="--mart", negative="", help="Only this mart; may be given again.")
    ] = None,
    tables: Annotated[
        list[str] | None,
        Parameter(
            name="--table", negative="", help="Only what stands of this table, by id or title; may be given again."
        ),
    ] = None,
    workbook: Annotated[
        bool, Parameter(negative="", help=f"An Excel workbook of the municipality, with its charts; {OWN}.")
    ] = False,
    charts: Annotated[
        bool, Parameter(negative="", help=f"The municipality's charts as SVG and PNG, each with its CSV; {OWN}.")
    ] = False,
    as_json: Json = False,
) -> int:
    """Write the marts, or any table, as files, all of one state of the warehouse, with a manifest of what they are."""
    if to.suffix.removeprefix(".") in (*FORMS, "zip") and not to.is_dir():
        return wrong_use(_name_a_folder(to, form=form or "parquet"))
    if not workbook and not charts:
        chosen = "csv international" if form == "csv" and international else form or "parquet"
        narrowed = {"areas": areas or [], "period": period, "benefits": benefits or []}
        manifest = _exported(
            to, form=chosen, marts=marts or [], tables=tables or [], narrowed=narrowed, shown=not as_json
        )
        return answered(manifest, as_json=as_json, shown=lambda: _print_exported(manifest, to=to))
    written = ("xlsx",) * workbook + ("csv",) * charts
    if wrong := _wrong_workbook(form, written=written, others=[*(marts or []), *(tables or []), *(benefits or [])]):
        return wrong_use(wrong)
    manifest = _of_municipalities(
        areas, to=to, period=period, forms={"workbook": workbook, "charts": charts, "danish": not international}
    )
    return answered(manifest, as_json=as_json, shown=lambda: _print_files(manifest, to=to))


def _exported(
    to: Path, *, form: str, marts: Sequence[str], tables: Sequence[str], narrowed: dict[str, Any], shown: bool
) -> dict[str, Any]:
    """Write marts and tables, narrowed to what is asked for; gives the manifest."""
    from tasks.exports.export import export as write_marts
    from tasks.exports.export import marts_named, narrow, tables_named
    from tasks.resources import ready
    from warehouse.reading import require_published

    wanted = marts_named(marts) if marts or not tables else []
    with ready() as resources, bar(shown=shown) as moved:
        with resources.engine.connect() as connection:
            require_published(connection)
            wanted += tables_named(connection, tables)
        wanted = narrow(wanted, named=bool(marts or tables), **narrowed)
        return write_marts(resources.engine, to=to, form=form, marts=wanted, now=resources.clock(), told=moved)


def _wrong_workbook(form: str | None, *, written: Sequence[str], others: Sequence[str]) -> str | None:
    """Why a municipality's workbook or charts cannot be had so; None where they can."""
    if others:
        return (
            "--workbook and --charts have their own tables: leave --mart, --table and --benefit out; to draw any table "
            "yourself, see docs/adding-a-table.md"
        )
    if form is not None and form not in written:
        return f"--format {form} is not what is written: leave it out; --workbook is Excel's, --charts are SVG, PNG and CSV"
    return None


def _of_municipalities(
    areas: Sequence[str] | None, *, to: Path, period: str | None, forms: dict[str, bool]
) -> dict[str, Any]:
    """Write workbooks or charts of municipalities; gives the manifest."""
    from tasks.exports.municipality.write import export_municipalities
    from tasks.resources import own_or, ready, today
    from warehouse.reading import require_published

    named = areas or [own_or(None)]
    with ready() as resources:
        with resources.engine.connect() as connection:
            require_published(connection)
        day = today(resources)
        return export_municipalities(
            resources.engine, named, to=to, period=period, now=resources.clock(), today=day, **forms
        )


def _print_files(manifest: dict[str, Any], *, to: Path) -> None:
    for file in manifest["files"]:
        console().print(
            f"{file['municipality']}: {to / file['file']} ({number(-(-file['bytes'] // 1000))} kB)", soft_wrap=True
        )


def _name_a_folder(file: Path, *, form: str) -> str:
    meant = file.suffix.removeprefix(".") if file.suffix.removeprefix(".") in FORMS else form
    return f"--to {file}: an export is a folder of files, so name one: --to {file.with_suffix('')} --format {meant}"


def _print_exported(manifest: dict[str, Any], *, to: Path) -> None:
    lines = grid("mart or table", ">rows")
    for mart, rows in manifest["marts"].items():
        lines.add_row(mart, number(rows))
    console().print(lines)
    console().print(f"Written to {to}, as the warehouse stands with vintage {manifest['newest_vintage']}")
    if removed := manifest.get("removed"):
        some = ", ".join(removed[:_REMOVED_SHOWN]) + (", ..." if len(removed) > _REMOVED_SHOWN else "")
        console().print(f"The earlier export in {to} is gone: {some}. Name another folder to keep both")
