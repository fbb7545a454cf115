"""What became of an attempt: asked by the clock, a webhook, or the customer who came back (COL-4)."""

from __future__ import annotations

from guichet.collection.charging import Applied, Charging
from guichet.collection.writing import cause_of
from guichet.events import Actor


def settle_invoice_payment(
    payment_id: str, actor: Actor, *, charging: Charging, event: Applied = None
) -> bool:
    """Ask and write. What waited for the customer too long is ended, so that it can be paid otherwise.

    Answers whether the event was noted as applied.

    Raises:
        Unavailable: the provider does not answer; it is due again.
    """
    cause = cause_of(actor, "settle_invoice_payment", charging.clock)
    return charging.ask(payment_id, cause, event)
