"""The figures of the ministry's benchmark: the gap to the expected level, the rank, and what the gap saves.

Points and rank rest on unrounded numbers and may contradict persons, which are rounded to tens. The difference is given
as actual minus expected, whichever way round the publisher has it: expected and actual decide it. A printed list without
them has no sign that could be told: it stands as printed, and nothing is computed from it.
"""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from warehouse.assumptions.apply import with_bounds
from warehouse.figures.model import Figure, Input, Printed
from warehouse.formulas import benchmark as formulas
from warehouse.formulas.statuses import computed

TABLE = "y30r21"
GROUPS = "Ydelsesgrupper"
ALL_BENEFITS = "Ydelsesgrupper i alt"
SICKNESS = "Sygedagpenge mv."
LISTS = {
    "ranking_all": ALL_BENEFITS,
    "ranking_unemployment_insurance": "A-dagpenge mv.",
    "ranking_cash_assistance": "Kontanthjælp mv.",
    "ranking_sickness_benefit": SICKNESS,
}
"""The ministry's printed lists, by the group of table y30r21 that each ranks."""
# Levels are rounded to tens, so 5 either way; a difference of two is less than 10 off (both halves rarely fall the same way,
# and 10 is told); points are printed with one decimal.
COMPARED = {
    "rank": ("placering", 0.0),
    "actual_full_time_persons": ("faktisk antal", 5.0),
    "expected_full_time_persons": ("forventet antal", 5.0),
    "gap_full_time_persons": ("forskel i personer", 9.0),
    "gap_pct_point": ("forskel i procentpoint", 0.05),
}
AS_COUNTED = "actual - expected"
REVERSED = "expected - actual"
UNTOLD = (
    "Det kan ikke fastslås, om kildens forskel er faktisk minus forventet eller omvendt: det kræver faktisk og forventet "
    "antal. Forskellen står, som den er offentliggjort, og der er ikke regnet videre på den."
)


def gap(rows: pl.DataFrame) -> pl.DataFrame:
    """The gap with its bounds, the published points with the same sign, and which way round the publisher has them."""
    found = with_published_sign(formulas.gap(rows))
    turn = pl.col("published_gap_is").replace_strict({AS_COUNTED: 1.0, REVERSED: -1.0}, default=None)
    turned = computed(found.with_columns(_turn=turn), gap_pct_point=pl.col("published_pct_point") * pl.col("_turn"))
    printed = pl.col("published_gap_persons").is_not_null() | pl.col("published_pct_point").is_not_null()
    return _with_caveat(turned.drop("_turn"), UNTOLD, where=pl.col("published_gap_is").is_null() & printed)


