"""Taxes of an operator who configures none: none are known, and a preview says so (TAX-1)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from guichet.ledger.billable import BillableLine
from guichet.subscriptions.assessing import NOTHING_EARLIER, EarlierTaxes
from guichet.subscriptions.cart import TaxQuote, TaxStatus
from guichet.tax.subject import TaxSubject


class NoTaxes:
    """`Taxes` that answers for every bill that none are configured."""

    def quote(
        self,
        selling_entity: str,
        subject: TaxSubject,
        day: date,
        lines: Sequence[BillableLine],
        earlier: EarlierTaxes = NOTHING_EARLIER,
    ) -> TaxQuote:
        del selling_entity, subject, day, lines, earlier
        return TaxQuote(TaxStatus.NOT_CONFIGURED)
