"""An order whose page ended unheard of, or that was not paid for seven days (SUB-3, BAD-16)."""

from __future__ import annotations

from guichet.events import Actor
from guichet.retrying import with_fresh_state
from guichet.subscriptions.cart import CartStatus
from guichet.subscriptions.giving_up import give_up
from guichet.subscriptions.ordering import Ordering
from guichet.subscriptions.writing import cause_of


def look_at_cart(account_id: str, cart_id: str, actor: Actor, *, ordering: Ordering) -> None:
    """Ask what became of its page, which may have been paid or approved unheard; abandon it in time.

    Raises:
        Unavailable: the provider does not answer; it is due again.
    """
    cause = cause_of(actor, "look_at_cart", ordering.carts.clock)

    def attempt() -> None:
        cart = ordering.carts.records.cart(account_id, cart_id)
        if cart is None or cart.status is not CartStatus.PENDING:
            return
        look_at = cart.next_look_at()
        if look_at is None or cause.at < look_at:
            return
        if cause.at >= cart.abandon_at:
            give_up(cart, cause, "unpaid", ordering=ordering, takes_approved=True)
        else:
            ordering.end_open_payment(cart, cause, takes_approved=True)

    with_fresh_state(attempt)
