"""Events of lineage: OpenLineage's own model takes them as they are, and they say what the archive and the warehouse say."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from openlineage.client import event_v2, facet_v2
from openlineage.client.serde import Serde
from sqlalchemy import URL, Engine, make_url, text

from flows.command_line.main import run
from tasks.archive.store import Archive, Entry, Manifest
from tasks.upkeep.lineage import _place, write_events
from tests.properties.releases import FULL_TIME, PERSONS, TABLE, night, publish_release, shown

STANDARD = {
    "parent": facet_v2.parent_run.ParentRunFacet,
    "jobType": facet_v2.job_type_job.JobTypeJobFacet,
    "documentation": facet_v2.documentation_dataset.DocumentationDatasetFacet,
    "version": facet_v2.dataset_version_dataset.DatasetVersionDatasetFacet,
    "inputStatistics": facet_v2.input_statistics_input_dataset.InputStatisticsInputDatasetFacet,
    "outputStatistics": facet_v2.output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet,
}
OWN = {"jobindsats_vintage": facet_v2.RunFacet, "jobindsats_source_bytes": facet_v2.DatasetFacet}
FLOW_RUN = "0b6c1d7e-6a4f-4b37-9d55-3f6f6b6a0f11"
ANSWERS = (b"first answer", b"second answer", b"first answer")


def modelled(event: dict[str, Any]) -> event_v2.RunEvent:
    """An event in the client's own classes, which refuse what they do not know."""
    run, job, kind = event["run"], event["job"], event_v2.RunState(event["eventType"])
    return event_v2.RunEvent(
        eventType=kind,
        eventTime=event["eventTime"],
        producer=event["producer"],
        run=event_v2.Run(run["runId"], facets(run["facets"])),
        job=event_v2.Job(job["namespace"], job["name"], facets(job["facets"])),
        inputs=[event_v2.InputDataset(**each | read_facets(each, "inputFacets")) for each in event["inputs"]],
        outputs=[event_v2.OutputDataset(**each | read_facets(each, "outputFacets")) for each in event["outputs"]],
    )


def read_facets(dataset: dict[str, Any], special: str) -> dict[str, Any]:
    return {name: facets(dataset[name]) for name in ("facets", special)}


def facets(said: dict[str, Any]) -> dict[str, Any]:
    return {name: facet(name, about) for name, about in said.items()}


def facet(name: str, said: dict[str, Any]) -> Any:
    content = {key: cell for key, cell in said.items() if not key.startswith("_")}
    if name in STANDARD:
        return STANDARD[name](producer=said["_producer"], **content)
    return OWN[name](producer=said["_producer"]).with_additional_properties(**content)


@pytest.fixture
def published(engine: Engine, archive: Archive) -> Engine:
    """A warehouse with two vintages of a table, each read from archived answers, two of which have the same bytes."""
    for number in (1, 2):
        release = {("2026M06", 0, PERSONS): shown(90_000 + number), ("2026M06", 0, FULL_TIME): shown(70_000)}
        vintage = publish_release(engine, release, seen_at=night(number))
        entries = tuple(
            Entry(f"data/{TABLE}?part={part}", (night(number) - timedelta(minutes=9 - part)).isoformat(), 200, len(body),
                  archive.put(body + bytes([number]))) for part, body in enumerate(ANSWERS)
        )  # fmt: skip
        manifest = Manifest(TABLE, "https://publisher/v3", None, night(number), number, entries)
        with engine.begin() as connection:
            values = {"manifest": archive.put_manifest(manifest), "vintage": vintage.vintage_id, "flow_run": FLOW_RUN}
            connection.execute(
                text("update core.vintages set manifest = :manifest where vintage_id = :vintage"), values
            )
            connection.execute(text("update ops.runs set flow_run = :flow_run"), values)
    return engine


