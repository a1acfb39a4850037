"""An answer's rows as cells: codes and texts mapped to areas, quarters and declared members, each value with its status.

Nothing undeclared passes: an area, a quarter or a member that the catalogue or StatBank's own description does not
know stops the table with its name. A row that is missing stops it too: a CSV holds each combination that was asked for,
so a shorter one was cut.

What stands in place of a figure, as Danmarks Statistik explains its signs (low confidence for `.`): `..` is hidden or
too uncertain, `-` is a true zero, `.` cannot exist and gives no cell. Where the description says that hidden values
are written as a figure (`suppressedDataValue`, `0` seen in FOLK1A, 2025-10), that figure may be either, and is hidden.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from io import BytesIO

import polars as pl

from tasks.sources.cells import KEY, SCHEMA, members_of, one_of_each, require_asked, require_each_came, tidy_labels
from tasks.sources.json_answers import not_promised
from tasks.sources.statbank.codes import is_left_out, likely_area, place_of, read_time
from tasks.sources.statbank.metadata import SETTING, BankMetadata, Variable, members_asked
from tasks.stoppages import BodyUnreadable, Undeclared, declared_anew, settled_by
from warehouse.catalogue.model import Measure, Table
from warehouse.periods import Period

HIDDEN, NIL, CANNOT_BE = "..", "-", "."
_WHOLE = r"\A-?[0-9]{1,15}\z"
_DECIMAL = r"\A-?[0-9]{1,15}(,[0-9]{1,15})?\z"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class _Column:
    """One column of labels: what each label stands for (None: kept out on purpose), and what to do about others."""

    name: str
    stands_for: Mapping[str, int | str | None]
    advice: str


def to_cells(body: bytes, *, table: Table, metadata: BankMetadata, periods: Collection[Period] = ()) -> pl.DataFrame:
    """One row per period x area x members, sorted; of `tasks.sources.cells.SCHEMA`.

    `periods` are those that were asked for: one that is missing would be taken for withdrawn. Raises BodyUnreadable,
    Undeclared, NotAsAsked and CellsDisagree, with the rows that caused it.
    """
    (measure,) = table.measures
    columns = _columns(table, metadata=metadata)
    of = f"/data/{table.id.upper()}"
    read = _read_body(body, of=of, columns=[*(column.name for column in columns), measure.label])
    rows = tidy_labels(read).with_columns(read[measure.label])  # a figure with a blank in it is none
    for column in columns:
        _require_declared(rows, column=column, table=table)
    _require_asked(rows, time=columns[1], periods=periods, of=of)
    _require_whole(rows, columns=columns, metadata=metadata, periods=periods, of=of)
    valued = _values(rows, measure=measure, hidden_as=metadata.hidden_as, of=of)
    cells = _keyed(valued, columns=columns, table=table).with_columns(measure=pl.lit(measure.name))
    return one_of_each(cells.select(*KEY, "value", "status").cast(SCHEMA), table=table)


def _read_body(body: bytes, *, of: str, columns: Collection[str]) -> pl.DataFrame:
    """One row per line after the header, every field a text, the columns named and ordered as in `columns`."""
    fields = read_fields(body.removeprefix(_BYTE_ORDER_MARK), of=of)
    header = [name.upper() for name in fields.columns]
    if sorted(header) != sorted(name.upper() for name in columns):
        raise BodyUnreadable(
            f"{of}: the columns are {', '.join(fields.columns)}, and {', '.join(columns)} were asked for"
        )
    short = fields.with_row_index("line", offset=2).filter(pl.any_horizontal(pl.col(fields.columns).is_null()))
    if short.height:
        raise BodyUnreadable(f"{of}: line {short['line'][0]} has fewer fields than the {len(header)} of the header")
    places = {name: header.index(name.upper()) for name in columns}
    return fields.select(fields.to_series(at).alias(name) for name, at in places.items())


def read_fields(body: bytes, *, of: str) -> pl.DataFrame:
    """One row per line after the header, every field a text, as it was written; raises BodyUnreadable."""
    if b";" not in body.partition(b"\n")[0]:
        raise BodyUnreadable(not_promised("a table of figures", body=body, of=of, setting=SETTING))
    try:
        return pl.read_csv(
            BytesIO(body), separator=";", infer_schema=False, empty_string_is_null=False, extra_columns="raise"
        )
    except pl.exceptions.PolarsError as error:
        start = body[:60].decode("utf-8", "replace").strip()
        raise BodyUnreadable(f"{of} sent something that is not a table in UTF-8 ('{start}...'): {error}") from error


def _columns(table: Table, *, metadata: BankMetadata) -> list[_Column]:
    """Area, time and breakdowns: each label that may stand there."""
    area = metadata.variable(table.area.id)
    places: dict[str, int | None] = {}
    for label, code in _labels(area.texts).items():
        place = place_of(code, text=area.texts[code], hierarchy=table.area)
        if place is not None or is_left_out(code, text=area.texts[code]):
            places[label] = place.key if place is not None else None
    quarters = {label: read_time(code).key for label, code in _labels(metadata.time.texts).items()}
    quarters |= {code: read_time(code).key for code in metadata.time.texts}
    return [
        _Column(area.variable_id, places, _advice(area, known=places, of=table.id)),
        _Column(metadata.time.variable_id, quarters, "Its own description does not offer it: ask again"),
        *(_breakdown(table, at=at, metadata=metadata) for at in range(len(table.breakdowns))),
    ]


def _advice(area: Variable, *, known: Collection[str], of: str) -> str:
    """What to do about areas that are not known: accept those that are spelled otherwise; others are nobody's to accept."""
    unknown = [code for label, code in _labels(area.texts).items() if label not in known]
    respelt = all(likely_area(code, text=area.texts[code]) for code in unknown)
    return settled_by(of) if respelt else declared_anew(of)


