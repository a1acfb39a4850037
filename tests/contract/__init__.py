"""The contract of the marts as it was given out, one file for each major version, and the law by which it may change.

`python -m tests.contract` writes down what was added since; what was lost or changed needs a new major version first.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from warehouse.marts.contract import MARTS, VERSION, entries

FOLDER = Path(__file__).parent
Contract = dict[str, dict[str, dict[str, Any]]]
"""Mart to column to its type, unit, whether it may be null, whether it is in the key, and since which version it is there."""


def major_of(version: str) -> int:
    """The first number of a version."""
    return int(version.split(".", maxsplit=1)[0])


def given_out(version: str = VERSION) -> Contract:
    """What was given out under the major version of a version."""
    return Contract(yaml.safe_load(_file(version).read_text(encoding="utf-8")))


def declared(*, since: Contract) -> Contract:
    """What the code declares now; a column that was given out keeps the version since which it is there."""
    contract: Contract = {table.name: {} for table in MARTS}
    for entry in entries():
        known = since.get(entry.table_name, {}).get(entry.column_name, {})
        contract[entry.table_name][entry.column_name] = {
            "type": entry.type,
            "unit": entry.unit,
            "nullable": entry.nullable,
            "in_key": entry.in_key,
            "since": known.get("since", entry.contract_version),
        }
    return contract


def broken(before: Contract, *, now: Contract) -> list[str]:
    """What a reader of the contract before could no longer lean on, in sentences; each needs a new major version."""
    found = []
    for mart, columns in before.items():
        for column, was in columns.items():
            became = now.get(mart, {}).get(column)
            if became is None:
                found.append(f"marts.{mart}.{column} is gone or has another name")
                continue
            found += [
                f"marts.{mart}.{column}: {what} was {was[what]} and is {became[what]}"
                for what in ("type", "unit", "in_key")
                if was[what] != became[what]
            ]
            if became["nullable"] and not was["nullable"]:
                found.append(f"marts.{mart}.{column} was never null and may be now")
    return found


def newest_since(contract: Contract) -> tuple[int, ...]:
    """The version that added something last, as numbers."""
    versions = {each["since"] for columns in contract.values() for each in columns.values()}
    return max(tuple(map(int, version.split("."))) for version in versions)


def _file(version: str) -> Path:
    return FOLDER / f"marts-{major_of(version)}.yml"


def main() -> None:
    """Write down what the code declares, unless that breaks what was given out."""
    before = given_out() if _file(VERSION).exists() else {}
    now = declared(since=before)
    if lost := broken(before, now=now):
        raise SystemExit("\n".join([*lost, "raise the first number of VERSION in warehouse/marts/contract.py"]))
    _file(VERSION).write_text(_written(now), encoding="utf-8")


def _written(contract: Contract) -> str:
    lines = [
        "# The contract of the marts as it was given out. Made by python -m tests.contract; never changed by hand."
    ]
    for mart, columns in contract.items():
        lines += ["", f"{mart}:"]
        lines += [
            f"  {column}: {yaml.safe_dump(each, default_flow_style=True, sort_keys=False, width=1000).strip()}"
            for column, each in columns.items()
        ]
    return "\n".join(lines) + "\n"
