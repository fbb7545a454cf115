"""The order that is made of a cart: how it stands, is paid, and what goes back (SUB-5, COL-8)."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from guichet.entry.fields import Amount, Answer
from guichet.entry.models.billing_lines import Naming
from guichet.entry.models.carts import CartSums, sums
from guichet.entry.models.own_refunds import OwnRefundAnswer
from guichet.payments.attempt import PaymentStatus
from guichet.payments.cart_payment import CartPayment
from guichet.payments.own_refund import OwnRefund
from guichet.subscriptions.cart import Cart


class OrderPaymentAnswer(Answer):
    """An attempt to pay. `redirect_url` is the provider's page, while it is open."""

    payment_id: str
    method: str
    status: str
    amount: Amount
    redirect_url: str | None
    session_ends_at: datetime

    @classmethod
    def of(cls, payment: CartPayment) -> Self:
        is_open = payment.status is PaymentStatus.OPEN
        return cls(
            payment_id=payment.payment_id,
            method=payment.method,
            status=payment.status,
            amount=Amount.of(payment.amount),
            redirect_url=payment.redirect_url if is_open else None,
            session_ends_at=payment.session_ends_at,
        )


class OrderAnswer(CartSums):
    """An order. `pending`: it waits for its payment until `abandon_at`, and nothing has changed yet.

    `redirect_url` is where it is to be paid, in the answer that opened that page; null where
    nothing is due, or where a page has to be asked for. `refund`, where a single order that is over
    is read: its newest payment goes back, as the order did not take it.
    """

    cart_id: str
    status: str
    placed_at: datetime
    abandon_at: datetime
    ended_at: datetime | None
    note: str | None
    paying: bool
    redirect_url: str | None
    payment: OrderPaymentAnswer | None
    refund: OwnRefundAnswer | None
    version: int

    @classmethod
    def of(
        cls,
        cart: Cart,
        naming: Naming,
        payment: CartPayment | None = None,
        refund: OwnRefund | None = None,
    ) -> Self:
        shown = None if payment is None else OrderPaymentAnswer.of(payment)
        return cls.model_validate(
            sums(cart.preview, naming)
            | {
                "cart_id": cart.cart_id,
                "status": cart.status,
                "placed_at": cart.placed_at,
                "abandon_at": cart.abandon_at,
                "ended_at": cart.ended_at,
                "note": cart.note,
                "paying": cart.open_payment_id is not None,
                "redirect_url": None if shown is None else shown.redirect_url,
                "payment": shown,
                "refund": None if refund is None else OwnRefundAnswer.of(refund),
                "version": cart.version,
            }
        )


class OrdersAnswer(Answer):
    """Part of a list, in the order of their ids; `next_cursor` leads on, null at the end."""

    items: list[OrderAnswer]
    next_cursor: str | None
