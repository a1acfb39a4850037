"""The sheets of a municipality's workbook on benchmark and savings, and on what the figures rest on: revisions, vintages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tasks.briefing.wording import NOT_SHOWN, basis, said
from tasks.exports.municipality.held import Held
from tasks.exports.municipality.sheet import NONE, Column, Content, Row, Sheet, computed, plain, yes
from warehouse.danish import writing
from warehouse.danish.clock import in_denmark
from warehouse.periods import Period

_CAVEATS = Column("Forbehold", "text", "Hvad læseren skal vide.", 60, wraps=True)
_NUMBER = 20
"""Wide enough for the words that say that a number is hidden or lacks."""
_UNITS = {
    "persons": "personer", "full_time_persons": "fuldtidspersoner", "cases": "antal", "pct": "pct.",
    "pct_point": "pct.-point", "fraction": "andel", "ratio": "forhold", "rank": "placering", "dkk": "kr.",
    "work_years": "årsværk", "unknown": "ukendt",
}  # fmt: skip


def ranking(held: Held) -> Sheet | None:
    """Every row of the ministry's benchmark for the municipality, the newest first."""
    columns = (
        Column("Periode", "text", "De fire kvartaler, listen gælder.", 34),
        Column("Til og med", "day", "Periodens sidste dag.", 12),
        Column("Ydelsesområde", "text", "Listen.", 40),
        Column(
            "Placering", "place", "Placering blandt de 98 kommuner; nr. 1 ligger længst under det forventede.", _NUMBER
        ),
        Column("Placering før", "place", "Placering på listen et halvt år før.", _NUMBER),
        Column("Faktisk", "number", "Faktiske fuldtidspersoner.", _NUMBER),
        Column("Forventet", "number", "Det niveau, ministeriet forventer.", _NUMBER),
        Column("Forskel", "change", "Faktisk minus forventet; kilden afrunder til tiere.", _NUMBER),
        Column("Forskel, pct.-point", "points", "Det samme i procentpoint af befolkningen på 16-66 år.", _NUMBER),
        Column("Kilde", "text", "Tabel eller rangliste.", 14),
        _CAVEATS,
    )
    rows = tuple(
        (
            writing.period(Period.parse(row["period"])),
            row["period_last_day"],
            row["benefit_area"],
            computed(row["rank"]),
            computed(row["rank_half_a_year_earlier"]),
            computed(row["actual_full_time_persons"]),
            computed(row["expected_full_time_persons"]),
            computed(row["gap_full_time_persons"]),
            computed(row["gap_pct_point"]),
            row["table_id"],
            said(row["caveats"]) if row["caveats"] else NONE,
        )
        for row in held.within(held.ranking)
    )
    grain = "Én række pr. periode, ydelsesområde og kilde i ministeriets benchmark."
    return Sheet("Benchmark", grain, columns, rows) if rows else None


def savings(held: Held) -> Sheet | None:
    """What fewer persons than expected save, on each price on record."""
    columns = (
        Column("Periode", "text", "De fire kvartaler, listen gælder.", 34),
        Column("Til og med", "day", "Periodens sidste dag.", 12),
        Column("Ydelsesområde", "text", "Listen.", 40),
        Column("Beregnet ud fra", "text", "Hvilken pris der er brugt.", 36),
        Column("Færre end forventet", "change", "Fuldtidspersoner færre end forventet; negativt: flere.", _NUMBER),
        Column("Pris pr. person", "dkk", "Kommunens nettoudgift til en fuldtidsperson på et år.", _NUMBER),
        Column("Pr. år", "dkk", "Færre personer gange prisen.", _NUMBER),
        Column("Mindst", "dkk", "Med kildens afrunding og prisens egne grænser.", _NUMBER),
        Column("Højst", "dkk", "Med kildens afrunding og prisens egne grænser.", _NUMBER),
        _CAVEATS,
    )
    numbers = ("fewer_full_time_persons", "net_unit_cost_dkk", "saving_dkk", "saving_low_dkk", "saving_high_dkk")
    rows = tuple(
        (
            writing.period(Period.parse(row["period"])),
            row["period_last_day"],
            row["benefit_area"],
            basis(row["basis"]) or NONE,
            *(computed(row[name]) for name in numbers),
            said(row["caveats"], row["basis"]) if row["caveats"] else NONE,
        )
        for row in held.within(held.savings)
    )
    grain = "Én række pr. periode, ydelsesområde og pris: hvad færre personer end forventet sparer på et år."
    return Sheet("Besparelser", grain, columns, rows) if rows else None


