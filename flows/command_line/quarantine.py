"""The commands for loads that were stopped: list them, look at one, publish one after all."""

from __future__ import annotations

import getpass
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from flows.printing import cell, console, danish_time, grid, number, print_json
from flows.serving.local_server import prepare_orchestrator

if TYPE_CHECKING:
    from tasks.quarantine.release import Released
    from tasks.quarantine.stopped_loads import BrokenRule, StoppedLoad

WELL = 0

ROWS_SHOWN = 20

FIRST = ("Periode", "Område", "period", "area", "measure", "members", "value", "status")

STATES = {"open": "bold yellow", "released": "green", "overtaken": "dim"}


def list_loads(table_id: str | None, *, everything: bool, as_json: bool) -> int:
    """The loads that are open, or every load there was."""
    from tasks.quarantine.stopped_loads import EVERY, OPEN, stopped_loads
    from tasks.resources import ready
    from warehouse.reading.questions import table_named

    table = table_named(table_id) if table_id else None
    with ready() as resources, resources.engine.connect() as connection:
        loads = stopped_loads(connection, table=table, states=EVERY if everything else OPEN)
    if as_json:
        print_json([_plain(load) for load in loads])
    else:
        _print_loads(console(), loads, of=f" of {table.id}" if table else "", which="" if everything else " waits")
    return WELL


def _plain(load: StoppedLoad) -> dict[str, Any]:
    return {name: value for name, value in asdict(load).items() if name != "manifest"}


def _print_loads(terminal: Console, loads: Sequence[StoppedLoad], *, of: str, which: str) -> None:
    if not loads:
        terminal.print(f"No load{of}{which or ' was ever'} in quarantine.")
        return
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
    terminal.print(lines)
    for load in loads:
        terminal.print()
        terminal.print(Text(f"{load.id}  {load.table}  {load.title}", "bold"))
        terminal.print(Text(_what_became_of(load) or load.message))
    waiting = [load for load in loads if load.state == "open"]
    if waiting:
        terminal.print(f"\n[dim]Look at one: jobindsats quarantine show {waiting[0].id}[/dim]")


def _what_became_of(load: StoppedLoad) -> str:
    """How a stopped load ended, in a sentence; nothing where it is open."""
    if load.released_at is not None:
        return f"Released on {danish_time(load.released_at)} by {load.released_by}: {load.release_reason}"
    if load.overtaken_at is not None and load.overtaken_by is None:
        return f"Overtaken: on {danish_time(load.overtaken_at)} the files could be read."
    if load.overtaken_at is not None:
        return f"Overtaken: vintage {load.overtaken_by}, seen on {danish_time(load.overtaken_at)}, stands."
    return ""


def show_load(quarantine_id: int, *, as_json: bool) -> int:
    """One load: why it was stopped, and its rejected rows under the rule that each broke."""
    from tasks.quarantine.stopped_loads import broken_rules, stopped_load
    from tasks.resources import ready

    with ready() as resources, resources.engine.connect() as connection:
        load = stopped_load(connection, quarantine_id)
        rules = broken_rules(connection, load)
    if as_json:
        print_json(_plain(load) | {"rules": [asdict(rule) for rule in rules]})
        return WELL
    terminal = console()
    terminal.print(Text(f"Load {load.id}: {load.table} {load.title}", "bold"))
    terminal.print(_facts(load))
    terminal.print()
    terminal.print(Text(load.message))
    for rule in rules:
        terminal.print()
        _print_rule(terminal, rule)
    if load.state == "open":
        terminal.print(
            f'\n[dim]Right after all? jobindsats quarantine release {load.id} --reason "why it may be published"[/dim]',
        )
    return WELL


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
    terminal.print(Padding(lines, (0, 2)))
    shown = min(len(rule.rows), ROWS_SHOWN)
    if rule.offenders > shown:
        kept = f", {number(len(rule.rows))} of them kept" if len(rule.rows) < rule.offenders else ""
        more = "; --json has all that were kept" if len(rule.rows) > shown else ""
        terminal.print(Padding(f"[dim]{shown} of {number(rule.offenders)}{kept}{more}[/dim]", (0, 2)))


def _columns(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The columns that hold anything; those that say which cell it is come first, ours or the publisher's."""
    names = {name: len(FIRST) for row in rows for name, content in row.items() if content not in (None, {})}
    names |= {name: place for place, name in enumerate(FIRST) if name in names}
    return sorted(names, key=lambda name: names[name])


def _heading(name: str, *, rows: Sequence[Mapping[str, Any]]) -> str:
    """A column's name; one that holds numbers stands to the right."""
    numbers = all(isinstance(row.get(name), int | float | None) for row in rows)
    return f">{name}" if numbers else name


def release_load(quarantine_id: int, *, reason: str, by: str | None, as_json: bool) -> int:
    """Publish a stopped load; says what it changed."""
    prepare_orchestrator()
    from tasks.quarantine.release import release
    from tasks.resources import ready

    with ready() as resources:
        released = release(resources, quarantine_id, reason=reason, by=by or getpass.getuser())
    if as_json:
        print_json(asdict(released))
    else:
        _print_released(console(), released)
    return WELL


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
