"""Commands about derived figures: list, show, explain them, hold a paper's numbers and a municipality's limits against them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter
from rich.console import Console
from rich.padding import Padding
from rich.text import Text
from rich.tree import Tree

from flows.command_line.options import WELL, Area, AsOf, Json, answered, wrong_use
from flows.printing import cell, console, danish_time, grid, print_json, tell

Row = Mapping[str, Any]
Item = Annotated[str | None, Parameter(help="Only this benefit, offer, outcome or line; 'all' for each.")]
FEW = 3
VERDICTS = {"holds": "green", "holds within rounding": "green", "differs": "bold yellow", "cannot be checked": "dim"}


def figures(*, as_json: Json = False) -> int:
    """List the derived figures: formula, unit, and what each reads."""
    from tasks.answers.figures import listed

    rows = listed()
    if as_json:
        print_json(rows)
        return WELL
    terminal = console()
    for row in rows:
        terminal.print(Text.assemble((row["figure"], "bold"), f", {row['unit']}: {row['title']}"))
        terminal.print(_indented(Text(f"= {row['formula']}")))
        terminal.print(_indented(Text(f"reads {', '.join([*row['tables'], *row['assumptions']])}", "dim")))
    terminal.print(Text("\nOne of them: jobindsats figure savings --area Herlev", "dim"))
    return WELL


def _indented(text: Text) -> Padding:
    return Padding(text, (0, 0, 0, 2), expand=False)


def figure(
    name: str,
    /,
    *,
    area: Area = None,
    period: Annotated[str | None, Parameter(help="One period; the newest where none is named.")] = None,
    item: Item = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> int:
    """Show a derived figure for an area, with its bounds, assumptions and vintages."""
    from tasks.answers import figures as answers
    from tasks.resources import ready
    from warehouse.database.rehearsal import is_rehearsed

    asked = answers.asked(name, area=area, period=period, item=item, as_of=as_of)
    with ready() as resources, resources.engine.connect() as connection:
        rows, missing = answers.rows(connection, asked)
        if not rows:
            return wrong_use(answers.why_none(connection, asked, missing=missing))
        rehearsed = is_rehearsed(connection)
    for reason in missing if as_json else ():
        tell(reason)
    return answered(rows, as_json=as_json, shown=lambda: _print_rows(rows), rehearsed=rehearsed)


def _print_rows(rows: list[dict[str, Any]]) -> None:
    """The rows as a table, or one after another where it would be too wide; then what they rest on."""
    telling, numbers, own = _columns(rows)
    terminal = console()
    terminal.print(Text(rows[0]["figure"], "bold").append(f" in {rows[0]['unit']}: {rows[0]['area']}", "not bold"))
    if _width(rows, names=(*telling, *numbers, *own)) <= terminal.width:
        _print_grid(terminal, rows, telling=telling, numbers=[*numbers, *own])
    else:
        _print_blocks(terminal, rows, telling=telling, numbers=numbers, own=own)
    _print_sources(terminal, rows)


def _columns(rows: Sequence[Row]) -> tuple[list[str], list[str], list[str]]:
    """The columns that say something: which row it is, its value with bounds, and the figure's own columns."""
    telling = [name for name in ("period", "item", "basis") if any(row[name] for row in rows)]
    if any(row["status"] != "observed" for row in rows):
        telling.append("status")
    bounds = [name for name in ("low", "high") if any(row[name] is not None for row in rows)]
    alike = {name for name in _TELL_SOURCES_APART if len({row.get(name) for row in rows}) == 1}
    empty = {name for name in rows[0] if all(row[name] == "" for row in rows)}
    own = [name for name in rows[0] if name not in _SHOWN_ELSEWHERE | alike | empty]
    return telling, ["value", *bounds], own


def _print_sources(terminal: Console, rows: Sequence[Row]) -> None:
    """The assumptions, vintages and caveats of all rows, each once."""
    assumptions = {_assumption_in_words(each): None for row in rows for each in row["assumptions"]}
    vintages = {each["vintage"]: each for row in rows for each in row["vintages"]}
    for line in [*assumptions, *_rests_on(list(vintages.values()))]:
        terminal.print(Text(line, "dim"))
    for caveat in dict.fromkeys(caveat for row in rows for caveat in row["caveats"]):
        terminal.print(Text(caveat, "yellow"))


