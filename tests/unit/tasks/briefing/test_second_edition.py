"""What the second edition says: what moved the total, the key, other tables, neighbours on the lists, all revisions."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.briefing import (
    annexes,
    charts,
    computed,
    section_of_indicators,
    sections,
    sections_of_benefits,
    sections_of_changes,
    summary,
    wording,
    write,
)
from tasks.briefing.cells import MISSED, NOT_IN_FORCE, OBSERVED, SUPPRESSED, Cell, Change, compared
from tasks.briefing.content import (
    Briefing,
    Compared,
    Course,
    Indicator,
    Movement,
    Placed,
    Point,
    Revision,
    Revisions,
    Settled,
)
from tasks.briefing.indicators import Indicated, indicated, indicators
from tasks.briefing.paper import Items, Table, blocks_of
from tests.unit.tasks.briefing.test_page import HIDDEN, MONTH, briefing, drawn, line, seen  # noqa: F401  # a fixture too
from warehouse.areas import find
from warehouse.danish.reservations import TOO_FEW
from warehouse.danish.writing import TIED
from warehouse.periods import Period, spanning

COUNTRY = Movement("Hele landet", seen(1010), seen(1000), compared(seen(1010), seen(1000), broken=False))


def with_lines(briefing: Briefing, *changes: tuple[str, float]) -> Briefing:  # noqa: F811
    lines = tuple(line(name, seen(100 + by), seen(100), seen(100)) for name, by in changes)
    return replace(briefing, benefits=lines)


def said(text: str) -> str:
    return text.replace(TIED, " ").replace("\N{MINUS SIGN}", "-")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([("Førtidspension", 30), ("Fleksjob", 5), ("A-dagpenge", 20), ("Kontanthjælp", -9)],
         "Over året trækker især førtidspension (+30) og a-dagpenge (+20) op, mens især kontanthjælp (-9) trækker ned."),
        ([("Førtidspension", 3)], "Over året trækker især førtidspension (+3) op."),
        ([("Førtidspension", -3), ("Fleksjob", 0)], "Over året trækker især førtidspension (-3) ned."),
        ([("Fleksjob", 0)], ""),
    ],
)  # fmt: skip
def test_what_moved_the_total_is_told_in_words(
    briefing: Briefing,  # noqa: F811
    changes: list[tuple[str, float]],
    expected: str,
) -> None:
    told = with_lines(briefing, *changes)
    assert said(summary.movers(told)) == expected
    with_country = said(summary.movers(replace(told, moved=(COUNTRY, COUNTRY))))
    assert with_country == f"{expected} I hele landet er antallet steget med 1,0 %.".strip()


@given(changes=st.lists(st.integers(-99, 99), max_size=9))
def test_only_what_rose_draws_up_and_only_what_fell_draws_down(changes: list[int]) -> None:
    lines = tuple(
        Compared(f"Y{nth}", MISSED, MISSED, MISSED, Change(None, None, NOT_IN_FORCE), Change(float(by), None, OBSERVED))
        for nth, by in enumerate(changes)
    )
    told = said(summary.movers(replace(BARE, benefits=lines)))
    up, _, down = told.partition("mens")
    assert ("(+" in down) is False
    assert told.count("(") == sum(min(2, sum(by * way > 0 for by in changes)) for way in (1, -1))
    assert ("op" in up) is any(by > 0 for by in changes)


BARE = Briefing(**dict.fromkeys(Briefing.__dataclass_fields__, ()) | {"moved": ()})  # type: ignore[arg-type]


def test_a_hidden_change_moves_nothing(briefing: Briefing) -> None:  # noqa: F811
    hidden = replace(briefing, benefits=(line("Ressourceforløb", HIDDEN, seen(5), HIDDEN),))
    assert summary.movers(hidden) == ""


def test_the_publishers_own_total_stands_where_ours_cannot_be_told(briefing: Briefing) -> None:  # noqa: F811
    own = replace(briefing, own_total=seen(1234))
    (told,) = summary.beside_the_total(own)
    assert "1.234 fuldtidspersoner i oktober 2023" in told
    assert "efterløn" in told
    known = replace(own, total=line("Alle ydelser", seen(9), seen(9), seen(9)))
    assert summary.beside_the_total(known) == []
    assert summary.beside_the_total(replace(briefing, own_total=HIDDEN)) == []


def test_what_the_provisional_month_is_expected_to_come_to_stands_beside_it(briefing: Briefing) -> None:  # noqa: F811
    known = replace(briefing, total=line("Alle ydelser", seen(9), seen(9), seen(9)))
    (told,) = summary.beside_the_total(replace(known, settled=(Settled("Sygedagpenge", 272.4, 266, 279),)))
    assert told.endswith("(med 80 pct. sikkerhed): sygedagpenge 272 (266–279).")


NAMES = ("Herlev", "Læsø", "Vesthimmerlands", "Ærø")


def on_lists(briefing: Briefing, *, own: float) -> Briefing:  # noqa: F811
    assert briefing.ranking is not None
    (rank,) = briefing.ranking.lines
    everyone = tuple(Placed(name, (seen(15.0 + nth),)) for nth, name in enumerate(NAMES))
    lines = (replace(rank, rank=seen(own), covers=("A-dagpenge", "Sygedagpenge")),)
    return replace(briefing, ranking=replace(briefing.ranking, lines=lines, everyone=everyone))


def test_who_stands_before_and_after_is_named(briefing: Briefing) -> None:  # noqa: F811
    (told,) = summary.around(on_lists(briefing, own=16.0))
    assert said(told) == "Nærmest på listerne: Samlet, alle ydelser: Herlev (nr. 15) og Vesthimmerland (nr. 17)."
    (first,) = summary.around(on_lists(briefing, own=14.0))
    assert said(first).endswith("alle ydelser: Herlev (nr. 15).")


def test_the_annex_has_every_place_and_says_what_a_list_covers(briefing: Briefing) -> None:  # noqa: F811
    annex = annexes.lists(on_lists(briefing, own=16.0))
    assert annex is not None
    tables = [block for block in blocks_of([annex]) if isinstance(block, Table)]
    assert [row[0].text for table in tables for row in table.rows] == ["Herlev", "Læsø", "Vesthimmerland", "Ærø"]
    assert [table.caption for table in tables] == ["Nr. 15. til 16.", "Nr. 17. til 18."]
    (covers,) = (block for block in blocks_of([annex]) if isinstance(block, Items))
    assert covers.items == (("Samlet, alle ydelser:", "a-dagpenge og sygedagpenge."),)
    assert annexes.lists(replace(briefing, ranking=None)) is None


@pytest.mark.parametrize("many", [0, 1, sections_of_changes.SHOWN, sections_of_changes.SHOWN + 1, 60])
def test_all_revisions_are_there(briefing: Briefing, many: int) -> None:  # noqa: F811
    every = tuple(
        Revision(name, period, seen(100), seen(101 + nth))
        for nth, (name, period) in enumerate(
            [(name, MONTH.shifted(-ago)) for ago in range(30) for name in ("A-dagpenge", "Fleksjob")][:many]
        )
    )
    told = replace(briefing, revisions=Revisions(datetime(2023, 11, 5, tzinfo=UTC), held=True, every=every))
    (shown, annex) = sections_of_changes.revisions(told), annexes.every_revision(told)
    rows = [row for block in shown.blocks if isinstance(block, Table) for row in block.rows]
    assert len(rows) == min(many, sections_of_changes.SHOWN)
    if many <= sections_of_changes.SHOWN:
        assert annex is None
    else:
        assert annex is not None
        (table,) = (block for block in annex.blocks if isinstance(block, Table))
        assert sum(row[1].text.count(" til ") for row in table.rows) == many


def test_each_benefit_has_a_small_line_that_ends_at_a_break(briefing: Briefing) -> None:  # noqa: F811
    months = list(spanning(MONTH.shifted(-5), MONTH))
    whole = Course("A-dagpenge", tuple(Point(month, seen(50 + nth), 0) for nth, month in enumerate(months)))
    broken = Course("Fleksjob", tuple(Point(month, seen(50), int(nth > 2)) for nth, month in enumerate(months)))
    alone = Course("Revalidering", (Point(MONTH, seen(5), 0), Point(MONTH, HIDDEN, 0)))
    chart = charts.courses((whole, broken, alone))
    assert chart is not None
    assert [path.get("d", "").count("L") for path in drawn(chart.svg, "mark-line")] == [5, 2, 2]
    assert "A-dagpenge fra 50 til 55; Fleksjob fra 50 til 50" in chart.description
    assert "Revalidering" not in chart.svg
    assert charts.courses((alone,)) is None


@given(counts=st.lists(st.integers(0, 10_000), min_size=2, max_size=25))
def test_an_axis_takes_in_all_and_makes_no_mountain_of_noise(counts: list[int]) -> None:
    points = tuple(Point(MONTH, seen(float(count)), 0) for count in counts)
    low, high = charts._span(points, share=0.1)
    assert low <= min(counts) <= max(counts) <= high
    assert high - low >= min(0.1 * max(counts), high) * 0.5
    assert low >= 0


OTIJ = "otij01"


def read(*rows: tuple[str, str, str, str, float | None, str]) -> Indicated:
    columns = ("table", "measure", "area_code", "period", "value", "status")
    frame = pl.DataFrame(rows, schema=columns, orient="row")
    periods = [Period.parse(period).key for period in frame["period"]]
    return indicated(frame.with_columns(period_id=pl.Series(periods), vintage_id=pl.lit(7)))


def persons(
    area: str, period: str, count: float | None, status: str = OBSERVED
) -> tuple[str, str, str, str, float | None, str]:
    return (OTIJ, "ordinary_hours_persons", area, period, count, status)


def percent(
    area: str, period: str, value: float | None, status: str = OBSERVED
) -> tuple[str, str, str, str, float | None, str]:
    return (OTIJ, "ordinary_hours_pct", area, period, value, status)


def test_a_measure_is_told_of_the_newest_month_that_the_country_has() -> None:
    found = read(
        persons("163", "2023M10", 217), persons("163", "2022M10", 203), persons("163", "2023M11", 230),
        persons("000", "2023M10", 30_000), persons("000", "2023M11", None, "not_yet"),
        percent("163", "2023M10", 7.0), percent("163", "2022M10", 6.6), percent("000", "2023M10", 8.5),
    )  # fmt: skip
    counted, share = indicators(found, area_code="163", counts={}, breaks={})
    assert (counted.period, counted.now.shown, counted.over_year.value) == (MONTH, 217, 14)
    assert counted.country is None
    assert share.country == Cell(8.5, OBSERVED)
    assert share.over_year.pct is None
    assert share.over_year.value == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("count", "status", "expected"), [(9, OBSERVED, TOO_FEW), (10, OBSERVED, OBSERVED), (None, SUPPRESSED, SUPPRESSED)]
)
def test_no_percentage_of_few_or_hidden_persons_is_told(count: float | None, status: str, expected: str) -> None:
    found = read(
        persons("825", "2023M10", count, status), percent("825", "2023M10", 0.0),
        persons("000", "2023M10", 30_000), percent("000", "2023M10", 8.5),
    )  # fmt: skip
    share = indicators(found, area_code="825", counts={}, breaks={})[-1]
    assert share.now.status == expected
    assert (share.now.shown is not None) is (expected == OBSERVED)


def test_no_change_is_told_across_a_break_of_a_table() -> None:
    found = read(
        persons("163", "2025M09", 217), persons("163", "2024M09", 203), persons("000", "2025M09", 30_000),
    )  # fmt: skip
    first = Period.parse("2025M07").key
    (broken,) = indicators(found, area_code="163", counts={}, breaks={OTIJ: [first]})
    assert broken.over_year.status == "series_break"
    (whole,) = indicators(found, area_code="163", counts={}, breaks={"y01c07": [first]})
    assert whole.over_year.value == 14


def test_a_table_that_is_not_loaded_leaves_its_section_out(briefing: Briefing) -> None:  # noqa: F811
    assert indicators(read(), area_code="163", counts={}, breaks={}) == ()
    assert section_of_indicators.indicators(briefing) is None
    told = Indicator("Ledige", "persons", MONTH, seen(3), seen(2), compared(seen(3), seen(2), broken=False), None)
    assert "7. Ledighed" not in "".join(each.title for each in sections.composed(briefing).sections)
    titles = [each.title for each in sections.composed(replace(briefing, indicators=(told,))).sections]
    assert "6. Ledighed, varslinger, aktivering og ordinære timer" in titles


def test_every_word_for_a_value_that_is_not_told_is_explained(briefing: Briefing) -> None:  # noqa: F811
    late = Indicator("Ledige", "pct", MONTH, Cell(None, "not_yet"), MISSED, Change(None, None, "not_yet"), None)
    told = replace(briefing, indicators=(late,))
    assert "not_yet" in sections_of_benefits.statuses(told)
    assert wording.NOT_SHOWN["not_yet"] in write.html(told)


def test_the_share_of_all_benefits_is_told_only_of_whole_totals() -> None:
    whole = computed._of_all(seen(2882), seen(600_000), key_pct=0.54)
    assert whole.share_pct.shown == pytest.approx(0.480333, abs=1e-6)
    assert whole.expected.shown == pytest.approx(3240)
    bounded = Cell.of(None, SUPPRESSED, low=110.0, high=118.0)
    for hidden in (
        computed._of_all(bounded, seen(600_000), key_pct=0.1),
        computed._of_all(seen(9), HIDDEN, key_pct=0.1),
    ):
        assert (hidden.share_pct.shown, hidden.expected.shown) == (None, None)
    assert computed._of_all(seen(9), seen(600_000), key_pct=0.1).share_pct.status == TOO_FEW


def test_the_page_carries_its_case_and_official_name(briefing: Briefing) -> None:  # noqa: F811
    capital = replace(briefing, area=find("København"), made=replace(briefing.made, case="24/1234"))
    paper = sections.composed(capital)
    assert paper.kind == "Bilag til udvalget, sag 24/1234"
    assert paper.title == "Københavns Kommune: nøgletal på beskæftigelsesområdet"
    assert summary.in_short(capital)[0].startswith("Københavns Kommune havde ")
