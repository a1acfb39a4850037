"""The marts of figures derived from publishers' tables, declared once; those of papers are in `warehouse/paper_marts.py`.

They are filled from `warehouse/figures`, and hold what the figure says now; what it said at another moment is asked of
the figure itself. Each row names the vintages and the assumptions it rests on.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Text

from warehouse.mart_columns import BASIS, item, mart, number
from warehouse.schema.core import told

benchmark_ranking = mart(
    "benchmark_ranking",
    "One row per municipality, four quarters, group of benefits and source of the ministry's benchmark: table y30r21, and "
    "the printed lists. Rank 1 is best. Where not stands_beside there is one row of each.",
    "Én række pr. kommune, fire kvartaler, ydelsesområde og kilde til ministeriets benchmark: tabel y30r21 og de trykte "
    "ranglister. Placering 1 er bedst. Hvor stands_beside er falsk, er der kun én række af hver.",
    item(
        "benefit_area",
        "The group of benefits, as table y30r21 names it.",
        "Ydelsesområdet, som tabel y30r21 kalder det.",
    ),
    item(
        "table_id",
        "The publisher's table, or the ranking list, it comes from.",
        "Den tabel eller rangliste, tallet kommer fra.",
    ),
    Column(
        "stands_beside",
        Boolean,
        nullable=False,
        **told(
            "Whether another source answers for the same municipality, period and group: the table comes first.",
            "Om en anden kilde svarer for samme kommune, periode og område: tabellen går forud for listen.",
        ),
    ),
    number(
        "rank",
        "Place among the 98; 1 is furthest below the expected level.",
        "Placering blandt de 98 kommuner; nr. 1 ligger længst under det forventede niveau.",
        unit="rank",
    ),
    number(
        "rank_half_a_year_earlier",
        "Place on the list half a year earlier.",
        "Placering på listen et halvt år før.",
        unit="rank",
    ),
    number(
        "gap_full_time_persons",
        "Actual minus expected: negative is fewer than expected. Differs by tens.",
        "Faktisk minus forventet: negativt er færre end forventet. Går i spring på ti, fordi kilden afrunder.",
    ),
    number(
        "gap_pct_point",
        "Actual minus expected in percentage points of the population aged 16 to 66.",
        "Faktisk minus forventet i procentpoint af befolkningen på 16-66 år.",
    ),
    number("expected_full_time_persons", "What the ministry expects.", "Det niveau, ministeriet forventer."),
    number("actual_full_time_persons", "What was counted.", "Det faktiske niveau."),
    Column(
        "published_gap_is",
        Text,
        **told(
            "What the source calls the difference: actual - expected, or the reverse; null: untold, see the caveats.",
            "Hvad kilden kalder forskellen: actual - expected (faktisk minus forventet) eller omvendt; tom: ikke oplyst, "
            "se forbeholdene.",
        ),
    ),
    number(
        "published_gap_full_time_persons",
        "The difference as the source has it, its sign as it is.",
        "Forskellen, som kilden skriver den, med kildens fortegn.",
    ),
    number(
        "published_gap_pct_point",
        "The difference in percentage points as the source has it, its sign as it is.",
        "Forskellen i procentpoint, som kilden skriver den, med kildens fortegn.",
    ),
)
savings = mart(
    "savings",
    "One row per municipality, four quarters, group of benefits and price. What fewer supported persons save in a year.",
    "Én række pr. kommune, fire kvartaler, ydelsesområde og pris. Hvad færre personer på forsørgelse sparer på et år.",
    item(
        "benefit_area",
        "The group of benefits, as table y30r21 names it.",
        "Ydelsesområdet, som tabel y30r21 kalder det.",
    ),
    item("basis", *BASIS),
    Column(
        "table_id",
        Text,
        nullable=False,
        **told(
            "The publisher's table, or the ranking list, it comes from.",
            "Den tabel eller rangliste, tallet kommer fra.",
        ),
    ),
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
    number("saving_dkk", "Fewer persons times the cost, a year.", "Færre personer gange udgiften, pr. år."),
    number(
        "saving_low_dkk",
        "The same with ten persons less: the publisher rounds to tens.",
        "Det samme med ti personer færre: kilden afrunder til nærmeste ti.",
    ),
    number("saving_high_dkk", "The same with ten persons more.", "Det samme med ti personer flere."),
)
unemployment_projection = mart(
    "unemployment_projection",
    "One row per municipality, year, forecast and basis of the key. What a national change means locally.",
    "Én række pr. kommune, år, prognose og grundlag for fordelingsnøglen. Hvad en ændring på landsplan betyder lokalt.",
    item("forecast", "The forecast of the national change, by its basis.", "Prognosen for landet, ved sit grundlag."),
    item("basis", *BASIS),
    number(
        "national_change_persons", "The national change that was forecast.", "Den ændring, der er forudsagt for landet."
    ),
    number(
        "key_pct",
        "The municipality's share of the country on this basis.",
        "Kommunens andel af landet på dette grundlag.",
    ),
    number("projected_persons", "Change times key, whole persons.", "Ændringen gange nøglen, i hele personer."),
    number("projected_low_persons", "With the low end of the key.", "Med den laveste nøgle."),
    number("projected_high_persons", "With the high end of the key.", "Med den højeste nøgle."),
)
block_grant_share = mart(
    "block_grant_share",
    "One row per municipality, month, benefit group and basis of the key. Share of the country against the key.",
    "Én række pr. kommune, måned, ydelse og grundlag for nøglen. Andelen af landet holdt op mod bloktilskudsnøglen.",
    item("benefit_group_name", "Danish name of the benefit.", "Ydelsens navn."),
    item("basis", *BASIS),
    number(
        "recipients_full_time_persons", "Full-time persons in the municipality.", "Antal fuldtidspersoner i kommunen."
    ),
    number("country_full_time_persons", "Full-time persons in the country.", "Antal fuldtidspersoner i hele landet."),
    number("share_pct", "The municipality's share of the country.", "Kommunens andel af landet."),
    number("key_pct", "The key on this basis.", "Nøglen på dette grundlag."),
    number(
        "gap_pct_point",
        "Share minus key: negative is fewer than the key would give.",
        "Andel minus nøgle: negativt er færre, end nøglen ville give.",
    ),
    number("expected_full_time_persons", "What the key would give.", "Hvad nøglen ville give."),
)
