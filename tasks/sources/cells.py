"""Cells: what every source is read to, whatever its answers look like, before they are staged.

A cell is one measure of one area, period and set of members. The status is read off the raw cell before any conversion;
a value is there if and only if the status is `observed`.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import polars as pl

from tasks.stoppages import CellsDisagree, NotAsAsked
from warehouse.areas import all_areas
from warehouse.catalogue.model import Table
from warehouse.formats.clean_text import composed
from warehouse.periods import Period

KEY = ["period_id", "area_id", "members", "measure"]
SCHEMA = pl.Schema(
    {
        "period_id": pl.Int32,
        "area_id": pl.Int16,
        "members": pl.String,
        "measure": pl.String,
        "value": pl.Float64,
        "status": pl.String,
    }
)
Cut = tuple[str, pl.DataFrame]
"""The cells of one answer, and which cut of the table was asked for."""


def require_asked(rows: pl.DataFrame, *, column: str, other: Collection[str], of: str) -> None:
    """Raise NotAsAsked, with the rows, where a column holds one of the `other` labels, which were not asked for."""
    found = rows.filter(pl.col(column).is_in(list(other)))
    if found.height:
        raise NotAsAsked(
            f"{of}: the answer has {found.height} rows of '{found[column].sort()[0]}' in the column {column}, which was not "
            "asked for. Nothing of it was published; the next run asks again. If it stays, ask the publisher",
            cells=found.head(1000).to_dicts(),
        )


def require_each_came(found: pl.Series, *, asked: Collection[int | str], of: str) -> None:
    """Raise NotAsAsked where the numbers of periods lack one that was asked for: it would be taken for withdrawn."""
    missing = {int(each) for each in asked} - {*found.unique()}
    if missing:
        raise NotAsAsked(
            f"{of}: {Period.from_key(min(missing))} was asked for and did not come. Nothing of the answer was published; "
            "the next run asks again"
        )


def tidied(labels: pl.Expr) -> pl.Expr:
    """The labels of a column composed and without blanks to spare, as the catalogue writes them (`composed` for a column)."""
    return labels.str.normalize("NFC").str.replace_all(r"\s+", " ").str.strip_chars()


def tidy_labels(frame: pl.DataFrame) -> pl.DataFrame:
    """A frame whose column names and texts are tidy; the same frame where two columns would then have one name."""
    names = {name: composed(name) for name in frame.columns}
    if len({*names.values()}) < len(names):
        return frame
    return frame.with_columns(tidied(pl.col(pl.String))).rename(names)


def one_of_each(cells: pl.DataFrame, *, table: Table) -> pl.DataFrame:
    """Each cell once, sorted by its key; raises CellsDisagree where one came with different values.

    A label that stands on two levels of a hierarchy brings the same cell twice (seen in y01c01).
    """
    ordered = cells.sort([*KEY, "value"])
    if not repeats(ordered, KEY):
        return ordered
    once = ordered.unique(maintain_order=True)
    disagreeing = once.filter(pl.struct(KEY).is_duplicated())
    if disagreeing.height:
        kept = [in_names(row) for row in disagreeing.head(1000).to_dicts()]
        first = kept[0]
        of = ", ".join([first["area"], *first["members"].values()])
        raise CellsDisagree(
            f"{table.id}: {disagreeing.height} cells came more than once with different values, the first "
            f"{first['measure']} of {of} in {first['period']}: "
            "one label may stand for two members; look at the hierarchy in the publisher's metadata",
            cells=kept,
        )
    return once


def members_of(columns: list[pl.Series], *, rows: int) -> pl.Series:
    """The members of so many rows, a column per breakdown, as JSON with sorted keys; `{}` where there are no breakdowns."""
    if not columns:
        return pl.repeat("{}", rows, dtype=pl.String, eager=True)
    named = pl.DataFrame(columns)
    lookup = named.unique()
    written = [json.dumps(row, ensure_ascii=False, sort_keys=True) for row in lookup.to_dicts()]
    lookup = lookup.with_columns(members=pl.Series(written, dtype=pl.String))
    return named.join(lookup, on=named.columns, how="left", maintain_order="left")["members"]


def nearest(text: str, *, among: Iterable[str]) -> str:
    """The end of an advice: which of the declared names a text is like, or nothing."""
    close = difflib.get_close_matches(text, list(among), n=1, cutoff=0.5)
    return f"; the nearest declared is '{close[0]}'" if close else ""


def repeats(ordered: pl.DataFrame, key: list[str]) -> bool:
    """Whether a row has the key of the one before it."""
    same = pl.all_horizontal(pl.col(name) == pl.col(name).shift(1) for name in key)
    return bool(ordered.select(same.any()).item())


def in_names(row: Mapping[str, Any]) -> dict[str, Any]:
    """A cell as a person reads it: our numbers of period and area as their names."""
    areas = {area.key: area.name for area in all_areas()}
    names = {"period": str(Period.from_key(row["period_id"])), "area": areas[row["area_id"]]}
    return names | {
        "measure": row["measure"],
        "members": json.loads(row["members"]),
        "value": row["value"],
        "status": row["status"],
    }
