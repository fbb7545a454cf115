"""One invoice or credit note of each language and of each tax situation, by a name that says which."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from guichet.access.addresses import Address
from guichet.catalogue.catalogue import TaxClass
from guichet.invoices.document import DocumentKind, InvoiceDocument, Reference, Settlement
from guichet.tax.places import Category, Sentence
from tests.support.invoice_documents import (
    BERLIN,
    LATE_FEBRUARY,
    LINES,
    OUT_OF_SCOPE,
    PARIS,
    REVERSE_CHARGE,
    Rate,
    buyer,
    invoice,
    line,
    many_lines,
    vat,
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
    three = (
        vat("23"),
        Rate("VAT", "0", Category.ZERO_RATED, TaxClass.ZERO_RATED),
        Rate("VAT", "0", Category.EXEMPT, TaxClass.EXEMPT, sentence=Sentence.EXEMPT_SUPPLY),
    )
    return {
        "en-home-mixed-classes": invoice("ie", "en", "EUR", dublin, three, mixed),
        "fr-reverse-charge": invoice("ie", "fr", "EUR", PARIS, (REVERSE_CHARGE,)),
        "de-consumer-collected": invoice(
            *("ie", "de", "EUR", BERLIN, (vat("19"),)),
            credit_applied_minor=1_000,
            is_collected=True,
        ),
        "it-reverse-charge-many-lines": invoice(
            "ie", "it", "EUR", rome, (REVERSE_CHARGE,), many_lines(120)
        ),
        "es-consumer-paid": invoice(*("ie", "es", "EUR", madrid, (vat("21"),)), paid_minor=18_502),
        "pt-reverse-charge": invoice("ie", "pt", "EUR", lisbon, (REVERSE_CHARGE,)),
        "en-greek-names": invoice("ie", "en", "EUR", athens, (REVERSE_CHARGE,)),
        "en-cyrillic-names": invoice("ie", "en", "USD", sofia, (REVERSE_CHARGE,)),
    }


def _of_others() -> dict[str, InvoiceDocument]:
    mobile = buyer(
        "Gulf Workshop LLC",
        Address("77 Sample Avenue", "Mobile", "US", "Suite 400", "AL", "36602"),
    )
    albany = buyer("Example College", Address("9 Test Street", "Albany", "US", "", "NY", "12207"))
    montreal = buyer(
        "Atelier Érable inc.",
        Address("1 rue Exemple", "Montréal", "CA", "bureau 200", "QC", "H2Y 1A1"),
    )
    toronto_us = buyer("Maple Ltd", Address("5 Test Road", "Vancouver", "CA", "", "BC", "V5K 0A1"))
    sydney = buyer(
        "Harbour Training Pty Ltd",
        Address("2 Sample Parade", "Sydney", "AU", "", "NSW", "2000"),
        "51 824 753 556",
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
    ssut = Rate("SSUT", "8", Category.STANDARD, region="AL", sentence=Sentence.SSUT_REFUND)
    certificate = Rate(
        *("Sales tax", "0", Category.EXEMPT),
        region="NY",
        sentence=Sentence.EXEMPTION_CERTIFICATE,
        reason="Exempt organization certificate ST-119.1",
    )
    quebec = (
        Rate("GST", "5", Category.STANDARD),
        Rate("QST", "9.975", Category.STANDARD, region="QC"),
    )
    columbia = (
        Rate("GST", "5", Category.STANDARD),
        Rate("PST", "7", Category.STANDARD, region="BC"),
    )
    yen = (line("Pro", 18_000, unit_price="3600"), line("SMS", 735, quantity=105, unit_price="7"))
    return {
        "en-us-ssut": invoice("us", "en", "USD", mobile, (ssut,)),
        "en-us-exemption": invoice("us", "en", "USD", albany, (certificate,)),
        "fr-ca-two-taxes": invoice("ca", "fr", "CAD", montreal, quebec),
        "en-ca-two-taxes": invoice("ca", "en", "CAD", toronto_us, columbia),
        "en-au-gst": invoice("au", "en", "AUD", sydney, (Rate("GST", "10", Category.STANDARD),)),
        "en-gb-vat": invoice("gb", "en", "GBP", leeds, (vat("20"),)),
        "de-ch-out-of-scope": invoice("ie", "de", "CHF", zurich, (OUT_OF_SCOPE,)),
        "pt-br-out-of-scope": invoice("ie", "pt", "USD", rio, (OUT_OF_SCOPE,)),
        "en-jp-yen": invoice("ie", "en", "JPY", tokyo, (OUT_OF_SCOPE,), yen),
        "nl-reverse-charge": invoice("ie", "nl", "EUR", antwerp, (REVERSE_CHARGE,)),
    }


def _credit_notes() -> dict[str, InvoiceDocument]:
    back = (line("Pro", 4_560, quantity=3, period=LATE_FEBRUARY, share="19/30"),)
    base = invoice(
        *("ie", "fr", "EUR", PARIS, (REVERSE_CHARGE,), back),
        number="IEC-2027-000007",
        kind=DocumentKind.CREDIT_NOTE,
        due_on=None,
        remittance=None,
        payment_reference="",
        disputable_until=None,
        refers_to=Reference("IE-2027-000101", date(2027, 2, 10)),
        settlement=Settlement.ACCOUNT_CREDIT,
    )
    german = invoice(
        *("ie", "de", "EUR", BERLIN, (vat("19"),), back),
        number="IEC-2027-000008",
        kind=DocumentKind.CREDIT_NOTE,
        due_on=None,
        remittance=None,
        refers_to=Reference("IE-2027-000102", date(2027, 2, 10)),
        settlement=Settlement.REFUND,
    )
    return {
        "fr-credit-note": base,
        "de-credit-note-refund": german,
        "nl-credit-note-offset": replace(base, language="nl", settlement=Settlement.OFFSET),
    }
