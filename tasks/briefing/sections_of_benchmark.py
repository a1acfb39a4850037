"""The sections of the appendix on the ministry's benchmark: where the municipality stands, and what the gap saves."""

from __future__ import annotations

from tasks.briefing import entries, summary, wording
from tasks.briefing.charts import Chart
from tasks.briefing.content import Briefing, Ranking, RankLine, Saving
from tasks.briefing.paper import Beside, Block, Column, Entry, Figure, Paragraph, Section, Table, small_print
from warehouse.danish import writing


def benchmark(briefing: Briefing, *, charts: dict[str, Chart]) -> Section:
    """The place on the ministry's lists, and who stands before and after."""
    ranking = briefing.ranking
    if ranking is None:
        return Section(
            "benchmark", "Ministeriets benchmark", (Paragraph("Der er endnu ikke hentet en benchmarkliste."),)
        )
    said = (
        "Ministeriet holder kommunens antal på offentlig forsørgelse op imod det antal, man kan forvente ud fra kommunens "
        f"rammevilkår. Nr.{writing.TIED}1 ligger længst under det forventede niveau. "
        f"Listen gælder {writing.period(ranking.period)}, listen før {writing.period(ranking.before)}."
    )
    drawn = [Figure(charts["placering"])] if "placering" in charts else []
    blocks: list[Block] = [Paragraph(said), Beside((_ranks(ranking), *drawn), form="side")]
    blocks += [small_print(said) for said in summary.around(briefing)]
    blocks += [small_print(note) for note in briefing.notes["benchmark_gap"]]
    return Section("benchmark", "Ministeriets benchmark", tuple(blocks))


def _ranks(ranking: Ranking) -> Table:
    columns = (
        Column("Liste", number=False),
        Column("Placering", strong=True),
        Column("Før"),
        Column("Ændring i placering"),
        Column("Forskel, personer"),
        Column("Forskel, pct.-point"),
    )
    caption = "Placering blandt de 98 kommuner og forskel til det forventede"
    return Table(caption, columns, tuple(_rank(line) for line in ranking.lines), form="lodret")


def _rank(line: RankLine) -> tuple[Entry, ...]:
    return (
        entries.plain(line.name),
        entries.written(line.rank, writing.place),
        entries.written(line.before, writing.place),
        entries.places(line.gained),
        entries.written(line.gap, writing.signed),
        entries.written(line.gap_points, entries.signed_decimal),
    )


def savings(briefing: Briefing) -> Section:
    """What fewer persons than expected save, on each price on record."""
    title, found = "Økonomisk betydning af forskellen", briefing.savings
    if not found:
        told = Paragraph("Beregningen kan ikke laves, fordi der mangler en benchmarkliste eller en pris.")
        return Section("besparelse", title, (told,))
    columns = (
        Column("Beregnet ud fra", number=False),
        Column("Færre end forventet"),
        Column("Pris pr. person"),
        Column("Pr. år, mio. kr.", strong=True),
        Column("Interval"),
    )
    period = writing.period(found[0].period)
    caption = f"{period}: færre personer end forventet gange nettoudgiften til én fuldtidsperson"
    notes = [note for note in briefing.notes["savings"] if note not in briefing.notes["benchmark_gap"]]
    notes += [wording.said(note, saving.basis) for saving in found for note in saving.notes]
    return Section(
        "besparelse",
        title,
        (Table(caption, columns, tuple(map(_saving, found))), *map(small_print, dict.fromkeys(notes))),
    )


def _saving(saving: Saving) -> tuple[Entry, ...]:
    price = writing.kroner(saving.unit_cost_dkk) + (f" ({saving.years})" if saving.years else "")
    return (
        entries.plain(wording.basis(saving.basis)),
        entries.count(saving.fewer),
        entries.number(price),
        entries.written(saving.amount, writing.millions),
        entries.number(" til ".join(map(writing.millions, summary.bounds(saving)))),
    )
