"""Reads an answer that should be JSON, and says of one that is something else what it probably is."""

from __future__ import annotations

from typing import Any

from tasks.stoppages import BodyUnreadable
from warehouse.formats.clean_text import composed
from warehouse.formats.strict_json import JsonMisread, read_json


def json_of(body: bytes, *, of: str, setting: str) -> Any:
    """What a JSON body says, its texts composed and without blanks to spare, as the catalogue writes them.

    A blank at the end of a label has come and gone at Jobindsats (seen in 2026). `of` is what was asked, `setting`
    names the address. Raises BodyUnreadable.
    """
    try:
        return _tidy(read_json(body))
    except JsonMisread as error:
        raise BodyUnreadable(f"{not_promised('JSON', body=body, of=of, setting=setting)} ({error})") from error


def _tidy(said: Any) -> Any:
    match said:
        case str():
            return composed(said)
        case list():
            return [_tidy(each) for each in said]
        case dict():
            return {_tidy(key): _tidy(each) for key, each in said.items()}
    return said


def not_promised(what: str, *, body: bytes, of: str, setting: str) -> str:
    """A sentence on a body that is something else than it should be, which is mostly a web page."""
    start = body[:60].decode("utf-8", "replace").strip()
    return (
        f"{of} answered with something that is not {what} ('{start}...'): a web page in its place usually means "
        f"maintenance or a wrong {setting}"
    )
