"""Programs of readers: what they are answered over HTTP and as tools of assistants is what the command line says.

One warehouse of two nights, filled by the plain functions of the road. Every question is asked as the role `dashboard_reader`.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, datetime, time
from importlib.util import find_spec
from pathlib import Path
from threading import Thread
from typing import Any

import anyio
import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from starlette.testclient import TestClient
from tenacity import Retrying, retry_if_result, stop_after_delay, wait_fixed

from tasks.answers.claims import fill_mart
from tasks.archive.receipts import published, put_publication
from tasks.archive.store import Archive
from tasks.audit import keyed_meanwhile
from tasks.load_assumptions import put_assumptions_on_record
from tasks.publish import publish_table
from tasks.resources import Resources
from tasks.stage import stage_table
from tests.conftest import ROOT
from tests.own_nights import OwnNights
from tests.properties.releases import REAL
from tests.scene import JOBINDSATS
from tests.standin.server import running
from warehouse.danish.clock import DENMARK, Clock
from warehouse.danish.reservations import REHEARSED
from warehouse.database.reader_role import give
from warehouse.history.vintages import Vintage
from warehouse.settings import read_settings

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        find_spec("mcp") is None and not os.environ.get("CI"), reason="the packages are not installed: make setup-serve"
    ),
]

CLAIMS = ROOT / "docs" / "examples" / "claims" / "five-papers.yml"
TABLES = ("y07a02", "y01a02", "y30r21")
KNOWN_THEN = "2023-11-05"


class Nights(OwnNights):
    """Nights whose loads nobody audits: what the services say of them is what is asked here."""

    def _loaded(self, manifest: str, *, resources: Resources, run_id: int) -> Vintage:
        with self.engine.begin() as connection:
            staged = stage_table(connection, manifest=manifest, archive=resources.archive, run_id=run_id)
        with keyed_meanwhile(self.engine, name=staged.staging):
            pass
        with self.engine.begin() as connection:
            vintage = publish_table(connection, staged=staged, archive=resources.archive)
        with self.engine.connect() as connection:
            for receipt in published(connection, vintage_id=vintage.vintage_id) if vintage.vintage_id else ():
                put_publication(resources.archive, receipt)
        return vintage


@pytest.fixture(scope="module")
def nights(module_engine: Engine) -> Iterator[Nights]:
    """A warehouse after the nights of 5 November and 5 December 2023, whose readers have been given their role."""
    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="readers-programs-")))
        patch = opened.enter_context(pytest.MonkeyPatch.context())
        publisher = opened.enter_context(running(today=KNOWN_THEN, scale="small"))
        found = Nights(OwnNights.set_up(module_engine, folder=folder, patch=patch).engine, folder, patch)
        patch.setenv("JOBINDSATS_API_URL", publisher.url)
        patch.setenv("JOBINDSATS_API_TOKEN", publisher.token)
        begins = Clock(datetime.combine(date.fromisoformat(KNOWN_THEN), time(3), DENMARK))
        put_assumptions_on_record(Resources(read_settings(), begins, module_engine))
        for day in (KNOWN_THEN, "2023-12-05"):
            publisher.set_today(day)
            assert set(found.outcomes(day, *TABLES).values()) <= {"published", "unchanged"}
        with module_engine.begin() as connection:
            give(connection)
            fill_mart(connection, place=CLAIMS)
        yield found


@pytest.fixture(scope="module")
def engine_of_readers(nights: Nights) -> Iterator[Engine]:
    """An engine whose sessions are readers'."""
    from tasks.readers.session import reading_engine, require_readable

    with reading_engine(read_settings()) as engine:
        require_readable(engine)
        yield engine


@pytest.fixture(scope="module")
def answering(engine_of_readers: Engine) -> Any:
    """What answers over HTTP and as tools."""
    from tasks.readers.answering import Answering

    return Answering(engine_of_readers, archive=Archive(read_settings().archive))


@pytest.fixture(scope="module")
def http(answering: Any) -> Iterator[TestClient]:
    """The service over HTTP, on this machine and without a token."""
    from flows.serving.data.app import create_app

    with TestClient(create_app(answering), base_url="http://127.0.0.1") as client:
        yield client


@contextmanager
def served(app: Any) -> Iterator[str]:
    """An application as uvicorn serves it, in a thread; gives its address."""
    import uvicorn

    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", ws="none"))
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    until_started = Retrying(
        retry=retry_if_result(lambda begun: not begun), wait=wait_fixed(0.02), stop=stop_after_delay(30)
    )
    until_started(lambda: server.started)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(30)


