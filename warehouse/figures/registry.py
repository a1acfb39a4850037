"""Every figure there is, by name: what it is called, its formula, its unit, what it reads and what computes it."""

from __future__ import annotations

from warehouse.figures import benchmark, benefits, keys
from warehouse.figures.model import COUNTED, RECIPIENTS, Figure, Input

_FULL_TIME = "recipients_full_time_persons"
_A_YEAR = 12
_HALF_A_YEAR = 2

_OWN = Input("own", RECIPIENTS, _FULL_TIME)
_COUNTRY = Input("country", RECIPIENTS, _FULL_TIME, area="country")


def _benchmark(name: str, measure: str, *, earlier: int = 0) -> Input:
    return Input(name, benchmark.TABLE, measure, item=benchmark.GROUPS, earlier=earlier)


_BENCHMARK = (
    _benchmark("actual", "actual_full_time_persons"),
    _benchmark("expected", "expected_full_time_persons"),
)
_SOURCE_BENEFITS = "Jobindsats.dk / STAR, the benefits' own tables"
_SOURCE_BENCHMARK = "Jobindsats.dk / STAR, table y30r21, the ministry's benchmark"
_ROUNDED = "Tallene er forskelle mellem antal afrundet til nærmeste 10, så de kan være 10 personer større eller mindre."

_ALL = (
    Figure(
        name="total_recipients",
        title="Ydelsesmodtagere i alt, fuldtidspersoner",
        title_en="Recipients of all counted benefits",
        formula="sum over the counted benefits in force of full-time persons",
        unit="full_time_persons",
        source=_SOURCE_BENEFITS,
        inputs=(Input("own", RECIPIENTS, _FULL_TIME, item=COUNTED),),
        compute=benefits.total,
        caveats=("Summen omfatter de ydelser, som er i kraft og tælles med i docs/assumptions.md.",),
    ),
    Figure(
        name="year_on_year",
        title="Ændring fra samme måned året før",
        title_en="Change from the same month a year earlier",
        formula="own - year_earlier",
        unit="full_time_persons",
        source=_SOURCE_BENEFITS,
        inputs=(_OWN, Input("year_earlier", RECIPIENTS, _FULL_TIME, earlier=_A_YEAR)),
        compute=benefits.change,
        columns={"own": "full_time_persons", "year_earlier": "full_time_persons", "change_pct": "pct"},
    ),
    Figure(
        name="share_of_workforce",
        title="Fuldtidspersoner i pct. af arbejdsstyrken (16-66 år)",
        title_en="Full-time persons in per cent of the workforce",
        formula="as published; gap = own - country",
        unit="pct",
        source=_SOURCE_BENEFITS,
        inputs=(
            Input("own", RECIPIENTS, "share_of_workforce_pct"),
            Input("country", RECIPIENTS, "share_of_workforce_pct", area="country"),
        ),
        compute=benefits.share,
        columns={"country": "pct", "gap_pct_point": "pct_point"},
    ),
    Figure(
        name="share_of_population",
        title="Fuldtidspersoner i pct. af befolkningen (16-66 år)",
        title_en="Full-time persons in per cent of the population",
        formula="as published; gap = own - country",
        unit="pct",
        source=_SOURCE_BENEFITS,
        inputs=(
            Input("own", RECIPIENTS, "share_of_population_pct"),
            Input("country", RECIPIENTS, "share_of_population_pct", area="country"),
        ),
        compute=benefits.share,
        columns={"country": "pct", "gap_pct_point": "pct_point"},
    ),
    Figure(
        name="block_grant_share",
        title="Andel af landets ydelsesmodtagere mod bloktilskudsnøglen",
        title_en="Share of the country against the block-grant key",
        formula="100 x own / country, against key_pct",
        unit="pct",
        source=_SOURCE_BENEFITS,
        inputs=(_OWN, _COUNTRY),
        compute=keys.grant_share,
        assumptions=(keys.KEY,),
        columns={
            "own": "full_time_persons",
            "country": "full_time_persons",
            "key_pct": "pct",
            "gap_pct_point": "pct_point",
            "expected_full_time_persons": "full_time_persons",
        },
        caveats=("En befolkningsnøgle retter kun for kommunens størrelse.",),
    ),
    Figure(
        name="benchmark_gap",
        title="Forskel til det forventede niveau",
        title_en="Gap to the ministry's expected level",
        formula="actual - expected",
        unit="full_time_persons",
        source=_SOURCE_BENCHMARK,
        inputs=(
            *_BENCHMARK,
            _benchmark("published_gap", "gap_full_time_persons"),
            _benchmark("points", "gap_pct_point"),
            _benchmark("rank", "rank"),
            _benchmark("rank_half_a_year_earlier", "rank", earlier=_HALF_A_YEAR),
        ),
        compute=benchmark.gap,
        default_item=benchmark.ALL_BENEFITS,
        columns={
            "actual": "full_time_persons",
            "expected": "full_time_persons",
            "gap_pct_point": "pct_point",
            "rank": "rank",
            "published_gap_is": "text",
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
        inputs=(_benchmark("now", "rank"), _benchmark("before", "rank", earlier=_HALF_A_YEAR)),
        compute=benchmark.rank,
        default_item=benchmark.ALL_BENEFITS,
        columns={"rank_half_a_year_earlier": "rank", "places_gained": "rank"},
    ),
    Figure(
        name="savings",
        title="Besparelse ved færre på offentlig forsørgelse end forventet",
        title_en="Savings by fewer supported persons than expected",
        formula="(expected - actual) x net_unit_cost_dkk",
        unit="dkk",
        source=_SOURCE_BENCHMARK,
        inputs=_BENCHMARK,
        compute=benchmark.savings,
        assumptions=("net_unit_cost_dkk",),
        default_item=benchmark.ALL_BENEFITS,
        columns={"fewer_full_time_persons": "full_time_persons", "net_unit_cost_dkk": "dkk"},
        caveats=(_ROUNDED,),
    ),
    Figure(
        name="unemployment_projection",
        title="Hvad en ændring i landets ledighed betyder lokalt",
        title_en="What a national change of unemployment means locally",
        formula="national_unemployment_change_persons x key_pct / 100",
        unit="persons",
        source="Økonomisk Redegørelse, as papers quote it",
        inputs=(),
        begins_with="national_unemployment_change_persons",
        compute=keys.projection,
        assumptions=("national_unemployment_change_persons", keys.KEY),
        columns={"national_unemployment_change_persons": "persons", "key_pct": "pct", "exact_persons": "persons"},
        caveats=("Ledigheden breder sig ikke 1:1; det er en nøgle, ikke en prognose for kommunen.",),
    ),
)
FIGURES: dict[str, Figure] = {figure.name: figure for figure in _ALL}
