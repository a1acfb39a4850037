"""Events of lineage, as OpenLineage has them: a file per vintage says which bytes it was read from, and what it brought.

A file has two lines, the event that began the vintage and the one that ended it, as OpenLineage's own client writes them to
files. A vintage has the same events whenever they are written: a file that is there is left as it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid5

from sqlalchemy import Connection, Row, text

from tasks.archive.store import Archive, ArchiveTrouble, Entry, payload_name
from tasks.archive.whole_file import FileNotWritten, whole_file

_SPEC = "https://openlineage.io/spec"
_CORE = f"{_SPEC}/2-0-2/OpenLineage.json#/$defs"
_STANDARD = {
    "parent": ("1-2-0", "ParentRunFacet"),
    "jobType": ("2-0-4", "JobTypeJobFacet"),
    "documentation": ("1-1-0", "DocumentationDatasetFacet"),
    "version": ("1-0-1", "DatasetVersionDatasetFacet"),
    "inputStatistics": ("1-0-0", "InputStatisticsInputDatasetFacet"),
    "outputStatistics": ("1-0-2", "OutputStatisticsOutputDatasetFacet"),
}
_NAMESPACE = "jobindsats"
_RUNS = UUID("9f0c2a52-4a0f-5d53-8a3e-5d0a3b1c7e21")

_VINTAGES = """
select v.vintage_id, t.table_id, t.title, v.seen_at, v.publisher_updated_on, v.content_hash, v.manifest, v.new, v.revised,
       v.withdrawn, v.unchanged, v.backfilled, v.release_reason, r.kind, r.flow_run, r.code_version
from core.vintages v join core.tables t using (table_no) join ops.runs r using (run_id)
where cardinality(cast(:tables as text[])) = 0 or t.table_id = any(:tables) order by v.vintage_id
"""


@dataclass
class Written:
    """How many files of events were written, how many were there, and why some cannot be: a sentence each."""

    written: int = 0
    there: int = 0
    lacking: list[str] = field(default_factory=list)


def write_events(connection: Connection, *, archive: Archive, to: Path, tables: Sequence[str] = ()) -> Written:
    """Write the events of each vintage, of these tables where some are named, that has no file in a folder yet.

    Raises FileNotWritten where the folder cannot be written.
    """
    told, output = Written(), _output_of(connection)
    for vintage in connection.execute(text(_VINTAGES), {"tables": list(tables)}):
        file = to / vintage.table_id / f"{vintage.seen_at.astimezone(UTC):%Y%m%dT%H%M%S%fZ}.jsonl"
        if file.exists():
            told.there += 1
            continue
        try:
            _write(file, events_of(vintage, archive=archive, output=output))
            told.written += 1
        except ArchiveTrouble as trouble:
            told.lacking.append(f"{vintage.table_id}, vintage {vintage.vintage_id}: {trouble}")
    return told


def _write(file: Path, events: Sequence[Mapping[str, Any]]) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileNotWritten(file, why=error.strerror or str(error)) from error
    with whole_file(file) as unfinished:
        lines = (json.dumps(event, ensure_ascii=False) for event in events)
        unfinished.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _output_of(connection: Connection) -> tuple[str, str]:
    """Where the facts are, as OpenLineage names datasets of PostgreSQL: the server, and the database."""
    url = connection.engine.url
    return f"postgres://{url.host or 'localhost'}:{url.port or 5432}", str(url.database)


def events_of(vintage: Row[Any], *, archive: Archive, output: tuple[str, str]) -> list[dict[str, Any]]:
    """The two events of a vintage; raises ArchiveTrouble where the list of its answers is not there."""
    entries = archive.get_manifest(vintage.manifest).entries
    facets = _Facets(f"urn:jobindsats-warehouse:{vintage.code_version}")
    about = {
        "producer": facets.producer,
        "schemaURL": f"{_CORE}/RunEvent",
        "run": _run(vintage, facets=facets),
        "job": {
            "namespace": _NAMESPACE,
            "name": f"publish.{vintage.table_id}",
            "facets": facets.standard("jobType", processingType="BATCH", integration="JOBINDSATS", jobType="VINTAGE"),
        },
        "inputs": [*_inputs(entries, root=archive.root, facets=facets)],
        "outputs": [_output(vintage, output=output, facets=facets)],
    }
    seen_at = vintage.seen_at.astimezone(UTC)
    begun = min([seen_at, *(datetime.fromisoformat(entry.received_at).astimezone(UTC) for entry in entries)])
    moments = {"START": begun, "COMPLETE": seen_at}
    return [{"eventType": kind, "eventTime": moment.isoformat()} | about for kind, moment in moments.items()]


def _run(vintage: Row[Any], *, facets: _Facets) -> dict[str, Any]:
    """The run that made a vintage: what the vintage is, and Prefect's run that it was part of."""
    said = {
        name: str(cell) if isinstance(cell, date) else cell
        for name, cell in vintage._mapping.items()
        if name not in ("kind", "flow_run", "code_version", "title") and cell is not None
    }
    about = facets.own("vintage", schema="RunFacet", **said | {"seen_at": vintage.seen_at.isoformat()})
    with suppress(ValueError, TypeError):
        run = {"runId": str(UUID(vintage.flow_run))}
        about |= facets.standard("parent", run=run, job={"namespace": _NAMESPACE, "name": vintage.kind})
    named = f"{vintage.table_id} {vintage.seen_at.astimezone(UTC).isoformat()} {vintage.content_hash}"
    return {"runId": str(uuid5(_RUNS, named)), "facets": about}


