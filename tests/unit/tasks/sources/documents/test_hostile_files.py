"""Files that are no list, or were made to do harm, are refused in words that say what they are and what to do."""

from __future__ import annotations

import pickle
import subprocess
import sys
import warnings
from collections.abc import Callable
from time import monotonic

import pytest

from tasks.sources.documents import file_kind as limits
from tasks.sources.documents.page import Page
from tasks.sources.documents.sandbox import environment, pages_in
from tasks.sources.ranking_lists.snapshot import RankingList, list_on, read_list
from tasks.stoppages import ListUnreadable
from tests.standin import hostile_files, ranking_files
from tests.standin.hostile_pdfs import HOSTILE
from warehouse.periods import Period

pytestmark = pytest.mark.slow

PERIOD = Period.parse("2023QMAT02")

TITLE = ranking_files.title("ranking_all", PERIOD)

ROWS = ranking_files.synthetic_rows("ranking_all", PERIOD)[:10]

WORKBOOK = ranking_files.as_xlsx(ROWS, heading=TITLE)

PDF = ranking_files.as_pdf(ROWS, heading=TITLE)

OVER_THE_LIMIT = limits.LARGEST_UNPACKED_BYTES + (1 << 20)

LAUGHTER = b"""<?xml version="1.0"?><!DOCTYPE sst [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>&b;</t></si></sst>"""

REFUSED: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "empty": (lambda: b"", "is empty", "Fetch it again"),
    "blanks": (lambda: b" \n ", "is empty", "Fetch it again"),
    "a web page": (lambda: hostile_files.WEB_PAGE, "is a web page in place of a list", "save the list itself"),
    "a text": (lambda: b"Plads;Kommune\n1;Herlev\n", "neither a PDF nor an XLSX", "Fetch the list again"),
    "the start of a PDF": (lambda: b"%PD", "breaks off after 3 bytes", "Fetch it again"),
    "an old workbook": (lambda: hostile_files.OLD_WORKBOOK, "of the old kind (.xls)", "save it as .xlsx"),
    "a locked workbook": (lambda: hostile_files.LOCKED_WORKBOOK, "locked with a password", "save it without one"),
    "a locked PDF": (hostile_files.locked_pdf, "locked with a password", "print it to a new PDF"),
    "a scanned PDF": (hostile_files.scanned_pdf, "page 1: the PDF is a picture", "with the columns Plads, Kommune"),
    "a blank PDF": (lambda: hostile_files.blank_pdf(pages=1), "page 1: the PDF holds no text", "Fetch the original"),
    "thousands of pages": (
        lambda: hostile_files.blank_pdf(pages=2000),
        "more than 60 pages",
        "Save the pages of the list alone",
    ),
    "a torn PDF": (lambda: PDF[:-200], "breaks off before its end", "fetch it again"),
    "a PDF with nothing inside": (lambda: b"%PDF-1.4\n%%EOF", "the PDF", "Fetch it again"),
    "a torn workbook": (lambda: WORKBOOK[:-200], "the workbook is damaged", "Fetch it again"),
    "a packed text": (
        lambda: hostile_files.packed({"word/document.xml": b"<a/>"}),
        "a Word document (.docx)",
        "Save it as .xlsx",
    ),
    "a workbook of entities": (
        lambda: hostile_files.with_part(WORKBOOK, part="xl/sharedStrings.xml", content=LAUGHTER),
        "the workbook is damaged",
        "open it in Excel",
    ),
    "a workbook of a thousand parts": (
        lambda: hostile_files.packed(dict.fromkeys((f"xl/{number}" for number in range(1001)), b"")),
        "1,000 parts",
        "do not open it",
    ),
    "a workbook that unpacks a thousandfold": (
        lambda: hostile_files.workbook_bomb(WORKBOOK, unpacked=OVER_THE_LIMIT),
        "unpacks to more than",
        "do not open it",
    ),
    "that, and a directory that lies": (
        lambda: hostile_files.lying_bomb(WORKBOOK, unpacked=OVER_THE_LIMIT, said=1000),
        "the workbook is damaged",
        "Fetch it again",
    ),
    "too large": (lambda: b"%PDF-1.4" + bytes(limits.LARGEST_FILE_BYTES), "at most 20,971,520", "fetch the list alone"),
    "a PDF without rows": (
        lambda: ranking_files.as_pdf([], heading=TITLE),
        "page 1: no row with a place and a municipality's name was found; the text begins 'Kommunernes placering",
        "fetch the list again",
    ),
}


