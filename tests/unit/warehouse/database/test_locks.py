"""Locks: one holder at a time, and none is left by a session that ends."""

from __future__ import annotations

from sqlalchemy import Engine, text

from warehouse.database.locks import Lock, held, holders


def holding(engine: Engine, lock: Lock) -> set[int]:
    with engine.connect() as connection:
        return holders(connection, lock)


def test_a_lock_has_one_holder(engine: Engine) -> None:
    with held(engine, Lock.TABLE, number=3) as first, held(engine, Lock.TABLE, number=3) as second:
        assert (first, second) == (True, False)
        assert holding(engine, Lock.TABLE) == {3}
    assert holding(engine, Lock.TABLE) == set()


def test_other_numbers_and_other_kinds_are_other_locks(engine: Engine) -> None:
    with held(engine, Lock.TABLE, number=3), held(engine, Lock.TABLE, number=4) as other:
        with held(engine, Lock.RUN, number=3) as another:
            assert other
            assert another
        assert holding(engine, Lock.TABLE) == {3, 4}


def test_patience_ends(engine: Engine) -> None:
    with held(engine, Lock.NIGHT), held(engine, Lock.NIGHT, patience_seconds=0.05) as mine:
        assert not mine


def test_patience_is_rewarded(engine: Engine) -> None:
    with held(engine, Lock.NIGHT):
        pass
    with held(engine, Lock.NIGHT, patience_seconds=5) as mine:
        assert mine


def test_a_lock_that_is_held_keeps_no_rows_from_being_cleared_away(engine: Engine) -> None:
    holds_rows = (
        "select backend_xmin is not null or backend_xid is not null from pg_stat_activity join pg_locks l using (pid)"
    )
    with held(engine, Lock.NIGHT), engine.connect() as connection:
        found = connection.scalars(text(f"{holds_rows} where l.locktype = 'advisory' and l.classid = {Lock.NIGHT:d}"))
        assert found.all() == [False]


def test_a_session_that_is_cut_off_leaves_no_lock(engine: Engine) -> None:
    with held(engine, Lock.NIGHT) as mine:
        assert mine
        with engine.connect() as connection:
            cut = (
                "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and pid <> pg_backend_pid()"
            )
            assert connection.scalar(text(cut))
        with held(engine, Lock.NIGHT, patience_seconds=5) as other:
            assert other
