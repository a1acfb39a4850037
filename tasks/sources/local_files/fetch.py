"""TODO"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from sqlalchemy import Connection

from tasks.plan import _mended
from tasks.resources import Border
from tasks.results import DUE, Decision, Found, Listing
from tasks.sources.archived_files import CONTRACT, _archived, _found
from tasks.sources.local_files.contract import Contract, read_contract
from tasks.sources.local_files.snapshot import read_stream, require_size
from tasks.stoppages import FileRefused
from warehouse.catalogue.publishers import LOCAL
from warehouse.history.dimensions import write_tables
from warehouse.yaml_files import ContractError

_CONTRACTS = {".yml", ".yaml"}


@dataclass(frozen=True)
class LocalFile:
    """A contract and the newest of the files it names; `older` are the others, which are not read."""

    contract: Contract
    contract_path: Path
    path: Path
    older: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Found:
    """What a folder holds: files with contracts, and a sentence for everything that does not fit."""

    files: tuple[LocalFile, ...]
    without_file: tuple[str, ...]
    without_contract: tuple[str, ...]
    wrong_contracts: tuple[str, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """Everything that does not fit, as it is to be said."""
        return (*self.wrong_contracts, *self.without_file, *self.without_contract)


def contracts_in(folder: Path) -> list[Path]:
    """Every contract in a folder and below it, by path; raises ContractError where there is no such folder."""
    if not folder.is_dir():
        raise ContractError(f"{folder} is not a folder: create it, or name the one that holds the contracts")
    return [path for path in _files_in(folder) if path.suffix.lower() in _CONTRACTS]


def look_into(folder: Path) -> Found:
    """Each contract of a folder with its newest file; what is wrong with one contract does not hide the others."""
    read: dict[Path, Contract] = {}
    wrong: list[str] = []
    for path in contracts_in(folder):
        try:
            read[path] = _read(path, folder=folder)
        except ContractError as error:
            wrong.append(str(error))
    clashes = _clashes(read, folder=folder)
    named = {path: _named_by(contract, beside=path) for path, contract in read.items()}
    return Found(
        files=tuple(
            LocalFile(read[path], path, found[-1], tuple(found[:-1]))
            for path, found in named.items()
            if found and read[path].id not in clashes
        ),
        without_file=tuple(_waiting(read[path], path=path) for path, found in named.items() if not found),
        without_contract=_strangers(folder, known={path for found in named.values() for path in found}),
        wrong_contracts=(*wrong, *clashes.values()),
    )


def read_local_file(file: LocalFile) -> pl.DataFrame:
    """The cells of a file, as `read_file` gives them; raises FileRefused."""
    with file.path.open("rb") as stream:
        return read_stream(stream, contract=file.contract, name=file.path.name)


def _files_in(folder: Path) -> list[Path]:
    """The files of a folder; hidden ones, and those by which a spreadsheet program marks a file as open, are nobody's."""
    return [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith((".", "~$")) and path.name != "README.md"
    ]


def _read(path: Path, *, folder: Path) -> Contract:
    name = path.relative_to(folder).as_posix()
    try:
        return read_contract(path.read_text(encoding="utf-8-sig"), name=name)
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


def _named_by(contract: Contract, *, beside: Path) -> list[Path]:
    """The files a contract names, the newest last; of those saved in the same instant, the last by name."""
    exact = beside.parent / contract.file
    try:
        found = [exact] if exact.is_file() else list(beside.parent.glob(contract.file))
    except ValueError:  # a pattern that no file system understands names no file
        found = []
    files = [path for path in found if path.is_file() and path.name[:2] != "~$" and path.suffix not in _CONTRACTS]
    return sorted(files, key=lambda path: (path.stat().st_mtime_ns, path.name))


def _waiting(contract: Contract, *, path: Path) -> str:
    return f"{path.name}: there is no file '{contract.file}' beside it; {contract.source.owner} has it to send"


def _strangers(folder: Path, *, known: set[Path]) -> tuple[str, ...]:
    strangers = [path for path in _files_in(folder) if path not in known and path.suffix.lower() not in _CONTRACTS]
    return tuple(
        f"{path.relative_to(folder).as_posix()}: no contract names this file; write one, rename it or take it away"
        for path in strangers
    )


def look_at_own_tables(border: Border, *, run_id: int, wanted: frozenset[str]) -> list[Found]:
    """The municipality's own tables, each with its contract; what fits no contract is said."""
    folder = border.settings.local_files
    if folder is None:
        return []
    looked = look_into(folder)
    files = [file for file in looked.files if not wanted or wanted & {LOCAL, file.contract.table.id}]
    with border.engine.begin() as connection:
        write_tables(connection, [file.contract.table for file in files], publisher=LOCAL, renew=False)
    with border.engine.connect() as connection:
        found = [_own(connection, file, run_id=run_id, border=border) for file in files]
    if wanted and LOCAL not in wanted:
        return found
    return [*found, *(_unfitting(looked) or _mended(LOCAL, border=border))]


def _own(connection: Connection, file: LocalFile, *, run_id: int, border: Border) -> Found:
    table_id = file.contract.table.id
    try:
        require_size(file.path.stat().st_size, contract=file.contract, name=file.path.name)
    except FileRefused as stoppage:
        return Found(Decision(table_id, DUE, f"found {file.path.name}", Listing(table_id)), stoppage=stoppage)
    try:
        contract = _archived(border, file.contract_path.name, file.contract_path.read_bytes(), kind=CONTRACT)
        content = _archived(border, file.path.name, file.path.read_bytes())
    except OSError as error:
        refused = FileRefused(f"{file.path.name} cannot be read: {error}. See to its rights, or save it anew")
        return Found(Decision(table_id, DUE, f"found {file.path.name}", Listing(table_id)), stoppage=refused)
    return _found(connection, table_id, files=[contract, content], run_id=run_id, border=border)


def _unfitting(looked: FolderFound) -> list[Found]:
    """Contracts that cannot be read stop; a contract without its file, or a file without contract, is said."""
    said = " ".join(f"{sentence}." for sentence in looked.sentences)
    if not said:
        return []
    stoppage = FileRefused(said) if looked.wrong_contracts else None
    outcome = DUE if stoppage else "not_due"
    return [Found(Decision(LOCAL, outcome, said, Listing(LOCAL)), stoppage=stoppage)]
