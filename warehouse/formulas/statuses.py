"""What a result may rest on: a formula is computed only where all its inputs were observed, and says so where not."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from warehouse.schema.statuses import STATUSES

FROM_BEST_TO_WORST = (*STATUSES, "missing", "undefined")
"""Those of an observation, then `missing` (an input is not there at all) and `undefined` (such as a share of nothing)."""
_RANKS = {status: rank for rank, status in enumerate(FROM_BEST_TO_WORST)}
# Shares and products of decimals are off by less than this, and whole persons never are.
_NOISE = 9


class FormulaError(ValueError):
    """A frame is not what a formula takes; the message names the column, what was expected and what was found."""


def computed(frame: pl.DataFrame, **formulas: pl.Expr) -> pl.DataFrame:
    """`frame` with each formula's column and its status beside it; rows and their order stay.

    A status is the worst among those of the columns the formula reads. Raises FormulaError.
    """
    results = [column for name, formula in formulas.items() for column in _computed(frame, formula, name=name)]
    return frame.with_columns(results)


def _computed(frame: pl.DataFrame, formula: pl.Expr, *, name: str) -> tuple[pl.Series, pl.Series]:
    inputs = list(dict.fromkeys(formula.meta.root_names()))
    require(frame, columns=inputs, of=name)
    if name in frame.columns:
        raise FormulaError(
            f"{name} is to be computed, and the frame already has a column of that name; rename it first"
        )
    status = frame.select(worst(status_of(frame, column=column) for column in inputs)).to_series()
    value = _evaluated(frame.select(inputs), formula, name=name)
    if value.dtype.is_float():
        value = value.set(~value.is_finite(), None).set(value == 0, 0.0)  # a nought has no sign: nobody saves -0 kr.
    both = pl.DataFrame({"value": value, "status": status}).select(
        pl.when(status="observed").then("value").alias(name),
        pl.when(pl.col("value").is_null() & (pl.col("status") == "observed"))
        .then(pl.lit("undefined"))
        .otherwise("status")
        .alias(f"{name}_status"),
    )
    return both[name], both[f"{name}_status"]


def _evaluated(inputs: pl.DataFrame, formula: pl.Expr, *, name: str) -> pl.Series:
    try:
        return inputs.with_columns(as_floats(inputs)).select(formula).to_series()
    except pl.exceptions.PolarsError as error:
        found = ", ".join(f"{column} as {dtype}" for column, dtype in inputs.schema.items())
        raise FormulaError(f"{name} is computed from numbers, and the frame has {found}") from error


def as_floats(frame: pl.DataFrame) -> list[pl.Expr]:
    """The numbers of a frame as floats, empty columns among them: small integers would run over, unsigned ones under."""
    numbers = [column for column, dtype in frame.schema.items() if dtype.is_numeric() or dtype == pl.Null]
    return [pl.col(column).cast(pl.Float64) for column in numbers]


def require(frame: pl.DataFrame, *, columns: Iterable[str], of: str) -> None:
    """Raise FormulaError where a column that a formula reads is not there."""
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise FormulaError(f"{of} takes {', '.join(missing)}, and the frame has only {', '.join(frame.columns)}")


def status_of(frame: pl.DataFrame, *, column: str) -> pl.Expr:
    """The status of a column: what stands beside it, and `missing` where nothing is there; raises FormulaError."""
    beside = f"{column}_status"
    empty = pl.col(column).is_null()
    if beside not in frame.columns:
        return pl.when(empty).then(pl.lit("missing")).otherwise(pl.lit("observed"))
    strange = sorted(set(frame[beside].drop_nulls()) - set(FROM_BEST_TO_WORST))
    if strange:
        raise FormulaError(f"{beside} holds '{strange[0]}'; a status is one of {', '.join(FROM_BEST_TO_WORST)}")
    written = pl.col(beside).fill_null("observed")
    return pl.when(empty & (written == "observed")).then(pl.lit("missing")).otherwise(written)


def worst(statuses: Iterable[pl.Expr]) -> pl.Expr:
    """The worst of several statuses of a row."""
    ranks = [status.replace_strict(_RANKS, return_dtype=pl.Int8) for status in statuses]
    return pl.max_horizontal(ranks).replace_strict(dict(enumerate(FROM_BEST_TO_WORST)), return_dtype=pl.String)


def worst_of_rows(status: pl.Expr) -> pl.Expr:
    """The worst status among the rows of a group."""
    rank = status.replace_strict(_RANKS, return_dtype=pl.Int8).max()
    return rank.replace_strict(dict(enumerate(FROM_BEST_TO_WORST)), return_dtype=pl.String)


def classified(frame: pl.DataFrame, *, column: str) -> pl.DataFrame:
    """`frame` with the status of a column beside it, and no value where it was not observed; raises FormulaError."""
    status = status_of(frame, column=column)
    if not as_floats(frame.select(column)):
        raise FormulaError(f"{column} holds numbers, and the frame has it as {frame.schema[column]}")
    value = pl.when(status == "observed").then(pl.col(column).cast(pl.Float64))
    return frame.with_columns(value.alias(column), status.alias(f"{column}_status"))


def given(frame: pl.DataFrame, *columns: str) -> pl.DataFrame:
    """`frame` with columns that a formula takes where they are known: empty ones where the frame has none."""
    absent = [column for column in columns if column not in frame.columns]
    return frame.with_columns(pl.lit(None, dtype=pl.Float64).alias(column) for column in absent)


def whole(number: pl.Expr) -> pl.Expr:
    """The nearest whole number; a half goes away from zero, as people round."""
    return number.round(_NOISE).round(0, mode="half_away_from_zero")


def at_least(number: pl.Expr) -> pl.Expr:
    """The smallest whole number that is no less."""
    return number.round(_NOISE).ceil()


def at_most(number: pl.Expr) -> pl.Expr:
    """The greatest whole number that is no more."""
    return number.round(_NOISE).floor()
