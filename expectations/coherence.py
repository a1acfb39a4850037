"""Coherence: what was published comes back, all municipalities are there, parts and totals match, country and parts too.

Sums of cells are not the publisher's totals: small counts are hidden, and some persons have no municipality. Equality
is therefore never asked for (seen: the 98 summed are 174 below to 45 above the country).
"""

from __future__ import annotations

from expectations.checks import Audited, Check
from expectations.plausibility import COUNT_UNITS
from expectations.sql_literals import literal, literals
from warehouse.areas import municipalities, of_kind
from warehouse.catalogue.model import AreaKind
from warehouse.catalogue.publishers import LOCAL_PREFIX
from warehouse.catalogue.units import LARGE_COUNT
from warehouse.database.sql_files import read_sql
from warehouse.history.ended import ended_on

LARGEST_SHARE_MISSING = 0.01
_MINUTE = literal("YYYY-MM-DD HH24:MI")


def checks(audited: Audited) -> list[Check]:
    """The checks of coherence for one table."""
    returned = [_published_cells_return(audited), _no_large_count_vanishes(audited)]
    if audited.asked_periods is None:
        returned += [_published_labels_return(), _content_is_no_older_one(audited)]
    if audited.table.id.startswith(LOCAL_PREFIX):
        returned.append(_newest_period_returns(audited))
    kind = audited.table.area.level_holds
    everywhere = [_every_area_reports(kind)] if kind is not None and audited.table.coverage == "every" else []
    if kind != "municipality":
        return [*returned, *everywhere]
    parts = [_parts_match_total()] if len(audited.table.breakdowns) == 1 else []
    signed = [_gap_has_one_sign()] if set(_GAP) <= {measure.name for measure in audited.table.measures} else []
    return [*returned, *everywhere, *parts, *signed, _country_is_its_municipalities(), _country_matches()]


def _published_cells_return(audited: Audited) -> Check:
    """A file of people has no cells that come and go: one row less may be where a copy of it broke off."""
    share = 0 if audited.asked_periods is None else LARGEST_SHARE_MISSING
    most = f"at most {share * 100:g} per cent are" if share else "none is"
    return Check(
        "published_cells_return",
        f"of the cells that stood with a value, {most} missing from the load",
        query=_missing(audited, share=share),
        columns=_MISSING_COLUMNS,
    )


def _no_large_count_vanishes(audited: Audited) -> Check:
    """Of each cell, and not of each area: one answer of several can lack municipalities that the others have.

    Nor is it null now: a null where a large count stood is neither a small count nor one that is to come.
    """
    return Check(
        "no_large_count_vanishes",
        f"no count of {LARGE_COUNT} or more that stood is missing from the load or null in it",
        query=f"{_missing(audited, gone='status')} and m.unit in ({COUNT_UNITS}) and gone.was_value >= {LARGE_COUNT}",
        columns=_MISSING_COLUMNS,
    )


_MISSING_COLUMNS = ("period", "area", "measure", "members", "published_value")


_GONE = {"cell": "change = 'withdrawn'", "status": "status <> 'observed'"}


def _missing(audited: Audited, *, share: float = 0, gone: str = "cell") -> str:
    """The cells of the periods asked for that stand with a value and did not come, where more than a share did not.

    With `status` also those that came without a value.
    """
    return read_sql(__package__, "sql/missing_cells").format(
        asked=_asked(audited), ended=_ended_series(audited), share=share, lost=_GONE[gone]
    )


def _asked(audited: Audited) -> str:
    """The periods that were asked for, as a list or a query: those of the load, where its source says which they are."""
    if audited.asked_periods is None:
        return "select period_id from periods"
    return ", ".join(str(period.key) for period in audited.asked_periods) or "null"


def _published_labels_return() -> Check:
    """A file has no metadata that would tell of a label that is gone or spelled otherwise: its cells do."""
    return Check(
        "published_labels_return",
        "each measure, area and member that stood in the periods of the load is still in it",
        query=read_sql(__package__, "sql/missing_labels"),
        columns=("dimension", "label", "published_cells"),
    )


def _content_is_no_older_one(audited: Audited) -> Check:
    """The time at which a file was saved tells nothing: a copy of an older one is as new as the day it was made."""
    return Check(
        "content_is_no_older_one",
        "a file does not bring back to the cell what a newer one has replaced",
        query=f"""
        select to_char(was.seen_at at time zone 'Europe/Copenhagen', {_MINUTE}) as seen,
               to_char(min(following.seen_at) at time zone 'Europe/Copenhagen', {_MINUTE}) as replaced
        from core.vintages was join core.vintages following
          on following.table_no = was.table_no and following.vintage_id > was.vintage_id
        where was.table_no = {audited.table_no} and was.content_hash = {literal(audited.content_hash)}
        group by was.vintage_id, was.seen_at
        """,
        columns=("seen", "replaced"),
    )


