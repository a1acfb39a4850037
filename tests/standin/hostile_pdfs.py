"""PDFs that were made to do harm: nested, circular, endless, or small on disk and large in memory."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from types import MappingProxyType

from tests.standin.hostile_files import packed_blanks, pdf_of

_CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"
_PAGES = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
_PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R %b >>"
_COMPOSITE = (
    b"/Resources << /Font << /F << /Type /Font /Subtype /Type0 /BaseFont /A /Encoding /Identity-H /ToUnicode 5 0 R "
    b"/DescendantFonts [<< /Type /Font /Subtype /CIDFontType2 /BaseFont /A %b /CIDSystemInfo "
    b"<< /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>] >> >> >>"
)
_LETTERS = b"BT /F 9 Tf 9 9 Td <00410042> Tj ET"


def _stream(entries: bytes, content: bytes) -> bytes:
    return b"<< %b /Length %d >>\nstream\n%b\nendstream" % (entries, len(content), content)


def _page(content: bytes, more: bytes = b"", *objects: bytes) -> bytes:
    drawn = _stream(b"/Filter /FlateDecode", zlib.compress(content, 9))
    return pdf_of([_CATALOG, _PAGES, _PAGE % more, drawn, *objects])


def _form(within: bytes, content: bytes) -> bytes:
    return _stream(
        b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << %b >> >>" % within, content
    )


def _deep_page_tree(depth: int) -> bytes:
    nodes = [b"<< /Type /Pages /Kids [%d 0 R] /Count 1 >>" % (number + 1) for number in range(2, depth)]
    return pdf_of([_CATALOG, *nodes, b"<< /Type /Page /MediaBox [0 0 9 9] >>"])


def _pages(count: int) -> bytes:
    kids = b" ".join(b"%d 0 R" % number for number in range(3, count + 3))
    tree = b"<< /Type /Pages /Kids [%b] /Count %d >>" % (kids, count)
    return pdf_of([_CATALOG, tree, *[b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>"] * count])


def _doubling_forms(depth: int) -> bytes:
    forms = [_form(b"/F %d 0 R" % (number + 1), b"/F Do /F Do") for number in range(5, 5 + depth)]
    return _page(b"/F Do", b"/Resources << /XObject << /F 5 0 R >> >>", *forms, _form(b"", b"q Q"))


def _table_before(entry: bytes) -> bytes:
    """A cross-reference table whose trailer points to the same table as the one before it."""
    start = b"%PDF-1.5\n"
    trailer = b"trailer\n<< /Size 1 /Root 1 0 R %b %d >>\n" % (entry, len(start))
    table = b"xref\n0 100000\n" + b"0000000000 65535 f \n" * 100_000
    return start + table + trailer + b"startxref\n%d\n%%%%EOF\n" % len(start)


def _object_stream(entries: bytes, content: bytes, *, index: bytes = b"") -> bytes:
    """Catalog and pages in an object stream, as a cross-reference stream says."""
    body = b"%PDF-1.5\n"
    held = len(body).to_bytes(2, "big")
    body += b"1 0 obj\n%b\nendobj\n" % _stream(b"/Type /ObjStm /N 2 /First 8 " + entries, content)
    rows = b"\0\0\0\0" + b"\1" + held + b"\0" + b"\2\0\1\0" + b"\2\0\1\1"
    table = _stream(b"/Type /XRef /Size 5 /Root 2 0 R /W [1 2 1] " + index, rows)
    return body + b"4 0 obj\n%b\nendobj\nstartxref\n%d\n%%%%EOF\n" % (table, len(body))


_INSIDE = b"2 0 3 9 << /Type /Catalog /Pages 3 0 R >> << /Type /Pages /Kids [3 0 R] >>"
_PICTURE = b"/Resources << /XObject << /I 5 0 R >> >>"
_HUGE = (
    b"/Type /XObject /Subtype /Image /Width 2000000000 /Height 2000000000 /BitsPerComponent 8 /ColorSpace /DeviceRGB"
)
_EVERY_LETTER = (
    b"/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <00000000> <FFFFFFFF> endcodespacerange "
    b"1 beginbfrange <00000000> <FFFFFFFF> <00000041> endbfrange endcmap"
)

HOSTILE: Mapping[str, Callable[[], bytes]] = MappingProxyType(
    {
        "arrays two million deep": lambda: _page(b"[" * 2_000_000),
        "dictionaries deep in a page": lambda: pdf_of(
            [_CATALOG, _PAGES, _PAGE % (b"/X " + b"<</A " * 100_000 + b"1" + b">>" * 100_000), _stream(b"", b"")]
        ),
        "a page tree 20,000 deep": lambda: _deep_page_tree(20_000),
        "a page tree in a circle": lambda: pdf_of([_CATALOG, b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 9999 >>"]),
        "10,000 pages": lambda: _pages(10_000),
        "a form that draws itself": lambda: _page(
            b"/F Do", b"/Resources << /XObject << /F 5 0 R >> >>", _form(b"/F 5 0 R", b"/F Do /F Do")
        ),
        "forms that double 55 times": lambda: _doubling_forms(55),
        "a picture of gigabytes": lambda: _page(
            b"q 500 0 0 500 0 0 cm /I Do Q", _PICTURE, _stream(_HUGE + b" /Filter /FlateDecode", packed_blanks(2 << 30))
        ),
        "a million pictures": lambda: _page(b"/I Do " * 1_000_000, _PICTURE, _stream(_HUGE, b"1")),
        "a filter a thousand times": lambda: pdf_of(
            [_CATALOG, _PAGES, _PAGE % b"", _stream(b"/Filter [" + b"/FlateDecode " * 1000 + b"]", zlib.compress(b"q"))]
        ),
        "a row of 100 billion columns": lambda: pdf_of(
            [
                _CATALOG,
                _PAGES,
                _PAGE % b"",
                _stream(
                    b"/Filter /FlateDecode /DecodeParms << /Predictor 12 /Columns 100000000000 >>",
                    zlib.compress(b"q" * 99),
                ),
            ]
        ),
        "a length that is its own": lambda: pdf_of(
            [_CATALOG, _PAGES, _PAGE % b"", b"<< /Length 4 0 R >>\nstream\nq\nendstream"]
        ),
        "references in a circle": lambda: _page(b"BT ET", b"/Resources 5 0 R", b"6 0 R", b"5 0 R"),
        "a table before itself": lambda: _table_before(b"/Prev"),
        "a table beside itself": lambda: _table_before(b"/XRefStm"),
        "an object stream that extends itself": lambda: _object_stream(b"/Extends 1 0 R", _INSIDE),
        "an object stream without end": lambda: _object_stream(
            b"/Filter /FlateDecode", zlib.compress(b"1 " * 50_000_000, 1)
        ),
        "a table of 100 billion objects": lambda: _object_stream(b"", _INSIDE, index=b"/Index [0 100000000000]"),
        "widths of 10 billion letters": lambda: _page(
            _LETTERS, _COMPOSITE % b"/W [0 10000000000 500]", _stream(b"", b"")
        ),
        "names of 4 billion letters": lambda: _page(_LETTERS, _COMPOSITE % b"", _stream(b"", _EVERY_LETTER)),
        "a number of five million digits": lambda: _page(b"9" * 5_000_000 + b" 0 m"),
        "a million warnings": lambda: _page(b"(a) (b) (c) rg " * 1_000_000),
    }
)
