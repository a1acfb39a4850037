"""The overview: the municipality's tiles, its benefits in the newest whole month, and how each has gone."""

from __future__ import annotations

import os
from datetime import date

import streamlit as st

from dashboards import charts, courses, editions, order, shown
from dashboards.markup import Tile, tiles
from dashboards.marts import Rows
from dashboards.views import desk as parts
from dashboards.views.desk import Desk
from warehouse.danish import writing as written
from warehouse.danish.reservations import FEW_EXPLAINED

LACKS = "nogle ydelser er skjult eller mangler"
PROVISIONAL = {
    True: ("foreløbig", "kilden retter normalt den nyeste måned"),
    False: ("ikke foreløbig", "kilden har nyere måneder"),
}


def page(desk: Desk) -> None:
    """Draw the overview."""
    rows = desk.marts.recipients(desk.area, as_of=desk.as_of)
    totals = desk.marts.totals(desk.area, as_of=desk.as_of)
    month = desk.month()
    if month is None or not rows:
        st.info(f"Der var ikke hentet tal for {desk.name} {written.day(desk.day)}.")
        parts.sources(desk, [])
        return
    tables = sorted({row["table_id"] for row in rows} | {"y30r21"})
    fresh = parts.freshness(desk, tables)
    breaks = desk.marts.breaks()
    st.caption(editions.imprint_of(fresh, today=parts.today(), contact=os.environ.get("JOBINDSATS_CONTACT")))
    parts.warnings(fresh)
    st.html(tiles(_tiles(desk, totals, fresh, month=month, breaks=breaks)))
    _benefits(desk, rows, totals=totals, month=month, breaks=breaks)
    _course(desk, rows, totals=totals, breaks=breaks)
    parts.sources(desk, tables)


def _tiles(desk: Desk, totals: Rows, fresh: Rows, *, month: date, breaks: Rows) -> list[Tile]:
    now, earlier = shown.total(totals, month=month), shown.total(totals, month=shown.year_before(month))
    broken = shown.is_broken(breaks, since=shown.year_before(month), until=month)
    change, _, per_cent = shown.change(now, earlier, broken=broken).partition(" (")
    since = f"siden {_in_words(shown.year_before(month))}"
    lacks = bool(shown.lacking(totals, month=month))
    release = editions.next_release(fresh, today=parts.shown_on(desk))
    moving = bool(shown.provisional(totals, month=month))
    return [
        Tile("total", f"Alle ydelser, {_in_words(month)}", shown.said(now), LACKS if lacks else "fuldtidspersoner"),
        Tile("change", "Ændring på et år", change, f"{per_cent.rstrip(')')} {since}".strip()),
        _rank(desk),
        Tile("release", "Næste opdatering", written.digits(release) if release else "ikke oplyst", "ifølge kilden"),
        Tile("provisional", _in_words(month).capitalize(), *PROVISIONAL[moving]),
    ]


def _rank(desk: Desk) -> Tile:
    rows = desk.marts.ranking(desk.area, as_of=desk.as_of)
    called = "Placering blandt 98"
    if not rows or rows[0]["rank"] is None:
        return Tile("rank", called, "–", "ministeriets liste er ikke hentet" if not rows else "ikke oplyst")
    before = rows[0]["rank_half_a_year_earlier"]
    was = f"; før nr. {written.number(before)}" if before is not None else ""
    return Tile("rank", called, f"nr. {written.number(rows[0]['rank'])}", f"ministeriets benchmark, i alt{was}")


def _in_words(month: date) -> str:
    return f"{written.MONTHS[month.month - 1]} {month.year}"


def _benefits(desk: Desk, rows: Rows, *, totals: Rows, month: date, breaks: Rows) -> None:
    st.header(f"Ydelser i {_in_words(month)}")
    for said in filter(None, (shown.lacking(totals, month=month), shown.provisional(totals, month=month))):
        st.caption(said)
    listed = shown.benefits(rows, totals=totals, month=month, breaks=breaks)
    parts.table(listed, caption="Fuldtidspersoner efter ydelse", last=True)
    parts.download(_plain(rows), desk=desk, name=f"ydelser-{desk.name}")
    st.caption(
        "*skjult*: små antal vises ikke. Et skjult antal er ikke nul, og der regnes ikke på det. *mangler*: der er ikke hentet "
        f"tal for ydelsen i den måned. Mangler én ydelse, er der ingen sum. {FEW_EXPLAINED}"
    )


def _plain(rows: Rows) -> list[dict[str, object]]:
    """Every month of every benefit, for a download."""
    ordered = sorted(rows, key=lambda row: (order.benefit(row["benefit_group_name"]), row["period_first_day"]))
    return [
        {
            "område": row["area_name"], "ydelse": row["benefit_group_name"], "måned": row["period"],
            "fuldtidspersoner": shown.count_of(row)[0], "status": shown.count_of(row)[1],
            "andel_af_arbejdsstyrken_pct": shown.share_of(row)[0],
            "tæller_med_i_alt": "ja" if row["counted_in_total"] else "nej",
            "tabel": row["table_id"], "udgave": row["vintage_id"],
        }
        for row in ordered
    ]  # fmt: skip


def _course(desk: Desk, rows: Rows, *, totals: Rows, breaks: Rows) -> None:
    st.header("Udvikling og rettelser")
    revised = desk.marts.revised(desk.area, as_of=desk.as_of)
    newest = desk.marts.provisional(as_of=desk.as_of)
    held = {shown.ALL, *(row["benefit_group_name"] for row in rows)}
    offered = {name: name for name in (shown.ALL, *order.BENEFITS) if name in held}
    groups = desk.choices.many("ydelser", st.multiselect, "Ydelser", options=offered, placeholder="Vælg ydelser")
    if not groups:
        st.info("Vælg en ydelse for at se dens udvikling.")
    for group in groups:
        points = courses.course(rows, totals=totals, group=group, revised=revised, breaks=breaks, newest=newest)
        _one_course(group, points, breaks=breaks)
    st.caption(
        "De farvede bjælker går fra det laveste til det højeste, en måned har været oplyst til. En åben prik er en "
        "foreløbig måned. Aksen begynder ikke ved nul."
    )
    parts.caveats(breaks, within=[row["period_first_day"] for row in rows])


def _one_course(group: str, points: Rows, *, breaks: Rows) -> None:
    starts = [each["first_period_first_day"].isoformat() for each in shown.breaks_of(breaks, group=group)]
    within = [start for start in dict.fromkeys(starts) if points and points[0]["month"] < start <= points[-1]["month"]]
    st.subheader(group)
    undrawn = sum(point["value"] is None for point in points)
    if undrawn == len(points):
        st.info(f"Der er intet at tegne for {group}: antallet er skjult eller mangler i alle måneder.")
        return
    st.altair_chart(charts.course(points, breaks=within), width="stretch")
    if undrawn:
        st.caption(f"{undrawn} af {len(points)} måneder er ikke tegnet, fordi antallet er skjult eller mangler.")
