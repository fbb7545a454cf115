"""Bills and balances, until invoices bear them (INV-9)."""

from __future__ import annotations

from typing import Final

from guichet.entry.calls.billing import BillingCalls
from guichet.entry.calls.signed_in import SIGN_IN
from guichet.entry.http import Cursor, Limit, Text, answered, route
from guichet.entry.models.bills import BillsAnswer, page_of
from guichet.subscriptions.use_cases.read_subscriptions import read_bills

BILLS: Final = "/v1/bills"


class BillCalls(BillingCalls):
    """One method a call."""

    @route(
        "GET",
        BILLS,
        "List what was billed before tax, newest first, with what is due and what is credit",
        who=SIGN_IN,
        answers=BillsAnswer,
    )
    def list_bills(self, limit: Limit = 25, cursor: Cursor = None) -> Text:
        sender = self._sender()
        parts = sender.held.billing
        after = sender.place(cursor, BILLS)
        found = read_bills(sender.member, carts=parts.carts, bills=parts.bills)
        page, place = page_of(found.bills, limit, after)
        return answered(
            BillsAnswer.of(found, page, sender.cursor(place, BILLS), self._naming(sender)),
            language=sender.language,
        )
