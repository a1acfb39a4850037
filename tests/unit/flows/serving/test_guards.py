"""Which names Prefect's server answers, and what whoever starts a run may choose, however the server is started."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi import FastAPI
from prefect.workers.process import ProcessWorker
from starlette.testclient import TestClient

from flows.serving.pool import without_choices
from flows.serving.prefect_patch import guarded

ROOT = Path(__file__).parents[4]
STARTED_BY = ("compose.yaml", "docs/examples/systemd/jobindsats-prefect.service", "docs/examples/Containerfile")


@pytest.mark.parametrize(
    ("served_as", "host", "status"),
    [
        ("", "127.0.0.1:4200", 404),
        ("", "localhost", 404),
        ("", "attacker.example", 400),
        ("", "prefect:4200", 400),
        ("prefect, figures.example", "prefect:4200", 404),
        ("prefect, figures.example", "figures.example", 404),
        ("prefect, figures.example", "127.0.0.1", 404),
        ("prefect, figures.example", "other.example", 400),
        (" , ", "other.example", 400),
    ],
)
def test_the_server_answers_its_own_names_alone(
    monkeypatch: pytest.MonkeyPatch, served_as: str, host: str, status: int
) -> None:
    monkeypatch.setenv("SERVED_AS", served_as)
    assert TestClient(guarded(FastAPI())).get("/api/nowhere", headers={"host": host}).status_code == status


def test_whoever_starts_a_run_chooses_no_command_environment_or_folder() -> None:
    offered = without_choices(ProcessWorker.get_default_base_job_template())
    assert {"command", "env", "working_dir"} <= set(
        ProcessWorker.get_default_base_job_template()["variables"]["properties"]
    )
    assert set(offered["variables"]["properties"]) <= {"name", "stream_output"}
    assert not {"command", "env", "working_dir"} & set(offered["job_configuration"])


@pytest.mark.parametrize("file", STARTED_BY)
def test_every_way_to_start_it_is_guarded(file: str) -> None:
    said = (ROOT / file).read_text(encoding="utf-8")
    assert "flows.serving.prefect_patch" in said
    assert "work-pool create" not in said


def test_compose_and_the_paper_make_the_pool_as_serve_does() -> None:
    for file in ("compose.yaml", "docs/operations.md"):
        said = (ROOT / file).read_text(encoding="utf-8")
        assert "python -m flows.serving.pool" in said
        assert "work-pool create" not in said
