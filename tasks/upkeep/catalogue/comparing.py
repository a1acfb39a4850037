"""Compares declared tables with what their publishers say of them now, and takes a person's word for what differs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Literal

from tasks.archive.store import ArchiveTrouble
from tasks.sources.access import Access
from tasks.sources.declarations import declared_tables
from tasks.sources.differences import Difference, differences, gone
from tasks.sources.jobindsats import describe as jobindsats
from tasks.sources.jobindsats.client import metadata_of as jobindsats_metadata_of
from tasks.sources.jobindsats.metadata import read_metadata as read_jobindsats
from tasks.sources.jobindsats.placed import placed
from tasks.sources.jobindsats.snapshot import labels_of as labels_of_jobindsats
from tasks.sources.label_changes import Labels, renumbered_by
from tasks.sources.registry import Snapshot, snapshot_of
from tasks.sources.statbank import describe as statbank
from tasks.sources.statbank.fetch import metadata_of as statbank_metadata_of
from tasks.sources.statbank.fetch import require_sums
from tasks.sources.statbank.metadata import read_metadata as read_statbank
from tasks.sources.statbank.metadata import takes_every_member
from tasks.sources.statbank.placed import placed as placed_at_statbank
from tasks.sources.statbank.snapshot import labels_of as labels_of_statbank
from tasks.stoppages import PublisherTrouble, Stoppage, TokenMissing, TokenRefused, never_listed
from tasks.upkeep.catalogue.adopting import Told, write
from warehouse.catalogue.additions import appended, content_of, file_of, look_into
from warehouse.catalogue.model import CatalogueError, Table
from warehouse.catalogue.model import jobindsats as shipped_jobindsats
from warehouse.catalogue.model import statbank as shipped_statbank
from warehouse.danish.clock import danish_day
from warehouse.errors import QuestionError


@dataclass(frozen=True)
class Compared:
    """One table beside its publisher: what differs, and why it could not be compared where it could not.

    `listed` is false where the publisher does not have it: before its time, after its retirement, or unexpectedly, which is
    its `trouble` where nothing of it was ever loaded.
    """

    table: str
    publisher: str
    differences: tuple[Difference, ...] = ()
    trouble: str = ""
    listed: bool = True

    @property
    def of_publisher(self) -> bool:
        """Whether it is no table, but why a publisher's tables could not be compared."""
        return self.table == self.publisher

    @property
    def loads(self) -> Literal["whole", "in part", "no", "not listed"]:
        """Whether the next night loads it as it is declared, without what is not offered or not declared, or not at all.

        `not listed` where it should be listed, is not, and was never loaded: its night ends well, and brings in nothing.
        """
        if self.trouble and not self.listed and not self.of_publisher:
            return "not listed"
        if self.trouble or any(each.stops for each in self.differences):
            return "no"
        return "in part" if self.differences else "whole"

    @property
    def loads_in_words(self) -> str:
        """The same in words, for a table that loads in part or not at all."""
        if self.loads == "no":
            return "does not load"
        kinds = {"declared" if each.kind == "new" else "offered" for each in self.differences}
        return f"loads without what is not {' or not '.join(sorted(kinds))}"

    @property
    def command(self) -> str:
        """The command that accepts what can be accepted."""
        return f'jobindsats catalogue accept {self.table} --reason "..."'

    @property
    def acceptable(self) -> list[Difference]:
        """Those differences that a person can accept."""
        return [each for each in self.differences if each.acceptable]


def compare(table_id: str | None, *, access: Access, told: Told) -> list[Compared]:
    """One table, or every table that is declared, beside what its publisher says of it now.

    Of all tables each publisher is asked for itself: one that cannot be is one line, under its own name. Raises
    CatalogueError for a table that nobody declared, and PublisherTrouble where its publisher cannot be asked.
    """
    ours, theirs = declared_tables(shipped_jobindsats(), access=access), _of_statbank(access)
    wanted, wrong = table_id.lower() if table_id else None, look_into(access.settings.catalogue_folder).wrong
    if wanted and wanted not in {table.id for table in (*ours, *theirs)} | wrong.keys():
        raise CatalogueError(f"table '{table_id}' is not in the catalogue: `jobindsats tables {table_id}` looks for it")
    named = [
        [table for table in tables if wanted in (None, table.id) and table.id not in wrong] for tables in (ours, theirs)
    ]
    beside = {
        jobindsats.PUBLISHER: _beside_jobindsats(named[0], access=access),
        statbank.PUBLISHER: _beside_statbank(named[1], access=access),
    }
    if wanted is None:
        beside = {publisher: _or_why_not(tables, publisher=publisher) for publisher, tables in beside.items()}
    found = chain(*beside.values())
    told_of = _counted(found, of=sum(map(len, named)), told=told)
    return [*told_of, *(_misread(each, why=why) for each, why in wrong.items() if wanted in (None, each))]


def _or_why_not(compared: Iterator[Compared], *, publisher: str) -> Iterator[Compared]:
    """The tables of one publisher, and one line for the publisher itself where it cannot be asked."""
    try:
        yield from compared
    except PublisherTrouble as trouble:
        yield Compared(publisher, publisher, trouble=f"its tables were not compared: {trouble}", listed=False)


