"""The marts of the ministry's benchmark: the ranking, in persons and percentage points, and what fewer persons save, in DKK.

One row per municipality, four quarters and group of benefits, and per source or price. Source: table y30r21 and the
ministry's printed ranking lists.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Text

from warehouse.marts.declaration import BASIS, figure_mart, key, number, whole
from warehouse.schema.core import described, optional

_GROUP = ("The group of benefits, as table y30r21 names it.", "Ydelsesområdet, som tabel y30r21 kalder det.")
_SOURCE = (
    "The publisher's table, or the ranking list, it comes from.",
    "Den tabel eller rangliste, tallet kommer fra.",
)

benchmark_ranking = figure_mart(
    "benchmark_ranking",
    "One row per municipality, four quarters, group of benefits and source of the ministry's benchmark: table y30r21, and "
    "the printed lists. Rank 1 is best. Where not stands_beside there is one row of each.",
    "Én række pr. kommune, fire kvartaler, ydelsesområde og kilde til ministeriets benchmark: tabel y30r21 og de trykte "
    "ranglister. Placering 1 er bedst. Hvor stands_beside er falsk, er der kun én række af hver.",
    key("benefit_area", *_GROUP, source="item"),
    key("table_id", *_SOURCE),
    described(
        "stands_beside",
        Boolean,
        "Whether another source answers for the same municipality, period and group: the table comes first.",
        "Om en anden kilde svarer for samme kommune, periode og område: tabellen går forud for listen.",
    ),
    whole(
        "rank",
        "Place among the 98; 1 is furthest below the expected level.",
        "Placering blandt de 98 kommuner; nr. 1 ligger længst under det forventede niveau.",
        unit="rank",
    ),
    whole(
        "rank_half_a_year_earlier",
        "Place on the list half a year earlier.",
        "Placering på listen et halvt år før.",
        unit="rank",
    ),
    number(
        "gap_full_time_persons",
        "Actual minus expected: negative is fewer than expected. Differs by tens.",
        "Faktisk minus forventet: negativt er færre end forventet. Går i spring på ti, fordi kilden afrunder.",
        source="value",
    ),
    number(
        "gap_pct_point",
        "Actual minus expected in percentage points of the population aged 16 to 66.",
        "Faktisk minus forventet i procentpoint af befolkningen på 16-66 år.",
    ),
    number(
        "expected_full_time_persons",
        "What the ministry expects.",
        "Det niveau, ministeriet forventer.",
        source="expected_persons",
    ),
    number("actual_full_time_persons", "What was counted.", "Det faktiske niveau.", source="actual_persons"),
    optional(
        "published_gap_is",
        Text,
        "What the source calls the difference: actual - expected, or the reverse; null: untold, see the caveats.",
        "Hvad kilden kalder forskellen: actual - expected (faktisk minus forventet) eller omvendt; tom: ikke oplyst, "
        "se forbeholdene.",
    ),
    number(
        "published_gap_full_time_persons",
        "The difference as the source has it, its sign as it is.",
        "Forskellen, som kilden skriver den, med kildens fortegn.",
        source="published_gap_persons",
    ),
    number(
        "published_gap_pct_point",
        "The difference in percentage points as the source has it, its sign as it is.",
        "Forskellen i procentpoint, som kilden skriver den, med kildens fortegn.",
        source="published_pct_point",
    ),
    figure="benchmark_gap",
)

savings = figure_mart(
    "savings",
    "One row per municipality, four quarters, group of benefits and price. What fewer supported persons save in a year.",
    "Én række pr. kommune, fire kvartaler, ydelsesområde og pris. Hvad færre personer på forsørgelse sparer på et år.",
    key("benefit_area", *_GROUP, source="item"),
    key("basis", *BASIS),
    described("table_id", Text, *_SOURCE),
    number(
        "fewer_full_time_persons",
        "Full-time persons fewer than the ministry expects; negative: more.",
        "Antal fuldtidspersoner færre, end ministeriet forventer; negativt: flere.",
    ),
    number(
        "net_unit_cost_dkk",
        "Net municipal cost of a full-time person in a year.",
        "Kommunens nettoudgift til en fuldtidsperson på et år.",
    ),
    number(
        "saving_dkk", "Fewer persons times the cost, a year.", "Færre personer gange udgiften, pr. år.", source="value"
    ),
    number(
        "saving_low_dkk",
        "The least it can be: with ten persons less, since the publisher rounds to tens, and the price's own bounds.",
        "Det mindste, det kan være: med ti personer færre, da kilden afrunder til nærmeste ti, og prisens egne grænser.",
        source="low",
    ),
    number(
        "saving_high_dkk",
        "The most it can be: with ten persons more, and the price's own bounds.",
        "Det højeste, det kan være: med ti personer flere og prisens egne grænser.",
        source="high",
    ),
    figure="savings",
)

MARTS = (benchmark_ranking, savings)
