"""Start or resume paying an order: one attempt at a time (SUB-5, COL-8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from guichet.access.membership import Member, Permission
from guichet.errors import ConcurrentUpdateError, Conflict, not_found
from guichet.events import Actor, Event
from guichet.ledger.journal import Cause, Change
from guichet.payments.attempt import PaymentStatus
from guichet.payments.cart_payment import CartPayment
from guichet.replies import Reply
from guichet.retrying import with_fresh_state
from guichet.subscriptions.cart import Cart
from guichet.subscriptions.naming import cart_payment_id, request_hash
from guichet.subscriptions.pages import Opening, in_flight
from guichet.subscriptions.writing import bumped, cause_of


@dataclass(frozen=True, slots=True)
class PayCart:
    """A member chooses how to pay an order that waits."""

    cart_id: str
    method: str
    member: Member
    idempotency_key: str
    actor: Actor


def pay_cart(command: PayCart, *, opening: Opening) -> Reply[CartPayment]:
    """Open a page at the provider, or answer the one that is open.

    Raises:
        NotAllowed: the member may not buy.
        NotFound: no such order of this account.
        Conflict: `cart_<status>`, nothing to pay; `payment_in_flight`; `order_not_applicable`.
        Invalid: `method_not_offered`.
        Unavailable: the provider does not answer.
    """
    command.member.reach(Permission.MANAGE_SUBSCRIPTIONS)
    cause = cause_of(command.actor, "pay_cart", opening.ordering.carts.clock)
    replayed, payment = with_fresh_state(lambda: _reserve(command, opening, cause))
    if payment.status is not PaymentStatus.CREATED:
        return Reply(payment, replayed=replayed)
    return Reply(opening.open(payment, cause), replayed=replayed)


def _reserve(command: PayCart, opening: Opening, cause: Cause) -> tuple[bool, CartPayment]:
    """The attempt that this request is about: an earlier one, or one stored just now."""
    carts = opening.ordering.carts
    records, now = carts.records, carts.clock.now()
    cart = records.cart(command.member.account_id, command.cart_id)
    if cart is None:
        raise not_found("order")
    earlier = records.cart_payment(cart_payment_id(cart.cart_id, command.idempotency_key))
    if earlier is not None:
        same = earlier.request_hash == request_hash(command.method)
        Reply.replay(earlier, same_request=same)
        if earlier.status is not PaymentStatus.CREATED:
            return True, earlier
        return True, _taken_over(earlier, cart, opening, cause)
    _require_in_time(cart, opening, now)
    opening.require_offered(cart.preview.selling_entity, command.method)
    open_payment = records.cart_payment(cart.open_payment_id) if cart.open_payment_id else None
    if open_payment is not None:
        if open_payment.is_being_called(now):
            raise in_flight()
        is_same = open_payment.method == command.method
        if (
            is_same
            and open_payment.status is PaymentStatus.OPEN
            and now < open_payment.session_ends_at
        ):
            return True, open_payment
        opening.ordering.end_open_payment(cart, cause)
        raise ConcurrentUpdateError("the earlier attempt has just ended: decide again")
    payment = opening.new_payment(cart, command.method, command.idempotency_key, now)
    _store(None, payment, cart, opening, cause)
    return False, payment


def _require_in_time(cart: Cart, opening: Opening, now: datetime) -> None:
    """No attempt begins when the order's days are over, or time has a step to do (SUB-3, BAD-12).

    Raises:
        Conflict: `cart_<status>`, `cart_overdue`; `order_not_applicable`, it gives back what went back.
        Unavailable: `renewal_due`.
    """
    cart.require_payable()
    if now >= cart.abandon_at:
        raise Conflict("cart_overdue", "This order's time is over; order again.", rule="SUB-3")
    carts = opening.ordering.carts
    for each in carts.subscriptions_of(cart):
        each.unleased().require_moved(now)
    if any(line.is_credit for line in cart.preview.lines):
        carts.of_order(cart)  # what it gives back may have gone back meanwhile (INV-11)


def _taken_over(earlier: CartPayment, cart: Cart, opening: Opening, cause: Cause) -> CartPayment:
    """Another attempt number: the answer of the earlier call was lost, its page reached nobody."""
    now = opening.ordering.carts.clock.now()
    if earlier.is_being_called(now) or cart.open_payment_id not in {None, earlier.payment_id}:
        raise in_flight()
    _require_in_time(cart, opening, now)
    retried = bumped(opening.again(earlier, cart, now))
    _store(earlier, retried, cart, opening, cause)
    return retried


def _store(
    before: CartPayment | None,
    payment: CartPayment,
    cart: Cart,
    opening: Opening,
    cause: Cause,
) -> None:
    """The attempt and its lease in one write, before the provider hears of it."""
    leased = bumped(cart.started_payment(payment.payment_id, payment.session_ends_at))
    opening.ordering.carts.records.save(
        cause,
        [Change(before, payment, (Event("cart_payment.started"),)), Change(cart, leased)],
    )
