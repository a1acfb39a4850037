"""Marts: what the dashboard asks, as an account that may read the schema marts and nothing else.

All that one page shows is read in one transaction that cannot write, so that its parts agree while a night is at work.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import dict_row

DENMARK = ZoneInfo("Europe/Copenhagen")
COUNTRY = "000"
Rows = list[dict[str, Any]]


class Unreachable(RuntimeError):
    """The marts cannot be read; the message says so to a Danish reader, with the next step."""


@contextmanager
def reading(url: str) -> Iterator[Marts]:
    """The marts as they stand now, for as long as a page is made. Raises Unreachable."""
    _refuse_misread(url)
    try:
        connection = psycopg.connect(url, row_factory=dict_row, connect_timeout=10, prepare_threshold=None)
    except psycopg.OperationalError as error:
        raise Unreachable(
            f"Datavarehuset svarer ikke ({_first_line(error)}). Er serveren startet, og er adressen i DASHBOARD_URL rigtig?"
        ) from error
    with connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        try:
            yield Marts(connection)
        except (
            psycopg.errors.UndefinedTable,
            psycopg.errors.UndefinedColumn,
            psycopg.errors.UndefinedFunction,
            psycopg.errors.InvalidSchemaName,
        ) as error:
            raise Unreachable(
                "Datavarehuset er tomt eller af en ældre version: kør `jobindsats warehouse migrate` og derefter en nat."
            ) from error
        except psycopg.errors.InsufficientPrivilege as error:
            raise Unreachable(
                f"Kontoen må ikke læse datavarehuset ({_first_line(error)}): kør `jobindsats warehouse reader --login NAVN`."
            ) from error


def _refuse_misread(url: str) -> None:
    """Refuse an address that a sign in its password cuts at another place: the parts would be told with the error."""
    try:
        parts = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        parts = {"host": "@"}
    if "@" in f"{parts.get('host')}{parts.get('dbname')}" or not str(parts.get("port", 0)).isdecimal():
        raise Unreachable(
            "Adressen i DASHBOARD_URL kan ikke læses: skriv @ : / # ? og % i adgangskoden som %40 %3A %2F %23 %3F og %25."
        )


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n", maxsplit=1)[0]


def end_of(day: date) -> datetime:
    """The last moment of a day in Denmark.

    >>> end_of(date(2023, 11, 5)).isoformat()
    '2023-11-05T23:59:59.999999+01:00'
    """
    return datetime.combine(day + timedelta(days=1), time(), DENMARK) - timedelta(microseconds=1)


class Marts:
    """The questions, each one statement with its values bound."""

    def __init__(self, connection: psycopg.Connection[dict[str, Any]]) -> None:
        self._connection = connection

    def _rows(self, statement: str, **values: Any) -> Rows:
        return self._connection.execute(statement, values).fetchall()

    def municipalities(self) -> Rows:
        """Code and name of each municipality with counts."""
        # From one area to the next in the index, and not through every row of every area.
        return self._rows(
            "with recursive found as ((select area_code, area_name, area_kind from marts.benefit_recipients "
            "order by area_code limit 1) union all select following.* from found, lateral (select area_code, area_name, "
            "area_kind from marts.benefit_recipients r where r.area_code > found.area_code order by r.area_code limit 1) "
            "following) select area_code, area_name from found where area_kind = 'municipality'"
        )

    def days(self) -> list[date]:
        """The Danish days on which counts became known, the first first."""
        # The least vintage is the first that the index has of a table; whether there is any row may be sought in all of them.
        found = self._rows(
            "select distinct (seen_at at time zone 'Europe/Copenhagen')::date as day from marts.vintages k "
            "where table_id = 'y30r21' or (select min(r.vintage_id) from marts.benefit_recipients r "
            "where r.table_id = k.table_id) is not null order by 1"
        )
        return [row["day"] for row in found]

    def rehearsed(self) -> bool:
        """Whether the figures are a stand-in publisher's, and so invented."""
        return bool(self._rows("select from marts.vintages where rehearsed limit 1"))

    def recipients(self, area_code: str, *, as_of: datetime) -> Rows:
        """One row per benefit group and month of an area, as it was known."""
        return self._rows(
            "select * from marts.benefit_recipients_as_of(%(as_of)s, %(area)s) order by benefit_group_name, period_first_day",
            as_of=as_of,
            area=area_code,
        )

    def totals(self, area_code: str, *, as_of: datetime) -> Rows:
        """One row per month of an area: all counted benefits together, whole or with what lacks, as it was known."""
        return self._rows(
            "select * from marts.benefit_totals_as_of(%(as_of)s, %(area)s) order by period_first_day",
            as_of=as_of,
            area=area_code,
        )

    def provisional(self, *, as_of: datetime) -> Rows:
        """One row per benefit group: its newest month, which is provisional."""
        return self._rows("select * from marts.provisional_as_of(%(as_of)s)", as_of=as_of)

    def freshness(self, table_ids: Sequence[str], *, today: date, as_of: datetime) -> Rows:
        """One row per table: whether it is as the publisher has it, and when its next figures come."""
        return self._rows(
            "select table_id, title, is_fresh, next_release_on, last_outcome, newest_period, publisher_updated_on, seen_at, "
            "retired_on from marts.freshness_on(%(today)s, %(as_of)s) "
            "where table_id = any(%(tables)s) order by table_id",
            tables=list(table_ids),
            today=today,
            as_of=as_of,
        )

    def shares(self, area_codes: Sequence[str], *, month: date, as_of: datetime) -> Rows:
        """One row per area and counted benefit group of one month: the share of the workforce."""
        return self._rows(
            "select r.area_name, r.benefit_group_name, r.share_of_workforce_pct, r.share_of_workforce_pct_status, "
            "r.recipients_full_time_persons, r.recipients_full_time_persons_status "
            "from unnest(%(areas)s::text[]) with ordinality a (code, place), "
            "lateral marts.benefit_recipients_as_of(%(as_of)s, a.code) r "
            "where r.period_first_day = %(month)s and r.counted_in_total order by a.place, r.benefit_group_name",
            areas=list(area_codes),
            month=month,
            as_of=as_of,
        )

    def everywhere(self, benefit: str, *, months: Sequence[date], day: datetime | None) -> Rows:
        """One row per municipality and month of a benefit, as it stands, or as it was known at a moment."""
        known = "marts.benefit_recipients_as_of(%(as_of)s)" if day else "marts.benefit_recipients"
        return self._rows(
            "select area_code, area_name, period_first_day, vintage_id, recipients_full_time_persons, "  # noqa: S608
            "recipients_full_time_persons_status, share_of_workforce_pct, share_of_workforce_pct_status "
            f"from {known} where benefit_group_name = %(benefit)s and area_kind = 'municipality' "
            "and period_first_day = any(%(months)s) order by area_code, period_first_day",
            benefit=benefit,
            months=list(months),
            as_of=day,
        )

    def tables(self) -> Rows:
        """One row per table that is loaded: id, title and publisher; adopted ones and the municipality's own among them."""
        return self._rows("select table_id, table_title, publisher from marts.tables where is_loaded order by table_id")

    def areas(self) -> Rows:
        """Code and name of every area, the country first."""
        return self._rows("select area_code, area_name from marts.areas order by area_order")

    def observations(self, table_id: str, area_code: str, *, as_of: datetime) -> Rows:
        """One row per measure, members and period of a table and area, as it was known, with the measure's label."""
        return self._rows(
            "select o.*, m.label from marts.observations_as_of(%(as_of)s, %(table)s, %(area)s) o "
            "join marts.measures m on m.measure_id = o.measure_id order by m.measure_id, o.member, o.period_last_day",
            as_of=as_of,
            table=table_id,
            area=area_code,
        )

    def revised(self, area_code: str, *, as_of: datetime) -> Rows:
        """One row per benefit group and month that was revised until then: the lowest and highest it was known as."""
        return self._rows(
            "select benefit_group, period, min(least(before_value, after_value)) as low, "
            "max(greatest(before_value, after_value)) as high, count(*) as times "
            "from marts.benefit_revisions_as_of(%(as_of)s, %(area)s, 'full_time_persons') group by 1, 2",
            area=area_code,
            as_of=as_of,
        )

    def breaks(self) -> Rows:
        """One row per series break and table of benefits, with the names of those that it concerns."""
        return self._rows(
            "select distinct b.table_id, b.first_period_first_day, b.title, b.caveat, b.benefit_groups "
            "from marts.series_breaks b where b.benefit_groups is not null order by 2, 1"
        )

    def ranking(self, area_code: str, *, as_of: datetime) -> Rows:
        """One row per group of benefits in the newest four quarters that were known."""
        return self._newest("marts.benchmark_ranking_as_of", area_code, as_of=as_of)

    def savings(self, area_code: str, *, as_of: datetime) -> Rows:
        """One row per group of benefits and price in the newest four quarters that were known."""
        return self._newest("marts.savings_as_of", area_code, as_of=as_of)

    def _newest(self, function: str, area_code: str, *, as_of: datetime) -> Rows:
        return self._rows(
            f"select * from (select r.*, max(period_last_day) over () as newest from {function}(%(as_of)s, %(area)s) r) r "  # noqa: S608
            "where period_last_day = newest order by benefit_area <> 'Ydelsesgrupper i alt', benefit_area",
            as_of=as_of,
            area=area_code,
        )

    def claims(self) -> Rows:
        """One row per claim of a paper that the nights check."""
        return self._rows("select * from marts.claim_check order by document, claim_no")

    def sources(self, table_ids: Sequence[str], *, as_of: datetime) -> Rows:
        """One row per table: the newest vintage that was known."""
        return self._rows(
            "select distinct on (table_id) table_id, table_title, vintage_id, publisher_updated_on, seen_at "
            "from marts.vintages where table_id = any(%(tables)s) and seen_at <= %(as_of)s "
            "order by table_id, vintage_id desc",
            tables=list(table_ids),
            as_of=as_of,
        )