def over_http(http: TestClient, question: str, **parameters: Any) -> dict[str, Any]:
    """An answer over HTTP."""
    answer = http.get(f"/v1/{question}", params=parameters)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def as_tool(server: Any, question: str, **parameters: Any) -> dict[str, Any]:
    """The answer of a tool, to a client of the Model Context Protocol."""
    from mcp.client import Client

    async def called() -> Any:
        async with Client(server) as client:
            return await client.call_tool(question, parameters)

    result = anyio.run(called)
    assert not result.is_error, result.content
    assert json.loads(result.content[0].text) == result.structured_content
    found: dict[str, Any] = result.structured_content
    return found


HERLEV, ALL = ["Herlev"], 1000
SICK = {"table": "y07a02", "area": HERLEV}
ASKED: list[tuple[str, str, dict[str, Any]]] = [
    ("areas", "areas", {}),
    ("areas herl", "areas", {"words": "herl"}),
    ("areas Region", "areas", {"words": "Region"}),
    ("show y07a02 --area Herlev", "observations", SICK),
    ("show y07a02 --area Herlev --as-of 2023-11-05", "observations", {**SICK, "as_of": KNOWN_THEN}),
    ("show y07a02 --area Herlev --last 2", "observations", {**SICK, "last": 2}),
    ("show y07a02 --area Herlev --period 2023M09", "observations", {**SICK, "period": "2023M09"}),
    ("show y07a02 --area Herlev --period 2023M07:2023M09", "observations", {**SICK, "period": "2023M07:2023M09"}),
    ("show y07a02 --area Herlev --measure full_time_persons", "observations", {**SICK, "measure": "full_time_persons"}),
    ("show y07a02 --area 0163 --area Ballerup", "observations", {**SICK, "area": ["0163", "Ballerup"]}),
    ("show y07a02 --area Hele\u00a0landet --last 1", "observations", {**SICK, "area": ["Hele landet"], "last": 1}),
    ("show y01a02 --area Læsø", "observations", {"table": "y01a02", "area": ["Læsø"]}),
    ("show y30r21 --area Herlev", "observations", {"table": "y30r21", "area": HERLEV}),
    ("totals --area Herlev", "totals", {"area": HERLEV}),
    ("totals --area Herlev --period 2023M08", "totals", {"area": HERLEV, "period": "2023M08"}),
    ("totals --area Herlev --as-of 2023-11-05", "totals", {"area": HERLEV, "as_of": KNOWN_THEN}),
    ("totals --area Herlev --area Læsø --period 2023", "totals", {"area": ["Herlev", "Læsø"], "period": "2023"}),
    (
        "totals --area Herlev --period 2023M01:2023M06 --together",
        "totals",
        {"area": HERLEV, "period": "2023M01:2023M06", "together": "true"},
    ),
    ("figures", "figures", {}),
    ("figure savings --area Herlev", "figure", {"figure": "savings", "area": "Herlev"}),
    (
        "figure savings --area Herlev --as-of 2023-11-05",
        "figure",
        {"figure": "savings", "area": "Herlev", "as_of": KNOWN_THEN},
    ),
    (
        "figure benchmark_rank --area Herlev --item all",
        "figure",
        {"figure": "benchmark_rank", "area": "Herlev", "item": "all"},
    ),
    (
        "figure year_on_year --area Herlev --item all",
        "figure",
        {"figure": "year_on_year", "area": "Herlev", "item": "all"},
    ),
    ("figure total_recipients --area Herlev", "figure", {"figure": "total_recipients", "area": "Herlev"}),
    ("figure unemployment_projection --area Herlev", "figure", {"figure": "unemployment_projection", "area": "Herlev"}),
    ("figure block_grant_share --area Herlev", "figure", {"figure": "block_grant_share", "area": "Herlev"}),
    (
        "figure share_of_workforce --area Herlev --item all",
        "figure",
        {"figure": "share_of_workforce", "area": "Herlev", "item": "all"},
    ),
    (
        "explain savings --area Herlev --period 2023QMAT02",
        "explanation",
        {"figure": "savings", "area": "Herlev", "period": "2023QMAT02"},
    ),
    (
        "explain total_recipients --area Herlev --period 2023M08",
        "explanation",
        {"figure": "total_recipients", "area": "Herlev", "period": "2023M08"},
    ),
    ("revisions y07a02", "revisions", {"table": "y07a02"}),
    (
        "revisions y07a02 --area Herlev --since 2023-11-06",
        "revisions",
        {"table": "y07a02", "area": "Herlev", "since": "2023-11-06"},
    ),
    (f"claims {CLAIMS}", "claims", {}),
]


