"""Files that are no list, or were made to do harm: scanned, locked, endless, packed a thousandfold, torn."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from fpdf import FPDF
from PIL import Image, ImageDraw

WEB_PAGE = b"<!DOCTYPE html>\n<html lang='da'><body><h1>Siden findes ikke</h1></body></html>"
OLD_WORKBOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "Workbook".encode("utf-16-le") + bytes(1000)
LOCKED_WORKBOOK = (
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(1000)
)


def scanned_pdf() -> bytes:
    """A page that is a picture of a list."""
    picture = Image.new("L", (600, 800), color=255)
    ImageDraw.Draw(picture).text((50, 50), "Plads  Kommune")
    pdf = FPDF()
    pdf.add_page()
    pdf.image(picture, x=0, y=0, w=200)
    return bytes(pdf.output())


def blank_pdf(*, pages: int) -> bytes:
    """Nothing on each of so many pages."""
    pdf = FPDF()
    for _ in range(pages):
        pdf.add_page()
    return bytes(pdf.output())


def locked_pdf() -> bytes:
    """A page that opens with a password only."""
    pdf = FPDF()
    pdf.set_encryption(owner_password="ejer", user_password="bruger")
    pdf.add_page()
    pdf.set_font("Helvetica")
    pdf.cell(text="Plads")
    return bytes(pdf.output())


def pdf_bomb(*, unpacked: int) -> bytes:
    """A small PDF whose one page unpacks to so many bytes of drawing."""
    return _one_page(packed_blanks(unpacked))


def _one_page(content: bytes) -> bytes:
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>",
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%b\nendstream" % (len(content), content),
    ]
    return pdf_of(objects)


def packed_blanks(count: int) -> bytes:
    """Blanks by the million, each million packed by itself: packing one is enough."""
    packer, block = zlib.compressobj(9), b" " * (1 << 20)
    first = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    return first + again * ((count >> 20) - 1) + packer.flush()


def pdf_of(objects: list[bytes]) -> bytes:
    """A PDF of these objects, numbered from 1, the catalog first."""
    body, starts = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        starts.append(len(body))
        body += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    entries = b"".join(b"%010d 00000 n \n" % start for start in starts)
    table = b"xref\n0 %d\n0000000000 65535 f \n%b" % (len(objects) + 1, entries)
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(body))
    return body + table + trailer


def workbook_bomb(workbook: bytes, *, unpacked: int) -> bytes:
    """A workbook with one more part, which unpacks to so many bytes."""
    stream = BytesIO(workbook)
    with (
        ZipFile(stream, "a", ZIP_DEFLATED) as packed,
        packed.open("xl/media/image1.png", "w", force_zip64=True) as part,
    ):
        for _ in range(unpacked >> 20):
            part.write(bytes(1 << 20))
    return stream.getvalue()


def lying_bomb(workbook: bytes, *, unpacked: int, said: int) -> bytes:
    """The same, and the directory says that the part has `said` bytes only."""
    stream = BytesIO(workbook)
    block = bytes(1 << 20) * (unpacked >> 20)
    with ZipFile(stream, "a", ZIP_DEFLATED) as packed:
        packed.writestr("xl/media/image1.png", block)
    true, false = len(block).to_bytes(4, "little"), said.to_bytes(4, "little")
    return stream.getvalue().replace(true, false)


def with_part(workbook: bytes, *, part: str, content: bytes) -> bytes:
    """A workbook with one of its parts replaced, or one more."""
    with ZipFile(BytesIO(workbook)) as before:
        return packed({member: before.read(member) for member in before.namelist()} | {part: content})


def packed(parts: Mapping[str, bytes]) -> bytes:
    """A packed file of these parts."""
    stream = BytesIO()
    with ZipFile(stream, "w", ZIP_DEFLATED) as made:
        for part, content in parts.items():
            made.writestr(part, content)
    return stream.getvalue()


def busy_pdf(*, operations: int) -> bytes:
    """A small PDF whose one page draws so many times nothing."""
    content = zlib.compress(b"q Q " * operations, 9)
    return _one_page(content)
