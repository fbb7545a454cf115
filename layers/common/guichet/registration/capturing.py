"""Taking the money of an approved page: when it is still wanted, and what not knowing means (REG-4, REG-8).

PayPal's orders can't be ended there, and their money moves only when we capture: these decisions
are what keeps an order that somebody approves too late from being paid (BAD-16).
"""

from __future__ import annotations

from dataclasses import replace

from guichet.events import Event
from guichet.ledger.journal import Change
from guichet.payments.payment import Payment, PaymentStatus
from guichet.payments.schedule import ALARM_AFTER, asked_once_more
from guichet.registration.outcome import (
    Decision,
    Situation,
    about,
    bumped,
    lease_let_go,
    to_processing,
)
from guichet.registration.ports import Aggregate
from guichet.registration.registration import Registration
from guichet.registration.registration import RegistrationStatus as S


def to_capture(situation: Situation) -> Decision:
    """The intent to take the money of an approved page; nothing where nobody wants it taken.

    Only the page that holds the lease is captured, or one that nobody has replaced while the seat
    is still there to be had.
    """
    payment, registration = situation.payment, situation.registration
    awaiting = registration.status is S.AWAITING_PAYMENT
    if payment.status is PaymentStatus.OPEN:
        wanted = awaiting and situation.holds_lease
    else:
        unpaid = awaiting or registration.status is S.EXPIRED
        nobody_pays = unpaid and registration.open_payment_id is None
        ended = payment.status is PaymentStatus.EXPIRED
        wanted = ended and nobody_pays and situation.seat_may_be_left
    if not wanted or payment.rests(situation.now):
        return Decision()
    intent = bumped(payment.capturing(situation.now))
    changes: tuple[Change[Aggregate], ...] = (
        Change(payment, intent, (Event("payment.capturing"),)),
    )
    if awaiting and not situation.holds_lease:
        leased = registration.leasing_again(payment.payment_id)
        changes = (*changes, Change(registration, bumped(leased)))
    return Decision(changes)


def still_wants_capture(situation: Situation) -> bool:
    """Whether an intent whose capture never reached the provider is still meant."""
    registration = situation.registration
    live = registration.status in {S.AWAITING_PAYMENT, S.PROCESSING} and situation.holds_lease
    return live or (registration.status is S.EXPIRED and situation.seat_may_be_left)


def sent_again(situation: Situation) -> Decision:
    """An earlier intent is carried out once more: by one worker, and nobody ends it meanwhile."""
    again = bumped(situation.payment.capturing_again(situation.now))
    return Decision((Change(situation.payment, again),))


def unanswered(situation: Situation) -> Decision:
    """Nobody says what became of a capture that was sent: unknown, and the seat is kept (REG-8)."""
    payment = situation.payment
    count = asked_once_more(payment.started_at, payment.asked_count, situation.now)
    overdue = situation.now >= payment.started_at + ALARM_AFTER
    events = (about(payment, "payment.unknown_for_long"),) if overdue else ()
    noted = bumped(replace(payment, asked_count=count, calling_since=None))
    asked = Change[Aggregate](payment, noted, events)
    return Decision((asked, *to_processing(situation)))


def parked(situation: Situation) -> Decision:
    """A capture was sent, and its account can't be asked any more: a person decides."""
    payment = bumped(situation.payment.transition_to(PaymentStatus.PARKED))
    told = (about(payment, "payment.parked"),)
    change = Change[Aggregate](situation.payment, payment, told)
    return Decision((change, *to_processing(situation)))


def abandoned(situation: Situation) -> Decision:
    """A page that only we could capture can't be asked about, or was turned from: we refuse to."""
    payment = bumped(situation.payment.abandoned())
    change = Change[Aggregate](situation.payment, payment, (Event("payment.abandoned"),))
    return Decision((change, *lease_let_go(situation)))


def abandoning(payment: Payment, registration: Registration) -> tuple[Change[Aggregate], ...]:
    """Give up an attempt whose page nobody received, and its lease."""
    abandoned = Change[Aggregate](
        payment, bumped(payment.abandoned()), (Event("payment.abandoned"),)
    )
    if registration.open_payment_id != payment.payment_id:
        return (abandoned,)
    return (abandoned, Change(registration, bumped(registration.without_lease())))
