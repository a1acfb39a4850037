"""Reads an answer that should be JSON, and says of one that is something else what it probably is."""

from __future__ import annotations

import unicodedata
from typing import Any

from tasks.stoppages import BodyUnreadable
from warehouse.formats.strict_json import JsonMisread, read_json


def json_of(body: bytes, *, of: str, setting: str) -> Any:
    """What a JSON body says, its letters composed as the catalogue writes them; raises BodyUnreadable.

    `of` is what was asked, `setting` names the address.
    """
    try:
        return _composed(read_json(body))
    except JsonMisread as error:
        raise BodyUnreadable(f"{not_promised('JSON', body=body, of=of, setting=setting)} ({error})") from error


def _composed(said: Any) -> Any:
    match said:
        case str():
            return unicodedata.normalize("NFC", said)
        case list():
            return [_composed(each) for each in said]
        case dict():
            return {_composed(key): _composed(each) for key, each in said.items()}
    return said


def not_promised(what: str, *, body: bytes, of: str, setting: str) -> str:
    """A sentence on a body that is something else than it should be, which is mostly a web page."""
    start = body[:60].decode("utf-8", "replace").strip()
    return (
        f"{of} answered with something that is not {what} ('{start}...'): a web page in its place usually means "
        f"maintenance or a wrong {setting}"
    )
