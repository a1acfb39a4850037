"""What several commands share: the exit statuses, options with their help, and an answer for programs or for people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from cyclopts import Parameter
from rich.text import Text

from flows.printing import console, print_json, tell

WELL, FAILED, WRONG_USE, ATTENTION = 0, 1, 2, 3
Json = Annotated[bool, Parameter(name="--json", negative="", help="Print one JSON document and nothing else.")]

Tables = Annotated[
    list[str] | None, Parameter(name="--table", negative="", help="Only this table; may be given again.")
]

OWN = "that of JOBINDSATS_MUNICIPALITY where none is named"
Area = Annotated[str | None, Parameter(help=f"Name or code of a municipality, or 'Hele landet'; {OWN}.")]
Areas = Annotated[
    list[str] | None,
    Parameter(name="--area", negative="", help=f"A municipality, or 'Hele landet'; {OWN}; may be given again."),
]
AsOf = Annotated[str | None, Parameter(help="As it was known then: a date (end of day) or a time.")]


def wrong_use(message: str) -> int:
    """Say on standard error what is wrong with a command line and what to write; gives the exit status."""
    tell(f"jobindsats: {message}")
    return WRONG_USE


def answered(document: Any, *, as_json: bool, shown: Callable[[], object], rehearsed: bool = False) -> int:
    """Print a document as JSON, or have it shown to a person; gives the exit status of a command that went well.

    Where its figures are `rehearsed`, and so invented, the last line that a person sees says so.
    """
    if as_json:
        print_json(document)
        return WELL
    shown()
    if rehearsed:
        from warehouse.database.rehearsal import REHEARSED

        console().print(Text(REHEARSED, "bold red"))
    return WELL
