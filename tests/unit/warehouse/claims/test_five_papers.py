"""The shipped claims of five committee papers: every one comes to the verdict that was found by hand."""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal
from functools import cache

import pytest

from tests.conventions.sources import ROOT
from warehouse.claims.checking import CheckedClaim, check
from warehouse.claims.content import ClaimsFile
from warehouse.claims.file import read_claims
from warehouse.claims.values import FigureAnswer, Question

FILE = ROOT / "docs" / "examples" / "claims" / "five-papers.yml"


def figure(value: str, low: str | None = None, high: str | None = None) -> FigureAnswer:
    return FigureAnswer(Decimal(value), Decimal(low or value), Decimal(high or value))


# What a warehouse that holds what the papers state would answer; whatever is not here it does not hold.
HELD = {
    "benchmark_rank, Herlev, 2023QMAT02": figure("17"),
    "benchmark_rank, Herlev, 2022QMAT04": figure("16"),
    "benchmark_rank, Herlev, 2023QMAT02, A-dagpenge mv.": figure("6"),
    "benchmark_rank, Herlev, 2022QMAT04, A-dagpenge mv.": figure("4"),
    "benchmark_rank, Herlev, 2023QMAT02, Kontanthjælp mv.": figure("15"),
    "benchmark_rank, Herlev, 2022QMAT04, Kontanthjælp mv.": figure("12"),
    "benchmark_rank, Herlev, 2023QMAT02, Sygedagpenge mv.": figure("84"),
    "benchmark_rank, Herlev, 2022QMAT04, Sygedagpenge mv.": figure("89"),
    "benchmark_gap, Herlev, 2023QMAT02, gap_full_time_persons": figure("-52", "-57", "-47"),
    "benchmark_gap, Herlev, 2023QMAT02, gap_pct_point": figure("-0.3"),
    "savings, Herlev, 2023QMAT02": figure("6617500", "5294000", "7941000"),
    "unemployment_projection, Herlev, 2023Y01, stated": figure("108"),
    "unemployment_projection, Herlev, 2023Y01, population": figure("98.49"),
    "unemployment_projection, Herlev, 2023Y01, workforce": figure("100"),
    "block_grant_share, Herlev, 2023M10, A-dagpenge": figure("0.41"),
    "block_grant_share, Herlev, 2023M10, Kontanthjælp (før 1. juli 2025)": figure("0.46"),
    "total_recipients, Herlev, 2023M10": figure("2882"),
    "total_recipients, Herlev, 2022M10": figure("2844"),
    "ordinary_hours, Ringsted, 2022Q03, Uddannelseshjælp, ordinary_hours_pct": figure("15.7"),
    "ordinary_hours, Hele landet, 2022Q03, Uddannelseshjælp, ordinary_hours_pct": figure("11.6"),
    "y11a02, Holstebro, 2017M01, persons": figure("266"),
    **{f"y11a02, Holstebro, 2016M{month:02d}, persons": figure(str(274 + month)) for month in range(1, 12)},
    "investment_case, Faaborg-Midtfyn, 2025Y01, ips_disability_pension, ministry_potential_2018, places_persons": figure(
        "12"
    ),
    "grant_share, Holstebro, 2017Y01": figure("1818055.56"),
}


def held(question: Question) -> FigureAnswer:
    return HELD.get(str(question), FigureAnswer(None, why_not="not held"))


@cache
def claims() -> ClaimsFile:
    return read_claims(FILE.read_text(encoding="utf-8"), name=FILE.name)


@cache
def rows() -> tuple[CheckedClaim, ...]:
    return tuple(check(claims(), figures=held, assumptions=lambda _: {}))


