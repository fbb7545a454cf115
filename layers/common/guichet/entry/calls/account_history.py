"""The account's history of money: documents, payments, credit (INV-9)."""

from __future__ import annotations

from typing import Final

from guichet.entry.calls.signed_in import SIGN_IN, SignedInCalls
from guichet.entry.http import Cursor, Limit, Text, answered, route
from guichet.entry.models.account_history import MovementsAnswer
from guichet.invoices.use_cases.list_movements import list_movements

HISTORY: Final = "/v1/account-history"


class AccountHistoryCalls(SignedInCalls):
    """One method a call."""

    @route(
        "GET",
        HISTORY,
        "List what was invoiced, credited, paid and taken back, the newest first",
        who=SIGN_IN,
        answers=MovementsAnswer,
    )
    def list_movements(self, limit: Limit = 25, cursor: Cursor = None) -> Text:
        sender = self._sender()
        page = list_movements(
            sender.member,
            limit=limit,
            after=sender.place(cursor, HISTORY),
            history=sender.held.billing.account_history,
            invoicing=sender.held.billing.invoicing,
        )
        return answered(MovementsAnswer.of(page, sender.cursor(page.after, HISTORY)))
