"""Finds a municipality's own tables: the folder that holds each contract with its newest file, and what does not fit.

What fits no contract is said, never passed over: a file that somebody saved under another name would otherwise look
like a month without news.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tasks.results import DUE, Due, Listing
from tasks.sources.access import CONTRACT, Access, ArchivedFile, archive_file, due_of, fetch_archived, readable_again
from tasks.sources.documents.plain_file import is_linked, read_still
from tasks.sources.local_files.contract import LONGEST_CONTRACT, Contract, ContractError, read_contract
from tasks.sources.local_files.contract_checks import require_in_force
from tasks.sources.local_files.csv_reader import require_ended
from tasks.sources.local_files.snapshot import require_size
from tasks.stoppages import FileRefused
from warehouse.catalogue.publishers import LOCAL, LOCAL_PREFIX
from warehouse.danish.writing import MONTHS
from warehouse.formats.clean_text import composed
from warehouse.formats.plain_file import LINKED, FileUnfit, read_in_folder
from warehouse.settings import Settings

_CONTRACTS = {".yml", ".yaml"}
_MOST_BYTES_OF_A_SIGN = 4

fetch = fetch_archived


@dataclass(frozen=True)
class LocalFile:
    """A contract and the newest of the files it names; `older` are the others, which are not read."""

    contract: Contract
    contract_path: Path
    path: Path
    older: tuple[Path, ...] = ()

    def require_newest(self) -> None:
        """Raise FileRefused where the file saved last is by its name older than another, and the contract is silent."""
        newer = [path for path in self.older if _precedes(self.path, path)]
        if newer and self.contract.newest is None:
            latest = max(newer, key=_numbers)
            raise FileRefused(
                f"{self.path.name} was saved last, and by its name it is older than {latest.name}: neither is read. "
                "Take away the one that does not count, or declare `newest: name` where the names tell which is newest, "
                "`newest: saved` where the time of saving does"
            )


@dataclass(frozen=True)
class Folder:
    """What a folder holds: files with contracts, and a sentence for everything that does not fit, wrong contracts first."""

    files: tuple[LocalFile, ...]
    sentences: tuple[str, ...]
    wrong_contracts: tuple[str, ...]


def is_configured(settings: Settings) -> bool:
    """Whether a setting names the folder."""
    return settings.local_files is not None


def due(access: Access, *, wanted: frozenset[str]) -> list[Due]:
    """The municipality's own tables, each with its contract; what fits no contract, and who has none, is said."""
    folder = look_into(access.settings.local_files or Path())
    files = [file for file in folder.files if not wanted or wanted & {LOCAL, file.contract.table.id}]
    found = [_due(file, access=access) for file in files]
    if wanted and LOCAL not in wanted:
        lacking = {name for name in wanted if name.startswith(LOCAL_PREFIX)} - {each.table_id for each in found}
        return [*found, *(_not_there(table_id, folder=folder) for table_id in sorted(lacking))]
    return [*found, *(_unfitting(folder) or readable_again(LOCAL, access=access))]


def _not_there(table_id: str, *, folder: Folder) -> Due:
    """A table that a person asked for by its id and that no contract with a file declares: what may be the reason."""
    there = ", ".join(file.contract.table.id for file in folder.files) or "none"
    why = "".join(f" {sentence}." for sentence in folder.sentences)
    said = f"no contract in the folder that could be read, with a file beside it, declares {table_id}; there is {there}.{why}"
    return Due(table_id, "failed", said, Listing(table_id))


def _due(file: LocalFile, *, access: Access) -> Due:
    table = file.contract.table
    try:
        file.require_newest()
        contract, content = _archived(file, access=access)
    except FileRefused as stoppage:
        reason = f"found {file.path.name}"
        return Due(table.id, DUE, reason, Listing(table.id), stoppage=stoppage, declared=table)
    return due_of(table.id, files=[contract, content], access=access, declared=table)


def _archived(file: LocalFile, *, access: Access) -> tuple[ArchivedFile, ArchivedFile]:
    """A contract and its file, archived; raises FileRefused."""
    require_size(file.path.stat().st_size, contract=file.contract, name=file.path.name)
    contract = _whole(file.contract_path, most=LONGEST_CONTRACT * _MOST_BYTES_OF_A_SIGN)
    content = _whole(file.path, most=file.contract.limits.largest_bytes)
    require_ended(content, contract=file.contract, name=file.path.name)
    return (
        archive_file(access, file.contract_path.name, contract, kind=CONTRACT),
        archive_file(access, file.path.name, content),
    )


def _whole(path: Path, *, most: int) -> bytes:
    try:
        return read_still(path, most=most)
    except FileUnfit as reason:
        raise FileRefused(f"{path.name} {reason}") from reason
    except OSError as error:
        raise FileRefused(
            f"{path.name} cannot be read ({error.strerror}). See to its rights, or save it anew"
        ) from error


def _unfitting(folder: Folder) -> list[Due]:
    """Contracts that cannot be read stop; a contract without its file, or a file without contract, is said."""
    said = " ".join(f"{sentence}." for sentence in folder.sentences)
    if not said:
        return []
    stoppage = FileRefused(said) if folder.wrong_contracts else None
    return [Due(LOCAL, DUE if stoppage else "not_due", said, Listing(LOCAL), stoppage=stoppage)]


