"""The dashboard, from its top: what is chosen, which page is shown. Started by `make dashboard`; the pages are in views."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date

import streamlit as st

from dashboards import address, downloads, markup, order, shown
from dashboards.address import Field, NotThere
from dashboards.choices import Choices
from dashboards.marts import Marts, Rows, Unreachable, reading
from dashboards.views import comparison, country, days, explore, ministry, origins, overview
from dashboards.views.desk import Desk
from warehouse.danish import places
from warehouse.danish import writing as written
from warehouse.danish.reservations import REHEARSED

PAGES = {
    "overblik": "Overblik",
    "sammenligning": "Sammenligning",
    "kort": "Danmarkskort",
    "dage": "To dage",
    "benchmark": "Benchmark",
    "udforsk": "Udforsk",
    "kilder": "Kilder",
}
MOST_NEIGHBOURS = 4
DRAWN_AT_FIRST = (shown.ALL, "A-dagpenge")


def page(marts: Marts) -> None:
    """The whole page, of one state of the warehouse."""
    municipalities, known_days, tables = marts.municipalities(), marts.days(), marts.tables()
    if not municipalities or not known_days:
        raise Unreachable("Der er ingen tal endnu: kør en nat med `jobindsats nightly`, eller prøv `make demo`.")
    if marts.rehearsed():
        st.error(REHEARSED)
    names = order.in_danish_order({row["area_code"]: row["area_name"] for row in municipalities})
    fields = _fields(names, known_days, tables)
    try:
        choices = Choices(fields)
        _drawn(marts, choices, names=names, known_days=known_days, tables=tables)
    except NotThere as error:
        _not_there(error, names=names)
        return
    choices.write()


def _fields(names: dict[str, str], known_days: list[date], tables: Rows) -> list[Field]:
    """Everything that is chosen, by its name in the address."""
    dates = address.days_of(known_days)
    titles = order.in_danish_order({row["table_id"]: f"{row['table_title']} ({row['table_id']})" for row in tables})
    second = list(dates)[-2] if len(dates) > 1 else ""
    return [
        Field("side", PAGES, "overblik", "en side"),
        Field("kommune", names, _own(names), "en kommune"),
        Field("naboer", names, (), "en kommune", most=MOST_NEIGHBOURS),
        Field("dag", dates, known_days[-1].isoformat(), "en dag med nye tal"),
        Field("ydelser", comparison.BENEFITS, DRAWN_AT_FIRST, "en ydelse"),
        Field("ydelse", comparison.BENEFITS, "A-dagpenge", "en ydelse"),
        Field("maal", comparison.MEASURES, "andel", "et mål"),
        Field("kortydelse", {}, "A-dagpenge", "en ydelse på kortet"),
        Field("kortmaal", country.MEASURES, "andel", "et mål"),
        Field("dag2", dates, second, "en dag med nye tal"),
        Field("tabel", titles, next(iter(titles)), "en tabel"),
        Field("omraade", {}, explore.CHOSEN, "et område"),
        Field("opdeling", {}, "", "en opdeling"),
        Field("maaling", {}, "", "en måling"),
    ]


def _own(names: dict[str, str]) -> str:
    """The municipality that the settings call one's own, else the first by name."""
    first = next(iter(names))
    try:
        return str(
            Field("kommune", names, first, "en kommune").read(os.environ.get("JOBINDSATS_MUNICIPALITY") or first)
        )
    except NotThere:
        return first


def _drawn(marts: Marts, choices: Choices, *, names: dict[str, str], known_days: list[date], tables: Rows) -> None:
    shown_page = choices.one("side", _tabs, "Side")
    left, middle, right = st.columns([3, 4, 3])
    called = {code: places.alone(name) for code, name in names.items()}
    with left:
        area = choices.one("kommune", st.selectbox, "Kommune", options=called)
    others = {code: name for code, name in called.items() if code != area}
    with middle:
        neighbours = choices.many(
            "naboer",
            st.multiselect,
            "Sammenlign med",
            options=others,
            max_selections=MOST_NEIGHBOURS,
            placeholder="Vælg kommuner",
        )
    with right:
        day = _day(choices, known_days)
    desk = Desk(marts, choices, names, area, neighbours, day, known_days)
    st.title(places.official(names[area]))
    st.caption(
        f"Tallene er, som de så ud {written.day(day)}. Alle antal er fuldtidspersoner, medmindre andet er angivet. "
        f"Kilde: {desk.credited(downloads.SOURCE)}{', medmindre andet er angivet' if shown_page == 'udforsk' else ''}."
    )
    _bodies(tables)[shown_page](desk)


def _tabs(label: str, options: list[str], **also: object) -> str:
    return str(
        st.segmented_control(label, options, required=True, label_visibility="collapsed", width="stretch", **also)
    )


def _day(choices: Choices, known_days: list[date]) -> date:
    if len(known_days) == 1:
        st.write(f"Kendt {written.day(known_days[0])}: den eneste dag, der er hentet tal.")
        return known_days[0]
    dates = {day.isoformat(): written.digits(day) for day in known_days}
    return date.fromisoformat(choices.one("dag", st.select_slider, "Som det var kendt", options=dates))


def _bodies(tables: Rows) -> dict[str, Callable[[Desk], None]]:
    """What draws each page."""
    publishers = {row["table_id"]: row["publisher"] for row in tables}
    return {
        "overblik": overview.page,
        "sammenligning": comparison.page,
        "kort": country.page,
        "dage": days.page,
        "benchmark": ministry.page,
        "udforsk": lambda desk: explore.page(desk, publishers=publishers),
        "kilder": lambda desk: origins.page(desk, tables=list(publishers)),
    }


def _not_there(error: NotThere, *, names: dict[str, str]) -> None:
    """Say that the address names what is not there, with links to the nearest municipalities."""
    st.title("Siden findes ikke")
    st.html(markup.error(str(error)))
    nearest = {names[code]: address.link({"kommune": names[code]}) for code in error.nearest if code in names}
    st.html(markup.links({**nearest, "Til forsiden": "?"}))


def main() -> None:
    """Make the page, or say why it cannot be made."""
    st.set_page_config(page_title="Jobindsats", layout="wide")
    st.html(markup.style())
    st.html(markup.LANGUAGE, unsafe_allow_javascript=True)
    try:
        with reading(os.environ.get("DASHBOARD_URL", "")) as marts:
            page(marts)
    except Unreachable as error:
        st.error(str(error))


main()