def with_published_sign(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with `published_gap_is`: which way round their source subtracts, told by those whose gap is beyond rounding.

    The table has one sign, that of most of its rows. Each list has its own, on which all of its rows must agree. Null:
    untold.

    >>> rows = pl.DataFrame({"table_id": ["ranking_all"] * 3, "period_id": [4201802] * 3,
    ...     "gap_persons": [-50.0, 30.0, 0.0], "published_gap_persons": [50.0, -30.0, 10.0]})
    >>> with_published_sign(rows)["published_gap_is"].unique().to_list()
    ['expected - actual']
    """
    of_table = pl.col("table_id") == TABLE
    source = ["table_id", pl.when(~of_table).then("period_id")]
    counted, published = pl.col("gap_persons"), pl.col("published_gap_persons")
    clear = (counted.abs() > formulas.ROUNDED_TO_PERSONS) & (published != 0)
    told = clear.sum().over(source)
    same = (clear & (counted.sign() == published.sign())).sum().over(source)
    as_counted = pl.when(of_table).then(2 * same >= told).otherwise(same == told)
    reversed_ = of_table | (same == 0)
    sign = (
        pl.when(told == 0).then(None).when(as_counted).then(pl.lit(AS_COUNTED)).when(reversed_).then(pl.lit(REVERSED))
    )
    return rows.with_columns(published_gap_is=sign)


def _with_caveat(rows: pl.DataFrame, caveat: str, *, where: pl.Expr) -> pl.DataFrame:
    said = pl.concat_list("caveats", pl.lit(caveat))
    return rows.with_columns(caveats=pl.when(where).then(said).otherwise("caveats"))


def rank(rows: pl.DataFrame) -> pl.DataFrame:
    """The rank, and how many places were gained since the list half a year earlier; negative: lost.

    >>> rank(pl.DataFrame({"rank": [17.0], "rank_half_a_year_earlier": [16.0]}))["places_gained"].item()
    -1.0
    """
    return computed(rows, places_gained=pl.col("rank_half_a_year_earlier") - pl.col("rank"))


def savings(rows: pl.DataFrame) -> pl.DataFrame:
    """What fewer persons than expected save in a year; a price of sickness benefit fits sickness benefit only."""
    of_sickness = pl.col("basis").str.starts_with("sygedagpenge")
    fitting = rows.filter(~of_sickness | (pl.col("item") == SICKNESS))
    priced = with_bounds(fitting, name="net_unit_cost_dkk")
    found = computed(formulas.savings(formulas.gap(priced)), fewer_full_time_persons=-pl.col("gap_persons"))
    of_list, levels = pl.col("table_id") != TABLE, pl.col("actual_persons", "expected_persons")
    return _with_caveat(found, UNTOLD, where=of_list & pl.any_horizontal(levels.is_null()))


def _input(name: str, measure: str, *, earlier: int = 0) -> Input:
    return Input(name, TABLE, measure, item=GROUPS, earlier=earlier)


_LEVELS = (
    _input("actual_persons", "actual_full_time_persons"),
    _input("expected_persons", "expected_full_time_persons"),
)
_HALF_A_YEAR = 2
_SOURCE = "Jobindsats.dk / STAR, table y30r21, the ministry's benchmark; the ministry's printed ranking lists"
_LISTS_ANSWER = Printed(table=TABLE, dimension=GROUPS, lists=LISTS, place="rank", compared=COMPARED)
_LISTS_STAND_BESIDE = replace(_LISTS_ANSWER, stands_beside=True)
_TOLD_APART = {"table_id": "text", "stands_beside": "boolean"}
_ROUNDED = "Tallene er forskelle mellem antal afrundet til nærmeste 10, så de kan være 10 personer større eller mindre."

FIGURES = (
    Figure(
        name="benchmark_gap",
        title="Forskel til det forventede niveau",
        title_en="Gap to the ministry's expected level",
        formula="actual_persons - expected_persons",
        unit="full_time_persons",
        source=_SOURCE,
        inputs=(
            *_LEVELS,
            _input("published_gap_persons", "gap_full_time_persons"),
            _input("published_pct_point", "gap_pct_point"),
            _input("rank", "rank"),
            _input("rank_half_a_year_earlier", "rank", earlier=_HALF_A_YEAR),
        ),
        compute=gap,
        printed=_LISTS_STAND_BESIDE,
        everywhere=True,
        value="gap_persons",
        low="gap_low_persons",
        high="gap_high_persons",
        default_item=ALL_BENEFITS,
        columns={
            "actual_persons": "full_time_persons",
            "expected_persons": "full_time_persons",
            "gap_pct_point": "pct_point",
            "rank": "rank",
            "published_gap_is": "text",
            "published_gap_persons": "full_time_persons",
            "published_pct_point": "pct_point",
            **_TOLD_APART,
        },
        caveats=(_ROUNDED,),
    ),
    Figure(
        name="benchmark_rank",
        title="Placering på ministeriets rangliste",
        title_en="Place on the ministry's ranking list",
        formula="as published; 1 is furthest below the expected level",
        unit="rank",
        source=_SOURCE,
        inputs=(_input("rank", "rank"), _input("rank_half_a_year_earlier", "rank", earlier=_HALF_A_YEAR)),
        compute=rank,
        printed=_LISTS_STAND_BESIDE,
        value="rank",
        default_item=ALL_BENEFITS,
        columns={"rank_half_a_year_earlier": "rank", "places_gained": "rank", **_TOLD_APART},
    ),
    Figure(
        name="savings",
        title="Besparelse ved færre på offentlig forsørgelse end forventet",
        title_en="Savings by fewer supported persons than expected",
        formula="(expected_persons - actual_persons) x net_unit_cost_dkk",
        unit="dkk",
        source=_SOURCE,
        inputs=_LEVELS,
        compute=savings,
        printed=_LISTS_ANSWER,
        value="saving_dkk",
        low="saving_low_dkk",
        high="saving_high_dkk",
        assumptions=("net_unit_cost_dkk",),
        default_item=ALL_BENEFITS,
        columns={"fewer_full_time_persons": "full_time_persons", "net_unit_cost_dkk": "dkk", "table_id": "text"},
        caveats=(_ROUNDED,),
    ),
)
