"""Small files as members upload them, whole and broken: PDF, PNG, JPEG."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R /Resources << >> >>"
DRAWN = b"0 0 m 100 100 l S"


def pdf(
    *more: bytes,
    catalog: bytes = b"",
    trailer: bytes = b"",
    page: bytes = b"",
    version: bytes = b"1.7",
) -> bytes:
    """One page; `more` are further objects from number 5 on, the rest further entries."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R " + catalog + b" >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        PAGE.removesuffix(b">>") + page + b" >>",
        stream(DRAWN),
        *more,
    ]
    return _written(objects, trailer, version)


def stream(content: bytes, dictionary: bytes = b"") -> bytes:
    length = str(len(content)).encode()
    head = b"<< /Length " + length + b" " + dictionary + b" >>"
    return head + b"\nstream\n" + content + b"\nendstream"


def object_stream(number: int, text: bytes, dictionary: bytes = b"") -> bytes:
    """An object that is hidden in a compressed stream of objects."""
    head = f"{number} 0 ".encode()
    packed = zlib.compress(head + text)
    entries = b"/Type /ObjStm /N 1 /First " + str(len(head)).encode() + b" /Filter /FlateDecode "
    return stream(packed, entries + dictionary)


def _written(objects: Sequence[bytes], trailer: bytes, version: bytes) -> bytes:
    out = bytearray(b"%PDF-" + version + b"\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, each in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + each + b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    for place in places:
        out += f"{place:010d} 00000 n \n".encode()
    size = str(len(objects) + 1).encode()
    out += b"trailer\n<< /Size " + size + b" /Root 1 0 R " + trailer + b" >>\n"
    out += b"startxref\n" + str(start).encode() + b"\n%%EOF\n"
    return bytes(out)


def with_cross_references_in_a_stream(hidden: bytes, catalog: bytes = b"") -> bytes:
    """PDF 1.5: object 5 lies in the compressed stream 6, as the compressed stream 7 says."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R " + catalog + b" >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        PAGE,
        stream(DRAWN),
    ]
    out = bytearray(b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n")
    rows = [struct.pack(">BIB", 0, 0, 255)]
    for number, each in enumerate(objects, start=1):
        rows.append(struct.pack(">BIB", 1, len(out), 0))
        out += f"{number} 0 obj\n".encode() + each + b"\nendobj\n"
    rows.append(struct.pack(">BIB", 2, 6, 0))
    rows.append(struct.pack(">BIB", 1, len(out), 0))
    out += b"6 0 obj\n" + object_stream(5, hidden) + b"\nendobj\n"
    rows.append(struct.pack(">BIB", 1, len(out), 0))
    start = len(out)
    entries = b"/Type /XRef /Size 8 /W [1 4 1] /Root 1 0 R /Filter /FlateDecode"
    out += b"7 0 obj\n" + stream(zlib.compress(b"".join(rows)), entries) + b"\nendobj\n"
    out += b"startxref\n" + str(start).encode() + b"\n%%EOF\n"
    return bytes(out)


def chunk(kind: bytes, content: bytes) -> bytes:
    checked = kind + content
    return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))


def png(width: int = 1, height: int = 1, *more: bytes) -> bytes:
    """One grey point, whatever size it says; `more` are further chunks."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    data = chunk(b"IDAT", zlib.compress(b"\0\0"))
    chunks = (chunk(b"IHDR", header), *more, data, chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def segment(marker: int, content: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(content) + 2) + content


def jpeg(width: int = 8, height: int = 8, *more: bytes) -> bytes:
    """A frame and a scan, with a stuffed byte and a restart in it."""
    frame = segment(0xC0, struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00")
    scan = segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + b"\x12\xff\x00\x34\xff\xd0\x56"
    return b"\xff\xd8" + segment(0xE0, b"JFIF\0") + b"".join(more) + frame + scan + b"\xff\xd9"
