"""A claims file as people write it: what is wrong is said with its line, its key and what to do."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from warehouse.claims.content import ClaimsFile
from warehouse.claims.file import ClaimsError, read_claims
from warehouse.periods import Period

GOOD = """\
documents:
  - id: herlev-2024
    title: Referat
    area: Herlev Kommune
    date: 2024-01-31
    source: kommunens hjemmeside
claims:
  - document: herlev-2024
    point: 5
    statement: sparer 6,62 mio. kr.
    claimed: "6,62"
    unit: mio. kr.
    arithmetic: persons * price
    given:
      persons: {value: 50, low: 45, high: 55, from: benchmark}
      price: {value: "132.350", unit: kr., from: regnskab 2022}
    # the benchmark is printed in tens
    readings:
      - {label: 40 personer, arithmetic: 40 * price}
      - label: som kendt da
        figure: {name: savings, period: 2023QMAT02, area: "0163", as_of: 2024-01-31}
  - document: herlev-2024
    point: 6
    statement: vækst
    claimed: 1,2
    cannot: ingen kilde
"""


def read(text: str) -> ClaimsFile:
    return read_claims(text, name="papers.yml")


def changed(old: str, new: str) -> str:
    assert GOOD.count(old) == 1
    return GOOD.replace(old, new)


def test_a_file_is_read_with_numbers_areas_and_periods_as_they_are_meant() -> None:
    file = read(GOOD)
    claim = file.claims[0]
    assert file.document(claim).area == "Herlev"
    assert (claim.claimed.value, claim.claimed.decimals, claim.point) == (Fraction("6.62"), 2, "5")
    assert claim.given["price"].ends[0] == 132_350
    assert claim.given["persons"].ends == (Fraction(50), Fraction(45), Fraction(55))
    figure = claim.readings[1].figure
    assert figure is not None
    assert (figure.area, figure.period, figure.as_of) == ("Herlev", Period.parse("2023QMAT02"), date(2024, 1, 31))
    assert file.claims[1].cannot == "ingen kilde"


def test_a_given_number_is_in_its_own_unit() -> None:
    file = read(changed('"132.350", unit: kr.', '"132,35", unit: t.kr.'))
    assert file.claims[0].given["price"].ends == (Fraction(132_350),) * 3


@pytest.mark.parametrize("day", ["2016", "2016-02", "2016-02-10"])
def test_a_papers_date_is_as_exact_as_it_is_known(day: str) -> None:
    assert read(changed("2024-01-31\n    source", f"{day}\n    source")).documents[0].date == day


WRONG = {
    # a key that nobody knows, is missing, stands twice or has a wrong value
    "unknown key": (("    unit: mio. kr.\n", "    units: mio. kr.\n"), 12, "claims.0.units: nobody knows this key"),
    "unknown key at the top": (("documents:", "papers: []\ndocuments:"), 1, "papers: nobody knows this key"),
    "missing key": (("    point: 5\n", ""), 8, "claims.0.point: this key is missing; add it"),
    "missing source of a number": ((", from: regnskab 2022", ""), 16, "claims.0.given.price.from: this key is missing"),
    "duplicate key": (
        ("    point: 5\n", "    point: 5\n    point: 6\n"),
        10,
        "claims.0.point: the key 'point' stands twice, first in line 9",
    ),
    "comma in braces": (
        ("from: benchmark}", "from: benchmark, 2023}"),
        15,
        "persons.2023: a key without a value; within",
    ),
    "empty value": (("statement: vækst", "statement:"), 24, "claims.1.statement: expected a text; found nothing"),
    "list for a text": (
        ("statement: vækst", "statement: [vækst]"),
        24,
        "claims.1.statement: .*found a list or further keys",
    ),
    "text for a list": (
        ("    readings:\n", "    readings: ingen\n    labels:\n"),
        18,
        "claims.0.readings: expected a list; found 'ingen'",
    ),
    # numbers
    "a word for a number": (
        ('claimed: "6,62"', "claimed: seks"),
        11,
        "claims.0.claimed: 'seks' is not a number: write 1425",
    ),
    "a unit in a number": (
        ('claimed: "6,62"', "claimed: 6,62 mio."),
        11,
        "claims.0.claimed: '6,62 mio.' is not a number",
    ),
    "a list for a number": (('claimed: "6,62"', "claimed: [6,62]"), 11, "claims.0.claimed: expected a number"),
    "no number": (('claimed: "6,62"', "claimed:"), 11, "claims.0.claimed: expected a number"),
    "two numbers in one": (
        ('"132.350"', "132.350"),
        16,
        'claims.0.given.price.value: 132.350 could be 132350 or 132.3500: write "132.350"',
    ),
    "low above the value": (("low: 45", "low: 51"), 15, "claims.0.given.persons: its value does not lie between"),
    "high below the value": (("high: 55", "high: 49"), 15, "claims.0.given.persons: its value does not lie between"),
    "rounded to nothing": (
        ("    unit: mio. kr.\n", "    unit: mio. kr.\n    rounded_to: 0\n"),
        13,
        "claims.0.rounded_to: expected a number above zero such as 10; found 0",
    ),
    "a text for keys": (
        ('{name: savings, period: 2023QMAT02, area: "0163", as_of: 2024-01-31}', "savings"),
        21,
        "claims.0.readings.1.figure: expected keys with their values; found 'savings'",
    ),
    # places and times
    "unknown area": (
        ("Herlev Kommune", "Herlew"),
        4,
        "documents.0.area: no area is called 'Herlew'; did you mean Herlev",
    ),
    "no date": (
        ("2024-01-31\n    source", "i januar\n    source"),
        5,
        "documents.0.date: 'i januar' is not a date: write 2024",
    ),
    "no such day": (("2024-01-31\n    source", "2024-02-31\n    source"), 5, "documents.0.date: day"),
    "no period": (("2023QMAT02", "2023"), 21, "readings.1.figure.period: '2023' is not a period: write 2026M07"),
    "no day to know it": (
        ("as_of: 2024-01-31", "as_of: da"),
        21,
        "readings.1.figure.as_of: .*'da' is no day",
    ),
    "unknown word": (("    unit: mio. kr.\n", "    about: vistnok\n"), 12, "claims.0.about: .*'knap'.*found 'vistnok'"),
    # what hangs together
    "no such document": (
        ("document: herlev-2024\n    point: 6", "document: herlev\n    point: 6"),
        22,
        "no document is called 'herlev'; there are: herlev-2024",
    ),
    "nothing to hold it against": (
        ("    cannot: ingen kilde\n", ""),
        22,
        "expected exactly one of arithmetic, figure, cell and cannot; found none",
    ),
    "two ways at once": (
        ("    cannot: ingen kilde", "    cannot: ingen kilde\n    arithmetic: 1 + 1"),
        22,
        "found arithmetic and cannot",
    ),
    "a reading of what cannot be": (
        ("    cannot: ingen kilde", "    cannot: ingen kilde\n    readings: [{label: a, arithmetic: 1 + 1}]"),
        26,
        "claims.1.cannot: what cannot be checked has no readings",
    ),
    "an empty reading": (
        ("{label: 40 personer, arithmetic: 40 * price}", "{label: 40 personer}"),
        19,
        "claims.0.readings.0: expected exactly one",
    ),
    "bad arithmetic": (
        ("persons * price", "persons x price"),
        13,
        "claims.0.arithmetic: 'persons x price' is not arithmetic: it may hold",
    ),
    "a call": (
        ("persons * price", "open(1) * price"),
        13,
        "claims.0.arithmetic: 'open\\(1\\)' may not stand in arithmetic",
    ),
    "a name that is not given": (
        ("persons * price", "persons * cost"),
        13,
        "claims.0.arithmetic: 'cost' is not given; add it under 'given'",
    ),
    "a number nobody uses": (
        ("      price:", "      prize: {value: 1, from: ingen}\n      price:"),
        16,
        "claims.0.given.prize: no arithmetic uses it",
    ),
    "a name with capitals": (("      price:", "      Price:"), 16, "claims.0.given.Price"),
    # what is not YAML, or more than a person means
    "a tab": (("    point: 5", "\tpoint: 5"), 9, "a tab stands before or in 'point: 5': indent with spaces"),
    "a tab after the colon": (("    point: 5", "    point:\t5"), 9, "a tab stands before or in .*indent with spaces"),
    "bad indentation": (("    point: 5", "  point: 5"), 9, "'point: 5' is not YAML"),
    "an open bracket": (("    point: 5", "    point: [5"), 10, "is not YAML"),
    "an open quotation mark": (("    point: 5", '    point: "5'), 11, "is not YAML"),
    "a colon in a text": (("statement: vækst", "statement: vækst: 1,2"), 24, "'statement: vækst: 1,2' is not YAML"),
    "an anchor": (("from: benchmark}", "from: &b benchmark, unit: *b}"), 15, "claims.0.given.persons.unit: an anchor"),
    "an anchor that nothing repeats": (("from: benchmark}", "from: &b benchmark}"), 15, "an anchor"),
    "a tag": (("    point: 5", "    point: !!python/object/apply:os.getcwd []"), 9, ""),
    "a tag on a text": (("    point: 5", "    point: !mine 5"), 9, "claims.0.point: the tag '!mine' is not read"),
    "a key that is a list": (("    point: 5", "    ? [point]\n    : 5"), 9, "a key must be a word"),
    "two documents": (("claims:", "---\nclaims:"), 7, "is not YAML"),
    "a bell": (("    point: 5", "    point: \a5"), 9, "cannot stand in YAML"),
}


@pytest.mark.parametrize("what", list(WRONG))
def test_what_is_wrong_is_said_with_its_line_and_key(what: str) -> None:
    (old, new), line, why = WRONG[what]
    with pytest.raises(ClaimsError, match=rf"papers\.yml, line {line}[,:] .*{why}"):
        read(changed(old, new))


def test_a_file_without_its_parts_names_them() -> None:
    with pytest.raises(ClaimsError, match=r"papers\.yml, line 1, claims: this key is missing"):
        read("documents: []")
    with pytest.raises(ClaimsError, match=r"line 1, documents: expected at least one paper"):
        read("documents: []\nclaims: []")
    for text in ("", "# nothing", "- claims", "claims", "5"):
        with pytest.raises(ClaimsError, match=r"papers\.yml, line 1, the whole: .*; found"):
            read(text)


def test_everything_that_is_wrong_is_said_at_once_in_the_order_of_the_file() -> None:
    text = GOOD.replace("    point: 5\n", "").replace("Herlev Kommune", "Herlew").replace("vækst", "[vækst]")
    with pytest.raises(ClaimsError) as caught:
        read(text)
    lines = str(caught.value).splitlines()
    assert [line.split(":")[0] for line in lines] == [
        "papers.yml, line 4, documents.0.area",
        "papers.yml, line 8, claims.0.point",
        "papers.yml, line 23, claims.1.statement",
    ]


def test_of_many_errors_the_first_are_said_and_the_rest_counted() -> None:
    claims = "claims:\n" + "  - {}\n" * 30
    with pytest.raises(ClaimsError) as caught:
        read(GOOD.split("claims:", maxsplit=1)[0] + claims)
    lines = str(caught.value).splitlines()
    assert len(lines) == 21
    assert lines[-1] == "and 100 more"


def test_a_document_named_twice_is_refused() -> None:
    document = "  - {id: herlev-2024, title: a, area: Herlev, date: 2024, source: b}\nclaims:\n  - document"
    with pytest.raises(ClaimsError, match=r"line 7, documents\.1\.id: another document is called 'herlev-2024'"):
        read(changed("claims:\n  - document: herlev-2024\n    point: 5", f"{document}: herlev-2024\n    point: 5"))


def test_a_file_larger_than_any_or_deeper_than_any_is_refused() -> None:
    with pytest.raises(ClaimsError, match=r"line 1: the file has 300,\d+ characters; at most 200,000 are read"):
        read(GOOD + "#" * 300_000)
    with pytest.raises(ClaimsError, match="too deep"):
        read("claims: " + "{a: " * 3_000)


def test_references_that_would_grow_without_end_are_refused() -> None:
    laughs = "a: &a [x, x]\n" + "".join(
        f"{new}: &{new} [*{old}, *{old}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )
    with pytest.raises(ClaimsError, match=r"line 1, b\.0: an anchor"):
        read(laughs)
    with pytest.raises(ClaimsError, match=r"line 1, a\.0: an anchor"):
        read("a: &a [*a]")
