"""The appendix in three forms: the same numbers in each, read back; headings, alternative texts and pages as they should."""

from __future__ import annotations

import json
import re
import zipfile
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from io import BytesIO

import docx as word
import pypdfium2
import pytest

from tasks.briefing import sections, write
from tasks.briefing.as_docx import docx, widths
from tasks.briefing.as_pdf import pdf
from tasks.briefing.content import Briefing
from tasks.briefing.paper import Entry, Figure, Items, Meanings, Paper, Paragraph, Table, blocks_of
from tests.unit.tasks.briefing.test_page import briefing  # noqa: F401  # a fixture
from warehouse.danish.reservations import REHEARSED, REHEARSED_IN_SHORT

NUMBER = re.compile(r"[+\N{MINUS SIGN}]?\d[\d.]*(?:,\d+)?")


def numbers(text: str) -> Counter[str]:
    """The numbers of a text, as they are printed, each as often as it is there."""
    return Counter(found.rstrip(".") for found in NUMBER.findall(text))


def texts(paper: Paper) -> list[str]:
    """Every text of the paper that each form must have: all but what a screen unfolds and a chart draws."""
    found = [paper.kind, paper.title, *paper.lines, paper.rehearsal, paper.warning]
    for section in paper.every:
        found.append(section.title)
        for block in blocks_of([section]):
            match block:
                case Table():
                    heads = [text for column in block.columns for text in (column.title, column.remark)]
                    groups = [group for group, columns in block.groups if not columns[0].wide_only]
                    cells = [entry.text for row in block.rows for entry in row]
                    found += [block.caption, *heads, *groups, *cells]
                case Figure():
                    found += [block.chart.title, block.chart.key]
                case Items():
                    found += [text for item in block.items for text in item]
                case Meanings():
                    found += [text for pair in block.pairs for text in pair]
                case Paragraph():
                    found.append(block.text)
    return found


