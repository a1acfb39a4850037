"""The dashboard's page, from top to bottom. Started by `make dashboard`; what it reads is in marts, what it shows in shown."""

from __future__ import annotations

import os
from datetime import date, datetime

import streamlit as st

from dashboards import charts, courses, shown
from dashboards.marts import COUNTRY, Marts, Rows, Unreachable, end_of, reading
from tasks.briefing import wording as words
from warehouse.danish import writing as written
from warehouse.danish.clock import Clock, danish_day
from warehouse.danish.reservations import FEW_EXPLAINED


def page(marts: Marts) -> None:
    """The whole page, of one state of the warehouse."""
    municipalities, days = marts.municipalities(), marts.days()
    if not municipalities or not days:
        raise Unreachable("Der er ingen tal endnu: kør en nat med `jobindsats nightly`, eller prøv `make demo`.")
    names = shown.in_danish_order({row["area_code"]: row["area_name"] for row in municipalities})
    area, neighbours, day = _chosen(names, days)
    as_of = end_of(day)
    rows = marts.recipients(area, as_of=as_of)
    totals = marts.totals(area, as_of=as_of)
    month = shown.newest_whole_month(marts.totals(COUNTRY, as_of=as_of))
    st.title(f"{names[area]} Kommune")
    st.caption(
        f"Som det var kendt {written.day(day)}. Alle antal er fuldtidspersoner, medmindre andet er angivet. "
        "Kilde: Jobindsats.dk / STAR."
    )
    if month is None or not rows:
        st.info(f"Der var ikke hentet tal for {names[area]} {written.day(day)}.")
        return
    tables = sorted({row["table_id"] for row in rows} | {"y30r21"})
    _on_top(marts, tables, day=day, newest=days[-1])
    breaks = marts.breaks()
    _benefits(rows, totals=totals, month=month, breaks=breaks)
    _course(marts, rows, totals=totals, area=area, day=day, breaks=breaks)
    _shares(marts, shown.compared_with(area, neighbours), month=month, day=day)
    _benchmark(marts, area, day=day)
    _claims(marts)
    _sources(marts, tables, day=day)


def _chosen(names: dict[str, str], days: list[date]) -> tuple[str, list[str], date]:
    """What the reader chose: municipality, neighbours and day; `?kommune=Herlev` in the address chooses the first."""
    asked = st.query_params.get("kommune", "")
    codes = list(names)
    first = next((nth for nth, code in enumerate(codes) if asked in (code, names[code])), 0)
    with st.sidebar:
        area = st.selectbox("Kommune", codes, index=first, format_func=names.__getitem__)
        neighbours = st.multiselect(
            "Sammenlign med", [code for code in codes if code != area], format_func=names.__getitem__, max_selections=4,
            placeholder="Vælg kommuner",
        )  # fmt: skip
        if len(days) == 1:
            st.write(f"Kendt {written.day(days[0])}: den eneste dag, der er hentet tal.")
            return area, neighbours, days[0]
        day = st.select_slider("Som det var kendt", days, value=days[-1], format_func=written.digits)
    return area, neighbours, day


def _on_top(marts: Marts, tables: list[str], *, day: date, newest: date) -> None:
    """When the page was made and whom to ask, and that its figures are not the newest, if so."""
    today = danish_day(_clock()())
    shown_on = today if day == newest else day
    rows = marts.freshness(tables, today=shown_on, as_of=end_of(shown_on))
    st.caption(shown.imprint_of(rows, today=today, contact=os.environ.get("JOBINDSATS_CONTACT")))
    if said := shown.out_of_date_of(rows):
        st.warning(said)


def _clock() -> Clock:
    """The time; in a rehearsal the one that it begins at."""
    begins = os.environ.get("JOBINDSATS_NOW")
    return Clock(datetime.fromisoformat(begins) if begins else None)


