"""Commands for the archive: its size by what still refers to it, and removal of what nothing refers to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from flows.command_line.options import WELL, Json
from flows.printing import console, grid, number, print_json

if TYPE_CHECKING:
    from tasks.upkeep.retention import File

archive = App(name="archive", help="What the archive holds and what rests on it; what lies there for nothing.")

Days = Annotated[int, Parameter(name="--older-than", help="What nothing rests on is kept for so many days.")]

IN_WORDS = {
    "published": "published vintages",
    "stopped": "loads in quarantine that are open",
    "backfill": "backfills that are not done",
    "receipt": "receipts of what was published and assumed",
    "recent": "nothing, but of the last {days} days",
    "other": "files that are not the archive's own",
    "none": "nothing, and older",
}


@archive.command
def show(*, older_than_days: Days = 365, as_json: Json = False) -> int:
    """Show what the archive holds, by what rests on it and by table, in bytes."""
    from tasks.resources import ready
    from tasks.upkeep.retention import look_through

    with ready() as resources:
        root = resources.archive.root
        files = look_through(resources, older_than_days=older_than_days)
    purposes, tables = _by_purpose(files), _by_table(files)
    if as_json:
        print_json({"archive": root, **counted(files), "purposes": purposes, "tables": tables})
        return WELL
    console().print(f"{root}: {number(len(files))} files, {size(sum(file.size for file in files))}\n")
    _print_by_purpose(purposes, days=older_than_days)
    console().print()
    _print_by_table(tables)
    return WELL


def _by_purpose(files: Sequence[File]) -> list[dict[str, Any]]:
    return [
        {"purpose": purpose, **counted([file for file in files if file.purpose == purpose])} for purpose in IN_WORDS
    ]


def _by_table(files: Sequence[File]) -> list[dict[str, Any]]:
    tables = sorted({file.table for file in files if file.table})
    return [{"table": table, **counted([file for file in files if file.table == table])} for table in tables]


def counted(files: Sequence[File]) -> dict[str, int]:
    """How many looks, answers and other files, and their bytes as they lie there."""
    looks, answers = sum(file.is_look for file in files), sum(file.is_answer for file in files)
    rest = len(files) - looks - answers
    return {"looks": looks, "answers": answers, "others": rest, "bytes": sum(file.size for file in files)}


def _print_by_purpose(rows: Sequence[dict[str, Any]], *, days: int) -> None:
    lines = grid("what rests on it", ">looks", ">answers", ">other files", ">size")
    for row in rows:
        if row["bytes"] or row["purpose"] in ("published", "none"):
            lines.add_row(IN_WORDS[row["purpose"]].format(days=days), *_cells(row))
    console().print(lines)
    if rows[-1]["bytes"]:
        console().print("`jobindsats archive tidy` lists what nothing rests on; with --remove it goes.")


def _print_by_table(rows: Sequence[dict[str, Any]]) -> None:
    lines = grid("table", ">looks", ">answers", ">other files", ">size")
    for row in rows:
        lines.add_row(row["table"], *_cells(row))
    console().print(lines)


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    return (number(row["looks"]), number(row["answers"]), number(row["others"]), size(row["bytes"]))


@archive.command
def tidy(
    *,
    older_than_days: Days = 365,
    remove: Annotated[bool, Parameter(negative="", help="Remove it; without this it is only listed.")] = False,
    as_json: Json = False,
) -> int:
    """List what lies in the archive for nothing; with --remove, remove it. What figures rest on always stays."""
    from tasks.resources import ready
    from tasks.upkeep import retention

    with ready() as resources:
        tidied = (retention.tidy if remove else retention.for_nothing)(resources, older_than_days=older_than_days)
    answer = {"archive": tidied.archive, "older_than_days": older_than_days, "removed": tidied.removed}
    if as_json:
        print_json({**answer, **counted(tidied.files), "files": [file.name for file in tidied.files]})
        return WELL
    _print_looks(tidied.files)
    console().print(_tidied_in_words(counted(tidied.files), removed=tidied.removed, days=older_than_days))
    return WELL


def _print_looks(files: Sequence[File]) -> None:
    """The looks nothing rests on, a line per table: how many, of which days."""
    lines = grid("table", ">looks", "the first", "the last", ">size")
    looks = [file for file in files if file.is_look]
    for table in sorted({file.table or "" for file in looks}):
        of_table = [file for file in looks if file.table == table]
        days = sorted(file.name.split("/")[2][:8] for file in of_table)
        first, last = (f"{day[:4]}-{day[4:6]}-{day[6:]}" for day in (days[0], days[-1]))
        lines.add_row(table, number(len(of_table)), first, last, size(sum(file.size for file in of_table)))
    if looks:
        console().print(lines)
        console().print()


def _tidied_in_words(found: dict[str, int], *, removed: bool, days: int) -> str:
    names = {"looks": "look", "answers": "answer", "others": "half-written file"}
    parts = [
        f"{number(found[name])} {word}{'s' if found[name] > 1 else ''}" for name, word in names.items() if found[name]
    ]
    if not parts:
        return f"Nothing that is older than {days} days lies there for nothing."
    what = " and ".join(", ".join(parts).rsplit(", ", 1))
    if removed:
        return f"Removed: {what}, {size(found['bytes'])}. What figures rest on is untouched."
    return f"Nothing rests on {what}, {size(found['bytes'])}. Nothing was removed; --remove does."


def size(of_bytes: int) -> str:
    """Bytes for a person."""
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if of_bytes >= factor:
            return f"{of_bytes / factor:,.1f} {unit}"
    return f"{of_bytes} B"
