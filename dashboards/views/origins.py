"""Origins: how new every loaded table is, what is late or in quarantine, and papers' numbers as they were checked."""

from __future__ import annotations

import streamlit as st

from dashboards import editions, shown
from dashboards.views import desk as parts
from dashboards.views.desk import Desk


def page(desk: Desk, *, tables: list[str]) -> None:
    """Draw the state of these tables, and the claims."""
    st.header("Hvor nye tallene er")
    rows = parts.freshness(desk, tables)
    parts.warnings(rows)
    if not rows:
        st.info("Der er ikke hentet nogen tabel endnu.")
    else:
        listed = sorted(
            rows, key=lambda row: (row["is_fresh"] is not False, row["last_outcome"] != "quarantined", row["title"])
        )
        named = {"Nyeste periode", "Opdateret af kilden", "Næste opdatering", "Seneste nat", "Nyeste tal"}
        parts.table(
            editions.freshness(listed, today=parts.shown_on(desk)), caption="Tabeller, de forsinkede først", words=named
        )
    _claims(desk)
    parts.sources(desk, tables)


def _claims(desk: Desk) -> None:
    st.header("Efterprøvning af tal i sager")
    rows = desk.marts.claims()
    if not rows:
        st.info("Der er ingen sager at efterprøve. En nat efterprøver dem, som JOBINDSATS_CLAIMS nævner.")
        return
    st.caption("Som det er kendt nu, uanset den valgte dag.")
    parts.table(shown.claims(rows), caption="Tal i sager", words={"Punkt", "Påstand", "Vurdering"})
