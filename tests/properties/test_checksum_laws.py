"""Laws of the checksum on a real PostgreSQL: the same history has the same one, and any other history another."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from tests.content import checksum
from tests.properties.effort import EXAMPLES
from tests.properties.releases import FULL_TIME, HIDDEN, PERSONS, Cell, Release, forget, load, night, open_run, shown
from tests.properties.releases import stage as stage_release
from warehouse.history.checksum import Part, combined, first_difference, parts
from warehouse.history.staging import drop_staging
from warehouse.history.vintages import publish
from warehouse.marts.contract import HASHED

pytestmark = pytest.mark.slow

CELLS = st.tuples(
    st.sampled_from(["2026M05", "2026M06"]), st.sampled_from([0, 163, 741]), st.sampled_from([PERSONS, FULL_TIME])
)
CONTENTS = st.sampled_from([shown(0), shown(1), shown(1.5), shown(2), HIDDEN, (None, "not_yet")])
RELEASES = st.dictionaries(CELLS, CONTENTS, min_size=1, max_size=8)
HISTORIES = st.lists(RELEASES, min_size=1, max_size=4)
# Each example is two histories on a real PostgreSQL.
FEWER = settings(max_examples=max(4, EXAMPLES // 15))


def written(engine: Engine, history: Sequence[Release], *, order: random.Random | None = None) -> list[Part]:
    """A history published into an emptied warehouse, whose numbers go on; with `order`, series are numbered anyhow."""
    forget(engine)
    if order:
        number_series(engine, history, order=order)
    for at, release in enumerate(history):
        with engine.begin() as connection:
            run_id = open_run(connection)
            staging = stage_release(connection, release, run_id=run_id)
            told = load(staging, run_id=run_id, seen_at=night(at))
            digest = hashlib.sha256(repr(sorted(release.items())).encode()).hexdigest()
            publish(connection, replace(told, content_hash=digest, manifest=f"manifests/{at}"))
    with engine.connect() as connection:
        return list(parts(connection, marts=HASHED))


def number_series(engine: Engine, history: Sequence[Release], *, order: random.Random) -> None:
    """Give the series of a history their numbers in any order, as loads do that were staged and then stopped."""
    cells = [{cell: content} for release in history for cell, content in release.items()]
    order.shuffle(cells)
    with engine.begin() as connection:
        run_id = open_run(connection)
        for cell in cells:
            drop_staging(connection, name=stage_release(connection, cell, run_id=run_id))


@FEWER
@given(HISTORIES, st.randoms(use_true_random=False))
def test_the_same_history_has_the_same_checksum_whatever_its_numbers_and_order(
    module_engine: Engine, history: list[Release], order: random.Random
) -> None:
    one = written(module_engine, history)
    other = written(module_engine, history, order=order)
    assert one == other
    assert first_difference(one, standing=other) is None
    with module_engine.connect() as connection:
        assert checksum(connection, marts=HASHED) == combined(reversed(one))


@FEWER
@given(HISTORIES, st.data())
def test_any_other_history_has_another_checksum(
    module_engine: Engine, history: list[Release], data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(history) - 1))
    cell: Cell = data.draw(st.sampled_from(sorted(history[at])))
    content = data.draw(CONTENTS)
    assume(content != history[at][cell])
    one = written(module_engine, history)
    changed = [{**release, cell: content} if number == at else release for number, release in enumerate(history)]
    other = written(module_engine, changed)
    assert combined(one) != combined(other)
    assert first_difference(one, standing=other) is not None
