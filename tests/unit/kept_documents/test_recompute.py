"""`guichet recompute` comes to the same bytes, whatever has changed since (INV-3, INV-4)."""

from __future__ import annotations

import zlib
from argparse import Namespace
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Any

import pytest

from guichet.adapters.documents import pdf
from guichet.adapters.documents.files import rendered
from guichet.adapters.dynamo import contents, keys
from guichet.adapters.dynamo.seam import Update
from guichet.bootstrap import Container
from guichet.bootstrap_billing import BillingParts
from guichet.catalogue.selling import SellingEntities
from guichet.cli import invoicing as command
from guichet.cli import main
from guichet.errors import Conflict, NotFound, Refusal, Unavailable
from guichet.invoices import document as documents
from guichet.invoices.forms import DocumentForm, file_key
from guichet.invoices.use_cases.recompute_document import (
    Recomputed,
    Verdict,
    recompute_document,
)
from tests.support.billing import NEW_YORK, Billing, FlatTaxes
from tests.support.odd_catalogue import odd_catalogues
from tests.support.world import ACCOUNT

NUMBER = "US-I-000001"


@pytest.fixture
def billing() -> Billing:
    """An account with an invoice of an order, one of a renewal, and their files."""
    made = Billing()
    made.buy(made.webinar("plus", 3))
    made.until(date(2026, 12, 23))
    return made


def recompute(parts: Container, named: str = NUMBER, account_id: str | None = None) -> Recomputed:
    return recompute_document(
        named,
        account_id,
        entities=frozenset(parts.selling_entities.entities),
        records=parts.billing.invoices,
        files=parts.documents,
        render=parts.render_document,
    )


def test_every_file_is_the_same_by_number_and_by_id_inv_4(billing: Billing) -> None:
    parts = billing.world.parts

    by_number = recompute(parts)
    by_id = recompute(parts, by_number.invoice.invoice_id, ACCOUNT)

    assert by_number.is_same
    assert by_id == by_number
    assert [form for form, _ in by_number.verdicts] == ["csv", "json", "pdf"]


def sold_by_another(parts: Container) -> None:
    """The entity has moved, has another name and another bank."""
    entities = parts.selling_entities
    us = entities.entity("us")
    moved = replace(us, legal_name="Renamed Inc.", address=("1 Elsewhere",), bank_details=())
    vars(parts)["selling_entities"] = SellingEntities(
        **{
            **{name: getattr(entities, name) for name in entities.__slots__},
            "entities": MappingProxyType({**entities.entities, "us": moved}),
        }
    )


def taxed_otherwise(parts: Container) -> None:
    parts.billing = BillingParts(parts, given_taxes=FlatTaxes())


def sold_at_other_prices(parts: Container) -> None:
    parts.billing = BillingParts(parts, given_catalogues=odd_catalogues())


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(sold_by_another, id="selling entity"),
        pytest.param(taxed_otherwise, id="tax tables"),
        pytest.param(sold_at_other_prices, id="catalogue"),
    ],
)
def test_what_changed_since_changes_nothing_inv_3(
    billing: Billing, change: Callable[[Container], None]
) -> None:
    changed = billing.world.container()
    change(changed)

    for number in (NUMBER, "US-I-000002"):
        assert recompute(changed, number).is_same


def test_an_account_that_moved_changes_nothing_inv_3(billing: Billing) -> None:
    billing.move_to(replace(NEW_YORK, line1="1 Elsewhere", region="AL", city="Mobile"))

    assert recompute(billing.world.parts).is_same