# Each claim under the verdict found by hand, in the order of the file.
VERDICTS: dict[str, list[str]] = {
    "differs": [
        "Opnormering med tre årsværk i 2025",
        "Opnormering med tre årsværk fra 2026",
        "20.000 flere ledige svarer til 92 i Herlev efter bloktilskudsnøglen",
        "92 flere ledige i Herlev, regnet med warehousets antagelser",
        "Bloktilskudsnøglen er 0,54 procent af landets befolkning",
        "De samlede udgifter er 7.517.700 kr.",
        "Der er 230 sager, men 267 i tabellen over udviklingen",
        "De opregnede grupper kan rummes i de 130 unge voksne",
        "90 pct. af de 16 i indsats 2 har succes",
        "80 pct. af de 8 i indsats 3 har succes",
        "6,5 pct. er på kontanthjælp eller uddannelseshjælp",
        "Mål: minimum 12 pct. i ordinært job eller uddannelse",
        "Mål: minimum 51 pct. i fleksjob",
    ],
    "holds within rounding": [
        "61 procent har en positiv oplevelse",
        "72 procent har klare aftaler",
        "50 personer færre på offentlig forsørgelse end forventet",
        "0,3 procentpoint svarer til 50 personer",
        "50 fuldtidspersoner færre sparer 6,62 mio. kr. om året",
        "Besparelsen er 6,62 mio. kr. om året, regnet på benchmarkets tal",
        "Ledigheden i 2023 (2.882) er på samme niveau som i 2022 (2.844)",
        "Staten finansierer 34 procent",
        "Egenfinansieringen på 4.934.000 kr. er 66 procent",
        "Udgiftsbevillingen på beskæftigelsesområdet er 1.583.500 kr.",
        "Indtægtsbevillingen på beskæftigelsesområdet er -1.583.500 kr.",
        "Socialpsykiatriens udgifter svarer til tilskuddet på 997.200 kr.",
        "Tilskuddet til socialpsykiatrien er -997.200 kr.",
        "40 unge i Ringsted er 15,7 pct. (af 255)",
        "3.889 unge i hele landet er 11,6 pct. (af 33.526)",
        "Anbringelser er kun steget med 4 årsværk",
        "En succesrate på 80 pct. er på niveau med erfaringerne",
        "73 pct. af de 15 i indsats 1 har succes",
        "6,6 pct. er i lønmodtagerbeskæftigelse",
        "45,9 pct. er i fleksjob eller på ledighedsydelse",
        "32,8 pct. er på førtidspension",
        "1,6 pct. er selvforsørgende eller uden indtægt",
        "6,6 pct. er i kategorien andet",
        "46 pct. visiteres til fleksjob eller ledighedsydelse i Holstebro",
        "27 pct. visiteres til fleksjob eller ledighedsydelse i hele landet",
        "31 pct. visiteres til fleksjob eller ledighedsydelse i landsdelen",
        "33 pct. tilkendes førtidspension i Holstebro",
        "45 pct. tilkendes førtidspension i hele landet",
        "50 pct. tilkendes førtidspension i landsdelen",
        "Niveauet for job og uddannelse er 7 pct.",
        "Knap 0,7 pct. af bevillingen efter andelen af målgruppen",
        "1,8 mio. kr. er knap 0,7 pct. af 262,5 mio. kr.",
        "Holstebro kan få op til 1,8 mio. kr.",
        "Holstebros del af bevillingen er op til 1,8 mio. kr., regnet i warehouset",
    ],
    "holds": [
        "Indsatsen koster 1.425.000 kr. i 2025",
        "Indsatsen koster 1.650.000 kr. i 2026",
        "Indsatsen koster 1.650.000 kr. i 2027",
        "Jobkonsulenten koster 450.000 kr. med 30 timer om ugen",
        "Mindst 12 borgere kan få gavn af indsatsen",
        "Mindst 12 borgere kan få gavn af indsatsen, regnet i warehouset",
        "Højst 36 borgere kan få gavn af indsatsen",
        "Svarprocenten er 32",
        "40 gav lov til et opkald, og det gav 21 besvarelser",
        "60 procent bliver inddraget",
        "Samlet 17. plads, 2. halvår 2022 til 1. halvår 2023",
        "Samlet 16. plads, 1. halvår 2022 til 2. halvår 2022",
        "Dagpenge, 6. plads, 2. halvår 2022 til 1. halvår 2023",
        "Dagpenge, 4. plads, 1. halvår 2022 til 2. halvår 2022",
        "Kontanthjælp, 15. plads, 2. halvår 2022 til 1. halvår 2023",
        "Kontanthjælp, 12. plads, 1. halvår 2022 til 2. halvår 2022",
        "Sygedagpenge, 84. plads, 2. halvår 2022 til 1. halvår 2023",
        "Sygedagpenge, 89. plads, 1. halvår 2022 til 2. halvår 2022",
        "Herlev ligger i top-20",
        "0,3 procentpoint færre på offentlig forsørgelse end forventet",
        "Landsandelen for a-dagpenge er under bloktilskudsnøglen på 0,54 procent",
        "Landsandelen for kontanthjælp er under bloktilskudsnøglen på 0,54 procent",
        "2.882 ydelsesmodtagere i oktober 2023",
        "2.844 ydelsesmodtagere i oktober 2022",
        "BNP fremskrives med 1,4 procent i 2024",
        "Tilskuddet er 2.580.700 kr. i hele projektperioden",
        "I alt -428.000 kr. i 2024",
        "I alt 924.000 kr. i 2025",
        "I alt 790.000 kr. i 2026",
        "I alt -1.286.000 kr. i 2027",
        "330 unge har påbegyndt et aktiveringsforløb i 2022",
        "88 af forløbene er virksomhedsrettede",
        "213 er i øvrig vejledning og opkvalificering",
        "21 unge har deltaget i kommunens egne STU-tilbud",
        "15,7 pct. af Ringsteds unge har ordinære løntimer i 3. kvartal 2022",
        "11,6 pct. af landets unge har ordinære løntimer i 3. kvartal 2022",
        "Aldersfordelingen har 230 sager i alt",
        "39 unge i optag eller afsluttet forløb",
        "Antallet af deltagere er over målsætningen om 31",
        "36 deltagere over en 3-årig periode er 12 deltagere årligt",
        "Fordelingen for hele landet er 100 procent",
        "Fordelingen for Vestjylland er 100 procent",
        "Fordelingen for Holstebro er 100 procent",
        "Ingen er i uddannelse",
        "Mål: højst 35 pct. på førtidspension",
        "De første forløb på 5 år, begyndt i 2013, afsluttes i løbet af 2018",
        "266 personer er i ressourceforløb i januar 2017",
    ],
    "cannot be checked": [
        "Der er i alt ca. 2.500 førtidspensionister i kommunen",
        "Borgeren har fået en afgørelse inden for 23 uger",
        "6 stemte for at udsætte indstillingen",
        "Ledigheden ventes at stige med omtrent 20.000 frem mod 2025",
        "BNP fremskrives med 1,2 procent i 2023",
        "Nationalbanken venter 1,7 procent vækst i 2023",
        "Ydelsesmodtagerne er 1 pct. af arbejdsstyrken",
        "30 unge var i en jobrettet indsats i december 2022",
        "De 131 underretninger i 2022 fordeler sig på områder",
        "95 pct. af de 15-24-årige er i en uddannelsesrettet aktivitet",
        "Fald fra 17 til 4 anbragte unge i efterværn på fem år",
        "Nettogevinst på 52 t.kr. over 8 år for hvert år med indsatsen",
        "Undersøgelsen omfatter 19 borgere",
        "I gennemsnit 280 personer i ressourceforløb i 2016",
        "KL venter, at 50 pct. overgår til førtidspension",
        "8.683,64 kr. svarer til 6 arbejdsdage",
    ],
}


