"""Registrations, as those who sell see and decide them (REG-6 to REG-8, REG-13)."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from aws_lambda_powertools.event_handler.openapi.params import Body, Query

from guichet.entry.callers import known_form
from guichet.entry.calls.signed_in import SIGN_IN, Sender, SignedInCalls
from guichet.entry.http import Cursor, Limit, MemberKeyOrNone, Text, answered, route, table_answered
from guichet.entry.models.refunds import CancelRequest
from guichet.entry.models.registrations import (
    DecisionRequest,
    RegistrationAnswer,
    RegistrationsAnswer,
    table_of,
)
from guichet.registration.registration import Registration, RegistrationStatus
from guichet.registration.use_cases.cancel_registration import (
    CancelRegistration,
    cancel_registration,
)
from guichet.registration.use_cases.decide_approval import DecideApproval, decide_approval
from guichet.registration.use_cases.list_registrations import ListRegistrations, list_registrations
from guichet.registration.use_cases.mark_paid import MarkPaid, mark_paid
from guichet.registration.use_cases.read_registration import read_registration
from guichet.registration.use_cases.resend_link import ResendLinkTo, resend_link_to
from guichet.replies import Reply

OF_TRAINING: Final = "/v1/trainings/<training_id>/registrations"
REGISTRATION: Final = "/v1/registrations/<registration_id>"
_TABLE_PAGES: Final = 50  # of 100 rows; a longer table goes on at the `Next-Cursor` header

Decision = Annotated[DecisionRequest | None, Body()]
Cancelling = Annotated[CancelRequest | None, Body()]
Status = Literal[
    "pending_approval",
    "awaiting_payment",
    "processing",
    "confirmed",
    "expired",
    "cancelled",
    "rejected",
]


class RegistrationCalls(SignedInCalls):
    """One method a call."""

    @route(
        "GET",
        OF_TRAINING,
        "List a training's registrations, as JSON, or as CSV where Accept asks for it",
        who=SIGN_IN,
        answers=RegistrationsAnswer,
    )
    def list_registrations(
        self,
        training_id: str,
        status: Annotated[Status | None, Query()] = None,
        email: Annotated[str | None, Query(max_length=254)] = None,
        limit: Limit = 25,
        cursor: Cursor = None,
    ) -> Text:
        sender = self._sender()
        asked = ListRegistrations(
            training_id=known_form(training_id, "training"),
            status=None if status is None else RegistrationStatus(status),
            email=email,
            member=sender.member,
        )
        scope = (OF_TRAINING, training_id, status or "", email or "")
        after = sender.place(cursor, *scope)
        if sender.caller.wants_csv():
            rows, after = _all_rows(sender, asked, after)
            return table_answered(table_of(rows), sender.cursor(after, *scope))
        part = list_registrations(asked, records=sender.held.records, limit=limit, after=after)
        return answered(
            RegistrationsAnswer(
                items=[RegistrationAnswer.of(each) for each in part.items],
                next_cursor=sender.cursor(part.after, *scope),
            )
        )

    @route("GET", REGISTRATION, "Read a registration", who=SIGN_IN, answers=RegistrationAnswer)
    def read_registration(self, registration_id: str) -> Text:
        sender = self._sender()
        registration, payment = read_registration(
            known_form(registration_id, "registration"),
            sender.member,
            records=sender.held.records,
        )
        return answered(RegistrationAnswer.of(registration, payment), version=registration.version)

    @route("POST", f"{REGISTRATION}/approve", "Approve", who=SIGN_IN, answers=RegistrationAnswer)
    def approve(
        self,
        registration_id: str,
        body: Decision = None,
        idempotency_key: MemberKeyOrNone = None,
    ) -> Text:
        return self._decided(registration_id, body, idempotency_key, approve=True)

    @route("POST", f"{REGISTRATION}/reject", "Reject", who=SIGN_IN, answers=RegistrationAnswer)
    def reject(
        self,
        registration_id: str,
        body: Decision = None,
        idempotency_key: MemberKeyOrNone = None,
    ) -> Text:
        return self._decided(registration_id, body, idempotency_key, approve=False)

    @route(
        "POST",
        f"{REGISTRATION}/mark-paid",
        "Mark as paid by hand: no fee, nothing refundable here",
        who=SIGN_IN,
        answers=RegistrationAnswer,
    )
    def mark_paid(self, registration_id: str, idempotency_key: MemberKeyOrNone = None) -> Text:
        return self._marked(registration_id, idempotency_key, paid=True)

    @route(
        "POST",
        f"{REGISTRATION}/unmark-paid",
        "Take that mark back",
        who=SIGN_IN,
        answers=RegistrationAnswer,
    )
    def unmark_paid(self, registration_id: str, idempotency_key: MemberKeyOrNone = None) -> Text:
        return self._marked(registration_id, idempotency_key, paid=False)

    @route(
        "POST",
        f"{REGISTRATION}/cancel",
        "Cancel, and refund what was paid where that is wished for",
        who=SIGN_IN,
        answers=RegistrationAnswer,
    )
    def cancel(
        self,
        registration_id: str,
        body: Cancelling = None,
        idempotency_key: MemberKeyOrNone = None,
    ) -> Text:
        sender = self._sender()
        command = CancelRegistration(
            known_form(registration_id, "registration"),
            sender.member,
            body.note if body else None,
            idempotency_key,
            sender.actor,
            refund=body.refund.wish() if body and body.refund else None,
        )
        return _shown(cancel_registration(command, settling=sender.held.settling))

    @route(
        "POST",
        f"{REGISTRATION}/resend",
        "Mail the registrant their link again",
        who=SIGN_IN,
        answers=RegistrationAnswer,
    )
    def resend(self, registration_id: str, idempotency_key: MemberKeyOrNone = None) -> Text:
        del idempotency_key  # a mailbox gets its link once in a while, however often it is asked
        sender = self._sender()
        held = sender.held
        command = ResendLinkTo(
            known_form(registration_id, "registration"), sender.member, sender.actor
        )
        registration = resend_link_to(
            command, records=held.records, clock=held.clock, policy=held.policy
        )
        return _shown(Reply.new(registration))

    def _decided(
        self, registration_id: str, body: DecisionRequest | None, key: str | None, *, approve: bool
    ) -> Text:
        sender = self._sender()
        held = sender.held
        command = DecideApproval(
            known_form(registration_id, "registration"),
            approve,
            body.note if body else None,
            sender.member,
            key,
            sender.actor,
        )
        return _shown(
            decide_approval(command, records=held.records, clock=held.clock, policy=held.policy)
        )

    def _marked(self, registration_id: str, key: str | None, *, paid: bool) -> Text:
        sender = self._sender()
        command = MarkPaid(
            known_form(registration_id, "registration"), paid, sender.member, key, sender.actor
        )
        return _shown(mark_paid(command, settling=sender.held.settling))


def _all_rows(
    sender: Sender, asked: ListRegistrations, after: str | None
) -> tuple[list[Registration], str | None]:
    rows: list[Registration] = []
    for _ in range(_TABLE_PAGES):
        part = list_registrations(asked, records=sender.held.records, limit=100, after=after)
        rows.extend(part.items)
        after = part.after
        if after is None:
            break
    return rows, after


def _shown(reply: Reply[Registration]) -> Text:
    registration = reply.value
    return answered(
        RegistrationAnswer.of(registration), version=registration.version, replayed=reply.replayed
    )
