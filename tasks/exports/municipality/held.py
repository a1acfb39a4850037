"""What a municipality's workbook is made from: rows of marts, as they stand, of one state of the warehouse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, text

from warehouse.areas import COUNTRY, Area
from warehouse.catalogue.publishers import credits_here, tables_here
from warehouse.danish.reservations import REHEARSED_IN_SHORT
from warehouse.database.rehearsal import is_rehearsed
from warehouse.periods import Period, Span

Mart = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Held:
    """The rows of one municipality, and what is the same for all: the country's newest counts, breaks, vintages, freshness.

    `span` is what the sheets are narrowed to; what a month is compared with is there whatever the span. `labels` are the
    publisher's words for the measures of a table, by their names here. Where they are `rehearsed`, all figures are invented.
    """

    area: Area
    span: Span | None
    recipients: Mart
    totals: Mart
    country: Mart
    country_totals: Mart
    ranking: Mart
    savings: Mart
    revisions: Mart
    breaks: Mart
    vintages: Mart
    freshness: Mart
    credits: Mapping[str, str]
    labels: Mapping[tuple[str, str], str]
    rehearsed: bool

    def within(self, rows: Mart) -> Mart:
        """The rows of periods in the span."""
        span = self.span
        return rows if span is None else [row for row in rows if span.covers(Period.parse(row["period"]))]

    @property
    def used(self) -> frozenset[str]:
        """The tables that any of its rows comes from."""
        rows = (self.recipients, self.ranking, self.savings, self.revisions)
        return frozenset(row["table_id"] for each in rows for row in each)

    @property
    def titles(self) -> Mapping[str, str]:
        """The title of each table, by its id."""
        return {row["table_id"]: row["title"] for row in self.freshness}

    @property
    def credit(self) -> str:
        """Whom its figures are to be credited to; invented ones are nobody's, and that is said behind it."""
        named = ", ".join(dict.fromkeys(credit for table, credit in self.credits.items() if table in self.used))
        return f"{named} ({REHEARSED_IN_SHORT})" if self.rehearsed else named

    @property
    def break_titles(self) -> Mapping[str, str]:
        """What changed at each series break, in a few words, by its id."""
        return {row["series_break"]: row["title"] for row in self.breaks}

    @property
    def late(self) -> Mart:
        """The tables of benefits and of the ministry's lists that are not as their publisher has them."""
        shown = {row["table_id"] for rows in (self.recipients, self.ranking) for row in rows}
        return [row for row in self.freshness if row["is_fresh"] is False and row["table_id"] in shown]


_OF_AREA = {
    "recipients": "select * from marts.benefit_recipients where area_code = :area order by period_first_day, benefit_group",
    "totals": "select * from marts.benefit_totals where area_code = :area order by period_first_day",
    "ranking": (
        "select * from marts.benchmark_ranking where area_code = :area "
        "order by period_last_day desc, benefit_area <> 'Ydelsesgrupper i alt', benefit_area, stands_beside, table_id"
    ),
    "savings": (
        "select * from marts.savings where area_code = :area "
        "order by period_last_day desc, benefit_area <> 'Ydelsesgrupper i alt', benefit_area, basis"
    ),
    "revisions": (
        "select * from marts.revisions where area_code = :area "
        "order by seen_at desc, table_id, period_last_day desc, measure, members::text"
    ),
}
_SAME_FOR_ALL = {
    "country": "select * from marts.benefit_recipients where area_code = :country",
    "country_totals": "select * from marts.benefit_totals where area_code = :country order by period_first_day",
    "breaks": "select * from marts.series_breaks order by first_period_first_day, table_id",
    "vintages": "select * from marts.known_moments order by table_id, vintage_id desc",
    "freshness": "select * from marts.freshness_on(:today, 'infinity')",
}


def read(connection: Connection, areas: Sequence[Area], *, span: Span | None, today: date) -> list[Held]:
    """What there is of each municipality, as it stands."""
    labels = {(each.id, measure.name): measure.label for each in tables_here().values() for measure in each.measures}
    same = {name: _rows(connection, asked, country=COUNTRY, today=today) for name, asked in _SAME_FOR_ALL.items()}
    rehearsed = is_rehearsed(connection)
    return [
        Held(
            area=area,
            span=span,
            **same,
            credits=credits_here(),
            labels=labels,
            rehearsed=rehearsed,
            **{name: _rows(connection, asked, area=area.code) for name, asked in _OF_AREA.items()},
        )
        for area in areas
    ]


def _rows(connection: Connection, statement: str, **values: object) -> Mart:
    wanted = {name: value for name, value in values.items() if f":{name}" in statement}
    return [dict(row) for row in connection.execute(text(statement), wanted).mappings()]
