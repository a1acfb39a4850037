"""Runs the services for readers' programs until they are stopped: over HTTP on this machine, or over standard input."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from flows.printing import console
from tasks.archive.store import Archive
from tasks.readers.answering import Answering
from tasks.readers.guard import TOKEN_FILE, is_wide, kept_token, require_guarded
from tasks.readers.session import reading_engine, require_readable
from tasks.resources import data_folder, settings_here

MOST_CONNECTIONS = 64
_IDLE_SECONDS, _ENDING_SECONDS = 5, 10

SERVED = """
Questions over HTTP   {address}/v1/...
Their description     {address}/openapi.json
Tools of assistants   {address}/mcp (Model Context Protocol, streamable HTTP)
Token                 {token}

To stop: Ctrl-C.
"""


@contextmanager
def answering() -> Iterator[Answering]:
    """What answers, from the warehouse and archive of the settings; raises QuestionError and WarehouseUnreachable."""
    settings = settings_here()
    with reading_engine(settings) as engine:
        require_readable(engine)
        yield Answering(engine, archive=Archive(settings.archive, seconds=settings.timeout_seconds))


def serve_over_http(*, host: str, port: int, names: Sequence[str]) -> None:
    """Answer over HTTP until a signal ends it; raises GuardError where others than this machine could ask
    unguarded, or the port is taken."""
    import uvicorn

    from flows.serving.data.app import create_app
    from tasks.readers.connections import Bounded, listening_at

    token, told = _token(host)
    require_guarded(host, token=token, names=names)
    with answering() as answers, listening_at(host, port) as listening:
        port = listening.getsockname()[1]
        app = create_app(answers, names=[*names, *([] if host == "0.0.0.0" else [host])], token=token)  # noqa: S104
        console().print(SERVED.format(address=f"http://{names[0] if names else host}:{port}", token=told))
        config = uvicorn.Config(
            app,
            http=Bounded,
            log_level="warning",
            access_log=False,
            server_header=False,
            limit_concurrency=MOST_CONNECTIONS,
            timeout_keep_alive=_IDLE_SECONDS,
            timeout_graceful_shutdown=_ENDING_SECONDS,
        )
        uvicorn.Server(config).run(sockets=[listening])


def _token(host: str) -> tuple[str | None, str]:
    """The token that is asked for, and where it stands; none where only this machine can ask and no setting gives one."""
    given = settings_here().serve_token
    if given is not None:
        return given.get_secret_value().strip(), "that of JOBINDSATS_SERVE_TOKEN"
    if not is_wide(host):
        return None, "none is asked for: only this machine can ask"
    folder = data_folder()
    return kept_token(folder), f"in {folder / TOKEN_FILE}"


def serve_over_stdio() -> None:
    """Answer one assistant that has started this process, until it closes standard input."""
    import anyio

    from flows.serving.data.tools import serve_stdio

    with answering() as answers:
        anyio.run(serve_stdio, answers)
