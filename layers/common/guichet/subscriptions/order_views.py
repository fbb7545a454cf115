"""What a customer sees of an order beside the order itself."""

from __future__ import annotations

from guichet.payments.own_refund import OwnRefund, own_refund_id
from guichet.subscriptions.cart import Cart
from guichet.subscriptions.ports import BillingRecords


def refund_of(cart: Cart, records: BillingRecords) -> OwnRefund | None:
    """What gives its newest payment back, where the order is over and did not take it (COL-8).

    Read by the id that is made of the payment's, and only where there may be one.
    """
    payment_id = cart.last_payment_id
    if cart.is_open or payment_id is None or payment_id == cart.paid_payment_id:
        return None
    return records.own_refund(own_refund_id(payment_id))
