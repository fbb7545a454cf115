"""Carts: preview, order, pay, come back, abandon (SUB-5)."""

from __future__ import annotations

from typing import Final

from guichet.entry.callers import known_form
from guichet.entry.calls.billing import BillingCalls
from guichet.entry.calls.signed_in import SIGN_IN, Sender
from guichet.entry.http import (
    Cursor,
    Limit,
    MemberKey,
    MemberKeyOrNone,
    Text,
    answered,
    route,
)
from guichet.entry.models.carts import (
    OrderPaymentRequest,
    OrderRequest,
    PreviewAnswer,
    PreviewRequest,
)
from guichet.entry.models.orders import OrderAnswer, OrderPaymentAnswer, OrdersAnswer
from guichet.subscriptions.cart import Cart
from guichet.subscriptions.order_views import refund_of
from guichet.subscriptions.use_cases.abandon_cart import AbandonCart, abandon_cart
from guichet.subscriptions.use_cases.check_cart import check_cart
from guichet.subscriptions.use_cases.pay_cart import PayCart, pay_cart
from guichet.subscriptions.use_cases.place_cart import PlaceCart, place_cart
from guichet.subscriptions.use_cases.preview_cart import PreviewCart, preview_cart
from guichet.subscriptions.use_cases.read_subscriptions import list_carts, read_cart

CARTS: Final = "/v1/carts"
CART: Final = f"{CARTS}/<cart_id>"


class CartCalls(BillingCalls):
    """One method a call."""

    @route(
        "POST",
        f"{CARTS}/preview",
        "Ask what a cart costs, to the cent; the answer can be ordered for half an hour",
        who=SIGN_IN,
        answers=PreviewAnswer,
        status=201,
    )
    def preview_cart(self, body: PreviewRequest, idempotency_key: MemberKey) -> Text:
        sender = self._sender()
        command = PreviewCart(body.wishes(), body.currency, sender.member, idempotency_key)
        reply = preview_cart(command, carts=sender.held.billing.carts)
        return answered(
            PreviewAnswer.of(reply.value, self._naming(sender)),
            status=201,
            replayed=reply.replayed,
            language=sender.language,
        )

    @route(
        "POST",
        CARTS,
        "Order what was previewed: exactly its total is charged, or nothing happens",
        who=SIGN_IN,
        answers=OrderAnswer,
        status=201,
    )
    def place_cart(self, body: OrderRequest, idempotency_key: MemberKey) -> Text:
        sender = self._sender()
        command = PlaceCart(
            preview_id=known_form(body.preview_id, "preview"),
            method=body.method,
            member=sender.member,
            idempotency_key=idempotency_key,
            actor=sender.actor,
        )
        reply = place_cart(command, opening=sender.held.billing.opening)
        cart = reply.value.cart
        return answered(
            OrderAnswer.of(cart, self._naming(sender), reply.value.payment),
            status=201,
            location=f"{CARTS}/{cart.cart_id}",
            version=cart.version,
            replayed=reply.replayed,
            language=sender.language,
        )

    @route("GET", CARTS, "List the account's orders", who=SIGN_IN, answers=OrdersAnswer)
    def list_carts(self, limit: Limit = 25, cursor: Cursor = None) -> Text:
        sender = self._sender()
        part = list_carts(
            sender.member,
            limit=limit,
            after=sender.place(cursor, CARTS),
            carts=sender.held.billing.carts,
        )
        naming = self._naming(sender)
        return answered(
            OrdersAnswer(
                items=[OrderAnswer.of(each, naming) for each in part.items],
                next_cursor=sender.cursor(part.after, CARTS),
            ),
            language=sender.language,
        )

    @route("GET", CART, "Read an order", who=SIGN_IN, answers=OrderAnswer)
    def read_cart(self, cart_id: str) -> Text:
        sender = self._sender()
        found = read_cart(
            sender.member, known_form(cart_id, "order"), carts=sender.held.billing.carts
        )
        return self._order(sender, found)

    @route(
        "POST",
        f"{CART}/payments",
        "Get the page on which an order that waits is paid",
        who=SIGN_IN,
        answers=OrderPaymentAnswer,
        status=201,
    )
    def pay_cart(self, cart_id: str, body: OrderPaymentRequest, idempotency_key: MemberKey) -> Text:
        sender = self._sender()
        command = PayCart(
            cart_id=known_form(cart_id, "order"),
            method=body.method,
            member=sender.member,
            idempotency_key=idempotency_key,
            actor=sender.actor,
        )
        reply = pay_cart(command, opening=sender.held.billing.opening)
        return answered(OrderPaymentAnswer.of(reply.value), status=201, replayed=reply.replayed)

    @route(
        "POST",
        f"{CART}/return",
        "Come back from the provider's page: it is asked what became of the payment",
        who=SIGN_IN,
        answers=OrderAnswer,
    )
    def check_cart(self, cart_id: str, idempotency_key: MemberKeyOrNone = None) -> Text:
        del idempotency_key  # asking again does no harm
        sender = self._sender()
        held = sender.held
        found = check_cart(
            known_form(cart_id, "order"),
            sender.member,
            sender.actor,
            ordering=held.billing.ordering,
            limits=held.limits,
        )
        return self._order(sender, found)

    @route(
        "POST",
        f"{CART}/abandon",
        "Give up an order that is not paid; nothing has changed",
        who=SIGN_IN,
        answers=OrderAnswer,
    )
    def abandon_cart(self, cart_id: str, idempotency_key: MemberKeyOrNone = None) -> Text:
        del idempotency_key  # an order is given up once
        sender = self._sender()
        command = AbandonCart(known_form(cart_id, "order"), sender.member, sender.actor)
        reply = abandon_cart(command, ordering=sender.held.billing.ordering)
        return self._order(sender, reply.value, replayed=reply.replayed)

    def _order(self, sender: Sender, cart: Cart, *, replayed: bool = False) -> Text:
        refund = refund_of(cart, sender.held.billing.carts.records)
        return answered(
            OrderAnswer.of(cart, self._naming(sender), refund=refund),
            version=cart.version,
            replayed=replayed,
            language=sender.language,
        )
