"""The figure of comparable municipalities: how one stands among those with the same conditions, and what the gap is worth.

The ministry says that its expected share finds comparable municipalities (its news of table y30r21, October 2021). A
municipality that compares itself with others names them in a table of its own; both stand beside each other.
"""

from __future__ import annotations

from typing import Any

import polars as pl
from sqlalchemy import Connection

from warehouse.areas import AreaUnknown, find, municipalities
from warehouse.assumptions.apply import with_assumption
from warehouse.danish.reservations import SMALLEST_COUNT
from warehouse.figures.benchmark import ALL_BENEFITS, GROUPS, SICKNESS, TABLE
from warehouse.figures.inputs import Scope, named, read
from warehouse.figures.model import EVERY_MEMBER, FEEDS, KEY, Figure, Input, Reading
from warehouse.formulas import comparable as formulas
from warehouse.periods import Period

BY_SHARE, BY_LIST = "expected_share", "own_list"
PRICE = "net_unit_cost_dkk"
IMPLIED = (
    "Befolkningen på 16-66 år er udledt af kildens antal og andele for alle ydelser, så antal og beløb er omtrentlige."
)
_LIST = Input("comparable_rank", f"{FEEDS}comparable", "comparable_rank", item=EVERY_MEMBER)
_LEVELS = tuple(
    Input(name, TABLE, measure, item=GROUPS)
    for name, measure in {
        "expected_pct": "expected_pct",
        "actual_pct": "actual_pct",
        "expected_persons": "expected_full_time_persons",
        "actual_persons": "actual_full_time_persons",
    }.items()
)
_INPUTS = (*_LEVELS, _LIST)


def levels_of(connection: Connection, scope: Scope) -> pl.DataFrame:
    """The benchmark's levels of every municipality, with the list that it names itself where it has one.

    One row per area x period x item; `listed` are codes with their `ranks`, `unlisted` names that no municipality has.
    """
    first, *others = _LEVELS
    rows = named(read(connection, first, scope=scope), name=first.name)
    for other in others:
        beside = named(read(connection, other, scope=scope), name=other.name)
        rows = rows.join(beside.unique(KEY, keep="none"), on=KEY, how="left")
    rows = rows.filter(pl.col("area_code").is_in([area.code for area in municipalities()]))
    years = [(key, Period.from_key(key).last_day) for key in rows["period_id"].unique().to_list()]
    dated = pl.DataFrame(years, schema={"period_id": pl.Int32, "ends": pl.Date}, orient="row")
    lists = _lists(read(connection, _LIST, scope=scope))
    return _with_lists(rows.join(dated, on="period_id", how="left"), lists=lists).drop("ends")


_OF_LIST = pl.Schema(
    [
        ("area_code", pl.String()),
        ("since", pl.Date()),
        ("listed", pl.List(pl.String)),
        ("ranks", pl.List(pl.Float64)),
        ("unlisted", pl.List(pl.String)),
        ("comparable_rank_vintage", pl.Int32()),
        ("comparable_rank_period", pl.String()),
    ]
)


def _lists(rows: pl.DataFrame) -> pl.DataFrame:
    """Each list that a municipality has made, from the first day of its period on."""
    made = []
    for (area, period_id), of in rows.sort(KEY).group_by("area_code", "period_id", maintain_order=True):
        ranks = dict(of.select("item", "value").rows())
        codes = {code: ranks[name] for name in ranks if (code := _municipality(name)) not in (None, area)}
        unlisted = sorted(name for name in ranks if _municipality(name) is None)
        period = Period.from_key(int(str(period_id)))
        brought = of["vintage_id"].max()
        made.append((area, period.first_day, [*codes], [*codes.values()], unlisted, brought, str(period)))
    return pl.DataFrame(made, schema=_OF_LIST, orient="row")


def _municipality(name: str) -> str | None:
    try:
        found = find(name)
    except AreaUnknown:
        return None
    return found.code if found.kind == "municipality" else None


