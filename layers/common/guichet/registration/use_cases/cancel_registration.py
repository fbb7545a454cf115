"""Cancel: a registrant what is unpaid, the organizer anything; the seat is free at once (REG-8)."""

from __future__ import annotations

from dataclasses import dataclass

from guichet.access.membership import Member, Permission
from guichet.errors import ConcurrentUpdateError, Conflict, not_found
from guichet.events import Actor
from guichet.ledger.journal import Change
from guichet.money import Money
from guichet.payments.refund import RefundReason
from guichet.registration.cancelling import cancelling
from guichet.registration.naming import key_mark, refund_with_cancel_id, request_hash
from guichet.registration.permitted import permitted_registration
from guichet.registration.ports import Aggregate
from guichet.registration.refund_planning import Planned, plan_refund, refusal_without_payment
from guichet.registration.registration import Registration, RegistrationStatus
from guichet.registration.room import linked_account
from guichet.registration.settling import Settling, cause_of
from guichet.replies import Reply, was_handled, with_handled
from guichet.retrying import with_fresh_state


@dataclass(frozen=True, slots=True)
class CancelRegistration:
    """Asked by a member, or, where `member` is None, by the registrant."""

    registration_id: str
    member: Member | None
    note: str | None
    idempotency_key: str | None
    actor: Actor
    refund: RefundWish | None = None  # a member's alone


@dataclass(frozen=True, slots=True)
class RefundWish:
    """What goes back with the cancellation; no amount: all that is left (RFD-6)."""

    amount: Money | None
    reason: str


def cancel_registration(command: CancelRegistration, *, settling: Settling) -> Reply[Registration]:
    """End it; an open session is ended at the provider first, so that it can't be paid any more.

    A refund is stored in the same write, and sent by `settle`: the seat is free either way (RFD-6).

    Raises:
        Conflict: the state does not allow it, it was paid in the meantime, or a refusal of RFD-5.
        Unavailable: the open session can't be ended at the moment.
    """
    records = settling.records
    cause = cause_of(command.actor, "cancel_registration", settling.clock)
    asked = request_hash("cancel", command.note or "", *_wish_parts(command.refund))
    mark = command.idempotency_key and key_mark(command.actor.id, "cancel", command.idempotency_key)

    def attempt() -> Reply[Registration]:
        registration = _registration(command, settling)
        if was_handled(registration.handled_keys, mark, asked):
            return Reply(registration, replayed=True)
        if registration.open_payment_id is not None and (
            registration.status is RegistrationStatus.AWAITING_PAYMENT
        ):
            if command.refund is not None:  # first: what is refused ends nothing
                raise refusal_without_payment(registration)
            settling.end_open_payment(registration, cause)
            raise ConcurrentUpdateError("the open session has just ended: decide again")
        marks = with_handled(registration.handled_keys, mark, asked)
        change, steps = cancelling(registration, note=command.note, marks=marks)
        changes: list[Change[Aggregate]] = [change]
        if command.refund is not None:
            planned = _planned(command, command.refund, registration, settling)
            changes.append(planned.change)
            steps = (*steps, planned.step)
        records.save(cause, changes, steps)
        return Reply.new(change.after)

    return with_fresh_state(attempt)


def _planned(
    command: CancelRegistration, wish: RefundWish, registration: Registration, settling: Settling
) -> Planned:
    """The refund of what paid for it, or why there can be none (RFD-5)."""
    if command.member is not None:
        command.member.reach(Permission.MANAGE_REFUNDS)
    paid_by = registration.paid_payment_id
    payment = None if paid_by is None else settling.records.payment(paid_by)
    if payment is None:
        raise refusal_without_payment(registration)
    key = command.idempotency_key or f"version {registration.version}"
    wanted_id = refund_with_cancel_id(payment.payment_id, command.actor.id, key)
    found = settling.records.refunds_of(payment.payment_id)
    if any(each.refund_id == wanted_id for each in found.refunds):
        raise ConcurrentUpdateError("a double click has just cancelled it: decide again")
    return plan_refund(
        payment,
        registration,
        found,
        amount=wish.amount,
        reason=RefundReason.ORGANIZER,
        refund_id=wanted_id,
        request_hash=request_hash("cancel", *_wish_parts(wish)),
        explanation=wish.reason,
        note=command.note,
        account=linked_account(settling.records, payment),
        provider=settling.providers[payment.provider],
        now=settling.clock.now(),
    )


def _wish_parts(wish: RefundWish | None) -> tuple[str, ...]:
    if wish is None:
        return ()
    return ("refund", "" if wish.amount is None else str(wish.amount), wish.reason)


def _registration(command: CancelRegistration, settling: Settling) -> Registration:
    if command.member is not None:
        registration, _ = permitted_registration(
            settling.records, command.member, Permission.MANAGE_TRAININGS, command.registration_id
        )
        return registration
    found = settling.records.registration(command.registration_id)
    if found is None:
        raise not_found("registration")
    if found.status in {RegistrationStatus.PROCESSING, RegistrationStatus.CONFIRMED}:
        raise Conflict(
            f"registration_{found.status}",
            "What is paid, or being paid, can only be cancelled by the organizer.",
            rule="REG-8",
        )
    return found
