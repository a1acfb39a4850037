"""The desk: what every page is handed, and the pieces that several pages draw."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import streamlit as st

from dashboards import downloads, editions, markup
from dashboards.choices import Choices
from dashboards.marts import COUNTRY, Marts, Rows, end_of
from dashboards.shown import newest_whole_month
from warehouse.danish import places
from warehouse.danish.clock import Clock, danish_day
from warehouse.danish.reservations import REHEARSED_IN_SHORT

CSV = "text/csv; charset=utf-8"


@dataclass(frozen=True)
class Desk:
    """The marts, and what the reader chose: a municipality, those it is compared with, and a day."""

    marts: Marts
    choices: Choices
    names: Mapping[str, str]
    area: str
    neighbours: Sequence[str]
    day: date
    days: Sequence[date]

    @property
    def as_of(self) -> datetime:
        """The last moment of the chosen day."""
        return end_of(self.day)

    @property
    def name(self) -> str:
        """The municipality's name, where no 'Kommune' follows it."""
        return places.alone(self.names[self.area])

    @property
    def is_newest(self) -> bool:
        """Whether the day is the newest on which anything became known."""
        return self.day == self.days[-1]

    def called(self, area: str) -> str:
        """An area's name, the country's among them."""
        return "Hele landet" if area == COUNTRY else places.alone(self.names[area])

    def credited(self, source: str) -> str:
        """A source as it is named; in a rehearsal with the word that its figures are invented."""
        return f"{source} ({REHEARSED_IN_SHORT})" if self.marts.rehearsed() else source

    def month(self) -> date | None:
        """The newest month in which every benefit has come."""
        return newest_whole_month(self.marts.totals(COUNTRY, as_of=self.as_of))


def today() -> date:
    """The day in Denmark; in a rehearsal the one that it begins at."""
    begins = os.environ.get("JOBINDSATS_NOW")
    return danish_day(Clock(datetime.fromisoformat(begins) if begins else None)())


def freshness(desk: Desk, tables: Sequence[str]) -> Rows:
    """How new these tables are, by what was known on the chosen day."""
    day = shown_on(desk)
    return desk.marts.freshness(tables, today=day, as_of=end_of(day))


def shown_on(desk: Desk) -> date:
    """The day that a page is of: today where the chosen day is the newest."""
    return today() if desk.is_newest else desk.day


def caveats(breaks: Rows, *, within: Sequence[date]) -> None:
    """Say which series breaks lie within these months."""
    found = {
        row["title"]: row["caveat"]
        for row in breaks
        if within and min(within) < row["first_period_first_day"] <= max(within)
    }
    for title, caveat in found.items():
        st.caption(f"**{title}.** {caveat}")


def warnings(rows: Rows) -> None:
    """Say on top of a page which of its tables are not the newest, and which lie in quarantine."""
    for said in filter(None, (editions.out_of_date_of(rows), editions.quarantined(rows))):
        st.warning(said)


def table(rows: Sequence[Mapping[str, str]], *, caption: str, words: Collection[str] = (), last: bool = False) -> None:
    """Draw a table."""
    st.html(markup.table(rows, caption=caption, words=words, last=last))


def download(rows: Sequence[Mapping[str, Any]], *, desk: Desk, name: str, source: str = downloads.SOURCE) -> None:
    """Offer rows as CSV, under a name that says what they are, of whom and as of when."""
    st.download_button(
        "Hent som CSV",
        downloads.as_csv(rows, known_on=desk.day, source=desk.credited(source)),
        file_name=f"{name}-{desk.day.isoformat()}.csv",
        mime=CSV,
        key=f"download_{name}",
        on_click="ignore",
    )


def sources(desk: Desk, table_ids: Sequence[str]) -> None:
    """The vintages that the page rests on, at its foot."""
    with st.expander("Kilder og udgaver"):
        found = editions.sources(desk.marts.sources(table_ids, as_of=desk.as_of))
        for sentence in found or ["Ingen tabeller."]:
            st.write(sentence)
