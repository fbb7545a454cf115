"""Invoices and credit notes that the domain made: bought, renewed and moved in one process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from guichet.access.addresses import Address
from guichet.access.profile import BillingProfile
from guichet.catalogue.catalogue import Frequency
from guichet.invoices.building import Billed, drafted
from guichet.invoices.content import InvoiceContent
from guichet.invoices.document import DocumentKind
from guichet.invoices.invoice import Invoice
from guichet.invoices.numbering import numbered
from guichet.invoices.series import Series
from guichet.ledger.billable import LineKind
from guichet.subscriptions.line_names import LineNames
from guichet.subscriptions.taxed import tax_subject
from guichet.tax.subject import Exemption, TaxSubject, VatStanding
from tests.support.billing import Billing
from tests.support.billing_days import on

FIRST_DAY = date(2026, 12, 10)
FIRST_MOMENT = datetime(2026, 2, 1, 9, tzinfo=UTC)
WITH_FEES = date(2026, 1, 12)  # within the quarters that the tables have


@dataclass(frozen=True)
class Known:
    """`TaxSubjects` whose VAT numbers are all confirmed, and who have these certificates."""

    exemptions: tuple[Exemption, ...] = ()

    def subject(self, profile: BillingProfile, day: date) -> TaxSubject:
        del day
        return tax_subject(profile, VatStanding.VALID, self.exemptions)


def customer(
    language: str,
    company: str,
    address: Address,
    *,
    vat_number: str | None = None,
    contact_name: str = "Camille Roy",
    exemptions: tuple[Exemption, ...] = (),
    day: date = FIRST_DAY,
) -> Billing:
    """An account with this name, address and language, whose VAT number the register confirmed."""
    billing = on(day)
    billing.move_to(address, shipping=address)
    profiles = billing.world.parts.profiles
    account = profiles.account(billing.account_id)
    assert account is not None
    before = profiles.profile(account)
    after = replace(
        before,
        company=company,
        language=language,
        contact_name=contact_name,
        vat_number=vat_number,
        version=before.version + 1,
    )
    profiles.save_profile(billing.world.cause("update_profile"), before, after)
    parts = billing.world.parts.billing
    known = Known(exemptions)
    vars(parts)["invoicing"] = replace(parts.invoicing, subjects=known)
    vars(parts)["carts"] = replace(parts.carts, subjects=known)  # orders are taxed as bills are
    return billing


def made(billing: Billing) -> list[tuple[Invoice, InvoiceContent]]:
    """All documents of the account, the oldest first."""
    records = billing.parts().invoices
    found = records.invoices_of(billing.account_id, limit=100, after=None).items
    pairs = [(each, records.content(each)) for each in found]
    contents = [(invoice, content) for invoice, content in pairs if content is not None]
    return sorted(contents, key=lambda pair: (pair[0].issued_on or date.min, pair[0].number))


def renewed(billing: Billing, **wanted: Any) -> Billing:  # noqa: ANN401 - fields of a line
    """Buy webinars in December, and let January and February be billed."""
    currency = wanted.pop("currency", None)
    line = billing.webinar("plus", 3, **({"frequency": Frequency.MONTHLY} | wanted))
    billing.buy(line, currency=currency)
    billing.until(date(2027, 2, 12))
    return billing


def moved(billing: Billing, currency: str | None = None) -> Billing:
    """Buy, then move to a smaller plan (a credit note), then to a larger one that credit pays for."""
    billing.buy(billing.webinar("plus", 3), currency=currency)
    for day, plan, seats in ((17, "starter", 1), (27, "plus", 4)):
        billing.until(date(2026, 12, day))
        subscription_id = billing.only().subscription_id
        billing.buy(
            billing.wish("change", subscription_id=subscription_id, plan_id=plan, seats=seats)
        )
        billing.world.settle_down()
    billing.until(date(2027, 1, 12))
    return billing


def telephony(billing: Billing, currency: str | None = None) -> Billing:
    """Lines, numbers and rented phones, billed on the 1st with their fees."""
    wish = billing.wish(
        "subscribe",
        product_id="telephony",
        plan_id="line",
        seats=7,
        frequency=Frequency.MONTHLY,
        add_ons={"number": 2, "desk-phone": 3},
        once={"headset": 1},
    )
    billing.buy(wish, currency=currency)
    billing.until(date(2026, 3, 3))
    return billing


BERLIN = Address("Musterstraße 1", "Berlin", "DE", postal_code="10115")
PARIS = Address("12 rue de l’Exemple", "Paris", "FR", "Bâtiment B", "", "75011")
DUBLIN = Address("1 Sample Road", "Cork", "IE", region="Co. Cork", postal_code="T12 AB34")
ROME = Address("Via dell’Esempio 5", "Roma", "IT", region="RM", postal_code="00184")
MADRID = Address("Calle de Ejemplo 3", "Madrid", "ES", region="Madrid", postal_code="28001")
LISBON = Address("Rua do Exemplo 7", "Lisboa", "PT", postal_code="1100-001")
ATHENS = Address("Οδός Παραδείγματος 9", "Αθήνα", "GR", postal_code="105 57")
SOFIA = Address("ул. Примерна 11", "София", "BG", postal_code="1000")
ANTWERP = Address("Voorbeeldstraat 6", "Antwerpen", "BE", postal_code="2000")
MOBILE = Address("77 Sample Avenue", "Mobile", "US", "Suite 400", "AL", "36602")
ALBANY = Address("9 Test Street", "Albany", "US", "", "NY", "12207")
MONTREAL = Address("1 rue Exemple", "Montréal", "CA", "bureau 200", "QC", "H2Y 1A1")
VANCOUVER = Address("5 Test Road", "Vancouver", "CA", "", "BC", "V5K 0A1")
SYDNEY = Address("2 Sample Parade", "Sydney", "AU", "", "NSW", "2000")
LEEDS = Address("8 Example Row", "Leeds", "GB", postal_code="LS1 1AA")
ZURICH = Address("Beispielweg 4", "Zürich", "CH", postal_code="8001")
TOKYO = Address("1-2-3 Rei", "Chiyoda-ku", "JP", "", "Tokyo", "100-0001")
RIO = Address("Rua Exemplo 100", "Rio de Janeiro", "BR", "Centro", "RJ", "20010-000")

CERTIFICATE = Exemption(
    "US",
    "AL",
    date(2026, 1, 1),
    date(2028, 12, 31),
    "Certificate of Exemption STE-1, number 000-0000",
)


def long_one(count: int = 500) -> tuple[Invoice, InvoiceContent]:
    """One with so many lines, of a real bill's."""
    billing = telephony(
        customer("it", "Laboratorio Esempio S.r.l.", MONTREAL, day=WITH_FEES), "CAD"
    )
    (invoice, content), *_ = made(billing)
    records = billing.parts()
    profile = records.records.profile(billing.account_id)
    of_it = [each.line for each in content.lines if each.line.kind is not LineKind.FEE]
    lines = tuple(of_it[place % len(of_it)] for place in range(count))
    entity = records.held.selling_entities.entity(invoice.selling_entity)
    day = invoice.issued_on or FIRST_DAY
    billed = Billed(
        invoice_id=invoice.invoice_id,
        bill_on=invoice.bill_on,
        currency=invoice.currency,
        entity=entity,
        profile=profile,
        lines=lines,
        quote=records.taxes.quote(invoice.selling_entity, tax_subject(profile), day, lines),
        names=LineNames(records.catalogues, profile.language),
        terms_days=30,
    )
    draft = drafted(billed, day, {}).invoice
    assert draft is not None
    final = numbered(draft, Series(entity.entity_id, DocumentKind.INVOICE), FIRST_MOMENT)
    return final.invoice, final.content


