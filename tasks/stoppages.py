"""Every reason a table can stop, on one page. A table's trouble never stops another table.

    Stoppage
    ├── PublisherTrouble          failed        nothing usable came
    │   ├── TokenMissing                        no token is set
    │   ├── TokenRefused                        401 or 403
    │   ├── RequestRefused                      another 4xx: the question was wrong
    │   ├── RedirectRefused                     the answer points elsewhere; the token stays here
    │   ├── PublisherDown                       no connection, 429 or 5xx, after all retries
    │   ├── PublisherTimedOut                   no answer in time, even for one period
    │   ├── BodyUnreadable                      a web page, a torn body, not the promised shape
    │   ├── BodyTooLarge                        more bytes than any table has
    │   └── ReleaseMoved                        a release in the middle of the fetch, three times
    ├── Quarantined               quarantined   what came may not be published as it is
    │   ├── NotAsAsked                          an answer that holds more, or less, than was asked for
    │   ├── Undeclared                          a column, label, period or level that is not declared
    │   ├── ListUnreadable                      a file is no ranking list, or its rows do not hang together
    │   ├── LabelsMoved                         a label stands under the publisher's id of another member
    │   ├── Vanished                            a measure or member that stood published is no longer offered
    │   ├── CellsDisagree                       one cell came twice with different values
    │   ├── FileRefused                         a municipality's own file is not what its contract says
    │   └── AuditFailed                         a blocking check found offenders
    ├── AuditBroken               failed        a check could not be carried out, which says nothing of the figures
    ├── Busy                      failed        another run keeps the table
    ├── WarehouseTrouble          failed        the warehouse went away or has no room
    └── Refused                   failed        the warehouse does not take it: its clock, its publisher

Each message says which table, what was expected, what was found and what to do next. A table that vanished from the
publisher's list has failed when the night is planned (tasks/sources/jobindsats/fetch.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from warehouse.formats.clean_text import shortened, washed_throughout

_LONGEST_MESSAGE, _LONGEST_TEXT = 5_000, 500


class Stoppage(Exception):
    """Why one table stopped: `rule` names the reason, `outcome` is what the table ends with, `cells` the offenders.

    Message and offenders are often an outsider's own words: they will be recorded, and so are washed here, and shortened.
    """

    outcome = "failed"

    def __init__(self, message: str, *, rule: str | None = None, cells: list[dict[str, Any]] | None = None) -> None:
        super().__init__(shortened(message, most=_LONGEST_MESSAGE))
        self.rule = rule or type(self).__name__
        self.cells = washed_throughout(cells or [], most=_LONGEST_TEXT)
        self.manifest: str | None = None


@contextmanager
def with_manifest(manifest: str) -> Iterator[None]:
    """Let a stoppage within the block remember which archived answers it rests on."""
    try:
        yield
    except Stoppage as stoppage:
        stoppage.manifest = manifest
        raise


def settled_by(table_id: str) -> str:
    """What a person does where a publisher calls something otherwise, has more or has less, as the end of a message."""
    return (
        f"`jobindsats catalogue compare {table_id}` shows it beside the catalogue; if it is meant so, `jobindsats catalogue "
        f'accept {table_id} --reason "..."` takes it over, and the next night publishes'
    )


def never_listed(remark: str = "") -> str:
    """What is said of a table that should be listed, is not, and was never loaded; and what a person does."""
    return (
        f"declared, not retired, and the publisher does not list it{remark}: nothing of it is brought in. Look for it on the "
        "publisher's web site and with `jobindsats tables WORDS`; where it has another id, `jobindsats adopt ID`"
    )


def declared_anew(table_id: str) -> str:
    """What helps where accepting does not: another declaration."""
    return (
        f"Accepting does not help here: where {table_id} was adopted, move its file away and adopt it anew; where it ships, "
        "a newer version of this package declares it"
    )


class PublisherTrouble(Stoppage):
    """Nothing usable came from the publisher."""


class TokenMissing(PublisherTrouble):
    """No token is set."""


class TokenRefused(PublisherTrouble):
    """The publisher does not accept the token."""


class RequestRefused(PublisherTrouble):
    """The publisher does not accept the question."""


class RedirectRefused(PublisherTrouble):
    """The answer points to another place."""


class PublisherDown(PublisherTrouble):
    """The publisher does not answer, or says that it cannot, after all retries."""


class PublisherTimedOut(PublisherTrouble):
    """The publisher did not answer in time."""


class BodyUnreadable(PublisherTrouble):
    """The answer is not of the promised shape."""


class BodyTooLarge(PublisherTrouble):
    """The answer is larger than any table."""


class ReleaseMoved(PublisherTrouble):
    """The publisher released a new edition while the old one was being fetched."""


class Quarantined(Stoppage):
    """What came may not be published as it is; a person looks at it."""

    outcome = "quarantined"


class NotAsAsked(Quarantined):
    """An answer holds a period, an area or a member that was not asked for (`cells` are its rows), or lacks a period."""


class Undeclared(Quarantined):
    """The publisher sent something the catalogue does not declare: `label`, where it is one."""

    def __init__(
        self,
        message: str,
        *,
        label: str | None = None,
        rule: str | None = None,
        cells: list[dict[str, Any]] | None = None,
    ) -> None:
        super().__init__(message, rule=rule, cells=cells)
        self.label = label


class ListUnreadable(Quarantined):
    """A file is not a ranking list that can be read with certainty: damaged, locked, a picture, rows missing."""


class LabelsMoved(Quarantined):
    """A declared label stands under the id of another member: its series may mean something else now."""


class Vanished(Quarantined):
    """A measure or member that stood published is no longer offered, and the catalogue does not say that it ended."""


class CellsDisagree(Quarantined):
    """One cell came more than once, with different values."""


class FileRefused(Quarantined):
    """A municipality's own file is not what its contract says: `cells` are the places, as a spreadsheet counts them."""


class AuditFailed(Quarantined):
    """A blocking check found offenders."""


class AuditBroken(Stoppage):
    """A check could not be carried out."""


class Refused(Stoppage):
    """The warehouse does not take the load."""


class Busy(Stoppage):
    """Another run keeps the table."""


class WarehouseTrouble(Stoppage):
    """The warehouse went away, or has no room, in the middle of the table's road."""
