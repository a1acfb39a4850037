"""The bank behind the server: its answer to each path, its refusals, and the calls it got."""

from __future__ import annotations

import csv
import io
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from itertools import product
from typing import Any
from urllib.parse import unquote, urlsplit

from tests.standin import faults, noise
from tests.standin.publisher import CALLS_KEPT, CSV_TYPE, Publisher, Reply, json_reply
from tests.standin.statbank import redescribed
from tests.standin.statbank.queries import BankQuestion, BankRefusal, question
from tests.standin.statbank.tables import BankTable, Variable, tables

PREFIX = faults.STATBANK
Rows = list[list[str]]
_PAGE = "<!DOCTYPE html><html lang='da'><head><title>Statistikbanken</title></head><body>Vi opdaterer</body></html>"


def _wrong_columns(header: list[str], rows: Rows, seed: int) -> tuple[list[str], Rows]:
    """The column of figures is missing."""
    return header[:-1], [row[:-1] for row in rows]


def _renamed_label(header: list[str], rows: Rows, seed: int) -> tuple[list[str], Rows]:
    """The column of figures under another name."""
    return [*header[:-1], f"{header[-1]} (ny opgørelse)"], rows


def _duplicated_rows(header: list[str], rows: Rows, seed: int) -> tuple[list[str], Rows]:
    """About one row in ten comes twice, and the first does."""
    return header, rows + [row for at, row in enumerate(rows) if at == 0 or noise.chance(seed, at) < 0.1]


def _missing_municipalities(header: list[str], rows: Rows, seed: int) -> tuple[list[str], Rows]:
    """About a third of the areas is not there, and one at least; the country is."""
    at = header.index("OMRÅDE")
    areas = sorted({row[at] for row in rows if not row[at].startswith("000")})
    gone = [area for area in areas if noise.chance(seed, area) < 0.33] or areas[:1]
    return header, [row for row in rows if row[at] not in gone]


def _null_storm(header: list[str], rows: Rows, seed: int) -> tuple[list[str], Rows]:
    """About a third of the figures is hidden."""
    return header, [[*row[:-1], ".." if noise.chance(seed, at) < 1 / 3 else row[-1]] for at, row in enumerate(rows)]


def _half_the_rows(header: list[str], rows: Rows, seed: int) -> tuple[list[str], Rows]:
    """Every second row is not there."""
    return header, rows[::2]


ON_DATA: Mapping[str, Callable[[list[str], Rows, int], tuple[list[str], Rows]]] = {
    "wrong-columns": _wrong_columns,
    "renamed-label": _renamed_label,
    "duplicated-rows": _duplicated_rows,
    "missing-municipalities": _missing_municipalities,
    "null-storm": _null_storm,
    "half-the-rows": _half_the_rows,
}
HITTING = {*faults.ON_EVERY_CALL, *ON_DATA, *redescribed.NAMES, faults.RELEASE}


