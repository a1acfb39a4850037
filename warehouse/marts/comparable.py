"""The mart of comparable municipalities, in per cent of the population, percentage points, full-time persons and DKK.

One row per municipality, four quarters, group of benefits, and who chose those compared with, at which price. Source:
table y30r21, the ministry's benchmark, and a municipality's own list, by its contract.
"""

from __future__ import annotations

from sqlalchemy import Integer, Text

from warehouse.marts.declaration import figure_mart, key, number
from warehouse.schema.core import described, optional

comparable_municipalities = figure_mart(
    "comparable_municipalities",
    "One row per municipality, four quarters, group of benefits and basis. How it stands among those whose expected share "
    "is nearest, or that it names itself. Rates over several are sums over sums, never means of rates.",
    "Én række pr. kommune, fire kvartaler, ydelsesområde og grundlag. Placering blandt de kommuner, hvis forventede andel "
    "ligger nærmest, eller som kommunen selv nævner. Andele for flere er antal over befolkning, aldrig gennemsnit af andele.",
    key(
        "benefit_area",
        "The group of benefits, as table y30r21 names it.",
        "Ydelsesområdet, som tabel y30r21 kalder det.",
        source="item",
    ),
    key(
        "basis",
        "Who chose those compared with, and the price: expected_share or own_list, then the price's basis.",
        "Hvem der har valgt kommunerne, og prisen: expected_share (ministeriets forventede andel) eller own_list (egen liste), "
        "og derefter prisens grundlag.",
    ),
    described(
        "chosen_by",
        Text,
        "expected_share or own_list.",
        "expected_share (forventet andel) eller own_list (egen liste).",
    ),
    described(
        "comparable_municipalities", Text, "The names of those compared with.", "Navnene på dem, der sammenlignes med."
    ),
    described(
        "comparable_area_codes",
        Text,
        "Their official codes, a comma between.",
        "Deres officielle koder med komma imellem.",
    ),
    number(
        "expected_pct",
        "What the ministry expects, of the population aged 16 to 66.",
        "Den andel, ministeriet forventer, af befolkningen på 16-66 år.",
    ),
    number("actual_pct", "What was counted, of the same.", "Den faktiske andel af de samme."),
    optional(
        "rank",
        Integer,
        "Place among those compared, itself with them; 1 has the lowest actual share. Null where one of them is not known.",
        "Placering blandt de sammenlignede, kommunen selv iblandt; 1 har den laveste faktiske andel. Tom, hvis en af dem ikke "
        "kendes.",
    ),
    described(
        "compared",
        Integer,
        "How many are compared, itself with them.",
        "Hvor mange der sammenlignes, kommunen selv iblandt.",
    ),
    number(
        "weighted_pct",
        "Rate over the others: their persons over their population.",
        "Andelen i de andre under ét: deres antal over deres befolkning.",
    ),
    number("median_pct", "Median of the others.", "Medianen af de andre."),
    number(
        "best_quarter_pct",
        "Rate over the quarter of the others with the lowest shares.",
        "Andelen under ét i den fjerdedel af de andre, der har de laveste andele.",
    ),
    number("gap_to_median_pct_point", "Own share minus the median.", "Egen andel minus medianen.", source="value"),
    number(
        "gap_to_best_quarter_pct_point",
        "Own share minus the best quarter's.",
        "Egen andel minus den bedste fjerdedels.",
    ),
    number(
        "gap_to_median_full_time_persons",
        "That gap to the median in full-time persons of its own population.",
        "Forskellen til medianen i fuldtidspersoner af egen befolkning.",
    ),
    number(
        "gap_to_best_quarter_full_time_persons",
        "That gap to the best quarter in full-time persons of its own population.",
        "Forskellen til den bedste fjerdedel i fuldtidspersoner af egen befolkning.",
    ),
    number(
        "net_unit_cost_dkk",
        "Net municipal cost of a full-time person in a year.",
        "Kommunens nettoudgift til en fuldtidsperson på et år.",
    ),
    optional(
        "price_year",
        Integer,
        "The year that the price is of; null: no price is on record.",
        "Prisens år; tom: der er ingen pris.",
    ),
    number(
        "price_age_years",
        "How many years the price is older than the period.",
        "Hvor mange år prisen er ældre end perioden.",
    ),
    number(
        "gap_to_median_dkk",
        "The gap to the median, times the price, a year.",
        "Forskellen til medianen gange prisen, pr. år.",
    ),
    number(
        "gap_to_best_quarter_dkk",
        "The gap to the best quarter, times the price, a year.",
        "Forskellen til den bedste fjerdedel gange prisen, pr. år.",
    ),
    figure="comparable_municipalities",
)

MARTS = (comparable_municipalities,)
