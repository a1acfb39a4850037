"""Figures of a municipality's own tables: activation, ordinary hours, exits, targets, surveys, cases and budgets.

A table says what it feeds in its contract; the names of its measures are those docs/sources/local_files.md lists.
"""

from __future__ import annotations

import polars as pl

from warehouse.formulas import block_grant as grants
from warehouse.formulas import own_tables as budgets
from warehouse.formulas import own_tables as shares
from warehouse.formulas import own_tables as targets

_GROUP = ("area_code", "period_id")
_KINDS = {"minimum": "minimum", "maksimum": "maximum", "maximum": "maximum"}


def activation_mix(rows: pl.DataFrame) -> pl.DataFrame:
    """Each offer's share of all courses begun."""
    named = rows.rename({"courses_cases": "value", "courses_cases_status": "status"})
    found = shares.offer_mix(named, by=_GROUP).rename({"value": "courses_cases", "status": "courses_cases_status"})
    return found.with_columns(total_cases="total_low")


def ordinary_hours(rows: pl.DataFrame) -> pl.DataFrame:
    """Persons with ordinary hours and their share, against the country's, and the group the two imply."""
    return shares.ordinary_hours(rows)


def exits(rows: pl.DataFrame) -> pl.DataFrame:
    """Each outcome's share, and the persons it means where the number of finished courses is known."""
    return shares.exits(rows, by=_GROUP, smallest_shown=0)


def followup(rows: pl.DataFrame) -> pl.DataFrame:
    """Each target against what was reached; an item ends in `minimum` or `maksimum`."""
    word = pl.col("item").str.split(", ").list.last().str.to_lowercase()
    kind = word.replace_strict(_KINDS, default=None, return_dtype=pl.String)
    known = rows.with_columns(kind=kind).filter(pl.col("kind").is_not_null())
    return targets.target_followup(known, smallest_shown=0)


def response_rate(rows: pl.DataFrame) -> pl.DataFrame:
    """How many of those who were asked have answered."""
    return grants.response_rate(rows)


def cases_per_1000(rows: pl.DataFrame) -> pl.DataFrame:
    """Cases per 1,000 inhabitants on 1 January."""
    return grants.cases_per_1000(rows)


def multi_year_budget(rows: pl.DataFrame) -> pl.DataFrame:
    """A year's lines and, as `I alt`, their sum."""
    entries = rows.with_columns(line="item", year="period_id")
    found = budgets.budget(entries, by=("area_code",)).filter(pl.col("sum_of").is_in(["entry", "year"]))
    about = rows.group_by(_GROUP, maintain_order=True).agg(
        pl.col("period", "day", "basis").first(),
        *(pl.col(name).explode().drop_nulls().unique().sort() for name in ("caveats", "assumptions", "vintages")),
    )
    named = found.with_columns(period_id=pl.col("year").cast(pl.Int32), item=pl.col("line").fill_null("I alt"))
    return named.join(about, on=_GROUP, how="left")
