"""Laws of tidying: whatever was published, stopped, fetched and left behind, what anything rests on stays, and nothing else.

That a tidied archive still gives the same warehouse is tried with real nights (tests/journey/test_tidy.py).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from uuid import uuid4

import pytest
from hypothesis import event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import Engine, insert, text

from tasks.archive.receipts import missing_answers, published, put_publication
from tasks.archive.store import Archive, Entry, Manifest, payload_of
from tasks.quarantine.stopped_loads import stopped_loads
from tasks.resources import Resources
from tasks.upkeep.retention import for_nothing, tidy
from tests.properties.effort import EXAMPLES
from tests.properties.releases import PERSONS, TABLE, forget, load, night, open_run, shown, stage
from warehouse.danish.clock import Clock
from warehouse.history.vintages import publish
from warehouse.schema import ops as records
from warehouse.settings import Settings

# Few, so that looks share them: an answer that one of them needs is often in others that nobody needs.
ANSWERS = [b"[]", b'["tables"]', b'{"metadata": 1}', b'{"columns": []}', b"a web page"]
SOME = st.lists(st.sampled_from(ANSWERS), min_size=1, max_size=3)
LONG_AFTER = datetime(2060, 1, 1, tzinfo=UTC)
YOUNG = LONG_AFTER - timedelta(days=30)
PUBLISHER = "http://127.0.0.1:1/v3"


class Tidying(RuleBasedStateMachine):
    """An archive and its warehouse beside a list of what each look is for."""

    engine: ClassVar[Engine]

    def __init__(self) -> None:
        super().__init__()
        with self.engine.begin() as connection:
            for emptied in ("backfill_partitions", "backfills"):
                connection.execute(text(f"delete from ops.{emptied}"))
        forget(self.engine)
        self.resources = Resources(Settings(archive_url=f"memory://{uuid4().hex}"), Clock(LONG_AFTER), self.engine)
        self.archive: Archive = self.resources.archive
        self.nights = 0
        self.looks: dict[str, list[bytes]] = {}
        self.kept: set[str] = set()
        self.stopped: dict[str, int] = {}
        self.others: set[str] = set()

    # ---- what happens -----------------------------------------------------------------------------------

    @rule(answers=SOME, receipt=st.booleans())
    def published(self, answers: list[bytes], receipt: bool) -> None:
        """A look becomes a vintage, and overtakes what was stopped; its receipt may still be owed."""
        manifest = self._look(answers)
        with self.engine.begin() as connection:
            staging = stage(connection, {("2026M06", 163, PERSONS): shown(self.nights)}, run_id=manifest.run_id)
            release = load(staging, run_id=manifest.run_id, seen_at=manifest.seen_at)
            vintage = publish(connection, replace(release, manifest=manifest.name))
        self.kept = (self.kept - self.stopped.keys()) | {manifest.name}
        self.stopped.clear()
        if receipt:
            with self.engine.connect() as connection:
                for publication in published(connection, vintage_id=vintage.vintage_id):
                    self.others.add(put_publication(self.archive, publication))

    @rule(answers=SOME)
    def stopped_by_a_check(self, answers: list[bytes]) -> None:
        """A look goes to quarantine, where it waits for a person."""
        manifest = self._look(answers)
        stopped = {
            "run_id": manifest.run_id,
            "table_id": TABLE,
            "manifest": manifest.name,
            "rule": "within_bounds",
            "message": "it was stopped",
            "rejected": 0,
            "stopped_at": manifest.seen_at,
        }
        with self.engine.begin() as connection:
            number = connection.scalar(
                insert(records.quarantine).returning(records.quarantine.c.quarantine_id), stopped
            )
        self.stopped[manifest.name] = int(number or 0)
        self.kept.add(manifest.name)

    @rule(answers=SOME, young=st.booleans(), table=st.sampled_from(["tables", TABLE]))
    def nothing_came_of_it(self, answers: list[bytes], young: bool, table: str) -> None:
        """A look at the list of tables, one that failed or found nothing new; one of last month is kept for a while."""
        manifest = self._look(answers, table=table, seen_at=YOUNG + timedelta(seconds=self.nights) if young else None)
        self.kept |= {manifest.name} if young else set()

    @rule(answers=SOME)
    def died_in_the_middle_of_a_fetch(self, answers: list[bytes]) -> None:
        """Answers that no look names."""
        for answer in answers:
            self.archive.put(answer)

    @rule()
    def died_in_the_middle_of_a_write(self) -> None:
        """A file that never got its name."""
        self.archive.put_file(f"{payload_of('ab' * 32)}.part-{uuid4().hex}", b"half")

    @rule(name=st.sampled_from(["README.txt", "payloads/ab/mine.gz", "manifests/notes.md", "notes/plan.xlsx"]))
    def somebody_put_a_file_there(self, name: str) -> None:
        """What is not ours is nobody's business."""
        self.archive.put_file(name, b"mine")
        self.others.add(name)

    @rule(
        answers=SOME,
        ended=st.sampled_from(["fetched", "failed", "quarantined", "done", "died before the ledger knew"]),
    )
    def backfilled(self, answers: list[bytes], ended: str) -> None:
        """A partition of a backfill has come so far."""
        manifest = self._look(answers)
        known = {"fetched": ("fetched", None), "died before the ledger knew": ("waiting", None), "done": ("done",) * 2}
        state, outcome = known.get(ended, ("failed", ended))
        with self.engine.begin() as connection:
            asked = {"first_period": "2026", "last_period": "2026", "table_ids": [], "publisher_url": PUBLISHER}
            statement = insert(records.backfills).returning(records.backfills.c.backfill_id)
            backfill = connection.scalar(statement, asked | {"started_at": manifest.seen_at})
            partition: dict[str, Any] = {
                "backfill_id": backfill,
                "partition_no": 1,
                "table_id": TABLE,
                "periods": ["2026M06"],
                "state": state,
                "planned_calls": 1,
                "planned_cells": 1,
                "run_id": manifest.run_id,
                "manifest": None if ended.startswith("died") else manifest.name,
                "outcome": outcome,
            }
            connection.execute(insert(records.backfill_partitions), partition)
        self.kept |= {manifest.name} if ended not in ("done", "quarantined") else set()

    @precondition(lambda self: self.stopped)
    @rule()
    def given_up(self) -> None:
        """A person has dealt with a stopped load: nothing waits for it any more."""
        name, number = self.stopped.popitem()
        self.kept.discard(name)
        done = "update ops.quarantine set released_at = stopped_at where quarantine_id = :number"
        with self.engine.begin() as connection:
            connection.execute(text(done), {"number": number})

    @rule()
    def tidied(self) -> None:
        """What was announced is removed, and nothing is left to announce."""
        announced = {file.name for file in for_nothing(self.resources).files}
        before = set(self.archive.sizes())
        assert {file.name for file in tidy(self.resources).files} == announced
        assert set(self.archive.sizes()) == before - announced
        assert tidy(self.resources).files == ()
        event("something was removed" if announced else "nothing was removed")
        self.looks = {name: answers for name, answers in self.looks.items() if name in self.kept}
        needed = {payload_of(digest) for name in self.kept for digest in self._digests(name)}
        assert set(self.archive.sizes()) == self.kept | needed | self.others

    # ---- what is always so ------------------------------------------------------------------------------

    @invariant()
    def what_anything_rests_on_is_there(self) -> None:
        """Every look that is kept, and each look that is there at all, can be read to the last byte."""
        assert missing_answers(self.archive) == {}
        assert self.kept <= self.looks.keys()
        for name, answers in self.looks.items():
            assert [self.archive.get(digest) for digest in self._digests(name)] == answers
        with self.engine.connect() as connection:
            assert {each.manifest for each in stopped_loads(connection)} == self.stopped.keys()

    def _digests(self, name: str) -> list[str]:
        return [entry.sha256 for entry in self.archive.get_manifest(name).entries]

    def _look(self, answers: list[bytes], *, table: str = TABLE, seen_at: datetime | None = None) -> Manifest:
        self.nights += 1
        moment = seen_at or night(self.nights)
        with self.engine.begin() as connection:
            run_id = open_run(connection, started_at=moment)
        entries = tuple(Entry("/data", "", 200, len(answer), self.archive.put(answer)) for answer in answers)
        manifest = Manifest(table, PUBLISHER, None, moment, run_id, entries)
        self.archive.put_manifest(manifest)
        self.looks[manifest.name] = answers
        return manifest


@pytest.mark.timeout(600)
def test_after_every_history_tidying_leaves_what_anything_rests_on_and_nothing_else(module_engine: Engine) -> None:
    Tidying.engine = module_engine
    run_state_machine_as_test(Tidying, settings=settings(max_examples=max(20, EXAMPLES // 3)))
