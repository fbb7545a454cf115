"""`Taxes` by the packaged tables: fees and taxes that a bill's lines bear (TAX-1, TAX-5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from guichet.adapters.tax.packaged import packaged_fee_tables, packaged_tax_tables
from guichet.catalogue.catalogue import TaxClass
from guichet.catalogue.ports import Catalogues
from guichet.catalogue.selling import SellingEntities
from guichet.ledger.billable import BillableLine, LineKind
from guichet.money import Money
from guichet.period import Period
from guichet.subscriptions.assessing import NOTHING_EARLIER, EarlierTaxes, assessed
from guichet.subscriptions.cart import TaxQuote
from guichet.subscriptions.pricing import major_text
from guichet.tax.deciding import Bearing, TaxableLine, bearings_of
from guichet.tax.fees import FeeTables, fees_on
from guichet.tax.subject import TaxSubject
from guichet.tax.tables import TaxTables


@dataclass(slots=True)
class TableTaxes:
    """The default; an outside tax service would be another. Tables are read at the first question."""

    entities: SellingEntities
    catalogues: Catalogues
    given_taxes: TaxTables | None = None
    given_fees: FeeTables | None = None

    def quote(
        self,
        selling_entity: str,
        subject: TaxSubject,
        day: date,
        lines: Sequence[BillableLine],
        earlier: EarlierTaxes = NOTHING_EARLIER,
    ) -> TaxQuote:
        """What these lines bear; a credit bears what the line did that it gives back (SUB-6).

        Account credit is no line: it never lowers what is taxed (INV-2).

        Raises:
            Unavailable: `tax_unknown`, a table lacks what it should have; `selling_entity_missing`.
        """
        seller = self.entities.entity(selling_entity).country
        fees = self._fees(lines, subject.country, day)
        taxable = [_taxable(each) for each in (*lines, *fees)]
        fee_ids = dict.fromkeys(each.fee_id for each in taxable if each.fee_id is not None)
        fee_taxes = self.fees.taxes_of(fee_ids, day) if fee_ids else {}
        today = bearings_of(seller, subject, day, taxable, self.tables, fee_taxes=fee_taxes)
        bearings = [
            _then(line, earlier) or now for line, now in zip((*lines, *fees), today, strict=True)
        ]
        return assessed(lines, bearings, fees)

    def _fees(
        self, lines: Sequence[BillableLine], country: str, day: date
    ) -> tuple[BillableLine, ...]:
        """One line for each fee of each product; below 0 where its credits outweigh its charges."""
        telecom: dict[str, list[BillableLine]] = {}
        for line in lines:
            if line.tax_class == TaxClass.TELECOM:
                telecom.setdefault(line.product_id, []).append(line)
        return tuple(
            fee for those in telecom.values() for fee in self._fees_of(those, country, day)
        )

    def _fees_of(
        self, lines: Sequence[BillableLine], country: str, day: date
    ) -> list[BillableLine]:
        first = lines[0]
        product = self.catalogues.version(first.catalogue_version).product(first.product_id)
        net = sum(line.net_minor for line in lines)
        telecom = Money(abs(net), first.amount.currency)
        days = [line.period for line in lines if line.period.days] or [first.period]
        period = Period(min(each.start for each in days), max(each.end for each in days))
        return [
            replace(
                first,
                kind=LineKind.FEE,
                item=fee.fee_id,
                quantity=1,
                unit_price=major_text(fee.amount),
                amount=fee.amount,
                period=period,
                is_credit=net < 0,
                share="",
                discount=None,
                of_invoice=_given_back(lines) if net < 0 else "",
            )
            for fee in fees_on(telecom, country, product.fees, day, self.fees)
        ]

    @property
    def tables(self) -> TaxTables:
        if self.given_taxes is None:
            self.given_taxes = packaged_tax_tables()
        return self.given_taxes

    @property
    def fees(self) -> FeeTables:
        if self.given_fees is None:
            self.given_fees = packaged_fee_tables()
        return self.given_fees


def _given_back(lines: Sequence[BillableLine]) -> str:
    """The invoice that a fee below 0 corrects: the one of the credits that it comes with (INV-11)."""
    return next((line.of_invoice for line in lines if line.is_credit and line.of_invoice), "")


def _taxable(line: BillableLine) -> TaxableLine:
    fee_id = line.item if line.kind is LineKind.FEE else None
    return TaxableLine(line.net_minor, TaxClass(line.tax_class), fee_id)


def _then(line: BillableLine, earlier: EarlierTaxes) -> tuple[Bearing, ...] | None:
    """What was charged on the line that this one gives back; None where that is not known."""
    if not line.is_credit or not line.of_invoice or line.kind is LineKind.FEE:
        return None
    return earlier.get(line.of_invoice, {}).get(TaxClass(line.tax_class))
