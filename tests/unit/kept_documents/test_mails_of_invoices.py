"""Each invoice and credit note is mailed with its PDF, drawn once and kept (INV-4, INV-6)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from email.message import EmailMessage

import pytest

from guichet.adapters.dynamo import keys
from guichet.adapters.mail.render import render
from guichet.bootstrap_letters import BillingLetterParts
from guichet.events import Event
from guichet.invoices.content import InvoiceContent
from guichet.invoices.forms import DocumentForm, file_key
from guichet.invoices.invoice import Invoice
from guichet.invoices.keeping import Keeping
from guichet.invoices.ports import Aggregate
from guichet.ledger.journal import Change
from guichet.registration.mailer import Letter
from guichet.registration.outbox import BillingMail, Effect
from guichet.subscriptions.mails import BillingFacts
from tests.support.billing import Billing
from tests.support.mailer import TakenMail
from tests.support.memory_documents import MemoryDocuments


@dataclass(frozen=True)
class Reading:
    """The one document that is read."""

    of: Invoice
    with_content: InvoiceContent

    def invoice(self, account_id: str, invoice_id: str) -> Invoice:
        del account_id, invoice_id
        return self.of

    def content(self, invoice: Invoice) -> InvoiceContent:
        del invoice
        return self.with_content


@pytest.fixture
def billing() -> Billing:
    made = Billing()
    profiles = made.world.parts.profiles
    account = profiles.account(made.account_id)
    assert account is not None
    before = profiles.profile(account)
    after = replace(
        before,
        language="en",
        contact_name="Ada Lovelace",
        cc_emails=("books@atelier.example", "boss@atelier.example"),
        version=before.version + 1,
    )
    profiles.save_profile(made.world.cause("update_profile"), before, after)
    return made


def mails_of(billing: Billing, kind: str) -> list[TakenMail]:
    return [
        each for each in billing.world.mailer.taken if each.message_key.endswith(f":billing_{kind}")
    ]


def invoices(billing: Billing) -> list[Invoice]:
    records = billing.parts().invoices
    found = records.invoices_of(billing.account_id, limit=20, after=None).items
    return sorted(found, key=lambda each: (each.issued_on or date.min, each.number))


def pdf_of(message: EmailMessage) -> tuple[str, bytes]:
    (found,) = list(message.iter_attachments())
    assert found.get_content_type() == "application/pdf"
    content = found.get_payload(decode=True)
    assert isinstance(content, bytes)
    return str(found.get_filename()), content


def test_the_invoice_of_an_order_is_short_says_that_it_is_paid_and_goes_to_all_inv_6(
    billing: Billing,
) -> None:
    cart = billing.buy(billing.webinar())

    (mail,) = mails_of(billing, "invoice")
    (invoice,) = invoices(billing)
    name, content = pdf_of(mail.message)
    assert mail.mail.subject == "Invoice US-I-000001 – Guichet Example Inc."
    assert mail.message["To"] == "office@atelier.example"
    assert mail.message["Cc"] == "books@atelier.example, boss@atelier.example"
    assert "Your invoice US-I-000001 is attached." in mail.mail.text
    assert f"It belongs to your order {cart.cart_id}." in mail.mail.text
    assert "It is paid. There is nothing left to pay." in mail.mail.text
    assert "Please pay" not in mail.mail.text
    assert "Due date" not in mail.mail.text
    assert f"https://pay.example/billing/invoices/{invoice.invoice_id}" in mail.mail.text
    assert name == "US-I-000001.pdf"
    assert content == billing.world.documents.kept[file_key(invoice, DocumentForm.PDF)]


def test_an_open_invoice_says_how_much_by_when_and_where_the_bank_details_are_inv_6(
    billing: Billing,
) -> None:
    billing.buy(billing.webinar())
    billing.until(date(2026, 12, 23))

    *_, mail = mails_of(billing, "invoice")
    *_, invoice = invoices(billing)
    assert invoice.due_on is not None
    due_on = f"{invoice.due_on:%B} {invoice.due_on.day}, {invoice.due_on.year}"
    assert f"Please pay $30.00 by {due_on}. The invoice says how to pay" in mail.mail.text
    assert f"Amount due: $30.00\nDue date: {due_on}\n" in mail.mail.text
    assert "order" not in mail.mail.text


def test_a_credit_note_says_what_it_corrects_and_where_its_amount_goes_inv_11(
    billing: Billing,
) -> None:
    billing.buy(billing.webinar("plus", 3))
    subscription_id = billing.only().subscription_id
    billing.buy(billing.wish("change", subscription_id=subscription_id, plan_id="starter", seats=1))
    billing.world.settle_down()

    (mail,) = mails_of(billing, "credit_note")
    (note,) = (each for each in invoices(billing) if each.is_credit_note)
    assert mail.mail.subject == "Credit note US-C-000001 – Guichet Example Inc."
    assert "It corrects invoice US-I-000001." in mail.mail.text
    assert f"The amount of ${note.total_minor / 100:.2f} is now account credit." in mail.mail.text
    assert "pay" not in mail.mail.text.partition("https://")[0].replace("payment", "")
    assert pdf_of(mail.message)[0] == "US-C-000001.pdf"


def moved(billing: Billing, invoice: Invoice, after: Invoice) -> Invoice:
    """As something else has written it since."""
    bumped = replace(after, version=invoice.version + 1)
    change = Change[Aggregate](invoice, bumped, (Event("invoice.tested"),))
    billing.parts().invoices.save(billing.world.cause("test"), [change])
    return bumped


def letter_effect(billing: Billing, invoice: Invoice) -> Effect:
    """The mail of an invoice that is still to be sent."""
    return Effect(
        effect_id=keys.document_effect_id(invoice.selling_entity, invoice.kind, invoice.place),
        registration_id=None,
        payment_id=None,
        mails=(BillingMail.INVOICE,),
        happened_at=billing.world.clock.now(),
        valid_until=None,
        account_id=billing.account_id,
        invoice_id=invoice.invoice_id,
    )


def letter_of(billing: Billing, invoice: Invoice) -> Letter[BillingFacts]:
    """What a mail that goes out now would tell."""
    effect = letter_effect(billing, invoice)
    letter = (
        BillingLetterParts(billing.parts()).of_documents.about(effect).letter(BillingMail.INVOICE)
    )
    assert letter is not None
    return letter


@pytest.fixture
def opened(billing: Billing) -> Invoice:
    """The invoice of a renewal."""
    billing.buy(billing.webinar())
    billing.until(date(2026, 12, 23))
    return invoices(billing)[-1]


def test_a_late_mail_tells_what_is_open_now_not_what_was_inv_5(
    billing: Billing, opened: Invoice
) -> None:
    partly = moved(billing, opened, opened.collected(1_000))
    of_a_part = render(letter_of(billing, partly).facts).text
    paid = moved(billing, partly, partly.collected(2_000))
    of_the_whole = render(letter_of(billing, paid).facts).text

    assert "Please pay $20.00 by" in of_a_part
    assert "Paid: $10.00\nAmount due: $20.00" in of_a_part
    assert "There is nothing left to pay." in of_the_whole
    assert "Please pay" not in of_the_whole


def test_a_void_invoice_asks_for_nothing_and_is_not_called_paid_inv_5(
    billing: Billing, opened: Invoice
) -> None:
    void = moved(billing, opened, opened.voided(opened.open_minor))

    text = render(letter_of(billing, void).facts).text

    assert "It was cancelled by a credit note. There is nothing to pay." in text
    assert "It is paid" not in text


def test_an_invoice_that_is_collected_says_when_and_asks_for_nothing_inv_10(
    billing: Billing, opened: Invoice
) -> None:
    matter = BillingLetterParts(billing.parts()).of_documents
    content = billing.parts().invoices.content(opened)
    assert content is not None
    collected = replace(
        content, document=replace(content.document, is_collected=True, due_on=date(2026, 12, 22))
    )
    records = Reading(opened, collected)

    effect = letter_effect(billing, opened)
    told = replace(matter, records=records).about(effect).letter(BillingMail.INVOICE)  # type: ignore[arg-type]  # two reads of it

    assert told is not None
    text = render(told.facts).text
    assert "$30.00 will be charged to your payment method on December 22, 2026." in text
    assert "Please pay" not in text


def test_what_is_too_large_for_a_mail_is_named_and_kept(billing: Billing, opened: Invoice) -> None:
    """A mailbox would refuse it; the document is there all the same (INV-9)."""
    large = b"%PDF-" + bytes(5_000_001)
    files = MemoryDocuments()
    keeping = Keeping(files, lambda _: {DocumentForm.PDF: large})
    letters = replace(BillingLetterParts(billing.parts()).of_documents, keeping=lambda: keeping)

    told = letters.about(letter_effect(billing, opened)).letter(BillingMail.INVOICE)

    assert told is not None
    assert told.files == ()
    assert "It is too large for an e-mail; please open it online." in render(told.facts).text
    assert list(files.kept.values()) == [large]
