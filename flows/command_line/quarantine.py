"""Commands for loads that were stopped: list them, show one, publish one after all."""

from __future__ import annotations

import getpass
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter
from rich.console import Console
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text

from flows.command_line.options import Json, answered
from flows.printing import cell, console, danish_time, fitting, grid, number, tell
from flows.serving.local_server import await_orchestrator, begin_orchestrator, prepare_orchestrator

if TYPE_CHECKING:
    from tasks.quarantine.release import Released
    from tasks.quarantine.stopped_loads import BrokenRule, StoppedLoad

quarantine = App(name="quarantine", help="Loads that were stopped: list them, look at one, release one.")
Load = Annotated[int, Parameter(name="ID")]
ROWS_SHOWN = 20
FIRST = ("Periode", "Område", "period", "area", "measure", "members", "value", "status")
STATES = {"open": "bold yellow", "released": "green", "overtaken": "dim"}


@quarantine.default
def list_loads(
    *,
    table: Annotated[str | None, Parameter(help="Only loads of this table, or of a source's files.")] = None,
    everything: Annotated[
        bool, Parameter(name="--all", negative="", help="Those that were released or overtaken too.")
    ] = False,
    as_json: Json = False,
) -> int:
    """List the loads that were stopped and still wait for somebody to look, newest first."""
    from tasks.quarantine.stopped_loads import EVERY, OPEN, stopped_loads, table_or_source
    from tasks.resources import ready

    with ready() as resources, resources.engine.connect() as connection:
        only = table_or_source(connection, table) if table else None
        loads = stopped_loads(connection, table=only, states=EVERY if everything else OPEN)
    of, which = f" of {only}" if only else "", "" if everything else " waits"
    listed = [_plain(load) for load in loads]
    return answered(listed, as_json=as_json, shown=lambda: _print_loads(console(), loads, of=of, which=which))


def _plain(load: StoppedLoad) -> dict[str, Any]:
    return {name: value for name, value in asdict(load).items() if name != "manifest"}


def _print_loads(terminal: Console, loads: Sequence[StoppedLoad], *, of: str, which: str) -> None:
    if not loads:
        terminal.print(f"No load{of}{which or ' was ever'} in quarantine.")
        return
    terminal.print(_load_lines(loads))
    for load in loads:
        terminal.print()
        terminal.print(Text(f"{load.id}  {load.table}  {load.title}", "bold"))
        terminal.print(Text(_what_became_of(load) or load.message))
    waiting = [load for load in loads if load.state == "open"]
    if waiting:
        terminal.print(Text(f"\nLook at one: jobindsats quarantine show {waiting[0].id}", "dim"))


def _load_lines(loads: Sequence[StoppedLoad]) -> Grid:
    lines = grid(">id", "table", "stopped", "edition of", "rule", ">rejected rows", "state")
    for load in loads:
        lines.add_row(
            str(load.id),
            load.table,
            danish_time(load.stopped_at),
            str(load.publisher_updated_on or "-"),
            load.rule,
            number(load.rejected),
            Text(load.state, STATES[load.state]),
        )
    return lines


def _what_became_of(load: StoppedLoad) -> str:
    """How a stopped load ended, in a sentence; nothing where it is open."""
    if load.released_at is not None:
        return f"Released on {danish_time(load.released_at)} by {load.released_by}: {load.release_reason}"
    if load.overtaken_at is not None and load.overtaken_by is None:
        return f"Overtaken: on {danish_time(load.overtaken_at)} the files could be read."
    if load.overtaken_at is not None:
        return f"Overtaken: vintage {load.overtaken_by}, seen on {danish_time(load.overtaken_at)}, stands."
    return ""


@quarantine.command
def show(
    load: Annotated[str, Parameter(name="ID", help="Its number, or a table's id: then the newest that waits.")],
    /,
    *,
    as_json: Json = False,
) -> int:
    """Show why a load was stopped, rule by rule, with the rejected rows as they were read."""
    from tasks.quarantine.stopped_loads import broken_rules, load_named
    from tasks.resources import ready

    with ready() as resources, resources.engine.connect() as connection:
        found = load_named(connection, load)
        rules = broken_rules(connection, found)
    described = _plain(found) | {"rules": [asdict(rule) for rule in rules]}
    return answered(described, as_json=as_json, shown=lambda: _print_load(console(), found, rules=rules))