def _with_lists(rows: pl.DataFrame, *, lists: pl.DataFrame) -> pl.DataFrame:
    """Rows with the newest list that was in force when their period ended."""
    ordered = rows.sort("ends")
    return ordered.join_asof(
        lists.sort("since"), left_on="ends", right_on="since", by="area_code", check_sortedness=False
    ).drop("since")


def with_price(rows: pl.DataFrame, known: pl.DataFrame) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Every row with each price on record that fits its benefits, or once without any: a price of sickness fits that only."""
    priced = with_assumption(rows, known=known, name=PRICE)
    of_sickness = pl.col(f"{PRICE}_basis").str.starts_with("sygedagpenge")
    fitting = priced.filter(~of_sickness | (pl.col("item") == SICKNESS))
    left = rows.join(fitting.select(KEY), on=KEY, how="anti")
    told = pl.concat([fitting, left], how="diagonal").rename({f"{PRICE}_basis": "price_basis"})
    without = rows.height and not fitting.height
    reasons = (f"no assumption '{PRICE}' is on record for this area: the gap has no price",) if without else ()
    return told, reasons


def compared(rows: pl.DataFrame) -> pl.DataFrame:
    """How each municipality stands among those nearest in expected share, and among those on its own list."""
    levels = rows.unique(KEY, keep="first", maintain_order=True)
    with_people = levels.join(_people(levels), on=["area_code", "period_id"], how="left")
    chosen = pl.concat([_nearest(with_people), _listed(with_people)])
    stands = formulas.compared(with_people.drop("^population_persons_status$"), chosen)
    brought = _vintages(levels, chosen=chosen)
    beside = rows.drop("vintages", "^actual_pct.*$", "^actual_persons.*$").join(
        stands, on=list(formulas.PLACE), how="inner"
    )
    on = [*formulas.PLACE, "chosen_by"]
    found = beside.join(brought, on=on, how="left").with_columns(
        year=pl.col("day").dt.year(), price_year=pl.col(f"{PRICE}_from").dt.year()
    )
    of_list = pl.col("chosen_by") == BY_LIST
    return formulas.worth(found).with_columns(
        basis=pl.concat_str("chosen_by", pl.col("basis").replace("", None), separator=" / ", ignore_nulls=True),
        caveats=pl.when(of_list).then(pl.concat_list("caveats", _not_found())).otherwise("caveats"),
        comparable_municipalities=_names(pl.col("comparable_area_codes")),
    )


def _people(levels: pl.DataFrame) -> pl.DataFrame:
    """The population that each municipality's levels of all benefits imply."""
    of_all = formulas.population(levels.filter(pl.col("item") == ALL_BENEFITS))
    return of_all.select("area_code", "period_id", "population_persons")


def _nearest(levels: pl.DataFrame) -> pl.DataFrame:
    found = formulas.nearest(levels)
    return found.select(*formulas.PLACE, "other_code", chosen_by=pl.lit(BY_SHARE))


def _listed(levels: pl.DataFrame) -> pl.DataFrame:
    """Those on the municipality's own list; one that holds a name of no municipality lacks a part."""
    named_all = levels.filter(pl.col("listed").list.len() + pl.col("unlisted").list.len() > 0)
    every = named_all.with_columns(other_code=pl.concat_list("listed", "unlisted")).explode("other_code")
    return every.select(*formulas.PLACE, "other_code", chosen_by=pl.lit(BY_LIST))


def _not_found() -> pl.Expr:
    """That a list names what is no municipality, in a sentence; nothing where it does not."""
    some = pl.col("unlisted").list.len() > 0
    said = pl.format("Kommunens egen liste nævner {}, som ikke er en kommune.", pl.col("unlisted").list.join(", "))
    return pl.when(some).then(pl.concat_list(said)).otherwise(pl.lit([], dtype=pl.List(pl.String)))


def _names(codes: pl.Expr) -> pl.Expr:
    by_code = {area.code: area.name for area in municipalities()}
    return codes.str.split(", ").list.eval(pl.element().replace(by_code)).list.join(", ")


