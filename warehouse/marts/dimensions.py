"""Declare the dimensions of the star: areas, periods, benefits, measures, tables, vintages, each with one column for its key.

They are views over the facts, so that a night has nothing to keep; files in warehouse/sql make them.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, Column, Date, Integer, SmallInteger, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from warehouse.marts.columns import table_id
from warehouse.marts.declaration import mart
from warehouse.marts.views import views
from warehouse.schema.core import MOMENT, described, optional

areas = Table(
    "areas",
    views,
    described("area_code", Text, "Official code of the area.", "Områdets officielle kode.", primary_key=True),
    optional(
        "area_code4",
        Text,
        "The same with four digits, as registers write it; null: no municipality.",
        "Samme kode med fire cifre, som registre skriver den; tom: ikke en kommune.",
    ),
    described("area_name", Text, "Name of the area.", "Områdets navn."),
    described(
        "area_kind",
        Text,
        "country, region, landsdel, municipality or unknown.",
        "country (hele landet), region, landsdel, municipality (kommune) eller unknown (uoplyst).",
    ),
    optional("region_code", Text, "Code of the region; null: of none.", "Regionens kode; tom: ingen."),
    optional("region_name", Text, "Name of the region; null: of none.", "Regionens navn; tom: ingen."),
    optional("landsdel_code", Text, "Code of the landsdel; null: of none.", "Landsdelens kode; tom: ingen."),
    optional("landsdel_name", Text, "Name of the landsdel; null: of none.", "Landsdelens navn; tom: ingen."),
    optional(
        "municipality_group",
        Text,
        "Danmarks Statistik's group of municipalities; null: no municipality.",
        "Danmarks Statistiks kommunegruppe; tom: ikke en kommune.",
    ),
    optional("nuts3", Text, "NUTS 3 code of the landsdel; null: of none.", "Landsdelens NUTS 3-kode; tom: ingen."),
    optional(
        "inhabitants_persons",
        Integer,
        "Inhabitants, by the newest 1 January that is known; null: not known.",
        "Antal indbyggere den nyeste 1. januar, der kendes; tom: kendes ikke.",
        unit="persons",
    ),
    optional(
        "inhabitants_on", Date, "That 1 January; null: not known.", "Den 1. januar, tallet er fra; tom: kendes ikke."
    ),
    described(
        "area_order",
        Integer,
        "Its place in a list: the country, regions, landsdele, municipalities, each from A to Å.",
        "Plads på en liste: hele landet, regioner, landsdele og kommuner, hver fra A til Å.",
    ),
    optional("valid_from", Date, "First day it exists; null: always.", "Første dag, området findes; tom: altid."),
    optional("valid_to", Date, "Last day it exists; null: still.", "Sidste dag, området findes; tom: findes stadig."),
    **mart(
        "One row per area: the country, regions, landsdele and municipalities.",
        "Én række pr. område: hele landet, regioner, landsdele og kommuner.",
        # Left out, as all dimensions are: it comes with the code, not with a vintage.
        hashed_by=(),
    ),
)

periods = Table(
    "periods",
    views,
    described(
        "period", Text, "The period as publishers write it.", "Perioden, som kilderne skriver den.", primary_key=True
    ),
    described(
        "period_kind",
        Text,
        "M (month), Q (quarter), Y (year), QMAT (four quarters to one) or MYTD (January to a month). Never compare two.",
        "M (måned), Q (kvartal), Y (år), QMAT (fire kvartaler til og med ét) eller MYTD (januar til og med en måned). "
        "Sammenlign aldrig på tværs.",
    ),
    described("period_first_day", Date, "Its first day.", "Periodens første dag."),
    described("period_last_day", Date, "Its last day.", "Periodens sidste dag."),
    described("year", Integer, "The year it ends in.", "Det år, perioden slutter i."),
    described(
        "number",
        Integer,
        "Number of the month or quarter it ends in; 1: a year.",
        "Nummer på den måned eller det kvartal, perioden slutter i; 1: et år.",
    ),
    described("period_name", Text, "In Danish words.", "Perioden på dansk."),
    described("period_name_en", Text, "In English words.", "Perioden på engelsk."),
    optional(
        "previous_period",
        Text,
        "The one of its kind before it; null: nothing is held of it.",
        "Perioden før af samme slags; tom: der er ingen tal for den.",
    ),
    optional(
        "year_earlier_period",
        Text,
        "The same a year earlier; null: nothing is held of it.",
        "Samme periode året før; tom: der er ingen tal for den.",
    ),
    **mart("One row per period.", "Én række pr. periode.", hashed_by=()),
)

benefit_groups = Table(
    "benefit_groups",
    views,
    described("benefit_group", Text, "Our id of the benefit.", "Ydelsens id i datavarehuset.", primary_key=True),
    described("benefit_group_name", Text, "Its Danish name.", "Ydelsens navn."),
    table_id("The table that counts it.", "Den tabel, der tæller den."),
    described("members", JSONB, "The members of that table that are it.", "De kategorier i tabellen, ydelsen er."),
    described(
        "counted_in_total",
        Boolean,
        "Whether it belongs in a sum over all benefits while it is in force.",
        "Om ydelsen hører med i en sum over alle ydelser, mens den er i kraft.",
    ),
    optional(
        "benefit_area",
        Text,
        "The group of the ministry's benchmark it is part of; null: of none.",
        "Det område i ministeriets benchmark, ydelsen hører til; tom: ingen.",
    ),
    optional(
        "valid_from", Date, "First day in force; null: not known.", "Første dag, ydelsen er i kraft; tom: kendes ikke."
    ),
    optional(
        "valid_until", Date, "Last day in force; null: it is.", "Sidste dag, ydelsen er i kraft; tom: den er i kraft."
    ),
    optional(
        "successor", Text, "The benefit that took over; null: none.", "Den ydelse, der trådte i stedet; tom: ingen."
    ),
    **mart(
        "One row per benefit, as committee papers name it.",
        "Én række pr. ydelse, som sagerne kalder den.",
        hashed_by=(),
    ),
)

measures = Table(
    "measures",
    views,
    described("measure_id", SmallInteger, "Our number of the measure.", "Målets nummer.", primary_key=True),
    table_id("The publisher's table.", "Tabellen hos kilden."),
    described("measure", Text, "Our name of the measure.", "Målets navn i datavarehuset."),
    described("label", Text, "The publisher's label, Danish.", "Målets navn hos kilden."),
    described("unit", Text, "Unit of its values.", "Tallenes enhed."),
    described(
        "adds_up",
        Boolean,
        "Whether the parts of a breakdown sum to its total, to within 1.",
        "Om delene i en fordeling kan lægges sammen til totalen, på nær 1.",
    ),
    **mart(
        "One row per measure of a publisher's table. Its numbers are this warehouse's: another one's are other ones.",
        "Én række pr. mål i en tabel hos kilden. Numrene gælder i dette datavarehus, ikke i et andet.",
        hashed_by=(),
    ),
)

tables = Table(
    "tables",
    views,
    table_id("The publisher's table.", "Tabellen hos kilden.", primary_key=True),
    described("table_title", Text, "The publisher's title, Danish.", "Kildens titel."),
    described("table_title_en", Text, "The same in English.", "Titlen på engelsk."),
    described("publisher", Text, "The publisher, by its catalogue.", "Kilden, som kataloget kalder den."),
    described(
        "subject", Text, "What it is about: a benefit or another group.", "Emnet: en ydelse eller en anden gruppe."
    ),
    described("period_kind", Text, "Kind of its periods.", "Periodernes slags."),
    optional(
        "retired_on", Date, "When it was stopped; null: it was not.", "Hvornår den blev lukket; tom: den er åben."
    ),
    optional(
        "replaced_by", Text, "The table that took over; null: none.", "Den tabel, der trådte i stedet; tom: ingen."
    ),
    optional(
        "feeds",
        Text,
        "What figures take a municipality's own table for; null: of a publisher.",
        "Hvad nøgletallene bruger en kommunes egen tabel til; tom: en udgivers tabel.",
    ),
    described("is_loaded", Boolean, "Whether there are figures of it.", "Om der er hentet tal fra tabellen."),
    **mart(
        "One row per table of a publisher, or of one's own: shipped, adopted or named by a contract.",
        "Én række pr. tabel hos en kilde eller kommunens egen: fra kataloget, hentet ind eller fra en kontrakt.",
        hashed_by=(),
    ),
)


def _cells(kind: str, english: str, danish: str) -> Column[Any]:
    return described(f"{kind}_cells", Integer, f"Cells that {english}.", f"Antal tal, der {danish}.")


vintages = Table(
    "vintages",
    views,
    described("vintage_id", Integer, "Our number of the vintage.", "Udgavens nummer.", primary_key=True),
    table_id("The publisher's table.", "Tabellen hos kilden."),
    described("table_title", Text, "Its title.", "Tabellens titel."),
    optional(
        "publisher_updated_on",
        Date,
        "The publisher's date of it; null where it gave none.",
        "Kildens dato for udgaven; tom, hvor kilden ingen gav.",
    ),
    described("seen_at", MOMENT, "When we saw it.", "Hvornår udgaven blev set."),
    _cells("new", "were not there before", "ikke var der før"),
    _cells("revised", "it changed", "blev ændret"),
    _cells("withdrawn", "it no longer had", "blev trukket tilbage"),
    _cells("unchanged", "stayed", "blev stående"),
    optional(
        "newest_period", Text, "The newest period it held; null: none.", "Den nyeste periode i udgaven; tom: ingen."
    ),
    described(
        "backfilled",
        Boolean,
        "Whether a backfill brought it, which looked at some periods only.",
        "Om udgaven kom ved en efterindlæsning, der kun så på nogle perioder.",
    ),
    optional(
        "release_reason",
        Text,
        "Why a person published it although a check had stopped it; null: every check held.",
        "Hvorfor en medarbejder frigav den, selv om en kontrol havde stoppet den; tom: alle kontroller holdt.",
    ),
    described(
        "rehearsed",
        Boolean,
        "Whether its publisher was a stand-in on this machine, so that its figures are invented.",
        "Om udgiveren var en øvelsesudgiver på maskinen selv, så tallene er opdigtede.",
    ),
    **mart(
        "One row per vintage of a publisher table: what became known when. At these moments answers as of a moment change; "
        "savings do too when a price is recorded.",
        "Én række pr. udgave af en tabel hos kilden: hvad der blev kendt hvornår. Svar pr. en dato ændrer sig i disse "
        "øjeblikke; besparelser også, når en pris registreres.",
        # Left out: it is the vintages again.
        hashed_by=(),
    ),
)

DIMENSIONS = (areas, periods, benefit_groups, measures, tables, vintages)
"""Every mart that has a column of the name of one's key joins it."""
