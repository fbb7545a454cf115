"""The electronic invoice in the syntax of OASIS (UBL 2.1), as Peppol BIS Billing 3 profiles it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from xml.etree.ElementTree import Element

from guichet.adapters.documents.electronic import (
    ElectronicInvoice,
    ElectronicLine,
    ElectronicTax,
    day_of,
)
from guichet.adapters.documents.xml import Child, node, rooted, written
from guichet.period import Period
from guichet.printable import one_line

_PROFILED: Final = (
    "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0",
    "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0",
)
_UBL: Final = "urn:oasis:names:specification:ubl:schema:xsd:"
_PIECE: Final = "C62"


def universal_invoice(invoice: ElectronicInvoice) -> bytes:
    """The XML; the same invoice always gives the same bytes (INV-4)."""
    root = "CreditNote" if invoice.document.is_credit_note else "Invoice"
    namespaces = {
        "": f"{_UBL}{root}-2",
        "cac": f"{_UBL}CommonAggregateComponents-2",
        "cbc": f"{_UBL}CommonBasicComponents-2",
    }
    return written(rooted(root, namespaces, [*_head(invoice), *_body(invoice)]))


def _head(invoice: ElectronicInvoice) -> Iterator[Child]:
    document = invoice.document
    is_credit = document.is_credit_note
    yield _text("CustomizationID", _PROFILED[0])
    yield _text("ProfileID", _PROFILED[1])
    yield _text("ID", document.number)
    yield _text("IssueDate", document.issued_on.isoformat())
    if document.due_on and not is_credit:
        yield _text("DueDate", document.due_on.isoformat())
    yield _text("CreditNoteTypeCode", "381") if is_credit else _text("InvoiceTypeCode", "380")
    yield _text("Note", " ".join(invoice.notes))  # Peppol takes one
    yield _text("DocumentCurrencyCode", document.currency)
    yield _text("BuyerReference", document.buyer.account_id)
    yield _period(document.period)
    if document.refers_to is not None:
        yield node(
            "cac:BillingReference",
            node(
                "cac:InvoiceDocumentReference",
                _text("ID", document.refers_to.number),
                _text("IssueDate", document.refers_to.issued_on.isoformat()),
            ),
        )


def _body(invoice: ElectronicInvoice) -> Iterator[Child]:
    document, currency = invoice.document, invoice.document.currency
    yield node("cac:AccountingSupplierParty", node("cac:Party", _seller(invoice)))
    yield node("cac:AccountingCustomerParty", node("cac:Party", _buyer(invoice)))
    yield _means(invoice)
    yield node("cac:PaymentTerms", _text("Note", invoice.terms))
    yield node(
        "cac:TaxTotal",
        _amount("TaxAmount", invoice.tax, currency),
        (_tax(each, currency) for each in invoice.taxes),
    )
    yield node(
        "cac:LegalMonetaryTotal",
        _amount("LineExtensionAmount", invoice.subtotal, currency),
        _amount("TaxExclusiveAmount", invoice.subtotal, currency),
        _amount("TaxInclusiveAmount", invoice.total, currency),
        _amount("PrepaidAmount", invoice.prepaid, currency),
        _amount("PayableAmount", invoice.due, currency),
    )
    kind = "CreditNote" if document.is_credit_note else "Invoice"
    yield from (_line(each, kind, currency) for each in invoice.lines)


def _text(tag: str, text: str, **attributes: str) -> Element | None:
    return node(f"cbc:{tag}", text, **attributes)


def _amount(tag: str, amount: str, currency: str) -> Element | None:
    return _text(tag, amount, currencyID=currency)


def _period(period: Period | None) -> Element | None:
    if period is None:
        return None
    first, last = day_of(period)
    return node(
        "cac:InvoicePeriod",
        _text("StartDate", first.isoformat()),
        _text("EndDate", last.isoformat()),
    )


def _seller(invoice: ElectronicInvoice) -> Iterator[Child]:
    seller = invoice.document.seller
    lines = [*map(one_line, seller.address), "", "", ""]
    yield _text("EndpointID", seller.email, schemeID="EM")
    yield node("cac:PartyIdentification", _text("ID", seller.entity_id))
    yield node(
        "cac:PostalAddress",
        _text("StreetName", lines[0]),
        _text("AdditionalStreetName", lines[1]),
        node("cac:AddressLine", _text("Line", ", ".join(filter(None, lines[2:])))),
        node("cac:Country", _text("IdentificationCode", seller.country)),
    )
    yield _scheme(invoice.seller_vat_number, "VAT")
    yield _scheme(invoice.seller_tax_number, "TAX")
    yield node(
        "cac:PartyLegalEntity",
        _text("RegistrationName", one_line(seller.legal_name)),
        _text("CompanyID", one_line(seller.company_number)),
    )
    yield node(
        "cac:Contact",
        _text("Telephone", seller.phone),
        _text("ElectronicMail", seller.email),
    )


def _buyer(invoice: ElectronicInvoice) -> Iterator[Child]:
    buyer, address = invoice.document.buyer, invoice.document.buyer.address
    yield _text("EndpointID", buyer.email, schemeID="EM")
    yield node("cac:PartyIdentification", _text("ID", buyer.account_id))
    yield node(
        "cac:PostalAddress",
        _text("StreetName", one_line(address.line1)),
        _text("AdditionalStreetName", one_line(address.line2)),
        _text("CityName", one_line(address.city)),
        _text("PostalZone", address.postal_code),
        _text("CountrySubentity", one_line(address.region)),
        node("cac:Country", _text("IdentificationCode", address.country)),
    )
    yield _scheme(invoice.buyer_vat_number, "VAT")
    yield node("cac:PartyLegalEntity", _text("RegistrationName", one_line(buyer.company)))
    yield node("cac:Contact", _text("Name", one_line(buyer.contact_name)))


def _scheme(number: str, scheme: str) -> Element | None:
    if not number:
        return None
    return node(
        "cac:PartyTaxScheme",
        _text("CompanyID", number),
        node("cac:TaxScheme", _text("ID", scheme)),
    )


def _means(invoice: ElectronicInvoice) -> Element | None:
    paid = invoice.paid
    if paid is None:
        return None
    return node(
        "cac:PaymentMeans",
        _text("PaymentMeansCode", paid.means),
        _text("PaymentID", invoice.document.payment_reference),
        node(
            "cac:PayeeFinancialAccount",
            _text("ID", paid.account),
            _text("Name", paid.beneficiary),
            node("cac:FinancialInstitutionBranch", _text("ID", paid.bic)),
        ),
    )


def _category(tag: str, tax: ElectronicTax | ElectronicLine) -> Element | None:
    reason = reason_code = ""
    if isinstance(tax, ElectronicTax):
        reason, reason_code = tax.reason, tax.reason_code
    return node(
        f"cac:{tag}",
        _text("ID", tax.category),
        _text("Percent", tax.percent),
        _text("TaxExemptionReasonCode", reason_code),
        _text("TaxExemptionReason", reason),
        node("cac:TaxScheme", _text("ID", "VAT")),
    )


def _tax(tax: ElectronicTax, currency: str) -> Element | None:
    return node(
        "cac:TaxSubtotal",
        _amount("TaxableAmount", tax.base, currency),
        _amount("TaxAmount", tax.amount, currency),
        _category("TaxCategory", tax),
    )


def _line(line: ElectronicLine, kind: str, currency: str) -> Element | None:
    counted = "CreditedQuantity" if kind == "CreditNote" else "InvoicedQuantity"
    return node(
        f"cac:{kind}Line",
        _text("ID", line.number),
        _text(counted, line.quantity, unitCode=_PIECE),
        _amount("LineExtensionAmount", line.net, currency),
        _period(line.period),
        _allowance(line.allowance, currency),
        node(
            "cac:Item",
            _text("Description", line.description),
            _text("Name", line.name),
            _category("ClassifiedTaxCategory", line),
        ),
        node("cac:Price", _amount("PriceAmount", line.price, currency)),
    )


def _allowance(amount: str, currency: str) -> Element | None:
    if not amount:
        return None
    return node(
        "cac:AllowanceCharge",
        _text("ChargeIndicator", "false"),
        _text("AllowanceChargeReasonCode", "95"),
        _amount("Amount", amount, currency),
    )
