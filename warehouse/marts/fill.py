"""Fill a mart from its figure, in one transaction, and count what moved in it.

Which figure, and which of its columns becomes which of the mart's, is declared with the mart's table. A mart holds the
figure's rows for every area as they stand now.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.metadata import version

import polars as pl
from sqlalchemy import Connection, Integer, Table, text

from warehouse.areas import all_areas
from warehouse.catalogue.model import jobindsats
from warehouse.database import reader_role
from warehouse.database.copying import copy_frame
from warehouse.database.sql_files import read_sql
from warehouse.figures import FIGURES
from warehouse.figures.compute import answer
from warehouse.figures.inputs import Scope, first_days
from warehouse.figures.model import RECIPIENTS
from warehouse.history.dimensions import write_periods
from warehouse.marts.declaration import figure_of, sources_of, value_of
from warehouse.periods import Period

# Sums of the same parts in another order differ in the last digits; that is no move.
_AS_GOOD_AS_EQUAL = 1e-9


@dataclass(frozen=True)
class Moves:
    """How many figures of a mart are new, moved or gone, and which moved the most; in the unit of its value.

    Counts are rows of the mart. A figure that came to be hidden, or is no longer, has moved; by how much cannot be said.
    """

    mart: str
    rows: int
    new: int
    moved: int
    gone: int
    largest_of: str | None = None
    largest_before: float | None = None
    largest_after: float | None = None


_BUILT = """
insert into ops.figure_builds (mart, rests_on) values (:mart, :rests_on)
on conflict (mart) do update set rests_on = excluded.rests_on
"""


def fill(connection: Connection, mart: Table) -> Moves:
    """Fill a mart anew within the caller's transaction, or what can have moved of it; gives what moved in it."""
    connection.execute(text("select pg_advisory_xact_lock(hashtext('marts'), hashtext(:mart))"), {"mart": mart.name})
    before, state = _rested_on(connection, mart), rests_on(connection, mart)
    benefits = _moved_benefits(connection, mart, before=before, state=state)
    rows = rows_of(connection, mart, benefits=benefits)
    write_periods(connection, periods=[Period.parse(code) for code in rows["period"].unique().sort()])
    remember(connection, mart, benefits=benefits)
    connection.execute(text(_EMPTY.format_map(_names(mart, benefits=benefits))), {"benefits": benefits})
    copy_frame(connection, rows, into=mart.fullname)
    connection.execute(text(_BUILT), {"mart": mart.name, "rests_on": state})
    reader_role.renew(connection)
    return moves(connection, mart, benefits=benefits)


def rows_of(connection: Connection, mart: Table, *, benefits: list[str] | None = None) -> pl.DataFrame:
    """A mart's rows as they would be now, one per area, period, item and basis, sorted; of some benefits or of all."""
    figure = FIGURES[figure_of(mart)]
    said = " ".join(figure.caveats)
    scope = Scope(benefits=None if benefits is None else tuple(benefits))
    answered = answer(connection, figure, scope=scope).rows
    names = {area.code: area.name for area in all_areas()}
    rows = answered.select(
        "area_code",
        area_name=pl.col("area_code").replace_strict(names, return_dtype=pl.String),
        period=pl.col("period"),
        period_last_day=pl.col("day"),
        **{column: pl.col(source) for column, source in sources_of(mart).items()},
        caveats=pl.concat_list(pl.lit(said), "caveats").list.join(" ") if said else pl.col("caveats").list.join(" "),
        vintages=_in_words("vintages"),
        assumptions=_in_words("assumptions"),
        period_first_day=first_days(answered),
        **_benefits(mart),
    )
    return _whole(rows, mart)


def _in_words(name: str) -> pl.Expr:
    """Numbers as a text, since few reporting tools know arrays."""
    return pl.col(name).list.eval(pl.element().cast(pl.String)).list.join(", ")


