"""The marts described as a catalogue of data sets in DCAT-AP-DK 2.0, as JSON-LD: what a portal of data harvests.

Each mart is a data set with its titles and what a row of it is, in both languages, whom it is to be credited to and the
version of the contract. There are no distributions: where the warehouse can be reached, and by whom, its owner decides.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sqlalchemy import Table

from tasks.archive.whole_file import whole_file
from tasks.exports.datapackage import source_of
from warehouse.marts.contract import MARTS, VERSION, entries_of

_URN = "urn:jobindsats-warehouse"
_EU = "http://publications.europa.eu/resource/authority"
_CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "owl": "http://www.w3.org/2002/07/owl#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
}
_TITLE = ("Arbejdsmarkedstal for kommunerne", "Labour-market figures of the municipalities")
_ABOUT = (
    "De tal, kommunerne styrer jobcentrene efter, som kilderne har offentliggjort dem, med hver udgave og de nøgletal, der er "
    "beregnet af dem. Små tal, kilden har skjult, er skjult her også.",
    "The figures by which municipalities steer their job centres, as their publishers released them, with every version and "
    "the figures derived from them. Small counts that a publisher hides are hidden here too.",
)
_KEYWORDS = ("arbejdsmarked", "kommuner", "forsørgelsesydelser")


def catalogue(*, publisher: str, contact: str | None = None) -> dict[str, Any]:
    """The catalogue, published by somebody; `contact` is whom to ask, a mailbox or words."""
    agent = {"@id": f"{_URN}:publisher", "@type": "foaf:Agent", "foaf:name": publisher}
    asked = {"dcat:contactPoint": _contact(contact)} if contact else {}
    return {
        "@context": _CONTEXT,
        "@id": f"{_URN}:marts",
        "@type": "dcat:Catalog",
        "dct:title": _in_both(*_TITLE),
        "dct:description": _in_both(*_ABOUT),
        "dct:publisher": agent,
        "dct:spatial": {"@id": f"{_EU}/country/DNK", "@type": "dct:Location"},
        "dcat:dataset": [_data_set(table) | {"dct:publisher": {"@id": agent["@id"]}} | asked for table in MARTS],
    }


def _data_set(table: Table) -> dict[str, Any]:
    said = entries_of(table)[0]
    return {
        "@id": f"{_URN}:{table.fullname}",
        "@type": "dcat:Dataset",
        "dct:identifier": table.fullname,
        "dct:title": _in_both(table.fullname, table.fullname),
        "dct:description": _in_both(said.grain_da, said.grain_en),
        "dct:provenance": {"@type": "dct:ProvenanceStatement", "rdfs:label": source_of(table)},
        "dct:spatial": {"@id": f"{_EU}/country/DNK"},
        "dcat:theme": {"@id": f"{_EU}/data-theme/SOCI", "@type": "skos:Concept"},
        "dcat:keyword": [{"@value": word, "@language": "da"} for word in _KEYWORDS],
        "owl:versionInfo": VERSION,
    }


def _in_both(danish: str, english: str) -> list[dict[str, str]]:
    return [{"@value": danish, "@language": "da"}, {"@value": english, "@language": "en"}]


def _contact(contact: str) -> dict[str, Any]:
    mailbox = {"vcard:hasEmail": {"@id": f"mailto:{contact}"}} if "@" in contact and " " not in contact else {}
    return {"@id": f"{_URN}:contact", "@type": "vcard:Kind", "vcard:fn": contact} | mailbox


def as_text(found: dict[str, Any]) -> str:
    """A catalogue as JSON-LD."""
    return json.dumps(found, ensure_ascii=False, indent=2) + "\n"


def write(found: dict[str, Any], *, file: Path) -> None:
    """A catalogue in a file, whole or not at all."""
    with whole_file(file) as unfinished:
        unfinished.write_text(as_text(found), encoding="utf-8")
