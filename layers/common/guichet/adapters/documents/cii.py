"""The electronic invoice in the syntax of UN/CEFACT (CII D16B), as Factur-X puts it into a PDF."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
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

_GUIDELINE: Final = "urn:cen.eu:en16931:2017"
_NAMESPACES: Final = {
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "qdt": "urn:un:unece:uncefact:data:standard:QualifiedDataType:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
}
_INVOICE: Final = "380"
_CREDIT_NOTE: Final = "381"
_PIECE: Final = "C62"  # one of anything


def cross_industry_invoice(invoice: ElectronicInvoice) -> bytes:
    """The XML; the same invoice always gives the same bytes (INV-4)."""
    document = invoice.document
    kind = _CREDIT_NOTE if document.is_credit_note else _INVOICE
    guideline = node("ram:GuidelineSpecifiedDocumentContextParameter", _text("ID", _GUIDELINE))
    children = (
        node("rsm:ExchangedDocumentContext", guideline),
        node(
            "rsm:ExchangedDocument",
            _text("ID", document.number),
            _text("TypeCode", kind),
            node("ram:IssueDateTime", _day(document.issued_on)),
            (node("ram:IncludedNote", _text("Content", each)) for each in invoice.notes),
        ),
        node(
            "rsm:SupplyChainTradeTransaction",
            (_line(each) for each in invoice.lines),
            _agreement(invoice),
            Element("ram:ApplicableHeaderTradeDelivery"),
            _settlement(invoice),
        ),
    )
    return written(rooted("rsm:CrossIndustryInvoice", _NAMESPACES, children))


def _text(tag: str, text: str, **attributes: str) -> Element | None:
    return node(f"ram:{tag}", text, **attributes)


def _day(day: date) -> Element | None:
    return node("udt:DateTimeString", f"{day:%Y%m%d}", format="102")


def _period(period: Period | None) -> Element | None:
    if period is None:
        return None
    first, last = day_of(period)
    return node(
        "ram:BillingSpecifiedPeriod",
        node("ram:StartDateTime", _day(first)),
        node("ram:EndDateTime", _day(last)),
    )


def _line(line: ElectronicLine) -> Element | None:
    price = node("ram:NetPriceProductTradePrice", _text("ChargeAmount", line.price))
    tax = node(
        "ram:ApplicableTradeTax",
        _text("TypeCode", "VAT"),
        _text("CategoryCode", line.category),
        _text("RateApplicablePercent", line.percent),
    )
    return node(
        "ram:IncludedSupplyChainTradeLineItem",
        node("ram:AssociatedDocumentLineDocument", _text("LineID", line.number)),
        node(
            "ram:SpecifiedTradeProduct",
            _text("Name", line.name),
            _text("Description", line.description),
        ),
        node("ram:SpecifiedLineTradeAgreement", price),
        node(
            "ram:SpecifiedLineTradeDelivery",
            _text("BilledQuantity", line.quantity, unitCode=_PIECE),
        ),
        node(
            "ram:SpecifiedLineTradeSettlement",
            tax,
            _period(line.period),
            _allowance(line.allowance),
            node(
                "ram:SpecifiedTradeSettlementLineMonetarySummation",
                _text("LineTotalAmount", line.net),
            ),
        ),
    )


def _allowance(amount: str) -> Element | None:
    if not amount:
        return None
    return node(
        "ram:SpecifiedTradeAllowanceCharge",
        node("ram:ChargeIndicator", node("udt:Indicator", "false")),
        _text("ActualAmount", amount),
        _text("ReasonCode", "95"),  # a discount (UNCL 5189)
    )


def _agreement(invoice: ElectronicInvoice) -> Element | None:
    document = invoice.document
    return node(
        "ram:ApplicableHeaderTradeAgreement",
        _text("BuyerReference", document.buyer.account_id),
        node("ram:SellerTradeParty", _seller(invoice)),
        node("ram:BuyerTradeParty", _buyer(invoice)),
    )


def _seller(invoice: ElectronicInvoice) -> Iterator[Child]:
    seller = invoice.document.seller
    lines = [*map(one_line, seller.address), "", "", ""]
    yield _text("ID", seller.entity_id)
    yield _text("Name", one_line(seller.legal_name))
    yield node(
        "ram:SpecifiedLegalOrganization",
        _text("ID", one_line(seller.company_number)),
    )
    yield node(
        "ram:DefinedTradeContact",
        _text("DepartmentName", one_line(seller.legal_name) if seller.email else ""),
        node("ram:TelephoneUniversalCommunication", _text("CompleteNumber", seller.phone)),
        node("ram:EmailURIUniversalCommunication", _text("URIID", seller.email)),
    )
    yield node(
        "ram:PostalTradeAddress",
        _text("LineOne", lines[0]),
        _text("LineTwo", lines[1]),
        _text("LineThree", ", ".join(filter(None, lines[2:]))),
        _text("CountryID", seller.country),
    )
    yield _electronic_address(seller.email)
    yield _registration(invoice.seller_vat_number, "VA")
    yield _registration(invoice.seller_tax_number, "FC")


def _buyer(invoice: ElectronicInvoice) -> Iterator[Child]:
    buyer, address = invoice.document.buyer, invoice.document.buyer.address
    yield _text("ID", buyer.account_id)
    yield _text("Name", one_line(buyer.company))
    yield node("ram:DefinedTradeContact", _text("PersonName", one_line(buyer.contact_name)))
    yield node(
        "ram:PostalTradeAddress",
        _text("PostcodeCode", address.postal_code),
        _text("LineOne", one_line(address.line1)),
        _text("LineTwo", one_line(address.line2)),
        _text("CityName", one_line(address.city)),
        _text("CountryID", address.country),
        _text("CountrySubDivisionName", one_line(address.region)),
    )
    yield _electronic_address(buyer.email)
    yield _registration(invoice.buyer_vat_number, "VA")


def _electronic_address(email: str) -> Element | None:
    return node("ram:URIUniversalCommunication", _text("URIID", email, schemeID="EM"))


def _registration(number: str, scheme: str) -> Element | None:
    return node("ram:SpecifiedTaxRegistration", _text("ID", number, schemeID=scheme))


def _settlement(invoice: ElectronicInvoice) -> Element | None:
    document = invoice.document
    due_on = document.due_on if not document.is_credit_note else None
    corrected = document.refers_to
    return node(
        "ram:ApplicableHeaderTradeSettlement",
        _text("PaymentReference", document.payment_reference),
        _text("InvoiceCurrencyCode", document.currency),
        _means(invoice),
        (_tax(each) for each in invoice.taxes),
        _period(document.period),
        node(
            "ram:SpecifiedTradePaymentTerms",
            _text("Description", invoice.terms),
            node("ram:DueDateDateTime", _day(due_on) if due_on else None),
        ),
        _sums(invoice),
        node(
            "ram:InvoiceReferencedDocument",
            _text("IssuerAssignedID", corrected.number),
            node(
                "ram:FormattedIssueDateTime",
                node("qdt:DateTimeString", f"{corrected.issued_on:%Y%m%d}", format="102"),
            ),
        )
        if corrected
        else None,
    )


def _means(invoice: ElectronicInvoice) -> Element | None:
    paid = invoice.paid
    if paid is None:
        return None
    account = "IBANID" if paid.is_iban else "ProprietaryID"
    named = _text("AccountName", paid.beneficiary)
    numbered = _text(account, paid.account)
    return node(
        "ram:SpecifiedTradeSettlementPaymentMeans",
        _text("TypeCode", paid.means),
        node(
            "ram:PayeePartyCreditorFinancialAccount",
            (numbered, named) if paid.is_iban else (named, numbered),
        ),
        node("ram:PayeeSpecifiedCreditorFinancialInstitution", _text("BICID", paid.bic)),
    )


def _tax(tax: ElectronicTax) -> Element | None:
    return node(
        "ram:ApplicableTradeTax",
        _text("CalculatedAmount", tax.amount),
        _text("TypeCode", "VAT"),
        _text("ExemptionReason", tax.reason),
        _text("BasisAmount", tax.base),
        _text("CategoryCode", tax.category),
        _text("ExemptionReasonCode", tax.reason_code),
        _text("RateApplicablePercent", tax.percent),
    )


def _sums(invoice: ElectronicInvoice) -> Element | None:
    return node(
        "ram:SpecifiedTradeSettlementHeaderMonetarySummation",
        _text("LineTotalAmount", invoice.subtotal),
        _text("TaxBasisTotalAmount", invoice.subtotal),
        _text("TaxTotalAmount", invoice.tax, currencyID=invoice.document.currency),
        _text("GrandTotalAmount", invoice.total),
        _text("TotalPrepaidAmount", invoice.prepaid),
        _text("DuePayableAmount", invoice.due),
    )