def _newest_period_returns(audited: Audited) -> Check:
    """A file that tells of several published periods and not of the newest is an old one, or was cut off."""
    return Check(
        "newest_period_returns",
        "a file with several of the periods that stand has the newest of them",
        query=read_sql(__package__, "sql/newest_period").format(table_no=audited.table_no),
        columns=("period", "periods_again"),
    )


def _ended_series(audited: Audited) -> str:
    """The series that the catalogue says had ended when the load was seen, as a query: the publisher may take them."""
    ended = ended_on(audited.table, day=audited.seen_on)
    members = [(dimension, name) for dimension, name, _ in ended if dimension]
    measures = [(name,) for dimension, name, _ in ended if not dimension]
    return f"""
        select s.series_id from core.series s join core.measures m on m.measure_id = s.measure_id
        where s.table_no = {audited.table_no} and (
            m.name in ({literals([*measures] or [("",)])})
            or exists (select from ({literals([*members] or [("", "")])}) as ended(dimension, member)
                       where s.members ->> ended.dimension = ended.member))
    """


def _every_area_reports(kind: AreaKind) -> Check:
    areas = literals([(area.key, area.name) for area in of_kind(kind)])
    return Check(
        f"every_{kind}_reports",
        f"each {kind} has its total in each period",
        query=f"""
        select p.code as period, areas.name as area
        from (select period_id, array_agg(distinct area_id) as present from load where is_total group by period_id) periods
        join core.periods p on p.period_id = periods.period_id
        cross join ({areas}) as areas(area_id, name)
        where areas.area_id <> all(periods.present)
        """,
        columns=("period", "area"),
    )


_GAP = ("expected_full_time_persons", "actual_full_time_persons", "gap_full_time_persons")
ROUNDED_TO = 10


def _gap_has_one_sign() -> Check:
    """Nobody says which way round the publisher subtracts: the two levels tell, and all rows must tell the same."""
    levels = ", ".join(f"sum(b.value) filter (where b.measure = '{name}') as {name}" for name in _GAP)
    return Check(
        "gap_has_one_sign",
        "the published gap is actual minus expected in every row, or the reverse in every row, to within rounding to tens",
        query=read_sql(__package__, "sql/gap_has_one_sign").format(
            levels=levels, gap=", ".join(_GAP), rounded_to=ROUNDED_TO
        ),
        columns=("period", "area", "members", *_GAP),
    )


def _parts_match_total() -> Check:
    # Each cell is rounded for itself: k parts and a total miss each other by at most (k + 1) / 2, which is 1 for two.
    return Check(
        "parts_match_total",
        "where nothing is hidden, the parts sum to their total to within what rounding each cell allows",
        query="""
        select p.code as period, a.name as area, sums.measure, total, parts_sum, parts from parts sums
        join core.periods p on p.period_id = sums.period_id
        join core.areas a on a.area_id = sums.area_id
        where abs(total - parts_sum) > floor((parts + 1) / 2.0)
        """,
        columns=("period", "area", "measure", "total", "parts_sum", "parts"),
    )


def _country_is_its_municipalities() -> Check:
    # For each member and not only for the total: a member whose country figure is another's would not show in a sum.
    return Check(
        "country_is_its_municipalities",
        "the municipalities sum to the country to within a quarter, whatever is hidden",
        query=f"""
        select p.code as period, sums.measure, sums.members, sums.country, sums.shown_sum, sums.shown
        from (select *, coalesce(municipalities_sum, 0) as shown_sum from lines) sums
        join core.periods p on p.period_id = sums.period_id
        where sums.country >= 1000 and (sums.shown_sum > 1.25 * sums.country
              or sums.shown_sum + {LARGE_COUNT} * ({len(municipalities())} - sums.shown) < 0.75 * sums.country)
        """,
        columns=("period", "measure", "members", "country", "shown_sum", "shown"),
    )


def _country_matches() -> Check:
    return Check(
        "country_matches_municipalities",
        "where nothing is hidden, the municipalities sum to the country to within 5 per cent",
        blocking=False,
        query="""
        select p.code as period, measure, country, municipalities_sum from lines
        join core.periods p on p.period_id = lines.period_id
        where is_total and all_shown and country >= 1000 and abs(country - municipalities_sum) > 0.05 * country
        """,
        columns=("period", "measure", "country", "municipalities_sum"),
    )