def written(engine: Engine, *, archive: Archive, to: Path) -> list[list[dict[str, Any]]]:
    """The events in each file of a folder, after those that lack were written there."""
    with engine.connect() as connection:
        assert write_events(connection, archive=archive, to=to).lacking == []
    return [[json.loads(line) for line in file.read_text().splitlines()] for file in sorted(to.rglob("*.jsonl"))]


def test_the_client_s_own_model_writes_the_same_events(published: Engine, archive: Archive, tmp_path: Path) -> None:
    files = written(published, archive=archive, to=tmp_path / "events")
    assert [[event["eventType"] for event in events] for events in files] == [["START", "COMPLETE"]] * 2
    for event in (event for events in files for event in events):
        assert Serde.to_dict(modelled(event)) == event


def test_an_event_says_which_bytes_a_vintage_was_read_from_and_what_it_brought(
    published: Engine, archive: Archive, tmp_path: Path
) -> None:
    (_, first), (begun, second) = written(published, archive=archive, to=tmp_path / "events")
    answers = [each["facets"]["jobindsats_source_bytes"] for each in second["inputs"]]
    assert [archive.get(each["sha256"]) for each in answers] == [b"first answer\x02", b"second answer\x02"]
    assert [len(each["answers"]) for each in answers] == [2, 1]
    place = Path(second["inputs"][0]["name"])
    assert (second["inputs"][0]["namespace"], place.is_file()) == ("file", True)
    vintage = second["run"]["facets"]["jobindsats_vintage"]
    counts = {name: vintage[name] for name in ("new", "revised", "withdrawn", "unchanged")}
    assert counts == {"new": 0, "revised": 1, "withdrawn": 0, "unchanged": 1}
    assert second["outputs"][0]["outputFacets"]["outputStatistics"]["rowCount"] == 1
    assert second["outputs"][0]["name"].endswith(f".core.observations_{TABLE}")
    assert second["run"]["facets"]["parent"]["run"]["runId"] == FLOW_RUN
    assert first["run"]["runId"] != second["run"]["runId"]
    assert [datetime.fromisoformat(each["eventTime"]) for each in (begun, second)] == [
        night(2) - timedelta(minutes=9),
        night(2).astimezone(UTC),
    ]


def test_written_again_it_adds_what_lacks_and_is_the_same(published: Engine, archive: Archive, tmp_path: Path) -> None:
    once, again = tmp_path / "once", tmp_path / "again"
    before = written(published, archive=archive, to=once)
    lost = min(once.rglob("*.jsonl"))
    lost.unlink()
    assert written(published, archive=archive, to=once) == before
    assert written(published, archive=archive, to=again) == before


@pytest.fixture
def reached(
    published: Engine, archive: Archive, database: URL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A folder to work in, from which that warehouse and its archive are reached."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JOBINDSATS_WAREHOUSE_URL", database.render_as_string(hide_password=False))
    monkeypatch.setenv("JOBINDSATS_ARCHIVE_URL", archive.root)
    return tmp_path


def test_the_command_tells_what_it_wrote_and_of_which_vintages_the_archive_lacks_the_list(
    reached: Path, archive: Archive, capsys: pytest.CaptureFixture[str]
) -> None:
    archive.remove(min(archive.names("manifests")))
    assert run(["lineage", "--to", "events", "--table", TABLE]) == 1
    told = capsys.readouterr()
    assert "Events of 1 vintages written to events, 0 were there, 1 cannot be written" in told.out
    assert f"{TABLE}, vintage 1: manifests/" in told.err
    (reached / "file").touch()
    assert run(["lineage", "--to", "file"]) == 2
    assert "cannot be written (Not a directory)" in capsys.readouterr().err


def test_no_password_is_told(published: Engine, archive: Archive, tmp_path: Path) -> None:
    secret = make_url(published.url.render_as_string(hide_password=False)).set(password="secret-word")
    published.url = secret
    assert "secret-word" not in json.dumps(written(published, archive=archive, to=tmp_path / "events"))
    assert _place("s3://key:secret@bucket/some/place") == ("s3://bucket", "some/place")