def _vintages(levels: pl.DataFrame, *, chosen: pl.DataFrame) -> pl.DataFrame:
    """What a comparison rests on: the vintages of its own levels and list, of theirs, and of all benefits together."""
    own = levels.select(*formulas.PLACE, "vintages")
    of_all = own.filter(pl.col("item") == ALL_BENEFITS).drop("item")
    each = own.join(of_all, on=["area_code", "period_id"], how="left", suffix="_all").with_columns(
        vintages=pl.concat_list("vintages", pl.col("vintages_all").fill_null([]))
    )
    theirs = each.select(*formulas.LIST, other_code="area_code", theirs="vintages")
    pairs = chosen.join(each.drop("vintages_all"), on=list(formulas.PLACE), how="left")
    both = pairs.join(theirs, on=["other_code", *formulas.LIST], how="left")
    every = pl.concat_list("vintages", pl.col("theirs").fill_null([])).explode().drop_nulls().unique().sort()
    return both.group_by(*formulas.PLACE, "chosen_by").agg(vintages=every)


def behind(rows: pl.DataFrame, row: dict[str, Any]) -> pl.DataFrame:
    """The municipality's own levels and those of the ones it is compared with, and the same of all benefits together."""
    codes = [row["area_code"], *str(row["comparable_area_codes"]).split(", ")]
    of_period = rows.filter(pl.col("period_id") == row["period_id"], pl.col("item").is_in([row["item"], ALL_BENEFITS]))
    own = of_period.filter(area_code=row["area_code"]).to_dicts()[0]
    by_list = row["chosen_by"] == BY_LIST
    ranks = dict(zip(own["listed"], own["ranks"], strict=True)) if by_list else {}
    on_list = pl.col("area_code").is_in([*ranks])
    return of_period.filter(pl.col("area_code").is_in(codes)).with_columns(
        comparable_rank=pl.col("area_code").replace_strict(ranks, default=None, return_dtype=pl.Float64),
        comparable_rank_status=pl.when(on_list).then(pl.lit("observed")),
        comparable_rank_vintage=pl.when(on_list).then(pl.lit(own["comparable_rank_vintage"])),
        comparable_rank_period=pl.when(on_list).then(pl.lit(own["comparable_rank_period"])),
    )


FIGURES = (
    Figure(
        name="comparable_municipalities",
        title="Placering blandt sammenlignelige kommuner",
        title_en="How a municipality stands among comparable ones",
        formula="actual_pct - median of the others' actual_pct; rates over several are sums of persons over sums of population",
        unit="pct_point",
        source="Jobindsats.dk / STAR, table y30r21, the ministry's benchmark; the municipality's own list, by its contract",
        inputs=_INPUTS,
        reading=Reading(levels_of, behind),
        join=with_price,
        joined_assumptions=(PRICE,),
        compute=compared,
        everywhere=True,
        value="gap_to_median_pct_point",
        default_item=ALL_BENEFITS,
        rests_on=dict.fromkeys(
            ("actual_pct", "gap_to_median_pct_point", "gap_to_best_quarter_pct_point"),
            ("actual_persons", SMALLEST_COUNT),
        ),
        columns={
            "chosen_by": "text",
            "comparable_municipalities": "text",
            "comparable_area_codes": "text",
            "expected_pct": "pct",
            "actual_pct": "pct",
            "rank": "rank",
            "compared": "count",
            "weighted_pct": "pct",
            "median_pct": "pct",
            "best_quarter_pct": "pct",
            "gap_to_best_quarter_pct_point": "pct_point",
            "gap_to_median_full_time_persons": "full_time_persons",
            "gap_to_best_quarter_full_time_persons": "full_time_persons",
            "price_basis": "text",
            "net_unit_cost_dkk": "dkk",
            "price_year": "count",
            "price_age_years": "years",
            "gap_to_median_dkk": "dkk",
            "gap_to_best_quarter_dkk": "dkk",
        },
        caveats=(IMPLIED,),
    ),
)
