"""Write the appendix as a Word document to go on with: real headings, tables and lists, charts as pictures with a text."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

import vl_convert

from tasks.briefing.paper import (
    NUMBER,
    Beside,
    Block,
    Column,
    Entry,
    Figure,
    Items,
    Meanings,
    Paper,
    Paragraph,
    Section,
    Table,
    flat,
)

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import _Cell

# A picture of a chart is so many times sharper than it is drawn, and so wide on the page.
_SHARPNESS, _WIDTH_CM = 3.0, 11.0
_SMALL, _SMALLEST = 8.5, 7.0
_TEXT_CM, _LONGEST = 17.0, 46
"""How wide a page's text is, and of how many characters a column of a table is wide at most before its lines are broken."""
_TITLE = 8  # a title of so many characters stays on one line
_BLUE, _RED = "00558A", "A40000"
_MADE = datetime(2000, 1, 1)  # noqa: DTZ001  # Word's own fields have no zone; the page says itself when it was made


def docx(paper: Paper) -> bytes:
    """The appendix as a Word document."""
    document = _begun(paper)
    document.add_paragraph(paper.kind, style="Note")
    document.add_heading(paper.title, level=1)
    for line in paper.lines:
        document.add_paragraph(line)
    if paper.rehearsal:
        document.add_paragraph(paper.rehearsal, style="Øvelse")
    if paper.warning:
        _beginning(document.add_paragraph(), "Bemærk:", paper.warning)
    for section in paper.every:
        _section(document, section)
    written = BytesIO()
    document.save(written)
    return written.getvalue()


def _begun(paper: Paper) -> Document:
    """An empty document of A4 in Danish, with its title, and with the running title and the page's number at the foot."""
    import docx as word
    from docx.shared import Cm, Pt

    document = word.Document()
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21.0), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2.0)
    page.top_margin = page.bottom_margin = Cm(1.8)
    normal: Any = document.styles["Normal"]
    normal.font.name, normal.font.size = "Arial", Pt(10)
    normal.paragraph_format.space_after = Pt(4)
    _speak_danish(normal)
    _add_styles(document)
    _style_headings(document)
    document.core_properties.title = paper.running
    document.core_properties.language = "da-DK"
    document.core_properties.author = ""
    document.core_properties.comments = ""
    document.core_properties.created = document.core_properties.modified = _MADE
    _foot(page.footer.paragraphs[0], paper.running)
    return document


def _style_headings(document: Document) -> None:
    """Headings in the letters of the text, the sections' in blue: as they are printed."""
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    for name, size, colour in (("Heading 1", 17, "000000"), ("Heading 2", 13, _BLUE)):
        style: Any = document.styles[name]
        style.font.name, style.font.size, style.font.color.rgb = "Arial", Pt(size), RGBColor.from_string(colour)
        fonts = style.element.rPr.rFonts
        for theme in [each for each in fonts.attrib if each.endswith("Theme")]:
            del fonts.attrib[theme]
        fonts.set(qn("w:hAnsi"), "Arial")
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(size), Pt(4)


def _speak_danish(style: Any) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "da-DK")
    style.element.get_or_add_rPr().append(language)


def _foot(paragraph: Any, running: str) -> None:
    paragraph.style = "Note"
    paragraph.add_run(f"{running}. Side ")
    _field(paragraph, "PAGE")
    paragraph.add_run(" af ")
    _field(paragraph, "NUMPAGES")


