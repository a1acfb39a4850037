"""What is asked of StatBank: the description of a table, and its figures for all areas, the declared members and quarters.

A variable that is not named in the catalogue is left out of the question, and StatBank sums over it. Quarters are named,
never counted, so that an answer can be held against what was asked.
"""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from tasks.sources.statbank.codes import write_quarter
from tasks.sources.statbank.metadata import CATALOGUE, BankMetadata, members_asked
from tasks.stoppages import Undeclared
from warehouse.catalogue.model import Table
from warehouse.periods import Period

# Above it the API answers REQUEST-LIMIT and names this figure (seen in public bug reports, 2024-11); BULK has no
# limit, but cannot leave a variable out.
CELL_LIMIT = 1_000_000


def metadata_of(table: Table) -> str:
    """The question for one table's description; the cheap one, since it says when the table was updated."""
    return f"/tableinfo/{table.id.upper()}?lang=da&format=JSON"


def figures(table: Table, *, metadata: BankMetadata, periods: tuple[Period, ...]) -> str:
    """The question for the figures of some quarters; raises Undeclared where it would not be the table's total."""
    _require_sums(table, metadata=metadata)
    members = [
        f"{hierarchy.id}={','.join(members_asked(metadata, hierarchy=hierarchy))}" for hierarchy in table.breakdowns
    ]
    quarters = ",".join(map(write_quarter, periods))
    asked = [f"{table.area.id}=*", *members, f"{metadata.time.variable_id}={quarters}"]
    return f"/data/{table.id.upper()}/CSV?lang=da&valuePresentation=CodeAndValue&delimiter=Semicolon&{'&'.join(asked)}"


def in_chunks(
    periods: tuple[Period, ...], *, table: Table, metadata: BankMetadata, cells_per_call: int = CELL_LIMIT
) -> list[tuple[Period, ...]]:
    """The quarters in runs whose cells fit one call; at least one quarter each, oldest first."""
    per_period = len(metadata.variable(table.area.id).texts)
    for hierarchy in table.breakdowns:
        per_period *= len(members_asked(metadata, hierarchy=hierarchy))
    size = max(1, cells_per_call // per_period)
    return [periods[start : start + size] for start in range(0, len(periods), size)]


def _require_sums(table: Table, *, metadata: BankMetadata) -> None:
    asked = {table.area.id, metadata.time.variable_id, *(hierarchy.id for hierarchy in table.breakdowns)}
    for variable in metadata.variables:
        if variable.variable_id not in asked and not variable.may_be_left_out:
            raise Undeclared(
                f"{table.id}: StatBank no longer sums over {variable.variable_id} where it is left out; nothing was "
                f"asked. Declare it as a breakdown of {table.id} in {CATALOGUE}, with its total as root",
                label=variable.variable_id,
            )


def quarters_asked(asked: str) -> tuple[str, ...]:
    """The quarters that a question for figures named, in StatBank's words; none for any other question."""
    named = parse_qs(urlsplit(asked).query).get("Tid", [])
    return tuple(quarter for written in named for quarter in written.split(","))
