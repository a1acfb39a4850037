"""docs/assumptions.md lists what is shipped: every assumption with its time, value, evidence and source."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from tests.conventions.sources import ROOT
from warehouse.areas import find
from warehouse.assumptions.model import Assumption, shipped

COUNTED_BY_YEAR = "population_persons"
HEADING = "| name | basis | area | from | to | value | evidence | source |"


def listed() -> list[str]:
    """The rows of the paper's table, one per shipped assumption; populations are too many and are described there."""
    rows = [
        (a.name, a.basis, _place(a), _day(a.valid_from), _day(a.valid_to), _value(a), a.evidence, a.source)
        for a in shipped()
        if a.name != COUNTED_BY_YEAR
    ]
    return [f"| {' | '.join(row)} |" for row in rows]


def _place(assumption: Assumption) -> str:
    return find(assumption.area_code).name if assumption.area_code else "anywhere"


def _day(day: date | None) -> str:
    return str(day) if day else ""


def _value(assumption: Assumption) -> str:
    bounds = [_number(bound) for bound in (assumption.low, assumption.high) if bound is not None]
    return _number(assumption.value) + (f" ({' to '.join(bounds)})" if bounds else "")


def _number(number: Decimal) -> str:
    return f"{number.normalize():,f}"


def test_the_paper_lists_every_assumption_as_it_is_shipped() -> None:
    lines = (ROOT / "docs" / "assumptions.md").read_text(encoding="utf-8").splitlines()
    assert lines.count(HEADING) == 1, f"docs/assumptions.md needs a table that begins {HEADING}"
    table = lines[lines.index(HEADING) + 2 :]
    written = table[: table.index("")]
    assert written == listed(), "docs/assumptions.md should have these rows:\n" + "\n".join(listed())


def test_the_paper_says_how_far_populations_go() -> None:
    years = sorted({a.first_day.year for a in shipped() if a.name == COUNTED_BY_YEAR})
    paper = (ROOT / "docs" / "assumptions.md").read_text(encoding="utf-8")
    assert f"`{COUNTED_BY_YEAR}`" in paper
    assert f"{years[0]} to {years[-1]}" in paper


def test_the_paper_explains_every_kind_of_evidence_it_uses() -> None:
    paper = (ROOT / "docs" / "assumptions.md").read_text(encoding="utf-8")
    for evidence in {a.evidence for a in shipped()}:
        assert f"- **{evidence}**" in paper