def _benefits(mart: Table) -> dict[str, pl.Expr]:
    """The benefit group of each row of a mart that names benefits by their Danish names."""
    if "benefit_group" not in mart.columns:
        return {}
    groups = {group.name: group.id for group in jobindsats().benefit_groups}
    return {"benefit_group": pl.col("item").replace_strict(groups, default=None, return_dtype=pl.String)}


def _whole(rows: pl.DataFrame, mart: Table) -> pl.DataFrame:
    """Rows with whole numbers where the mart has them; raises ValueError for one that is not whole."""
    names = [column.name for column in mart.columns if isinstance(column.type, Integer)]
    for name in names:
        if (rows[name] != rows[name].cast(pl.Float64).round()).any():
            raise ValueError(f"{mart.name}.{name} is declared as whole numbers, and there are others among its figures")
    return rows.with_columns(pl.col(names).cast(pl.Int64))


def is_behind(connection: Connection, mart: Table) -> bool:
    """Whether what a mart rests on has changed since it was filled."""
    return _rested_on(connection, mart) != rests_on(connection, mart)


def _rested_on(connection: Connection, mart: Table) -> str | None:
    query = text("select rests_on from ops.figure_builds where mart = :mart")
    found: str | None = connection.scalar(query, {"mart": mart.name})
    return found


_PARTS = 6
"""Version, code, vintages by table, assumptions, declarations and recipes, with a blank between them."""

_RESTS_ON = """
select coalesce(string_agg(v.table_no || ':' || v.vintage_id, ',' order by v.table_no), '') || ' ' ||
       coalesce((select max(assumption_id)::text || '/' || count(superseded_at) from core.assumptions), '') || ' ' ||
       md5(coalesce(string_agg(t.declaration::text, ',' order by t.table_no), '')) || ' ' ||
       coalesce((select md5(string_agg(recipe, ',' order by table_id)) from ops.mart_recipes), '')
from core.tables t
join lateral (select table_no, max(vintage_id) as vintage_id from core.vintages where table_no = t.table_no
              group by table_no) v on true
where t.table_id = any(:tables) or 'feeds:' || t.feeds = any(:tables)
   or (:recipients and t.table_no in (select table_no from core.benefit_groups))
"""


def rests_on(connection: Connection, mart: Table) -> str:
    """What a mart would rest on if it were filled now, as a text to compare."""
    figure = FIGURES[figure_of(mart)]
    asked = {"tables": list(figure.tables), "recipients": RECIPIENTS in figure.tables}
    state = connection.scalar(text(_RESTS_ON), asked)
    assumed = (*figure.assumptions, *figure.joined_assumptions)
    declared = f"{figure.inputs} {assumed} {figure.caveats} {figure.printed} {sorted(sources_of(mart).items())}"
    code = hashlib.sha256(f"{declared} {figure.rests_on} {code_hash()}".encode()).hexdigest()[:12]
    return f"{version('jobindsats-warehouse')} {code} {state}"


def _moved_benefits(connection: Connection, mart: Table, *, before: str | None, state: str) -> list[str] | None:
    """The benefits whose rows can have moved, by their Danish names; None where any row can have."""
    tables = moved_tables(before, state) if FIGURES[figure_of(mart)].by_benefit else None
    of_benefits = set(connection.scalars(text("select distinct table_no from core.benefit_groups")))
    if before is None or not tables or not tables <= of_benefits:
        return None
    stood = _vintages_in(before)
    asked = {"tables": sorted(tables), "numbers": [*stood], "vintages": [*stood.values()]}
    return list(connection.scalars(text(read_sql(__package__, "moved_benefits")), asked))