def _misread(table_id: str, *, why: str) -> Compared:
    """A table whose file in the folder cannot be read: its night stops, whatever the publisher has."""
    return Compared(table_id, jobindsats.PUBLISHER, trouble=f"{why}. Correct the file, or take it away")


def _of_statbank(access: Access) -> tuple[Table, ...]:
    return declared_tables(shipped_statbank(), access=access) if access.settings.statbank_url else ()


def _counted(found: Iterable[Compared], *, of: int, told: Told) -> Iterator[Compared]:
    for number, each in enumerate(found, 1):
        told(each.table, number, of)
        yield each


def _beside_jobindsats(tables: Sequence[Table], *, access: Access) -> Iterator[Compared]:
    if not tables:
        return
    today = danish_day(access.clock())
    with jobindsats.session(access) as publisher:
        listed = {line.id for line in jobindsats.listed(publisher)}
        for table in tables:
            if table.id not in listed:
                yield _unlisted(table, access=access, today=today)
                continue
            try:
                body = publisher.ask(jobindsats_metadata_of(table)).body
                metadata = read_jobindsats(body, table=table)
                there = placed(metadata, table=table)
                now = labels_of_jobindsats(metadata, table=there.table, on=today)
                found = (*there.moved, *_differences(there.table, now, access=access))
                yield Compared(table.id, jobindsats.PUBLISHER, found)
            except (TokenMissing, TokenRefused):
                raise
            except Stoppage as trouble:
                yield Compared(table.id, jobindsats.PUBLISHER, trouble=str(trouble))


def _unlisted(table: Table, *, access: Access, today: date) -> Compared:
    """A table that Jobindsats does not list: no trouble before its time and after its retirement."""
    if not table.expected_on(today):
        return Compared(table.id, jobindsats.PUBLISHER, listed=False)
    if access.known_of(table.id).last_fetch is not None:
        return Compared(table.id, jobindsats.PUBLISHER, (gone(table),), listed=False)
    return Compared(table.id, jobindsats.PUBLISHER, trouble=never_listed(), listed=False)


def _beside_statbank(tables: Sequence[Table], *, access: Access) -> Iterator[Compared]:
    if not tables:
        return
    today = danish_day(access.clock())
    with statbank.session(access) as bank:
        for table in tables:
            try:
                metadata = read_statbank(bank.ask(statbank_metadata_of(table)).body, table=table)
                newest = _newest(table, access=access)
                there, moved = placed_at_statbank(metadata, table=table, then=newest.labels if newest else ())
                require_sums(there, metadata=metadata)
                places = (there.area, *there.breakdowns)
                now = [labels_of_statbank(metadata, hierarchy=each, on=today) for each in places]
                found = (*moved, *_differences(there, now, access=access, every=takes_every_member(table)))
                yield Compared(table.id, statbank.PUBLISHER, found)
            except Stoppage as trouble:
                yield Compared(table.id, statbank.PUBLISHER, trouble=str(trouble))


def _differences(table: Table, now: Sequence[Labels], *, access: Access, every: bool = True) -> tuple[Difference, ...]:
    newest = _newest(table, access=access)
    if newest is None:
        return tuple(differences(table, now=now, every=every))
    today, then_on = danish_day(access.clock()), danish_day(newest.manifest.seen_at)
    renumbered = renumbered_by(table, on=today, then=newest.table, then_on=then_on)
    return tuple(differences(table, now=now, then=newest.labels, renumbered=renumbered, every=every))


def _newest(table: Table, *, access: Access) -> Snapshot | None:
    """The newest vintage, its labels read; None where there is none, or its answers are not there."""
    manifest = access.known_of(table.id).manifest
    if manifest is None:
        return None
    try:
        newest = snapshot_of(manifest, archive=access.archive)
        return newest if newest.labels else None
    except (ArchiveTrouble, CatalogueError, Stoppage, StopIteration):
        return None


def accept(table_id: str, *, reason: str, by: str, access: Access) -> tuple[Compared, str]:
    """Write a person's word for everything that differs of one table into the folder; gives what, and the file.

    Raises QuestionError where nothing differs or cannot be accepted, and CatalogueError for a file that is wrong.
    """
    if not reason.strip():
        raise QuestionError("say why it may be accepted: --reason")
    (found,) = compare(table_id, access=access, told=lambda *_: None)
    if found.trouble:
        raise QuestionError(f"{found.table} cannot be compared with its publisher: {found.trouble}")
    if not found.acceptable:
        beside = "; ".join(f"{each.sentence}: {each.consequence}" for each in found.differences)
        raise QuestionError(beside or f"{found.table} is declared as its publisher has it: there is nothing to accept")
    path = file_of(found.table, folder=access.settings.catalogue_folder)
    today = danish_day(access.clock())
    accepted = [each.accepted(reason=reason.strip(), by=by, today=today) for each in found.acceptable]
    text = content_of(path).decode("utf-8-sig") if path.is_file() else ""
    write(path, appended(text, accepted=accepted, publisher=found.publisher, name=str(path)))
    return found, str(path)
