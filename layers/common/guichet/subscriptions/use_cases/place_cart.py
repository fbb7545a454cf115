"""Place an order: it charges exactly what was previewed, or has no effect (SUB-5)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from guichet.access.membership import Member, Permission
from guichet.errors import not_found
from guichet.events import Actor, Event
from guichet.ledger.journal import Cause, Change
from guichet.payments.cart_payment import CartPayment
from guichet.replies import Reply
from guichet.retrying import with_fresh_state
from guichet.subscriptions.carrying_out import carried_out, placed
from guichet.subscriptions.cart import Cart, CartStatus
from guichet.subscriptions.carts import Computed
from guichet.subscriptions.naming import cart_id
from guichet.subscriptions.pages import Opening
from guichet.subscriptions.preview_holding import require_credit, require_fresh
from guichet.subscriptions.writing import cause_of


@dataclass(frozen=True, slots=True)
class PlaceCart:
    """A member orders what was previewed; `method` is how it is paid, where something is due."""

    preview_id: str
    method: str | None
    member: Member
    idempotency_key: str
    actor: Actor


@dataclass(frozen=True, slots=True)
class PlacedCart:
    """The order, and the attempt to pay it that was just begun or is open."""

    cart: Cart
    payment: CartPayment | None


def place_cart(command: PlaceCart, *, opening: Opening) -> Reply[PlacedCart]:
    """Where nothing is due it is carried out at once; else it waits for its payment, and nothing changes.

    Raises:
        NotAllowed: the member may not buy.
        NotFound: no such preview of this account.
        Conflict: `preview_expired`, `preview_stale`, `preview_catalogue_changed`, `overdue`, …
        Invalid: `required` or `method_not_offered`, of the method.
        Unavailable: the provider does not answer; the order waits, and can be paid later.
    """
    command.member.reach(Permission.MANAGE_SUBSCRIPTIONS)
    cause = cause_of(command.actor, "place_cart", opening.ordering.carts.clock)
    reply = with_fresh_state(lambda: _placed(command, opening, cause))
    payment = reply.value.payment
    if reply.replayed or payment is None:
        return reply
    return Reply.new(replace(reply.value, payment=opening.open(payment, cause)))


def _placed(command: PlaceCart, opening: Opening, cause: Cause) -> Reply[PlacedCart]:
    carts, account_id = opening.ordering.carts, command.member.account_id
    wanted_id = cart_id(account_id, command.preview_id)
    earlier = carts.records.cart(account_id, wanted_id)
    if earlier is not None:
        open_id = earlier.open_payment_id
        payment = None if open_id is None else carts.records.cart_payment(open_id)
        return Reply.replay(PlacedCart(earlier, payment), same_request=True)
    preview = carts.records.preview(account_id, command.preview_id)
    if preview is None:
        raise not_found("preview")
    computed = carts.planned(
        account_id,
        preview.wishes,
        preview.preview_id,
        currency=preview.currency,
        by_representative=command.member.may(Permission.REPRESENT),
        request_hash=preview.request_hash,
        as_of=preview,
    )
    now = carts.clock.now()
    require_fresh(preview, computed.plan.preview, now)
    require_credit(preview, computed.balance.to_spend(preview.day))
    cart = Cart(
        cart_id=wanted_id,
        account_id=account_id,
        preview=preview,
        status=CartStatus.PENDING,
        placed_at=now,
        placed_by=command.member.member_id,
        abandon_at=now + carts.policy.abandoned_after,
    )
    if not preview.due_now:
        done = cart.done(now, None)
        decision = carried_out(None, done, computed.plan, computed.balance)
        carts.records.save(cause, decision.changes, decision.steps)
        return Reply.new(PlacedCart(done, None))
    return Reply.new(_waiting(command, opening, cause, cart, computed))


def _waiting(
    command: PlaceCart, opening: Opening, cause: Cause, cart: Cart, computed: Computed
) -> PlacedCart:
    """The order and its first attempt in one write, before the provider hears of it."""
    carts, preview = opening.ordering.carts, cart.preview
    method = opening.require_offered(preview.selling_entity, command.method)
    payment = opening.new_payment(cart, method, command.idempotency_key, cart.placed_at)
    leased = cart.started_payment(payment.payment_id, payment.session_ends_at)
    decision = placed(leased, computed.plan.subscriptions, computed.balance)
    started = Change(None, payment, (Event("cart_payment.started"),))
    carts.records.save(cause, (*decision.changes, started), decision.steps)
    return PlacedCart(leased, payment)
