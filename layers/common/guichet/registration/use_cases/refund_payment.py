"""An organizer returns a captured payment, whole or in part (RFD-1 to RFD-6)."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from guichet.access.membership import Member, Permission
from guichet.errors import Conflict, Unavailable
from guichet.events import Actor
from guichet.ledger.journal import Cause, Change
from guichet.money import Money
from guichet.payments.refund import Refund, RefundReason
from guichet.registration.cancelling import cancelling
from guichet.registration.naming import refund_id, request_hash
from guichet.registration.permitted import permitted_payment
from guichet.registration.ports import Aggregate, Step
from guichet.registration.refund_planning import Planned, plan_refund
from guichet.registration.refunding import Refunding
from guichet.registration.registration import Registration, RegistrationStatus
from guichet.registration.room import linked_account
from guichet.registration.settling import cause_of
from guichet.replies import Reply
from guichet.retrying import with_fresh_state


@dataclass(frozen=True, slots=True)
class RefundPayment:
    """A member's wish; no amount: all that is left."""

    payment_id: str
    amount: Money | None
    reason: str  # for the organizer's own records
    note: str | None  # to the registrant
    cancel_registration: bool
    member: Member
    idempotency_key: str
    actor: Actor


def refund_payment(command: RefundPayment, *, refunding: Refunding) -> Reply[Refund]:
    """Store the refund, with the cancellation if one is wished for, and send it at once.

    What the provider does not answer stays requested or submitted and is asked about later; its
    final no is a refund that has failed.

    Raises:
        NotFound: no payment that this member may refund.
        Conflict: a refusal of RFD-5; nothing was stored.
        Invalid: an amount of 0, or in another currency.
    """
    cause = cause_of(command.actor, "refund_payment", refunding.clock)
    reply = with_fresh_state(lambda: _stored(command, refunding, cause))
    if reply.replayed:
        return reply
    return Reply.new(sent_at_once(reply.value, refunding, cause))


def sent_at_once(refund: Refund, refunding: Refunding, cause: Cause) -> Refund:
    """Carry a refund on that was stored just now; without an answer it is due again."""
    with suppress(Unavailable):  # stored: whoever looks later asks the provider
        refunding.proceed(refund.payment_id, refund.refund_id, cause)
    return refunding.records.refund(refund.payment_id, refund.refund_id) or refund


def _stored(command: RefundPayment, refunding: Refunding, cause: Cause) -> Reply[Refund]:
    records = refunding.records
    payment, registration = permitted_payment(
        records, command.member, Permission.MANAGE_REFUNDS, command.payment_id
    )
    wanted_id = refund_id(payment.payment_id, command.actor.id, command.idempotency_key)
    asked = _hash(command)
    found = records.refunds_of(payment.payment_id)
    # Among those that the plan sees: a double click must not find its own refund in progress.
    earlier = next((each for each in found.refunds if each.refund_id == wanted_id), None)
    if earlier is not None:
        return Reply.replay(earlier, same_request=earlier.request_hash == asked)
    planned = plan_refund(
        payment,
        registration,
        found,
        amount=command.amount,
        reason=RefundReason.ORGANIZER,
        refund_id=wanted_id,
        request_hash=asked,
        explanation=command.reason,
        note=command.note,
        account=linked_account(records, payment),
        provider=refunding.providers[payment.provider],
        now=refunding.clock.now(),
        sent_by_caller=True,
    )
    changes, steps = _writes(command, planned, registration)
    records.save(cause, changes, steps)
    return Reply.new(planned.refund)


def _writes(
    command: RefundPayment, planned: Planned, registration: Registration
) -> tuple[list[Change[Aggregate]], list[Step]]:
    """The refund alone never moves a registration (RFD-7)."""
    if not command.cancel_registration or registration.status is RegistrationStatus.CANCELLED:
        return [planned.change], [planned.step]
    if registration.paid_payment_id != command.payment_id:
        raise Conflict(
            "registration_paid_otherwise",
            "Another payment pays for this registration; cancel it by itself.",
            rule="RFD-7",
        )
    cancelled, steps = cancelling(registration, note=command.note)
    return [planned.change, cancelled], [planned.step, *steps]


def _hash(command: RefundPayment) -> str:
    amount = "" if command.amount is None else str(command.amount)
    cancels = "cancel" if command.cancel_registration else ""
    return request_hash("refund", amount, command.reason, command.note or "", cancels)