@pytest.mark.parametrize("made", list(REFUSED))
def test_what_is_no_list_is_refused_with_what_it_is_and_what_to_do(made: str) -> None:
    content, found, to_do = REFUSED[made]
    with pytest.raises(ListUnreadable) as stopped:
        read_list(content(), name="rangliste.pdf")
    assert str(stopped.value).startswith("rangliste.pdf")
    assert found in str(stopped.value)
    assert to_do in str(stopped.value)


def test_a_pdf_that_unpacks_to_gigabytes_is_stopped_by_its_memory() -> None:
    bomb = hostile_files.pdf_bomb(unpacked=limits.MOST_MEMORY_BYTES * 5 // 4)
    assert len(bomb) < limits.LARGEST_FILE_BYTES
    with pytest.raises(ListUnreadable, match="could not be read within"):
        read_list(bomb, name="rangliste.pdf")


def test_a_pdf_that_keeps_its_reader_busy_is_stopped_by_the_clock() -> None:
    begun = monotonic()
    with pytest.raises(ListUnreadable, match="could not be read within"):
        pages_in(hostile_files.busy_pdf(operations=20_000_000), name="rangliste.pdf", cpu_seconds=2)
    assert monotonic() - begun < 60


@pytest.mark.parametrize("made", list(HOSTILE))
def test_a_pdf_that_was_made_to_do_harm_is_refused_within_bounds(made: str) -> None:
    content, most = HOSTILE[made](), 3
    assert len(content) < limits.LARGEST_FILE_BYTES
    said, cpu_seconds, memory = _read_by_a_small_process(content, cpu_seconds=most)
    with pytest.raises(ListUnreadable, match=r"^rangliste\.pdf.*(Fetch|fetch|Save)"):
        _list_on(said)
    assert cpu_seconds < most + 2
    assert memory < limits.MOST_MEMORY_BYTES


def _read_by_a_small_process(content: bytes, *, cpu_seconds: int) -> tuple[list[Page] | str, float, int]:
    """The pages or the refusal, and the processor seconds and the most bytes of memory that the reader took.

    A process starts with the memory of the one that starts it, as the system counts: the tests' own holds gigabytes.
    """
    asked = [sys.executable, "-c", _READ, str(cpu_seconds)]
    done = subprocess.run(asked, input=content, capture_output=True, check=True, timeout=60)
    said, seconds, memory = pickle.loads(done.stdout)
    return said, seconds, memory


_READ = """
import pickle, resource, sys
from tasks.sources.documents.sandbox import pages_in
from tasks.stoppages import ListUnreadable
try:
    said = pages_in(sys.stdin.buffer.read(), name="rangliste.pdf", cpu_seconds=int(sys.argv[1]))
except ListUnreadable as refusal:
    said = str(refusal)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
sys.stdout.buffer.write(pickle.dumps((said, used.ru_utime, used.ru_maxrss * 1024)))
"""


def _list_on(said: list[Page] | str) -> RankingList:
    if isinstance(said, str):
        raise ListUnreadable(said)
    return list_on(said, name="rangliste.pdf")


def test_the_process_that_opens_a_file_does_not_have_our_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOBINDSATS_API_TOKEN", "a-secret-of-the-test")
    assert "JOBINDSATS_API_TOKEN" not in environment()


def test_a_formula_is_what_the_workbook_stored_for_it_and_a_link_is_not_followed() -> None:
    formula = ranking_files.with_formulas(ROWS, heading=TITLE, formula="='[http://127.0.0.1:9/x.xlsx]Ark1'!A1")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = read_list(formula, name="rangliste.xlsx")
    plain = read_list(WORKBOOK, name="rangliste.xlsx")
    assert found.cells.equals(plain.cells)


def test_a_name_that_no_system_takes_is_shown_without_what_shows_nowhere() -> None:
    with pytest.raises(ListUnreadable, match=r"rang liste\.pdf: the workbook is damaged"):
        read_list(WORKBOOK[:-200], name="rang\nliste\0\udc80.pdf")
