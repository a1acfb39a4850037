"""The report of `make bench`: what was measured, as a page and a picture; a pure function of the results on record."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from tests.bench.report_of_scale import of_nights, of_scale, own_work, slowdown, slowest_question

Results = Mapping[str, Any]
PAGE, PICTURE = "benchmarks.md", "pictures/benchmarks.svg"
MILLION = "1 million"
_REVISED = "one cell in a hundred revised, times dlt scd2"
_RELEASE = "the work of a night in which three tables are, s"
_REVISED_PLAIN = "the same, dlt with PostgreSQL's own settings, as long as we waited"
_WHY = {
    _REVISED: "a look is read and hashed whole, however few of its cells changed, and what stands is read beside it.",
    _RELEASE: "Great Expectations is loaded, whatever is in the tables. A mart's rows carry their vintage, so those of a "
    "table that was released are all made anew. The remainder is Prefect's part, the statements of the checks and the marts, "
    "and the audit of what is told of hidden counts.",
}
"""Why a budget is missed, where it was looked into (2026-11)."""


@dataclass(frozen=True)
class Line:
    """What one contestant did with one task at one size: seconds and peak memory, over its runs."""

    size: str
    contestant: str
    task: str
    observations: int
    seconds: tuple[float, ...]
    peak_mib: float

    @property
    def per_second(self) -> float:
        """Observations a second, at the median."""
        return self.observations / median(self.seconds)


@dataclass(frozen=True)
class Budget:
    """One budget of the design: what was found, and whether that is within it; None where it was not measured."""

    said: str
    found: float | None
    bound: float
    at_least: bool

    @property
    def verdict(self) -> str:
        """In words."""
        if self.found is None:
            return "not measured"
        met = self.found >= self.bound if self.at_least else self.found <= self.bound
        return "met" if met else "**not met**"


def lines(results: Results) -> list[Line]:
    """One line per size, contestant and task, in the order in which they ran."""
    found: dict[tuple[str, str, str], list[Mapping[str, Any]]] = {}
    for run in results["runs"]:
        for task in run["seconds"]:
            found.setdefault((run["size"], run["contestant"], task), []).append(run)
    return [
        Line(
            size,
            contestant,
            task,
            runs[0]["observations"],
            tuple(run["seconds"][task] for run in runs),
            median(run["peak_mib"] for run in runs),
        )
        for (size, contestant, task), runs in found.items()
    ]


def as_it_comes(results: Results, *, revised: Line | None) -> tuple[float, bool] | None:
    """How many times quicker ours revises than dlt with PostgreSQL's own settings, and whether dlt was done at all."""
    if "as_it_comes" not in results or revised is None:
        return None
    seconds = results["as_it_comes"]["seconds"]
    left = results["as_it_comes"]["waited"] - sum(seconds.values())
    return seconds.get("revised", left) / median(revised.seconds), "revised" in seconds


def budgets(results: Results) -> list[Budget]:
    """The budgets of the design that a contest can show."""
    measured = lines(results)
    by_key = {(line.size, line.contestant, line.task): line for line in measured}

    def ratio(one: tuple[str, str, str], other: tuple[str, str, str]) -> float | None:
        first, second = by_key.get(one), by_key.get(other)
        return None if first is None or second is None else first.per_second / second.per_second

    ours = (MILLION, "ours", "first")
    small, large = by_key.get(ours), by_key.get(("10 million", "ours", "first"))
    floor = ratio((MILLION, "floor", "first"), ours)
    memory = large.peak_mib / small.peak_mib if small and large else None
    plain = as_it_comes(results, revised=by_key.get((MILLION, "ours", "revised")))
    return [
        Budget("a first load, times dlt scd2", ratio(ours, (MILLION, "dlt scd2", "first")), 12, True),
        Budget("a first load, in the time of the floor", floor, 1.6, False),
        Budget(
            _REVISED,
            ratio((MILLION, "ours", "revised"), (MILLION, "dlt scd2", "revised")),
            20,
            True,
        ),
        Budget(_REVISED_PLAIN, plain and plain[0], 20, True),
        Budget("peak memory at 10 million, times that at 1 million", memory, 1.5, False),
    ]