@pytest.mark.parametrize("asked", ASKED, ids=[each[0].split("/")[0] for each in ASKED])
def test_the_answer_is_that_of_the_command_line(
    nights: Nights, http: TestClient, answering: Any, asked: tuple[str, str, dict[str, Any]]
) -> None:
    from flows.serving.data.tools import server

    command, question, parameters = asked
    said = nights.answer(*(word.replace("\u00a0", " ") for word in command.split(" ")))
    answer = over_http(http, question, limit=ALL, **parameters)
    of_tool = as_tool(server(answering), question, limit=ALL, **parameters)
    assert {**of_tool, "as_of": None} == {**answer, "as_of": None}
    rows = answer["rows"]
    assert said
    assert answer["total"] >= len(rows) == min(len(said), ALL)
    # A program that asks again and again needs the vintage's number; people are told its days.
    own = {"vintage_id"} - said[0].keys()
    assert [{name: cell for name, cell in row.items() if name not in own} for row in rows] == said[:ALL]
    assert answer["vintages"] or all(row["assumptions"] for row in rows), "a figure may rest on assumptions alone"
    assert answer["source"]
    assert {vintage["table"] for vintage in answer["vintages"]} <= set(TABLES)


def test_an_assistant_is_told_value_status_vintage_and_source_of_what_was_known_on_a_day(
    nights: Nights, answering: Any
) -> None:
    """'Sygedagpenge in Herlev, as known on 5 November 2023', over streamable HTTP, as an assistant elsewhere asks."""
    from mcp.client import Client

    from flows.serving.data.app import create_app

    async def asked(address: str) -> tuple[list[str], Any, Any]:
        async with Client(f"{address}/mcp") as client:
            names = [tool.name for tool in (await client.list_tools()).tools]
            found = await client.call_tool("tables", {"words": "sygedagpenge personer fuldtidspersoner"})
            (table,) = {row["table"] for row in found.structured_content["rows"] if row["loaded"]}
            about = {"table": table, "area": ["Herlev"], "measure": "full_time_persons", "as_of": KNOWN_THEN, "last": 1}
            then = await client.call_tool("observations", about)
            now = await client.call_tool(
                "observations", about | {"as_of": "2023-12-31", "period": "2023M09", "last": 1}
            )
            return names, then.structured_content, now.structured_content

    with served(create_app(answering)) as address:
        names, then, now = anyio.run(asked, address)
    assert names == [
        "tables", "areas", "observations", "totals", "figures", "figure", "explanation", "revisions", "claims"
    ]  # fmt: skip
    (row,) = then["rows"]
    (stood,) = nights.query(
        "select o.period, o.value, o.status, o.vintage_id from marts.observations_as_of('2023-11-05 23:59 Europe/Copenhagen', "
        "'y07a02', '163') o where o.measure = 'full_time_persons' and o.is_total order by o.period desc limit 1"
    )
    assert {name: row[name] for name in stood} == stood
    assert (row["status"], row["unit"], row["area"]) == ("observed", "full_time_persons", "Herlev")
    assert then["as_of"].startswith("2023-11-05T23:59:59")
    assert then["source"] == "jobindsats: Antal personer og fuldtidspersoner (sygedagpenge) (y07a02)"
    (vintage,) = then["vintages"]
    assert (vintage["vintage"], vintage["table"]) == (row["vintage_id"], "y07a02")
    assert vintage["seen_at"].startswith("2023-11-05")
    assert now["rows"]


def test_invented_figures_are_said_to_be_so_and_real_ones_are_not(nights: Nights, http: TestClient) -> None:
    asked = [
        ("observations", {"table": "y07a02", "area": "Herlev"}),
        ("figure", {"figure": "savings", "area": "Herlev"}),
        ("tables", {}),
    ]
    for question, parameters in asked:
        answer = over_http(http, question, **parameters)
        assert answer["caveats"][0] == REHEARSED
        assert {vintage["rehearsed"] for vintage in answer["vintages"]} == {True}
    with nights.engine.begin() as connection:
        served_by = connection.scalars(text("select distinct publisher_url from ops.runs")).one()
        connection.execute(text("update ops.runs set publisher_url = :url"), {"url": REAL})
    try:
        for question, parameters in asked:
            answer = over_http(http, question, **parameters)
            assert REHEARSED not in answer["caveats"]
            assert {vintage["rehearsed"] for vintage in answer["vintages"]} == {False}
    finally:
        with nights.engine.begin() as connection:
            connection.execute(text("update ops.runs set publisher_url = :url"), {"url": served_by})


