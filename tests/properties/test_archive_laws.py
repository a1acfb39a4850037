"""Laws of the archive: what is put comes back, once, whatever it is and however often it is put."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from tasks.archive.store import Archive, Entry, Manifest

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
ENTRIES = st.builds(
    Entry, asked=TEXTS, received_at=TEXTS, status=st.integers(100, 599), size=st.integers(0, 2**40), sha256=TEXTS
)
MANIFESTS = st.builds(
    Manifest,
    table_id=st.sampled_from(["y25i01", "ptv_a02"]),
    publisher=TEXTS,
    publisher_updated_on=st.none() | st.dates(date(2020, 1, 1)),
    seen_at=st.datetimes(datetime(2020, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001  # the zone is drawn with it
    run_id=st.integers(1, 2**31 - 1),
    entries=st.lists(ENTRIES, max_size=4).map(tuple),
)


def memory() -> Archive:
    return Archive(f"memory://{uuid4().hex}")


@given(st.lists(st.binary(max_size=300), max_size=6))
def test_every_content_comes_back_under_its_hash_however_often_it_is_put(contents: list[bytes]) -> None:
    archive = memory()
    digests = [archive.put(content) for content in contents + contents]
    assert digests == [hashlib.sha256(content).hexdigest() for content in contents + contents]
    assert [archive.get(digest) for digest in digests] == contents + contents


@given(MANIFESTS)
def test_a_manifest_comes_back_as_it_was(manifest: Manifest) -> None:
    archive = memory()
    assert archive.get_manifest(archive.put_manifest(manifest)) == manifest


@given(MANIFESTS, MANIFESTS)
def test_two_looks_have_two_names(one: Manifest, other: Manifest) -> None:
    same = (one.table_id, one.seen_at, one.run_id) == (other.table_id, other.seen_at, other.run_id)
    assert (one.name == other.name) == same