def _breakdown(table: Table, *, at: int, metadata: BankMetadata) -> _Column:
    hierarchy = table.breakdowns[at]
    asked = members_asked(metadata, hierarchy=hierarchy)
    texts = metadata.variable(hierarchy.id).texts
    labels = {f"{code} {texts[code]}": name for code, name in asked.items()}
    return _Column(hierarchy.id, labels, settled_by(table.id))


def _labels(texts: Mapping[str, str]) -> dict[str, str]:
    """Each value as it stands in an answer (`101 København`), to its code."""
    return {f"{code} {text}": code for code, text in texts.items()}


def _require_declared(rows: pl.DataFrame, *, column: _Column, table: Table) -> None:
    unknown = rows.filter(~pl.col(column.name).is_in(list(column.stands_for)))
    if unknown.height:
        label = unknown[column.name].sort()[0]
        raise Undeclared(
            f"{table.id}: '{label}' in the column {column.name} is not declared. {column.advice}",
            label=label,
            cells=unknown.head(1000).to_dicts(),
        )


def _require_asked(rows: pl.DataFrame, *, time: _Column, periods: Collection[Period], of: str) -> None:
    """No quarter that was not asked for; of areas all are, and members that are not are not declared."""
    asked = {period.key for period in periods}
    other = [label for label, key in time.stands_for.items() if asked and key not in asked]
    require_asked(rows, column=time.name, other=other, of=of)


def _require_whole(
    rows: pl.DataFrame, *, columns: list[_Column], metadata: BankMetadata, periods: Collection[Period], of: str
) -> None:
    """Each area and member that was asked for, in each quarter: nothing cut off and nothing left out."""
    area, time, *breakdowns = columns
    expected = len(metadata.variable(area.name).texts) * rows[time.name].n_unique()
    for column in breakdowns:
        expected *= len(column.stands_for)
    found = rows.select(column.name for column in columns).unique().height
    if found < expected or not rows.height:
        raise BodyUnreadable(f"{of} came with {found} cells, and {max(expected, 1)} were asked for: it was cut short")
    came = pl.Series([time.stands_for[label] for label in rows[time.name].unique()])
    require_each_came(came, asked={period.key for period in periods}, of=of)


def _keyed(rows: pl.DataFrame, *, columns: list[_Column], table: Table) -> pl.DataFrame:
    """The rows with our numbers of quarter and area, areas that are kept out dropped."""
    area, time, *breakdowns = columns
    members = [
        rows[column.name].replace_strict(column.stands_for, return_dtype=pl.String).alias(hierarchy.dimension)
        for column, hierarchy in zip(breakdowns, table.breakdowns, strict=True)
    ]
    return rows.with_columns(
        rows[area.name].replace_strict(area.stands_for, return_dtype=pl.Int16).alias("area_id"),
        rows[time.name].replace_strict(time.stands_for, return_dtype=pl.Int32).alias("period_id"),
        members_of(members, rows=rows.height).alias("members"),
    ).drop_nulls("area_id")


def _values(rows: pl.DataFrame, *, measure: Measure, hidden_as: str | None, of: str) -> pl.DataFrame:
    """The rows with value and status, those that cannot have a figure dropped.

    A full stop never separates thousands here, so a figure with one could be a thousandfold another: it is refused.
    """
    written = pl.col(measure.label)
    figure = written.str.contains(_WHOLE if measure.is_count else _DECIMAL)
    status = (
        pl.when(written.is_in([HIDDEN, hidden_as] if hidden_as else [HIDDEN]))
        .then(pl.lit("suppressed"))
        .when(figure | (written == NIL))
        .then(pl.lit("observed"))
        .when(written == CANNOT_BE)
        .then(pl.lit(CANNOT_BE))
    )
    read = rows.with_columns(status=status)
    _require_figures(read, measure=measure, of=of)
    number = pl.when(written == NIL).then(pl.lit("0")).otherwise(written).str.replace(",", ".", literal=True)
    observed = pl.col("status") == "observed"
    return read.filter(pl.col("status") != CANNOT_BE).with_columns(
        value=pl.when(observed).then(number).cast(pl.Float64, strict=True)
    )


def _require_figures(read: pl.DataFrame, *, measure: Measure, of: str) -> None:
    wrong = read.with_row_index("line", offset=2).filter(pl.col("status").is_null())
    if wrong.height:
        raise BodyUnreadable(
            f"{of}: '{wrong[measure.label][0]}' in the column {measure.label}, line {wrong['line'][0]}, is neither a figure "
            f"of {measure.name} as StatBank writes it (1234{'' if measure.is_count else ' or 1234,5'}) nor one of "
            f"{HIDDEN} {NIL} {CANNOT_BE}"
        )
