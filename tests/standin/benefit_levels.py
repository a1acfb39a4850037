"""Level, pace and spread of each benefit in the synthetic Denmark: invented, of the size newspapers print."""

from __future__ import annotations

from dataclasses import dataclass

Knots = tuple[tuple[float, float], ...]  # (year, thousand full-time persons in the country)


@dataclass(frozen=True)
class Benefit:
    """One benefit: its stock table, its name in ptv_a02, and how it moves.

    late: how much of the newest month is still missing at its first release; persons_late the same for persons.
    persons_ratio: persons per full-time person.
    """

    name: str
    knots: Knots
    table: str | None = None
    member: str | None = None
    season: float = 0.01
    peak_month: int = 1
    persons_ratio: float = 1.03
    late: float = 0.012
    persons_late: float = 0.012
    spread: float = 0.15
    herlev: float = 0.00455
    drift: float = 1.0


ALL = (
    Benefit(
        "A-dagpenge",
        ((2008, 60), (2010, 105), (2019, 72), (2020.4, 125), (2021.8, 70), (2022.5, 63), (2024, 72), (2026.5, 78)),
        table="y01a02",
        member="A-dagpenge",
        season=0.06,
        peak_month=0,
        persons_ratio=1.3,
        late=0.021,
        persons_late=0.045,
        spread=0.12,
        herlev=0.0041,
    ),
    Benefit(
        "Kontanthjælp før",
        ((2008, 62), (2016, 80), (2019, 62), (2023, 50), (2025.5, 46), (2027, 45)),
        table="y36a02",
        member="Kontanthjælp",
        season=0.012,
        peak_month=2,
        spread=0.3,
    ),
    Benefit(
        "Uddannelseshjælp",
        ((2014, 48), (2019, 36), (2023, 30), (2025.5, 29), (2027, 29)),
        table="y38a02",
        member="Uddannelseshjælp",
        season=0.03,
        peak_month=2,
        persons_ratio=1.04,
        late=0.016,
        persons_late=0.016,
        spread=0.25,
    ),
    Benefit(
        "SHO",
        ((2008, 1.2), (2016, 14), (2019, 12), (2023, 9), (2025.5, 8), (2027, 8)),
        table="y35a02",
        member="Selvforsørgelses- og hjemrejseydelse samt overgangsydelse",
        peak_month=4,
        late=0.015,
        persons_late=0.015,
        spread=0.35,
    ),
    Benefit(
        "Revalidering",
        ((2008, 14), (2019, 3.4), (2023, 2.2), (2026, 1.7), (2028, 0.2)),
        table="y04a02",
        member="Revalidering",
        season=0.03,
        peak_month=3,
        persons_ratio=1.05,
        late=0.02,
        persons_late=0.02,
        spread=0.4,
    ),
    Benefit(
        "Forrevalidering",
        ((2008, 3), (2019, 0.9), (2023, 0.6), (2028, 0.2)),
        member="Forrevalidering",
        season=0.03,
        peak_month=3,
        persons_ratio=1.05,
        late=0.02,
        persons_late=0.02,
        spread=0.5,
    ),
    Benefit(
        "Sygedagpenge",
        ((2008, 75), (2019, 58), (2022.2, 73), (2023, 62), (2026.5, 64)),
        table="y07a02",
        member="Sygedagpenge",
        season=0.05,
        persons_ratio=1.35,
        late=0.035,
        persons_late=0.04,
        spread=0.12,
    ),
    Benefit(
        "Jobafklaringsforløb",
        ((2014, 2), (2019, 18), (2023, 17), (2026.5, 19)),
        table="y12a02",
        member="Jobafklaringsforløb",
        season=0.015,
        peak_month=3,
        persons_ratio=1.04,
        late=0.02,
        persons_late=0.02,
        spread=0.2,
    ),
    Benefit(
        "Ressourceforløb",
        ((2013, 0.5), (2019, 27), (2023, 19), (2026.1, 15), (2028, 6)),
        table="y11a02",
        member="Ressourceforløb",
        season=0.006,
        peak_month=3,
        persons_ratio=1.02,
        late=0.015,
        persons_late=0.015,
        spread=0.25,
    ),
    Benefit(
        "Ledighedsydelse",
        ((2008, 12), (2019, 16), (2023, 17.5), (2026.5, 19)),
        table="y09a02",
        member="Ledighedsydelse",
        season=0.012,
        peak_month=7,
        persons_ratio=1.06,
        late=0.02,
        persons_late=0.02,
        spread=0.2,
    ),
    Benefit(
        "Fleksjob",
        ((2008, 48), (2019, 80), (2023, 95), (2026.5, 108)),
        table="y08a02",
        member="Fleksjob",
        season=0.006,
        peak_month=9,
        persons_ratio=1.01,
        late=0.008,
        persons_late=0.008,
        spread=0.2,
    ),
    Benefit(
        "Førtidspension",
        ((2008, 238), (2019, 212), (2023, 240), (2026.5, 262)),
        table="y10a02",
        member="Førtidspension",
        season=0.001,
        peak_month=9,
        persons_ratio=1.0,
        late=0.002,
        persons_late=0.002,
        spread=0.2,
    ),
    Benefit(
        "Seniorpension",
        ((2020, 0.4), (2023, 24), (2026.5, 42)),
        member="Seniorpension",
        season=0.001,
        peak_month=9,
        persons_ratio=1.0,
        late=0.004,
        persons_late=0.004,
        spread=0.2,
    ),
    Benefit(
        "Efterløn",
        ((2008, 138), (2019, 52), (2023, 42), (2026.5, 36)),
        member="Efterløn",
        season=0.004,
        peak_month=3,
        persons_ratio=1.02,
        late=0.004,
        persons_late=0.004,
    ),
    Benefit(
        "Tidlig pension",
        ((2022, 1), (2022.6, 10), (2026.5, 14)),
        member="Tidlig pension",
        season=0.002,
        peak_month=3,
        persons_ratio=1.0,
        late=0.004,
        persons_late=0.004,
    ),
    Benefit(
        "Jobparate",
        ((2008, 18), (2019, 14), (2020.4, 19), (2023, 12.6), (2026.5, 13.7)),
        season=0.03,
        persons_ratio=1.16,
        late=0.018,
        persons_late=0.02,
        spread=0.25,
        herlev=0.0044,
        drift=0.2,
    ),
)
BY_NAME = {benefit.name: benefit for benefit in ALL}
MEMBERS = tuple(benefit for benefit in ALL if benefit.member)
OLD_CASH = tuple(BY_NAME[name] for name in ("Kontanthjælp før", "Uddannelseshjælp", "SHO"))
