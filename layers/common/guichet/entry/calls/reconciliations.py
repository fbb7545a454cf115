"""Comparisons with the providers' books, as owners see them (EXT-3)."""

from __future__ import annotations

from typing import Final

from guichet.entry.calls.signed_in import SIGN_IN, SignedInCalls
from guichet.entry.http import Cursor, Limit, Text, answered, route
from guichet.entry.models.reconciliations import ReconciliationAnswer, ReconciliationsAnswer
from guichet.registration.use_cases.list_reconciliations import list_reconciliations

RECONCILIATIONS: Final = "/v1/reconciliations"


class ReconciliationCalls(SignedInCalls):
    """One method a call."""

    @route(
        "GET",
        RECONCILIATIONS,
        "List comparisons with the providers' books: what was repaired, what a person must look at",
        who=SIGN_IN,
        answers=ReconciliationsAnswer,
    )
    def list_reconciliations(self, limit: Limit = 25, cursor: Cursor = None) -> Text:
        sender = self._sender()
        part = list_reconciliations(
            sender.member,
            runs=sender.held.reconciliations,
            limit=limit,
            after=sender.place(cursor, RECONCILIATIONS),
        )
        return answered(
            ReconciliationsAnswer(
                items=[ReconciliationAnswer.of(each) for each in part.items],
                next_cursor=sender.cursor(part.after, RECONCILIATIONS),
            )
        )
