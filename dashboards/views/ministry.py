"""The ministry's benchmark: the municipality's places, the gaps with their interval, and what they are worth."""

from __future__ import annotations

import streamlit as st

from dashboards import shown
from dashboards.views import desk as parts
from dashboards.views.desk import Desk
from tasks.briefing import wording as words
from warehouse.danish import writing as written


def page(desk: Desk) -> None:
    """Draw the benchmark and the savings."""
    rows = desk.marts.ranking(desk.area, as_of=desk.as_of)
    st.header("Ministeriets benchmark")
    if not rows:
        st.info(f"Der var ikke hentet en benchmarkliste {written.day(desk.day)}.")
        parts.sources(desk, [])
        return
    until = written.day(rows[0]["period_last_day"])
    st.write(f"Listen gælder til {until}. Nr. 1 ligger længst under det forventede niveau.")
    parts.table(shown.ranking(rows), caption="Placering blandt de 98 kommuner")
    parts.download(_plain(desk, rows), desk=desk, name=f"benchmark-{desk.name}")
    st.header("Økonomisk betydning af forskellen")
    saved = shown.savings(desk.marts.savings(desk.area, as_of=desk.as_of), bases=words.BASES)
    if saved:
        parts.table(saved, caption="Færre eller flere end forventet, gange prisen", words={"Beregnet ud fra"})
    else:
        st.info("Der er ingen pris at regne med for denne kommune.")
    st.caption("Ministeriet afrunder til nærmeste 10, så en forskel kan være 10 personer større eller mindre.")
    parts.sources(desk, ["y30r21"])


def _plain(desk: Desk, rows: list[dict[str, object]]) -> list[dict[str, object]]:
    return [
        {
            "kommune": desk.names[desk.area], "liste": row["benefit_area"], "periode": row["period"], "plads": row["rank"],
            "plads_et_halvt_år_før": row["rank_half_a_year_earlier"], "forskel_personer": row["gap_full_time_persons"],
            "lavest": row["gap_low_full_time_persons"], "højest": row["gap_high_full_time_persons"],
        }
        for row in rows
    ]  # fmt: skip