@cache
def real_documents() -> dict[str, tuple[Invoice, InvoiceContent]]:
    """Every document of every customer here, by the customer's name and the document's number."""
    found: dict[str, tuple[Invoice, InvoiceContent]] = {}
    for name, of in CUSTOMERS.items():
        for invoice, content in made(of()):
            found[f"{name}-{invoice.number}"] = invoice, content
    return found | {"it-long": long_one()}


def of_the_union() -> Iterator[str]:
    """The names of those that EN 16931 reaches."""
    yield from (
        name for name, (_, content) in real_documents().items() if content.document.is_electronic
    )


CUSTOMERS: dict[str, Callable[[], Billing]] = {
    "de-consumer": lambda: moved(customer("de", "Max Mustermann", BERLIN)),
    "fr-reverse-charge": lambda: moved(
        customer("fr", "Atelier Lumière SARL", PARIS, vat_number="FR40303265045")
    ),
    "fr-add-on": lambda: renewed(
        customer("fr", "Atelier Lumière SARL", PARIS, vat_number="FR40303265045"),
        add_ons={"storage": 2},
    ),
    "en-home": lambda: renewed(customer("en", "Example Crafts Ltd", DUBLIN)),
    "it-reverse-charge": lambda: renewed(
        customer("it", "Laboratorio Esempio S.r.l.", ROME, vat_number="IT00743110157")
    ),
    "es-consumer": lambda: renewed(customer("es", "Ana Ejemplo García", MADRID)),
    "pt-reverse-charge": lambda: renewed(
        customer("pt", "Oficina Exemplo Lda.", LISBON, vat_number="PT501964843")
    ),
    "nl-reverse-charge": lambda: renewed(
        customer("nl", "Voorbeeld Atelier bv", ANTWERP, vat_number="BE0403170701")
    ),
    "en-greek": lambda: renewed(
        customer(
            "en",
            "Εργαστήριο Παράδειγμα Α.Ε.",  # noqa: RUF001 - Greek
            ATHENS,
            vat_number="EL094259216",
            contact_name="Ελένη Παπαδοπούλου",
        )
    ),
    "en-cyrillic": lambda: renewed(
        customer(
            "en",
            "Работилница Пример ООД",
            SOFIA,
            vat_number="BG175074752",
            contact_name="Цветелина Щърбова",
        )
    ),
    "en-us-no-nexus": lambda: moved(customer("en", "Example College", ALBANY)),
    "en-us-ssut": lambda: moved(customer("en", "Gulf Workshop LLC", MOBILE)),
    "en-us-exempt": lambda: renewed(
        customer("en", "Gulf Charity", MOBILE, exemptions=(CERTIFICATE,))
    ),
    "en-us-telephony": lambda: telephony(
        customer("en", "Gulf Workshop LLC", MOBILE, day=WITH_FEES)
    ),
    "fr-ca-two-taxes": lambda: moved(customer("fr", "Atelier Érable inc.", MONTREAL)),
    "fr-ca-telephony": lambda: telephony(
        customer("fr", "Atelier Érable inc.", MONTREAL, day=WITH_FEES), "CAD"
    ),
    "en-ca-two-taxes": lambda: renewed(customer("en", "Maple Ltd", VANCOUVER)),
    "en-au-gst": lambda: renewed(
        customer("en", "Harbour Training Pty Ltd", SYDNEY, vat_number="51824753556")
    ),
    "en-gb-vat": lambda: renewed(customer("en", "Yorkshire Seminars Ltd", LEEDS)),
    "de-ch": lambda: renewed(customer("de", "Muster AG", ZURICH), currency="CHF"),
    "en-jp-yen": lambda: moved(customer("en", "Example K.K.", TOKYO), currency="JPY"),
    "pt-br-abroad": lambda: renewed(
        customer("pt", "Oficina Exemplo Ltda.", RIO, vat_number="12345678000195"), currency="USD"
    ),
}
