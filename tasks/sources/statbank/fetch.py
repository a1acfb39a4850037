"""StatBank: which tables it has updated, by one call for each table's description, and all quarters into the archive.

Asked for are all areas, the declared members and the quarters, by GET only: what was asked is then one line in the
archive's manifest. A variable that is not named in the catalogue is left out of the question, and StatBank sums over it.
Quarters are named, never counted, so that an answer can be held against what was asked. A release in the middle of a
fetch makes it begin again: the description is another at the end, or the first question of several, which asks for the
newest quarters, is answered otherwise.
"""

from __future__ import annotations

from datetime import date
from math import prod
from typing import Unpack

from tasks.results import ASKED_AGAIN, DUE, FULL_LOOK_EVERY, Due, Fetched, Listing, quiet, require_has_come
from tasks.sources.access import Access, is_answered_alike
from tasks.sources.declarations import archived_declaration, as_declared, declared_table, wanted_tables
from tasks.sources.http import Answer, HttpClient, Now, Options
from tasks.sources.statbank.cells import read_fields
from tasks.sources.statbank.codes import write_time
from tasks.sources.statbank.metadata import SETTING, BankMetadata, members_asked, read_metadata
from tasks.stoppages import ReleaseMoved, Stoppage, Undeclared, declared_anew
from warehouse.catalogue.model import Table, statbank
from warehouse.danish.clock import danish_day
from warehouse.formulas.release_calendar import awaited
from warehouse.periods import Period
from warehouse.settings import Settings

ATTEMPTS = 3

# Above it the API answers REQUEST-LIMIT (public bug reports, 2024-11); BULK has no limit, but leaves no variable out.
CELL_LIMIT = 1_000_000


class Bank(HttpClient):
    """A session with StatBank, which asks for no key; close it, or use it as a context."""

    def __init__(self, url: str, *, now: Now, **options: Unpack[Options]) -> None:
        super().__init__(url, setting=SETTING, accept="application/json, text/csv", now=now, **options)

    def ask(self, asked: str) -> Answer:
        """The answer to one question (`/tableinfo/FOLK1A?lang=da&format=JSON`), with status 200.

        Raises a PublisherTrouble that says what is wrong and what to do.
        """
        answer = self.get(asked)
        self.require_ok(answer)
        return answer


def is_configured(settings: Settings) -> bool:
    """Whether a setting names StatBank's address."""
    return bool(settings.statbank_url)


def due(access: Access, *, wanted: frozenset[str]) -> list[Due]:
    """What to do with each table: due where StatBank updated it, or a week after it was last read whole."""
    tables = wanted_tables(statbank(), access=access, wanted=wanted)
    if not tables:
        return []
    with open_bank(access) as bank:
        found = [_due(table, bank=bank, access=access) for table in tables]
    return as_declared(found, tables=tables, shipped=statbank().tables)


def _due(table: Table, *, bank: Bank, access: Access) -> Due:
    try:
        described = bank.ask(metadata_of(table))
        metadata = read_metadata(described.body, table=table)
        require_has_come(metadata.updated_on, today=danish_day(access.clock()), of=table.id)
    except Stoppage as stoppage:
        return Due(table.id, DUE, "asked", Listing(table.id), stoppage=stoppage)
    listing = _listing(table, metadata=metadata)
    newest, today = listing.newest_periods.get(table.period), danish_day(access.clock())
    learnt = access.known_of(table.id).calendar if table.expected_on(today) else None
    following = awaited(None, learnt=learnt, newest=newest)
    known = _is_known(table, updated_on=metadata.updated_on, access=access)
    if known and not access.again:
        return Due(table.id, *quiet(listing, awaited=following, today=today), listing, awaited=following)
    reason = ASKED_AGAIN if known else f"StatBank updated it on {metadata.updated_on}"
    late = following is not None and following.latest < today
    answers = (access.keep(described),)
    return Due(table.id, DUE, reason, listing, newest, late=late, awaited=following, answers=answers)


def _listing(table: Table, *, metadata: BankMetadata) -> Listing:
    newest = {str(table.period): str(metadata.periods[-1])} if metadata.periods else {}
    return Listing(table.id, metadata.updated_on, None, newest)