def _benefits(rows: Rows, *, totals: Rows, month: date, breaks: Rows) -> None:
    st.header(f"Ydelser i {written.MONTHS[month.month - 1]} {month.year}")
    total = shown.total(totals, month=month)
    earlier = shown.total(totals, month=shown.year_before(month))
    broken = shown.is_broken(breaks, since=shown.year_before(month), until=month)
    st.metric(
        "Alle ydelser", shown.said(total), help="Summen af de ydelser, der står i tabellen; kun når alle er kendt."
    )
    for said in filter(None, (shown.lacking(totals, month=month), shown.provisional(totals, month=month))):
        st.caption(said)
    st.write(f"Ændring på et år: {shown.change(total, earlier, broken=broken)}")
    st.table(shown.benefits(rows, totals=totals, month=month, breaks=breaks))
    st.caption(
        "*skjult*: små antal vises ikke. Et skjult antal er ikke nul, og der regnes ikke på det. *mangler*: der er ikke hentet "
        f"tal for ydelsen i den måned. Mangler én ydelse, er der ingen sum. {FEW_EXPLAINED}"
    )


def _course(marts: Marts, rows: Rows, *, totals: Rows, area: str, day: date, breaks: Rows) -> None:
    st.header("Udvikling og rettelser")
    groups = [shown.ALL, *dict.fromkeys(row["benefit_group_name"] for row in rows)]
    revised = marts.revised(area, as_of=end_of(day))
    newest = marts.provisional(as_of=end_of(day))
    for group in st.multiselect("Ydelsesgrupper", groups, default=groups[:2], placeholder="Vælg ydelser"):
        points = courses.course(rows, totals=totals, group=group, revised=revised, breaks=breaks, newest=newest)
        starts = [each["first_period_first_day"].isoformat() for each in shown.breaks_of(breaks, group=group)]
        within = [
            start for start in dict.fromkeys(starts) if points and points[0]["month"] < start <= points[-1]["month"]
        ]
        st.subheader(group)
        undrawn = sum(point["value"] is None for point in points)
        if undrawn < len(points):
            st.altair_chart(charts.course(points, breaks=within), width="stretch")
        if undrawn:
            st.caption(f"{undrawn} af {len(points)} måneder er ikke tegnet, fordi antallet er skjult eller mangler.")
    st.caption(
        "De farvede bjælker går fra det laveste til det højeste, en måned har været oplyst til. En åben prik er en "
        "foreløbig måned. Aksen begynder ikke ved nul."
    )
    for title, caveat in {
        row["title"]: row["caveat"] for row in breaks if row["first_period_first_day"] <= day
    }.items():
        st.caption(f"**{title}.** {caveat}")


def _shares(marts: Marts, areas: list[str], *, month: date, day: date) -> None:
    st.header("Andel af arbejdsstyrken")
    st.table(shown.shares(marts.shares(areas, month=month, as_of=end_of(day))))


def _benchmark(marts: Marts, area: str, *, day: date) -> None:
    st.header("Ministeriets benchmark")
    rows = marts.ranking(area, as_of=end_of(day))
    if not rows:
        st.info(f"Der var ikke hentet en benchmarkliste {written.day(day)}.")
        return
    st.write(
        f"Listen gælder til {written.day(rows[0]['period_last_day'])}. Nr. 1 ligger længst under det forventede niveau."
    )
    st.table(shown.ranking(rows))
    st.subheader("Økonomisk betydning af forskellen")
    saved = shown.savings(marts.savings(area, as_of=end_of(day)), bases=words.BASES)
    if saved:
        st.table(saved)
    st.caption("Ministeriet afrunder til nærmeste 10, så en forskel kan være 10 personer større eller mindre.")


def _claims(marts: Marts) -> None:
    rows = marts.claims()
    st.header("Papirers tal, efterprøvet")
    if not rows:
        st.caption("Ingen. En nat efterprøver de papirer, som JOBINDSATS_CLAIMS nævner.")
        return
    st.caption("Som det er kendt nu, uanset den valgte dag.")
    st.table(shown.claims(rows))


def _sources(marts: Marts, table_ids: list[str], *, day: date) -> None:
    with st.expander("Kilder og udgaver"):
        for sentence in shown.sources(marts.sources(table_ids, as_of=end_of(day))):
            st.write(sentence)


def main() -> None:
    """Make the page, or say why it cannot be made."""
    st.set_page_config(page_title="Jobindsats", layout="centered")
    try:
        with reading(os.environ.get("DASHBOARD_URL", "")) as marts:
            page(marts)
    except Unreachable as error:
        st.error(str(error))


main()