def further_budgets(results: Results) -> list[Budget]:
    """The budgets of a large warehouse and of nights."""
    scale, nights = results.get("scale"), results.get("nights")
    question, milliseconds = slowest_question(scale) if scale else ("a question", None)
    quiet = median(own_work(each) for each in nights["quiet"]) if nights else None
    calls = max(each["calls"] for each in nights["quiet"]) if nights else None
    release = own_work(nights["release"]) if nights else None
    return [
        Budget("a million loaded at the end, times one at the start", slowdown(scale) if scale else None, 1.5, False),
        Budget(
            f"the dashboard's slowest statement ({question}), eight readers, 95th percentile, ms",
            milliseconds,
            50,
            False,
        ),
        Budget(
            "one municipality and the widest table as of a day, 95th percentile, ms",
            scale["as_of_ms"]["p95"] if scale else None,
            100,
            False,
        ),
        Budget("the work of a night in which nothing is new, s", quiet, 3, False),
        Budget(_RELEASE, release, 5, False),
        Budget("calls to the publisher for 100 quiet tables", calls, 1, False),
    ]


_TASKS = {
    ("ours", "first"): "ours: a first load, published and audited",
    ("ours", "same"): "ours: the same again, nothing changed",
    ("ours", "revised"): "ours: one cell in a hundred revised",
    ("floor", "first"): "the floor: COPY into a table with the same key",
    ("floor, rows sorted", "first"): "the floor, its rows sorted by the key beforehand",
    ("pandas to_sql", "first"): "pandas: to_sql(replace)",
    ("dlt replace", "first"): "dlt: replace",
    ("dlt scd2", "first"): "dlt: merge with scd2, a first load",
    ("dlt scd2", "revised"): "dlt: merge with scd2, one cell in a hundred revised",
    ("dlt scd2, rows as answered", "first"): "dlt, scd2, four observations a row: a first load",
    ("dlt scd2, rows as answered", "revised"): "dlt, scd2, four observations a row: one cell in a hundred revised",
}


def page(results: Results) -> str:
    """The page, in Markdown."""
    measured = lines(results)
    sizes = list(dict.fromkeys(line.size for line in measured))
    tables = [_of_size(size, [line for line in measured if line.size == size]) for size in sizes]
    parts = [_beginning(results), *tables]
    parts += [of_scale(results["scale"])] if "scale" in results else []
    parts += [of_nights(results["nights"])] if "nights" in results else []
    return "\n".join([*parts, _of_budgets([*budgets(results), *further_budgets(results)]), _END])


def _beginning(results: Results) -> str:
    machine = results["machine"]
    versions = ", ".join(f"{name} {number}" for name, number in machine["versions"].items())
    return f"""# Benchmarks

What `make bench` measured and wrote. Everything here is a ratio of one run on one machine; the seconds are that machine's.

- **When and where:** {machine["on"]}, {machine["cores"]} cores, {machine["memory_gib"]} GiB. PostgreSQL {machine["postgresql"]}
  as it comes in its wheel, Python {machine["python"]}, {versions}. Load at the start: {machine["load"]}.
- **The bytes:** one table of the stand-in publisher, fetched into an archive by our own fetch: everybody on every benefit, in 4
  measures of 100 areas and 16 members, and as many months as it takes. All contestants read the same archive.
- **The clock** runs from the first archived byte read to the last row committed. Starting a process and importing are left
  out for all. Each contestant has a process and an empty database of its own, and they take turns.
- **Ours** ends with a vintage: staged, set beside what stands, held against 18 checks by Great Expectations, published.
- **dlt and pandas** get a row for each observation, as the warehouse keeps them. An answer's own rows hold four observations
  each: dlt is shown with those too, where it writes a quarter of the rows and nobody can ask for a single figure's history.
- **The floor** is COPY and commit of the same observations, ready as text in the order in which the answers bring them, into
  a table with the same key. Sorted by that key beforehand it is quicker still; somebody would have to hold and sort them.
- **All** have our sessions' settings (64 MB to work in, no JIT), which ours sets for itself.{_plainly(results)}

![Observations a second](pictures/benchmarks.svg)
"""


def _plainly(results: Results) -> str:
    """What dlt does where nobody gives it more memory, once."""
    by_key = {(line.size, line.contestant, line.task): line for line in lines(results)}
    found = as_it_comes(results, revised=by_key.get((MILLION, "ours", "revised")))
    if found is None:
        return ""
    times, done = found
    first = results["as_it_comes"]["seconds"].get("first", 0)
    revised = (
        f"its second look took {times:.0f} times ours"
        if done
        else f"its second look was broken off after {times:.0f} times what ours takes"
    )
    return f""" With PostgreSQL's own 4 MB dlt's
  scd2 compares each row with each: at {MILLION} its first load took {first:.0f} s, and
  {revised}."""


