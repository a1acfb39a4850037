"""The command that serves readers' programs."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Annotated

from cyclopts import Parameter

from flows.command_line.options import FAILED, WELL, wrong_use
from flows.printing import tell

LAST_PORT = 65_535


def serve_data(
    *,
    port: Annotated[int, Parameter(help="Where it answers; 0: any port that is free.")] = 8080,
    host: Annotated[
        str, Parameter(help="The address it is bound to; wider than this machine it asks for a token.")
    ] = "127.0.0.1",
    name: Annotated[
        list[str] | None, Parameter(negative="", help="A name it is reached by elsewhere; may be given again.")
    ] = None,
    stdio: Annotated[
        bool, Parameter(negative="", help="Over standard input and output, for an assistant that starts it.")
    ] = False,
) -> int:
    """Answer programs of readers until Ctrl-C: over HTTP, and assistants by the Model Context Protocol; it never writes."""
    if not 0 <= port <= LAST_PORT:
        return wrong_use(f"--port {port}: a port is a number from 1 to {LAST_PORT}, or 0 for any that is free")
    if find_spec("mcp") is None:
        tell("jobindsats: serve-data needs the packages of the extra `serve`: install them with `make setup-serve`")
        return FAILED
    from flows.serving.data.run import serve_over_http, serve_over_stdio
    from tasks.readers.guard import GuardError

    if stdio:
        serve_over_stdio()
        return WELL
    try:
        serve_over_http(host=host, port=port, names=name or [])
    except GuardError as error:
        return wrong_use(str(error))
    return WELL
