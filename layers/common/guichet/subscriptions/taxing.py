"""`Taxes` of one account: what it gives back is taxed as its invoices were (SUB-6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from guichet.ledger.billable import BillableLine
from guichet.subscriptions.assessing import NOTHING_EARLIER, EarlierTaxes
from guichet.subscriptions.cart import TaxQuote
from guichet.subscriptions.ports import BillingRecords, Taxes
from guichet.tax.subject import TaxSubject


@dataclass(frozen=True, slots=True)
class AccountTaxes:
    """Reads the invoices that credits are of, where there are credits."""

    taxes: Taxes
    records: BillingRecords
    account_id: str

    def quote(
        self,
        selling_entity: str,
        subject: TaxSubject,
        day: date,
        lines: Sequence[BillableLine],
        earlier: EarlierTaxes = NOTHING_EARLIER,
    ) -> TaxQuote:
        """As `Taxes.quote`, with `earlier` read where none is given."""
        if not earlier and any(line.of_invoice for line in lines):
            earlier = self.records.earlier_taxes(self.account_id, lines)
        return self.taxes.quote(selling_entity, subject, day, lines, earlier)