class Bank:
    """Answers StatBank's GET calls on the clock, the seed and the faults of the publisher beside it."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher
        self._calls: deque[dict[str, Any]] = deque(maxlen=CALLS_KEPT)
        self._moved: set[str] = set()
        self._lock = threading.Lock()

    def reply(self, target: str, *, port: int) -> Reply:
        """Answer one call and note it."""
        drawn = self._publisher.drawn_for_statbank(target)
        hit = tuple(name for name in drawn if name in HITTING and redescribed.can_hit(name, target))
        found = _broken(hit, f"http://127.0.0.2:{port}{target}") or self._answered(target.removeprefix(PREFIX), hit)
        reply = replace(found, faults=hit)
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        call = {"method": "GET", "path": target, "status": reply.status, "faults": list(hit), "time": now}
        with self._lock:
            self._calls.append(call)
        return reply

    def calls(self) -> list[dict[str, Any]]:
        """The newest calls, oldest first."""
        with self._lock:
            return list(self._calls)

    def _answered(self, target: str, hit: tuple[str, ...]) -> Reply:
        split = urlsplit(target)
        try:
            match unquote(split.path).strip("/").split("/"):
                case ["v1", "tables"]:
                    return json_reply([_listed(table) for table in self._tables().values()])
                case ["v1", "tableinfo", table_id]:
                    return json_reply(_described(redescribed.described(self._table(table_id), hit)))
                case ["v1", "data", table_id, form]:
                    return self._data(table_id, form, split.query, hit)
                case _:
                    return _refused(HTTPStatus.NOT_FOUND, "REQUEST-NOTFOUND", "Not Found")
        except BankRefusal as refused:
            return _refused(HTTPStatus.BAD_REQUEST, refused.code, refused.message)

    def _tables(self) -> Mapping[str, BankTable]:
        return tables(self._publisher.today, seed=self._publisher.settings.seed)

    def _table(self, table_id: str) -> BankTable:
        found = self._tables().get(table_id.upper())
        if found is None:
            raise BankRefusal("EXTRACT-NOTFOUND", f"Tabel findes ikke: {table_id}")
        moved = timedelta(hours=1 if found.id in self._moved else 0)
        return replace(found, updated_at=found.updated_at + moved)

    def _data(self, table_id: str, form: str, query: str, hit: tuple[str, ...]) -> Reply:
        table = redescribed.described(self._table(table_id), hit)
        header, rows = _rows(table, question(table, form, query))
        for name in hit:
            if name in ON_DATA:
                header, rows = ON_DATA[name](header, rows, noise.key(self._publisher.settings.seed, name, table_id))
        if faults.RELEASE in hit:
            self._moved.add(table.id)
        return Reply(200, _as_csv(header, rows), CSV_TYPE)


def _broken(hit: tuple[str, ...], elsewhere: str) -> Reply | None:
    """The answer of something in front of the bank, where a fault asks for one."""
    if "redirect" in hit:
        return Reply(302, b"", headers=(("Location", elsewhere),))
    if "html-200" in hit:
        return Reply(200, _PAGE.encode(), "text/html; charset=utf-8")
    for name in hit:
        if name in faults.STATUSES:
            status = HTTPStatus(faults.STATUSES[name])
            headers = (("Retry-After", "1"),) if status == HTTPStatus.TOO_MANY_REQUESTS else ()
            return replace(_refused(status, "SERVER", status.phrase), headers=headers)
    return None


def _refused(status: HTTPStatus, code: str, message: str) -> Reply:
    return json_reply({"errorTypeCode": code, "message": message}, status=status)


def _listed(table: BankTable) -> dict[str, Any]:
    """A line of the answer of `/tables`."""
    [*_, newest] = next(variable.values for variable in table.variables if variable.is_time)
    [oldest, *_] = next(variable.values for variable in table.variables if variable.is_time)
    return {
        "id": table.id,
        "text": table.text,
        "unit": "Antal",
        "updated": table.updated_at.isoformat(),
        "firstPeriod": oldest,
        "latestPeriod": newest,
        "active": True,
        "variables": [variable.text for variable in table.variables],
    }


def _described(table: BankTable) -> dict[str, Any]:
    """The answer of `/tableinfo`, its keys in the order that was seen."""
    *names, last = [variable.text for variable in table.variables]
    return {
        "id": table.id,
        "text": table.text,
        "description": f"{table.text} efter {', '.join(names)} og {last}",
        "unit": "Antal",
        "suppressedDataValue": "0",
        "updated": table.updated_at.isoformat(),
        "active": True,
        "contacts": [],
        "documentation": None,
        "footnote": None,
        "variables": [_variable(variable) for variable in table.variables],
    }


def _variable(variable: Variable) -> dict[str, Any]:
    described: dict[str, Any] = {
        "id": variable.id,
        "text": variable.text,
        "elimination": variable.elimination,
        "time": variable.is_time,
    }
    if variable.id == "OMRÅDE":
        described["map"] = "Denmark_municipality_07"
    return described | {"values": [{"id": code, "text": text} for code, text in variable.values.items()]}


def _rows(table: BankTable, asked: BankQuestion) -> tuple[list[str], Rows]:
    """A header in capitals, and a row for each combination of the codes asked for."""
    own = {variable.id: variable for variable in table.variables}
    labels = [_labels(own[name], codes, asked.presentation) for name, codes in asked.codes.items()]
    figures = (table.figure(dict(zip(asked.codes, codes, strict=True))) for codes in product(*asked.codes.values()))
    rows = [[*texts, figure] for texts, figure in zip(product(*labels), figures, strict=True)]
    return [*(name.upper() for name in asked.codes), "INDHOLD"], rows


def _labels(variable: Variable, codes: tuple[str, ...], presentation: str) -> list[str]:
    if variable.is_time:  # whether a quarter comes twice as other values do is not known
        return list(codes)
    written = {"Code": "{0}", "CodeAndValue": "{0} {1}", "ValueAndCode": "{1} {0}"}.get(presentation, "{1}")
    return [written.format(code, variable.values[code]) for code in codes]


def _as_csv(header: list[str], rows: Rows) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=";", lineterminator="\r\n").writerows([header, *rows])
    return out.getvalue().encode("utf-8-sig")
