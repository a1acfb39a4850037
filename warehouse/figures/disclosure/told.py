"""What the marts tell of hidden counts, as rows with limits: one row per number told, in terms of the counts behind it.

A number that holds no hidden count is left out: it tells of shown ones. The functions are pure: cells beside rows of a mart.
"""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from warehouse.figures.disclosure.relations import FULL_TIME, LINES, WORKFORCE

SAID = pl.Schema(
    {"row": pl.String, "place": pl.String, "area_code": pl.String, "period": pl.String, "about": pl.String}
    | dict.fromkeys(("told_low", "told_high"), pl.Float64)
)
"""One row per number told: where, of what, and the least and the greatest that it leaves possible (null: no limit)."""

RECIPIENTS = {
    "recipients_persons": "persons",
    "recipients_full_time_persons": FULL_TIME,
    "share_of_workforce_pct": "workforce_pct",
    "share_of_population_pct": "population_pct",
}
"""Columns of marts.benefit_recipients, each with the measure it is of."""

TOTALS = ("total_full_time_persons", "total_low_full_time_persons", "total_high_full_time_persons")
AVERAGES = tuple(name.replace("total", "average", 1) for name in TOTALS)
SHARE_OF_COUNTRY = ("recipients_full_time_persons", "share_pct", "gap_pct_point")
SETTLED = ("published_value", "settled_value", "settled_low_value", "settled_high_value")

_INFINITY = float("inf")
_IS_HIDDEN = pl.col("status") == "suppressed"
_IS_WHOLE = pl.col("status").is_in(["observed", "suppressed"])
_PLACE = ("area_code", "period")
_EXACT = 1e-6
_MOST_DIGITS = 6


class Told(NamedTuple):
    """Numbers told, one row each in `said`, and in `lines` the cells that each is made of, with weights."""

    said: pl.DataFrame
    lines: pl.DataFrame


def told_together(*parts: Told) -> Told:
    """What several tell, without what holds no hidden count."""
    lines = pl.concat([pl.DataFrame(schema=LINES), *(part.lines.select(LINES.names()) for part in parts)])
    lines = lines.filter(_IS_HIDDEN.any().over("row"))
    said = pl.concat([pl.DataFrame(schema=SAID), *(part.said.select(SAID.names()) for part in parts)])
    return Told(said.join(lines.select("row").unique(), on="row", how="semi").sort("row"), lines)


def of_recipients(cells: pl.DataFrame, rows: pl.DataFrame, *, place: str) -> Told:
    """Of rows of marts.benefit_recipients: counts, and percentages other than those the publisher shows beside them."""
    parts = []
    for column, measure in RECIPIENTS.items():
        key = ["benefit_group", *_PLACE]
        told = rows.select(*key, told=column).drop_nulls("told")
        if measure.endswith("_pct"):
            parts += _of_rates(cells, told, measure=measure, place=f"{place}.{column}")
            continue
        found = told.join(cells.filter(pl.col("measure") == measure), on=key)
        named = found.with_columns(
            row=_named(f"{place}.{column}", "benefit"), about="benefit", told_low="told", told_high="told"
        )
        parts.append(_told(named.with_columns(weight=pl.lit(1.0)), place=f"{place}.{column}"))
    return told_together(*parts)


def _of_rates(cells: pl.DataFrame, told: pl.DataFrame, *, measure: str, place: str) -> list[Told]:
    """Percentages of a hidden count: it lies between the lowest and the highest that is printed so of its base."""
    key = ["benefit_group", *_PLACE]
    shown = cells.filter(pl.col("measure") == measure, ~_IS_HIDDEN).select(*key, shown="value")
    hidden = cells.filter(pl.col("measure") == FULL_TIME, _IS_HIDDEN)
    found = told.join(shown, on=key, how="left").join(hidden, on=key)
    other = found.filter((pl.col("told") - pl.col("shown")).abs().fill_null(1.0) > _EXACT)
    half, base = step_of(pl.col("told")) / 2, WORKFORCE if measure == "workforce_pct" else "population"
    sides = (("at least", pl.col("told") - half, -0.5, _INFINITY), ("at most", pl.col("told") + half, -_INFINITY, 0.5))
    parts = []
    for side, rate, low, high in sides:
        limits = {"low": pl.lit(low), "high": pl.lit(high), "told_low": pl.col("told"), "told_high": pl.col("told")}
        named = other.with_columns(
            row=_named(f"{place} {side}", "benefit"),
            about=pl.col("benefit") + f", {side}",
            weight=pl.lit(1.0),
            **limits,
        )
        bases = named.with_columns(
            quantity=pl.concat_str(pl.lit(f"{base} "), "area_code", pl.lit(" "), "period_id"), weight=-rate / 100
        )
        both = pl.concat([named, bases])
        parts.append(Told(_said(named, place=place), both))
    return parts


