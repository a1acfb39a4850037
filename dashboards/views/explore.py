"""Any table that is loaded: adopted ones and the municipality's own among them, with every measure and member."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from dashboards import charts, downloads, explored
from dashboards.marts import Rows
from dashboards.views import desk as parts
from dashboards.views.desk import Desk
from warehouse.danish import writing as written

CHOSEN = "kommunen"


def page(desk: Desk, *, publishers: Mapping[str, str]) -> None:
    """Draw a table. `publishers` are those of the tables."""
    areas = _areas(desk)
    left, right = st.columns([3, 2])
    with left:
        table_id = desk.choices.one("tabel", st.selectbox, "Tabel")
    with right:
        area = desk.choices.one("omraade", st.selectbox, "Område", options=areas)
    found = desk.marts.observations(table_id, desk.area if area == CHOSEN else area, as_of=desk.as_of)
    rows = explored.without_shares_of_hidden(found)
    st.header(desk.choices.named("tabel", table_id))
    source = downloads.SOURCES.get(publishers[table_id], publishers[table_id])
    st.caption(f"Kilde: {desk.credited(source)}.")
    if not rows:
        st.info(
            f"Tabellen har ingen tal for {areas[area]}, som de var kendt {written.day(desk.day)}. Vælg et andet område: "
            "nogle tabeller har kun hele landet eller regionerne."
        )
        parts.sources(desk, [table_id])
        return
    _shown(desk, rows, table_id=table_id, source=source)
    parts.sources(desk, [table_id])


def _areas(desk: Desk) -> dict[str, str]:
    """The municipality first, whichever is chosen, then the country and every other area."""
    return {CHOSEN: f"{desk.name} (valgt ovenfor)"} | {row["area_code"]: row["area_name"] for row in desk.marts.areas()}


def _shown(desk: Desk, rows: Rows, *, table_id: str, source: str) -> None:
    members, measures = explored.members(rows), {row["label"]: row["label"] for row in rows}
    left, right = st.columns([3, 2])
    with left:
        member = desk.choices.one("opdeling", st.selectbox, "Opdeling", options=members)
    with right:
        measure = desk.choices.one("maaling", st.selectbox, "Vis i kurven", options=measures)
    of = [row for row in rows if (row["member"] or explored.TOTAL) == member]
    _chart([row for row in of if row["label"] == measure], member=member, measure=measure)
    parts.table(explored.newest(of), caption=f"{member}: de seneste perioder")
    units = {row["label"]: explored.unit(row) for row in rows}
    st.caption("Enheder: " + "; ".join(f"{label}: {unit}" for label, unit in units.items()) + ".")
    for caveat in dict.fromkeys(row["series_break_caveat"] for row in of if row["series_break_caveat"]):
        st.caption(caveat)
    parts.download(explored.as_rows(rows), desk=desk, name=table_id, source=source)


def _chart(rows: Rows, *, member: str, measure: str) -> None:
    points = explored.course(rows)
    if sum(point["value"] is not None for point in points) < 2:
        st.info(f"Der er for få tal til en kurve over {measure.lower()} for {member}.")
        return
    st.altair_chart(charts.explored(points, title=explored.unit(rows[0])), width="stretch")
