"""Giving up an order: its page is ended at the provider before anything is let go (BAD-16)."""

from __future__ import annotations

from guichet.errors import ConcurrentUpdateError
from guichet.ledger.journal import Cause
from guichet.subscriptions.carrying_out import given_up
from guichet.subscriptions.cart import Cart
from guichet.subscriptions.ordering import Ordering


def give_up(
    cart: Cart, cause: Cause, note: str, *, ordering: Ordering, takes_approved: bool = False
) -> Cart:
    """The order, given up; with `takes_approved`, not if its buyer has agreed, unheard.

    Raises:
        Unavailable: the provider does not answer; nothing was given up.
        ConcurrentUpdateError: its page has just ended, or it was paid: decide again.
    """
    records = ordering.carts.records
    if cart.open_payment_id is not None:
        ordering.end_open_payment(cart, cause, takes_approved=takes_approved)
        raise ConcurrentUpdateError("the open attempt has just ended: decide again")
    balance = records.balance(cart.account_id, cart.preview.selling_entity, cart.preview.currency)
    subscriptions = ordering.carts.subscriptions_of(cart)
    decision = given_up(cart, subscriptions, balance, at=cause.at, note=note)
    records.save(cause, decision.changes, decision.steps)
    return next(c.after for c in decision.changes if isinstance(c.after, Cart))
