"""The HTTP service for readers' programs: a path for each question, its description in OpenAPI, and the tools at /mcp."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.security import HTTPBearer
from mcp.server.transport_security import TransportSecuritySettings
from starlette.middleware import Middleware
from starlette.responses import JSONResponse

from flows.serving.data import tools
from tasks.readers.answering import Answering, NotNow, in_words
from tasks.readers.guard import Guard
from tasks.readers.models import Answer, Health, Paged, Problem
from tasks.readers.questions import QUESTIONS, Question
from warehouse.errors import QuestionError

PREFIX = "/v1"
LONGEST_BODY = 64 * 1024
_ASKED = {f"{PREFIX}/{question.name}": question for question in QUESTIONS}
_DESCRIPTION = (
    "Read only. A value is null where it is hidden or lacks, never zero: look at its status. Every answer says the vintages it "
    "rests on, its source and the moment whose knowledge it is. Parameters that a question does not have are refused."
)
_NOT_NOW = {"Retry-After": "5"}
# For the description alone: the guard has looked at the token before.
_TOKEN = HTTPBearer(auto_error=False, description="The token of this service.")


def create_app(answering: Answering, *, names: Sequence[str] = (), token: str | None = None) -> FastAPI:
    """The service, for programs that ask it by its own names or these, and with the token where there is one."""
    assistants = tools.server(answering)
    over_http = assistants.streamable_http_app(
        json_response=True,
        stateless_http=True,
        max_request_body_size=LONGEST_BODY,
        # The guard below knows the names and origins; it would know this machine's only.
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
    )

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with assistants.session_manager.run():
            yield

    app = FastAPI(
        title="Jobindsats warehouse",
        version=version("jobindsats-warehouse"),
        description=_DESCRIPTION,
        docs_url=None,  # its pages would be fetched from elsewhere
        redoc_url=None,
        lifespan=lifespan,
        middleware=[Middleware(Guard, names=names, token=token)],
    )
    for question in QUESTIONS:
        _add(app, question, answering=answering, guarded=token is not None)
    app.get("/health", summary="Whether it runs")(_health)
    app.router.routes.extend(over_http.routes)
    app.exception_handler(RequestValidationError)(_misread)
    app.exception_handler(QuestionError)(_unanswerable)
    app.exception_handler(NotNow)(_not_now)
    return app


async def _health() -> Health:
    return Health(status="well")


def _add(app: FastAPI, question: Question, *, answering: Answering, guarded: bool) -> None:
    problems = (422, 503, *((401,) if guarded else ()))
    app.get(
        f"{PREFIX}/{question.name}",
        operation_id=question.name,
        summary=question.says.partition(":")[0],
        description=question.says,
        response_model=Answer,
        responses={status: {"model": Problem} for status in problems},
        dependencies=[Depends(_TOKEN)] if guarded else None,
    )(_endpoint(question, answering=answering))


def _endpoint(question: Question, *, answering: Answering) -> Callable[..., Awaitable[Any]]:
    async def endpoint(asked: Paged) -> Any:
        # Its rows are the command line's, to the last sign: the model describes them and does not write them anew.
        return JSONResponse(await answering.ask(question, asked))

    endpoint.__annotations__["asked"] = Annotated[question.asks, Query()]
    return endpoint


async def _misread(request: Request, error: Any) -> JSONResponse:
    return _problem(422, in_words(error, question=_ASKED[request.url.path]))


async def _unanswerable(_request: Request, error: Exception) -> JSONResponse:
    return _problem(422, str(error))


async def _not_now(_request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"detail": str(error)}, status_code=503, headers=_NOT_NOW)


def _problem(status: int, said: str) -> JSONResponse:
    return JSONResponse({"detail": said}, status_code=status)
