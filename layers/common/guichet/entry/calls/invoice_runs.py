"""Runs over all accounts: ask for one, see what one would bill, see what they came to (INV-1)."""

from __future__ import annotations

from typing import Final

from guichet.entry.callers import known_form
from guichet.entry.calls.signed_in import SIGN_IN, Sender, SignedInCalls
from guichet.entry.fields import refusal_of_key
from guichet.entry.http import Cursor, Limit, MemberKeyOrNone, Text, answered, route
from guichet.entry.models.invoice_runs import (
    DryRunAnswer,
    InvoiceRunAnswer,
    InvoiceRunRequest,
    InvoiceRunsAnswer,
)
from guichet.invoices.use_cases.read_invoices import list_runs, read_run
from guichet.invoices.use_cases.request_run import RequestRun, dry_run, request_run

RUNS: Final = "/v1/invoice-runs"
RUN: Final = f"{RUNS}/<run_id>"
_DRY: Final = "dry run"


class InvoiceRunCalls(SignedInCalls):
    """One method a call; they are the operator's people's, and name no account."""

    @route(
        "POST",
        RUNS,
        "Invoice everything that is due now, or see what that would bill",
        who=SIGN_IN,
        answers=InvoiceRunAnswer,
        status=202,
        also={200: DryRunAnswer},
    )
    def request_run(self, body: InvoiceRunRequest, idempotency_key: MemberKeyOrNone = None) -> Text:
        sender = self._operators_sender()
        if body.dry_run:
            return self._dry(sender, body)
        if idempotency_key is None:
            raise refusal_of_key(missing=True)
        invoicing = sender.held.billing.invoicing
        command = RequestRun(sender.member, idempotency_key, sender.actor)
        reply = request_run(command, invoicing=invoicing)
        run_id = reply.value.run_id
        view = read_run(sender.member, run_id, invoicing=invoicing)
        return answered(
            InvoiceRunAnswer.of(view),
            status=202,
            location=f"{RUNS}/{run_id}",
            replayed=reply.replayed,
        )

    @staticmethod
    def _dry(sender: Sender, body: InvoiceRunRequest) -> Text:
        found = dry_run(
            sender.member,
            limit=body.limit,
            after=sender.place(body.cursor, RUNS, _DRY),
            invoicing=sender.held.billing.invoicing,
        )
        return answered(DryRunAnswer.of(found, sender.cursor(found.after, RUNS, _DRY)))

    @route("GET", RUNS, "List invoice runs, newest first", who=SIGN_IN, answers=InvoiceRunsAnswer)
    def list_runs(self, limit: Limit = 25, cursor: Cursor = None) -> Text:
        sender = self._operators_sender()
        part = list_runs(
            sender.member,
            limit=limit,
            after=sender.place(cursor, RUNS),
            invoicing=sender.held.billing.invoicing,
        )
        return answered(
            InvoiceRunsAnswer(
                items=[InvoiceRunAnswer.of(each) for each in part.items],
                next_cursor=sender.cursor(part.after, RUNS),
            )
        )

    @route(
        "GET",
        RUN,
        "Read how far an invoice run is, and what it came to",
        who=SIGN_IN,
        answers=InvoiceRunAnswer,
    )
    def read_run(self, run_id: str) -> Text:
        sender = self._operators_sender()
        view = read_run(
            sender.member,
            known_form(run_id, "invoice run"),
            invoicing=sender.held.billing.invoicing,
        )
        return answered(InvoiceRunAnswer.of(view))
