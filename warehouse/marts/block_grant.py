"""The marts of the block grant: what a national change means locally, and shares of the country against the key, in per cent.

One row per municipality, period, forecast or benefit, and basis of the key. Source: the benefits' own tables, and the
forecasts and keys that papers quote.
"""

from __future__ import annotations

from sqlalchemy import Text

from warehouse.marts.declaration import BASIS, figure_mart, key, number, whole
from warehouse.schema.core import optional

unemployment_projection = figure_mart(
    "unemployment_projection",
    "One row per municipality, year, forecast and basis of the key. What a national change means locally.",
    "Én række pr. kommune, år, prognose og grundlag for fordelingsnøglen. Hvad en ændring på landsplan betyder lokalt.",
    key(
        "forecast",
        "The forecast of the national change, by its basis.",
        "Prognosen for landet, ved sit grundlag.",
        source="item",
    ),
    key("basis", *BASIS),
    number(
        "national_change_persons", "The national change that was forecast.", "Den ændring, der er forudsagt for landet."
    ),
    number(
        "key_pct",
        "The municipality's share of the country on this basis.",
        "Kommunens andel af landet på dette grundlag.",
    ),
    number(
        "projected_persons",
        "Change times key, whole persons.",
        "Ændringen gange nøglen, i hele personer.",
        source="value",
    ),
    number(
        "projected_low_persons",
        "With the low ends of the change and the key.",
        "Med den mindste ændring og nøgle.",
        source="low",
    ),
    number(
        "projected_high_persons",
        "With the high ends of the change and the key.",
        "Med den største ændring og nøgle.",
        source="high",
    ),
    figure="unemployment_projection",
)

block_grant_share = figure_mart(
    "block_grant_share",
    "One row per municipality, month, benefit group and basis of the key. Share of the country against the key.",
    "Én række pr. kommune, måned, ydelse og grundlag for nøglen. Andelen af landet holdt op mod bloktilskudsnøglen.",
    key("benefit_group_name", "Danish name of the benefit.", "Ydelsens navn.", source="item"),
    key("basis", *BASIS),
    whole(
        "recipients_full_time_persons",
        "Full-time persons in the municipality.",
        "Antal fuldtidspersoner i kommunen.",
        source="local_persons",
    ),
    whole(
        "country_full_time_persons",
        "Full-time persons in the country.",
        "Antal fuldtidspersoner i hele landet.",
        source="national_persons",
    ),
    number("share_pct", "The municipality's share of the country.", "Kommunens andel af landet.", source="value"),
    number("key_pct", "The key on this basis.", "Nøglen på dette grundlag."),
    number(
        "gap_pct_point",
        "Share minus key: negative is fewer than the key would give.",
        "Andel minus nøgle: negativt er færre, end nøglen ville give.",
        source="key_difference_pct_point",
    ),
    number(
        "expected_full_time_persons", "What the key would give.", "Hvad nøglen ville give.", source="expected_persons"
    ),
    figure="block_grant_share",
    years_by="period_last_day",
)

block_grant_share.append_column(
    optional(
        "benefit_group",
        Text,
        "Our id of the benefit; null: it is no longer declared.",
        "Ydelsens id i datavarehuset; tom: den er ikke i kataloget mere.",
    )
)

MARTS = (unemployment_projection, block_grant_share)
