"""Compute how counts and shares of benefit recipients compare: with a year earlier, and with the country."""

from __future__ import annotations

import polars as pl

from warehouse.formulas.statuses import computed


def change(frame: pl.DataFrame, *, of: str) -> pl.DataFrame:
    """The change from `<of>_year_earlier` to `of`, in their unit, and in per cent of what was.

    >>> october = pl.DataFrame({"persons": [2882], "persons_year_earlier": [2844]})
    >>> change(october, of="persons").select("change", pl.col("change_pct").round(2)).row(0)
    (38.0, 1.34)

    Source: Herlev, 31 January 2024, item 6. Adds `change` and `change_pct`. Raises FormulaError.
    """
    now, before = pl.col(of), pl.col(f"{of}_year_earlier")
    return computed(frame, change=now - before, change_pct=(now - before) / before.abs() * 100)


def against_country(frame: pl.DataFrame) -> pl.DataFrame:
    """A municipality's share beside the country's: the difference in percentage points, negative below the country.

    >>> rows = pl.DataFrame({"share_pct": [1.5], "country_share_pct": [2.0]})
    >>> against_country(rows)["gap_pct_point"].item()
    -0.5

    Adds `gap_pct_point`. Raises FormulaError.
    """
    return computed(frame, gap_pct_point=(pl.col("share_pct") - pl.col("country_share_pct")).round(9))
