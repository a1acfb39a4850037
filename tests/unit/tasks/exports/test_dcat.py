"""The marts as a catalogue in DCAT-AP-DK: read as RDF it has the shape that the profile demands, and every mart is in it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pyshacl import validate
from rdflib import DCAT, DCTERMS, RDF, Graph, Literal

from flows.command_line.main import run
from tasks.exports.dcat import as_text, catalogue
from warehouse.marts.contract import MARTS, entries_of

SHAPES = Path(__file__).with_name("dcat_ap_dk.ttl")


def read(written: str) -> Graph:
    return Graph().parse(data=written, format="json-ld")


def faults(found: Graph) -> str:
    """What the shapes find; empty where nothing is wrong."""
    conforms, _, said = validate(found, shacl_graph=str(SHAPES), shacl_graph_format="turtle", inference="none")
    return "" if conforms else said


@pytest.mark.parametrize("contact", [None, "data@kommunen.dk", "Analyse, lokal 42"])
def test_the_catalogue_has_the_shape_of_dcat_ap_dk(contact: str | None) -> None:
    assert faults(read(as_text(catalogue(publisher="Herlev Kommune", contact=contact)))) == ""


@pytest.mark.parametrize("lost", ["dct:title", "dct:description", "dct:publisher", "dcat:dataset"])
def test_the_shapes_notice_what_lacks(lost: str) -> None:
    found = catalogue(publisher="Herlev Kommune")
    found.pop(lost)
    assert "Constraint Violation" in faults(read(as_text(found)))


def test_every_mart_is_in_it_with_what_a_row_is_in_both_languages() -> None:
    found = read(as_text(catalogue(publisher="Herlev Kommune")))
    assert len(set(found.subjects(RDF.type, DCAT.Dataset))) == len(MARTS)
    for table in MARTS:
        [place] = found.subjects(DCTERMS.identifier, Literal(table.fullname))
        said = entries_of(table)[0]
        described = {Literal(said.grain_da, lang="da"), Literal(said.grain_en, lang="en")}
        assert set(found.objects(place, DCTERMS.description)) == described


def test_the_command_writes_it_and_asks_for_the_publisher(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JOBINDSATS_CONTACT", "data@kommunen.dk")
    assert run(["dictionary", "--format", "dcat", "--publisher", "Herlev Kommune", "--out", "katalog.jsonld"]) == 0
    said = capsys.readouterr()
    written = json.loads((tmp_path / "katalog.jsonld").read_text())
    assert (written["dct:publisher"]["foaf:name"], said.err) == ("Herlev Kommune", "")
    assert written["dcat:dataset"][0]["dcat:contactPoint"]["vcard:hasEmail"]["@id"] == "mailto:data@kommunen.dk"
    assert run(["dictionary", "--format", "dcat"]) == 0
    printed = capsys.readouterr()
    assert faults(read(printed.out)) == ""
    assert "write --publisher" in printed.err
    assert run(["dictionary", "--format", "dcat", "--out", "katalog.xlsx"]) == 2
    assert run(["dictionary", "--publisher", "Herlev Kommune"]) == 2
    assert "--publisher goes with --format dcat" in capsys.readouterr().err