@pytest.mark.parametrize("verdict", list(VERDICTS))
def test_each_claim_comes_to_the_verdict_found_by_hand(verdict: str) -> None:
    assert [row.statement for row in rows() if row.verdict == verdict] == VERDICTS[verdict]


def test_all_five_papers_are_covered_and_each_claim_can_be_told_from_the_others() -> None:
    assert Counter(row.document for row in rows()) == {
        "faaborg-midtfyn-2024": 10,
        "koebenhavn-2016": 2,
        "herlev-2024": 43,
        "ringsted-2023": 26,
        "holstebro-2017": 29,
    }
    statements = [(row.document, row.statement) for row in rows()]
    assert len(set(statements)) == len(statements) == sum(map(len, VERDICTS.values()))


def test_most_claims_need_no_warehouse() -> None:
    alone = check(claims(), figures=lambda _: FigureAnswer(None), assumptions=lambda _: {})
    settled = [row for row in alone if row.verdict != "cannot be checked"]
    assert len(settled) >= 70
    assert {row.statement: row for row in settled}.items() <= {row.statement: row for row in rows()}.items()


def row(statement: str) -> CheckedClaim:
    return next(row for row in rows() if row.statement.startswith(statement))


@pytest.mark.parametrize(
    ("statement", "computed", "difference"),
    [
        ("50 fuldtidspersoner færre sparer", "6.6175", "0.0025"),
        ("20.000 flere ledige svarer til 92", "108", "-16"),
        ("De samlede udgifter", "7514700", "3000"),
        ("Opnormering med tre årsværk i 2025", "2.41", "0.59"),
        ("Opnormering med tre årsværk fra 2026", "2.81", "0.19"),
        ("Bloktilskudsnøglen", "0.4924", "0.0476"),
        ("6,5 pct.", "6.557", "-0.057"),
        ("De opregnede grupper", "131", "-1"),
        ("Anbringelser er kun steget", "4.2", "-0.2"),
        ("Knap 0,7 pct.", "0.693", "0.007"),
        ("1,8 mio. kr. er knap", "0.686", "0.014"),
        ("En succesrate på 80 pct.", "81.41", "-1.41"),
        ("90 pct. af de 16", "87.5", "2.5"),
        ("80 pct. af de 8", "75", "5"),
        ("Mål: minimum 12 pct.", "6.56", "5.44"),
        ("50 personer færre", "-52", "2"),
    ],
)
def test_what_was_computed_and_how_far_off_the_paper_is(statement: str, computed: str, difference: str) -> None:
    assert (row(statement).computed, row(statement).difference) == (Decimal(computed), Decimal(difference))


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("20.000 flere ledige svarer til 92", "fits: en nøgle på 0,46 pct. (92 personer)"),
        (
            "20.000 flere ledige svarer til 92",
            "does not fit: Herlevs andel af befolkningen 1. januar 2023 (98.49 personer)",
        ),
        ("92 flere ledige", "does not fit: efter andelen af befolkningen (98.49 personer)"),
        ("Opnormering med tre årsværk i 2025", "fits: tre ansatte, uanset timetal (3 årsværk)"),
        ("6,5 pct.", "fits: resten op til 100 procent (6.5 pct.)"),
        ("Der er 230 sager", "fits: aldersfordelingens sum (230 sager)"),
        ("De opregnede grupper", "fits: Spor 2 er talt med blandt de andre (120 unge)"),
        ("90 pct. af de 16", "fits: 9 af 10, hvis 10 er afsluttet (90 pct.)"),
        ("Udgiftsbevillingen", "anything from 1,581,000 kr. to 1,585,000 kr. is possible"),
        (
            "I gennemsnit 280",
            "mean(months): months lacks 1 of 12 numbers: y11a02, Holstebro, 2016M12, persons (not held)",
        ),
    ],
)
def test_the_reason_says_what_a_reader_needs(statement: str, said: str) -> None:
    assert said in row(statement).reason.split("; ") or row(statement).reason.endswith(said)


def test_no_reason_shows_digits_that_nobody_knows() -> None:
    for each in rows():
        for number in re.findall(r"\d+\.(\d+)", each.reason.partition(" gives ")[2]):
            assert len(number) <= 4, each.reason
