"""The page of a briefing that was made by hand: what is written by others is escaped, what is hidden is not drawn."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring

from tasks.briefing import charts, sections_of_benefits, write
from tasks.briefing import summary as sentences
from tasks.briefing import wording as words
from tasks.briefing.cells import BROKEN, MISSED, MISSING, NOT_IN_FORCE, OBSERVED, SUPPRESSED, Cell, Change, compared
from tasks.briefing.content import (
    Briefing,
    Compared,
    Neighbours,
    Point,
    Projection,
    Ranking,
    RankLine,
    Revision,
    Revisions,
    Saving,
    ShareLine,
)
from tasks.briefing.grounds import Assumed, Late, Made, SeriesBreak, Source
from warehouse.areas import find
from warehouse.assumptions.model import shipped
from warehouse.danish import writing as written
from warehouse.periods import Period, spanning

SVG = "{http://www.w3.org/2000/svg}"

HIDDEN = Cell(None, SUPPRESSED)

FORECAST = "economic_survey_2023_12"

MONTH = Period.parse("2023M10")

SEEN = datetime(2023, 12, 5, 3, 15, tzinfo=UTC)


def seen(value: float) -> Cell:
    return Cell(value, OBSERVED)


def line(name: str, now: Cell, before: Cell, earlier: Cell, *, broken: bool = False) -> Compared:
    over_month = compared(now, before, broken=False)
    return Compared(name, now, before, earlier, over_month, compared(now, earlier, broken=broken))


@pytest.fixture
def briefing() -> Briefing:
    """Of Fanø: one benefit counted, one hidden, one broken off by a reform."""
    months = list(spanning(MONTH.shifted(-5), MONTH))
    total = Cell.of(None, SUPPRESSED, low=110.0, high=118.0)
    points = [Point(month, seen(100.0 + nth), int(nth > 2)) for nth, month in enumerate(months[:-1])]
    rank = RankLine("Samlet, alle ydelser", seen(16), seen(13), Change(-3.0, None, OBSERVED), seen(-10), seen(-0.2))
    return Briefing(
        area=find("Fanø"),
        month=MONTH,
        known_at=SEEN,
        as_of=None,
        made=Made(date(2023, 12, 5)),
        late=(),
        next_release=None,
        provisional=True,
        total=line("Alle ydelser", total, MISSED, seen(105)),
        benefits=(
            line("A-dagpenge", seen(8), seen(9), seen(10)),
            line("Ressourceforløb", HIDDEN, seen(5), HIDDEN),
            line("Kontanthjælp", seen(20), seen(21), seen(12), broken=True),
            line("Revalidering", Cell(None, NOT_IN_FORCE), Cell(None, NOT_IN_FORCE), seen(4)),
        ),
        course=(*points, Point(MONTH, total, 1)),
        neighbours=Neighbours((find("Esbjerg"),), "Nær ved."),
        shares=(
            ShareLine("A-dagpenge", seen(1.5), seen(2.3), (seen(2.5),)),
            ShareLine("Ressourceforløb", HIDDEN, seen(0.6), (seen(0.7),)),
        ),
        ranking=Ranking(Period.parse("2023QMAT02"), Period.parse("2022QMAT04"), (rank,)),
        savings=(
            Saving(
                Period.parse("2023QMAT02"),
                seen(10),
                Cell(1_323_500.0, OBSERVED, 0.0, 2_647_000.0),
                132_350.0,
                "accounts_2022",
                "2022",
                True,
                (),
            ),
        ),
        projections=(
            Projection(Period.parse("2024Y01"), "population", 20_000.0, 0.06, seen(12), FORECAST, 2025, True, ()),
        ),
        revisions=Revisions(SEEN, held=True),
        breaks=(SeriesBreak("Reform", "Tallene kan ikke sammenlignes", "Loven"),),
        sources=(Source("y01a02", "A-dagpenge", "Jobindsats.dk / STAR", 7, date(2023, 11, 20), SEEN),),
        assumptions=(
            Assumed("net_unit_cost_dkk", "own", None, 132_350.0, None, None, "dkk", "Regnskabet", "confirmed"),
        ),
        notes={"benchmark_gap": (), "savings": (), "unemployment_projection": ()},
    )


def drawn(svg: str, marks: str) -> list[Element]:
    """The marks of one kind, by what Vega calls their group; those of axes and legends are not among them."""
    root: Element = fromstring(svg)
    groups = [g for g in root.iter(f"{SVG}g") if {marks, "role-mark"} <= set((g.get("class") or "").split())]
    return [mark for group in groups for mark in group]


def test_what_others_wrote_is_escaped(briefing: Briefing) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    named = replace(briefing.assumptions[0], source=evil, basis=evil)
    broken = SeriesBreak(evil, evil, evil)
    source = replace(briefing.sources[0], title=evil, table=evil, publisher=evil)
    benefit = replace(briefing.benefits[0], name=evil)
    html = write.html(
        replace(
            briefing,
            assumptions=(named,),
            breaks=(broken,),
            sources=(source,),
            benefits=(benefit, *briefing.benefits[1:]),
            neighbours=Neighbours(briefing.neighbours.areas, evil),
            notes={**briefing.notes, "savings": (evil,)},
        )
    )
    assert "<script" not in html
    assert "<img" not in html
    assert html.count("&lt;script&gt;") >= 9


def test_the_page_lets_nothing_in(briefing: Briefing) -> None:
    html = write.html(briefing)
    assert "Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\"" in html
    named = set(re.findall(r"https?://[^\s\"'<)]+", html))
    assert named <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}


def test_every_value_that_is_not_shown_has_its_reason_explained(briefing: Briefing) -> None:
    html = write.html(briefing)
    assert sections_of_benefits.statuses(briefing) == {SUPPRESSED, BROKEN, NOT_IN_FORCE, "missing", "too_few"}
    assert all(f"<dt>{words.NOT_SHOWN[status]}</dt>" in html for status in sections_of_benefits.statuses(briefing))


def test_an_exact_total_is_never_made_of_bounds(briefing: Briefing) -> None:
    said = sentences.in_short(briefing)[0]
    assert "mellem 110 og 118 fuldtidspersoner" in said
    assert "flere" not in said
    assert "færre" not in said


def test_a_line_ends_at_a_series_break_and_a_hidden_total_is_a_bar(briefing: Briefing) -> None:
    chart = charts.course(briefing)
    assert chart is not None
    lines = drawn(chart.svg, "mark-line")
    assert len(lines) == 2
    assert [path.get("d", "").count("L") for path in lines] == [2, 1]
    assert len(drawn(chart.svg, "mark-rect")) == 1
    assert "databrud" in chart.svg
    assert "110–" in chart.description


def test_a_provisional_month_is_a_ring(briefing: Briefing) -> None:
    first, *rest = (replace(point, cell=seen(100 + nth), stretch=0) for nth, point in enumerate(briefing.course))
    settled = charts.course(replace(briefing, course=(first, *rest)))
    moving = charts.course(replace(briefing, course=(first, *rest[:-1], replace(rest[-1], provisional=True))))
    assert settled is not None
    assert moving is not None
    assert len(drawn(moving.svg, "mark-symbol")) == len(drawn(settled.svg, "mark-symbol")) + 1
    assert "Ring: foreløbig" in moving.key


def test_no_line_is_drawn_over_a_month_whose_total_lacks_a_part(briefing: Briefing) -> None:
    first, second, third, *rest = (replace(point, stretch=0) for point in briefing.course[:-1])
    lacks = Cell.of(None, MISSING, low=60.0)
    chart = charts.course(replace(briefing, course=(first, second, replace(third, cell=lacks), *rest)))
    assert chart is not None
    assert [path.get("d", "").count("L") for path in drawn(chart.svg, "mark-line")] == [1, 1]
    assert len(drawn(chart.svg, "mark-symbol")) == 4
    assert drawn(chart.svg, "mark-rect") == [], "what is there of it is no bound"


def test_a_total_that_lacks_a_part_is_not_said_and_the_part_is_named(briefing: Briefing) -> None:
    lines = (line("Sygedagpenge", MISSED, seen(5), seen(5)), line("Fleksjob", MISSED, seen(5), seen(5)))
    lacks = replace(briefing, total=line("Alle ydelser", MISSED, seen(9), seen(9)), benefits=briefing.benefits + lines)
    assert sentences.in_short(lacks)[0] == (
        "Det samlede antal ydelsesmodtagere i oktober 2023 kan ikke opgøres, "
        "fordi der mangler tal for sygedagpenge og fleksjob."
    )


def test_a_hidden_count_has_no_bar_and_no_dot(briefing: Briefing) -> None:
    changed = charts.changes(briefing)
    assert changed is not None
    assert {mark.text for mark in drawn(changed.svg, "mark-text")} == {"databrud", "skjult", "\N{MINUS SIGN}2"}
    gaps = charts.gaps(briefing)
    assert gaps is not None
    assert {mark.text for mark in drawn(gaps.svg, "mark-text")} == {"\N{MINUS SIGN}0,8", "skjult"}
    assert "Ressourceforløb: skjult" in gaps.description


def test_numbers_in_charts_are_danish(briefing: Briefing) -> None:
    thousands = tuple(replace(point, cell=seen(2_800 + nth)) for nth, point in enumerate(briefing.course))
    chart = charts.course(replace(briefing, course=thousands))
    assert chart is not None
    assert "2.80" in chart.svg
    assert "2,80" not in chart.svg


def test_without_anything_to_draw_there_is_no_chart(briefing: Briefing) -> None:
    bare = replace(briefing, course=(), benefits=(), shares=(), ranking=None, savings=(), projections=(), breaks=())
    assert charts.charts_of(bare) == {}
    html = write.html(bare)
    assert "<svg" not in html
    assert "Der er endnu ikke hentet en benchmarkliste." in html
    assert "Databrud</h2>" not in html


def test_charts_are_the_same_each_time(briefing: Briefing) -> None:
    assert write.html(briefing) == write.html(briefing)


@pytest.mark.parametrize(
    ("fewer", "low", "high", "said"),
    [
        (50.0, 40.0, 60.0, "50 fuldtidspersoner færre end forventet svarer til en besparelse på ca. 6,6 mio. kr. om året "
                           "(5,3–7,9 mio. kr.), regnet med nettoudgiften i 2022."),
        (-30.0, -40.0, -20.0, "30 fuldtidspersoner flere end forventet svarer til en merudgift på ca. 4,0 mio. kr. om året "
                              "(2,6–5,3 mio. kr.), regnet med nettoudgiften i 2022."),
        (0.0, -10.0, 10.0, "Antallet på ydelse er det forventede, så der er ingen besparelse at regne med "
                           "(−1,3 til 1,3 mio. kr.), regnet med nettoudgiften i 2022."),
    ],
)  # fmt: skip
def test_a_saving_is_said_as_what_it_is(briefing: Briefing, fewer: float, low: float, high: float, said: str) -> None:
    amount = Cell(fewer * 132_350, OBSERVED, low * 132_350, high * 132_350)
    saving = replace(briefing.savings[0], fewer=seen(fewer), amount=amount)
    told = [each.replace(written.TIED, " ") for each in sentences.in_short(replace(briefing, savings=(saving,)))]
    assert said in told


def told(briefing: Briefing) -> str:
    return " ".join(sentences.in_short(briefing)).replace(written.TIED, " ")


def test_a_price_that_is_not_of_accounts_is_named_with_its_year(briefing: Briefing) -> None:
    saving = replace(briefing.savings[0], basis="ministry_potential_2018", years="2018")
    found = told(replace(briefing, savings=(saving,)))
    assert "regnet med nettoudgiften i 2018 (ministeriets potentiale, november 2018)." in found


def test_a_forecast_says_who_expects_it_and_until_when_with_all_its_bounds(briefing: Briefing) -> None:
    exact = briefing.projections[0]
    bounded = replace(exact, basis="stated", persons=Cell.of(14.0, OBSERVED, low=11.4, high=15.6))
    assert (
        "20.000 flere ledige i hele landet frem til 2025 (Økonomisk Redegørelse, december 2023) vil svare til mellem 11 og 16 "
        "flere i kommunen, hvis de fordeler sig efter kommunens bloktilskudsnøgle."
    ) in told(replace(briefing, projections=(exact, bounded)))
    other = replace(exact, forecast="own", national_persons=90_000.0, persons=seen(54))
    assert "54" not in told(replace(briefing, projections=(exact, other))), "two forecasts are not one interval"


def test_what_is_older_than_its_life_leaves_the_summary_and_stays_in_its_section(briefing: Briefing) -> None:
    old = replace(
        briefing,
        savings=tuple(replace(each, current=False) for each in briefing.savings),
        projections=tuple(replace(each, current=False) for each in briefing.projections),
    )
    assert "nettoudgiften" in told(briefing)
    assert "bloktilskudsnøgle" in told(briefing)
    assert "nettoudgiften" not in told(old)
    assert "bloktilskudsnøgle" not in told(old)
    html = write.html(old).replace(written.TIED, " ")
    assert "132.350 kr." in html
    assert "20.000 ledige i hele landet frem til 2025" in html
    newer = replace(briefing.savings[0], years="2023")
    assert "nettoudgiften i 2023" in told(replace(briefing, savings=(old.savings[0], newer)))


def test_a_page_of_old_figures_says_so_on_top(briefing: Briefing) -> None:
    fresh = write.html(briefing)
    assert "ikke de nyeste" not in fresh
    stale = replace(
        briefing,
        made=Made(date(2023, 12, 20), "<b>Analyse</b>, analyse@example.org"),
        late=(Late("Sygedagpenge", date(2023, 12, 12)), Late("A-dagpenge", None)),
        next_release=date(2024, 1, 9),
    )
    html = write.html(stale).replace(written.TIED, " ")
    said = "Tallene er ikke de nyeste. Der mangler nyere tal for: A-dagpenge; Sygedagpenge (ventet 12. december 2023)."
    assert html.index(said) < html.index("Kort fortalt")
    assert "Udarbejdet 20. december 2023. Næste opdatering af tallene ventes 9. januar 2024. Kontakt: &lt;b&gt;" in html


def test_a_provisional_month_is_called_so_wherever_it_is_told(briefing: Briefing) -> None:
    html, settled = write.html(briefing), write.html(replace(briefing, provisional=False))
    assert "Oktober 2023 (foreløbige tal)" in html
    assert "Den nyeste måned er foreløbig" in told(briefing)
    assert "foreløbig" not in settled


def test_a_change_of_few_has_no_percentage_and_says_why(briefing: Briefing) -> None:
    line_of_few = briefing.benefits[0]
    assert line_of_few.over_year.value == -2
    assert words.change_pct(line_of_few.over_year) == "for få"
    assert "vises ikke" in write.html(briefing)


def test_the_country_may_be_above_every_share_or_below(briefing: Briefing) -> None:
    below = ShareLine("x", seen(1.0), seen(2.0), ())
    above = ShareLine("y", seen(3.0), seen(2.0), ())
    told = [sentences.shares(replace(briefing, shares=shares))[0] for shares in ((below,), (above,), (below, above))]
    assert [sentence.partition(" er ")[0] for sentence in told] == [
        "For den ene ydelse, der kan sammenlignes,",
        "For den ene ydelse, der kan sammenlignes,",
        "Andelen af arbejdsstyrken",
    ]
    assert "arbejdsstyrken lavere end" in told[0]
    assert "ikke lavere end" in told[1]
    assert "for 1 af de 2 ydelser" in told[2]


@pytest.mark.parametrize(
    ("counted", "period", "counts", "said"),
    [
        (0, "2023M09", (1, 1), "Jobindsats har ikke rettet nogen af tallene siden 5. november."),
        (1, "2023M09", (264, 272), "Jobindsats har siden 5. november rettet ét tal: sygedagpenge i september (264 til 272)."),
        (47, "2022M09", (1264, 1272), "Jobindsats har siden 5. november rettet 47 tal; den største rettelse er sygedagpenge i "
                                    "september 2022 (1.264 til 1.272)."),
        (2, "2023M09", (None, 8), "Jobindsats har siden 5. november rettet 2 tal."),
    ],
)  # fmt: skip
def test_how_much_was_revised_is_said_with_the_largest(
    briefing: Briefing, counted: int, period: str, counts: tuple[float | None, float], said: str
) -> None:
    before, after = counts
    then = HIDDEN if before is None else seen(before)
    largest = Revision("Sygedagpenge", Period.parse(period), then, seen(after))
    revisions = Revisions(datetime(2023, 11, 5, 22, tzinfo=UTC), held=True, every=(largest,) * counted)
    assert sentences.revised(replace(briefing, revisions=revisions)).replace(written.TIED, " ") == said


def test_what_is_assumed_is_told_in_danish() -> None:
    used = [each for each in shipped() if each.name in words.ASSUMPTIONS]
    told = [words.SOURCES.get(each.source, each.source) for each in used]
    told += [words.basis(each.basis) for each in used if each.basis]
    told += words.ASSUMPTIONS.values()
    english = re.compile(r"\b(the|and|of|by|item|quoting|as|January|May|October|November|December)\b")
    assert [text for text in told if english.search(text)] == []
