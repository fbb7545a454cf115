"""An invoice's content as it is stored: short, and readable for ever (INV-4)."""

from __future__ import annotations

import base64
import hashlib
import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.adapters.dynamo import items
from guichet.adapters.dynamo.codec import encode_stated
from guichet.adapters.dynamo.content_text import WORDS, packed_content, unpacked_content
from tests.support.document_samples import samples

# What was stored on the first day, and must be read on the last.
STORED = {
    "1": "1:ePlSh4S1w9GqMTQ0sog3MIC6oBYA8DwK9g==",
}


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_every_text_reads_back_inv_4(text: str) -> None:
    assert unpacked_content(packed_content(text)) == text


def test_what_was_compressed_by_itself_reads_back_inv_4() -> None:
    assert unpacked_content(items.packed('{"lines":[]}')) == '{"lines":[]}'


def test_words_are_never_changed_inv_4() -> None:
    marks = {name: hashlib.sha256(words).hexdigest()[:16] for name, words in WORDS.items()}

    assert marks == {"1": "b312c5d86d5b797f"}


@pytest.mark.parametrize("number", WORDS)
def test_what_was_stored_by_each_words_reads_back_inv_4(number: str) -> None:
    assert json.loads(unpacked_content(STORED[number])) == {"invoice_id": "inv_20261128_00000001"}


def test_other_words_than_it_was_compressed_by_are_an_error() -> None:
    packer = zlib.compressobj(zdict=b"other words")
    held = packer.compress(b"other words") + packer.flush()

    with pytest.raises(zlib.error):
        unpacked_content("1:" + base64.b64encode(held).decode())
    with pytest.raises(KeyError):
        unpacked_content(STORED["1"].replace("1:", "0:", 1))


@pytest.mark.parametrize("name", sorted(samples()))
def test_a_usual_document_is_shorter_than_by_itself(name: str) -> None:
    text = json.dumps(encode_stated(samples()[name]), separators=(",", ":"))

    packed = packed_content(text)

    assert unpacked_content(packed) == text
    by_itself = len(items.packed(text))
    assert len(packed) < by_itself - 300
