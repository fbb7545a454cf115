"""`Taxes` by the packaged tables: what a bill's lines bear, and the decision that an invoice keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from guichet.adapters.tax.packaged import packaged_fee_tables, packaged_tax_tables
from guichet.catalogue.catalogue import TaxClass
from guichet.catalogue.selling import SellingEntities
from guichet.ledger.billable import BillableLine, LineKind
from guichet.subscriptions.cart import TaxLine, TaxQuote, TaxStatus
from guichet.tax.deciding import TaxableLine, TaxDecision, decide
from guichet.tax.fees import FeeTables
from guichet.tax.subject import TaxSubject
from guichet.tax.tables import TaxTables


@dataclass(slots=True)
class TableTaxes:
    """The default; an outside tax service would be another. Tables are read at the first question."""

    entities: SellingEntities
    given_taxes: TaxTables | None = None
    given_fees: FeeTables | None = None

    def quote(
        self, selling_entity: str, subject: TaxSubject, day: date, lines: Sequence[BillableLine]
    ) -> TaxQuote:
        """One line for each tax with a rate (INV-2).

        Raises:
            Unavailable: `tax_unknown`, a table lacks what it should have.
        """
        decision = self.decision(selling_entity, subject, day, lines)
        taxes = tuple(
            TaxLine(each.name, _share(each.percent), each.amount_minor) for each in decision.charged
        )
        return TaxQuote(TaxStatus.COMPUTED, taxes)

    def decision(
        self, selling_entity: str, subject: TaxSubject, day: date, lines: Sequence[BillableLine]
    ) -> TaxDecision:
        """All groups, those of rate 0 with their reasons, for an invoice.

        Account credit is no line: it never lowers what is taxed (INV-2).

        Raises:
            Unavailable: `tax_unknown`, `selling_entity_missing`.
        """
        seller = self.entities.entity(selling_entity).country
        taxable = [_taxable(each) for each in lines]
        fee_ids = dict.fromkeys(each.fee_id for each in taxable if each.fee_id is not None)
        fee_taxes = self.fees.taxes_of(fee_ids, day) if fee_ids else {}
        return decide(seller, subject, day, taxable, self.tables, fee_taxes=fee_taxes)

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


def _taxable(line: BillableLine) -> TaxableLine:
    fee_id = line.item if line.kind is LineKind.FEE else None
    return TaxableLine(line.net_minor, TaxClass(line.tax_class), fee_id)


def _share(percent: Decimal) -> str:
    """Per cent as a decimal of the taxable sum: 9.975 is 0.09975."""
    return format((percent / 100).normalize(), "f")