def _field(paragraph: Any, code: str) -> None:
    """A field that Word fills in: the number of the page, or of all."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), code)
    run = OxmlElement("w:r")
    shown = OxmlElement("w:t")
    shown.text = "1"
    run.append(shown)
    field.append(run)
    paragraph._p.append(field)


def _section(document: Document, section: Section) -> None:
    document.add_heading(section.title, level=2)
    for block in flat(section.blocks):
        _block(document, block)


def _block(document: Document, block: Block) -> None:
    match block:
        case Table():
            _table(document, block)
        case Figure():
            _figure(document, block)
        case Items():
            style = "List Number" if block.numbered else "List Bullet"
            for begins, text in block.items:
                _beginning(document.add_paragraph(style=style), begins, text)
        case Meanings():
            for word, meaning in block.pairs:
                _note(document, f"{word}: {meaning}")
        case Paragraph():
            _note(document, block.text) if block.note else document.add_paragraph(block.text)
        case Beside():
            raise AssertionError("blocks beside each other come one after the other")


def _beginning(paragraph: Any, begins: str, text: str) -> None:
    if begins:
        paragraph.add_run(f"{begins} ").bold = True
    paragraph.add_run(text)


def _note(document: Document, text: str) -> None:
    document.add_paragraph(text, style="Note")


def _figure(document: Document, figure: Figure) -> None:
    """A chart under its title, with the sentence that a screen reader says, and its key below."""
    from docx.shared import Cm

    chart = figure.chart
    _caption(document, chart.title)
    picture = document.add_picture(BytesIO(vl_convert.svg_to_png(chart.svg, scale=_SHARPNESS)), width=Cm(_WIDTH_CM))
    about = picture._inline.docPr
    about.set("descr", chart.description)
    about.set("title", chart.title)
    if chart.key:
        _note(document, chart.key)


def _caption(document: Document, text: str) -> None:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.keep_with_next = True
    paragraph.add_run(text).bold = True


def _table(document: Document, table: Table) -> None:
    """A table under its caption; its head comes again on each page, and no row is parted."""
    from docx.shared import Cm

    if table.caption:
        _caption(document, table.caption)
    drawn: Any = document.add_table(rows=0, cols=len(table.columns), style="Light Shading")
    drawn.autofit = False
    _plain(drawn)
    heads = _heads(table)
    for texts in heads:
        _row(drawn, [Entry(text) for text in texts], table, bold=True, repeated=True)
    for nth, entries in enumerate(table.rows, 1):
        _row(drawn, entries, table, bold=table.total and nth == len(table.rows), repeated=False)
    for column, width in zip(drawn.columns, widths(table), strict=True):
        column.width = Cm(width)
        for cell in column.cells:
            cell.width = Cm(width)
    if table.grouped:
        _join_groups(drawn, table)
    _note(document, "")


def widths(table: Table) -> list[float]:
    """How wide each column is, in centimetres: as its longest line needs, and the longest word of its head."""
    needed = []
    for at, column in enumerate(table.columns):
        lines = [len(line) for row in table.rows for line in row[at].text.split("\n")]
        head = [column.title[:_TITLE], *column.title.split(), *column.remark.split()]
        needed.append(min(max([*lines, *map(len, head)]), _LONGEST) + 5)
    return [_TEXT_CM * each / sum(needed) for each in needed]


def _plain(drawn: Any) -> None:
    """Of the style's emphasis the head's alone: names of rows as plain as what stands beside them, and no bands."""
    from docx.oxml.ns import qn

    look = drawn._tbl.tblPr.find(qn("w:tblLook"))
    for name, value in {"val": "0620", "firstColumn": "0", "noHBand": "1", "noVBand": "1"}.items():
        look.set(qn(f"w:{name}"), value)


def _heads(table: Table) -> list[list[str]]:
    titles = [f"{column.title}\n{column.remark}" if column.remark else column.title for column in table.columns]
    return [[column.group for column in table.columns], titles] if table.grouped else [titles]


def _row(drawn: Any, entries: tuple[Entry, ...] | list[Entry], table: Table, *, bold: bool, repeated: bool) -> None:
    from docx.oxml import OxmlElement

    row = drawn.add_row()
    about = row._tr.get_or_add_trPr()
    about.append(OxmlElement("w:cantSplit"))
    if repeated:
        about.append(OxmlElement("w:tblHeader"))
    for cell, entry, column in zip(row.cells, entries, table.columns, strict=True):
        _fill(cell, entry, column, bold=bold or column.strong, small=table.form == "kilder")


def _fill(cell: _Cell, entry: Entry, column: Column, *, bold: bool, small: bool) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.style = _style(number=column.number, small=small)
    run = paragraph.add_run(entry.text)
    if bold:
        run.bold = True
    if entry.why not in ("", NUMBER):
        run.italic = True


def _style(*, number: bool, small: bool) -> str:
    """The name of the style of a table's cells; whoever goes on with the document changes it in one place."""
    return f"{'Tabeltal' if number else 'Tabeltekst'}{' lille' if small else ''}"


def _add_styles(document: Document) -> None:
    from docx.enum.style import WD_STYLE_TYPE
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt, RGBColor

    note: Any = document.styles.add_style("Note", WD_STYLE_TYPE.PARAGRAPH)
    note.base_style, note.font.size = document.styles["Normal"], Pt(_SMALL)
    rehearsal: Any = document.styles.add_style("Øvelse", WD_STYLE_TYPE.PARAGRAPH)
    rehearsal.base_style, rehearsal.font.size, rehearsal.font.bold = document.styles["Normal"], Pt(12), True
    rehearsal.font.color.rgb = RGBColor.from_string(_RED)
    _frame(rehearsal)
    numbered: Any = document.styles["List Number"]
    numbered.font.size, numbered.paragraph_format.space_after = Pt(_SMALL), Pt(1)
    for number in (False, True):
        for small in (False, True):
            style: Any = document.styles.add_style(_style(number=number, small=small), WD_STYLE_TYPE.PARAGRAPH)
            style.base_style = document.styles["Normal"]
            style.font.size = Pt(_SMALLEST if small else _SMALL)
            style.paragraph_format.space_after = Pt(0)
            style.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.RIGHT if number else WD_ALIGN_PARAGRAPH.LEFT


def _frame(style: Any) -> None:
    """A red line around a paragraph."""
    from docx.oxml import ns, parse_xml

    line = f'w:val="single" w:sz="18" w:space="4" w:color="{_RED}"'
    sides = "".join(f"<w:{side} {line}/>" for side in ("top", "left", "bottom", "right"))
    style.element.get_or_add_pPr().append(parse_xml(f"<w:pBdr {ns.nsdecls('w')}>{sides}</w:pBdr>"))


def _join_groups(drawn: Any, table: Table) -> None:
    """What stands over several columns in one cell of the first row."""
    cells, at = drawn.rows[0].cells, 0
    for group, columns in table.groups:
        last = at + len(columns) - 1
        if group and last > at:
            for cell in cells[at + 1 : last + 1]:
                cell.paragraphs[0].clear()
            cells[at].merge(cells[last])
        at = last + 1
