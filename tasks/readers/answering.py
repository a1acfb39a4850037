"""Puts the questions of readers' programs to the warehouse: so many at once, each for so long, in a transaction of its own."""

from __future__ import annotations

import json
from typing import Any

import anyio
from anyio import to_thread
from pydantic import ValidationError
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoneFree

from tasks.archive.store import Archive
from tasks.readers.models import Paged
from tasks.readers.questions import Question, Warehouse, answered, corrected
from tasks.readers.session import AT_ONCE, asking
from tasks.upkeep.administration import is_wrong_use
from warehouse.errors import QuestionError
from warehouse.formats.json_text import as_text

SECONDS = 30.0
"""How long a program waits for an answer at most: several statements, and what is computed of them."""


class NotNow(RuntimeError):
    """A question could not be answered just now, or took too long; the message says what to do."""


TOO_LONG = "this took too long to answer: ask for one area, one measure or fewer periods"
BUSY = "too many questions are being answered: ask again in a moment"
UNREACHED = "the warehouse could not be asked just now: ask again in a moment"


class Answering:
    """Answers questions over a reader's engine."""

    def __init__(self, engine: Engine, *, archive: Archive, seconds: float = SECONDS) -> None:
        """Answer from this warehouse; explanations look at what this archive holds."""
        self._engine, self._archive, self._seconds = engine, archive, seconds
        self._limiter: anyio.CapacityLimiter | None = None

    async def ask(self, question: Question, asked: Paged) -> dict[str, Any]:
        """An answer as JSON knows it; raises QuestionError where something is asked that there is not, and NotNow."""
        self._limiter = self._limiter or anyio.CapacityLimiter(AT_ONCE)
        try:
            with anyio.fail_after(self._seconds):
                return await to_thread.run_sync(
                    self._answer, question, asked, abandon_on_cancel=True, limiter=self._limiter
                )
        except TimeoutError as error:
            raise NotNow(TOO_LONG) from error

    def _answer(self, question: Question, asked: Paged) -> dict[str, Any]:
        try:
            with asking(self._engine) as connection:
                found = answered(Warehouse(connection, self._archive), question, asked)
        except NoneFree as error:
            raise NotNow(BUSY) from error
        except DBAPIError as error:
            slow = "statement timeout" in str(error.orig)
            raise NotNow(TOO_LONG if slow else UNREACHED) from error
        except Exception as error:
            if is_wrong_use(error):
                raise QuestionError(str(error)) from error
            raise
        document: dict[str, Any] = json.loads(json.dumps(found, default=as_text))
        return document


def in_words(error: ValidationError | Any, *, question: Question) -> str:
    """What is wrong with the parameters of a question, in sentences that name them; an unknown one with the nearest."""
    return "; ".join(_in_words(each, question=question) for each in error.errors())


def _in_words(each: Any, *, question: Question) -> str:
    name = next((str(part) for part in each["loc"] if part != "query"), "it")
    return corrected(question, name) if each["type"] == "extra_forbidden" else f"{name}: {each['msg']}"
