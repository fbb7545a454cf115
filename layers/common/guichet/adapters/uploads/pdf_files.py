"""PDF: whole, readable, and with nothing in it that acts when somebody opens it (ISO 32000-2).

Three readings, since programs differ in what they find: the bytes as they stand, the inflated
streams of objects whether or not anything refers to them, and each object that the library reaches.
What is refused, and why so much, is in docs/decisions/0032.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import Final

from pypdf import PdfReader
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    PdfObject,
)

from guichet.adapters.uploads import refused

_HEADER: Final = re.compile(rb"%PDF-[12]\.\d\s")
_END: Final = b"%%EOF"
_NAME: Final = re.compile(rb"/([^\x00\t\n\x0c\r ()<>\[\]{}/%]{1,64})")
_ESCAPED: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM: Final = re.compile(rb"\bstream(?:\r\n|\n|\r)")
_STREAM_END: Final = b"endstream"
_MOST_OBJECTS: Final = 20_000
_MOST_INFLATED: Final = 30_000_000
_DEEPEST: Final = 60

_ENCRYPTED: Final = frozenset({"Encrypt"})
_ACTIVE: Final = frozenset(
    {
        *("JavaScript", "Launch", "OpenAction", "SubmitForm", "ImportData", "RichMedia"),
        *("EmbeddedFile", "EmbeddedFiles", "FileAttachment", "GoToR", "GoToE", "Rendition"),
    }
)
# So short that compressed bytes read like them by chance: looked for where objects are text.
_ACTIVE_TOO: Final = frozenset({"JS", "AA", "XFA", "EF", "Movie", "Sound"})


def check_pdf(content: bytes) -> None:
    """Read it in all three ways.

    Raises:
        Invalid: `file_damaged`, `file_mixed`, `file_encrypted`, `file_active`.
    """
    if not _HEADER.match(content):
        raise refused.damaged()
    end = content.rfind(_END)
    if end < 0:
        raise refused.damaged()
    if content[end + len(_END) :].strip(b"\0\t\n\x0c\r "):
        raise refused.mixed()
    _judge(_names(content), _ACTIVE)
    for text in (*_texts_around(content), *_streams_of_objects(content)):
        _judge(_names(text), _ACTIVE | _ACTIVE_TOO)
    _judge(_read(content), _ACTIVE | _ACTIVE_TOO)


def _judge(names: Iterable[str], active: frozenset[str]) -> None:
    found = frozenset(names)
    if found & _ENCRYPTED:
        raise refused.encrypted()
    if found & active:
        raise refused.active()


def _names(text: bytes) -> Iterator[str]:
    """Every name, with what is written as `#` and two digits put back."""
    for found in _NAME.findall(text):
        plain = _ESCAPED.sub(lambda each: bytes((int(each[1], 16),)), found)
        yield plain.decode("latin-1")


def _streams(content: bytes) -> Iterator[tuple[int, int, int]]:
    """Where the text before each stream begins, and where its own bytes begin and end."""
    before = 0
    while (found := _STREAM.search(content, before)) is not None:
        end = content.find(_STREAM_END, found.end())
        if end < 0:
            return
        yield before, found.end(), end
        before = end


def _texts_around(content: bytes) -> Iterator[bytes]:
    """What stands outside of streams."""
    rest = 0
    for before, start, rest in _streams(content):  # noqa: B007 - where the last one ends is used
        yield content[before:start]
    yield content[rest:]


def _streams_of_objects(content: bytes) -> Iterator[bytes]:
    """Each `ObjStm` inflated; one that is packed otherwise hides its objects, and isn't taken."""
    left = _MOST_INFLATED
    for before, start, end in _streams(content):
        names = list(_names(content[before:start]))
        if "ObjStm" not in names:
            continue
        filters = [each for each in names if each.endswith(("Decode", "Crypt"))]
        if filters != (["FlateDecode"] if "Filter" in names else []):
            raise refused.damaged()
        text = _inflated(content[start:end], left) if filters else content[start:end]
        left -= len(text)
        yield text


def _inflated(packed: bytes, most: int) -> bytes:
    stream = zlib.decompressobj()
    try:
        text = stream.decompress(packed, most)
    except zlib.error as error:
        raise refused.damaged() from error
    if stream.unconsumed_tail:
        raise refused.damaged()
    return text


def _read(content: bytes) -> frozenset[str]:
    """The names of all objects. What the library can't read, others could read in several ways."""
    try:
        reader = PdfReader(BytesIO(content), strict=False)
        if reader.is_encrypted:
            return _ENCRYPTED
        names = frozenset(name for each in _objects(reader) for name in _names_in(each))
        has_pages = len(reader.pages) > 0
    except Exception as error:  # the library meets what was made to confuse it
        raise refused.damaged() from error
    if not has_pages:
        raise refused.damaged()
    return names


def _objects(reader: PdfReader) -> Iterator[PdfObject | None]:
    """The trailer, and every object of the tables, in streams or not, referred to or not."""
    yield reader.trailer
    numbers = [
        (number, generation) for generation, found in reader.xref.items() for number in found
    ]
    numbers += [(number, 0) for number in reader.xref_objStm]
    if len(numbers) > _MOST_OBJECTS:
        raise refused.damaged()
    for number, generation in numbers:
        yield reader.get_object(IndirectObject(number, generation, reader))


def _names_in(value: object, depth: int = 0) -> Iterator[str]:
    """All names of one object; what it refers to is an object of its own."""
    if depth > _DEEPEST:
        raise refused.damaged()
    match value:
        case NameObject():
            yield value.removeprefix("/")
        case DictionaryObject():
            for name in value:
                yield str(name).removeprefix("/")
                yield from _names_in(value.raw_get(name), depth + 1)
        case ArrayObject():
            for each in list.__iter__(value):
                yield from _names_in(each, depth + 1)
        case _:
            return
