"""An archive on object storage: what a folder does, and a sentence in a bounded time where the storage does not answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import fsspec
import pytest

from tasks.archive.store import Archive, ArchiveTrouble
from tests.standin.object_storage import BUCKET, Storage, running_storage


@pytest.fixture(scope="module")
def storage() -> Iterator[Storage]:
    """A storage that the environment names."""
    with running_storage() as storage, pytest.MonkeyPatch.context() as patch:
        for name, value in storage.settings.items():
            patch.setenv(name, value)
        fsspec.get_filesystem_class("s3").clear_instance_cache()
        yield storage
    fsspec.get_filesystem_class("s3").clear_instance_cache()


@pytest.fixture
def remote(storage: Storage, request: pytest.FixtureRequest) -> Iterator[Archive]:
    """An archive there, in a folder of this test's own; the line is well when it begins and when it ends."""
    storage.how = "well"
    yield Archive(f"s3://{BUCKET}/{request.node.name}")
    storage.how = "well"


def test_it_keeps_what_a_folder_keeps(remote: Archive) -> None:
    digest = remote.put(b"an answer")
    assert remote.put(b"an answer") == digest
    assert remote.get(digest) == b"an answer"
    assert remote.holds({digest, "b" * 64}) == {digest}
    remote.put_file("publications/a/1.json", b"{}")
    remote.put_file("publications/a/1.json", b"[]")
    assert remote.get_file("publications/a/1.json") == b"[]"
    assert remote.names("publications") == {"publications/a/1.json"}
    remote.put_file("begun-anew", b"")
    assert remote.has("begun-anew")
    remote.remove("begun-anew")
    remote.remove("begun-anew")
    assert not remote.has("begun-anew")
    with pytest.raises(ArchiveTrouble, match=r"publications/a/2\.json is missing from the archive s3://"):
        remote.get_file("publications/a/2.json")
    remote.probe()


CALLS: dict[str, Callable[[Archive], object]] = {
    "keep": lambda archive: archive.put(b"another answer"),
    "read": lambda archive: archive.get_file("publications/a/1.json"),
    "list": lambda archive: archive.names("publications"),
    "look": lambda archive: archive.has("begun-anew"),
    "remove": lambda archive: archive.remove("publications/a/2.json"),
}
SECONDS = {"broken": 3, "torn": 3, "silent": 2, "refused": 60}
WORDS = {
    "broken": "cannot be",
    "torn": "cannot be",
    "silent": "not answer within 2 seconds",
    "refused": "not exist|Forbidden",
}
TRIED = [
    *(("broken", call) for call in CALLS),
    *((how, call) for how in ("torn", "silent", "refused") for call in ("keep", "read", "list")),
]


@pytest.mark.slow
@pytest.mark.parametrize(("how", "call"), TRIED)
def test_trouble_with_the_line_is_a_sentence_and_loses_nothing(
    storage: Storage, remote: Archive, how: str, call: str
) -> None:
    archive = Archive(remote.root, seconds=SECONDS[how])
    remote.put_file("publications/a/1.json", b"{}")
    storage.how = how
    with pytest.raises(ArchiveTrouble, match=WORDS[how]) as trouble:
        CALLS[call](archive)
    assert str(trouble.value).startswith(f"the archive {remote.root} cannot be ")
    storage.how = "well"
    assert remote.get_file("publications/a/1.json") == b"{}"


@pytest.mark.parametrize("call", ["keep", "list"])
def test_a_bucket_that_is_not_there_is_no_empty_archive(storage: Storage, call: str) -> None:
    storage.how = "well"
    with pytest.raises(ArchiveTrouble, match="bucket does not exist"):
        CALLS[call](Archive("s3://nobodys-bucket/figures"))


@pytest.mark.parametrize("root", ["nonsense://bucket/figures", "dropbox://bucket/figures"])
def test_an_address_without_a_driver_is_a_sentence(root: str) -> None:
    with pytest.raises(ArchiveTrouble, match="JOBINDSATS_ARCHIVE_URL, or install the driver"):
        Archive(root)
