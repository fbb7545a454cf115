"""What was made stays computable to the same bytes: words, layout, CLDR, fonts and libraries (INV-3, INV-4).

A failure means that `guichet recompute` would call documents that customers have "different". Do not write
the digests anew: keep what was, and let the change be a new template (docs/documents.md).
"""

from __future__ import annotations

import pytest

from guichet.adapters.documents.files import rendered
from guichet.adapters.documents.pdf import TEMPLATES
from guichet.adapters.documents.texts import TEXTS
from guichet.invoices.document import TEMPLATE
from guichet.languages import LANGUAGES
from tests.documents.golden import UNPACKED, digests_of, templates, this_zlib, words_of

GOLDEN = templates()
DOCUMENTS = [
    pytest.param(template, name, id=f"{template}-{name}")
    for template, held in GOLDEN.items()
    for name in held.documents
]


def test_every_template_is_kept_and_has_its_golden_documents_inv_3() -> None:
    assert set(GOLDEN) == set(TEMPLATES)
    assert max(GOLDEN) == TEMPLATE, "run: python -m tests.documents.golden"


@pytest.mark.parametrize("template", GOLDEN)
def test_words_that_documents_were_made_with_are_as_they_were_inv_3(template: int) -> None:
    assert words_of(template) == GOLDEN[template].words


def test_no_template_has_words_that_nobody_vouches_for_inv_3() -> None:
    assert {int(each.name) for each in TEXTS.iterdir()} <= set(GOLDEN)


@pytest.mark.parametrize("template", GOLDEN)
def test_the_golden_documents_are_in_every_language_and_of_both_kinds_inv_4(template: int) -> None:
    documents = [each.content.document for each in GOLDEN[template].documents.values()]

    assert {each.language for each in documents} == set(LANGUAGES)
    assert {each.is_credit_note for each in documents} == {True, False}
    assert {each.is_electronic for each in documents} == {True, False}
    assert {each.template for each in documents} == {template}


@pytest.mark.parametrize(("template", "name"), DOCUMENTS)
def test_a_stored_document_comes_to_the_same_bytes_inv_4(template: int, name: str) -> None:
    """Read as it is stored, computed again, drawn: to the byte where zlib is the same, else unpacked."""
    held = GOLDEN[template]
    golden = held.documents[name]

    found = digests_of(rendered(golden.content.computed_again()))

    expected = dict(golden.digests)
    if this_zlib() != held.zlib:
        del found["pdf"], expected["pdf"]
    assert found == expected
    assert UNPACKED in found
