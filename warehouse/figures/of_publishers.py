"""The figures that publishers' counts give: totals, changes, shares, the benchmark and what it saves."""

from __future__ import annotations

from dataclasses import replace

from warehouse.figures import benchmark, benefits, population
from warehouse.figures import block_grant as keys
from warehouse.figures.model import COUNTED, RECIPIENTS, Figure, Input, Printed
from warehouse.formulas.block_grant import block_grant_share

_FULL_TIME = "recipients_full_time_persons"
_A_YEAR = 12
_HALF_A_YEAR = 2


def _benchmark(name: str, measure: str, *, earlier: int = 0) -> Input:
    return Input(name, benchmark.TABLE, measure, item=benchmark.GROUPS, earlier=earlier)


_BENCHMARK = (
    _benchmark("actual_persons", "actual_full_time_persons"),
    _benchmark("expected_persons", "expected_full_time_persons"),
)
_SOURCE_BENEFITS = "Jobindsats.dk / STAR, the benefits' own tables"
_SOURCE_BENCHMARK = "Jobindsats.dk / STAR, table y30r21, the ministry's benchmark; the ministry's printed ranking lists"
_LISTS_ANSWER = Printed(
    table=benchmark.TABLE,
    dimension=benchmark.GROUPS,
    lists=benchmark.LISTS,
    place="rank",
    compared=benchmark.COMPARED,
)
_TOLD_APART = {"table_id": "text", "stands_beside": "boolean"}
_LISTS_STAND_BESIDE = replace(_LISTS_ANSWER, stands_beside=True)
_ROUNDED = "Tallene er forskelle mellem antal afrundet til nærmeste 10, så de kan være 10 personer større eller mindre."

PUBLISHED = (
    Figure(
        name="total_recipients",
        title="Ydelsesmodtagere i alt, fuldtidspersoner",
        title_en="Recipients of all counted benefits",
        formula="sum over the counted benefits in force of full-time persons",
        unit="full_time_persons",
        source=_SOURCE_BENEFITS,
        inputs=(Input("full_time_persons", RECIPIENTS, _FULL_TIME, item=COUNTED),),
        compute=benefits.total,
        value="total_full_time_persons",
        low="low",
        high="high",
        columns={"parts": "count", "parts_expected": "count"},
        caveats=("Summen omfatter de ydelser, som er i kraft og tælles med i docs/assumptions.md.",),
    ),
    Figure(
        name="year_on_year",
        title="Ændring fra samme måned året før",
        title_en="Change from the same month a year earlier",
        formula="full_time_persons - full_time_persons_year_earlier",
        unit="full_time_persons",
        source=_SOURCE_BENEFITS,
        inputs=(
            Input("full_time_persons", RECIPIENTS, _FULL_TIME),
            Input("full_time_persons_year_earlier", RECIPIENTS, _FULL_TIME, earlier=_A_YEAR),
        ),
        compute=benefits.year_on_year,
        value="change",
        columns={
            "full_time_persons": "full_time_persons",
            "full_time_persons_year_earlier": "full_time_persons",
            "change_pct": "pct",
        },
    ),
    Figure(
        name="share_of_workforce",
        title="Fuldtidspersoner i pct. af arbejdsstyrken (16-66 år)",
        title_en="Full-time persons in per cent of the workforce",
        formula="share_pct as published; gap = share_pct - country_share_pct",
        unit="pct",
        source=_SOURCE_BENEFITS,
        inputs=(
            Input("share_pct", RECIPIENTS, "share_of_workforce_pct"),
            Input("country_share_pct", RECIPIENTS, "share_of_workforce_pct", area="country"),
        ),
        compute=benefits.against_country,
        value="share_pct",
        columns={"country_share_pct": "pct", "gap_pct_point": "pct_point"},
    ),
    Figure(
        name="share_of_population",
        title="Fuldtidspersoner i pct. af befolkningen (16-66 år)",
        title_en="Full-time persons in per cent of the population",
        formula="share_pct as published; gap = share_pct - country_share_pct",
        unit="pct",
        source=_SOURCE_BENEFITS,
        inputs=(
            Input("share_pct", RECIPIENTS, "share_of_population_pct"),
            Input("country_share_pct", RECIPIENTS, "share_of_population_pct", area="country"),
        ),
        compute=benefits.against_country,
        value="share_pct",
        columns={"country_share_pct": "pct", "gap_pct_point": "pct_point"},
    ),
    Figure(
        name="block_grant_share",
        title="Andel af landets ydelsesmodtagere mod bloktilskudsnøglen",
        title_en="Share of the country against the block-grant key",
        formula="100 x local_persons / national_persons, against key_pct",
        unit="pct",
        source=_SOURCE_BENEFITS,
        inputs=(
            Input("local_persons", RECIPIENTS, _FULL_TIME),
            Input("national_persons", RECIPIENTS, _FULL_TIME, area="country"),
        ),
        compute=block_grant_share,
        also_reads=(population.TABLE,),
        value="share_pct",
        assumptions=(keys.KEY,),
        columns={
            "local_persons": "full_time_persons",
            "national_persons": "full_time_persons",
            "key_pct": "pct",
            "key_difference_pct_point": "pct_point",
            "expected_persons": "full_time_persons",
        },
        caveats=("En befolkningsnøgle retter kun for kommunens størrelse.",),
    ),
    Figure(
        name="benchmark_gap",
        title="Forskel til det forventede niveau",
        title_en="Gap to the ministry's expected level",
        formula="actual_persons - expected_persons",
        unit="full_time_persons",
        source=_SOURCE_BENCHMARK,
        inputs=(
            *_BENCHMARK,
            _benchmark("published_gap_persons", "gap_full_time_persons"),
            _benchmark("published_pct_point", "gap_pct_point"),
            _benchmark("rank", "rank"),
            _benchmark("rank_half_a_year_earlier", "rank", earlier=_HALF_A_YEAR),
        ),
        compute=benchmark.gap,
        printed=_LISTS_STAND_BESIDE,
        everywhere=True,
        value="gap_persons",
        low="gap_low_persons",
        high="gap_high_persons",
        default_item=benchmark.ALL_BENEFITS,
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
        source=_SOURCE_BENCHMARK,
        inputs=(
            _benchmark("rank", "rank"),
            _benchmark("rank_half_a_year_earlier", "rank", earlier=_HALF_A_YEAR),
        ),
        compute=benchmark.rank,
        printed=_LISTS_STAND_BESIDE,
        value="rank",
        default_item=benchmark.ALL_BENEFITS,
        columns={"rank_half_a_year_earlier": "rank", "places_gained": "rank", **_TOLD_APART},
    ),
    Figure(
        name="savings",
        title="Besparelse ved færre på offentlig forsørgelse end forventet",
        title_en="Savings by fewer supported persons than expected",
        formula="(expected_persons - actual_persons) x net_unit_cost_dkk",
        unit="dkk",
        source=_SOURCE_BENCHMARK,
        inputs=_BENCHMARK,
        compute=benchmark.savings,
        printed=_LISTS_ANSWER,
        value="saving_dkk",
        low="saving_low_dkk",
        high="saving_high_dkk",
        assumptions=("net_unit_cost_dkk",),
        default_item=benchmark.ALL_BENEFITS,
        columns={"fewer_full_time_persons": "full_time_persons", "net_unit_cost_dkk": "dkk", "table_id": "text"},
        caveats=(_ROUNDED,),
    ),
)
