"""Replay: the archive's history into a warehouse, vintage by vintage, then the marts, then the checksum."""

from __future__ import annotations

from prefect import flow
from pydantic import SecretStr

from tasks.replay.steps import (
    ReplayReport,
    as_shown,
    begin_replay,
    end_replay,
    on_record,
    read_history,
    rebuilding,
    replay_vintage,
)
from tasks.runs import names
from tasks.runs.artifacts import tracked


@flow(name="replay", flow_run_name=names.of_replay, validate_parameters=True)
def replay(warehouse: SecretStr | None = None, verify: bool = False) -> ReplayReport:
    """Rebuild a warehouse from the archive alone; to verify, hold it against the configured one."""
    return as_shown(rebuild(warehouse, verify=verify))


@flow(name="replay here", flow_run_name=names.of_replay, validate_parameters=True)
def replay_here(verify: bool = True) -> ReplayReport:
    """Prove that the archive alone gives the configured warehouse back; or, not verifying, rebuild it.

    It takes no address: Prefect keeps the parameters of a deployment's runs in clear. It fails where the two differ.

    Args:
        verify: Rebuild in a scratch database and compare, changing nothing. Off: rebuild the configured warehouse,
            which must be empty or hold a beginning of the archive's history.
    """
    return as_shown(rebuild(None, verify=verify))


def rebuild(warehouse: SecretStr | None, *, verify: bool) -> ReplayReport:
    """A replay's steps, in order."""
    with rebuilding(warehouse, verify=verify) as target:
        history = read_history(target)
        begun = begin_replay(history, target=target)
        with on_record(begun, target=target):
            for publication in tracked([begun.waiting], of=1, key="replay-progress"):
                replay_vintage(publication, run_id=begun.run_id, target=target)
            return end_replay(history, target=target)
