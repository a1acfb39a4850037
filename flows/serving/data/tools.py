"""The questions as tools of the Model Context Protocol, for assistants: the same parameters, the same answers."""

from __future__ import annotations

import json
from typing import Any

import mcp_types as types
from mcp.server import Server
from mcp.server.stdio import stdio_server
from pydantic import ValidationError

from tasks.readers.answering import Answering, NotNow, in_words
from tasks.readers.models import Answer
from tasks.readers.questions import QUESTIONS, Question
from warehouse.errors import QuestionError

INSTRUCTIONS = (
    "Danish municipalities' labour-market figures, every version kept. Look a table or area up before asking for it. Say "
    "the status beside a value (null is never zero), the vintage and the source; say every caveat; never add rows up yourself: "
    "`totals` does. `as_of` asks what was known on a day."
)
_NAMED = {question.name: question for question in QUESTIONS}
_HINTS = types.ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)


def server(answering: Answering) -> Server[Any]:
    """A server whose tools are the questions."""

    async def list_tools(_context: Any, _params: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_tool(question) for question in QUESTIONS])

    async def call_tool(_context: Any, params: types.CallToolRequestParams) -> types.CallToolResult:
        return await _called(answering, params.name, params.arguments or {})

    return Server("jobindsats", instructions=INSTRUCTIONS, on_list_tools=list_tools, on_call_tool=call_tool)


def _tool(question: Question) -> types.Tool:
    return types.Tool(
        name=question.name,
        description=question.says,
        input_schema=question.asks.model_json_schema(),
        output_schema=Answer.model_json_schema(),
        annotations=_HINTS,
    )


async def _called(answering: Answering, name: str, arguments: dict[str, Any]) -> types.CallToolResult:
    question = _NAMED.get(name)
    if question is None:
        return _failed(f"there is no tool '{name}': there is {', '.join(_NAMED)}")
    try:
        found = await answering.ask(question, question.asks.model_validate(arguments))
    except ValidationError as error:
        return _failed(in_words(error, question=question))
    except (QuestionError, NotNow) as error:
        return _failed(str(error))
    return types.CallToolResult(content=[_text(json.dumps(found, ensure_ascii=False))], structured_content=found)


def _failed(said: str) -> types.CallToolResult:
    return types.CallToolResult(content=[_text(said)], is_error=True)


def _text(said: str) -> types.TextContent:
    return types.TextContent(type="text", text=said)


async def serve_stdio(answering: Answering) -> None:
    """Answer one assistant on this machine over standard input and output, until it closes them."""
    tools = server(answering)
    async with stdio_server() as (incoming, outgoing):
        await tools.run(incoming, outgoing, tools.create_initialization_options())
