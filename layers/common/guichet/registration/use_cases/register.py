"""Take a seat on hold, or ask for approval, or confirm what costs nothing (REG-2, REG-4 to REG-6)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from guichet.clock import Clock
from guichet.errors import Conflict, not_found
from guichet.events import Actor, Event
from guichet.ledger.journal import Change
from guichet.registration.discount import Quote, require_payable, undiscounted, unknown_code
from guichet.registration.mails import MailKind
from guichet.registration.naming import registration_id, request_hash
from guichet.registration.outcome import confirmation
from guichet.registration.paying import accepted_methods, least_payable, nobody_can_pay
from guichet.registration.policy import RegistrationPolicy
from guichet.registration.ports import Records, Step, TakeCodeUse, TakeEmail, TakeSeat
from guichet.registration.registration import (
    PaidBy,
    Registration,
    RegistrationStatus,
    submitted_hold,
)
from guichet.registration.relinking import mail_link_again
from guichet.registration.settling import cause_of
from guichet.registration.training import Approval, Training, TrainingStatus
from guichet.replies import Reply
from guichet.retrying import with_fresh_state


@dataclass(frozen=True, slots=True)
class Register:
    """What a registrant submits. A price is never among it (REG-3)."""

    training_id: str
    name: str
    email: str
    language: str
    discount_code: str | None
    idempotency_key: str
    actor: Actor


def register(
    command: Register, *, records: Records, clock: Clock, policy: RegistrationPolicy
) -> Reply[Registration]:
    """Create one registration however often it is submitted (REG-10).

    Raises:
        Conflict: closed, started, full, already registered, discount unusable, key reused, or
            `payment_not_possible`.
    """
    asked = request_hash(command.name, command.email, command.language, command.discount_code or "")
    wanted_id = registration_id(command.training_id, command.idempotency_key)

    cause = cause_of(command.actor, "register", clock)

    def attempt() -> Reply[Registration]:
        earlier = records.registration(wanted_id)
        if earlier is not None:
            return Reply.replay(earlier, same_request=earlier.request_hash == asked)
        training = require_public(records, command.training_id)
        training.require_registrable(clock.now())
        quote, code_steps, code_id = _price(command, training, records, clock.now(), policy)
        _require_way_to_pay(training, quote, records, policy)
        registration = _new(command, training, quote, clock.now(), policy)
        registration = replace(
            registration,
            registration_id=wanted_id,
            request_hash=asked,
            discount_code_id=code_id,
        )
        change, steps = _first_state(registration, training, clock.now(), policy)
        email = TakeEmail(training.training_id, registration.email, wanted_id)
        # First, as of several refusals the first is told: a full training may be so by one's own seat.
        records.save(cause, [change], (email, *steps, *code_steps))
        return Reply.new(change.after)

    try:
        return with_fresh_state(attempt)
    except Conflict as refusal:
        if refusal.code == "already_registered":
            mail_link_again(records, command.training_id, command.email, cause, policy)
        raise


def require_public(records: Records, training_id: str) -> Training:
    """A training that anybody may see: a draft is as absent."""
    training = records.training(training_id)
    if training is None or training.status in {TrainingStatus.DRAFT, TrainingStatus.DELETED}:
        raise not_found("training")
    return training


def _price(
    command: Register,
    training: Training,
    records: Records,
    now: datetime,
    policy: RegistrationPolicy,
) -> tuple[Quote, tuple[Step, ...], str | None]:
    if not command.discount_code:
        return undiscounted(training.price), (), None
    code = records.discount_code_named(training.account_id, command.discount_code)
    if code is None:
        raise unknown_code()
    code.require_usable(training.training_id, now)
    quote = code.quote(training.price)
    require_payable(quote, least_payable(training, records, policy))
    return quote, (TakeCodeUse(code.code_id, command.email, code.uses_per_email),), code.code_id


def _require_way_to_pay(
    training: Training, quote: Quote, records: Records, policy: RegistrationPolicy
) -> None:
    """No seat is held for what nobody could pay: the account was unlinked, or consent withdrawn."""
    if not quote.charged or training.offline_methods or training.approval is Approval.MANUAL:
        return
    accounts = records.payment_accounts(training.account_id)
    if not accepted_methods(training, accounts, quote.charged, policy):
        raise nobody_can_pay()


def _new(
    command: Register, training: Training, quote: Quote, now: datetime, policy: RegistrationPolicy
) -> Registration:
    return Registration(
        registration_id="",
        training_id=training.training_id,
        account_id=training.account_id,
        name=command.name,
        email=command.email,
        language=command.language,
        quote=quote,
        registered_at=now,
        token_expires_at=training.ends_at + timedelta(days=policy.token_days_after_end),
        request_hash="",
        status=RegistrationStatus.PENDING_APPROVAL,
    )


def _first_state(
    registration: Registration, training: Training, now: datetime, policy: RegistrationPolicy
) -> tuple[Change[Registration], tuple[Step, ...]]:
    """Waiting for approval takes no seat (REG-6); a price of 0 confirms at once (REG-5)."""
    if training.approval is Approval.MANUAL:
        mails = (MailKind.AWAITING_APPROVAL, MailKind.ORGANIZER_NEW_REGISTRATION)
        return Change(None, registration, (Event("registration.requested"),), mails=mails), ()
    seat = (TakeSeat(training.training_id),)
    hold = submitted_hold(now, hold=policy.hold, limit=policy.hold_limit)
    held = replace(registration, status=RegistrationStatus.AWAITING_PAYMENT, hold=hold)
    if not registration.quote.charged:
        return confirmation(None, held.confirmed(now=now, paid_by=PaidBy.NOTHING_DUE)), seat
    mails_received = (MailKind.RECEIVED,)
    return Change(None, held, (Event("registration.held"),), mails=mails_received), seat