def test_a_new_template_is_for_new_documents_inv_3(
    billing: Billing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each keeps the number of the template that it was drawn with."""

    def upside_down(wording: Any) -> Any:  # noqa: ANN401 - a template
        paper, pages = pdf.TEMPLATES[1](wording)
        return paper, [*pages[::-1], []]

    both = MappingProxyType({**pdf.TEMPLATES, 2: upside_down})
    monkeypatch.setattr(pdf, "TEMPLATES", both)
    monkeypatch.setattr(documents, "TEMPLATE", 2)

    found = recompute(billing.world.parts)

    content = billing.parts().invoices.content(found.invoice)
    assert content is not None
    assert found.is_same
    assert content.document.template == 1
    later = replace(content.document, template=2)
    assert rendered(later)[DocumentForm.PDF] != rendered(content.document)[DocumentForm.PDF]


def test_a_template_that_is_gone_is_told_and_nothing_is_guessed_inv_3(
    billing: Billing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "TEMPLATES", MappingProxyType({}))

    with pytest.raises(Unavailable) as refused:
        recompute(billing.world.parts)

    assert refused.value.code == "template_unknown"


def key_of(billing: Billing, form: DocumentForm) -> str:
    return file_key(recompute(billing.world.parts).invoice, form)


def test_a_difference_and_what_is_not_kept_are_told(billing: Billing) -> None:
    kept = billing.world.documents.kept
    csv, json_, xml = (key_of(billing, each) for each in list(DocumentForm)[:3])
    kept[csv] += b"x"
    del kept[json_]
    kept[xml] = b"<made-by-another-version/>"

    found = recompute(billing.world.parts)

    assert not found.is_same
    assert dict(found.verdicts) == {
        DocumentForm.CSV: Verdict.DIFFERENT,
        DocumentForm.JSON: Verdict.NOT_KEPT,
        DocumentForm.XML: Verdict.NOT_MADE,
        DocumentForm.PDF: Verdict.SAME,
    }


def test_a_pdf_that_another_zlib_compressed_is_the_same_inv_4(billing: Billing) -> None:
    """An operator's machine may have another build of it than the functions that drew the file."""
    kept = billing.world.documents.kept
    pdf_key = key_of(billing, DocumentForm.PDF)
    head, stream, tail = _first_stream(kept[pdf_key])
    text = zlib.decompress(stream)
    packed = zlib.compress(text, 1)
    assert packed != stream

    kept[pdf_key] = _with_length(head, len(packed)) + packed + tail
    again = dict(recompute(billing.world.parts).verdicts)
    kept[pdf_key] = _with_length(head, len(packed)) + zlib.compress(text + b" ", 1) + tail
    changed = dict(recompute(billing.world.parts).verdicts)

    assert again[DocumentForm.PDF] is Verdict.SAME_UNPACKED
    assert changed[DocumentForm.PDF] is Verdict.DIFFERENT


def _first_stream(content: bytes) -> tuple[bytes, bytes, bytes]:
    before, mark, rest = content.partition(b">>\nstream\n")
    stream, end, tail = rest.partition(b"endstream\n")
    return before + mark, stream, end + tail


def _with_length(head: bytes, length: int) -> bytes:
    before, mark, _ = head.rpartition(b"/Length ")
    return before + mark + f"{length}\n>>\nstream\n".encode()


def test_kept_lines_that_do_not_come_to_the_kept_sums_are_told(billing: Billing) -> None:
    parts = billing.world.parts
    invoice = recompute(parts).invoice
    content = parts.billing.invoices.content(invoice)
    assert content is not None
    first, *rest = content.lines
    wrong = replace(content, lines=(replace(first, net_minor=-1), *rest))
    number = keys.series_number(invoice.selling_entity, invoice.kind, invoice.place)
    text = contents.content_text(wrong)
    billing.world.dynamo.update(Update("state", number, {"content": text}))

    with pytest.raises(Conflict) as refused:
        recompute(parts)

    assert refused.value.code == "does_not_add_up"


@pytest.mark.parametrize(
    ("named", "account_id", "refusal", "code"),
    [
        pytest.param("US-I-000099", None, NotFound, "not_found", id="a number not given yet"),
        pytest.param("inv_1", ACCOUNT, NotFound, "not_found", id="an unknown id"),
        pytest.param("inv_1", None, Refusal, "account_missing", id="an id without its account"),
        pytest.param("XX-I-000001", None, Refusal, "account_missing", id="of no entity"),
    ],
)
def test_what_is_not_there_is_told(
    billing: Billing, named: str, account_id: str | None, refusal: type[Refusal], code: str
) -> None:
    with pytest.raises(refusal) as refused:
        recompute(billing.world.parts, named, account_id)

    assert refused.value.code == code


def test_the_command_says_what_it_found_and_answers_1_on_a_difference(
    billing: Billing, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    parts = billing.world.parts

    def the_stack(options: Namespace) -> tuple[Container, dict[str, str]]:
        del options
        return parts, {}

    monkeypatch.setattr(command, "the_stack", the_stack)

    same = main(["recompute", NUMBER])
    told = capsys.readouterr().out
    billing.world.documents.kept[key_of(billing, DocumentForm.PDF)] += b"x"
    different = main(["recompute", NUMBER])
    then = capsys.readouterr().out
    billing.world.documents.away = True
    unread = main(["recompute", NUMBER])

    assert (same, different, unread) == (0, 1, 1)
    assert told == "".join(f"{NUMBER}.{each}: same\n" for each in ("csv", "json", "pdf"))
    assert f"{NUMBER}.pdf: different" in then
    assert "can't be read" in capsys.readouterr().out
