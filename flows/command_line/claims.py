"""TODO"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.text import Text

from flows.command_line.figures import WELL
from flows.printing import console, print_json

VERDICTS = {"holds": "green", "holds within rounding": "green", "differs": "bold yellow", "cannot be checked": "dim"}


def check_claims(file: Path, *, as_json: bool) -> int:
    """A paper's own numbers, each with its verdict."""
    from tasks.answers.claims import checked
    from tasks.resources import ready

    with ready() as resources, resources.engine.connect() as connection:
        rows = checked(connection, file=file)
    if as_json:
        print_json(rows)
        return WELL
    terminal = console()
    for document in dict.fromkeys(row["document"] for row in rows):
        terminal.print(Text(f"\n{document}", "bold"))
        for row in rows:
            if row["document"] == document:
                terminal.print(_claim_in_words(row))
    terminal.print(", ".join(f"{sum(row['verdict'] == verdict for row in rows)} {verdict}" for verdict in VERDICTS))
    return WELL


def _claim_in_words(row: Mapping[str, Any]) -> Text:
    head = f"  {row['verdict']:<22}"
    said = f"{row['statement']} (item {row['point']})\n"
    return Text.assemble((head, VERDICTS[row["verdict"]]), said, (f"{'':<24}{row['reason']}", "dim"))
