"""Orders that were paid and not carried out: their money is back at the provider (COL-8)."""

from __future__ import annotations

from guichet.payments.own_refund import OwnRefundStatus, own_refund_id
from guichet.subscriptions.use_cases.place_cart import PlacedCart
from tests.support.billing import Billing


def assert_went_back(billing: Billing, placed: PlacedCart) -> None:
    """All that was paid for it, once."""
    assert placed.payment is not None
    refund = billing.parts().charges.own_refund(own_refund_id(placed.payment.payment_id))
    assert refund is not None
    assert (refund.status, refund.amount) == (
        OwnRefundStatus.SUCCEEDED,
        placed.cart.preview.due_now,
    )
