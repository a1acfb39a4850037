"""Replay: the archive's history into a warehouse, vintage by vintage, then the marts, then the checksum."""

from __future__ import annotations

from prefect import flow
from pydantic import SecretStr

from tasks.replay import ReplayReport, begin_replay, end_replay, on_record, read_history, rebuilding, replay_vintage


@flow(name="replay", validate_parameters=True)
def replay(warehouse: SecretStr | None = None, verify: bool = False) -> ReplayReport:
    """Rebuild a warehouse from the archive alone; to verify, hold it against the configured one."""
    with rebuilding(warehouse, verify=verify) as target:
        history = read_history(target)
        begun = begin_replay(history, target=target)
        with on_record(begun, target=target):
            for publication in begun.waiting:
                replay_vintage(publication, run_id=begun.run_id, target=target)
            return end_replay(history, target=target)