def _of_size(size: str, measured: list[Line]) -> str:
    scd2 = next((line for line in measured if (line.contestant, line.task) == ("dlt scd2", "first")), None)
    floor = next((line for line in measured if line.contestant == "floor"), None)
    rows = [_row(line, scd2=scd2, floor=floor) for line in measured]
    head = f"## {measured[0].observations:,} observations\n\n{len(measured[0].seconds)} runs each.\n"
    names = (
        "| | seconds, median | least to most | observations a second | times dlt scd2 | times the floor | peak MiB |"
    )
    return "\n".join([head, names, "|---|--:|--:|--:|--:|--:|--:|", *rows, ""])


def _row(line: Line, *, scd2: Line | None, floor: Line | None) -> str:
    cells = (
        _TASKS[line.contestant, line.task],
        f"{median(line.seconds):.2f}",
        f"{min(line.seconds):.2f} to {max(line.seconds):.2f}",
        f"{line.per_second:,.0f}",
        _times(line, scd2),
        _times(line, floor),
        f"{line.peak_mib:,.0f}",
    )
    return f"| {' | '.join(cells)} |"


def _times(line: Line, other: Line | None) -> str:
    return "" if other is None else f"{line.per_second / other.per_second:.2f}"


def _of_budgets(found: list[Budget]) -> str:
    rows = [
        f"| {budget.said} | {'at least' if budget.at_least else 'at most'} {budget.bound:g} "
        f"| {'' if budget.found is None else f'{budget.found:.2f}'} | {budget.verdict} |"
        for budget in found
    ]
    head = ["## Budgets", "", "| | asked for | found | |", "|---|--:|--:|---|", *rows, ""]
    missed = [budget for budget in found if "not met" in budget.verdict]
    slower = [_slower(budget) for budget in missed] or ["- Nothing."]
    return "\n".join([*head, "## Slower than hoped", "", *slower, ""])


def _slower(budget: Budget) -> str:
    """What was missed, and by how much; and why, where we know."""
    asked = (
        f"{'at least' if budget.at_least else 'at most'} {budget.bound:g} was asked for and {budget.found:.2f} found"
    )
    why = f": {_WHY[budget.said]}" if budget.said in _WHY else "."
    return f"- {budget.said[0].upper()}{budget.said[1:]}: {asked}{why}"


_END = """## To repeat it

```
make bench                      # all but the peers at 10 million, which take hours; with them: ARGUMENTS=--all
make bench ARGUMENTS="--sizes '0.1 million' --runs 1"
```
"""


_COLOURS = {"ours": "#c2410c", "floor": "#57534e", "pandas": "#a8a29e", "dlt": "#0369a1"}


def picture(results: Results) -> str:
    """Observations a second by size and contestant, as SVG: a panel for each size, one scale for all."""
    import altair as alt
    import vl_convert as vlc

    measured = lines(results)
    most = max(line.per_second for line in measured) * 3
    sizes = dict.fromkeys(line.size for line in measured)
    panels = [_panel([line for line in measured if line.size == size], most=most) for size in sizes]
    chart = alt.vconcat(*panels).configure_view(stroke=None)
    svg: str = vlc.vegalite_to_svg(chart.to_json())
    return svg


def _panel(measured: list[Line], *, most: float) -> Any:
    import altair as alt
    import polars as pl

    shown = pl.DataFrame(
        {
            "what": [_TASKS[line.contestant, line.task] for line in measured],
            "who": [line.contestant.split()[0].rstrip(",") for line in measured],
            "rate": [line.per_second for line in measured],
        }
    )
    rate = alt.X(
        "rate:Q",
        scale=alt.Scale(type="log", domain=[10_000, most]),
        title="observations a second (logarithmic)",
        axis=alt.Axis(values=[10_000, 100_000, 1_000_000], format=",.0f"),
    )
    colours = alt.Color("who:N", legend=None, scale=alt.Scale(domain=list(_COLOURS), range=list(_COLOURS.values())))
    base = alt.Chart(shown, title=alt.Title(f"{measured[0].observations:,} observations", anchor="start")).encode(
        y=alt.Y("what:N", sort=None, title=None, axis=alt.Axis(labelLimit=400, domain=False, ticks=False)), x=rate
    )
    points = base.mark_point(filled=True, size=90, opacity=1).encode(color=colours)
    words = base.mark_text(align="left", dx=9).encode(text=alt.Text("rate:Q", format=",.0f"))
    return (points + words).properties(width=520, height=alt.Step(22))


def write_report(results: Results, *, folder: Path) -> None:
    """Write the page and its picture."""
    (folder / PAGE).write_text(page(results))
    (folder / PICTURE).parent.mkdir(exist_ok=True)
    (folder / PICTURE).write_text(picture(results))


def on_record(path: Path) -> Results:
    """The results of a run."""
    found: Results = json.loads(path.read_text())
    return found
