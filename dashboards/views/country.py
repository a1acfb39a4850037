"""The map: a benefit in all 98 municipalities, as shares of the workforce or as change over a year, and as a table."""

from __future__ import annotations

from datetime import date

import streamlit as st

from dashboards import markup, municipality_map, order, shown
from dashboards.marts import Rows
from dashboards.views import desk as parts
from dashboards.views.desk import Desk
from warehouse.danish import writing as written

MEASURES = {"andel": "Andel af arbejdsstyrken", "udvikling": "Ændring på et år"}


def page(desk: Desk) -> None:
    """Draw the map."""
    month = desk.month()
    own = [row for row in desk.marts.recipients(desk.area, as_of=desk.as_of) if row["period_first_day"] == month]
    names = sorted({row["benefit_group_name"] for row in own}, key=order.benefit)
    if month is None or not names:
        st.info(f"Der var ikke hentet tal for {desk.name} {written.day(desk.day)}.")
        parts.sources(desk, [])
        return
    left, right = st.columns(2)
    with left:
        benefit = desk.choices.one("kortydelse", st.selectbox, "Ydelse", options={name: name for name in names})
    with right:
        measure = desk.choices.one("kortmaal", st.radio, "Vis som", options=MEASURES, horizontal=True)
    numbers = _numbers(desk, _rows(desk, benefit, month=month), benefit=benefit, measure=measure, month=month)
    _draw(desk, numbers, benefit=benefit, measure=measure, month=month)
    parts.sources(desk, sorted({row["table_id"] for row in own if row["benefit_group_name"] == benefit}))


def _rows(desk: Desk, benefit: str, *, month: date) -> Rows:
    months = [month, shown.year_before(month)]
    return desk.marts.everywhere(benefit, months=months, day=None if desk.is_newest else desk.as_of)


def _numbers(desk: Desk, rows: Rows, *, benefit: str, measure: str, month: date) -> municipality_map.Numbers:
    now = [row for row in rows if row["period_first_day"] == month]
    if measure == "andel":
        return municipality_map.shares(now)
    before = [row for row in rows if row["period_first_day"] == shown.year_before(month)]
    breaks = shown.breaks_of(desk.marts.breaks(), group=benefit)
    broken = shown.is_broken(breaks, since=shown.year_before(month), until=month)
    return municipality_map.changes(now, before, broken=broken)


def _draw(desk: Desk, numbers: municipality_map.Numbers, *, benefit: str, measure: str, month: date) -> None:
    write = municipality_map.WRITERS[measure]
    in_month = f"{written.MONTHS[month.month - 1]} {month.year}"
    title = f"{benefit}: {MEASURES[measure].lower()}, {in_month}"
    st.header(title)
    if not any(value is not None for value, _ in numbers.values()):
        st.info(f"Der er intet at tegne: {write(next(iter(numbers.values()), (None, 'missing')))} i alle kommuner.")
        return
    names = {code: desk.called(code) for code in desk.names}
    placed = municipality_map.places(numbers, names=names, write=write)
    own = write(numbers.get(desk.area, (None, "missing")))
    summary = f"Kort over de 98 kommuner. {title}. {desk.name}: {own}. Alle tal står i tabellen under kortet."
    st.html(
        markup.tile_map(placed, own=desk.area, summary=summary, legend=municipality_map.legend(numbers, write=write))
    )
    st.caption(
        f"{desk.name} ({own}) er indrammet. Hver kommune er et felt af samme størrelse, omtrent hvor den ligger. Hver farve "
        "har lige mange kommuner, så vidt tallene tillader."
    )
    listed = municipality_map.ranked(numbers, names=names, heading=MEASURES[measure], write=write)
    with st.expander("Alle kommuner som tabel"):
        parts.table(listed, caption=title)
    plain = [
        {"kode": code, "kommune": names[code], "ydelse": benefit, "måned": month, "mål": f"{MEASURES[measure]}, pct.",
         "værdi": numbers.get(code, (None, ""))[0], "status": numbers.get(code, (None, "missing"))[1]}
        for code in names
    ]  # fmt: skip
    parts.download(plain, desk=desk, name=f"kort-{measure}")