def test_an_assistant_that_starts_its_tools_itself_is_answered_too(answering: Any) -> None:
    from mcp.client.stdio import StdioServerParameters

    from flows.serving.data.tools import server

    started = StdioServerParameters(command=JOBINDSATS, args=["serve-data", "--stdio"], env=dict(os.environ))
    asked = {"figure": "savings", "area": "Herlev", "as_of": KNOWN_THEN}
    assert as_tool(started, "figure", **asked) == as_tool(server(answering), "figure", **asked)


def test_the_questions_of_the_recipes_are_answered(http: TestClient) -> None:
    for file in sorted((ROOT / "docs" / "examples" / "power_query").glob("*.pq")):
        said = file.read_text(encoding="utf-8")
        for path in re.findall(r'RelativePath = "([^"]+)"', said):
            (given,) = re.findall(r"Query = \[(.*?)\]", said, re.DOTALL)
            parameters = dict(re.findall(r'(\w+) = "([^"]*)"', given))
            answer = http.get(f"/{path}", params=parameters)
            assert answer.status_code == 200, answer.text
            (columns,) = re.findall(r"Table.FromRecords\(\w+(?:\[rows\])?, \{(.*?)\}", said, re.DOTALL)
            assert set(re.findall(r'"(\w+)"', columns)) <= answer.json()["rows"][0].keys()


def test_where_there_is_a_token_all_ask_with_it(answering: Any) -> None:
    from flows.serving.data.app import create_app

    token = "a-token-of-more-than-24-signs"
    app = create_app(answering, names=["figures.example"], token=token)
    bearer = {"Authorization": f"Bearer {token}"}
    with TestClient(app, base_url="https://figures.example") as client:
        for path in ("/v1/areas", "/openapi.json"):
            assert (client.get(path).status_code, client.get(path, headers=bearer).status_code) == (401, 200)
        assert client.post("/mcp", json={}).status_code == 401
        assert client.post("/mcp", json={}, headers=bearer).status_code != 401
        described = client.get("/openapi.json", headers=bearer).json()
    assert described["paths"]["/v1/areas"]["get"]["security"] == [{"HTTPBearer": []}]
    assert "401" in described["paths"]["/v1/areas"]["get"]["responses"]


def test_every_page_is_there_once(http: TestClient) -> None:
    everything = over_http(http, "areas", limit=ALL)["rows"]
    offset: int | None = 0
    pages: list[Any] = []
    while offset is not None:
        page = over_http(http, "areas", limit=30, offset=offset)
        assert (page["total"], len(page["rows"]) <= 30) == (len(everything), True)
        pages += page["rows"]
        offset = page["next_offset"]
    assert pages == everything


@pytest.mark.parametrize(
    ("question", "parameters", "told"),
    [
        ("observations", {"table": "y07a02", "aera": "Herlev"}, "'aera'; there is area"),
        ("observations", {"table": "y07a02"}, "area: Field required"),
        ("observations", {"table": "y07a20", "area": "Herlev"}, "y07a02"),
        ("observations", {"table": "y07a02", "area": "Herlve"}, "did you mean Herlev"),
        ("observations", {"table": "y07a02", "area": "Herlev", "measure": "ful_time_persons"}, "full_time_persons"),
        ("observations", {"table": "y07a02", "area": "Herlev", "as_of": "i går"}, "no date or time"),
        ("observations", {"table": "y07a02", "area": "Herlev", "as_of": "2020-01-01"}, "first seen 2023-11-05"),
        ("observations", {"table": "y07a02", "area": "Herlev", "period": "2023Q03"}, "2023M07:2023M09"),
        ("observations", {"table": "y07a02", "area": "Herlev", "limit": 1001}, "less than or equal to 1000"),
        ("figure", {"figure": "saving", "area": "Herlev"}, "savings"),
        ("explanation", {"figure": "savings", "area": "Herlev", "period": "1999"}, "2023QMAT02"),
        ("claims", {"document": "no such"}, "no paper is called"),
        ("tables", {"words": "qqqq"}, "no table has the words"),
        ("areas", {"words": "qqqqqq"}, "no area"),
    ],
)
def test_what_is_not_there_is_an_error_that_names_what_is(
    http: TestClient, answering: Any, question: str, parameters: dict[str, Any], told: str
) -> None:
    from mcp.client import Client

    from flows.serving.data.tools import server

    answer = http.get(f"/v1/{question}", params=parameters)
    assert answer.status_code == 422
    assert told in answer.json()["detail"]

    async def called() -> Any:
        async with Client(server(answering)) as client:
            areas = {"area": [parameters["area"]]} if "area" in parameters and question == "observations" else {}
            return await client.call_tool(question, parameters | areas)

    result = anyio.run(called)
    assert (result.is_error, result.content[0].text) == (True, answer.json()["detail"])


