"""What several commands share: the exit statuses, and options with their help."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

WELL, FAILED, WRONG_USE, ATTENTION = 0, 1, 2, 3
Json = Annotated[bool, Parameter(name="--json", negative="", help="Print one JSON document and nothing else.")]

Tables = Annotated[
    list[str] | None, Parameter(name="--table", negative="", help="Only this table; may be given again.")
]

Area = Annotated[str, Parameter(help="Name or code of a municipality, or 'Hele landet'.")]
AsOf = Annotated[str | None, Parameter(help="As it was known then: a date (end of day) or a time.")]
