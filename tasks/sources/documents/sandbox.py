"""Reads a file in a process of its own, with a limit on memory and time and without this program's secrets.

A file of a few kilobytes can be made to unpack to gigabytes or to keep its reader busy for days. The process gives back
plain text only; nothing in it can be executed.
"""

from __future__ import annotations

import json
import logging
import os
import resource
import subprocess
import sys
from typing import Any

from tasks.sources.documents import file_kind
from tasks.sources.documents.file_kind import Kind, kind_of
from tasks.sources.documents.page import Cell, Line, Page, Span
from tasks.stoppages import ListUnreadable


def pages_in(content: bytes, *, name: str, cpu_seconds: int = file_kind.LONGEST_CPU_SECONDS) -> list[Page]:
    """A file's pages or sheets with their lines; raises ListUnreadable, also where the limits were met."""
    kind = kind_of(content, name=name)
    try:
        # This interpreter and this module; name and bytes go in as standard input, so that nothing of them is a command.
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-m", __name__, kind, str(cpu_seconds)],
            input=json.dumps(name).encode() + b"\n" + content,
            capture_output=True,
            timeout=file_kind.LONGEST_SECONDS,
            env=environment(),
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ListUnreadable(_too_much(name)) from error
    if done.returncode < 0 or len(done.stdout) > file_kind.LARGEST_READING_BYTES:
        raise ListUnreadable(_too_much(name))
    if done.returncode:
        last = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        raise ListUnreadable(f"{name} could not be read: {last}. Run `jobindsats doctor`")
    said = json.loads(done.stdout)
    if "refused" in said:
        raise ListUnreadable(said["refused"])
    return [_page(page) for page in said["pages"]]


def environment() -> dict[str, str]:
    """What the reading process knows of its surroundings: where the modules are, and no secret."""
    return {"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONSAFEPATH": "1"}


def _too_much(name: str) -> str:
    return (
        f"{name} could not be read within {file_kind.LONGEST_CPU_SECONDS} seconds and {file_kind.MOST_MEMORY_BYTES:,} bytes of "
        "memory; expected a list, which takes a second. It may be damaged or made to do harm: fetch it again from the "
        "ministry's page"
    )


def read_pages(content: bytes, *, kind: Kind, name: str) -> list[Page]:
    """The pages or sheets, read in this process; raises ListUnreadable."""
    if kind == "pdf":
        from tasks.sources.documents.pdf import pages_of

        return pages_of(content, name=name)
    from tasks.sources.documents.workbook import sheets_of

    return sheets_of(content, name=name)


def _page(said: dict[str, Any]) -> Page:
    lines = [[Cell(text, Span(start, end)) for text, start, end in line] for line in said["lines"]]
    return Page(said["place"], tuple(Line(tuple(cells)) for cells in lines), title=said["title"])


def _written(page: Page) -> dict[str, Any]:
    lines = [[(cell.text, cell.span.start, cell.span.end) for cell in line.cells] for line in page.lines]
    return {"place": page.place, "lines": lines, "title": page.title}


def _main(kind: Kind, *, cpu_seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (file_kind.MOST_MEMORY_BYTES, file_kind.MOST_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    logging.disable()  # pdfminer warns of each thing it cannot draw: a file can hold millions
    name = json.loads(sys.stdin.buffer.readline())
    try:
        pages = read_pages(sys.stdin.buffer.read(), kind=kind, name=name)
        said: dict[str, Any] = {"pages": [_written(page) for page in pages]}
    except ListUnreadable as refusal:
        said = {"refused": str(refusal)}
    except MemoryError:
        said = {"refused": _too_much(name)}
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    _main("pdf" if sys.argv[1] == "pdf" else "xlsx", cpu_seconds=int(sys.argv[2]))
