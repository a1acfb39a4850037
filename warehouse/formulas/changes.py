"""Changes and shares: against a year before, and of a whole."""

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


def share(frame: pl.DataFrame, *, part: str, whole: str) -> pl.DataFrame:
    """What `part` is of `whole`, in per cent.

    >>> herlev = pl.DataFrame({"local_persons": [29_215], "national_persons": [5_932_654]})
    >>> share(herlev, part="local_persons", whole="national_persons")["share_pct"].round(4).item()
    0.4924

    Source: population on 1 January 2023. Adds `share_pct`. Raises FormulaError.
    """
    return computed(frame, share_pct=pl.col(part) / pl.col(whole) * 100)
