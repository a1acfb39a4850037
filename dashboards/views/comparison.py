"""The comparison: a benefit over time in several municipalities, in persons, indexed or as shares, and all benefits' shares."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards import charts, compared, courses, order, shown
from dashboards.marts import COUNTRY, Rows
from dashboards.views import desk as parts
from dashboards.views.desk import Desk
from warehouse.danish import places
from warehouse.danish import writing as written

MEASURES = {"andel": "Andel af arbejdsstyrken", "indeks": "Indeks", "antal": "Antal"}
BENEFITS = {name: name for name in (shown.ALL, *order.BENEFITS)}
_TITLES = {"andel": "pct. af arbejdsstyrken", "indeks": "indeks", "antal": "fuldtidspersoner"}


def page(desk: Desk) -> None:
    """Draw the comparison."""
    if not desk.neighbours:
        st.info("Vælg kommuner i feltet »Sammenlign med« ovenfor. Indtil da vises kommunen ved siden af hele landet.")
    left, right = st.columns(2)
    with left:
        benefit = desk.choices.one("ydelse", st.selectbox, "Ydelse")
    offered = {code: name for code, name in MEASURES.items() if code != "andel" or benefit != shown.ALL}
    with right:
        measure = desk.choices.one("maal", st.radio, "Vis som", options=offered, horizontal=True)
    areas = [code for code in shown.compared_with(desk.area, desk.neighbours) if measure != "antal" or code != COUNTRY]
    held = {code: desk.marts.recipients(code, as_of=desk.as_of) for code in areas}
    breaks = shown.breaks_of(desk.marts.breaks(), group=benefit)
    drawn = _courses(desk, held, benefit=benefit, measure=measure, breaks=breaks)
    st.header(f"{benefit}: {MEASURES[measure].lower()} over tid")
    _chart(desk, drawn, benefit=benefit, measure=measure)
    parts.caveats(breaks, within=[row["period_first_day"] for rows in held.values() for row in rows])
    _shares(desk)
    parts.sources(desk, sorted({row["table_id"] for rows in held.values() for row in rows}))


def _courses(desk: Desk, held: dict[str, Rows], *, benefit: str, measure: str, breaks: Rows) -> dict[str, Rows]:
    newest = desk.marts.provisional(as_of=desk.as_of)
    if measure == "andel":
        return {
            desk.called(code): courses.of_shares(rows, group=benefit, breaks=breaks, newest=newest)
            for code, rows in held.items()
        }
    totals = {code: desk.marts.totals(code, as_of=desk.as_of) if benefit == shown.ALL else [] for code in held}
    return {
        desk.called(code): courses.course(
            rows, totals=totals[code], group=benefit, revised=[], breaks=breaks, newest=newest
        )
        for code, rows in held.items()
    }


def _chart(desk: Desk, found: dict[str, Rows], *, benefit: str, measure: str) -> None:
    title, write, decimals = _TITLES[measure], _write(measure), {"andel": 1, "indeks": 0, "antal": 0}[measure]
    if measure == "indeks":
        stretch = compared.newest_stretch(found)
        base = compared.base_month(stretch)
        if base is None:
            st.info("Der er ingen måned, som alle har et tal for, så et indeks kan ikke beregnes.")
            return
        found = compared.indexed(stretch, base=base)
        title = f"indeks, {base[5:7]}-{base[:4]} = 100"
    drawn = compared.drawn(found)
    if not drawn:
        st.info(f"Der er intet at tegne for {benefit}: tallene er skjult, for få eller mangler.")
        return
    st.altair_chart(charts.compared(drawn, title=title, decimals=decimals), width="stretch")
    notes = [compared.not_drawn(found), "En åben prik er en foreløbig måned. Aksen begynder ikke ved nul."]
    notes += ["Hele landet er ikke med: dets antal ville trykke de andre sammen."] if measure == "antal" else []
    st.caption(" ".join(filter(None, notes)))
    parts.table(compared.newest_months(found, write=write), caption=f"{benefit}, {title}: de seneste måneder")
    parts.download(
        compared.as_rows(found, measure=title, benefit=benefit), desk=desk, name=f"sammenligning-{measure}-{desk.name}"
    )


def _write(measure: str) -> Any:
    """How a number of a measure is printed."""
    if measure == "andel":
        return written.per_cent
    return lambda value: written.number(value, decimals=1 if measure == "indeks" else 0)


def _shares(desk: Desk) -> None:
    month = desk.month()
    st.header("Andel af arbejdsstyrken, alle ydelser")
    codes = shown.compared_with(desk.area, desk.neighbours)
    rows = desk.marts.shares(codes, month=month, as_of=desk.as_of) if month else []
    if not rows or month is None:
        st.info("Der er ingen andele at vise.")
        return
    named = [row | {"area_name": places.alone(row["area_name"])} for row in rows]
    parts.table(
        shown.shares(named), caption=f"Andel af arbejdsstyrken i {written.MONTHS[month.month - 1]} {month.year}"
    )
