"""One invoice or credit note of each language and of each tax situation, by a name that says which."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from guichet.access.addresses import Address
from guichet.catalogue.catalogue import TaxClass
from guichet.invoices.document import DocumentKind, InvoiceDocument, Reference, Settlement
from guichet.tax.subject import Exemption
from tests.support.invoice_documents import (
    BERLIN,
    LATE_FEBRUARY,
    LINES,
    PARIS,
    buyer,
    line,
    many_lines,
    taxed,
)


def samples() -> dict[str, InvoiceDocument]:
    """One of each language and of each tax situation, by a name that says which."""
    return {**_of_the_union(), **_of_others(), **_credit_notes()}


def _of_the_union() -> dict[str, InvoiceDocument]:
    dublin = buyer("Example Crafts Ltd", Address("1 Sample Road", "Cork", "IE", region="Co. Cork"))
    rome = buyer(
        "Laboratorio Esempio S.r.l.",
        Address("Via dell’Esempio 5", "Roma", "IT", region="RM", postal_code="00184"),
        "IT00743110157",
    )
    madrid = buyer(
        "Ana Ejemplo García", Address("Calle de Ejemplo 3", "Madrid", "ES", postal_code="28001")
    )
    lisbon = buyer(
        "Oficina Exemplo Lda.",
        Address("Rua do Exemplo 7", "Lisboa", "PT", postal_code="1100-001"),
        "PT501964843",
    )
    athens = buyer(
        "Εργαστήριο Παράδειγμα Α.Ε.",  # noqa: RUF001 - Greek
        Address("Οδός Παραδείγματος 9", "Αθήνα", "GR", postal_code="105 57"),
        "EL094259216",
        "Ελένη Παπαδοπούλου",
    )
    sofia = buyer(
        "Работилница Пример ООД",
        Address("ул. Примерна 11", "София", "BG", postal_code="1000"),
        "BG175074752",
        "Цветелина Щърбова",
    )
    mixed = (
        *LINES,
        line("Handbook", 4_000, quantity=1, unit_price="40.00", tax_class=TaxClass.ZERO_RATED),
        line("Lecture", 2_500, quantity=1, unit_price="25.00", tax_class=TaxClass.EXEMPT),
    )
    return {
        "en-home-mixed-classes": taxed("ie", "en", "EUR", dublin, mixed),
        "fr-reverse-charge": taxed("ie", "fr", "EUR", PARIS),
        "de-consumer-collected": taxed(
            *("ie", "de", "EUR", BERLIN),
            credit_applied_minor=1_000,
            is_collected=True,
        ),
        "it-reverse-charge-many-lines": taxed("ie", "it", "EUR", rome, many_lines(120)),
        "es-consumer-paid": taxed("ie", "es", "EUR", madrid, paid_minor=18_502),
        "pt-reverse-charge": taxed("ie", "pt", "EUR", lisbon),
        "en-greek-names": taxed("ie", "en", "EUR", athens),
        "en-cyrillic-names": taxed("ie", "en", "USD", sofia),
    }


def _of_others() -> dict[str, InvoiceDocument]:
    mobile = buyer(
        "Gulf Workshop LLC",
        Address("77 Sample Avenue", "Mobile", "US", "Suite 400", "AL", "36602"),
    )
    charity = buyer("Gulf Charity", mobile.address)
    albany = buyer("Example College", Address("9 Test Street", "Albany", "US", "", "NY", "12207"))
    montreal = buyer(
        "Atelier Érable inc.",
        Address("1 rue Exemple", "Montréal", "CA", "bureau 200", "QC", "H2Y 1A1"),
    )
    toronto_us = buyer("Maple Ltd", Address("5 Test Road", "Vancouver", "CA", "", "BC", "V5K 0A1"))
    sydney = buyer(
        "Harbour Training Pty Ltd",
        Address("2 Sample Parade", "Sydney", "AU", "", "NSW", "2000"),
        "51824753556",
    )
    leeds = buyer(
        "Yorkshire Seminars Ltd", Address("8 Example Row", "Leeds", "GB", postal_code="LS1 1AA")
    )
    zurich = buyer("Muster AG", Address("Beispielweg 4", "Zürich", "CH", postal_code="8001"))
    rio = buyer(
        "Oficina Exemplo Ltda.",
        Address("Rua Exemplo 100", "Rio de Janeiro", "BR", "Centro", "RJ", "20010-000"),
    )
    tokyo = buyer("Example K.K.", Address("1-2-3 Rei", "Chiyoda-ku", "JP", "", "Tokyo", "100-0001"))
    antwerp = buyer(
        "Voorbeeld Atelier bv",
        Address("Voorbeeldstraat 6", "Antwerpen", "BE", postal_code="2000"),
        "BE0403170701",
    )
    certificate = Exemption(
        *("US", "AL", date(2026, 1, 1), date(2028, 12, 31)),
        "Certificate of Exemption STE-1, number 000-0000",
    )
    yen = (line("Pro", 18_000, unit_price="3600"), line("SMS", 735, quantity=105, unit_price="7"))
    return {
        "en-us-ssut": taxed("us", "en", "USD", mobile),
        "en-us-exemption": taxed("us", "en", "USD", charity, exemptions=(certificate,)),
        "en-us-no-nexus": taxed("us", "en", "USD", albany),
        "fr-ca-two-taxes": taxed("ca", "fr", "CAD", montreal),
        "en-ca-two-taxes": taxed("ca", "en", "CAD", toronto_us),
        "en-au-gst": taxed("au", "en", "AUD", sydney),
        "en-gb-vat": taxed("gb", "en", "GBP", leeds),
        "de-ch-vat": taxed("ie", "de", "CHF", zurich),
        "pt-br-out-of-scope": taxed("ie", "pt", "USD", rio),
        "en-jp-yen": taxed("ie", "en", "JPY", tokyo, yen),
        "nl-reverse-charge": taxed("ie", "nl", "EUR", antwerp),
    }


def _credit_notes() -> dict[str, InvoiceDocument]:
    back = (line("Pro", 4_560, quantity=3, period=LATE_FEBRUARY, share="19/30"),)
    of_a_note: dict[str, Any] = {
        "kind": DocumentKind.CREDIT_NOTE,
        "due_on": None,
        "remittance": None,
        "payment_reference": "",
        "disputable_until": None,
    }
    base = taxed(
        *("ie", "fr", "EUR", PARIS, back),
        place=7,
        refers_to=Reference("IE-I-000101", date(2027, 2, 10)),
        settlement=Settlement.ACCOUNT_CREDIT,
        **of_a_note,
    )
    german = taxed(
        *("ie", "de", "EUR", BERLIN, back),
        place=8,
        refers_to=Reference("IE-I-000102", date(2027, 2, 10)),
        settlement=Settlement.REFUND,
        **of_a_note,
    )
    return {
        "fr-credit-note": base,
        "de-credit-note-refund": german,
        "nl-credit-note-offset": replace(base, language="nl", settlement=Settlement.OFFSET),
    }
