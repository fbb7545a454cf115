"""Payments, and what goes back of them (RFD-1 to RFD-7)."""

from __future__ import annotations

from typing import Final

from guichet.entry.callers import known_form
from guichet.entry.calls.signed_in import SIGN_IN, SignedInCalls
from guichet.entry.http import (
    Cursor,
    Limit,
    MemberKey,
    Text,
    answered,
    language_asked_for,
    route,
)
from guichet.entry.models.payments import CapturedPayment, PaymentsAnswer, PaymentStandingAnswer
from guichet.entry.models.refunds import RefundAnswer, RefundRequest, RefundsAnswer
from guichet.languages import Language
from guichet.registration.use_cases.read_payment import list_payments, list_refunds, read_payment
from guichet.registration.use_cases.refund_payment import RefundPayment, refund_payment

OF_TRAINING: Final = "/v1/trainings/<training_id>/payments"
PAYMENT: Final = "/v1/payments/<payment_id>"
REFUNDS: Final = f"{PAYMENT}/refunds"


class RefundCalls(SignedInCalls):
    """One method a call."""

    @route(
        "POST",
        REFUNDS,
        "Refund a captured payment, whole or in part; what the provider has not answered goes on",
        who=SIGN_IN,
        answers=RefundAnswer,
        status=201,
    )
    def refund_payment(
        self, payment_id: str, body: RefundRequest, idempotency_key: MemberKey
    ) -> Text:
        sender = self._sender()
        command = RefundPayment(
            payment_id=known_form(payment_id, "payment"),
            amount=body.money(),
            reason=body.reason,
            note=body.note_to_registrant,
            cancel_registration=body.cancel_registration,
            member=sender.member,
            idempotency_key=idempotency_key,
            actor=sender.actor,
        )
        reply = refund_payment(command, refunding=sender.held.refunding)
        language = self._language()
        return answered(
            RefundAnswer.of(reply.value, language),
            status=201,
            replayed=reply.replayed,
            language=language,
        )

    @route("GET", REFUNDS, "List a payment's refunds", who=SIGN_IN, answers=RefundsAnswer)
    def list_refunds(self, payment_id: str, limit: Limit = 25, cursor: Cursor = None) -> Text:
        sender = self._sender()
        scope = (REFUNDS, payment_id)
        part = list_refunds(
            known_form(payment_id, "payment"),
            sender.member,
            refunding=sender.held.refunding,
            limit=limit,
            after=sender.place(cursor, *scope),
        )
        language = self._language()
        return answered(
            RefundsAnswer(
                items=[RefundAnswer.of(each, language) for each in part.items],
                next_cursor=sender.cursor(part.after, *scope),
            ),
            language=language,
        )

    @route(
        "GET",
        PAYMENT,
        "Read a payment: what came, what went back, what still can and until when",
        who=SIGN_IN,
        answers=PaymentStandingAnswer,
    )
    def read_payment(self, payment_id: str) -> Text:
        sender = self._sender()
        view = read_payment(
            known_form(payment_id, "payment"), sender.member, refunding=sender.held.refunding
        )
        language = self._language()
        return answered(PaymentStandingAnswer.shown(view, language), language=language)

    @route(
        "GET",
        OF_TRAINING,
        "List what was captured for a training",
        who=SIGN_IN,
        answers=PaymentsAnswer,
    )
    def list_payments(self, training_id: str, limit: Limit = 25, cursor: Cursor = None) -> Text:
        sender = self._sender()
        scope = (OF_TRAINING, training_id)
        part = list_payments(
            known_form(training_id, "training"),
            sender.member,
            records=sender.held.records,
            limit=limit,
            after=sender.place(cursor, *scope),
        )
        return answered(
            PaymentsAnswer(
                items=[CapturedPayment.listed(each) for each in part.items],
                next_cursor=sender.cursor(part.after, *scope),
            )
        )

    def _language(self) -> Language:
        return language_asked_for(self._app.current_event.raw_event)
