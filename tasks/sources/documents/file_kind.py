"""What a file is, by its first bytes and never by its name; anything but a PDF and an XLSX is refused in plain words."""

from __future__ import annotations

import re
from io import BytesIO
from typing import BinaryIO, Literal

from tasks.sources.documents.page import printable
from tasks.stoppages import ListUnreadable

LARGEST_FILE_BYTES = 20 * 1024 * 1024
MOST_PAGES = 60
LARGEST_UNPACKED_BYTES = 100 * 1024 * 1024
MOST_PACKED_FILES = 1_000
MOST_SHEET_ROWS = 5_000
MOST_SHEET_COLUMNS = 200
LARGEST_READING_BYTES = 16 * 1024 * 1024

# A file is read in a process of its own (sandbox.py). A list of 98 takes a second and a tenth of the memory.
MOST_MEMORY_BYTES = 1024 * 1024 * 1024
LONGEST_CPU_SECONDS = 60
LONGEST_SECONDS = 120
Kind = Literal["pdf", "xlsx"]
Compound = Literal["locked", "old"]
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_LARGEST_COMPOUND = 200 * 1024 * 1024
_PDF_HEADER_WITHIN = 1024
_PDF_END_WITHIN = 1024
_LINEARIZED = re.compile(rb"/Linearized\b[^>]{0,200}?/L\s+(\d{1,12})")


def kind_of(content: bytes, *, name: str) -> Kind:
    """Whether the bytes are a whole PDF or a packed workbook; raises ListUnreadable with what they are instead."""
    if len(content) > LARGEST_FILE_BYTES:
        raise ListUnreadable(
            f"{name} has {len(content):,} bytes; expected a list of at most {LARGEST_FILE_BYTES:,}. "
            "It is hardly a ranking list: fetch the list alone"
        )
    start = content[:_PDF_HEADER_WITHIN].lstrip(b"\xef\xbb\xbf \t\r\n\0")
    if b"%PDF-" in content[:_PDF_HEADER_WITHIN]:
        _require_whole(content, name=name)
        return "pdf"
    if start.startswith(b"PK\x03\x04"):
        return "xlsx"
    raise ListUnreadable(f"{name}{_instead(content, start=start)}")


def compound_kind(stream: BinaryIO) -> Compound | None:
    """What a file of Office's older container is: a workbook with a password, or one of the old kind; None: it is none."""
    stream.seek(0)
    if stream.read(len(_OLE)) != _OLE:
        return None
    return "locked" if _ENCRYPTED in stream.read(_LARGEST_COMPOUND) else "old"


def _require_whole(content: bytes, *, name: str) -> None:
    """A PDF ends in its own mark; what is cut off before it might still be read, with rows missing."""
    said = _LINEARIZED.search(content[:_PDF_HEADER_WITHIN])
    if b"%%EOF" in content[-_PDF_END_WITHIN:] and (said is None or int(said[1]) <= len(content)):
        return
    raise ListUnreadable(
        f"{name}: the PDF breaks off before its end (after {len(content):,} bytes). It was not fetched in full: fetch it again"
    )


def _instead(content: bytes, *, start: bytes) -> str:
    """What the file is, and what to do."""
    if not start:
        return " is empty; expected a PDF or an XLSX file. Fetch it again from the ministry's page"
    compound = compound_kind(BytesIO(content))
    if compound:
        return (
            " is locked with a password; expected an open workbook. Open it in Excel with its password and save it without one"
            if compound == "locked"
            else " is a workbook of the old kind (.xls); expected XLSX. Open it in Excel and save it as .xlsx"
        )
    if start.startswith(b"<"):
        return (
            " is a web page in place of a list; expected a PDF or an XLSX file. Open the ministry's page in a browser and "
            "save the list itself"
        )
    if b"%PDF-".startswith(start[:5]) or b"PK\x03\x04".startswith(start[:4]):
        return f" breaks off after {len(content)} bytes; expected a whole PDF or XLSX file. Fetch it again"
    return (
        f" is neither a PDF nor an XLSX file: it begins '{printable(start[:20].decode('latin-1'))}'. "
        "Fetch the list again from the ministry's page"
    )
