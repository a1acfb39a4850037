"""Says why a call to a publisher failed, in a person's words, from what the HTTP libraries raise.

Their own texts name objects and places in memory; what they were caused by says what happened.
"""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Iterator
from http import HTTPStatus

from urllib3.exceptions import ConnectTimeoutError, IncompleteRead, MaxRetryError, NameResolutionError

from warehouse.formats.strict_json import JsonMisread, read_json

_LONGEST_REFUSAL = 10_000


def why(error: BaseException) -> str:
    """Why a call failed, in half a sentence."""
    found = list(_causes(error))
    return next((said for cause in reversed(found) if (said := _said(cause))), type(found[-1]).__name__)


def is_certificate(error: BaseException) -> bool:
    """Whether the other end's certificate is not accepted: another try would not help."""
    return any(isinstance(cause, ssl.SSLCertVerificationError) for cause in _causes(error))


def refusal_in(body: bytes) -> int | None:
    """The status that a body tells, of an error which was sent as if it were an answer (`{"code":422,"cause":...}`)."""
    if len(body) > _LONGEST_REFUSAL or not body.lstrip().startswith(b"{"):
        return None
    try:
        told = read_json(body)
    except JsonMisread:
        return None
    if "errorTypeCode" in told:
        return HTTPStatus.BAD_REQUEST
    code = told.get("code")
    return code if type(code) is int and 400 <= code < 600 else None


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error and what is under it, the deepest last."""
    seen: list[BaseException] = []
    here: BaseException | None = error
    while here is not None and here not in seen:
        seen.append(here)
        yield here
        here = _under(here)


def _under(error: BaseException) -> BaseException | None:
    if isinstance(error, MaxRetryError) and error.reason is not None:
        return error.reason
    packed = next((part for part in error.args if isinstance(part, BaseException)), None)
    return error.__cause__ or packed or error.__context__


def _said(cause: BaseException) -> str | None:
    for kinds, said in _WORDS:
        if isinstance(cause, kinds):
            return said
    if isinstance(cause, IncompleteRead):
        return f"{cause.partial:,} bytes had come, and {cause.expected or 'more':,} were to come"
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"its certificate is not accepted ({cause.verify_message})"
    if isinstance(cause, ssl.SSLError):
        return f"no safe connection comes about ({(cause.reason or 'TLS').replace('_', ' ').lower()})"
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror[:1].lower() + cause.strerror[1:]
    return None


_WORDS: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], str], ...] = (
    ((NameResolutionError, socket.gaierror), "its name leads to no address"),
    (ConnectionRefusedError, "the connection is refused"),
    (http.client.RemoteDisconnected, "it hung up without an answer"),
    ((ConnectionResetError, BrokenPipeError), "it broke the connection"),
    ((TimeoutError, ConnectTimeoutError), "no connection came about in time"),
)
