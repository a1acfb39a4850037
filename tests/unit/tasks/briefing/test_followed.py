"""What a briefing says of a budget and of comparable municipalities, made by hand: numbers, words for what lacks, the chart."""

from __future__ import annotations

from dataclasses import replace

from tasks.briefing import budget_chart, section_of_budget, section_of_comparable, sections, write
from tasks.briefing.cells import MISSED, Cell
from tasks.briefing.content import Briefing
from tasks.briefing.followed import (
    BudgetFollowUp,
    BudgetLine,
    Comparison,
    Level,
    Peer,
    YearCourse,
    YearEnd,
    YearMonth,
)
from tasks.briefing.paper import Paragraph, Table, blocks_of
from tests.unit.tasks.briefing.test_page import HIDDEN, MONTH, briefing, drawn, seen  # noqa: F401  # a fixture too
from warehouse.danish.writing import TIED
from warehouse.formulas.budgets import ALL, AS_IT_STANDS, LAST_YEAR, SETTLED
from warehouse.periods import Period


def said(text: str) -> str:
    return text.replace(TIED, " ").replace("\N{MINUS SIGN}", "-")


def line(name: str, *, average: Cell, price: bool = True) -> BudgetLine:
    money = seen if price else (lambda _: MISSED)
    end = YearEnd(AS_IT_STANDS, seen(286.0), money(1_125_000))
    return BudgetLine(
        name,
        average=average,
        budget=seen(281.1),
        gap=seen(0.9) if average.shown is not None else MISSED,
        spent_dkk=money(14_100_000),
        budget_dkk=money(14_055_000),
        gap_dkk=money(45_000),
        year_budget=seen(278.5),
        year_budget_dkk=money(41_775_000),
        ends=(end, replace(end, basis=LAST_YEAR, persons=seen(290.0)), replace(end, basis=SETTLED, persons=MISSED)),
    )


def year(*values: float | None, stretch: int = 0) -> tuple[YearMonth, ...]:
    return tuple(YearMonth(HIDDEN if value is None else seen(value), stretch) for value in values)


COURSE = YearCourse(
    "Sygedagpenge",
    ((2023, year(280, 284, 276, 288)), (2022, year(*range(236, 248))), (2021, year(220, None, *range(222, 232)))),
    tuple(map(seen, (282.4, 281.9, 280.6, 279.5, *[277.2] * 8))),
)
FOUND = BudgetFollowUp(
    MONTH,
    (
        line("Sygedagpenge", average=seen(282.0)),
        line("Fleksjob", average=MISSED, price=False),
        line(ALL, average=MISSED),
    ),
    (COURSE,),
    ("En note om budgettet",),
)


def tables(blocks: object) -> dict[str, list[list[str]]]:
    return {
        block.caption: [[said(cell.text) for cell in row] for row in block.rows]
        for block in blocks_of([blocks])  # type: ignore[list-item]
        if isinstance(block, Table)
    }


def test_the_budget_is_told_in_persons_and_money_and_what_lacks_in_words(briefing: Briefing) -> None:  # noqa: F811
    section = section_of_budget.budget(replace(briefing, budget=FOUND), charts={})
    assert section is not None
    found = tables(section)
    assert found["Fuldtidspersoner i gennemsnit til dato"] == [
        ["Sygedagpenge", "282,0", "281,1", "+0,9"],
        ["Fleksjob", "mangler", "281,1", "mangler"],
        ["Budgettet i alt", "mangler", "281,1", "mangler"],
    ]
    assert found["Udgift til dato, mio. kr."][0] == ["Sygedagpenge", "14,10", "14,06", "+0,05"]
    assert found["Udgift til dato, mio. kr."][1] == ["Fleksjob", "mangler", "mangler", "mangler"]
    of_year = found["Hele 2023, fuldtidspersoner i gennemsnit"]
    assert of_year[0] == ["Sygedagpenge", "278,5", "286,0", "290,0"], "a basis that nothing is told of has no column"
    assert found["Hele 2023, budget og udgift over budgettet, mio. kr."][0] == [
        "Sygedagpenge",
        "41,78",
        "+1,13",
        "+1,13",
    ]
    assert "En note om budgettet." in [block.text for block in section.blocks if isinstance(block, Paragraph)]


def test_without_a_budget_there_is_no_section(briefing: Briefing) -> None:  # noqa: F811
    assert section_of_budget.budget(briefing, charts={}) is None
    assert section_of_budget.in_short(None) == section_of_budget.in_short(FOUND) == ""
    assert budget_chart.courses(None) == {}
    assert section_of_comparable.comparable(briefing) is None


def test_the_summary_says_where_the_year_ends() -> None:
    whole = replace(FOUND, lines=(line(ALL, average=seen(282.0)),))
    assert said(section_of_budget.in_short(whole)) == (
        "Til og med oktober 2023 er der i gennemsnit 282,0 fuldtidspersoner på de budgetterede ydelser mod 281,1 i budgettet. "
        "Fortsætter den nyeste måned, ender årets udgift 1,1 mio. kr. over budgettet."
    )


