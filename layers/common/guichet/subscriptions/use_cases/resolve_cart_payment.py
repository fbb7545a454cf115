"""What nobody can be asked about an order's payment, a person looks up: taken, or nothing (COL-8)."""

from __future__ import annotations

from dataclasses import dataclass

from guichet.errors import Conflict, not_found
from guichet.events import Actor
from guichet.money import Money
from guichet.payments.attempt import Capture, CaptureMethod, PaymentStatus
from guichet.payments.cart_payment import CartPayment
from guichet.payments.schedule import ALARM_AFTER
from guichet.retrying import with_fresh_state
from guichet.subscriptions import outcome
from guichet.subscriptions.ordering import Ordering
from guichet.subscriptions.outcome import Situation
from guichet.subscriptions.writing import Decision, cause_of


@dataclass(frozen=True, slots=True)
class Taken:
    """What the provider's own pages say of a capture that we can't ask about."""

    capture_id: str
    provider_fee_minor: int  # in the payment's currency


@dataclass(frozen=True, slots=True)
class ResolveCartPayment:
    """A person's word about one payment that waits for it; without `taken`, nothing was."""

    payment_id: str
    taken: Taken | None
    actor: Actor


def resolve_cart_payment(command: ResolveCartPayment, *, ordering: Ordering) -> CartPayment:
    """Carry the order out with what was taken, or let it be paid another way.

    What was taken for an order that is over goes back. A repeat is refused.

    Raises:
        NotFound: no such payment.
        Conflict: `payment_<status>`, it waits for nobody.
    """
    cause = cause_of(command.actor, "resolve_cart_payment", ordering.carts.clock)

    def attempt() -> CartPayment:
        records = ordering.carts.records
        if records.cart_payment(command.payment_id) is None:
            raise not_found("payment")
        decision = _decided(ordering.situation(command.payment_id), command.taken, ordering)
        records.save(cause, decision.changes, decision.steps)
        return next(each.after for each in decision.changes if isinstance(each.after, CartPayment))

    return with_fresh_state(attempt)


def _decided(situation: Situation, taken: Taken | None, ordering: Ordering) -> Decision:
    payment = situation.payment
    is_parked = payment.status is PaymentStatus.PARKED
    is_unknown = (
        payment.status is PaymentStatus.CAPTURING
        and situation.now >= payment.started_at + ALARM_AFTER
    )
    if not is_parked and not (is_unknown and taken is not None):
        raise Conflict(
            f"payment_{payment.status}",
            f"This payment is {payment.status}; that decision needs one that is parked.",
        )
    if taken is None:
        return outcome.denied(situation)
    return ordering.taken(situation, _as_found(payment, taken))


def _as_found(payment: CartPayment, taken: Taken) -> Capture:
    """What was asked, captured under the id that the person found."""
    at_paypal = payment.provider == "paypal"
    return Capture(
        capture_id=taken.capture_id,
        # PayPal's is the order itself; at Stripe the page's id is none, and goes for none.
        intent_id=(payment.session_id or "") if at_paypal else "",
        amount=payment.amount,
        platform_fee=payment.platform_fee,
        provider_fee=Money(taken.provider_fee_minor, payment.amount.currency),
        platform_fee_id=None,
        captured_at=payment.started_at,
        reference=payment.payment_id,
        payee=payment.payee,
        method=CaptureMethod.PAYPAL if at_paypal else CaptureMethod.BANK_DEBIT,
    )
