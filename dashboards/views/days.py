"""Two days: the benefits as they were known on the chosen day beside another, and every month that moved between."""

from __future__ import annotations

from datetime import date

import streamlit as st

from dashboards import two_days
from dashboards.marts import COUNTRY, end_of
from dashboards.shown import Count, newest_whole_month
from dashboards.views import desk as parts
from dashboards.views.desk import Desk
from warehouse.danish import writing as written

MOST_ROWS = 25


def page(desk: Desk) -> None:
    """Draw both days side by side."""
    others = {day.isoformat(): written.digits(day) for day in desk.days if day != desk.day}
    if not others:
        st.info("Der er kun hentet tal på én dag, så der er intet at sammenligne med endnu.")
        parts.sources(desk, [])
        return
    first_day = date.fromisoformat(desk.choices.one("dag2", st.selectbox, "Sammenlign med dagen", options=others))
    earlier, later = sorted((first_day, desk.day))
    before, after = _known(desk, earlier), _known(desk, later)
    month = newest_whole_month(desk.marts.totals(COUNTRY, as_of=end_of(earlier)))
    days = (f"Kendt {written.digits(earlier)}", f"Kendt {written.digits(later)}")
    _month(before, after, month=month, days=days)
    _moved(desk, before, after, earlier=earlier, days=days)
    tables = {row["table_id"] for row in desk.marts.recipients(desk.area, as_of=end_of(later))}
    parts.sources(desk, sorted(tables))


def _known(desk: Desk, day: date) -> dict[tuple[str, date], Count]:
    rows = desk.marts.recipients(desk.area, as_of=end_of(day))
    return two_days.known(rows, totals=desk.marts.totals(desk.area, as_of=end_of(day)))


def _month(before: two_days.Months, after: two_days.Months, *, month: date | None, days: tuple[str, str]) -> None:
    rows = two_days.of_month(before, after, month=month, days=days) if month else []
    if not rows or month is None:
        st.info(f"Der var ingen tal {days[0].removeprefix('Kendt ')}.")
        return
    named = f"{written.MONTHS[month.month - 1]} {month.year}"
    st.header(f"{named.capitalize()}, som den var kendt på de to dage")
    parts.table(rows, caption=f"Fuldtidspersoner i {named}", last=True)


def _moved(
    desk: Desk, before: two_days.Months, after: two_days.Months, *, earlier: date, days: tuple[str, str]
) -> None:
    st.header("Alle måneder, der er rettet imellem")
    moved = two_days.moved(before, after)
    if not moved:
        st.info("Ingen måned, der var kendt på begge dage, er rettet.")
        return
    parts.table(two_days.as_table(moved[:MOST_ROWS], days=days), caption="Rettede måneder", words={"Måned"})
    if len(moved) > MOST_ROWS:
        st.caption(f"De {MOST_ROWS} nyeste af {written.number(len(moved))}; alle er i filen.")
    parts.download(two_days.as_rows(moved, first_day=earlier), desk=desk, name=f"rettelser-{desk.name}")