def test_three_years_lie_over_each_other_with_the_budget_dashed() -> None:
    chart = budget_chart.courses(FOUND)["budget"]
    lines = drawn(chart.svg, "mark-line")
    # 2021 is broken by a month that is hidden.
    assert sorted(path.get("d", "").count("L") for path in lines) == [0, 3, 9, 11, 11]
    assert sum(path.get("stroke-dasharray") == "5,3" for path in lines) == 1
    assert chart.title == "Sygedagpenge ligger længst over budgettet"
    assert "2023, 2022 og 2021" in chart.description
    assert "Sygedagpenge 288 i 2023, budgetteret 277,2 i december" in chart.description


def test_no_line_is_drawn_through_a_series_break() -> None:
    broken = (2023, (*year(280, 284), *year(276, 288, stretch=1)))
    chart = budget_chart.courses(replace(FOUND, courses=(replace(COURSE, years=(broken,)),)))["budget"]
    assert sorted(path.get("d", "").count("L") for path in drawn(chart.svg, "mark-line")) == [1, 1, 11]


def compared(*, own_list: bool = False) -> Comparison:
    others = tuple(Peer(f"Kommune {nth}", seen(7.8 + nth / 100), seen(7.0 + nth / 4)) for nth in range(8))
    return Comparison(
        Period.parse("2022QMAT04"),
        own_list,
        Peer("Herlev", seen(7.83), seen(7.56)),
        others,
        rank=seen(4),
        weighted=seen(8.016),
        median=Level(seen(7.895), seen(-0.335), seen(-61.2), seen(-8_095_365.0)),
        best_quarter=Level(seen(7.125), seen(0.435), seen(79.4), seen(10_511_900.0)),
        price_year=2022,
        price_age=1,
        notes=("Befolkningen er udledt",),
    )


def test_who_is_compared_how_one_stands_and_what_it_is_worth(briefing: Briefing) -> None:  # noqa: F811
    section = section_of_comparable.comparable(replace(briefing, comparisons=(compared(),)))
    assert section is not None
    text = said(" ".join(block.text for block in section.blocks if isinstance(block, Paragraph)))
    assert "de otte kommuner, hvis forventede andel på offentlig forsørgelse ligger nærmest" in text
    assert (
        "Herlev er nr. 4 af 9, hvor nr. 1 har den laveste andel: 7,56 pct. mod 8,02 pct. i de andre under ét." in text
    )
    assert (
        "0,34 procentpoint under medianen, hvilket svarer til ca. 61 færre fuldtidspersoner og 8,1 mio. kr. om året."
        in text
    )
    assert (
        "0,44 procentpoint over den bedste fjerdedel, hvilket svarer til ca. 79 flere fuldtidspersoner og 10,5 mio. kr."
        in text
    )
    assert "Regnet med nettoudgiften i 2022, som er ét år ældre end perioden." in text
    found = tables(section)
    shares = found["Andel af befolkningen på 16-66 år"]
    assert [row[2] for row in shares] == [
        "7,00",
        "7,25",
        "7,50",
        "7,56",
        "7,75",
        "8,00",
        "8,25",
        "8,50",
        "8,75",
        "8,02",
    ]
    assert shares[3] == ["Herlev (egen)", "7,83", "7,56"]
    assert shares[-1][:2] == ["De andre under ét", ""]
    assert found["Forskellen og dens økonomiske betydning"][0] == ["Medianen", "7,90", "-0,34", "-61", "-8,10"]


def test_a_rate_that_lacks_a_part_is_said_to_lack(briefing: Briefing) -> None:  # noqa: F811
    lacks = Level(MISSED, MISSED, MISSED, MISSED)
    found = replace(compared(own_list=True), rank=MISSED, weighted=MISSED, median=lacks, best_quarter=lacks)
    section = section_of_comparable.comparable(replace(briefing, comparisons=(found,)))
    assert section is not None
    assert "Placeringen kan ikke opgøres" in said(str(section.blocks[0]))
    assert tables(section)["Andel af befolkningen på 16-66 år"][-1] == ["De andre under ét", "", "mangler"]


def test_both_stand_on_the_page(briefing: Briefing) -> None:  # noqa: F811
    whole = replace(briefing, budget=FOUND, comparisons=(compared(), compared(own_list=True)))
    titles = [section.title for section in sections.composed(whole).sections]
    assert titles[:6] == [
        "1. Ydelsesgrupper",
        "2. Budgetopfølgning",
        "3. Andel af arbejdsstyrken",
        "4. Ministeriets benchmark",
        "5. Økonomisk betydning af forskellen",
        "6. Sammenlignelige kommuner",
    ]
    html = write.html(whole)
    assert "kommunen selv sammenligner sig med" in html
    assert 'id="budget-title"' in html