def test_nothing_can_be_written_and_nothing_but_marts_be_read(engine_of_readers: Engine) -> None:
    from tasks.readers.session import asking

    for statement in (
        "delete from marts.claim_check",
        "create table marts.own (n integer)",
        "select * from core.observations",
        "select * from ops.runs",
        "reset role; select * from core.observations",
        "set transaction read write; delete from marts.claim_check",
        "reset role; set transaction read write; update core.observations set value = 0",
    ):
        with (
            pytest.raises(DBAPIError, match=r"read-only|permission denied|must be set before"),
            asking(engine_of_readers) as reader,
        ):
            reader.exec_driver_sql(statement)
    with asking(engine_of_readers) as reader:
        assert reader.scalar(text("select current_user")) == "dashboard_reader"


def test_a_statement_and_an_answer_last_only_so_long(nights: Nights, engine_of_readers: Engine) -> None:
    from flows.serving.data.app import create_app
    from tasks.readers.answering import Answering
    from tasks.readers.session import asking, reading_engine

    hurried = reading_engine(read_settings(), seconds=0.05)
    with hurried as engine, asking(engine) as reader, pytest.raises(DBAPIError, match="statement timeout"):
        reader.execute(text("select pg_sleep(30)"))
    archive = Archive(read_settings().archive)
    with reading_engine(read_settings(), seconds=0.001) as engine:
        for answering, why in (
            (Answering(engine, archive=archive), "took too long"),
            (Answering(engine_of_readers, archive=archive, seconds=0), "too many questions"),
        ):
            with TestClient(create_app(answering), base_url="http://127.0.0.1") as client:
                answer = client.get("/v1/totals", params={"area": "Herlev"})
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
            assert why in answer.json()["detail"]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("observations?table=y07a02&area=Herlev&period=2023M09&period=2023M08", "period is given 2 times"),
        ("observations?table=y07a02&table=y01a02&area=Herlev", "table is given 2 times"),
        ("observations?table=y30r21&area=Herlev&where=A=1&where=A=2", "'A' is asked for twice"),
        ("observations?table=y07a02&area=Herlev&as_of=9999-12-31T23:59:59", "is no date or time"),
    ],
)
def test_nothing_that_is_asked_is_left_out_in_silence(http: TestClient, asked: str, told: str) -> None:
    answer = http.get(f"/v1/{asked}")
    assert (answer.status_code, told in answer.json()["detail"]) == (422, True), answer.text


def test_no_stream_takes_the_place_of_those_who_ask(http: TestClient) -> None:
    answer = http.get("/mcp", headers={"accept": "text/event-stream"})
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


KNOWN = {"table": "y07a02", "area": "Herlev", "figure": "savings", "period": "2023QMAT02", "as_of": KNOWN_THEN}


def test_what_the_description_says_holds_for_all_that_may_be_asked(answering: Any) -> None:
    """Schemathesis asks each question what its description allows and what it does not; half of it of what there is."""
    import schemathesis
    from schemathesis import GenerationMode
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi import checks

    from flows.serving.data.app import create_app

    held = [
        not_a_server_error,
        checks.status_code_conformance,
        checks.content_type_conformance,
        checks.response_schema_conformance,
        checks.negative_data_rejection,
    ]
    statuses: set[int] = set()
    with served(create_app(answering)) as address:
        described = schemathesis.openapi.from_url(f"{address}/openapi.json")
        asked = st.one_of(described.as_strategy(), described.as_strategy(GenerationMode.NEGATIVE))

        @seed(1)
        @settings(max_examples=50, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(case=asked, of_what_there_is=st.booleans())
        def holds(case: Any, of_what_there_is: bool) -> None:
            if of_what_there_is and case.meta.generation.mode is GenerationMode.POSITIVE:
                case.query = {name: KNOWN.get(name, value) for name, value in (case.query or {}).items()}
            statuses.add(case.call_and_validate(checks=held).status_code)

        holds()
    assert statuses == {200, 422}
