"""Editions: how new the tables are that a page rests on, what lies in quarantine, and which vintage of each is shown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from dashboards.marts import Rows
from warehouse.danish import writing as written
from warehouse.danish.reservations import imprint, out_of_date
from warehouse.periods import Period


def imprint_of(freshness: Rows, *, today: date, contact: str | None) -> str:
    """When the page was made, when one of its tables has new figures, and whom to ask."""
    return imprint(today, next_release=next_release(freshness, today=today), contact=contact)


def out_of_date_of(freshness: Rows) -> str:
    """Which tables are not the publisher's newest; empty where all are."""
    return out_of_date([(row["title"], row["next_release_on"]) for row in freshness if row["is_fresh"] is False])


def quarantined(freshness: Rows) -> str:
    """Which tables' newest edition lies in quarantine, so that older figures are shown; empty where none does."""
    held = [row["title"] for row in freshness if row["last_outcome"] == "quarantined"]
    if not held:
        return ""
    return f"Den nyeste udgave er holdt tilbage, til den er efterset (karantæne): {written.listed(held)}."


OUTCOMES = {
    "published": "hentet",
    "unchanged": "uændret",
    "not_due": "ikke ventet",
    "source_late": "kilden er forsinket",
    "quarantined": "i karantæne",
    "failed": "hentning mislykkedes",
}


def freshness(rows: Rows, *, today: date) -> list[dict[str, str]]:
    """The table of tables: how new each is, and what the last night found, as of a day."""
    return [
        {
            "Tabel": f"{row['title']} ({row['table_id']})",
            "Nyeste periode": _in_words(row["newest_period"]),
            "Opdateret af kilden": _digits(row["publisher_updated_on"]),
            "Næste opdatering": _digits(row["next_release_on"]),
            "Seneste nat": OUTCOMES.get(row["last_outcome"] or "", "–"),
            "Nyeste tal": _is_newest(row, today=today),
        }
        for row in rows
    ]


def _digits(day: date | None) -> str:
    return written.digits(day) if day else "–"


def _in_words(period: str | None) -> str:
    return written.period(Period.parse(period)) if period else "–"


def _is_newest(row: Mapping[str, Any], *, today: date) -> str:
    if row["retired_on"] and row["retired_on"] <= today:
        return f"udgået {written.digits(row['retired_on'])}"
    return {True: "ja", False: "nej"}.get(row["is_fresh"], "ingen kalender")


def next_release(freshness: Rows, *, today: date) -> date | None:
    """The next day on which one of the tables has new figures; None where no such day is known."""
    return min((day for row in freshness if (day := row["next_release_on"]) and day >= today), default=None)


def sources(rows: Rows) -> list[str]:
    """The sentences under the figures: which vintage of which table they rest on."""
    return [
        f"{row['table_id']} {row['table_title']}: udgave {row['vintage_id']}, "
        + (f"opdateret {written.digits(row['publisher_updated_on'])}, " if row["publisher_updated_on"] else "")
        + f"hentet {written.digits(row['seen_at'].date())}"
        for row in rows
    ]
