"""Dashboards that go on reading while nights and a backfill run: none fails, and none sees half a mart or an empty one.

PostgreSQL keeps with each row the transaction that wrote it (`xmin`). A mart is filled in one transaction, so what one query
sees of it (of `benefit_recipients`: of one publisher table in it) has one, and the same transaction has always the same rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event

import pytest
from sqlalchemy import Connection, Engine, create_engine, text

from tests.conftest import ROOT, Stage
from tests.scene import Scene
from warehouse.database.reader_limits import READER
from warehouse.database.reader_role import give
from warehouse.marts.contract import MARTS
from warehouse.marts.views import views

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

TABLES = ["y30r21", "y01a02"]
CONNECTIONS = 8
PARTED = {"benefit_recipients": "table_id"}
VIEWS = tuple(table.name for table in MARTS if table.metadata is views)
GROWING = ("benefit_recipients", *VIEWS, "data_dictionary", "claim_check")
"""Marts with rows from the first night on, that never have fewer."""
_STATE = """
select {part} as part, {writer} as writer, count(*) as rows,
       {content} as content
from marts.{mart} m group by 1, 2
"""


@dataclass
class Seen:
    """What all readers saw: queries, errors, and the content of what each transaction wrote."""

    queries: int = 0
    errors: list[str] = field(default_factory=list)
    contents: dict[tuple[str, str, str], set[tuple[int, str]]] = field(default_factory=lambda: defaultdict(set))
    mixed: list[str] = field(default_factory=list)
    fewest: dict[str, int] = field(default_factory=dict)

    def look(self, connection: Connection, mart: str) -> None:
        """One query of a mart, by one reader."""
        writer, content = ("''", "''") if mart in VIEWS else ("xmin::text", "sum(hashtextextended(m::text, 0))::text")
        asked = _STATE.format(part=PARTED.get(mart, "''"), writer=writer, content=content, mart=mart)
        found = connection.execute(text(asked)).all()
        self.queries += 1
        parts = [row.part for row in found]
        if len(parts) != len(set(parts)):
            self.mixed.append(f"{mart}: {found}")
        self.fewest[mart] = min(self.fewest.get(mart, 10**9), sum(row.rows for row in found))
        for row in found:
            if mart not in VIEWS:
                self.contents[mart, row.part, row.writer].add((row.rows, row.content))


def keep_looking(engine: Engine, seen: Seen, stop: Event) -> None:
    """One dashboard: mart after mart, until it is told to stop."""
    with engine.connect() as connection:
        connection.execute(text(f"set role {READER}"))
        connection.commit()
        while not stop.is_set():
            for table in MARTS:
                try:
                    seen.look(connection, table.name)
                except Exception as error:  # noqa: BLE001  # whatever a dashboard meets is what we ask about
                    seen.errors.append(f"{table.name}: {error}")
                connection.rollback()


@contextmanager
def dashboards(scene: Scene) -> Iterator[Seen]:
    """Eight of them, for the length of a block."""
    engine = create_engine(scene.database, pool_size=CONNECTIONS)
    seen, stop = Seen(), Event()
    try:
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            looking = [pool.submit(keep_looking, engine, seen, stop) for _ in range(CONNECTIONS)]
            try:
                yield seen
            finally:
                stop.set()
            for each in looking:
                each.result()
    finally:
        engine.dispose()


def test_readers_see_the_old_or_the_new_and_never_nothing(stage: Stage) -> None:
    with stage(today="2023-11-05", scale="small") as scene:
        scene.patch.setenv("JOBINDSATS_CLAIMS", str(ROOT / "docs" / "examples" / "claims" / "five-papers.yml"))
        if not scene.query("select rolsuper from pg_roles where rolname = current_user")[0]["rolsuper"]:
            pytest.skip("the user of the given server may not make roles and act as them")
        assert scene.night(tables=TABLES).outcome == "completed"
        give_readers(scene)
        before = {table.name: scene.query(f"select count(*) as n from marts.{table.name}")[0]["n"] for table in MARTS}
        with dashboards(scene) as seen:
            assert scene.night("2023-12-05", tables=TABLES).outcome == "completed"
            scene.set_clock()
            scene.answer("backfill", "--from", "2021M01", "--to", "2021M12", "--table", "y01a02")
            assert scene.night("2024-01-05", tables=TABLES).outcome == "completed"
        assert seen.errors == []
        assert seen.mixed == []
        assert seen.queries > CONNECTIONS * len(MARTS)
        assert {key: content for key, content in seen.contents.items() if len(content) != 1} == {}
        assert [mart for mart in GROWING if before[mart] and seen.fewest[mart] < before[mart]] == []
        filled = [table.name for table in MARTS if before[table.name]]
        assert [mart for mart in filled if seen.fewest[mart] == 0] == []
        # Otherwise nothing was rebuilt under their eyes, and the test shows nothing.
        assert (
            len({writer for mart, part, writer in seen.contents if (mart, part) == ("benefit_recipients", "y01a02")})
            > 1
        )
        assert len({writer for mart, _, writer in seen.contents if mart == "block_grant_share"}) > 1


def give_readers(scene: Scene) -> None:
    engine = create_engine(scene.database)
    with engine.begin() as connection:
        assert give(connection).remarks == []
    engine.dispose()
