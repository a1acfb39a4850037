"""What `/tables` says of each table, each line read for itself: an odd line of one table never stops another.

A table that stands twice is one where both lines say the same. An update date that lies ahead of the clock is no date of
publication: it, or the clock, is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from tasks.results import Listing, require_has_come
from tasks.sources.jobindsats.metadata import SETTING
from tasks.sources.json_answers import not_promised
from tasks.stoppages import BodyUnreadable
from warehouse.formats.strict_json import JsonMisread, read_loosely, require_strict

_TOLD = 200


@dataclass(frozen=True)
class Listings:
    """What the publisher lists: each table's line, or why it is not to be used; and what was wrong with lines without id.

    `readable` are all lines that say something, in days that have come or not.
    """

    lines: Mapping[str, Listing | BodyUnreadable]
    nameless: tuple[str, ...] = ()
    readable: tuple[Listing, ...] = ()

    def line_of(self, table_id: str) -> Listing | None:
        """What is said of a table, None where it is not listed; raises BodyUnreadable where its line cannot be read."""
        line = self.lines.get(table_id)
        if isinstance(line, BodyUnreadable):
            raise line
        return line

    @property
    def remark(self) -> str:
        """What to add where a table is missed: its line may be one that cannot be read. Empty where all can be."""
        parts = "1 part" if len(self.nameless) == 1 else f"{len(self.nameless)} parts"
        return f" ({parts} of /tables cannot be read, the first: {self.nameless[0]})" if self.nameless else ""


def read_listings(body: bytes, *, today: date) -> Listings:
    """Every table the publisher lists, by id in lower case; raises BodyUnreadable where nothing of it can be read."""
    try:
        document = read_loosely(body)
    except JsonMisread as error:
        told = not_promised("JSON", body=body, of="/tables", setting=SETTING)
        raise BodyUnreadable(f"{told} ({error})") from error
    if not isinstance(document, list):
        raise BodyUnreadable("/tables is not of the promised shape: it is no list of subjects")
    found: dict[str, Listing | BodyUnreadable] = {}
    readable: list[Listing] = []
    nameless: list[str] = []
    for line in _lines(document, nameless=nameless):
        table_id = line["table_id"].lower()
        listing = _listing_or_why_not(line, table_id=table_id)
        if isinstance(listing, Listing):
            readable.append(listing)
            listing = _come_or_why_not(listing, today=today)
        found[table_id] = listing if found.get(table_id, listing) == listing else _twice(table_id)
    if nameless and not found:
        raise BodyUnreadable(f"/tables is not of the promised shape: {nameless[0]}")
    return Listings(found, tuple(nameless), tuple(readable))


def _lines(subjects: list[Any], *, nameless: list[str]) -> Iterator[dict[str, Any]]:
    """Each table's line that has an id; what is wrong with the others goes to `nameless`."""
    groups = [group for subject in subjects for group in _parts(subject, "table_groups", nameless=nameless)]
    for line in (line for group in groups for line in _parts(group, "tables", nameless=nameless)):
        if isinstance(line, dict) and isinstance(line.get("table_id"), str):
            yield line
        else:
            nameless.append("a table without a `table_id`")


def _parts(whole: Any, key: str, *, nameless: list[str]) -> list[Any]:
    parts = whole.get(key) if isinstance(whole, dict) else None
    if isinstance(whole, dict) and isinstance(parts, list):
        return parts
    nameless.append(f"a part without the list `{key}`")
    return []


def _come_or_why_not(listing: Listing, *, today: date) -> Listing | BodyUnreadable:
    try:
        require_has_come(listing.updated_on, today=today, of=listing.table_id)
    except BodyUnreadable as error:
        return error
    return listing


def _listing_or_why_not(line: dict[str, Any], *, table_id: str) -> Listing | BodyUnreadable:
    try:
        require_strict(line)
        return _listing(line, table_id=table_id)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        why = str(error)[:_TOLD] if isinstance(error, ValueError) else repr(error)[:_TOLD]
        return BodyUnreadable(
            f"{table_id}: its line in /tables cannot be read: {why}. It was not fetched; what was published stands, and "
            "other tables go on"
        )


def _twice(table_id: str) -> BodyUnreadable:
    return BodyUnreadable(
        f"{table_id} stands twice in /tables, with different dates or periods: which of them is meant cannot be told. It "
        "was not fetched; ask the publisher"
    )


def _listing(line: dict[str, Any], *, table_id: str) -> Listing:
    kinds = (line.get("periods") or {}).get("periodtypes") or []
    newest = {kind["periodtype_id"]: kind["period_last"] for kind in kinds if kind.get("period_last")}
    if not all(isinstance(text, str) and text.isprintable() for text in (*newest, *newest.values())):
        raise ValueError("a newest period is no printable text")
    following = line.get("update_next")
    return Listing(
        table_id=table_id,
        updated_on=_day(line.get("update_latest")),
        next_release_on=_day(following) if _is_day(following) else None,
        newest_periods=newest,
    )


def _is_day(written: Any) -> bool:
    """Whether a release is announced with its day: words in its place (`ikke fastlagt`) announce none."""
    try:
        return _day(written) is not None
    except ValueError:
        return False


def _day(written: Any) -> date | None:
    if not written:
        return None
    try:
        return date.fromisoformat(written[:10])
    except (TypeError, ValueError) as error:
        raise ValueError(f"update_latest is {str(written)[:40]!r}, which is no date") from error
