"""A PDF's pages as lines of texts, by where the letters stand and by the rules drawn between them.

Words closer than a gap between columns are one text. Where rules are drawn the cell reaches from rule to rule, so that a
heading over two columns overlaps both; without rules it reaches as far as its letters.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from itertools import islice
from typing import Any

import pdfplumber
from pdfminer.pdfdocument import PDFPasswordIncorrect
from pdfminer.pdfpage import PDFPage
from pdfplumber.page import Page as PlumbedPage
from pdfplumber.pdf import PDF
from pdfplumber.utils.exceptions import PdfminerException

from tasks.sources.documents.file_kind import MOST_PAGES
from tasks.sources.documents.page import Cell, Line, Page, Span, printable
from tasks.stoppages import ListUnreadable

# In heights of the letters. A blank is about a quarter wide, the gap between two columns at least a half.
_LARGEST_BLANK = 0.45
_SAME_LINE = 0.4
_RAISED_AT_MOST, _RAISED_BY = 0.8, 0.15
_HAIR = 1.0  # points
_Word = dict[str, Any]


def pages_of(content: bytes, *, name: str) -> list[Page]:
    """Every page with its lines from the top; raises ListUnreadable."""
    try:
        with pdfplumber.open(BytesIO(content)) as document:
            _require_few_pages(document, name=name)
            pages = [_page(page) for page in document.pages]
            pictures = any(page.images for page in document.pages)
    except (ListUnreadable, MemoryError):
        raise
    except Exception as error:  # a damaged PDF fails in pdfminer in any way at all
        cause = error.args[0] if isinstance(error, PdfminerException) and error.args else error
        if isinstance(cause, MemoryError):
            raise cause from error
        raise ListUnreadable(_damaged(cause, name=name)) from error
    if not any(page.lines for page in pages):
        raise ListUnreadable(_without_text(name=name, pictures=pictures))
    return pages


def _require_few_pages(document: PDF, *, name: str) -> None:
    pages = sum(1 for _ in islice(PDFPage.create_pages(document.doc), MOST_PAGES + 1))
    if pages > MOST_PAGES:
        raise ListUnreadable(
            f"{name} has more than {MOST_PAGES} pages; expected a list of a few. Save the pages of the list alone"
        )
    if not pages:
        raise ListUnreadable(f"{name}: the PDF has no pages. It is damaged: fetch it again from the ministry's page")


def _damaged(cause: Exception, *, name: str) -> str:
    if isinstance(cause, PDFPasswordIncorrect):
        return (
            f"{name}: the PDF is locked with a password; expected an open one. Open it with its password and print it to a "
            "new PDF, or fetch the open one from the ministry's page"
        )
    return f"{name}: the PDF is damaged and cannot be read ({type(cause).__name__}). Fetch it again from the ministry's page"


def _without_text(*, name: str, pictures: bool) -> str:
    what = "is a picture of a list (scanned) and holds no text" if pictures else "holds no text"
    return (
        f"{name}, page 1: the PDF {what}; expected a table that can be marked and copied. Fetch the original from the "
        "ministry's page, or write the rows into a workbook (.xlsx) with the columns Plads, Kommune and so on"
    )


def _page(page: PlumbedPage) -> Page:
    rules = [edge for edge in page.edges if edge["orientation"] == "v"]
    # Bold is made by printing letters twice in some programs, a hair apart.
    once = page.dedupe_chars(tolerance=_HAIR)
    raised = _raised(once.chars)
    plain = once.filter(lambda each: each["object_type"] != "char" or _place(each) not in raised)
    words = [word for word in plain.extract_words() if printable(word["text"])]
    return Page(f"page {page.page_number}", tuple(Line(tuple(_cells(line, rules=rules))) for line in _lines(words)))


def _raised(chars: Sequence[_Word]) -> set[tuple[float, float, str]]:
    """The small letters and digits that stand raised right behind a larger one: a footnote's, and no part of it."""
    raised: set[tuple[float, float, str]] = set()
    large: _Word | None = None
    end = 0.0
    for char in chars:
        if large is not None and _is_raised(char, behind=large, end=end):
            raised.add(_place(char))
            end = float(char["x1"])
        elif char["text"].strip():
            large, end = char, float(char["x1"])
    return raised


def _place(char: _Word) -> tuple[float, float, str]:
    return float(char["x0"]), float(char["top"]), str(char["text"])


def _is_raised(char: _Word, *, behind: _Word, end: float) -> bool:
    """Whether a letter is much smaller than the one before it, touches it, and stands higher on its line."""
    height = _height(behind)
    small = _height(char) < _RAISED_AT_MOST * height
    near = abs(float(char["x0"]) - end) < _LARGEST_BLANK * height
    higher = float(char["bottom"]) < float(behind["bottom"]) - _RAISED_BY * height
    return small and near and higher and float(char["bottom"]) > float(behind["top"])


def _middle(word: _Word) -> float:
    return float(word["top"] + word["bottom"]) / 2


def _height(word: _Word) -> float:
    return float(word["bottom"] - word["top"])


def _lines(words: Iterable[_Word]) -> Iterator[list[_Word]]:
    """Words that stand on one line, from the top, each line from the left."""
    line: list[_Word] = []
    for word in sorted(words, key=_middle):
        if line and _middle(word) - _middle(line[0]) > _SAME_LINE * _height(word):
            yield sorted(line, key=lambda word: float(word["x0"]))
            line = []
        line.append(word)
    if line:
        yield sorted(line, key=lambda word: float(word["x0"]))


def _cells(line: Sequence[_Word], *, rules: Sequence[_Word]) -> Iterator[Cell]:
    """A line's words put together to texts, each as wide as the rules beside it let it be."""
    middle = _middle(line[0])
    at = sorted({float(rule["x0"]) for rule in rules if rule["top"] <= middle <= rule["bottom"]})
    words = [line[0]]
    for word in line[1:]:
        if _are_apart(words[-1], word, rules=at):
            yield _cell(words, rules=at)
            words = []
        words.append(word)
    yield _cell(words, rules=at)


def _are_apart(left: _Word, right: _Word, *, rules: Sequence[float]) -> bool:
    gap = float(right["x0"] - left["x1"])
    ruled = any(_centre(left) < rule < _centre(right) for rule in rules)
    return ruled or gap > _LARGEST_BLANK * min(_height(left), _height(right))


def _centre(word: _Word) -> float:
    return float(word["x0"] + word["x1"]) / 2


def _cell(words: Sequence[_Word], *, rules: Sequence[float]) -> Cell:
    start, end = float(words[0]["x0"]), float(words[-1]["x1"])
    centre = (start + end) / 2
    left = max((rule for rule in rules if rule < centre), default=start)
    right = min((rule for rule in rules if rule > centre), default=end)
    ruled = left != start or right != end
    text = printable(" ".join(word["text"] for word in words))
    return Cell(text, Span(left, right) if ruled else Span(start, end))
