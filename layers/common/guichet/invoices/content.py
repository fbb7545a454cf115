"""What an invoice was computed from, kept with it: the same input gives the same bytes (INV-3, INV-4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Final

from guichet.catalogue.catalogue import TaxClass
from guichet.invoices.document import DocumentLine, DocumentTax, InvoiceDocument
from guichet.invoices.parts import OwnTaxes, ReversedVat
from guichet.ledger.billable import BillableLine, LineKind
from guichet.money import half_up, minor_digits
from guichet.tax.deciding import Bearing, Borne, TaxGroup, grouped
from guichet.tax.going_back import TaxName

_FINEST: Final = 6  # decimals of a price that was billed for several pieces together


@dataclass(frozen=True, slots=True)
class InvoicedLine:
    """A line as it was billed, and what of it stands on this document.

    `net_minor` is signed on an invoice, and above 0 on a credit note for what goes back.
    """

    line: BillableLine
    net_minor: int
    bears: tuple[int, ...]  # places in the content's bearings


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceContent:
    """Every input of a document, and what it says. Put once, by absence, with its number."""

    invoice_id: str
    account_id: str
    lines: tuple[InvoicedLine, ...]
    bearings: tuple[Bearing, ...]
    document: InvoiceDocument
    taxes_by_running_total: bool = False  # of a credit note of parts: each follows those before it
    has_less_tax: bool = False  # of a bill's credit note: what was left of a tax, a cent or so less

    @property
    def own_taxes(self) -> tuple[OwnTaxes, ...]:
        """What its own charges bore, by class: credits of other invoices and fees are not of these."""
        found: dict[TaxClass, tuple[Bearing, ...]] = {}
        nets: Counter[str] = Counter()
        for each in self.lines:
            if each.line.of_invoice in {"", self.invoice_id}:
                nets[each.line.tax_class] += each.net_minor
            is_own = not each.line.of_invoice and each.line.kind is not LineKind.FEE
            if is_own and not each.line.is_credit:
                borne = tuple(self.bearings[place] for place in each.bears)
                found.setdefault(TaxClass(each.line.tax_class), borne)
        with_fees = {each.line.tax_class for each in self.lines if each.line.kind is LineKind.FEE}
        return tuple(
            OwnTaxes(name, borne, 0 if name in with_fees else nets[name])
            for name, borne in found.items()
        )

    def with_reversed_vat(self, reversed_vat: ReversedVat | None) -> InvoiceContent:
        """Its lines with what they bear since its number was confirmed (TAX-3).

        The places of its former bearings stay the same.
        """
        if reversed_vat is None:
            return self
        wanted = (each for own in reversed_vat.taxes for each in own.bearings)
        bearings = tuple(dict.fromkeys((*self.bearings, *wanted)))
        places = {each: place for place, each in enumerate(bearings)}
        lines = list(self.lines)
        for part in reversed_vat.parts:
            held = reversed_vat.of_class(TaxClass(lines[part.place].line.tax_class))
            bears = tuple(places[each] for each in held)
            lines[part.place] = replace(lines[part.place], bears=bears)
        return replace(self, lines=tuple(lines), bearings=bearings)

    def computed_again(self) -> InvoiceDocument:
        """The document with its sums and taxes computed anew from the kept lines.

        Of a credit note of parts the taxes depend on those before it, and are taken as they are; so are
        those of one that had less left than its lines come to.

        Raises:
            ValueError: they don't match.
        """
        if self.taxes_by_running_total or self.has_less_tax:
            return replace(self.document, subtotal_minor=sum(each.net_minor for each in self.lines))
        taxed = taxed_lines(self.lines, self.bearings)
        lines = tuple(
            replace(shown, net_minor=kept.net_minor, bears=bears)
            for shown, kept, bears in zip(self.document.lines, self.lines, taxed.bears, strict=True)
        )
        subtotal = sum(each.net_minor for each in lines)
        tax = sum(each.amount_minor for each in taxed.taxes)
        return replace(
            self.document,
            lines=lines,
            taxes=taxed.taxes,
            subtotal_minor=subtotal,
            tax_minor=tax,
            total_minor=subtotal + tax,
        )


@dataclass(frozen=True, slots=True)
class Taxed:
    """The taxes of a document in the order in which they are printed, and of each line their places."""

    taxes: tuple[DocumentTax, ...]
    bears: tuple[tuple[int, ...], ...]


def taxed_lines(lines: Sequence[InvoicedLine], bearings: Sequence[Bearing]) -> Taxed:
    """The groups of these lines, each rounded once (TAX-1)."""
    borne = [Borne(each.net_minor, tuple(bearings[p] for p in each.bears)) for each in lines]
    groups = grouped(borne).groups
    places = {_named(group): place for place, group in enumerate(groups)}
    bears = tuple(tuple(places[_bearing_of(each)] for each in line.bearings) for line in borne)
    return Taxed(tuple(DocumentTax.of(each) for each in groups), bears)


type _Name = tuple[str, str, str, str, str, str, str | None, str]


def _named(group: TaxGroup) -> _Name:
    return (
        group.name,
        f"{group.percent:f}",
        group.category,
        group.tax_class,
        group.country,
        group.region,
        group.sentence,
        group.reason,
    )


def _bearing_of(each: Bearing) -> _Name:
    return (
        each.name,
        each.percent,
        each.category,
        each.tax_class,
        each.country,
        each.region,
        each.sentence,
        each.reason,
    )


def with_less_tax(document: InvoiceDocument, less: Mapping[TaxName, int]) -> InvoiceDocument:
    """As much as is left of its invoice's taxes (INV-11)."""
    taxes = tuple(
        replace(each, amount_minor=each.amount_minor - less.get(each.going_back().tax, 0))
        for each in document.taxes
    )
    tax = sum(each.amount_minor for each in taxes)
    return replace(document, taxes=taxes, tax_minor=tax, total_minor=document.subtotal_minor + tax)


def document_line(
    each: InvoicedLine, product: str, item: str, bears: tuple[int, ...]
) -> DocumentLine:
    """The line as it is printed, with its names in the document's language."""
    line = each.line
    has_days = line.period.end > line.period.start
    quantity, unit_price = _pieces(line)
    return DocumentLine(
        product=product,
        item=item,
        kind=line.kind,
        quantity=quantity,
        unit_price=unit_price,
        net_minor=each.net_minor,
        tax_class=TaxClass(line.tax_class),
        period=line.period if has_days else None,
        share=line.share,
        discount_minor=line.discount.amount_minor if line.discount else 0,
        bears=bears,
        part_of_minor=0 if abs(each.net_minor) == abs(line.net_minor) else abs(line.net_minor),
    )


def _pieces(line: BillableLine) -> tuple[int, str]:
    """How many, at what price each.

    A plan change gives back a share of what was billed for all pieces together (SUB-6): told by
    the piece where that comes out even, else as one.
    """
    together = Decimal(line.unit_price)
    part = Fraction(together) * Fraction(line.share or 1)
    came_to = half_up(part * 10 ** minor_digits(line.amount.currency))
    if not line.is_credit or came_to != line.amount.amount_minor:
        return line.quantity, line.unit_price
    finest = Fraction(together) * 10**_FINEST / line.quantity
    if finest.denominator != 1:
        return 1, line.unit_price
    each = Decimal(finest.numerator).scaleb(-_FINEST)
    rounded = each.quantize(together)  # with as many decimals as the price had
    return line.quantity, f"{rounded if rounded == each else each.normalize():f}"
