"""What the return page calls: ask the provider, and answer what is known (BAD-2)."""

from __future__ import annotations

from guichet.access.membership import Member, Permission
from guichet.errors import not_found
from guichet.events import Actor
from guichet.registration.ports import RateLimits
from guichet.subscriptions.cart import Cart
from guichet.subscriptions.ordering import Ordering
from guichet.subscriptions.writing import cause_of


def check_cart(
    cart_id: str, member: Member, actor: Actor, *, ordering: Ordering, limits: RateLimits
) -> Cart:
    """Ask about the open attempt, or about the last one of an order that still waits.

    The provider is asked at most every few seconds, however often the page asks.

    Raises:
        NotAllowed: the member may not buy.
        NotFound: no such order of this account.
        Unavailable: the provider does not answer; the webhook will tell.
    """
    member.reach(Permission.MANAGE_SUBSCRIPTIONS)
    records = ordering.carts.records
    cart = records.cart(member.account_id, cart_id)
    if cart is None:
        raise not_found("order")
    asked_about = cart.open_payment_id or cart.last_payment_id
    if not cart.is_open or asked_about is None:
        return cart
    cause = cause_of(actor, "check_cart", ordering.carts.clock)
    seconds = ordering.carts.policy.return_poll_seconds
    if limits.may_again("ask", cart_id, at=cause.at, seconds=seconds):
        ordering.ask(asked_about, cause)
    return records.cart(member.account_id, cart_id) or cart