def _width(rows: list[dict[str, Any]], *, names: Sequence[str]) -> int:
    """How many characters a table of these columns takes."""
    return sum(2 + max(len(name), *(len(cell(row[name])) for row in rows)) for name in names)


def _print_grid(terminal: Console, rows: list[dict[str, Any]], *, telling: list[str], numbers: list[str]) -> None:
    lines = grid(*telling, *(f">{name}" for name in numbers))
    for row in rows:
        lines.add_row(*(cell(row[name]) for name in (*telling, *numbers)))
    terminal.print(lines)


def _print_blocks(
    terminal: Console, rows: list[dict[str, Any]], *, telling: list[str], numbers: list[str], own: list[str]
) -> None:
    """A line per row, and below it the columns that a table had no room for."""
    for row in rows:
        about = ", ".join(cell(row[name]) for name in telling if row[name])
        band = f" ({cell(row['low'])} to {cell(row['high'])})" if "low" in numbers and row["low"] is not None else ""
        terminal.print(Text.assemble(f"{about}: ", (f"{cell(row['value'])}{band}", "bold")))
        said = ", ".join(f"{name} {cell(row[name])}" for name in own if row[name] not in (None, ""))
        terminal.print(_indented(Text(said, "dim")))


_SHOWN_ELSEWHERE = {
    "figure", "area", "period", "item", "basis", "value", "unit", "low", "high", "status", "assumptions", "vintages",
    "caveats",
}  # fmt: skip

_TELL_SOURCES_APART = {"table_id", "stands_beside"}


def _assumption_in_words(assumption: Mapping[str, Any]) -> str:
    band = f" ({cell(assumption['low'])} to {cell(assumption['high'])})" if assumption["low"] is not None else ""
    return (
        f"assumes {assumption['name']} = {cell(assumption['value'])}{band} {assumption['unit']}: {assumption['source']}"
    )


def _vintage_in_words(vintage: Mapping[str, Any]) -> str:
    published = f", published {vintage['publisher_updated_on']}" if vintage["publisher_updated_on"] else ""
    return (
        f"rests on {vintage['table']}, vintage {vintage['vintage']}{published}, seen {danish_time(vintage['seen_at'])}"
    )


def _rests_on(vintages: list[Mapping[str, Any]]) -> list[str]:
    """A line per vintage where they are few; else a sentence per night they were seen."""
    if len(vintages) <= FEW:
        return [_vintage_in_words(each) for each in vintages]
    nights: dict[str, list[str]] = {}
    for each in vintages:
        nights.setdefault(danish_time(each["seen_at"])[:10], []).append(f"{each['table']} (vintage {each['vintage']})")
    return [f"rests on what was seen {night}: {', '.join(tables)}" for night, tables in nights.items()]


