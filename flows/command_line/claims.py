"""The command that checks the numbers of a paper against the warehouse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter
from rich.text import Text

from flows.command_line.options import WELL, Json
from flows.printing import console, print_json

VERDICTS = {"holds": "green", "holds within rounding": "green", "differs": "bold yellow", "cannot be checked": "dim"}


def claims(file: Annotated[Path, Parameter(name="FILE")], /, *, as_json: Json = False) -> int:
    """Hold the numbers of a paper, written down in a YAML file, against the warehouse."""
    from tasks.answers.claims import checked
    from tasks.resources import ready

    with ready() as resources, resources.engine.connect() as connection:
        rows = checked(connection, file=file)
    if as_json:
        print_json(rows)
    else:
        _print_claims(rows)
    return WELL


def _print_claims(rows: Sequence[Mapping[str, Any]]) -> None:
    """The claims of each document with their verdicts, then how many there are of each verdict."""
    terminal = console()
    for document in dict.fromkeys(row["document"] for row in rows):
        terminal.print(Text(f"\n{document}", "bold"))
        for row in rows:
            if row["document"] == document:
                terminal.print(_claim_in_words(row))
    terminal.print(", ".join(f"{sum(row['verdict'] == verdict for row in rows)} {verdict}" for verdict in VERDICTS))


def _claim_in_words(row: Mapping[str, Any]) -> Text:
    head = f"  {row['verdict']:<22}"
    said = f"{row['statement']} (item {row['point']})\n"
    return Text.assemble((head, VERDICTS[row["verdict"]]), said, (f"{'':<24}{row['reason']}", "dim"))
