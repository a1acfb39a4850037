"""What a contract in the folder must say beyond what makes it readable: figures read what it feeds, and sizes are declared.

A contract in the archive is not held to it: what was published under it then can still be read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tasks.sources.documents.size_words import size_in
from tasks.sources.local_files.contract import LONGEST_CONTRACT, Contract, ContractError
from tasks.sources.local_files.contract_fields import Column
from tasks.sources.local_files.rows import Cell, Row, refused
from warehouse.catalogue.feeds import FEEDS_READ, IN_MONTHS, TOTALS_READ
from warehouse.formats.yaml_files import YamlFile
from warehouse.periods import PeriodKind

_Place = tuple[str | int, ...]


def require_in_force(contract: Contract, *, text: str, name: str) -> None:
    """Raise ContractError, with line and key, where figures cannot read what it feeds or a size is not declared."""
    found = [*_of_feeds(contract), *_of_sizes(contract)]
    if found:
        file = YamlFile(text, longest=LONGEST_CONTRACT)
        said = [f"line {file.line_of(place)}: {'.'.join(map(str, place))}: {problem}" for place, problem in found]
        raise ContractError(f"{name}, {'; '.join(said[:5])}")


def _of_feeds(contract: Contract) -> Iterator[tuple[_Place, str]]:
    if contract.feeds is None:
        return
    read = FEEDS_READ.get(contract.feeds)
    names = [column.name for column in contract.columns]
    if read is None:
        yield ("feeds",), f"no figure reads '{contract.feeds}': leave it out, or write one of {', '.join(FEEDS_READ)}"
    elif not any(name.endswith(each.removeprefix("*")) for name in names for each in read):
        wanted = " or ".join(each.replace("*", "a name that ends in ") for each in read)
        yield (
            ("feeds",),
            f"for `feeds: {contract.feeds}` figures read {wanted}, and the table has {', '.join(names)}: name the "
            "measure so if it is that, or leave `feeds` out",
        )
    else:
        yield from _of_totals(contract, measures=[name for name in names if name in read or "*cases" in read])
        yield from _of_months(contract, measures=names)


def _of_totals(contract: Contract, *, measures: Sequence[str]) -> Iterator[tuple[_Place, str]]:
    """A breakdown without a total has nothing for a figure that reads totals only."""
    if not TOTALS_READ.issuperset(measures):
        return
    for at, key in enumerate(contract.keys):
        if key.total is None:
            yield (
                ("keys", at),
                f"for `feeds: {contract.feeds}` figures read the total of {', '.join(measures)} only: declare which text of "
                f"'{key.column}' is the `total`, or leave `feeds` out",
            )


def _of_months(contract: Contract, *, measures: Sequence[str]) -> Iterator[tuple[_Place, str]]:
    """What is followed up month by month is of months, quarters or years that do not overlap."""
    found = sorted(IN_MONTHS.intersection(measures))
    if found and contract.table.period not in (PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.YEAR):
        yield (
            ("period",),
            f"{' and '.join(found)} are followed up month by month: give them for months, quarters or years, not for "
            f"{contract.table.period}",
        )


def _of_sizes(contract: Contract) -> Iterator[tuple[_Place, str]]:
    for at, column in enumerate(contract.columns):
        sizes = {size_in(text) for text in (column.label, *column.headers)} - {1}
        if sizes and not has_factor(column):
            (size, *_) = sorted(sizes)
            yield (
                ("columns", at, "label"),
                f"'{column.label}' counts in {size:,}: declare `factor: {size}`, or `factor: 1` if its numbers are whole ones",
            )


def has_factor(column: Column) -> bool:
    """Whether the contract itself says by what this column's numbers are to be multiplied."""
    return "factor" in column.model_fields_set


def require_sizes_declared(above: Sequence[Row], *, contract: Contract, name: str) -> None:
    """Raise FileRefused where a text above the header says that numbers are in thousands, and no measure has a `factor`."""
    if any(map(has_factor, contract.columns)):
        return
    for row in above:
        for at, cell in enumerate(row.cells):
            size = _size(cell)
            if size > 1:
                raise refused(
                    name,
                    row=row.number,
                    at=at,
                    expected=f"a `factor` in the contract, as the text above the table counts in {size:,}",
                    found="none",
                    advice=f"Declare `factor: {size}` for the measures that it is about, `factor: 1` for the others",
                )


def _size(cell: Cell) -> int:
    return size_in(cell) if isinstance(cell, str) else 1
