"""What the ministry's lists are known to have said, as facts: rank, municipality and the figures that were quoted.

From newspapers and the ministry's own pages of the day, and from Herlev's paper of 31 January 2024. Only parts of each
list are known; no list of all 98 is. Differences are actual minus expected.
"""

from __future__ import annotations

from dataclasses import dataclass

# (rank, municipality): expected, actual, difference in persons, potential in m kr. Published 2 November 2018.
FIRST_LIST = {
    (1, "Nyborg"): (1840, 1620, -220, -16.3),
    (2, "Frederiksberg"): (5090, 4330, -760, -57.3),
    (3, "Gladsaxe"): (3400, 2980, -420, -31.1),
    (4, "Hedensted"): (2080, 1820, -260, -18.2),
    (5, "Billund"): (1230, 1090, -140, -9.4),
}

# rank: (municipality, persons, points). Sickness benefit, 1. halvår 2022 – 2. halvår 2022; not every place is known.
SICKNESS_2022 = {
    1: ("Læsø", 0, -0.7),
    2: ("Hørsholm", -50, -0.4),
    4: ("Aalborg", -390, -0.3),
    6: ("Norddjurs", -50, -0.2),
    8: ("Herning", -110, -0.2),
    10: ("København", -780, -0.2),
}

# The ten best of all benefits in 1. halvår 2023 – 2. halvår 2023, published in March 2024.
TOP_TEN_2023 = (
    "Billund", "Ballerup", "Solrød", "Fredensborg", "Furesø", "Rebild", "Allerød", "Holbæk", "Faaborg-Midtfyn", "Norddjurs",
)  # fmt: skip


@dataclass(frozen=True)
class Place:
    """One municipality's place on one list."""

    table_id: str
    period: str
    rank: int
    municipality: str


HERLEV = [
    Place("ranking_all", "2022QMAT04", 16, "Herlev"),
    Place("ranking_all", "2023QMAT02", 17, "Herlev"),
    Place("ranking_unemployment_insurance", "2022QMAT04", 4, "Herlev"),
    Place("ranking_unemployment_insurance", "2023QMAT02", 6, "Herlev"),
    Place("ranking_cash_assistance", "2022QMAT04", 12, "Herlev"),
    Place("ranking_cash_assistance", "2023QMAT02", 15, "Herlev"),
    Place("ranking_sickness_benefit", "2022QMAT04", 89, "Herlev"),
    Place("ranking_sickness_benefit", "2023QMAT02", 84, "Herlev"),
]
