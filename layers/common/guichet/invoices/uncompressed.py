"""What a PDF says, whichever build of zlib compressed it: two of them make different bytes of one text."""

from __future__ import annotations

import re
import zlib
from typing import Final

_STREAM: Final = re.compile(rb"(>>\nstream\n)(.*?)(endstream\n)", re.DOTALL)
# What follows from how long the streams are: places of objects, and a digest of the packed file.
_FOLLOWS: Final = re.compile(rb"/Length \d+|\d{10} (?=\d{5} n)|<[0-9a-f]{32}>|startxref\n\d+")


def uncompressed(pdf: bytes) -> bytes:
    """A PDF as our library writes it, its streams decompressed, without what follows from their lengths."""
    parts = _STREAM.split(pdf)
    outside = (_FOLLOWS.sub(b"", each) for each in parts[::4])
    inside = (_decompressed(each) for each in parts[2::4])
    return b"\n".join((*outside, *inside))


def _decompressed(stream: bytes) -> bytes:
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return stream  # was not compressed
