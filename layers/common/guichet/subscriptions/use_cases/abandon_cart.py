"""Give up an order that is not paid: its page is ended first, and nothing changes (SUB-5, BAD-16)."""

from __future__ import annotations

from dataclasses import dataclass

from guichet.access.membership import Member, Permission
from guichet.errors import not_found
from guichet.events import Actor
from guichet.replies import Reply
from guichet.retrying import with_fresh_state
from guichet.subscriptions.cart import Cart, CartStatus
from guichet.subscriptions.giving_up import give_up
from guichet.subscriptions.ordering import Ordering
from guichet.subscriptions.writing import cause_of


@dataclass(frozen=True, slots=True)
class AbandonCart:
    """A member no longer wants what was ordered."""

    cart_id: str
    member: Member
    actor: Actor


def abandon_cart(command: AbandonCart, *, ordering: Ordering) -> Reply[Cart]:
    """End its page at the provider, then give it up. Once paid, it is done.

    Raises:
        NotAllowed: the member may not buy.
        NotFound: no such order of this account.
        Conflict: `cart_<status>`: carried out, or its payment is being settled.
        Unavailable: the provider does not answer; nothing was given up.
    """
    command.member.reach(Permission.MANAGE_SUBSCRIPTIONS)
    cause = cause_of(command.actor, "abandon_cart", ordering.carts.clock)

    def attempt() -> Reply[Cart]:
        cart = ordering.carts.records.cart(command.member.account_id, command.cart_id)
        if cart is None:
            raise not_found("order")
        if cart.status is CartStatus.ABANDONED:
            return Reply(cart, replayed=True)
        cart.require_payable()
        return Reply.new(give_up(cart, cause, "by_buyer", ordering=ordering))

    return with_fresh_state(attempt)
