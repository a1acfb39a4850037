"""Who is answered: this machine, under its own names; bound wider, whoever has the token. Pages of other origins never are."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from secrets import token_urlsafe
from urllib.parse import urlsplit

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from warehouse.formats.owner_only import for_the_owner

OWN_NAMES = ("127.0.0.1", "localhost", "[::1]")
TOKEN_FILE, SHORTEST_TOKEN = "serve-data-token", 24  # the name of a file
OPEN = ("/health",)
"""What is answered without the token: it tells nothing of the warehouse."""
_CHALLENGE = {"WWW-Authenticate": "Bearer"}


class GuardError(ValueError):
    """The service would answer whom it should not; the message says what to give it."""


def is_wide(host: str) -> bool:
    """Whether others than programs of this machine could ask at an address.

    >>> [is_wide(host) for host in ("127.0.0.1", "::1", "localhost", "0.0.0.0", "10.1.2.3", "figures.example")]
    [False, False, False, True, True, True]
    """
    if host == "localhost":
        return False
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return True


def require_guarded(host: str, *, token: str | None, names: Sequence[str]) -> None:
    """Raise GuardError where a service bound wider than this machine has no token, a short one, or no name of its own."""
    if token is not None and len(token.strip()) < SHORTEST_TOKEN:
        raise GuardError(f"JOBINDSATS_SERVE_TOKEN has fewer than {SHORTEST_TOKEN} signs: give a longer one")
    if not is_wide(host):
        return
    if token is None:
        raise GuardError(f"at {host} others than this machine could ask: a token is needed (JOBINDSATS_SERVE_TOKEN)")
    if not names:
        raise GuardError(f"at {host} say by which name it is reached, such as --name figures.example")


def kept_token(folder: Path) -> str:
    """The token that is kept in the data folder, for its owner's eyes only; made where there is none. Raises GuardError."""
    path = folder / TOKEN_FILE
    with suppress(FileExistsError), open(path, "x", opener=for_the_owner) as file:
        file.write(token_urlsafe(32))
    if path.stat().st_mode & 0o077:
        raise GuardError(f"others may read {path}, which holds the token: delete it, and another is made")
    return path.read_text(encoding="utf-8").strip()


class Guard:
    """Refuses what asks under another name, from another origin, or without the token."""

    def __init__(self, app: ASGIApp, *, names: Sequence[str], token: str | None) -> None:
        """Guard an application that is reached by its own names and these."""
        self._app, self._token = app, token
        self._given = {name.casefold() for name in names}
        self._names = {*OWN_NAMES, *self._given}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on what may be answered."""
        if scope["type"] != "http" or (refused := self._refused(scope)) is None:
            await self._app(scope, receive, send)
            return
        await refused(scope, receive, send)

    def _refused(self, scope: Scope) -> JSONResponse | None:
        given = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        if _name_of(f"//{given.get('host', '')}") not in self._names:
            return _problem(400, "this service is not called so: ask it by the name that it was given")
        if "origin" in given and not self._is_own_page(given["origin"], host=given["host"]):
            return _problem(403, "pages of other origins are not answered")
        if self._token is None or scope["path"] in OPEN or self._knows(given.get("authorization", "")):
            return None
        return _problem(401, "send the token of this service: Authorization: Bearer ...", headers=_CHALLENGE)

    def _is_own_page(self, origin: str, *, host: str) -> bool:
        """Whether a page is of this very service: at the address that is asked, or at a name that it was given, any proxy's."""
        place = origin.partition("://")[2].casefold()
        return place != "" and (place == host.casefold() or place in self._given)

    def _knows(self, authorization: str) -> bool:
        kind, _, said = authorization.partition(" ")
        return kind.casefold() == "bearer" and hmac.compare_digest(
            said.strip().encode("latin-1"), (self._token or "").encode()
        )


def _name_of(address: str) -> str:
    """The name in an address, without its port; empty where it has none."""
    try:
        name = urlsplit(address).hostname or ""
    except ValueError:
        return ""
    return f"[{name}]" if ":" in name else name


def _problem(status: int, said: str, *, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"detail": said}, status_code=status, headers=headers)