def moved_tables(before: str | None, state: str) -> set[int] | None:
    """The tables of which one state rests on another vintage than the other, by number; None where more has changed.

    >>> moved_tables("0.1 c0de 3:1,7:2 9/0 d r", "0.1 c0de 3:1,7:4 9/0 d r")
    {7}
    >>> moved_tables("0.1 c0de 3:1 9/0 d r", "0.1 c0de 3:4 10/0 d r") is None
    True
    """
    was, now = ([] if before is None else before.split(" ")), state.split(" ")
    if before is None or len(was) != _PARTS or len(now) != _PARTS or [*was[:2], *was[3:]] != [*now[:2], *now[3:]]:
        return None
    then, since = _vintages_in(before), _vintages_in(state)
    return {table for table in then.keys() | since.keys() if then.get(table) != since.get(table)}


def _vintages_in(state: str) -> dict[int, int]:
    """The newest vintage of each table that a state names, by the table's number."""
    pairs = [each.split(":") for each in state.split(" ")[2].split(",") if each]
    return {int(table): int(vintage) for table, vintage in pairs}


@cache
def code_hash() -> str:
    """A hash of all that computes figures."""
    files = [
        file.read_bytes()
        for package in ("warehouse.assumptions", "warehouse.figures", "warehouse.formulas")
        for file in sorted(resources.files(package).iterdir(), key=lambda each: each.name)
        if file.name.endswith((".py", ".sql"))
    ]
    return hashlib.sha256(b"".join(files)).hexdigest()


# A table of ours rather than a temporary one, which an account of a given server may lack the right to make.
_FORGET = "drop table if exists {before}"
_REMEMBER = "create unlogged table {before} as select {keys}, {value} as value from {mart} where {part}"
_EMPTY = "delete from {mart} where {part}"
_DIFFERS = "(a.{value} is null) <> (b.value is null) or abs(a.{value} - b.value) > :equal * greatest(abs(a.{value}), 1)"

_COUNTED = """
select (select count(*) from {mart}) as rows, count(*) filter (where b.area_code is null) as new,
       count(*) filter (where a.area_code is null) as gone,
       count(*) filter (where a.area_code is not null and b.area_code is not null and ({differs})) as moved
from (select * from {mart} where {part}) a full join {before} b using ({keys})
"""

_LARGEST = """
select concat_ws(', ', a.area_name, {words}) as named, b.value as before, a.{value} as after
from {mart} a join {before} b using ({keys})
where a.{value} is not null and b.value is not null and ({differs})
order by abs(a.{value} - b.value) desc, {keys} limit 1
"""


def remember(connection: Connection, mart: Table, *, benefits: list[str] | None = None) -> None:
    """Keep what stands in a mart, of some benefits or of all, until `moves` has told what became of it, in the same
    transaction.
    """
    names = _names(mart, benefits=benefits)
    connection.execute(text(_FORGET.format_map(names)))
    connection.execute(text(_REMEMBER.format_map(names)), {"benefits": benefits})


def moves(connection: Connection, mart: Table, *, benefits: list[str] | None = None) -> Moves:
    """What has become of what was remembered of these benefits, which is forgotten."""
    names = _names(mart, benefits=benefits)
    asked = {"equal": _AS_GOOD_AS_EQUAL, "benefits": benefits}
    counted = connection.execute(text(_COUNTED.format_map(names)), asked).one()
    largest = connection.execute(text(_LARGEST.format_map(names)), asked).one_or_none()
    connection.execute(text(_FORGET.format_map(names)))
    told = (largest.named, largest.before, largest.after) if largest else (None, None, None)
    return Moves(mart.name, counted.rows, counted.new, counted.moved, counted.gone, *told)


def _names(mart: Table, *, benefits: list[str] | None) -> dict[str, str]:
    """The names of a declared mart that the statements are made with, and which part of it they are about."""
    keys, value = [column.name for column in mart.primary_key.columns], value_of(mart)
    item = next((name for name, source in sources_of(mart).items() if source == "item"), "")
    return {
        "mart": mart.fullname,
        "part": "true" if benefits is None else f"{item} = any(:benefits)",
        "before": f"staging.{mart.name}_before",
        "value": value,
        "keys": ", ".join(keys),
        "words": ", ".join(key for key in keys if key != "area_code"),
        "differs": _DIFFERS.format(value=value),
    }