def _print_load(terminal: Console, load: StoppedLoad, *, rules: Sequence[BrokenRule]) -> None:
    """One load: why it was stopped, and its rejected rows under the rule that each broke."""
    terminal.print(Text(f"Load {load.id}: {load.table} {load.title}", "bold"))
    terminal.print(_facts(load))
    terminal.print()
    terminal.print(Text(load.message))
    for rule in rules:
        terminal.print()
        _print_rule(terminal, rule)
    if load.state == "open":
        step = f'jobindsats quarantine release {load.id} --reason "why it may be published"'
        terminal.print(Text(f"\nRight after all? {step}", "dim"))


def _facts(load: StoppedLoad) -> Text:
    edition = f"edition of {load.publisher_updated_on}, " if load.publisher_updated_on else ""
    facts = Text(f"{edition}stopped on {danish_time(load.stopped_at)} in run {load.run}: ")
    facts.append(load.state, STATES[load.state])
    became = _what_became_of(load)
    return facts.append(f"\n{became}") if became else facts


def _print_rule(terminal: Console, rule: BrokenRule) -> None:
    terminal.print(Text(rule.rule, "bold yellow"), Text(rule.sentence or ""))
    if not rule.rows:
        terminal.print(Padding("No rows were rejected: it is about the load as a whole.", (0, 2)))
        return
    names = _columns(rule.rows)
    lines = grid(*(_heading(name, rows=rule.rows) for name in names))
    for row in rule.rows[:ROWS_SHOWN]:
        lines.add_row(*(cell(row.get(name)) for name in names))
    terminal.print(Padding(fitting(lines), (0, 2)))
    shown = min(len(rule.rows), ROWS_SHOWN)
    if rule.offenders > shown:
        kept = f", {number(len(rule.rows))} of them kept" if len(rule.rows) < rule.offenders else ""
        more = "; --json has all that were kept" if len(rule.rows) > shown else ""
        terminal.print(Padding(Text(f"{shown} of {number(rule.offenders)}{kept}{more}", "dim"), (0, 2)))


def _columns(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The columns that hold anything; those that say which cell it is come first, ours or the publisher's."""
    names = {name: len(FIRST) for row in rows for name, content in row.items() if content not in (None, {})}
    names |= {name: place for place, name in enumerate(FIRST) if name in names}
    return sorted(names, key=lambda name: names[name])


def _heading(name: str, *, rows: Sequence[Mapping[str, Any]]) -> str:
    """A column's name; one that holds numbers stands to the right."""
    numbers = all(isinstance(row.get(name), int | float | None) for row in rows)
    return f">{name}" if numbers else name


@quarantine.command
def release(
    load_id: Load,
    /,
    *,
    reason: Annotated[str, Parameter(help="Why it may be published; it stays on record.")],
    by: Annotated[str | None, Parameter(help="Who releases it; the system's user where nobody is named.")] = None,
    as_json: Json = False,
) -> int:
    """Publish a stopped load after all: you have looked at it and say why."""
    from tasks.quarantine.release import require_releasable

    require_releasable(load_id, reason=reason)
    prepare_orchestrator()
    begin_orchestrator()
    from flows.release import release as run_release
    from tasks.runs.states import value_of

    await_orchestrator()
    released = value_of(run_release, load_id, reason, by or getpass.getuser())
    for problem in released.problems:
        tell(f"jobindsats: {problem}")
    return answered(asdict(released), as_json=as_json, shown=lambda: _print_released(console(), released))


def _print_released(terminal: Console, released: Released) -> None:
    if released.vintage is None:
        terminal.print(f"Load {released.id} of {released.table} is released: the same content stands already.")
        return
    terminal.print(
        Text.assemble(
            (f"Load {released.id} of {released.table} is published", "green"),
            f" as vintage {released.vintage}, seen on {danish_time(released.seen_at)}: {number(released.new)} new, "
            f"{number(released.revised)} revised, {number(released.withdrawn)} withdrawn, "
            f"{number(released.unchanged)} unchanged.",
        )
    )
    if released.failing:
        terminal.print(f"In spite of: {', '.join(released.failing)}.")
    terminal.print(Text(f"On record: {released.by}: {released.reason}"))