def revisions(held: Held) -> Sheet:
    """Every value that a later vintage changed, the last seen first."""
    columns = (
        Column("Set", "moment", "Hvornår vi så ændringen, dansk tid.", 17),
        Column("Tabel", "text", "Tabellen hos kilden.", 9),
        Column("Titel", "text", "Tabellens titel.", 60),
        Column("Periode", "text", "Perioden, tallet handler om.", 18),
        Column("Mål", "text", "Målet, som kilden kalder det.", 34),
        Column("Fordeling", "text", "Fordelingens kategorier.", 30),
        Column("Før", "number", "Det tal, der blev erstattet.", 11),
        Column("Efter", "number", "Det tal, der trådte i stedet.", 11),
        Column("Ændring", "change", "Efter minus før; kun hvor begge er oplyst.", 11),
        Column("Enhed", "text", "Tallenes enhed.", 18),
        Column("Udgave", "number", "Den udgave, der bragte ændringen; se arket Kilder.", 9),
        Column("Kildens dato", "text", "Kildens opdateringsdato for udgaven.", 13),
    )
    titles = held.titles
    rows = tuple(_revision(row, title=titles.get(row["table_id"]), of=held) for row in held.within(held.revisions))
    return Sheet("Rettelser", "Én række pr. tal, som en senere udgave har ændret.", columns, rows)


def _revision(row: Mapping[str, Any], *, title: str | None, of: Held) -> Row:
    before, after = (row[f"{name}_status"] for name in ("before", "after"))
    unshown = after if before == "observed" else before
    return (
        in_denmark(row["seen_at"]),
        row["table_id"],
        title or NONE,
        writing.period(Period.parse(row["period"])),
        of.labels.get((row["table_id"], row["measure"]), row["measure"]),
        ", ".join(map(str, row["members"].values())) or NONE,
        _value(row["before_value"], status=before),
        _value(row["after_value"], status=after),
        _value(row["change_value"], status=unshown),
        _UNITS.get(row["unit"], row["unit"]),
        row["vintage_id"],
        writing.digits(row["publisher_updated_on"]) if row["publisher_updated_on"] else NONE,
    )


def _value(value: float | None, *, status: str) -> Content:
    return NOT_SHOWN.get(status, NONE) if value is None else plain(value)


def breaks(held: Held) -> Sheet:
    """The series breaks of the tables that the workbook rests on."""
    columns = (
        Column("Fra", "day", "Den første dag efter bruddet.", 12),
        Column("Tabel", "text", "Tabellen hos kilden.", 9),
        Column("Titel", "text", "Tabellens titel.", 60),
        Column("Hvad blev ændret", "text", "I få ord.", 44),
        Column("Forbehold", "text", "Det, en sammenligning hen over bruddet skal sige.", 70, wraps=True),
        Column("Ydelser", "text", "De ydelser, bruddet vedrører.", 40, wraps=True),
        Column("Fremgår af", "text", "Den lov, vejledning eller liste, det fremgår af.", 44, wraps=True),
    )
    rows = tuple(
        (
            row["first_period_first_day"],
            row["table_id"],
            row["table_title"],
            row["title"],
            row["caveat"],
            row["benefit_groups"] or NONE,
            row["source"],
        )
        for row in held.breaks
        if row["table_id"] in held.used
    )
    return Sheet("Databrud", "Én række pr. databrud og tabel: tal før og efter kan ikke sammenlignes.", columns, rows)


def vintages(held: Held) -> Sheet:
    """Every vintage of the tables that the workbook rests on, the one that counts first."""
    columns = (
        Column("Tabel", "text", "Tabellen hos kilden.", 14),
        Column("Titel", "text", "Tabellens titel.", 60),
        Column("Kilde", "text", "Hvem tallene skal krediteres.", 28),
        Column("Udgave", "number", "Udgavens nummer i datavarehuset.", 9),
        Column("Gælder nu", "text", "Om det er tabellens nyeste udgave.", 11),
        Column("Kildens dato", "text", "Kildens opdateringsdato for udgaven.", 13),
        Column("Set", "moment", "Hvornår udgaven blev hentet, dansk tid.", 17),
    )
    used, seen, rows = held.used, set[str](), list[Row]()
    for row in held.vintages:
        if row["table_id"] in used:
            rows.append(_vintage(row, newest=row["table_id"] not in seen, credit=held.credits))
            seen.add(row["table_id"])
    return Sheet("Kilder", "Én række pr. udgave af de tabeller, tallene kommer fra.", columns, tuple(rows))


def _vintage(row: Mapping[str, Any], *, newest: bool, credit: Mapping[str, str]) -> Row:
    updated = writing.digits(row["publisher_updated_on"]) if row["publisher_updated_on"] else NONE
    return (
        row["table_id"],
        row["table_title"],
        credit.get(row["table_id"], NONE),
        row["vintage_id"],
        yes(newest),
        updated,
        in_denmark(row["seen_at"]),
    )
