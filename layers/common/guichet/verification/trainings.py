"""One training with its registrations: seats, e-mails, holds, and who has paid for which seat."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from guichet.adapters.dynamo.seam import Item
from guichet.adapters.dynamo.steps import capacity_of
from guichet.payments.payment import PaymentStatus
from guichet.registration.registration import PaidBy, Registration, RegistrationStatus
from guichet.registration.training import Training

S = RegistrationStatus
P = PaymentStatus

_LEASED: Final = frozenset({P.CREATED, P.OPEN, P.CAPTURING, P.PROCESSING, P.MISMATCHED, P.PARKED})
_KEEPS_A_SEAT: Final = frozenset({P.CAPTURING, P.PROCESSING, P.MISMATCHED, P.PARKED})


@dataclass(frozen=True, slots=True)
class PaymentSeen:
    """What a registration has to know of a payment."""

    registration_id: str
    status: PaymentStatus
    goes_back: bool  # by a return of the whole


@dataclass(frozen=True, slots=True)
class TrainingFound:
    """A training and all that lies beside it."""

    training: Training
    seats: Item | None
    registrations: Sequence[Registration]
    locks: Mapping[str, str]  # registration by key of the e-mail
    payments: Mapping[str, PaymentSeen]


def seats(found: TrainingFound) -> Iterator[str]:
    """Counted beside the training, in the writes of its registrations (REG-4)."""
    held = sum(each.has_seat for each in found.registrations)
    taken = None if found.seats is None else found.seats.get("taken")
    if found.seats is None or not isinstance(taken, int):
        yield "has no counted seats"
        return
    if taken != held:
        yield f"counts {taken} seats taken, and {held} registrations have one"
    capacity = capacity_of(found.seats)
    if capacity != found.training.capacity:
        yield f"has {found.training.capacity} seats, and counts up to {capacity}"
    if capacity is not None and held > capacity:
        yield f"has {capacity} seats, of which {held} are taken"


def emails(found: TrainingFound) -> Iterator[str]:
    """Each live registration has its address to itself, and nobody else has one (REG-12)."""
    live = {each.registration_id: each.email for each in found.registrations if each.is_live}
    for who, email in live.items():
        if found.locks.get(email) != who:
            yield f"{who} is live, and its address belongs to {found.locks.get(email)}"
    for who in found.locks.values():
        if who not in live:
            yield f"{who} is not live, and keeps its address"


def holds(found: TrainingFound) -> Iterator[str]:
    """Nobody waits without end: a hold runs out, and what is unknown has a payment to ask about."""
    for each in found.registrations:
        who = each.registration_id
        if (each.hold is not None) is not (each.status is S.AWAITING_PAYMENT):
            yield f"{who} is {each.status} {'without' if each.hold is None else 'with'} a hold"
        if each.open_payment_id is not None:
            payment = found.payments.get(each.open_payment_id)
            if payment is None or payment.registration_id != who:
                yield f"{who} leases the payment {each.open_payment_id}, which is not its own"
            elif payment.status not in _LEASED:
                yield f"{who} leases the payment {each.open_payment_id}, which is {payment.status}"
        if each.status is S.PROCESSING and not _is_kept(found, each):
            yield f"{who} is processing, and none of its payments is"


def paid(found: TrainingFound) -> Iterator[str]:
    """No seat without its money, and no money without its seat (REG-8, BAD-1)."""
    bought = Counter[str]()
    for each in found.registrations:
        who = each.registration_id
        if each.paid_by is not PaidBy.PROVIDER:
            if each.paid_payment_id is not None:
                yield f"{who} names the payment {each.paid_payment_id}, and was paid otherwise"
            continue
        payment = found.payments.get(each.paid_payment_id or "")
        if payment is None or payment.registration_id != who:
            yield f"{who} was paid by {each.paid_payment_id}, which is not its own"
        elif payment.status is not P.CAPTURED or payment.goes_back:
            yield f"{who} was paid by {each.paid_payment_id}, which is {payment.status} and no more"
        bought[each.paid_payment_id or ""] += 1
    for payment_id, payment in found.payments.items():
        kept = payment.status is P.CAPTURED and not payment.goes_back
        if kept and bought[payment_id] != 1:
            yield f"the money of {payment_id} was kept, and bought {bought[payment_id]} seats"
    nothing_due = [e for e in found.registrations if e.paid_by is PaidBy.NOTHING_DUE]
    for each in nothing_due:
        if each.quote.charged:
            yield f"{each.registration_id} owed {each.quote.charged}, and has a seat for nothing"


def _is_kept(found: TrainingFound, registration: Registration) -> bool:
    return any(
        payment.registration_id == registration.registration_id
        and payment.status in _KEEPS_A_SEAT
        and not payment.goes_back
        for payment in found.payments.values()
    )
