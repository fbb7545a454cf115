"""A mail writes amounts and days as the PDF that it brings: as the customer's country does (INV-4, INV-6)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest
from pypdf import PdfReader

from guichet.access.addresses import Address
from guichet.adapters.documents.wording import Wording
from tests.support.billing import Billing
from tests.support.real_documents import (
    BERLIN,
    LEEDS,
    MONTREAL,
    PARIS,
    RIO,
    ROME,
    SYDNEY,
    TOKYO,
    ZURICH,
    made,
)


@pytest.mark.parametrize(
    ("language", "address", "currency", "amount"),
    [
        pytest.param("en", LEEDS, None, "£172.80", id="United Kingdom"),
        pytest.param("en", TOKYO, "JPY", "JP¥29,700", id="English in Japan"),
        pytest.param("en", SYDNEY, None, "$297.00", id="Australia"),
        pytest.param("fr", PARIS, None, "205,20 €", id="France"),
        pytest.param("fr", MONTREAL, None, "279,39 $", id="Québec"),
        pytest.param("de", ZURICH, "CHF", "CHF 184.85", id="Switzerland"),
        pytest.param("de", BERLIN, None, "203,49 €", id="Germany"),
        pytest.param("it", ROME, None, "208,62 €", id="Italy"),
        pytest.param("es", PARIS, None, "205,20 €", id="Spanish"),
        pytest.param("pt", RIO, "USD", "US$ 180,00", id="Brazil"),
        pytest.param("nl", BERLIN, None, "€ 203,49", id="Dutch"),
    ],
)
def test_a_mail_writes_as_its_pdf_does_inv_4(
    language: str, address: Address, currency: str | None, amount: str
) -> None:
    billing = Billing()
    billing.move_to(address)
    speak(billing, language)
    billing.buy(billing.webinar("plus", 3), currency=currency)
    billing.until(date(2026, 12, 23))

    document = made(billing)[-1][1].document
    (mail,) = (e for e in billing.world.mailer.taken if document.number in e.mail.subject)
    (attached,) = list(mail.message.iter_attachments())
    pdf = attached.get_payload(decode=True)
    assert isinstance(pdf, bytes)
    page = "\n".join(each.extract_text() for each in PdfReader(BytesIO(pdf)).pages)

    wording = Wording.of(document)
    assert document.due_on is not None
    for written in (amount, wording.words.day(document.due_on)):
        assert _blanks(written) in _blanks(page)
        assert _blanks(written) in _blanks(mail.mail.text)


def speak(billing: Billing, language: str) -> None:
    profiles = billing.world.parts.profiles
    account = profiles.account(billing.account_id)
    assert account is not None
    before = profiles.profile(account)
    after = replace(before, language=language, version=before.version + 1)
    profiles.save_profile(billing.world.cause("update_profile"), before, after)


def _blanks(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")