def _is_known(table: Table, *, updated_on: date, access: Access) -> bool:
    last, today = access.known_of(table.id).last_fetch, danish_day(access.clock())
    return last is not None and last.updated_on == updated_on and today - danish_day(last.seen_at) < FULL_LOOK_EVERY


def fetch(due: Due, *, access: Access, only: frozenset[Period] | None = None) -> Fetched:  # noqa: ARG001  # it is read whole
    """All quarters of a table into the archive, until no release comes meanwhile; raises a Stoppage."""
    table, (described,) = declared_table(statbank(), due.table_id, access=access), due.answers
    with open_bank(access) as bank:
        for _ in range(ATTEMPTS):
            metadata = read_metadata(access.archive.get(described.sha256), table=table)
            answers = _all_quarters(table, metadata=metadata, bank=bank)
            after = bank.ask(metadata_of(table))
            if read_metadata(after.body, table=table) == metadata and _first_stands(answers, bank=bank):
                listing, declared = _listing(table, metadata=metadata), archived_declaration(table.id, access=access)
                entries = [*declared, described, *map(access.keep, answers)]
                return access.receipt(listing, publisher=bank.base_url, entries=entries, calls=len(answers))
            described = access.keep(after)
    raise ReleaseMoved(f"{table.id}: StatBank released while we fetched, {ATTEMPTS} times; the next run tries again")


def _all_quarters(table: Table, *, metadata: BankMetadata, bank: Bank) -> list[Answer]:
    """The newest quarters first."""
    chunks = in_chunks(metadata.periods, table=table, metadata=metadata)
    return [bank.ask(figures(table, metadata=metadata, periods=periods)) for periods in reversed(chunks)]


def _first_stands(answers: list[Answer], *, bank: Bank) -> bool:
    """Whether the first of several questions still has its answer; one answer alone is of one release."""
    if len(answers) < 2:
        return True
    first, again = answers[0], bank.ask(answers[0].asked)
    return is_answered_alike(first, again, read=lambda body: read_fields(body, of=first.asked))


def open_bank(access: Access) -> Bank:
    """A session with StatBank."""
    return Bank(access.settings.statbank_url or "", now=access.clock, **access.options)


def metadata_of(table: Table) -> str:
    """The question for one table's description; the cheap one, since it says when the table was updated."""
    return f"/tableinfo/{table.id.upper()}?lang=da&format=JSON"


def figures(table: Table, *, metadata: BankMetadata, periods: tuple[Period, ...]) -> str:
    """The question for the figures of some quarters; raises Undeclared where it would not be the table's total."""
    require_sums(table, metadata=metadata)
    members = [f"{each.id}={','.join(members_asked(metadata, hierarchy=each))}" for each in table.breakdowns]
    quarters = f"{metadata.time.variable_id}={','.join(map(write_time, periods))}"
    asked = "&".join([f"{table.area.id}=*", *members, quarters])
    return f"/data/{table.id.upper()}/CSV?lang=da&valuePresentation=CodeAndValue&delimiter=Semicolon&{asked}"


def in_chunks(
    periods: tuple[Period, ...], *, table: Table, metadata: BankMetadata, cells_per_call: int = CELL_LIMIT
) -> list[tuple[Period, ...]]:
    """The quarters in runs whose cells fit one call; at least one quarter each, oldest first."""
    members = prod(len(members_asked(metadata, hierarchy=each)) for each in table.breakdowns)
    per_period = len(metadata.variable(table.area.id).texts) * members
    size = max(1, cells_per_call // per_period)
    return [periods[start : start + size] for start in range(0, len(periods), size)]


def require_sums(table: Table, *, metadata: BankMetadata) -> None:
    """Raises Undeclared where StatBank would not sum over what is left out of a question."""
    asked = {table.area.id, metadata.time.variable_id, *(hierarchy.id for hierarchy in table.breakdowns)}
    for variable in metadata.variables:
        if variable.variable_id not in asked and not variable.may_be_left_out:
            raise Undeclared(
                f"{table.id}: StatBank no longer sums over {variable.variable_id} where it is left out; nothing was "
                f"asked. {declared_anew(table.id)}",
                label=variable.variable_id,
            )