def step_of(number: pl.Expr) -> pl.Expr:
    """What the last digit of a number counts: of six after the point at most.

    >>> pl.DataFrame({"pct": [1.0, 0.5, 0.125]}).select(step_of(pl.col("pct")))["pct"].to_list()
    [1.0, 0.1, 0.001]
    """
    steps = [
        pl.when((number.round(digits) - number).abs() < 10.0 ** -(_MOST_DIGITS + 2)).then(10.0**-digits)
        for digits in range(_MOST_DIGITS)
    ]
    return pl.coalesce(*steps, pl.lit(10.0**-_MOST_DIGITS)).alias("pct")


def of_totals(cells: pl.DataFrame, rows: pl.DataFrame, *, place: str) -> Told:
    """Of rows of marts.benefit_totals: the sum, the least and the greatest, over the benefits that are counted.

    A part that lacks is no less than none, so that a sum says of the others that they are at most that.
    """
    counted = cells.filter(
        "counted", pl.col("measure") == FULL_TIME, pl.col("status").is_in(["observed", "suppressed"])
    )
    parts = []
    for column, limits in _limits_of(TOTALS).items():
        told = rows.drop_nulls(column).with_columns(row=_named(f"{place}.{column}"), about=pl.lit("all benefits"))
        told = told.with_columns(
            told_low=pl.when(_IS_WHOLE & limits[0]).then(column),
            told_high=pl.when(limits[1]).then(column),
        )
        lines = told.select(*_PLACE, "row", "about", "told_low", "told_high").join(counted, on=_PLACE)
        parts.append(_told(lines.with_columns(weight=pl.lit(1.0)), place=f"{place}.{column}"))
    return told_together(*parts)


def _limits_of(columns: tuple[str, str, str]) -> dict[str, tuple[bool, bool]]:
    """Whether a column is no less than what it tells of, and no more: a value is both, a low and a high are one each."""
    return dict(zip(columns, ((True, True), (True, False), (False, True)), strict=True))


def of_shares_of_country(cells: pl.DataFrame, rows: pl.DataFrame, *, place: str) -> Told:
    """Of rows of marts.block_grant_share: a hidden count told, or its share of the country, or that against the key."""
    hidden = cells.filter(pl.col("measure") == FULL_TIME, _IS_HIDDEN)
    found = rows.join(hidden, left_on=["benefit_group_name", *_PLACE], right_on=["benefit", *_PLACE])
    country = pl.col("country_full_time_persons")
    share = {"share_pct": pl.col("share_pct"), "gap_pct_point": pl.col("gap_pct_point") + pl.col("key_pct")}
    told = {"recipients_full_time_persons": pl.col("recipients_full_time_persons")}
    told |= {name: pct * country / 100 for name, pct in share.items()}
    parts = []
    for column, value in told.items():
        named = found.with_columns(told_low=value, told_high=value, about="benefit_group_name", weight=pl.lit(1.0))
        named = named.drop_nulls("told_low").with_columns(
            row=_named(f"{place}.{column}", "benefit_group_name", "basis")
        )
        parts.append(_told(named, place=f"{place}.{column}"))
    return told_together(*parts)


