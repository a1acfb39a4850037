"""The marts of one subject each: unemployment, activation, ordinary hours, sanctions, notices, public support.

One row per area, period and, where a table is broken down, member; in persons, full-time persons, cases and per cent, as
published. Source: Jobindsats.dk / STAR, and of activation and ordinary hours a municipality's own tables too.
"""

from __future__ import annotations

from warehouse.danish.reservations import SMALLEST_COUNT
from warehouse.marts.subject_mart import against_country, member, of_a_table, published, share_of_courses, subject_mart

unemployment = subject_mart(
    "unemployment",
    "One row per area, month and benefit of the unemployed: tables y25i01, y25i09 and, of the country, y25i03 side by side. "
    "They come on different days: look at each status.",
    "Én række pr. område, måned og de lediges ydelse: tabellerne y25i01, y25i09 og for hele landet y25i03 ved siden af "
    "hinanden. De kommer på forskellige dage: se på hver status.",
    *published("unemployed_persons", "Unemployed persons.", "Antal ledige personer.", measures=("unemployed_persons",)),
    *published(
        "unemployed_full_time_persons",
        "Full-time unemployed.",
        "Antal ledige fuldtidspersoner.",
        measures=("unemployed_full_time_persons",),
    ),
    *published(
        "share_of_workforce_pct",
        "Full-time unemployed in per cent of the workforce aged 16 to 66.",
        "Ledige fuldtidspersoner i procent af arbejdsstyrken på 16-66 år.",
        measures=("unemployed_workforce_pct",),
    ),
    *published(
        "share_of_population_pct",
        "Full-time unemployed in per cent of the population aged 16 to 66.",
        "Ledige fuldtidspersoner i procent af befolkningen på 16-66 år.",
        measures=("unemployed_population_pct",),
    ),
    *published(
        "seasonally_adjusted_full_time_persons",
        "Full-time unemployed, seasonally adjusted; the country only.",
        "Ledige fuldtidspersoner, sæsonkorrigeret; kun hele landet.",
        measures=("unemployed_seasonally_adjusted_full_time_persons",),
    ),
    *published(
        "seasonally_adjusted_workforce_pct",
        "The same in per cent of the workforce; the country only.",
        "Det samme i procent af arbejdsstyrken; kun hele landet.",
        measures=("unemployed_seasonally_adjusted_workforce_pct",),
    ),
    *published(
        "gross_unemployed_persons",
        "Gross unemployed persons.",
        "Antal bruttoledige personer.",
        measures=("gross_unemployed_persons",),
    ),
    *published(
        "long_term_unemployed_persons",
        "Long-term unemployed persons.",
        "Antal langtidsledige personer.",
        measures=("long_term_unemployed_persons",),
    ),
    *published(
        "long_term_unemployed_full_time_persons",
        "Long-term unemployed as full-time persons.",
        "Antal langtidsledige fuldtidspersoner.",
        measures=("long_term_unemployed_full_time_persons",),
    ),
    *published(
        "long_term_share_pct",
        "Long-term unemployed in per cent of gross unemployed persons.",
        "Langtidsledige i procent af bruttoledige personer.",
        measures=("long_term_share_pct",),
    ),
    tables=("y25i01", "y25i03", "y25i09"),
    parted_by=(member("The benefit of the unemployed", "De lediges ydelse"),),
)

activation = subject_mart(
    "activation",
    "One row per area, period, table and kind of offer: persons in activation, courses and the degree of activation, in "
    "publishers' tables and in the municipalities' own of courses begun. The courses of the two are not the same.",
    "Én række pr. område, periode, tabel og type af tilbud: aktiverede, forløb og aktiveringsgrad, i kildernes tabeller og i "
    "kommunernes egne over påbegyndte forløb. Forløb hos en kilde og i en egen tabel er ikke det samme.",
    *published(
        "courses_cases",
        "Courses: of a publisher's table those in the month, of one's own those begun.",
        "Antal forløb: hos en kilde månedens, i en egen tabel de påbegyndte.",
        measures=("activation_cases", "started_cases"),
    ),
    share_of_courses(),
    *published("activated_persons", "Persons in activation.", "Antal aktiverede.", measures=("activated_persons",)),
    *published(
        "activated_full_time_persons",
        "Persons in activation as full-time persons.",
        "Antal fuldtidsaktiverede.",
        measures=("activated_full_time_persons",),
    ),
    *published(
        "share_of_workforce_pct",
        "Full-time persons in activation in per cent of the workforce.",
        "Fuldtidsaktiverede i procent af arbejdsstyrken.",
        measures=("activated_workforce_pct",),
    ),
    *published("activation_pct", "Degree of activation.", "Aktiveringsgrad.", measures=("activation_pct",)),
    *published(
        "reached_by_activation_pct",
        "Share of recipients who were in activation in the period.",
        "Andel af modtagerne, der har været i aktivering i perioden.",
        measures=("reached_by_activation_pct",),
    ),
    tables=("y01c01", "y01c07", "y07c07", "y09c07", "y12c07", "y60c02", "y60c07"),
    parted_by=(*of_a_table(), member("The kind of offer", "Typen af tilbud", name="offer")),
    feeds="activation",
)