def _inputs(entries: Sequence[Entry], *, root: str, facets: _Facets) -> Iterator[dict[str, Any]]:
    """The archived bytes that a vintage was read from, each once, with every question that they answer."""
    namespace, folder = _place(root)
    for digest in dict.fromkeys(entry.sha256 for entry in entries):
        answers = [entry for entry in entries if entry.sha256 == digest]
        asked = [{"asked": each.asked, "receivedAt": each.received_at, "status": each.status} for each in answers]
        yield {
            "namespace": namespace,
            "name": f"{folder}/{payload_name(digest)}",
            "facets": facets.standard("version", datasetVersion=digest)
            | facets.own("source_bytes", schema="DatasetFacet", sha256=digest, answers=asked),
            "inputFacets": facets.standard("inputStatistics", size=answers[0].size, fileCount=1),
        }


def _place(root: str) -> tuple[str, str]:
    """An archive's root as OpenLineage names places of files: `file` and a path, `s3://bucket` and the beginning of a key."""
    url = urlsplit(root)
    if url.scheme in ("", "file"):
        return "file", url.path.rstrip("/")
    return f"{url.scheme}://{url.netloc.rpartition('@')[2]}", url.path.strip("/")


def _output(vintage: Row[Any], *, output: tuple[str, str], facets: _Facets) -> dict[str, Any]:
    """The table's partition of the facts, and how many rows a vintage wrote into it."""
    namespace, database = output
    rows = vintage.new + vintage.revised + vintage.withdrawn
    return {
        "namespace": namespace,
        "name": f"{database}.core.observations_{vintage.table_id}",
        "facets": facets.standard("version", datasetVersion=str(vintage.vintage_id))
        | facets.standard("documentation", description=vintage.title),
        "outputFacets": facets.standard("outputStatistics", rowCount=rows),
    }


@dataclass(frozen=True)
class _Facets:
    """Makes facets, each of which names who says it and the schema that it follows."""

    producer: str

    def standard(self, name: str, **said: Any) -> dict[str, Any]:
        """A facet of OpenLineage's own."""
        version, kind = _STANDARD[name]
        return {
            name: {"_producer": self.producer, "_schemaURL": f"{_SPEC}/facets/{version}/{kind}.json#/$defs/{kind}"}
            | said
        }

    def own(self, name: str, *, schema: str, **said: Any) -> dict[str, Any]:
        """A facet of ours: what it follows is the schema that all facets of its kind have."""
        return {f"jobindsats_{name}": {"_producer": self.producer, "_schemaURL": f"{_CORE}/{schema}"} | said}