def of_settled(cells: pl.DataFrame, rows: pl.DataFrame, *, place: str) -> Told:
    """Of rows of marts.settled_values that are of a hidden count: what is published of it, or expected."""
    hidden = cells.filter("is_total", _IS_HIDDEN).select("table_id", "measure", *_PLACE, "quantity", "value", "status")
    found = rows.join(hidden, on=["table_id", "measure", *_PLACE])
    parts = []
    for column in SETTLED:
        said = found.drop_nulls(column).with_columns(
            row=_named(f"{place}.{column}", "table_id", "measure"),
            about=pl.concat_str("table_id", pl.lit(", "), "measure"),
            weight=pl.lit(1.0),
            told_low=None if column.endswith("high_value") else column,
            told_high=None if column.endswith("low_value") else column,
        )
        parts.append(_told(said.cast({"told_low": pl.Float64, "told_high": pl.Float64}), place=f"{place}.{column}"))
    return told_together(*parts)


def of_revisions(rows: pl.DataFrame, *, place: str) -> Told:
    """Of rows of marts.revisions with a hidden side: that side told, or a change that tells it.

    Each is a quantity of its own, since what was hidden in one version says nothing of another.
    """
    change, before, after = pl.col("change_value"), pl.col("before_value"), pl.col("after_value")
    sides = {
        "before": pl.coalesce(before, after - change),
        "after": pl.coalesce(after, before + change),
    }
    parts = []
    for side, value in sides.items():
        name = _named(f"{place} {side}", "table_id", "measure", "members")
        hidden = rows.filter(pl.col(f"{side}_status") == "suppressed").with_columns(told_low=value, told_high=value)
        said = hidden.drop_nulls("told_low").with_columns(
            row=name,
            quantity=name,
            about=pl.concat_str("table_id", pl.lit(", "), "measure", pl.lit(", "), "members"),
            value=pl.lit(None, dtype=pl.Float64),
            status=pl.lit("suppressed"),
            weight=pl.lit(1.0),
        )
        parts.append(_told(said, place=f"{place}.{side}_value"))
    return told_together(*parts)


def of_averages(cells: pl.DataFrame, rows: pl.DataFrame, *, place: str) -> Told:
    """Of answers of marts.benefit_average_as_of over areas of one month, one row each with the `areas` it is of."""
    counted = cells.filter(
        "counted", pl.col("measure") == FULL_TIME, pl.col("status").is_in(["observed", "suppressed"])
    )
    parts = []
    for column, limits in _limits_of((AVERAGES[0], AVERAGES[1], AVERAGES[2])).items():
        told = rows.drop_nulls(column).with_columns(
            row=_named(f"{place}.{column}", "period"),
            about=pl.lit("all benefits of several areas"),
            told_low=pl.when(_IS_WHOLE & limits[0]).then(column),
            told_high=pl.when(limits[1]).then(column),
        )
        lines = told.explode("areas").rename({"areas": "of"}).join(
            counted.rename({"area_code": "of"}), on=["of", "period"], suffix="_of_cell"
        )  # fmt: skip
        lines = lines.with_columns(weight=pl.lit(1.0), status=pl.col("status_of_cell"))
        parts.append(_told(lines, place=f"{place}.{column}"))
    return told_together(*parts)


def _named(place: str, *columns: str) -> pl.Expr:
    """What tells a number from every other: its place, area and period, and what else it is of."""
    return pl.concat_str(pl.lit(place), *_PLACE, *columns, separator=" ")


def _told(lines: pl.DataFrame, *, place: str) -> Told:
    """Lines that have `told_low` and `told_high` as what is told of their sum."""
    bounded = lines.with_columns(
        low=pl.col("told_low").cast(pl.Float64).fill_null(-_INFINITY),
        high=pl.col("told_high").cast(pl.Float64).fill_null(_INFINITY),
    )
    return Told(_said(lines, place=place), bounded)


def _said(lines: pl.DataFrame, *, place: str) -> pl.DataFrame:
    """What is told, once each."""
    said = lines.select("row", *_PLACE, "about", "told_low", "told_high", place=pl.lit(place)).unique("row")
    return said.cast({"told_low": pl.Float64, "told_high": pl.Float64})