def explain(
    name: Annotated[str, Parameter(name="FIGURE")],
    /,
    *,
    area: Area = None,
    period: Annotated[str, Parameter(help="One period.")],
    item: Item = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> int:
    """Take a figure apart: formula, inputs with their vintages, assumptions, down to the archived bytes' hashes."""
    from tasks.answers import figures as answers
    from tasks.resources import ready
    from warehouse.database.rehearsal import is_rehearsed

    asked = answers.asked(name, area=area, period=period, item=item, as_of=as_of)
    with ready() as resources, resources.engine.connect() as connection:
        trees, rehearsed = answers.trees(connection, asked, archive=resources.archive), is_rehearsed(connection)
    return answered(trees, as_json=as_json, shown=lambda: console().print(*map(_drawn, trees)), rehearsed=rehearsed)


def _drawn(tree: Mapping[str, Any]) -> Tree:
    where = ", ".join(filter(None, (tree["area"], tree["period"], tree["item"], tree["basis"])))
    band = f" ({cell(tree['low'])} to {cell(tree['high'])})" if tree["low"] is not None else ""
    drawn = Tree(Text(f"{tree['figure']} of {where}: {cell(tree['value'])}{band} {tree['unit']}", "bold"))
    drawn.add(Text(f"= {tree['formula']}"))
    told: set[int] = set()
    for leaf in tree["inputs"]:
        _draw_input(drawn, leaf, told=told)
    for assumption in tree["assumptions"]:
        drawn.add(Text(f"{_assumption_in_words(assumption)} ({assumption['evidence']})"))
    for caveat in tree["caveats"]:
        drawn.add(Text(caveat, "yellow"))
    drawn.add(Text(f"computed by version {tree['code_version']}", "dim"))
    return drawn


def _draw_input(drawn: Tree, leaf: Mapping[str, Any], *, told: set[int]) -> None:
    """One input; the archived answers of a vintage are drawn where it is first rested on, and `told` from then on."""
    shown = cell(leaf["value"]) if leaf["status"] == "observed" else leaf["status"]
    earlier = f"{leaf['periods_earlier']} periods earlier" if leaf["periods_earlier"] else ""
    of = ", ".join(filter(None, (leaf["area"], leaf["item"], earlier)))
    branch = drawn.add(Text(f"{leaf['name']} = {shown}: {leaf['table']}.{leaf['measure']} of {of}"))
    vintage = leaf["vintage"]
    if vintage is None:
        return
    if vintage["vintage"] in told:
        branch.add(Text(f"rests on {vintage['table']}, vintage {vintage['vintage']}, as above", "dim"))
        return
    told.add(vintage["vintage"])
    looked = branch.add(Text(_vintage_in_words(vintage), "dim"))
    for answer in vintage["archived"]:
        held = "" if answer["held"] else "  MISSING OR DAMAGED"
        looked.add(Text(f"{answer['sha256']}  {answer['asked']}{held}", "dim"))


def claims(file: Annotated[Path, Parameter(name="FILE")], /, *, as_json: Json = False) -> int:
    """Hold the numbers of a paper, written down in a YAML file, against the warehouse."""
    from tasks.answers.claims import checked
    from tasks.resources import ready
    from warehouse.database.rehearsal import is_rehearsed

    with ready() as resources, resources.engine.connect() as connection:
        rows, rehearsed = checked(connection, file=file), is_rehearsed(connection)
    return answered(rows, as_json=as_json, shown=lambda: _print_claims(rows), rehearsed=rehearsed)


def _print_claims(rows: Sequence[Row]) -> None:
    """The claims of each document with their verdicts, then how many there are of each verdict."""
    terminal = console()
    for document in dict.fromkeys(row["document"] for row in rows):
        terminal.print(Text(f"\n{document}", "bold"))
        for row in rows:
            if row["document"] == document:
                terminal.print(_claim_in_words(row))
    terminal.print(", ".join(f"{sum(row['verdict'] == verdict for row in rows)} {verdict}" for verdict in VERDICTS))


def _claim_in_words(row: Row) -> Text:
    head = f"  {row['verdict']:<22}"
    said = f"{row['statement']} (item {row['point']})\n"
    return Text.assemble((head, VERDICTS[row["verdict"]]), said, (f"{'':<24}{row['reason']}", "dim"))


def thresholds(
    file: Annotated[
        Path | None, Parameter(name="FILE", help="The YAML file; the one of the settings where none is named.")
    ] = None,
    /,
    *,
    as_of: AsOf = None,
    as_json: Json = False,
) -> int:
    """Show how a municipality's own limits, written down in a YAML file, stand; nothing is told or put on record."""
    from tasks.resources import ready
    from tasks.watch.thresholds.crossings import tried
    from warehouse.database.rehearsal import is_rehearsed

    with ready() as resources, resources.engine.connect() as connection:
        now = resources.clock()
        rows = tried(connection, file=file, settings=resources.settings, now=now, as_of=as_of)
        rehearsed = is_rehearsed(connection)
    return answered(rows, as_json=as_json, shown=lambda: _print_thresholds(rows), rehearsed=rehearsed)


CROSSED = {True: Text("crossed", "bold yellow"), False: Text("within", "green"), None: Text("cannot be judged", "dim")}


def _print_thresholds(rows: Sequence[Row]) -> None:
    """Each limit with how it stands, in words; then how many there are of each."""
    terminal = console()
    for row in rows:
        since = f", since {danish_time(row['crossed_since'])}" if row["crossed_since"] else ""
        terminal.print(Text.assemble(CROSSED[row["crossed"]], since))
        terminal.print(_indented(Text(row["message"])))
    counts = [f"{sum(row['crossed'] is crossed for row in rows)} {said.plain}" for crossed, said in CROSSED.items()]
    terminal.print(Text(", ".join(counts), "dim"))
