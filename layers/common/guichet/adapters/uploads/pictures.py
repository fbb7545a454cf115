"""PNG and JPEG, from their first byte to their last; the picture itself is never decoded.

PNG: W3C Recommendation, section 5. JPEG: ITU-T T.81, Annex B.
"""

from __future__ import annotations

import struct
import zlib
from typing import Final

from guichet.adapters.uploads import refused

PNG: Final = b"\x89PNG\r\n\x1a\n"
JPEG: Final = b"\xff\xd8\xff"
_MOST_PIXELS: Final = 100_000_000  # of a scan at 600 dots an inch a third
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # that say how large it is
_SCAN: Final = 0xDA
_END: Final = 0xD9
_ALONE: Final = frozenset({0x01, *range(0xD0, 0xD8)})  # markers without a length
_STUFFED: Final = frozenset({0x00, *range(0xD0, 0xD8)})  # within a scan, no markers that end it


def check_png(content: bytes) -> None:
    """Chunk after chunk, each with its right sum, from IHDR to IEND, and nothing behind.

    Raises:
        Invalid: `file_damaged`; `file_mixed`, there is something behind its end.
    """
    at, has_picture = len(PNG), False
    first = True
    while True:
        if at + 12 > len(content):
            raise refused.damaged()
        (length,) = struct.unpack_from(">I", content, at)
        kind, end = content[at + 4 : at + 8], at + 12 + length
        if end > len(content) or zlib.crc32(content[at + 4 : end - 4]) != _sum(content, end):
            raise refused.damaged()
        if first != (kind == b"IHDR"):
            raise refused.damaged()
        if first:
            _require_header(content[at + 8 : end - 4])
        first, at = False, end
        has_picture = has_picture or (kind == b"IDAT" and length > 0)
        if kind == b"IEND":
            break
    if not has_picture:
        raise refused.damaged()
    if at != len(content):
        raise refused.mixed()


def _sum(content: bytes, end: int) -> int:
    (found,) = struct.unpack_from(">I", content, end - 4)
    return int(found)


def _require_header(header: bytes) -> None:
    if len(header) != 13 or not _is_sound(*struct.unpack_from(">II", header)):
        raise refused.damaged()


def _is_sound(width: int, height: int) -> bool:
    return width > 0 and height > 0 and width * height <= _MOST_PIXELS


def check_jpeg(content: bytes) -> None:
    """Segment after segment to the end of the picture, with one frame that has a size.

    Raises:
        Invalid: `file_damaged`; `file_mixed`, there is something behind its end.
    """
    at, has_frame, has_scan = 2, False, False
    while True:
        marker, at = _marker(content, at)
        if marker == _END:
            break
        if marker in _ALONE:
            continue
        end = _segment_end(content, at)
        if marker in _FRAMES:
            has_frame = _has_size(content, at, end)
        at = end
        if marker == _SCAN:
            has_scan, at = True, _scan_end(content, end)
    if not (has_frame and has_scan):
        raise refused.damaged()
    if content[at:].strip(b"\0"):
        raise refused.mixed()


def _marker(content: bytes, at: int) -> tuple[int, int]:
    """The marker at a place, and where what follows begins; it may be filled up with FF."""
    begin = at
    while at < len(content) and content[at] == 0xFF:
        at += 1
    if at == begin or at >= len(content):
        raise refused.damaged()
    return content[at], at + 1


def _segment_end(content: bytes, at: int) -> int:
    if at + 2 > len(content):
        raise refused.damaged()
    (length,) = struct.unpack_from(">H", content, at)
    if length < 2 or at + length > len(content):
        raise refused.damaged()
    return at + int(length)


def _has_size(content: bytes, at: int, end: int) -> bool:
    if end - at < 8:
        raise refused.damaged()
    height, width = struct.unpack_from(">HH", content, at + 3)
    if not _is_sound(width, height):
        raise refused.damaged()
    return True


def _scan_end(content: bytes, at: int) -> int:
    """Where the next marker is that is none within the scan."""
    while True:
        at = content.find(b"\xff", at)
        if at < 0 or at + 1 >= len(content):
            raise refused.damaged()
        if content[at + 1] in _STUFFED:
            at += 2
        elif content[at + 1] == 0xFF:
            at += 1
        else:
            return at