class _Shown(HTMLParser):
    """What a page shows: without its style, its drawings, what is folded away and what only a narrow window shows."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.within, self.parts = list[str](), list[str]()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        folded = tag in ("style", "svg", "details", "title") or (tag == "span" and ("class", "smal") in attrs)
        if folded or self.within:
            self.within.append(tag) if tag not in ("meta", "link", "path", "br") else None

    def handle_endtag(self, tag: str) -> None:
        if self.within and tag in self.within:
            while self.within.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not self.within:
            self.parts.append(data)


def test_every_form_has_the_same_numbers(briefing: Briefing) -> None:  # noqa: F811
    paper = sections.composed(briefing)
    wanted = numbers("\n".join(texts(paper)))
    assert len(wanted) > 40, "else this shows nothing"
    assert numbers("\n".join(_Shown(write.html(briefing)).parts)) == wanted
    assert numbers(text_of_docx(docx(paper))) == wanted
    assert lacking(wanted, text_of_pdf(pdf(paper))) == {}


def lacking(wanted: Counter[str], text: str) -> Counter[str]:
    """The numbers that a PDF lacks; it has more: those in its drawings, and of its pages."""
    return wanted - numbers(text)


def text_of_docx(content: bytes) -> str:
    document = word.Document(BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in dict.fromkeys(row.cells)]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def text_of_pdf(content: bytes) -> str:
    with pypdfium2.PdfDocument(content) as document:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)


def test_a_number_that_one_form_lacks_is_found() -> None:
    assert lacking(numbers("2.882 og 38"), "2.882") == Counter({"38": 1})
    assert numbers("fra 2.882 til −1,5, i alt +38.") == Counter(["2.882", "\N{MINUS SIGN}1,5", "+38"])


def test_the_word_document_can_be_gone_on_with(briefing: Briefing) -> None:  # noqa: F811
    paper = sections.composed(briefing)
    content = docx(paper)
    document = word.Document(BytesIO(content))
    headings = [
        each.text for each in document.paragraphs if ((each.style and each.style.name) or "").startswith("Heading")
    ]
    assert headings == [paper.title, *(section.title for section in paper.every)]
    charts = [block.chart for block in blocks_of(paper.every) if isinstance(block, Figure)]
    about = [shape._inline.docPr for shape in document.inline_shapes]
    assert [each.get("descr") for each in about] == [chart.description for chart in charts]
    assert len(charts) >= 3
    assert all(table.rows[0]._tr.xpath("./w:trPr/w:tblHeader") for table in document.tables)
    with zipfile.ZipFile(BytesIO(content)) as package:
        foot = package.read("word/footer1.xml").decode()
        assert "NUMPAGES" in foot
        assert paper.running in foot
        assert 'w:lang w:val="da-DK"' in package.read("word/styles.xml").decode()


def test_no_word_of_a_table_is_parted_in_the_word_document(briefing: Briefing) -> None:  # noqa: F811
    """A centimetre holds five to six bold letters of the tables, whose cells have a margin of 2 mm on each side."""
    for block in blocks_of(sections.composed(briefing).every):
        if isinstance(block, Table):
            wide = widths(block)
            assert sum(wide) == pytest.approx(17.0)
            for at, column in enumerate(block.columns):
                said = [f"{column.title} {column.remark}", *(row[at].text for row in block.rows)]
                longest = max(len(word) for text in said for word in text.split() or [""])
                assert longest <= (wide[at] - 0.4) * 5.5, (block.caption, column.title, longest, wide[at])


def test_the_pdf_is_tagged_and_has_running_titles_and_page_numbers(briefing: Briefing) -> None:  # noqa: F811
    paper = sections.composed(briefing)
    content = pdf(paper)
    for mark in (b"/StructTreeRoot", b"/MarkInfo", b"pdfuaid", b"/Lang"):
        assert mark in content, mark
    with pypdfium2.PdfDocument(content) as document:
        assert document.get_metadata_value("Title") == paper.running
        pages = [page.get_textpage().get_text_bounded() for page in document]
        assert [round(side) for side in document[0].get_size()] == [595, 842]
    assert all(f"Side {nth} af {len(pages)}" in page for nth, page in enumerate(pages, 1))
    assert all(len(page) > 300 for page in pages), "no page of a few lines"
    assert pdf(paper) == content


@pytest.mark.parametrize("evil", ["#panic()", "*_`$<x>@y", "\\u{41}", "</w:t><w:br/>", '"]); x', "{{ 7 * 7 }}"])
def test_what_others_wrote_stands_as_they_wrote_it(briefing: Briefing, evil: str) -> None:  # noqa: F811
    paper = sections.composed(briefing)
    section = paper.sections[0]
    named = Table(evil, paper_columns(paper), ((Entry(evil), *(Entry("1") for _ in paper_columns(paper)[1:])),))
    told = type(paper)(**{**vars(paper), "sections": (type(section)("x", evil, (Paragraph(evil), named)),)})
    for text in (text_of_docx(docx(told)), text_of_pdf(pdf(told))):
        assert text.count(evil) >= 4, json.dumps(text[:400])


def paper_columns(paper: Paper) -> tuple:  # type: ignore[type-arg]
    return next(block.columns for block in blocks_of(paper.every) if isinstance(block, Table))


def test_a_paper_of_invented_figures_says_so_on_top_and_on_every_page(briefing: Briefing) -> None:  # noqa: F811
    paper = sections.composed(replace(briefing, rehearsed=True))
    html = write.html(replace(briefing, rehearsed=True))
    main = html.partition("<main>")[2].partition("</main>")[0]
    assert f'<p class="oevelse" role="note"><strong>{REHEARSED}</strong></p>' in main.partition("<h2")[0]
    assert html.count(REHEARSED) == 1
    written = word.Document(BytesIO(docx(paper)))
    said = [paragraph.text for paragraph in written.paragraphs]
    assert said.index(REHEARSED) < said.index(paper.summary.title)
    assert REHEARSED_IN_SHORT in written.sections[0].footer.paragraphs[0].text
    with pypdfium2.PdfDocument(pdf(paper)) as document:
        pages = [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]
        assert REHEARSED_IN_SHORT in document.get_metadata_value("Title")
    assert REHEARSED in pages[0].partition(paper.summary.title)[0]
    assert all(REHEARSED_IN_SHORT in page for page in pages)


def test_a_paper_of_real_figures_says_nothing_of_a_rehearsal(briefing: Briefing) -> None:  # noqa: F811
    paper = sections.composed(briefing)
    for text in (write.html(briefing), text_of_docx(docx(paper)), text_of_pdf(pdf(paper)), paper.running):
        assert "Øvelse" not in text
        assert REHEARSED_IN_SHORT not in text
