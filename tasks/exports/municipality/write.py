"""Write the workbooks and the charts of municipalities into an export's folder, all of one state of the warehouse."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from tasks.briefing.neighbours import municipality
from tasks.exports.datapackage import package
from tasks.exports.export import manifest_of
from tasks.exports.files import ExportRefused
from tasks.exports.folder import Document, entry, replaced
from tasks.exports.municipality import descriptor
from tasks.exports.municipality.held import Held, read
from tasks.exports.municipality.months import Months
from tasks.exports.municipality.pictures import write_pictures
from tasks.exports.municipality.workbook import write_workbook
from warehouse.danish import writing
from warehouse.danish.clock import danish_day, in_denmark
from warehouse.danish.places import official
from warehouse.danish.reservations import REHEARSED
from warehouse.marts.narrowed import narrowing
from warehouse.marts.rows import State, one_state, state_of

Files = Iterator[tuple[Document, list[Document]]]


def export_municipalities(
    engine: Engine,
    names: Sequence[str],
    *,
    to: Path,
    period: str | None,
    now: datetime,
    today: date,
    workbook: bool,
    charts: bool,
    danish: bool = True,
) -> Document:
    """Write the workbook, the charts or both of each municipality, as `herlev.xlsx` and in a folder `herlev`; the manifest.

    `period` narrows both to a span of time. Raises AreaUnknown, QuestionError and ExportRefused.
    """
    areas = list(dict.fromkeys(map(municipality, names)))
    span = narrowing(period=period).span

    with one_state(engine) as connection:
        state, held = state_of(connection), read(connection, areas, span=span, today=today)
    _require_months(held, period=period)

    def write(folder: Path) -> tuple[Document, Document]:
        forms = [partial(_workbook, state=state, now=now)] if workbook else []
        forms += [partial(_charts, state=state, danish=danish)] if charts else []
        written = [found for each in held for form in forms for found in form(Months(each), folder=folder)]
        manifest = manifest_of(state, form=_form(workbook=workbook, charts=charts), now=now)
        manifest |= {"period": period} if period else {}
        manifest |= {"municipalities": [area.name for area in areas], "files": [file for file, _ in written]}
        described = [resource for _, of_file in written for resource in of_file]
        sources = [credit for each in held for table, credit in each.credits.items() if table in each.used]
        return manifest, package(manifest, sources=sources, resources=described)

    return replaced(to, write=write)


def _form(*, workbook: bool, charts: bool) -> str:
    return " and ".join([*(["workbook"] if workbook else []), *(["charts"] if charts else [])])


def _require_months(held: Sequence[Held], *, period: str | None) -> None:
    lacking = [each.area.name for each in held if not Months(each).all]
    if lacking:
        when = f" in {period}" if period else ""
        raise ExportRefused(
            f"no benefit's counts of {lacking[0]} are held{when}: ask for another period or municipality"
        )


def _workbook(months: Months, *, folder: Path, state: State, now: datetime) -> Files:
    file = folder / f"{months.area.name.lower()}.xlsx"
    tables = write_workbook(file, months, about=_about(months, state=state, now=now), now=now)
    said = {"municipality": months.area.name} | entry(file, folder=folder)
    yield said, [descriptor.of_sheet(table, file=said, area=months.area) for table in tables]


def _charts(months: Months, *, folder: Path, state: State, danish: bool) -> Files:
    known = danish_day(state.newest_seen_at) if state.newest_seen_at else date.min
    for file, table in write_pictures(folder / months.area.name.lower(), months, known=known, danish=danish):
        said = {"municipality": months.area.name} | entry(file, folder=folder)
        yield said, [descriptor.of_file(said, table=table, area=months.area, danish=danish)]


def _about(months: Months, *, state: State, now: datetime) -> Mapping[str, str]:
    """What a workbook says of itself, in Danish, and when it was made."""
    seen = state.newest_seen_at
    told: dict[str, Any] = {"Øvelse": REHEARSED} if state.rehearsed else {}
    told |= {
        "Kommune": official(months.area.name),
        "Periode": f"{writing.period(months.all[0])} til {writing.period(months.all[-1])}",
        "Tallene, som de stod": f"{in_denmark(seen):%d-%m-%Y %H:%M}" if seen else "",
        "Nyeste udgave": f"nr. {state.newest_vintage} af {state.vintages}",
        "Udarbejdet": f"{in_denmark(now):%d-%m-%Y %H:%M}",
        "Kilde": months.held.credit,
    }
    return {name: str(value) for name, value in told.items()}
