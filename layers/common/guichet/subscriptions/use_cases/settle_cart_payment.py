"""What became of an order's payment: asked by a provider's event, or because nobody told (EXT-2)."""

from __future__ import annotations

from guichet.events import Actor
from guichet.subscriptions.ordering import Applied, Ordering
from guichet.subscriptions.writing import cause_of


def settle_cart_payment(
    payment_id: str, actor: Actor, *, ordering: Ordering, event: Applied = None
) -> bool:
    """Ask the provider and write the answer; answers whether the event was noted as applied.

    Raises:
        Unavailable: the provider does not answer; the event stays received.
    """
    cause = cause_of(actor, "settle_cart_payment", ordering.carts.clock)
    return ordering.ask(payment_id, cause, event)
