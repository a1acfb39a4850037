"""The page on operations knows every fault that the tests know, every reason to stop, and which test tries what it says."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tasks import stoppages
from tests.conventions.sources import ROOT, parsed
from tests.standin import faults

PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
HEADING = "## What goes wrong, what happens, what the next night does"


def rows(heading: str) -> dict[str, list[str]]:
    """The rows of the table under a heading, by each name in backticks in their first column."""
    section = PAGE.split(f"{heading}\n")[1].split("\n## ")[0]
    lines = [line.strip("|").split(" | ") for line in section.splitlines() if line.startswith("| `")]
    return {name: [cell.strip() for cell in line] for line in lines for name in re.findall(r"`([^`]+)`", line[0])}


def test_each_fault_of_the_stand_in_has_a_row_that_says_what_happens_and_what_follows() -> None:
    found = rows(HEADING)
    assert sorted(found) == sorted(faults.NAMES)
    assert all(len(row) == 3 and all(row) for row in found.values())


def test_each_reason_to_stop_has_a_row() -> None:
    reasons = {
        name
        for name, kind in vars(stoppages).items()
        if isinstance(kind, type) and issubclass(kind, stoppages.Stoppage) and not kind.__subclasses__()
    }
    assert reasons <= set(rows("## When a table stops"))


TRIED_IN = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
UNKIND = """
    another user, origin or host name asks `jobindsats serve`
    another user looks at what is served
    another user looks for the embedded server
    a data folder's path is too long for a socket, or its user has no name
    a data folder with æ, blanks, % or #
    a copy of a data folder whose server runs
    a stale `postmaster.pid`
    two users of one machine, or somebody who holds a lock file in the common temporary folder
    the archive is not mounted
    two copies of one warehouse on one archive
    an archive on object storage: the line breaks
    an archive on object storage never answers
    its bucket is not there
    a password with `@` or `:` in an address
    the publisher's address begins with `http://`
    an account of readers
    somebody holds what `warehouse migrate` or a night's upgrade needs
    the account or database of a given server lacks something
    the warehouse is reached over TLS, or through a pooler
    the warehouse goes away in the middle of a night
    a statement lasts longer
    somebody holds a table of the warehouse
    a release from quarantine is killed
    a worker of Dask is lost
    the machine's clock
    a day is written `20260825`
    a web hook or a mail server never ends its answer
    a period, area or member that was not asked for
    JSON with a key twice
    an odd line in `/tables`
    an answer that never ends
    a publisher who asks each try
    a night that takes longer
    a night that finds another still at work
    a release or replay at work when a night begins
    signs that steer a terminal
    408, 425
    status 200 with
    a NUL byte, half a sign or a binary page
    any bytes as an answer to any call
    an own CSV file is cut
    an own file lacks rows
    an own file or a list is being written
    a symbolic link in the folder
    a contract, a file of the catalogue's folder, claims or assumptions
    two releases on one date
    a total does not match its parts
    somebody else on this machine wants to read the archive
    labels come in another Unicode form
    a label, or any text from outside, of a megabyte
    a small workbook of millions of empty cells
    a PDF among the ranking lists
    no space left, or no right to write, during an export
"""
"""What was found by breaking, by the first words of its row: what was mended once stays told, and stays tried."""


def tried() -> Iterator[tuple[str, str]]:
    """The first and the last cell of each row of a table whose last column says where it was tried."""
    inside = False
    for line in PAGE.splitlines():
        inside = line.startswith("|") and (inside or line.endswith("| tried in |"))
        if inside and not line.startswith("| ---") and not line.endswith("| tried in |"):
            cells = line.strip("| ").split(" | ")
            yield cells[0], cells[-1] if len(cells) == 4 else ""


TRIED = tuple(tried())


@pytest.mark.parametrize(("what", "where"), TRIED, ids=[what[:40] for what, _ in TRIED])
def test_what_is_said_to_happen_is_tried_by_the_tests_that_are_named(what: str, where: str) -> None:
    named = TRIED_IN.findall(where)
    assert named, "a row without a test"
    assert TRIED_IN.sub("", where).strip(", ") == "", "each test is named as `path::function`"
    for path, name in named:
        functions = {node.name for node in parsed(ROOT / path).body if isinstance(node, ast.FunctionDef)}
        assert name in functions, f"{path} has no {name}"


def test_what_was_found_by_breaking_has_its_row() -> None:
    kinds = [line.strip() for line in UNKIND.strip().splitlines()]
    assert [kind for kind in kinds if not any(what.startswith(kind) for what, _ in TRIED)] == []