ordinary_hours = subject_mart(
    "ordinary_hours",
    "One row per area, period and table: recipients with ordinary paid hours, against the country, in publishers' tables and "
    "in the municipalities' own.",
    "Én række pr. område, periode og tabel: ydelsesmodtagere med ordinære løntimer, holdt op mod landet, i kildernes tabeller "
    "og i kommunernes egne.",
    *published(
        "ordinary_hours_persons",
        "Persons with ordinary paid hours.",
        "Antal personer med ordinære løntimer.",
        measures=("ordinary_hours_persons",),
    ),
    *published(
        "ordinary_hours_pct", "In per cent of the group.", "I procent af målgruppen.", measures=("ordinary_hours_pct",)
    ),
    *against_country("ordinary_hours_persons", "ordinary_hours_pct"),
    tables=("otij01", "y60j01"),
    parted_by=(*of_a_table("target_group"), member("Its members in words", "Kategorierne i ord")),
    feeds="ordinary_hours",
    against_country="ordinary_hours_pct",
)

sanctions = subject_mart(
    "sanctions",
    "One row per area, quarter and table: availability sanctions.",
    "Én række pr. område, kvartal og tabel: rådighedssanktioner.",
    *published("sanctions_cases", "Sanctions.", "Antal sanktioner i alt.", measures=("sanctions_cases",)),
    *published(
        "excluded_cases",
        "Of them exclusion from the benefit for a time.",
        "Heraf udelukkelse fra dagpenge i en periode.",
        measures=("sanctions_excluded_cases",),
    ),
    *published(
        "quarantine_cases",
        "Of them quarantine for unemployment of one's own making.",
        "Heraf karantæne for selvforskyldt ledighed.",
        measures=("sanctions_quarantine_cases",),
    ),
    *published(
        "repeated_cases",
        "Of them for repeated cases, by the demand of work.",
        "Heraf gentagelsesvirkning (arbejdskrav).",
        measures=("sanctions_repeated_cases",),
    ),
    *published(
        "other_cases", "Of them others.", "Heraf andre (arbejdskrav).", measures=("sanctions_other_cases",)
    ),
    *published(
        "sanctioned_pct", "Share of the unemployed who were sanctioned.", "Andel sanktionerede ledige.",
        measures=("sanctioned_pct",),
    ),
    *published(
        "sanctions_per_sanctioned_ratio",
        "Sanctions for each person who was sanctioned, on average.",
        "Gennemsnitligt antal sanktioner pr. sanktioneret ledig.",
        measures=("sanctions_per_sanctioned_ratio",),
        unit="ratio",
    ),
    tables=("y01h01",),
    parted_by=of_a_table(),
)  # fmt: skip

notices = subject_mart(
    "notices",
    "One row per area and month with a notice: notices of collective redundancies. Where there is none, there is no row.",
    "Én række pr. område og måned med en varsling: varslinger om afskedigelser. Kilden har ingen række, hvor der ingen er.",
    *published(
        "notified_persons", "Persons in notices.", "Antal personer i varslinger.", measures=("notified_persons",)
    ),
    *published(
        "notifying_companies_cases",
        "Companies that gave notice.",
        "Antal virksomheder, der har varslet.",
        measures=("notifying_companies_cases",),
    ),
    tables=("y25i05",),
)

public_support = subject_mart(
    "public_support",
    "One row per area, month and benefit: the publisher's own count of persons on public support, table ptv_a02. A person on "
    "two benefits is counted once in its total.",
    "Én række pr. område, måned og ydelse: kildens egen opgørelse af offentligt forsørgede, tabel ptv_a02. En person på to "
    "ydelser tæller én gang i totalen.",
    *published("recipients_persons", "Persons who received it.", "Antal modtagere.", measures=("persons",)),
    *published(
        "recipients_full_time_persons",
        "The same as full-time persons.",
        "Antal fuldtidspersoner.",
        measures=("full_time_persons",),
    ),
    *published(
        "share_of_workforce_pct",
        "Full-time persons in per cent of the workforce.",
        "Fuldtidspersoner i procent af arbejdsstyrken.",
        measures=("workforce_pct",),
    ),
    *published(
        "share_of_population_pct",
        "Full-time persons in per cent of the population.",
        "Fuldtidspersoner i procent af befolkningen.",
        measures=("population_pct",),
    ),
    tables=("ptv_a02",),
    parted_by=(member("The benefit", "Ydelsen"),),
)

MARTS = (unemployment, activation, ordinary_hours, sanctions, notices, public_support)

for _mart, _counted in (
    (unemployment, "unemployed_full_time_persons"),
    (activation, "activated_full_time_persons"),
    (public_support, "recipients_full_time_persons"),
):
    for _column in _mart.columns:
        if _column.name in ("share_of_workforce_pct", "share_of_population_pct"):
            _column.info["rests_on"] = (_counted, SMALLEST_COUNT)