def look_into(folder: Path) -> Folder:
    """Each contract of a folder with its newest file; what is wrong with one contract does not hide the others."""
    read: dict[Path, Contract] = {}
    wrong: list[str] = []
    for path in contracts_in(folder):
        try:
            read[path] = _read(path, folder=folder)
        except ContractError as error:
            wrong.append(str(error))
    clashes = _clashes(read, folder=folder)
    named = {path: _named_by(contract, beside=path, folder=folder) for path, contract in read.items()}
    wrong += clashes.values()
    waiting = [_waiting(read[path], path=path) for path, found in named.items() if not found]
    strangers = _strangers(folder, known={path for found in named.values() for path in found})
    links = [f"{path.relative_to(folder).as_posix()} {LINKED}" for path in _seen_in(folder) if path.is_symlink()]
    return Folder(
        files=tuple(
            LocalFile(read[path], path, found[-1], tuple(found[:-1]))
            for path, found in named.items()
            if found and read[path].id not in clashes
        ),
        sentences=(*wrong, *waiting, *strangers, *links),
        wrong_contracts=tuple(wrong),
    )


def contracts_in(folder: Path) -> list[Path]:
    """Every contract in a folder and below it, by path; raises ContractError where there is no such folder."""
    if not folder.is_dir():
        raise ContractError(f"{folder} is not a folder: create it, or name the one that holds the contracts")
    return [path for path in _files_in(folder) if path.suffix.lower() in _CONTRACTS]


def _files_in(folder: Path) -> list[Path]:
    return [path for path in _seen_in(folder) if not is_linked(path, folder=folder) and path.is_file()]


def _seen_in(folder: Path) -> list[Path]:
    """What lies in a folder; hidden files, and those by which a spreadsheet program marks a file as open, are left out."""
    return [
        path for path in sorted(folder.rglob("*")) if not path.name.startswith((".", "~$")) and path.name != "README.md"
    ]


def _read(path: Path, *, folder: Path) -> Contract:
    name = path.relative_to(folder).as_posix()
    try:
        text = read_in_folder(path, most_characters=LONGEST_CONTRACT).decode("utf-8-sig")
        contract = read_contract(text, name=name)
        require_in_force(contract, text=text, name=name)
        return contract
    except FileUnfit as reason:
        raise ContractError(f"{name} {reason}") from reason
    except (OSError, UnicodeDecodeError) as error:
        raise ContractError(f"{name}: this contract cannot be read as UTF-8 text: {error}") from error


def _clashes(read: dict[Path, Contract], *, folder: Path) -> dict[str, str]:
    """The tables that more than one contract claims: neither is read, since one would withdraw the other's figures."""
    claimed = Counter(contract.id for contract in read.values())
    names = {
        table: [path.relative_to(folder).as_posix() for path, contract in read.items() if contract.id == table]
        for table, count in claimed.items()
        if count > 1
    }
    return {
        table: f"{' and '.join(paths)}: all declare `table: {table}`; none of them is read until each has its own"
        for table, paths in names.items()
    }


def _named_by(contract: Contract, *, beside: Path, folder: Path) -> list[Path]:
    """The files a contract names, the newest last: by the names' numbers where it says so, else by the time of saving."""
    exact = beside.parent / contract.file
    try:
        found = [exact] if exact.is_file() else list(beside.parent.glob(contract.file))
    except (ValueError, OSError):  # a pattern that no file system understands, or of more than 255 signs, names no file
        found = []
    files = [
        path
        for path in found
        if not is_linked(path, folder=folder)
        and path.is_file()
        and path.name[:2] != "~$"
        and path.suffix not in _CONTRACTS
    ]
    by_time = sorted(files, key=lambda path: (path.stat().st_mtime_ns, _in_order(path.name)))
    return sorted(by_time, key=_numbers) if contract.newest == "name" else by_time


_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})[-._ ](\d{1,2})[-._ ](\d{4})(?!\d)")
_PART_FIRST = re.compile(r"(?<!\d)(\d{1,2})\.?[-_ ]*(?:halvår|kvartal|kvt\.?)?[-._ ]+(\d{4})(?!\d)")
_MONTH = re.compile(rf"(?<![^\W\d_])({'|'.join(MONTHS)})(?![^\W\d_])")


def _numbers(path: Path) -> tuple[int, ...]:
    """The numbers in a file's name, the year first where it is a date: `budget 15-03-2024` and `marts 2024` are 2024, 3."""
    name = _MONTH.sub(lambda found: f"{MONTHS.index(found[0]) + 1}", composed(path.stem).casefold())
    name = _PART_FIRST.sub(r"\2-\1", _DAY_FIRST.sub(r"\3-\2-\1", name))
    return tuple(map(int, re.findall(r"\d+", name)))


def _precedes(path: Path, other: Path) -> bool:
    """Whether a name's numbers are less than another's, as far as both have some."""
    return any(one < two for one, two in _first_difference(_numbers(path), _numbers(other)))


def _first_difference(one: Sequence[int], other: Sequence[int]) -> list[tuple[int, int]]:
    return [pair for pair in zip(one, other, strict=False) if pair[0] != pair[1]][:1]


def _in_order(name: str) -> str:
    """A name that sorts as a person counts: `list-10` after `list-9`."""
    return re.sub(r"\d+", lambda found: found[0].zfill(20), name)


def _waiting(contract: Contract, *, path: Path) -> str:
    return f"{path.name}: there is no file '{contract.file[:100]}' beside it; {contract.source.owner} has it to send"


def _strangers(folder: Path, *, known: set[Path]) -> tuple[str, ...]:
    strangers = [path for path in _files_in(folder) if path not in known and path.suffix.lower() not in _CONTRACTS]
    return tuple(
        f"{path.relative_to(folder).as_posix()}: no contract names this file; write one, rename it or take it away"
        for path in strangers
    )
